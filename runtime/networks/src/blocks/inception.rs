use super::Conv;
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::{Activation, NormSpec};
use crate::op::{Affine, Op, Pool, PoolKind};

/// Torchvision's `Inception3` up to its last map, which has 2048 channels. The input has three.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inception {
    /// Whether images come as torchvision normalises them, and are first brought to what the published weights were trained on.
    pub(crate) transform_input: bool,
    /// Whether the state dict has a second head, which only training runs.
    pub(crate) aux_logits: bool,
}

impl Inception {
    /// Channels of the last map.
    pub(crate) const CHANNELS: usize = 2048;

    /// The last map. `prefix` stands before the names of the modules.
    pub(crate) fn build(self, builder: &mut Builder, prefix: &str, input: ValueId) -> Result<ValueId, Error> {
        let input = if self.transform_input { transform(builder, prefix, input) } else { input };
        if self.aux_logits {
            register_auxiliary(builder, &format!("{prefix}AuxLogits"));
        }
        let mut net = Module { builder, prefix: prefix.into() };
        let mut map = net.chain(
            (input, 3),
            &[valid("Conv2d_1a_3x3", 32, 2), valid("Conv2d_2a_3x3", 32, 1), same("Conv2d_2b_3x3", 64, [3, 3])],
        )?;
        map = net.halve("maxpool1", map);
        map = net.chain(map, &[same("Conv2d_3b_1x1", 80, [1, 1]), valid("Conv2d_4a_3x3", 192, 1)])?;
        map = net.halve("maxpool2", map);
        map = net.inner("Mixed_5b").a(map, 32)?;
        map = net.inner("Mixed_5c").a(map, 64)?;
        map = net.inner("Mixed_5d").a(map, 64)?;
        map = net.inner("Mixed_6a").b(map)?;
        map = net.inner("Mixed_6b").c(map, 128)?;
        map = net.inner("Mixed_6c").c(map, 160)?;
        map = net.inner("Mixed_6d").c(map, 160)?;
        map = net.inner("Mixed_6e").c(map, 192)?;
        map = net.inner("Mixed_7a").d(map)?;
        map = net.inner("Mixed_7b").e(map)?;
        Ok(net.inner("Mixed_7c").e(map)?.0)
    }
}

/// A value with its channels.
type Map = (ValueId, usize);

/// A convolution with batch norm and ReLU: torchvision's `BasicConv2d`.
struct Layer {
    name: &'static str,
    channels: usize,
    kernel: [usize; 2],
    stride: usize,
    padded: bool,
}

/// Padded by half the kernel.
fn same(name: &'static str, channels: usize, kernel: [usize; 2]) -> Layer {
    Layer { name, channels, kernel, stride: 1, padded: true }
}

/// Kernel 3 without padding.
fn valid(name: &'static str, channels: usize, stride: usize) -> Layer {
    Layer { name, channels, kernel: [3, 3], stride, padded: false }
}

/// The network, or one of its blocks `InceptionA` to `InceptionE`: several ways through, whose channels come one after the other.
struct Module<'a> {
    builder: &'a mut Builder,
    /// Stands before the names of the layers.
    prefix: String,
}

impl Module<'_> {
    fn inner(&mut self, name: &str) -> Module<'_> {
        Module { builder: &mut *self.builder, prefix: format!("{}{name}.", self.prefix) }
    }

    fn a(&mut self, map: Map, pool_features: usize) -> Result<Map, Error> {
        let ways = [
            self.chain(map, &[same("branch1x1", 64, [1, 1])])?,
            self.chain(map, &[same("branch5x5_1", 48, [1, 1]), same("branch5x5_2", 64, [5, 5])])?,
            self.chain(
                map,
                &[
                    same("branch3x3dbl_1", 64, [1, 1]),
                    same("branch3x3dbl_2", 96, [3, 3]),
                    same("branch3x3dbl_3", 96, [3, 3]),
                ],
            )?,
            self.blur(map, pool_features)?,
        ];
        Ok(self.join(&ways))
    }

    fn b(&mut self, map: Map) -> Result<Map, Error> {
        let ways = [
            self.chain(map, &[valid("branch3x3", 384, 2)])?,
            self.chain(
                map,
                &[
                    same("branch3x3dbl_1", 64, [1, 1]),
                    same("branch3x3dbl_2", 96, [3, 3]),
                    valid("branch3x3dbl_3", 96, 2),
                ],
            )?,
            self.halve("max_pool2d", map),
        ];
        Ok(self.join(&ways))
    }

    fn c(&mut self, map: Map, inner: usize) -> Result<Map, Error> {
        let ways = [
            self.chain(map, &[same("branch1x1", 192, [1, 1])])?,
            self.chain(
                map,
                &[
                    same("branch7x7_1", inner, [1, 1]),
                    same("branch7x7_2", inner, [1, 7]),
                    same("branch7x7_3", 192, [7, 1]),
                ],
            )?,
            self.chain(
                map,
                &[
                    same("branch7x7dbl_1", inner, [1, 1]),
                    same("branch7x7dbl_2", inner, [7, 1]),
                    same("branch7x7dbl_3", inner, [1, 7]),
                    same("branch7x7dbl_4", inner, [7, 1]),
                    same("branch7x7dbl_5", 192, [1, 7]),
                ],
            )?,
            self.blur(map, 192)?,
        ];
        Ok(self.join(&ways))
    }

    fn d(&mut self, map: Map) -> Result<Map, Error> {
        let ways = [
            self.chain(map, &[same("branch3x3_1", 192, [1, 1]), valid("branch3x3_2", 320, 2)])?,
            self.chain(
                map,
                &[
                    same("branch7x7x3_1", 192, [1, 1]),
                    same("branch7x7x3_2", 192, [1, 7]),
                    same("branch7x7x3_3", 192, [7, 1]),
                    valid("branch7x7x3_4", 192, 2),
                ],
            )?,
            self.halve("max_pool2d", map),
        ];
        Ok(self.join(&ways))
    }

    fn e(&mut self, map: Map) -> Result<Map, Error> {
        let once = self.chain(map, &[same("branch3x3_1", 384, [1, 1])])?;
        let twice = self.chain(map, &[same("branch3x3dbl_1", 448, [1, 1]), same("branch3x3dbl_2", 384, [3, 3])])?;
        let ways = [
            self.chain(map, &[same("branch1x1", 320, [1, 1])])?,
            self.chain(once, &[same("branch3x3_2a", 384, [1, 3])])?,
            self.chain(once, &[same("branch3x3_2b", 384, [3, 1])])?,
            self.chain(twice, &[same("branch3x3dbl_3a", 384, [1, 3])])?,
            self.chain(twice, &[same("branch3x3dbl_3b", 384, [3, 1])])?,
            self.blur(map, 192)?,
        ];
        Ok(self.join(&ways))
    }

    fn chain(&mut self, (mut value, mut channels): Map, layers: &[Layer]) -> Result<Map, Error> {
        for layer in layers {
            let name = format!("{}{}", self.prefix, layer.name);
            let conv = Conv {
                kernel: layer.kernel.to_vec(),
                padding: layer.kernel.iter().map(|size| if layer.padded { size / 2 } else { 0 }).collect(),
                ..Conv::cube(2, [channels, layer.channels], 1, layer.stride)
            };
            channels = layer.channels;
            value = conv.build(self.builder, &format!("{name}.conv"), value);
            value = NormSpec::batch(1e-3).build(self.builder, &format!("{name}.bn"), value, channels)?;
            value = self.builder.node(&name, Op::Activation(Activation::Relu), &[value]);
        }
        Ok((value, channels))
    }

    /// The mean of neighbours, then a convolution of kernel 1.
    fn blur(&mut self, (value, channels): Map, out_channels: usize) -> Result<Map, Error> {
        let kind = PoolKind::Average { count_include_pad: true };
        let pool = Op::Pool(Pool::cube(kind, 2, 3, 1, 1));
        let value = self.builder.node(&format!("{}avg_pool2d", self.prefix), pool, &[value]);
        self.chain((value, channels), &[same("branch_pool", out_channels, [1, 1])])
    }

    fn halve(&mut self, name: &str, (value, channels): Map) -> Map {
        let pool = Op::Pool(Pool::cube(PoolKind::Maximum, 2, 3, 2, 0));
        (self.builder.node(&format!("{}{name}", self.prefix), pool, &[value]), channels)
    }

    fn join(&mut self, ways: &[Map]) -> Map {
        let (values, channels): (Vec<ValueId>, Vec<usize>) = ways.iter().copied().unzip();
        let name = self.prefix.trim_end_matches('.');
        (self.builder.node(name, Op::Concatenate, &values), channels.iter().sum())
    }
}

/// From torchvision's mean and deviation of each channel to 0.5 and 0.5.
fn transform(builder: &mut Builder, prefix: &str, input: ValueId) -> ValueId {
    let channels = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)];
    let affine = Affine {
        scale: channels.iter().map(|(_, deviation)| (deviation / 0.5) as f32).collect(),
        shift: channels.iter().map(|(mean, _)| ((mean - 0.5) / 0.5) as f32).collect(),
    };
    builder.node(&format!("{prefix}transform_input"), Op::Affine(affine), &[input])
}

/// The parameters of torchvision's `InceptionAux` with its thousand classes.
fn register_auxiliary(builder: &mut Builder, name: &str) {
    for (layer, shape) in [("conv0", [128, 768, 1, 1]), ("conv1", [768, 128, 5, 5])] {
        builder.parameter(&format!("{name}.{layer}.conv"), "weight", shape.to_vec());
        let norm = format!("{name}.{layer}.bn");
        for entry in ["weight", "bias", "running_mean", "running_var"] {
            builder.parameter(&norm, entry, vec![shape[0]]);
        }
        builder.counter(&norm, "num_batches_tracked");
    }
    builder.parameter(&format!("{name}.fc"), "weight", vec![1000, 768]);
    builder.parameter(&format!("{name}.fc"), "bias", vec![1000]);
}
