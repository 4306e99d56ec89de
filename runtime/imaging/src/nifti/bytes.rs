/// Reads numbers at fixed places of a header whose length was checked.
pub(super) struct Fields<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) big_endian: bool,
}

macro_rules! readers {
    ($($name:ident: $type:ty),*) => {
        impl Fields<'_> {
            $(pub(super) fn $name(&self, offset: usize) -> $type {
                let mut raw = [0; size_of::<$type>()];
                raw.copy_from_slice(&self.bytes[offset..offset + size_of::<$type>()]);
                if self.big_endian { <$type>::from_be_bytes(raw) } else { <$type>::from_le_bytes(raw) }
            })*
        }
    };
}

readers!(i16: i16, i32: i32, i64: i64, f32: f32, f64: f64);
