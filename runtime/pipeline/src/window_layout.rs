use crate::SlidingWindow;

/// Where the windows of one image lie, as `monai.inferers.utils.sliding_window_inference` places them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowLayout {
    /// Voxels added before the image on each axis.
    pub before: Vec<usize>,
    /// Size of the image after padding: the larger of image and window.
    pub padded: Vec<usize>,
    /// Size of every window.
    pub window: Vec<usize>,
    /// First voxel of every window in the padded image, the last axis moving fastest.
    pub starts: Vec<Vec<usize>>,
}

impl WindowLayout {
    /// Places windows over an image of this spatial size.
    ///
    /// The step is `window * (1 - overlap)` rounded down, at least 1; the last window of an axis is moved back into the
    /// image. An image smaller than the window is padded, the larger half behind it.
    ///
    /// # Panics
    /// Where the settings are for another number of axes.
    pub fn new(settings: &SlidingWindow, image: &[usize]) -> Self {
        let axes = image.len();
        let window = settings.extents(image);
        let padded: Vec<usize> = (0..axes).map(|axis| image[axis].max(window[axis])).collect();
        let before = (0..axes).map(|axis| (padded[axis] - image[axis]) / 2).collect();
        let along: Vec<Vec<usize>> =
            (0..axes).map(|axis| starts(padded[axis], window[axis], settings.overlap[axis])).collect();
        let starts = along.iter().fold(vec![Vec::new()], |placed: Vec<Vec<usize>>, axis| {
            placed.iter().flat_map(|start| axis.iter().map(move |next| [start.as_slice(), &[*next]].concat())).collect()
        });
        Self { before, padded, window, starts }
    }
}

fn starts(size: usize, window: usize, overlap: f64) -> Vec<usize> {
    if window == size {
        return vec![0];
    }
    let step = ((window as f64 * (1.0 - overlap)) as usize).max(1);
    let last = size - window;
    (0..=last.div_ceil(step)).map(|index| (index * step).min(last)).collect()
}
