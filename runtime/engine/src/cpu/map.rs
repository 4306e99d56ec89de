/// A sample inside the network: `[channels, X, Y, Z]`, Z fastest.
pub(crate) struct Map {
    pub(crate) channels: usize,
    pub(crate) size: [usize; 3],
    pub(crate) data: Vec<f32>,
}

impl Map {
    pub(crate) fn voxels(&self) -> usize {
        self.size.iter().product()
    }
}
