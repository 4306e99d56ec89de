use super::{TwoConv, Upsample, UpsampleMode};
use crate::Error;
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::Adn;
use crate::op::{Op, ResizeMode};

/// `monai.networks.nets.basic_unet.UpCat`: doubles the input, puts it behind the encoder's map, then [`TwoConv`].
pub(crate) struct UpCat<'a> {
    pub(crate) in_channels: usize,
    /// Channels of the input once doubled: all of them, or half.
    pub(crate) up_channels: usize,
    pub(crate) out_channels: usize,
    pub(crate) mode: UpsampleMode,
    pub(crate) resize: ResizeMode,
    /// Whether the doubled input is lengthened to the size of the encoder's map.
    pub(crate) pad: bool,
    pub(crate) bias: bool,
    pub(crate) adn: &'a Adn,
}

impl UpCat<'_> {
    /// `skip` is the encoder's map with its channels.
    pub(crate) fn build(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        skip: Option<(ValueId, usize)>,
    ) -> Result<ValueId, Error> {
        let upsample = Upsample {
            mode: self.mode,
            in_channels: self.in_channels,
            out_channels: self.up_channels,
            scale: &vec![2; builder.spatial_dims()],
            kernel: None,
            resize: self.resize,
            bias: true,
        };
        let up = upsample.build(builder, &format!("{name}.upsample"), input);
        let (joined, skip_channels) = match skip {
            None => (up, 0),
            Some((skip, channels)) => {
                let up = if self.pad { builder.node(name, Op::PadLike, &[up, skip]) } else { up };
                (builder.node(name, Op::Concatenate, &[skip, up]), channels)
            }
        };
        let in_channels = skip_channels + self.up_channels;
        let convs = TwoConv { in_channels, out_channels: self.out_channels, bias: self.bias, adn: self.adn };
        convs.build(builder, &format!("{name}.convs"), joined)
    }
}
