use monai_pipeline::Blend;

/// `monai.data.utils.compute_importance_map`: one weight per voxel of a window, in C order, at least 0.001.
pub fn importance_map(window: &[usize], blend: &Blend) -> Vec<f32> {
    let Blend::Gaussian { sigma_scale } = blend else {
        return vec![1.0; window.iter().product()];
    };
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
    map
}
