//! What FlexibleUNet accepts and refuses.

use monai_networks::Network;
use serde_json::{Value, json};

use crate::cases::{self, refused, size_refused, with};

fn small() -> Value {
    json!({"in_channels": 1, "out_channels": 2, "backbone": "efficientnet-b0", "decoder_channels": [8, 8, 8, 8, 8]})
}

#[test]
fn wrong_arguments_are_named() {
    let check = |argument: &str, value: Option<Value>, words: &[&str]| {
        refused("FlexibleUNet", with(small(), argument, value), &[words, &[argument]].concat());
    };
    for argument in ["in_channels", "out_channels", "backbone"] {
        check(argument, None, &["needs"]);
    }
    check("backbone", Some(json!("efficientnet-b9")), &["efficientnet-b8", "efficientnet-l2"]);
    check("backbone", Some(json!("resnet99")), &["efficientnet-b0", "resnet with 10"]);
    check("backbone", Some(json!(50)), &["efficientnet-b0"]);
    check("spatial_dims", Some(json!(1)), &["2 or 3"]);
    check("decoder_channels", Some(json!([8, 8, 8, 8])), &["5 positive integers"]);
    check("decoder_channels", Some(json!(8)), &["5 positive integers"]);
    check("decoder_channels", Some(json!([8, 8, 8, 8, 0])), &["positive"]);
    check("decoder_channels", Some(json!([8, 8, 1, 1, 1])), &["at least 2"]);
    check("upsample", Some(json!("up")), &["nontrainable"]);
    check("pre_conv", Some(json!("conv")), &["default or nothing"]);
    check("interp_mode", Some(json!("bicubic")), &["nearest", "trilinear"]);
    check("is_pad", Some(json!("no")), &["true or false"]);
    check("decoder_bias", Some(json!(0)), &["true or false"]);
    check("dropout", Some(json!(2)), &["0 to 1"]);
    check("align_corners", Some(json!(true)), &["no supported argument"]);
    let unshuffled = with(with(small(), "pre_conv", Value::Null), "upsample", json!("pixelshuffle"));
    refused("FlexibleUNet", unshuffled, &["pre_conv", "pixelshuffle"]);
    let grouped = with(small(), "norm", json!(["group", {"num_groups": 3}]));
    refused("FlexUNet", grouped, &["num_groups", "decoder.blocks.0.convs.conv_0.adn.N", "8 channels"]);
}

#[test]
fn what_monai_accepts_is_accepted() {
    let check = |argument: &str, value: Value| {
        let network = Network::parse("FlexUNet", with(small(), argument, value)).expect("supported");
        assert_eq!((network.target, network.multiple_of.as_slice()), ("FlexibleUNet", [32, 32].as_slice()));
    };
    check("pretrained", json!(true));
    check("decoder_channels", json!([8, 8, 2, 1, 1, 7, "more"]));
    check("interp_mode", json!("nearest-exact"));
    check("pre_conv", Value::Null);
    check("norm", json!(""));
    check("act", Value::Null);
}

#[test]
fn the_classifier_of_the_backbone_has_parameters_but_no_nodes() {
    let network = Network::parse("FlexibleUNet", small()).expect("supported");
    assert_eq!(network.parameter("encoder._fc.weight").expect("it is in the state dict").shape, [1000, 1280]);
    assert!(!network.graph.nodes().iter().any(|node| node.name.contains("_fc") || node.name.contains("_conv_head")));
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_the_place() {
    let network = Network::parse("FlexibleUNet", small()).expect("supported");
    // Like MONAI: an odd edge loses a voxel.
    assert_eq!(network.output_shape(&[33, 64]).expect("fits").spatial, [32, 64]);
    size_refused(&network, &[64, 1], &["encoder._conv_stem"]);
    let unpadded = Network::parse("FlexibleUNet", with(small(), "is_pad", json!(false))).expect("supported");
    size_refused(&unpadded, &[64, 48], &["decoder.blocks.0", "[4, 3] and [4, 2] voxels"]);
    cases::edges("FlexibleUNet");
}

#[test]
fn cases_of_monai_have_its_parameters_and_shapes() {
    assert_eq!(cases::monai("FlexibleUNet", |_| None), (157, 0));
}
