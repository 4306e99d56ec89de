use serde_json::json;

use crate::arguments::Arguments;
use crate::blocks::{TwoConv, UpCat, UpsampleMode, plain};
use crate::builder::Builder;
use crate::graph::ValueId;
use crate::layers::Adn;
use crate::op::{Op, Pool, PoolKind, ResizeMode};
use crate::{Error, Network};

/// `monai.networks.nets.BasicUNet`, in two and three dimensions.
pub(crate) fn parse(mut arguments: Arguments) -> Result<Network, Error> {
    let spatial_dims = arguments.spatial_dims_or(3)?;
    let in_channels = arguments.count_or("in_channels", 1)?;
    let out_channels = arguments.count_or("out_channels", 2)?;
    let features = features(&mut arguments)?;
    let act = json!(["LeakyReLU", {"negative_slope": 0.1}]);
    let adn = Adn::parse_or(&mut arguments, act, json!(["instance", {"affine": true}]))?;
    let bias = arguments.bool_or("bias", true)?;
    let mode = UpsampleMode::take(&mut arguments, "upsample", UpsampleMode::Deconv)?;
    arguments.finish()?;

    let mut builder = Builder::new(spatial_dims, in_channels);
    let convs = |in_channels, out_channels| TwoConv { in_channels, out_channels, bias, adn: &adn };
    let mut value = convs(in_channels, features[0]).build(&mut builder, "conv_0", ValueId::INPUT)?;
    let mut skips = Vec::new();
    for level in 1..=DEPTH {
        skips.push((value, features[level - 1]));
        let pooled = builder.node(&format!("down_{level}.max_pooling"), halved(spatial_dims), &[value]);
        let convs = convs(features[level - 1], features[level]);
        value = convs.build(&mut builder, &format!("down_{level}.convs"), pooled)?;
    }
    for level in (1..=DEPTH).rev() {
        let top = level == 1;
        let up_cat = UpCat {
            in_channels: features[level],
            up_channels: if top { features[level] } else { features[level] / 2 },
            out_channels: if top { features[DEPTH + 1] } else { features[level - 1] },
            mode,
            resize: ResizeMode::Linear { align_corners: true },
            pad: true,
            bias,
            adn: &adn,
        };
        value = up_cat.build(&mut builder, &format!("upcat_{level}"), value, skips.pop())?;
    }
    let ones = vec![1; spatial_dims];
    let channels = [features[DEPTH + 1], out_channels];
    let output = plain(&mut builder, "final_conv", value, channels, &ones, &ones, true);
    let (graph, parameters) = builder.finish(output);
    let multiple_of = vec![1 << DEPTH; spatial_dims];
    Ok(Network { target: "BasicUNet", spatial_dims, in_channels, out_channels, multiple_of, graph, parameters })
}

/// How often the image is halved.
const DEPTH: usize = 4;

/// The features of the five levels and of the last block.
fn features(arguments: &mut Arguments) -> Result<[usize; DEPTH + 2], Error> {
    let value = arguments.take("features").unwrap_or_else(|| json!([32, 32, 64, 128, 256, 32]));
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let features: Vec<usize> =
        items.iter().map(|item| arguments.to_count("features", item)).collect::<Result<_, Error>>()?;
    let invalid = |expected| arguments.invalid("features", &value, expected);
    let features: [usize; DEPTH + 2] = features.try_into().map_err(|_| invalid("six positive integers"))?;
    if features[2..=DEPTH].contains(&1) {
        return Err(invalid("at least 2 at the third to fifth place, which are halved on the way up"));
    }
    Ok(features)
}

fn halved(axes: usize) -> Op {
    let (twos, none) = (vec![2; axes], vec![0; axes]);
    Op::Pool(Pool { kind: PoolKind::Maximum, kernel: twos.clone(), stride: twos, padding: none, ceil: false })
}
