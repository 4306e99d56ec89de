use monai_pipeline::Pipeline;

/// Times that an image and the logits of it are held at once: before a transform, after it, and in between.
const COPIES: u64 = 3;

/// What the windows of one image take beside it.
const WINDOWS: u64 = 256 << 20;

/// Bytes of memory that a bundle takes at most to answer images of this many voxels, its weights left out: a rough bound,
/// which takes the grid before the network to be no finer than that of the images.
pub(super) fn need(pipeline: &Pipeline, voxels: u64) -> u64 {
    let network = pipeline.network();
    let channels = (network.in_channels + network.out_channels) as u64;
    voxels.saturating_mul(size_of::<f32>() as u64 * COPIES * channels).saturating_add(WINDOWS)
}
