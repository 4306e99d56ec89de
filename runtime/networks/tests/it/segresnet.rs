//! What SegResNet and SegResNetDS accept and refuse.

use monai_networks::Network;
use serde_json::{Value, json};

use crate::cases::{self, refused, size_refused, with};

#[test]
fn wrong_arguments_are_named() {
    let check = |target: &str, argument: &str, value: Value, words: &[&str]| {
        refused(target, with(json!({}), argument, value), &[words, &[argument]].concat());
    };
    for target in ["SegResNet", "SegResNetDS"] {
        check(target, "spatial_dims", json!(4), &["2 or 3"]);
        check(target, "init_filters", json!(0), &["positive"]);
        check(target, "init_filters", json!(8193), &["at most 8192", "4 levels"]);
        check(target, "in_channels", json!(-1), &["positive"]);
        check(target, "blocks_down", json!([]), &["at least one"]);
        check(target, "blocks_down", json!([1, -1]), &["integers from 0"]);
        check(target, "blocks_down", json!(4), &["a list"]);
        check(target, "blocks_down", json!(vec![1; 17]), &["at most 16"]);
        check(target, "blocks_up", json!([1, 1]), &["3 integers", "blocks_down"]);
        check(target, "upsample_mode", json!("linear"), &["nontrainable"]);
        check(target, "norm", json!(""), &["the name of a norm"]);
        check(target, "norm", Value::Null, &["the name of a norm"]);
        check(target, "act", Value::Null, &["name"]);
        check(target, "dropout", json!(0.1), &["no supported argument"]);
        refused(target, json!({"norm": "layer"}), &["Norm", "LAYER"]);
        refused(target, json!({"norm": ["batch", {"track_running_stats": false}]}), &["track_running_stats"]);
        refused(
            target,
            json!({"init_filters": 4, "norm": ["group", {"num_groups": 8}]}),
            &["num_groups", "4 channels"],
        );
    }
    check("SegResNet", "dropout_prob", json!(2), &["0 to 1"]);
    check("SegResNet", "dropout_prob", json!(["dropout", {}]), &["0 to 1"]);
    check("SegResNet", "norm_name", json!("batch"), &["group", "`norm`"]);
    check("SegResNet", "num_groups", json!(0), &["positive"]);
    check("SegResNet", "use_conv_final", json!("yes"), &["true or false"]);
    refused("SegResNet", json!({"norm_name": "GROUP", "num_groups": 3}), &["num_groups", "8 channels"]);
    check("SegResNetDS", "act", json!(""), &["the name of an activation"]);
    check("SegResNetDS", "dsdepth", json!(-1), &["an integer from 0"]);
    check("SegResNetDS", "preprocess", json!("$lambda x: x"), &["transforms"]);
    check("SegResNetDS", "resolution", json!([1, 5]), &["3 positive numbers"]);
    check("SegResNetDS", "resolution", json!([1, 1, 0]), &["3 positive numbers"]);
    check("SegResNetDS", "resolution", json!(5), &["3 positive numbers"]);
    refused("SegResNetDS", json!({"resolution": [1, 1, 5], "blocks_down": [1]}), &["resolution", "two levels"]);
    refused(
        "SegResNetDS",
        json!({"resolution": [1, 1, 5], "upsample_mode": "pixelshuffle"}),
        &["upsample_mode", "doubles"],
    );
    // These two return pairs.
    refused("SegResNetDS2", json!({}), &["SegResNetDS2", "supported: ", "SegResNetDS"]);
    refused("SegResNetVAE", json!({"input_image_size": [16, 16, 16]}), &["SegResNetVAE"]);
}

#[test]
fn outputs_are_those_of_evaluation() {
    let check = |target: &str, arguments: Value, out_channels: usize, multiple_of: [usize; 3]| {
        let network = Network::parse(target, arguments).expect("supported");
        let shape = network.output_shape(&[16, 16, 16]).expect("fits");
        assert_eq!((network.out_channels, shape.channels, shape.spatial), (out_channels, out_channels, vec![16; 3]));
        assert_eq!(network.multiple_of, multiple_of);
    };
    check("SegResNet", json!({"dropout_prob": null, "norm_name": null}), 2, [8; 3]);
    check("SegResNet", json!({"use_conv_final": false}), 8, [8; 3]);
    check("SegResNetDS", json!({"blocks_up": null, "preprocess": null, "resolution": null}), 2, [8; 3]);
    check("SegResNetDS", json!({"dsdepth": 0}), 32, [8; 3]);
    check("SegResNetDS", json!({"resolution": [1, 1, 5], "dsdepth": 9}), 2, [8, 8, 2]);
    check("SegResNetDS", json!({"resolution": [1, 2, 5]}), 2, [8, 4, 2]);
    check("SegResNetDS", json!({"resolution": [], "blocks_down": [1]}), 2, [1; 3]);
}

#[test]
fn modules_that_evaluation_does_not_reach_have_parameters_but_no_nodes() {
    let nodes = |target: &str, arguments: Value| {
        let network = Network::parse(target, arguments).expect("supported");
        let names = network.graph.nodes().iter().map(|node| node.name.clone()).collect::<Vec<_>>();
        (names, network)
    };
    let (names, network) = nodes("SegResNet", json!({"use_conv_final": false}));
    assert!(network.parameter("conv_final.2.conv.bias").is_some());
    assert!(!names.iter().any(|name| name.starts_with("conv_final")));
    let (names, network) = nodes("SegResNetDS", json!({"dsdepth": 2}));
    assert!(
        network.parameter("up_layers.1.head.bias").is_some() && network.parameter("up_layers.0.head.bias").is_none()
    );
    assert_eq!(names.iter().filter(|name| name.contains("head")).collect::<Vec<_>>(), ["up_layers.2.head"]);
    assert_eq!(network.graph.output().index(), network.graph.nodes().len());
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_the_place() {
    let network = Network::parse("SegResNet", Value::Null).expect("supported");
    size_refused(&network, &[16, 16, 20], &["up_samples.0", "[4, 4, 6]", "[4, 4, 5]"]);
    // PyTorch repeats the single voxel.
    size_refused(&network, &[16, 16, 1], &["up_samples.0"]);
    let network = Network::parse("SegResNetDS", json!({"resolution": [1, 1, 5]})).expect("supported");
    assert!(network.output_shape(&[8, 8, 2]).is_ok());
    size_refused(&network, &[8, 8, 3], &["up_layers.0", "[2, 2, 4]", "[2, 2, 3]"]);
    size_refused(&network, &[12, 8, 2], &["up_layers.0"]);
    cases::edges("SegResNet");
    cases::edges("SegResNetDS");
}

#[test]
fn cases_of_monai_have_its_parameters_and_shapes() {
    let refusal =
        |arguments: &Value| (arguments["norm"][1]["track_running_stats"] == false).then_some("track_running_stats");
    assert_eq!(cases::monai("SegResNet", refusal), (96, 32));
    assert_eq!(cases::monai("SegResNetDS", refusal), (48, 0));
}
