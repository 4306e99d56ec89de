use super::PerAxis;
use crate::Error;

/// How overlapping windows are weighed, MONAI's `mode`.
#[derive(Debug, Clone, PartialEq)]
pub enum Blend {
    /// All predictions alike.
    Constant,
    /// Less towards the edges of a window.
    Gaussian {
        /// Standard deviation as a share of the window's size; MONAI's default is 0.125.
        sigma_scale: PerAxis<f64>,
    },
}

/// `monai.data.utils.compute_importance_map`: one weight per voxel of a window, in C order, at least 0.001.
pub fn importance_map(window: &[usize], blend: &Blend) -> Result<Vec<f32>, Error> {
    let Blend::Gaussian { sigma_scale } = blend else {
        return Ok(vec![1.0; window.iter().product()]);
    };
    let sigma_scale = sigma_scale.expand("sigma_scale", window.len())?;
    let mut map = vec![1.0_f32];
    for (size, scale) in window.iter().zip(sigma_scale) {
        let sigma = *size as f64 * scale;
        let divisor = (-2.0 * sigma * sigma) as f32;
        let centre = (*size as f64 - 1.0) / 2.0;
        let curve: Vec<f32> = (0..*size)
            .map(|index| {
                let distance = (index as f64 - centre) as f32;
                (distance * distance / divisor).exp()
            })
            .collect();
        map = map.iter().flat_map(|weight| curve.iter().map(move |value| weight * value)).collect();
    }
    let smallest = map.iter().copied().fold(f32::INFINITY, f32::min).max(1e-3);
    map.iter_mut().for_each(|weight| *weight = weight.max(smallest));
    Ok(map)
}
