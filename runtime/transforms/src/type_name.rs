use pulp::Arch;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A NumPy or PyTorch dtype: `"torch.float32"`, `"numpy.float32"`, `"np.float32"` and `"float32"` are one.
///
/// Voxels are 32-bit floats that hold what the type would: exactly up to 16 bit, the first 24 bits of a wider type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TypeName {
    Bool,
    Uint8,
    Int8,
    Uint16,
    Int16,
    Uint32,
    Int32,
    Uint64,
    Int64,
    Float16,
    Bfloat16,
    Float32,
    Float64,
}

impl TypeName {
    /// Whether the type has fractions.
    pub fn is_floating(self) -> bool {
        matches!(self, TypeName::Float16 | TypeName::Bfloat16 | TypeName::Float32 | TypeName::Float64)
    }

    /// Whether a cast to this type changes nothing.
    pub(crate) fn is_float(self) -> bool {
        matches!(self, TypeName::Float32 | TypeName::Float64)
    }

    /// Casts as PyTorch and NumPy do on x86: integers truncate towards zero and keep their lowest bits, and what lies
    /// outside all 32-bit (for a 64-bit type, 64-bit) integers becomes the least of them.
    pub(crate) fn cast_all(self, values: &mut [f32]) {
        match self {
            TypeName::Bool => each(values, |value| f32::from(u8::from(value != 0.0))),
            TypeName::Uint8 => each(values, |value| lowest(value, 256.0)),
            TypeName::Int8 => each(values, |value| signed(lowest(value, 256.0), 256.0)),
            TypeName::Uint16 => each(values, |value| lowest(value, 65536.0)),
            TypeName::Int16 => each(values, |value| signed(lowest(value, 65536.0), 65536.0)),
            TypeName::Uint32 => each(values, |value| long(value) as u32 as f32),
            TypeName::Int32 => each(values, word),
            TypeName::Uint64 => {
                each(values, |value| if value >= 0.0 { value as u64 } else { long(value) as u64 } as f32)
            }
            TypeName::Int64 => each(values, |value| long(value) as f32),
            TypeName::Float16 => each(values, half),
            TypeName::Bfloat16 => each(values, brain),
            TypeName::Float32 | TypeName::Float64 => {}
        }
    }

    /// Operations of PyTorch on values of this type, each of whose results the type holds.
    pub(crate) fn steps<const N: usize>(self, values: &mut [f32], steps: [&dyn Fn(f32) -> f32; N]) {
        for step in steps {
            values.iter_mut().for_each(|value| *value = step(*value));
            self.cast_all(values);
        }
    }

    /// The type of what has fractions, made of values of this type.
    pub(crate) fn float(self) -> TypeName {
        if self.is_floating() { self } else { TypeName::Float32 }
    }

    /// As [`TypeName::cast_all`], one value.
    pub(crate) fn cast(self, value: f32) -> f32 {
        let mut one = [value];
        self.cast_all(&mut one);
        one[0]
    }

    /// The type of an operation on tensors of two types (`torch.promote_types`).
    pub(crate) fn promote(self, other: TypeName) -> TypeName {
        let ((narrow, wide), floats) = match self.bytes() <= other.bytes() {
            true => ((self, other), (self.is_floating(), other.is_floating())),
            false => ((other, self), (other.is_floating(), self.is_floating())),
        };
        let signed = |name| matches!(name, TypeName::Int8 | TypeName::Int16 | TypeName::Int32 | TypeName::Int64);
        match floats {
            (true, false) => narrow,
            (false, true) => wide,
            (true, true) if narrow.bytes() == wide.bytes() && narrow != wide => TypeName::Float32,
            (false, false) if narrow == TypeName::Bool || narrow == wide || signed(wide) && signed(narrow) => wide,
            (false, false) if signed(wide) && narrow.bytes() < wide.bytes() => wide,
            (false, false) if signed(wide) || signed(narrow) => match wide.bytes() {
                1 => TypeName::Int16,
                2 => TypeName::Int32,
                _ => TypeName::Int64,
            },
            _ => wide,
        }
    }

    fn bytes(self) -> usize {
        match self {
            TypeName::Bool => 0,
            TypeName::Uint8 | TypeName::Int8 => 1,
            TypeName::Uint16 | TypeName::Int16 | TypeName::Float16 | TypeName::Bfloat16 => 2,
            TypeName::Uint32 | TypeName::Int32 | TypeName::Float32 => 4,
            TypeName::Uint64 | TypeName::Int64 | TypeName::Float64 => 8,
        }
    }
}

impl From<monai_imaging::Dtype> for TypeName {
    fn from(dtype: monai_imaging::Dtype) -> TypeName {
        use monai_imaging::Dtype;
        match dtype {
            Dtype::Uint8 => TypeName::Uint8,
            Dtype::Int8 => TypeName::Int8,
            Dtype::Uint16 => TypeName::Uint16,
            Dtype::Int16 => TypeName::Int16,
            Dtype::Uint32 => TypeName::Uint32,
            Dtype::Int32 => TypeName::Int32,
            Dtype::Uint64 => TypeName::Uint64,
            Dtype::Int64 => TypeName::Int64,
            Dtype::Float32 => TypeName::Float32,
            Dtype::Float64 => TypeName::Float64,
        }
    }
}

/// One loop for each type, compiled for several values at once.
fn each(values: &mut [f32], cast: impl Fn(f32) -> f32) {
    Arch::new().dispatch(|| values.iter_mut().for_each(|value| *value = cast(*value)));
}

/// Truncated to a 32-bit integer. Integers are computed as floats, which hold them exactly.
#[inline(always)]
fn word(value: f32) -> f32 {
    // The zero takes the sign from a negative zero.
    if (-2_147_483_648.0..2_147_483_648.0).contains(&value) { value.trunc() + 0.0 } else { -2_147_483_648.0 }
}

/// The lowest bits of that integer, of which there are `count` kinds.
#[inline(always)]
fn lowest(value: f32, count: f32) -> f32 {
    let word = word(value);
    word - (word / count).floor() * count
}

/// The upper half of `count` integers as negative ones.
#[inline(always)]
fn signed(value: f32, count: f32) -> f32 {
    if value >= count / 2.0 { value - count } else { value }
}

#[inline(always)]
fn long(value: f32) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) { value as i64 } else { i64::MIN }
}

/// To IEEE's 16 bit and back, ties to even.
#[inline(always)]
fn half(value: f32) -> f32 {
    const SMALLEST_NORMAL: f32 = 6.103_515_6e-5;
    const OVERFLOW: f32 = 65520.0;
    let size = value.abs();
    // Below the smallest one, halves lie 2^-24 apart, as floats do between 0.5 and 1.
    let rounded = if size < SMALLEST_NORMAL { size + 0.5 - 0.5 } else { keep(size, 13) };
    let held = if size >= OVERFLOW { f32::INFINITY } else { rounded };
    if value.is_nan() { value } else { held.copysign(value) }
}

/// To bfloat16 and back, ties to even.
#[inline(always)]
fn brain(value: f32) -> f32 {
    if value.is_nan() { value } else { keep(value, 16) }
}

/// Rounds the lowest `bits` of the fraction away, ties to even.
#[inline(always)]
fn keep(value: f32, bits: u32) -> f32 {
    let word = value.to_bits();
    let odd = word >> bits & 1;
    f32::from_bits(word.wrapping_add((1 << (bits - 1)) - 1 + odd) & !((1 << bits) - 1))
}

impl<'de> Deserialize<'de> for TypeName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<TypeName, D::Error> {
        let text = String::deserialize(from)?;
        let name = text.trim_start_matches('$').trim();
        let torch = name.starts_with("torch.");
        Ok(match name.rsplit('.').next().unwrap_or_default() {
            "bool" | "bool_" => TypeName::Bool,
            "uint8" | "ubyte" => TypeName::Uint8,
            "int8" | "byte" => TypeName::Int8,
            "uint16" | "ushort" => TypeName::Uint16,
            "int16" | "short" => TypeName::Int16,
            "uint32" | "uintc" => TypeName::Uint32,
            "int32" | "intc" => TypeName::Int32,
            "int" if torch => TypeName::Int32,
            "uint64" | "uint" => TypeName::Uint64,
            "int64" | "int" | "int_" | "long" | "longlong" => TypeName::Int64,
            "float16" | "half" => TypeName::Float16,
            "bfloat16" if torch => TypeName::Bfloat16,
            "float32" | "single" => TypeName::Float32,
            "float" if torch => TypeName::Float32,
            "float64" | "float" | "double" => TypeName::Float64,
            _ => return Err(D::Error::custom(format!("the dtype {text} is not supported"))),
        })
    }
}
