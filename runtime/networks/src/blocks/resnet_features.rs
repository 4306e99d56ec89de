use crate::Error;
use crate::blocks::Conv;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, ActivationSpec, NormSpec};
use crate::op::{Op, PadChannels, Pool, PoolKind};

/// A stem and four stages of residual blocks: `monai.networks.nets.ResNetFeatures`, and torchvision's `ResNet` without its head.
pub(crate) struct ResNetFeatures {
    pub(crate) in_channels: usize,
    pub(crate) block: ResNetBlock,
    /// Blocks of each stage; like MONAI, a stage has at least one.
    pub(crate) layers: [usize; 4],
    /// Channels inside the blocks of each stage.
    pub(crate) planes: [usize; 4],
    pub(crate) shortcut: Shortcut,
    /// Kernel of the stem, one size per axis.
    pub(crate) kernel: Vec<usize>,
    /// Stride of the stem, one per axis.
    pub(crate) stride: Vec<usize>,
    pub(crate) max_pool: bool,
    /// Norm of the stem.
    pub(crate) norm: NormSpec,
    /// Activation of the stem.
    pub(crate) act: Option<ActivationSpec>,
}

/// The residual blocks, with batch norm and ReLU.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ResNetBlock {
    /// `monai.networks.nets.ResNetBlock`: two convolutions of kernel 3.
    Basic,
    /// `monai.networks.nets.ResNetBottleneck`: kernels 1, 3, 1. With groups or another width it is torchvision's.
    Bottleneck {
        /// Groups of the middle convolution.
        groups: usize,
        /// Channels of a group where the block has 64 planes.
        width: usize,
    },
}

/// What the input passes where a block changes channels or size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shortcut {
    /// MONAI's type `A`: every second voxel, and channels of zeros.
    Pad,
    /// Type `B`: a convolution of kernel 1 and a batch norm.
    Convolution { bias: bool },
}

/// Channels inside the blocks of the named networks.
pub(crate) const PLANES: [usize; 4] = [64, 128, 256, 512];

/// The block and the layers of a network by its name: `resnet10` to `resnet200`.
pub(crate) fn named(name: &str) -> Option<(ResNetBlock, [usize; 4])> {
    let bottleneck = ResNetBlock::Bottleneck { groups: 1, width: 64 };
    Some(match name {
        "resnet10" => (ResNetBlock::Basic, [1, 1, 1, 1]),
        "resnet18" => (ResNetBlock::Basic, [2, 2, 2, 2]),
        "resnet34" => (ResNetBlock::Basic, [3, 4, 6, 3]),
        "resnet50" => (bottleneck, [3, 4, 6, 3]),
        "resnet101" => (bottleneck, [3, 4, 23, 3]),
        "resnet152" => (bottleneck, [3, 8, 36, 3]),
        "resnet200" => (bottleneck, [3, 24, 36, 3]),
        _ => return None,
    })
}

impl ResNetBlock {
    fn expansion(self) -> usize {
        match self {
            Self::Basic => 1,
            Self::Bottleneck { .. } => 4,
        }
    }
}

impl ResNetFeatures {
    /// Names of the modules as MONAI has them, with a prefix.
    pub(crate) fn modules(prefix: &str) -> [String; 8] {
        ["conv1", "bn1", "act", "maxpool", "layer1", "layer2", "layer3", "layer4"].map(|name| format!("{prefix}{name}"))
    }

    /// Channels of the maps that [`build`](Self::build) gives.
    pub(crate) fn channels(&self) -> [usize; 5] {
        let [a, b, c, d] = self.planes.map(|planes| planes * self.block.expansion());
        [self.planes[0], a, b, c, d]
    }

    /// The maps after the stem's activation and after each stage, the finest first. `modules` names the stem's four modules and
    /// the four stages.
    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        modules: &[String; 8],
        input: ValueId,
    ) -> Result<[ValueId; 5], Error> {
        let [conv1, bn1, act, max_pool, stages @ ..] = modules;
        let axes = builder.spatial_dims();
        let mut channels = self.planes[0];
        let conv = Conv {
            in_channels: self.in_channels,
            out_channels: channels,
            kernel: self.kernel.clone(),
            stride: self.stride.clone(),
            padding: self.kernel.iter().map(|size| size / 2).collect(),
            groups: 1,
            bias: false,
        };
        let mut value = conv.build(builder, conv1, input);
        value = self.norm.build(builder, bn1, value, channels)?;
        if let Some(activation) = &self.act {
            value = activation.build(builder, act, value, channels)?;
        }
        let mut maps = [value; 5];
        if self.max_pool {
            value = builder.node(max_pool, Op::Pool(Pool::cube(PoolKind::Maximum, axes, 3, 2, 1)), &[value]);
        }
        for (stage, name) in stages.iter().enumerate() {
            for index in 0..self.layers[stage].max(1) {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let name = format!("{name}.{index}");
                value = self.block(builder, &name, value, channels, self.planes[stage], stride)?;
                channels = self.planes[stage] * self.block.expansion();
            }
            maps[stage + 1] = value;
        }
        Ok(maps)
    }

    fn block(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        in_channels: usize,
        planes: usize,
        stride: usize,
    ) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        let out_channels = planes * self.block.expansion();
        let convolutions = match self.block {
            ResNetBlock::Basic => {
                vec![Conv::cube(axes, [in_channels, planes], 3, stride), Conv::cube(axes, [planes, planes], 3, 1)]
            }
            ResNetBlock::Bottleneck { groups, width } => {
                let width = planes * width / 64 * groups;
                vec![
                    Conv::cube(axes, [in_channels, width], 1, 1),
                    Conv { groups, ..Conv::cube(axes, [width, width], 3, stride) },
                    Conv::cube(axes, [width, out_channels], 1, 1),
                ]
            }
        };
        let (batch, relu) = (NormSpec::batch(1e-5), Op::Activation(Activation::Relu));
        let mut value = input;
        for (index, conv) in convolutions.into_iter().enumerate() {
            if index > 0 {
                value = builder.node(&format!("{name}.act"), relu.clone(), &[value]);
            }
            let channels = conv.out_channels;
            value = conv.build(builder, &format!("{name}.conv{}", index + 1), value);
            value = batch.build(builder, &format!("{name}.bn{}", index + 1), value, channels)?;
        }
        let shortcut = if stride == 1 && in_channels == out_channels {
            input
        } else {
            self.shortcut(builder, &format!("{name}.downsample"), input, [in_channels, out_channels], stride)?
        };
        let sum = builder.node(name, Op::Add, &[value, shortcut]);
        Ok(builder.node(&format!("{name}.act"), relu, &[sum]))
    }

    fn shortcut(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        channels: [usize; 2],
        stride: usize,
    ) -> Result<ValueId, Error> {
        let axes = builder.spatial_dims();
        match self.shortcut {
            Shortcut::Pad => {
                let pool = Pool::cube(PoolKind::Maximum, axes, 1, stride, 0);
                let thin = if stride == 1 { input } else { builder.node(name, Op::Pool(pool), &[input]) };
                let pad = Op::PadChannels(PadChannels { channels: channels[1] });
                Ok(if channels[0] == channels[1] { thin } else { builder.node(name, pad, &[thin]) })
            }
            Shortcut::Convolution { bias } => {
                let conv = Conv { bias, ..Conv::cube(axes, channels, 1, stride) };
                let value = conv.build(builder, &format!("{name}.0"), input);
                NormSpec::batch(1e-5).build(builder, &format!("{name}.1"), value, channels[1])
            }
        }
    }
}
