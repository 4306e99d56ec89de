use super::{UnetBlock, UnetLayers, linear};
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, LayerNorm};
use crate::op::{Convolution, Op, PadToWindows, PatchMerging, WindowAttention};

/// `monai.networks.nets.swin_unetr.SwinTransformer` with four stages, each of which halves the map and doubles its channels.
pub(crate) struct SwinTransformer {
    pub(crate) in_channels: usize,
    /// Channels of the first stage; the heads of each stage divide its channels.
    pub(crate) features: usize,
    pub(crate) patch: Vec<usize>,
    pub(crate) window: Vec<usize>,
    pub(crate) depths: [usize; 4],
    pub(crate) heads: [usize; 4],
    pub(crate) mlp_ratio: f64,
    pub(crate) qkv_bias: bool,
    pub(crate) patch_norm: bool,
    /// Whether the outputs are normalised.
    pub(crate) normalize: bool,
    pub(crate) merging: PatchMergingMode,
    /// What stands between the convolutions before each stage, where there are some (`use_v2`).
    pub(crate) convolutions: Option<UnetLayers>,
}

/// How neighbours become channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchMergingMode {
    /// `merging`.
    Merging,
    /// `merging` before MONAI 1.5: in three dimensions two neighbours come twice and three never.
    Repeating,
    /// `mergingv2`.
    MergingV2,
}

impl PatchMergingMode {
    /// The neighbours in their order.
    fn offsets(self, axes: usize) -> Vec<Vec<usize>> {
        let offsets: &[[usize; 3]] = match (axes, self) {
            (2, _) => return [[0, 0], [1, 0], [0, 1], [1, 1]].map(Vec::from).into(),
            (_, Self::Merging) => {
                &[[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
            }
            (_, Self::Repeating) => {
                &[[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 0], [0, 0, 1], [1, 1, 1]]
            }
            (_, Self::MergingV2) => {
                &[[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]
            }
        };
        offsets.iter().map(|offset| offset.to_vec()).collect()
    }
}

impl SwinTransformer {
    /// The map of patches, then what each stage makes of it.
    pub(crate) fn build(&self, builder: &mut Builder, name: &str, input: ValueId) -> Result<[ValueId; 5], Error> {
        let mut value = self.embed(builder, &format!("{name}.patch_embed"), input);
        let mut outputs = [self.output(builder, name, value); 5];
        for stage in 0..4 {
            let layers = format!("{name}.layers{}", stage + 1);
            value = self.convolve(builder, &format!("{layers}c.0.layer"), value, stage)?;
            value = self.stage(builder, &format!("{layers}.0"), value, stage);
            outputs[stage + 1] = self.output(builder, name, value);
        }
        Ok(outputs)
    }

    /// `monai.networks.blocks.PatchEmbed`, for sizes that are whole patches.
    fn embed(&self, builder: &mut Builder, name: &str, input: ValueId) -> ValueId {
        let proj = format!("{name}.proj");
        let shape = [&[self.features, self.in_channels], self.patch.as_slice()].concat();
        let op = Op::Convolution(Convolution {
            weight: builder.parameter(&proj, "weight", shape),
            bias: Some(builder.parameter(&proj, "bias", vec![self.features])),
            out_channels: self.features,
            kernel: self.patch.clone(),
            stride: self.patch.clone(),
            padding: vec![[0; 2]; self.patch.len()],
            dilation: vec![1; self.patch.len()],
            groups: 1,
        });
        let value = builder.node(&proj, op, &[input]);
        if self.patch_norm { layer_norm(builder, &format!("{name}.norm"), value, self.features) } else { value }
    }

    fn output(&self, builder: &mut Builder, name: &str, value: ValueId) -> ValueId {
        if !self.normalize {
            return value;
        }
        let norm = LayerNorm { weight: None, bias: None, epsilon: EPSILON };
        builder.node(name, Op::LayerNorm(norm), &[value])
    }

    fn convolve(&self, builder: &mut Builder, name: &str, input: ValueId, stage: usize) -> Result<ValueId, Error> {
        let Some(layers) = &self.convolutions else { return Ok(input) };
        let channels = self.features << stage;
        let (kernel, stride) = (&vec![3; builder.spatial_dims()], &vec![1; builder.spatial_dims()]);
        let block = UnetBlock { in_channels: channels, out_channels: channels, kernel, stride, layers, residual: true };
        block.build(builder, name, input)
    }

    /// MONAI's `BasicLayer`: blocks, each other one with shifted windows, and the merging.
    fn stage(&self, builder: &mut Builder, name: &str, input: ValueId, stage: usize) -> ValueId {
        let mut value = input;
        for block in 0..self.depths[stage] {
            value = self.block(builder, &format!("{name}.blocks.{block}"), value, stage, block % 2 == 1);
        }
        let merging = format!("{name}.downsample");
        let offsets = self.merging.offsets(builder.spatial_dims());
        let channels = self.features << stage;
        let merged = offsets.len() * channels;
        let value = builder.node(&merging, Op::PatchMerging(PatchMerging { offsets }), &[value]);
        let value = layer_norm(builder, &format!("{merging}.norm"), value, merged);
        linear(builder, &format!("{merging}.reduction"), value, [merged, 2 * channels], false)
    }

    /// MONAI's `SwinTransformerBlock`.
    fn block(&self, builder: &mut Builder, name: &str, input: ValueId, stage: usize, shifted: bool) -> ValueId {
        let channels = self.features << stage;
        let value = layer_norm(builder, &format!("{name}.norm1"), input, channels);
        let value = self.attention(builder, &format!("{name}.attn"), value, stage, shifted);
        let value = builder.node(name, Op::Add, &[input, value]);

        let hidden = match (channels as f64 * self.mlp_ratio) as usize {
            0 => channels,
            hidden => hidden,
        };
        let normed = layer_norm(builder, &format!("{name}.norm2"), value, channels);
        let inner = linear(builder, &format!("{name}.mlp.linear1"), normed, [channels, hidden], true);
        let gelu = Op::Activation(Activation::Gelu { tanh: false });
        let inner = builder.node(&format!("{name}.mlp.fn"), gelu, &[inner]);
        let inner = linear(builder, &format!("{name}.mlp.linear2"), inner, [hidden, channels], true);
        builder.node(name, Op::Add, &[value, inner])
    }

    fn attention(&self, builder: &mut Builder, name: &str, input: ValueId, stage: usize, shifted: bool) -> ValueId {
        let (channels, heads, window) = (self.features << stage, self.heads[stage], &self.window);
        let rows = window.iter().map(|size| 2 * size - 1).product();
        let voxels = window.iter().product();
        let bias_table = builder.parameter(name, "relative_position_bias_table", vec![rows, heads]);
        builder.index(name, "relative_position_index", vec![voxels, voxels]);

        let pad = Op::PadToWindows(PadToWindows { window: window.clone() });
        let value = builder.node(name, pad, &[input]);
        let value = linear(builder, &format!("{name}.qkv"), value, [channels, 3 * channels], self.qkv_bias);
        let shift = window.iter().map(|size| if shifted { size / 2 } else { 0 }).collect();
        let attention = Op::WindowAttention(WindowAttention { heads, window: window.clone(), shift, bias_table });
        let value = builder.node(name, attention, &[value]);
        // The projection sees each voxel alone, so the padding may go before it.
        let value = builder.node(name, Op::CropLike, &[value, input]);
        linear(builder, &format!("{name}.proj"), value, [channels; 2], true)
    }
}

/// The default of `torch.nn.LayerNorm`.
const EPSILON: f64 = 1e-5;

fn layer_norm(builder: &mut Builder, name: &str, input: ValueId, channels: usize) -> ValueId {
    let weight = Some(builder.parameter(name, "weight", vec![channels]));
    let bias = Some(builder.parameter(name, "bias", vec![channels]));
    builder.node(name, Op::LayerNorm(LayerNorm { weight, bias, epsilon: EPSILON }), &[input])
}
