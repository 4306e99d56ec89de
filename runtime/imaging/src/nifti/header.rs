use super::bytes::Fields;
use super::placement::{Placement, Units};
use crate::{Dtype, Error};

/// Which NIfTI a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 348-byte header.
    One,
    /// 540-byte header with 64-bit extents.
    Two,
}

/// The fields of a header that an image needs.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) version: Version,
    pub(super) big_endian: bool,
    pub(super) dtype: Dtype,
    /// Number of spatial axes, 2 or 3.
    pub(super) rank: u8,
    pub(super) shape: [usize; 3],
    pub(super) channels: usize,
    pub(super) offset: u64,
    /// Slope and intercept, where the header has them.
    pub(super) scaling: Option<(f64, f64)>,
    pub(super) placement: Placement,
}

/// Bytes that the longest header needs.
pub(super) const LONGEST: usize = 540;

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Header, Error> {
        let Some(first) = bytes.first_chunk::<4>() else {
            return Err(Error::NotNifti);
        };
        let (version, big_endian) = match (i32::from_le_bytes(*first), i32::from_be_bytes(*first)) {
            (348, _) => (Version::One, false),
            (_, 348) => (Version::One, true),
            (540, _) => (Version::Two, false),
            (_, 540) => (Version::Two, true),
            _ => return Err(Error::NotNifti),
        };
        let size = if version == Version::One { 348 } else { 540 };
        if bytes.len() < size {
            return Err(Error::Truncated { expected: size as u64, found: bytes.len() as u64 });
        }
        let fields = Fields { bytes, big_endian };
        match version {
            Version::One => Header::one(&fields),
            Version::Two => Header::two(&fields),
        }
    }

    fn one(fields: &Fields<'_>) -> Result<Header, Error> {
        match &fields.bytes[344..348] {
            b"n+1\0" => {}
            b"ni1\0" => return Err(Error::DetachedHeader),
            _ => return Err(Error::NotNifti),
        }
        let real = |offset| f64::from(fields.f32(offset));
        Raw {
            version: Version::One,
            big_endian: fields.big_endian,
            dim: std::array::from_fn(|i| i64::from(fields.i16(40 + 2 * i))),
            datatype: fields.i16(70),
            // A float offset beyond what i64 holds saturates and is refused below.
            offset: fields.f32(108) as i64,
            slope: real(112),
            intercept: real(116),
            pixdim: std::array::from_fn(|i| real(76 + 4 * i)),
            units: i32::from(fields.bytes[123]),
            qform_code: i32::from(fields.i16(252)),
            sform_code: i32::from(fields.i16(254)),
            quaternion: std::array::from_fn(|i| real(256 + 4 * i)),
            qoffset: std::array::from_fn(|i| real(268 + 4 * i)),
            srow: std::array::from_fn(|row| std::array::from_fn(|column| real(280 + 16 * row + 4 * column))),
        }
        .check()
    }

    fn two(fields: &Fields<'_>) -> Result<Header, Error> {
        match &fields.bytes[4..12] {
            b"n+2\0\r\n\x1a\n" => {}
            b"ni2\0\r\n\x1a\n" => return Err(Error::DetachedHeader),
            _ => return Err(Error::NotNifti),
        }
        Raw {
            version: Version::Two,
            big_endian: fields.big_endian,
            dim: std::array::from_fn(|i| fields.i64(16 + 8 * i)),
            datatype: fields.i16(12),
            offset: fields.i64(168),
            slope: fields.f64(176),
            intercept: fields.f64(184),
            pixdim: std::array::from_fn(|i| fields.f64(104 + 8 * i)),
            units: fields.i32(500),
            qform_code: fields.i32(344),
            sform_code: fields.i32(348),
            quaternion: std::array::from_fn(|i| fields.f64(352 + 8 * i)),
            qoffset: std::array::from_fn(|i| fields.f64(376 + 8 * i)),
            srow: std::array::from_fn(|row| std::array::from_fn(|column| fields.f64(400 + 32 * row + 8 * column))),
        }
        .check()
    }

    /// Voxels of all channels.
    pub(super) fn voxels(&self) -> u64 {
        self.shape.iter().map(|&extent| extent as u64).product::<u64>() * self.channels as u64
    }
}

struct Raw {
    version: Version,
    big_endian: bool,
    dim: [i64; 8],
    datatype: i16,
    offset: i64,
    slope: f64,
    intercept: f64,
    pixdim: [f64; 8],
    units: i32,
    qform_code: i32,
    sform_code: i32,
    quaternion: [f64; 3],
    qoffset: [f64; 3],
    srow: [[f64; 4]; 3],
}

impl Raw {
    fn check(self) -> Result<Header, Error> {
        // Behind a fourth axis of extent 1, that of time, the standard puts the numbers of a vector: channels.
        let (axes, dim) = match self.dim {
            [5, x, y, z, 1, count, ..] => (4, [4, x, y, z, count, 1, 1, 1]),
            dim => (dim[0], dim),
        };
        if !(2..=4).contains(&axes) {
            return Err(Error::UnsupportedRank { found: axes });
        }
        let mut extents = [1usize; 4];
        let mut bytes: u64 = 8;
        for axis in 0..axes as usize {
            let found = dim[axis + 1];
            extents[axis] = usize::try_from(found).ok().filter(|&e| e >= 1).ok_or(Error::BadExtent { axis, found })?;
            bytes = bytes.checked_mul(found as u64).ok_or(Error::TooLarge { needed: u64::MAX, limit: u64::MAX })?;
        }
        let dtype = match (Dtype::from_nifti_code(self.datatype), self.datatype) {
            (Some(dtype), _) => dtype,
            (None, code @ (128 | 2304)) => return Err(Error::ColourVoxels { code }),
            (None, code) => return Err(Error::UnsupportedDatatype { code }),
        };
        let least = if self.version == Version::One { 352 } else { 544 };
        let offset = if self.offset == 0 { least } else { self.offset };
        if offset < least {
            return Err(Error::BadOffset { found: offset, least });
        }
        let scaling = match (self.slope, self.intercept) {
            (slope, _) if slope == 0.0 || !slope.is_finite() => None,
            (_, intercept) if !intercept.is_finite() => return Err(Error::BadScaling),
            (slope, intercept) => Some((slope, intercept)),
        };
        let placement = Placement {
            axes: axes as usize,
            shape: [extents[0], extents[1], extents[2]],
            pixdim: self.pixdim,
            units: Units::from_code(self.units),
            qform_code: self.qform_code,
            sform_code: self.sform_code,
            quaternion: self.quaternion,
            qoffset: self.qoffset,
            srow: self.srow,
        };
        Ok(Header {
            version: self.version,
            big_endian: self.big_endian,
            dtype,
            rank: if axes == 2 { 2 } else { 3 },
            shape: placement.shape,
            channels: extents[3],
            offset: offset as u64,
            scaling,
            placement,
        })
    }
}
