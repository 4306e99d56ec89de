/// One sample that enters or leaves a network: `[channels, spatial...]` in C order, the last axis fastest. A vector has no spatial axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    channels: usize,
    spatial: Vec<usize>,
    data: Vec<f32>,
}

impl Features {
    /// Takes the numbers of `channels` maps of the given spatial size (two or three axes, none for a vector).
    ///
    /// # Panics
    /// When `data` has another length than channels times size.
    pub fn new(channels: usize, spatial: &[usize], data: Vec<f32>) -> Self {
        assert_eq!(data.len(), channels * spatial.iter().product::<usize>(), "data fills the shape");
        Self { channels, spatial: spatial.to_vec(), data }
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// One size per spatial axis.
    pub fn spatial(&self) -> &[usize] {
        &self.spatial
    }

    /// All numbers.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// Gives the numbers away.
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    pub(crate) fn spatial3(&self) -> [usize; 3] {
        lift(&self.spatial, 1)
    }
}

/// Two axes as three, with `filler` for the missing first one.
pub(crate) fn lift(axes: &[usize], filler: usize) -> [usize; 3] {
    match *axes {
        [x, y, z] => [x, y, z],
        [y, z] => [filler, y, z],
        [z] => [filler, filler, z],
        _ => [filler; 3],
    }
}
