use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::blocks::{PatchMergingMode, SwinTransformer, UnetBlock, UnetLayers, UnetUpBlock, plain};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::check_ratio;
use crate::{Error, Network};

/// `monai.networks.nets.SwinUNETR` with window attention, in two and three dimensions.
struct SwinUnetr {
    in_channels: usize,
    out_channels: usize,
    transformer: SwinTransformer,
    layers: UnetLayers,
}

/// The one patch size for which the decoder, which doubles five times, comes back to the size of the input.
const PATCH: usize = 2;
/// What sizes are multiples of: the patch, then four mergings.
const MULTIPLE: usize = PATCH.pow(5);
/// Larger windows have more pairs of voxels than memory.
const MAX_WINDOW: usize = 128;

pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let spatial_dims = arguments.count_or("spatial_dims", 3)?;
    if !matches!(spatial_dims, 2 | 3) {
        return Err(arguments.invalid("spatial_dims", &Value::from(spatial_dims), "2 or 3"));
    }
    let in_channels = arguments.count("in_channels")?;
    let out_channels = arguments.count("out_channels")?;
    let features = arguments.count_or("feature_size", 24)?;
    if !features.is_multiple_of(12) {
        return Err(arguments.invalid("feature_size", &Value::from(features), "a multiple of 12"));
    }
    let patch = extents(&mut arguments, "patch_size", PATCH, spatial_dims, |size| size == PATCH, "2")?;
    let transformer = SwinTransformer {
        in_channels,
        features,
        patch,
        window: extents(&mut arguments, "window_size", 7, spatial_dims, |size| size <= MAX_WINDOW, "at most 128")?,
        depths: stages(&mut arguments, "depths", [2; 4], |_, depth| depth <= 64, "4 integers from 1 to 64")?,
        heads: heads(&mut arguments, features)?,
        mlp_ratio: mlp_ratio(&mut arguments)?,
        qkv_bias: arguments.bool_or("qkv_bias", true)?,
        patch_norm: arguments.bool_or("patch_norm", false)?,
        normalize: arguments.bool_or("normalize", true)?,
        merging: merging(&mut arguments, spatial_dims)?,
        convolutions: arguments.bool_or("use_v2", false)?.then(UnetLayers::instance).transpose()?,
    };
    let layers = UnetLayers::parse(&mut arguments, json!("instance"))?;
    check_training(&mut arguments)?;
    check_hyena(&mut arguments)?;
    arguments.finish()?;

    let unetr = SwinUnetr { in_channels, out_channels, transformer, layers };
    let mut builder = Builder::new(spatial_dims, in_channels);
    builder.accept_multiples_of(MULTIPLE);
    let output = unetr.build(&mut builder)?;
    let (graph, parameters) = builder.finish(output);
    let multiple_of = vec![MULTIPLE; spatial_dims];
    Ok(Network { target: "SwinUNETR", spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

/// One integer for all axes or one per axis, each of which fits.
fn extents(
    arguments: &mut Arguments,
    name: &'static str,
    default: usize,
    axes: usize,
    fits: impl Fn(usize) -> bool,
    expected: &str,
) -> Result<Vec<usize>, Error> {
    let value = arguments.take(name).unwrap_or_else(|| Value::from(default));
    let extents = arguments.to_extents(name, &value, axes)?;
    if extents.iter().all(|extent| fits(*extent)) {
        Ok(extents)
    } else {
        Err(arguments.invalid(name, &value, expected))
    }
}

/// One number for each of the four stages, each of which fits.
fn stages(
    arguments: &mut Arguments,
    name: &'static str,
    default: [usize; 4],
    fits: impl Fn(usize, usize) -> bool,
    expected: &str,
) -> Result<[usize; 4], Error> {
    let Some(value) = arguments.take(name) else { return Ok(default) };
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let numbers = items.iter().map(|item| arguments.to_count(name, item)).collect::<Result<Vec<_>, _>>()?;
    <[usize; 4]>::try_from(numbers)
        .ok()
        .filter(|numbers| numbers.iter().enumerate().all(|(stage, number)| fits(stage, *number)))
        .ok_or_else(|| arguments.invalid(name, &value, expected))
}

fn heads(arguments: &mut Arguments, features: usize) -> Result<[usize; 4], Error> {
    let expected = format!("4 integers, divisors of {features} and its next three doubles");
    let divides = |stage: usize, heads: usize| (features << stage).is_multiple_of(heads);
    stages(arguments, "num_heads", [3, 6, 12, 24], divides, &expected)
}

fn mlp_ratio(arguments: &mut Arguments) -> Result<f64, Error> {
    let ratio = arguments.number_or("mlp_ratio", 4.0)?;
    if (0.0..=64.0).contains(&ratio) {
        return Ok(ratio);
    }
    Err(arguments.invalid("mlp_ratio", &Value::from(ratio), "a number from 0 to 64"))
}

/// Takes `downsample` and `img_size`. The latter belongs to MONAI before 1.5, which demands it and has another `merging`.
fn merging(arguments: &mut Arguments, axes: usize) -> Result<PatchMergingMode, Error> {
    let old = match arguments.take("img_size") {
        None => false,
        Some(value) => {
            let size = arguments.to_extents("img_size", &value, axes)?;
            if !size.iter().all(|size| size.is_multiple_of(MULTIPLE)) {
                return Err(arguments.invalid("img_size", &value, "multiples of 32"));
            }
            true
        }
    };
    let value = arguments.take("downsample").unwrap_or_else(|| json!("merging"));
    let name = value.as_str().map(|name| match name.rsplit_once('.') {
        Some(("monai.networks.nets" | "monai.networks.nets.swin_unetr", class)) => class,
        _ => name,
    });
    match name {
        Some("merging" | "PatchMerging") if old => Ok(PatchMergingMode::Repeating),
        Some("merging" | "PatchMerging") => Ok(PatchMergingMode::Merging),
        Some("mergingv2" | "PatchMergingV2") => Ok(PatchMergingMode::MergingV2),
        _ => Err(arguments.invalid("downsample", &value, "merging or mergingv2")),
    }
}

/// Takes what says how a network is trained or run, but not what it computes.
fn check_training(arguments: &mut Arguments) -> Result<(), Error> {
    for name in ["drop_rate", "attn_drop_rate", "dropout_path_rate"] {
        if let Some(ratio) = arguments.take(name) {
            check_ratio(arguments, name, &ratio)?;
        }
    }
    arguments.without_effect("use_checkpoint");
    arguments.without_effect("use_flash_attention");
    match arguments.take("norm_layer") {
        Some(layer) if layer != "torch.nn.LayerNorm" => {
            Err(arguments.invalid("norm_layer", &layer, "torch.nn.LayerNorm"))
        }
        _ => Ok(()),
    }
}

/// Refuses what asks for the Hyena operator in place of window attention.
fn check_hyena(arguments: &mut Arguments) -> Result<(), Error> {
    let defaults = [
        ("use_hyena", json!(false)),
        ("hyena_stages", Value::Null),
        ("hyena_kernel_size", json!(3)),
        ("hyena_kernel_mlp_dim", json!(32)),
        ("hyena_kernel_layers", json!(3)),
        ("hyena_mask_max_attenuation", json!(0.95)),
        ("hyena_fft_padding", json!("circular")),
        ("hyena_grid_type", json!("single")),
        ("hyena_use_chunked_fft", json!(false)),
        ("hyena_use_fft_short_conv", json!(false)),
        ("hyena_omega_0", json!(10.0)),
        ("hyena_l_cache", json!(32)),
        ("hyena_short_conv_fft_chunks", json!(0)),
    ];
    for (name, default) in defaults {
        let Some(value) = arguments.take(name) else { continue };
        let same = value == default || value.as_f64().is_some() && value.as_f64() == default.as_f64();
        if !same {
            return Err(arguments.invalid(name, &value, &format!("{default}: Hyena operators are not supported")));
        }
    }
    Ok(())
}

impl SwinUnetr {
    fn build(&self, builder: &mut Builder) -> Result<ValueId, Error> {
        let features = self.transformer.features;
        let [hidden0, hidden1, hidden2, hidden3, hidden4] =
            self.transformer.build(builder, "swinViT", ValueId::INPUT)?;
        let enc0 = self.encoder(builder, "encoder1", ValueId::INPUT, self.in_channels, features)?;
        let enc1 = self.encoder(builder, "encoder2", hidden0, features, features)?;
        let enc2 = self.encoder(builder, "encoder3", hidden1, 2 * features, 2 * features)?;
        let enc3 = self.encoder(builder, "encoder4", hidden2, 4 * features, 4 * features)?;
        let bottom = self.encoder(builder, "encoder10", hidden4, 16 * features, 16 * features)?;
        let value = self.decoder(builder, "decoder5", bottom, hidden3, 16 * features, 8 * features)?;
        let value = self.decoder(builder, "decoder4", value, enc3, 8 * features, 4 * features)?;
        let value = self.decoder(builder, "decoder3", value, enc2, 4 * features, 2 * features)?;
        let value = self.decoder(builder, "decoder2", value, enc1, 2 * features, features)?;
        let value = self.decoder(builder, "decoder1", value, enc0, features, features)?;
        let ones = vec![1; builder.spatial_dims()];
        Ok(plain(builder, "out.conv.conv", value, [features, self.out_channels], &ones, &ones, true))
    }

    /// MONAI's block `UnetrBasicBlock`.
    fn encoder(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        in_channels: usize,
        out_channels: usize,
    ) -> Result<ValueId, Error> {
        let (kernel, stride) = (&vec![3; builder.spatial_dims()], &vec![1; builder.spatial_dims()]);
        let block = UnetBlock { in_channels, out_channels, kernel, stride, layers: &self.layers, residual: true };
        block.build(builder, &format!("{name}.layer"), input)
    }

    fn decoder(
        &self,
        builder: &mut Builder,
        name: &str,
        input: ValueId,
        skip: ValueId,
        in_channels: usize,
        out_channels: usize,
    ) -> Result<ValueId, Error> {
        let block = UnetUpBlock {
            in_channels,
            out_channels,
            kernel: &vec![3; builder.spatial_dims()],
            upsample: &vec![2; builder.spatial_dims()],
            bias: false,
            layers: &self.layers,
            residual: true,
        };
        block.build(builder, name, input, skip)
    }
}
