/// The type of a voxel in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Dtype {
    Uint8,
    Int8,
    Uint16,
    Int16,
    Uint32,
    Int32,
    Uint64,
    Int64,
    Float32,
    Float64,
}

impl Dtype {
    const CODES: [(Dtype, i16); 10] = [
        (Dtype::Uint8, 2),
        (Dtype::Int16, 4),
        (Dtype::Int32, 8),
        (Dtype::Float32, 16),
        (Dtype::Float64, 64),
        (Dtype::Int8, 256),
        (Dtype::Uint16, 512),
        (Dtype::Uint32, 768),
        (Dtype::Int64, 1024),
        (Dtype::Uint64, 1280),
    ];

    /// Bytes of one voxel.
    pub fn size(self) -> usize {
        match self {
            Dtype::Uint8 | Dtype::Int8 => 1,
            Dtype::Uint16 | Dtype::Int16 => 2,
            Dtype::Uint32 | Dtype::Int32 | Dtype::Float32 => 4,
            Dtype::Uint64 | Dtype::Int64 | Dtype::Float64 => 8,
        }
    }

    /// NIfTI's datatype code.
    pub fn nifti_code(self) -> i16 {
        Dtype::CODES.iter().find(|(dtype, _)| *dtype == self).map_or(0, |(_, code)| *code)
    }

    /// The type of a NIfTI datatype code, where it is a plain number.
    pub fn from_nifti_code(code: i16) -> Option<Dtype> {
        Dtype::CODES.iter().find(|(_, known)| *known == code).map(|(dtype, _)| *dtype)
    }
}
