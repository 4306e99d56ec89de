//! What DynUNet accepts and refuses.

use monai_networks::Network;
use serde_json::{Value, json};

use crate::cases::{self, refused, size_refused, with};

fn small() -> Value {
    json!({
        "spatial_dims": 3, "in_channels": 1, "out_channels": 2, "kernel_size": [3, 3, 3, 3], "strides": [1, 2, 2, [2, 2, 1]],
        "upsample_kernel_size": [2, 2, [2, 2, 1]], "filters": [4, 6, 8, 10],
    })
}

/// The small network with these arguments.
fn changed(changes: Value) -> Value {
    let changes = changes.as_object().expect("a map").clone();
    changes.iter().fold(small(), |arguments, (name, value)| with(arguments, name, value.clone()))
}

#[test]
fn cases_of_monai_pass() {
    assert_eq!(cases::monai("DynUNet", |_| None), (44, 0));
    cases::edges("DynUNet");
}

#[test]
fn wrong_arguments_are_named() {
    let check = |changes: Value, words: &[&str]| refused("DynUNet", changed(changes), words);
    check(json!({"norm": "batch"}), &["`norm`", "supported: norm_name,"]);
    check(json!({"spatial_dims": 1}), &["spatial_dims", "2 or 3"]);
    check(json!({"in_channels": "1"}), &["in_channels", "positive"]);
    check(json!({"out_channels": 0}), &["out_channels", "positive"]);
    check(json!({"strides": [1, 2]}), &["`strides`", "3 to 16"]);
    check(json!({"strides": 2}), &["`strides`", "3 to 16"]);
    check(json!({"strides": [1, 2, 0, 2]}), &["`strides`", "positive"]);
    check(json!({"strides": [1, 2, [2, 2], 2]}), &["`strides`", "3 integers"]);
    check(json!({"kernel_size": [3, 3, 3]}), &["`kernel_size`", "4 kernel sizes"]);
    check(json!({"kernel_size": [3, 3, 3, [3, 3]]}), &["`kernel_size`", "3 integers"]);
    check(json!({"kernel_size": [3, 2, 3, 3]}), &["`kernel_size`", "odd"]);
    check(json!({"strides": [1, 2, 5, 2]}), &["`strides`", "[5,5,5]", "one more than the kernel"]);
    check(json!({"kernel_size": [3, [3, 3, 1], 3, 3], "strides": [1, 3, 2, 2]}), &["`strides`", "[3,3,3]"]);
    check(json!({"strides": [1, 3, 2, 2], "res_block": true}), &["`strides`", "[3,3,3]", "2 where `res_block`"]);
    check(json!({"upsample_kernel_size": [2, 2]}), &["`upsample_kernel_size`", "`strides` without the first"]);
    check(json!({"upsample_kernel_size": [2, 2, 2]}), &["`upsample_kernel_size`", "`strides` without the first"]);
    check(json!({"upsample_kernel_size": 2}), &["`upsample_kernel_size`"]);
    check(json!({"upsample_kernel_size": [2, 2, "2"]}), &["`upsample_kernel_size`", "positive"]);
    check(json!({"filters": [4, 6, 8]}), &["`filters`", "4 numbers"]);
    check(json!({"filters": [4, 6, 8, 0]}), &["`filters`", "positive"]);
    check(json!({"filters": 8}), &["`filters`"]);
    check(json!({"dropout": 2}), &["`dropout`", "0 to 1"]);
    check(json!({"dropout": ["alphadropout", {"p": -1}]}), &["`p`"]);
    check(json!({"norm_name": null}), &["`norm_name`", "null"]);
    check(json!({"norm_name": 3}), &["`norm_name`", "a pair"]);
    check(json!({"norm_name": "layer"}), &["Norm", "LAYER"]);
    check(json!({"norm_name": ["group", {"num_groups": 4}]}), &["num_groups", "skip_layers.next_layer.", "6 channels"]);
    check(json!({"act_name": null}), &["`act_name`", "null"]);
    check(json!({"act_name": "softmax"}), &["Act", "SOFTMAX"]);
    check(json!({"act_name": ["relu", {"slope": 1}]}), &["Act.RELU", "`slope`"]);
    check(json!({"deep_supervision": 1}), &["`deep_supervision`", "true or false"]);
    check(json!({"deep_supervision": true, "deep_supr_num": 0}), &["`deep_supr_num`", "positive"]);
    check(json!({"deep_supervision": true, "deep_supr_num": 3}), &["`deep_supr_num`", "less than the 3"]);
    check(json!({"res_block": "yes"}), &["`res_block`"]);
    check(json!({"trans_bias": null}), &["`trans_bias`"]);
    for needed in ["spatial_dims", "in_channels", "out_channels", "kernel_size", "strides", "upsample_kernel_size"] {
        refused("DynUNet", with(small(), needed, None), &["needs the argument", needed]);
    }
}

#[test]
fn both_names_of_a_block_are_in_the_state_dict_and_one_is_read() {
    let supervised = changed(json!({"deep_supervision": true, "deep_supr_num": 2, "act_name": "prelu"}));
    let network = Network::parse("monai.networks.nets.Dynunet", supervised).expect("supported");
    for name in [
        "input_block.conv1.conv.weight",
        "skip_layers.downsample.conv1.conv.weight",
        "bottleneck.lrelu.weight",
        "skip_layers.next_layer.next_layer.next_layer.lrelu.weight",
        "upsamples.0.transp_conv.conv.weight",
        "skip_layers.next_layer.next_layer.upsample.transp_conv.conv.weight",
        "deep_supervision_heads.1.conv.conv.bias",
        "skip_layers.next_layer.next_layer.super_head.conv.conv.bias",
    ] {
        assert!(network.parameter(name).is_some(), "{name}");
    }
    let names = network.graph.nodes().iter().map(|node| node.name.as_str());
    assert!(names.clone().all(|name| name.starts_with("skip_layers.") || name == "output_block.conv.conv"));
    assert!(!names.clone().any(|name| name.contains("super_head")));
    let plain = Network::parse("DynUNet", changed(json!({"act_name": "prelu"}))).expect("supported");
    assert_eq!(plain.graph.nodes().len(), network.graph.nodes().len());
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_the_place() {
    let network = Network::parse("DynUNet", small()).expect("supported");
    assert_eq!(network.multiple_of, [8, 8, 4]);
    let check = |size: &[usize], words: &[&str]| size_refused(&network, size, words);
    check(&[16, 16], &["3 spatial axes"]);
    check(&[16, 16, 18], &["skip_layers.next_layer.upsample", "[8, 8, 10]", "[8, 8, 9]"]);
    check(&[8, 8, 4], &["skip_layers.next_layer.next_layer.next_layer.norm1", "one number"]);
    network.output_shape(&[8, 16, 4]).expect("two voxels are enough");
}
