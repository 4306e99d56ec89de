//! What EfficientNet and EfficientNetBN accept and refuse.

use monai_networks::Network;
use serde_json::{Value, json};

use crate::cases::{self, refused, size_refused, with};

fn small() -> Value {
    json!({"blocks_args_str": ["r1_k3_s11_e1_i32_o16_se0.25", "r2_k5_s22_e6_i16_o24"]})
}

#[test]
fn wrong_arguments_are_named() {
    let check = |argument: &str, value: Value, words: &[&str]| {
        refused("EfficientNet", with(small(), argument, value), &[words, &[argument]].concat());
    };
    check("spatial_dims", json!(1), &["2 or 3"]);
    check("num_classes", json!(0), &["positive"]);
    check("image_size", json!(0), &["positive"]);
    check("width_coefficient", json!(-1), &["0 to 100"]);
    check("width_coefficient", json!("wide"), &["0 to 100"]);
    check("depth_coefficient", json!(1e9), &["0 to 100"]);
    check("depth_divisor", json!(0), &["positive"]);
    check("dropout_rate", json!(1.5), &["0 to 1"]);
    check("dropout_rate", Value::Null, &["0 to 1"]);
    check("drop_connect_rate", json!(-0.1), &["0 to 1"]);
    check("norm", Value::Null, &["name"]);
    check("pretrained", json!(false), &["no supported argument"]);
    refused("EfficientNet", json!({}), &["blocks_args_str"]);
    refused("EfficientNet", with(small(), "norm", json!(["group", {"num_groups": 5}])), &["num_groups", "32 channels"]);

    let check = |definition: &str, words: &[&str]| {
        let arguments = json!({"blocks_args_str": [definition]});
        refused("EfficientNet", arguments, &[words, &["blocks_args_str"]].concat());
    };
    check("", &["r2_k3_s22_e6_i16_o24_se0.25"]);
    check("r0_k3_s11_e1_i32_o16", &["r0_k3_s11_e1_i32_o16"]);
    check("r1_k3_s12_e1_i32_o16", &["one stride"]);
    check("r1_k3_s0_e1_i32_o16", &["one stride"]);
    check("r1_k3_e1_i32_o16", &["one stride"]);
    check("r1_k3_s11_e1_i32", &["r1_k3_s11_e1_i32"]);
    check("r1_k3_s11_e1_i32_o16_d2", &["d2"]);
    check("r1_k3_s11_e1_i32_o16_skip", &["skip"]);
    check("r1_k3_s11_e1_i32_o16_se0.2.5", &["se0.2.5"]);
    check("r1_k3_s11_e1_i40_o16", &["the 32 channels there", "40"]);
    check("r2_k3_s11_e64_i32_o65536", &["at most 65536 channels", "4194304"]);
    refused("EfficientNet", json!({"blocks_args_str": []}), &["blocks_args_str", "at least one"]);
    refused("EfficientNet", json!({"blocks_args_str": "r1_k3_s11_e1_i32_o16"}), &["blocks_args_str", "a list"]);
}

#[test]
fn wrong_models_are_named() {
    let check = |arguments: Value, words: &[&str]| refused("EfficientNetBN", arguments, words);
    check(json!({}), &["model_name"]);
    check(
        json!({"model_name": "efficientnet-b10", "spatial_dims": 3}),
        &["model_name", "efficientnet-b8", "efficientnet-l2"],
    );
    check(json!({"model_name": "efficientnet-b0", "spatial_dims": 4}), &["spatial_dims"]);
    check(json!({"model_name": "efficientnet-b0", "image_size": 64}), &["no supported argument `image_size`"]);
    // The features are several outputs.
    refused("EfficientNetBNFeatures", json!({"model_name": "efficientnet-b0"}), &["EfficientNetBNFeatures"]);
}

#[test]
fn padding_follows_the_image_size_of_the_constructor() {
    let padding = |image_size: usize| {
        let network =
            Network::parse("EfficientNet", with(small(), "image_size", json!(image_size))).expect("supported");
        let paddings = network.graph.nodes().iter().filter_map(|node| match &node.op {
            monai_networks::Op::Convolution(op) if op.kernel[0] > 1 => Some(op.padding[0]),
            _ => None,
        });
        paddings.collect::<Vec<_>>()
    };
    // The stem, then kernel 3 with stride 1, kernel 5 with stride 2, kernel 5 with stride 1.
    assert_eq!(padding(224), [[0, 1], [1, 1], [1, 2], [2, 2]]);
    assert_eq!(padding(65), [[1, 1], [1, 1], [2, 2], [2, 2]]);
    assert_eq!(padding(1), [[1, 1], [1, 1], [2, 2], [2, 2]]);
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_the_place() {
    let network = Network::parse("EfficientNetBN", json!({"model_name": "efficientnet-b0"})).expect("supported");
    assert_eq!(network.multiple_of, [32, 32]);
    assert!(network.output_shape(&[32, 32]).is_ok());
    size_refused(&network, &[32, 1], &["_conv_stem", "axis 1 has 2 voxels with padding"]);
    cases::edges("EfficientNetBN");
}

#[test]
fn cases_of_monai_have_its_parameters_and_shapes() {
    let refusal = |arguments: &Value| (arguments["spatial_dims"] == 1).then_some("spatial_dims");
    assert_eq!(cases::monai("EfficientNetBN", refusal), (43, 32));
}
