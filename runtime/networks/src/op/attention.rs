use crate::parameter::ParameterId;
use crate::shapes::Shape;

/// What lies between the two linear layers of `monai.networks.nets.swin_unetr.WindowAttention`, with the shift and the mask of
/// the block around it.
///
/// The input has queries, keys and values one after the other, `[3 * channels, spatial...]`, each with its heads one after the
/// other; every axis is whole windows ([`PadToWindows`](super::PadToWindows)). Queries are scaled by `(channels / heads)^-0.5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowAttention {
    /// Number of heads.
    pub heads: usize,
    /// Size of the window, one per spatial axis; an axis that is not longer is one window and is not shifted.
    pub window: Vec<usize>,
    /// How far the windows are shifted; voxels that the shift brings together from both ends do not see each other: 100 is
    /// taken from their weight before the softmax.
    pub shift: Vec<usize>,
    /// `[(2 * window - 1) over all axes, heads]`: what is added for two voxels by their distance. Where windows are smaller than
    /// `window`, voxel `n` of a window counts as voxel `n` of a whole one, as in MONAI.
    pub bias_table: ParameterId,
}

impl WindowAttention {
    pub(super) fn infer(&self, input: &Shape) -> Result<Shape, String> {
        if !input.channels.is_multiple_of(3 * self.heads) {
            return Err(format!(
                "{} channels are not queries, keys and values of {} heads",
                input.channels, self.heads
            ));
        }
        Ok(Shape { channels: input.channels / 3, spatial: input.spatial.clone() })
    }

    /// The windows of a map of this size, each with its shift, one per spatial axis.
    pub fn windows(&self, spatial: &[usize]) -> Vec<(usize, usize)> {
        let axes = self.window.iter().zip(&self.shift).zip(spatial);
        axes.map(|((window, shift), size)| if size <= window { (*size, 0) } else { (*window, *shift) }).collect()
    }

    /// The voxels of a map of this size, window by window, each as its place in C order. Within a window the last axis is
    /// fastest.
    pub fn order(&self, spatial: &[usize]) -> Vec<usize> {
        let axes = self.windows(spatial);
        let count: Vec<usize> = axes.iter().zip(spatial).map(|((window, _), size)| size / window).collect();
        let inside: Vec<usize> = axes.iter().map(|(window, _)| *window).collect();
        let mut order = Vec::with_capacity(spatial.iter().product());
        for window in places(&count) {
            for voxel in places(&inside) {
                let along = (0..axes.len()).map(|axis| {
                    let (size, shift) = axes[axis];
                    (window[axis] * size + voxel[axis] + shift) % spatial[axis]
                });
                order.push(along.zip(spatial).fold(0, |place, (at, size)| place * size + at));
            }
        }
        order
    }

    /// The row of `bias_table` for each pair of a query and a key of one window of `voxels` voxels, keys fastest.
    pub fn bias_rows(&self, voxels: usize) -> Vec<usize> {
        let all = places(&self.window);
        let row = |query: &[usize], key: &[usize]| {
            let axes = query.iter().zip(key).zip(&self.window);
            axes.fold(0, |row, ((query, key), window)| row * (2 * window - 1) + query + window - 1 - key)
        };
        all[..voxels].iter().flat_map(|query| all[..voxels].iter().map(move |key| row(query, key))).collect()
    }

    /// The region of each voxel in the order of [`order`](Self::order); `None` where nothing is shifted. Voxels of one window
    /// see each other where their regions are the same (`monai.networks.nets.swin_unetr.compute_mask`).
    pub fn regions(&self, spatial: &[usize]) -> Option<Vec<usize>> {
        let axes = self.windows(spatial);
        if axes.iter().all(|(_, shift)| *shift == 0) {
            return None;
        }
        let region = |axis: usize, at: usize| {
            let ((window, shift), size) = (axes[axis], spatial[axis]);
            // `at` counts from the shifted beginning.
            match at {
                at if shift == 0 || at >= size - shift => 2,
                at if at >= size - window => 1,
                _ => 0,
            }
        };
        let of = |voxel: usize| {
            let mut rest = voxel;
            let mut along = vec![0; spatial.len()];
            for axis in (0..spatial.len()).rev() {
                along[axis] = (rest % spatial[axis] + spatial[axis] - axes[axis].1) % spatial[axis];
                rest /= spatial[axis];
            }
            (0..spatial.len()).fold(0, |place, axis| place * 3 + region(axis, along[axis]))
        };
        Some(self.order(spatial).into_iter().map(of).collect())
    }

    pub(super) fn flops(&self, input: &Shape) -> u64 {
        let window: usize = self.windows(&input.spatial).iter().map(|(window, _)| window).product();
        4 * (input.elements() / 3) as u64 * window as u64
    }
}

/// All places of a box in C order.
fn places(size: &[usize]) -> Vec<Vec<usize>> {
    size.iter().fold(vec![Vec::new()], |all: Vec<Vec<usize>>, size| {
        all.iter().flat_map(|place| (0..*size).map(move |next| [place.as_slice(), &[next]].concat())).collect()
    })
}
