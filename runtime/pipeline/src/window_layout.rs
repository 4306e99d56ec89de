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
    /// First voxel of every window in the padded image, in the order in which they come: the axis along which the image is longest,
    /// measured in windows, moves slowest, so that as little as can be of the image waits for windows to come. Of equal axes the last
    /// moves fastest.
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
        let mut slowest_first: Vec<usize> = (0..axes).collect();
        slowest_first.sort_by(|&left, &right| (padded[right] * window[left]).cmp(&(padded[left] * window[right])));
        let starts = slowest_first.into_iter().fold(vec![vec![0; axes]], |placed, axis| {
            let next = |start: &Vec<usize>| {
                let start = start.clone();
                along[axis].iter().map(move |&first| {
                    let mut start = start.clone();
                    start[axis] = first;
                    start
                })
            };
            placed.iter().flat_map(next).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Blend, Padding};

    #[test]
    fn the_longest_axis_moves_slowest() {
        let check = |image: &[usize], window: &[usize], expected: &[&[usize]]| {
            let settings = SlidingWindow {
                roi_size: window.iter().copied().map(Some).collect(),
                sw_batch_size: 1,
                overlap: vec![0.0; image.len()],
                blend: Blend::Constant,
                padding: Padding::Constant(0.0),
            };
            assert_eq!(WindowLayout::new(&settings, image).starts, expected, "{image:?}");
        };
        check(&[4, 4], &[2, 2], &[&[0, 0], &[0, 2], &[2, 0], &[2, 2]]);
        check(&[4, 6], &[2, 2], &[&[0, 0], &[2, 0], &[0, 2], &[2, 2], &[0, 4], &[2, 4]]);
        // Three windows of one voxel are more than two of four.
        check(&[8, 3], &[4, 1], &[&[0, 0], &[4, 0], &[0, 1], &[4, 1], &[0, 2], &[4, 2]]);
    }
}
