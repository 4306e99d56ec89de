use std::fmt;

/// Element types of checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dtype {
    /// IEEE 754 double.
    F64,
    /// IEEE 754 single.
    F32,
    /// IEEE 754 half.
    F16,
    /// The upper half of a single.
    Bf16,
    /// 64 bit signed integer.
    I64,
    /// 32 bit signed integer.
    I32,
    /// 16 bit signed integer.
    I16,
    /// 8 bit signed integer.
    I8,
    /// 8 bit unsigned integer.
    U8,
    /// One byte, zero or not.
    Bool,
}

impl Dtype {
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Dtype::F64 | Dtype::I64 => 8,
            Dtype::F32 | Dtype::I32 => 4,
            Dtype::F16 | Dtype::Bf16 | Dtype::I16 => 2,
            Dtype::I8 | Dtype::U8 | Dtype::Bool => 1,
        }
    }

    /// Whether it is a floating point type.
    pub fn is_float(self) -> bool {
        matches!(self, Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::Bf16)
    }

    /// Little-endian bytes of one element as a single.
    pub(crate) fn to_f32(self, bytes: &[u8]) -> f32 {
        let mut wide = [0_u8; 8];
        wide[..self.size()].copy_from_slice(&bytes[..self.size()]);
        let bits = u64::from_le_bytes(wide);
        match self {
            Dtype::F64 => f64::from_bits(bits) as f32,
            Dtype::F32 => f32::from_bits(bits as u32),
            Dtype::F16 => half(bits as u16),
            Dtype::Bf16 => f32::from_bits((bits as u32) << 16),
            Dtype::I64 => bits as i64 as f32,
            Dtype::I32 => bits as u32 as i32 as f32,
            Dtype::I16 => f32::from(bits as u16 as i16),
            Dtype::I8 => f32::from(bits as u8 as i8),
            Dtype::U8 => f32::from(bits as u8),
            Dtype::Bool => f32::from(u8::from(bits != 0)),
        }
    }
}

fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    match exponent {
        0 => sign * fraction * 2.0_f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1024.0 + fraction) * 2.0_f32.powi(exponent - 25),
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Dtype::F64 => "float64",
            Dtype::F32 => "float32",
            Dtype::F16 => "float16",
            Dtype::Bf16 => "bfloat16",
            Dtype::I64 => "int64",
            Dtype::I32 => "int32",
            Dtype::I16 => "int16",
            Dtype::I8 => "int8",
            Dtype::U8 => "uint8",
            Dtype::Bool => "bool",
        })
    }
}
