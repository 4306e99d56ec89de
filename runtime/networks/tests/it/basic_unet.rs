//! What BasicUNet accepts and refuses.

use monai_networks::Network;
use serde_json::{Value, json};

use crate::cases::{self, refused, size_refused, with};

#[test]
fn wrong_arguments_are_named() {
    let check = |argument: &str, value: Value, words: &[&str]| {
        refused("BasicUNet", with(json!({}), argument, value), &[words, &[argument]].concat());
    };
    check("spatial_dims", json!(1), &["2 or 3"]);
    check("in_channels", json!(0), &["positive"]);
    check("out_channels", json!("two"), &["positive"]);
    check("features", json!(32), &["six positive integers"]);
    check("features", json!([32, 32, 64, 128, 256]), &["six"]);
    check("features", json!([32, 32, 64, 0, 256, 32]), &["positive"]);
    check("features", json!([1, 1, 2, 2, 1, 1]), &["at least 2"]);
    check("bias", json!(1), &["true or false"]);
    check("upsample", json!("bilinear"), &["deconv", "pixelshuffle"]);
    check("dropout", json!(-0.5), &["0 to 1"]);
    check("dimensions", json!(2), &["supported: ", "spatial_dims"]);
    check("adn_ordering", json!("NDA"), &["no supported argument"]);
    refused("BasicUNet", json!({"act": "softmax"}), &["Act", "SOFTMAX"]);
    refused("BasicUNet", json!({"norm": ["group", {"num_groups": 3}]}), &["num_groups", "32 channels"]);
}

#[test]
fn all_names_and_defaults_are_those_of_monai() {
    for name in ["BasicUNet", "BasicUnet", "Basicunet", "basicunet", "monai.networks.nets.basic_unet.BasicUNet"] {
        let network = Network::parse(name, Value::Null).expect("supported");
        assert_eq!((network.target, network.spatial_dims, network.out_channels), ("BasicUNet", 3, 2));
        assert_eq!(network.multiple_of, [16; 3]);
    }
    assert!(Network::parse("BasicUNet", json!({"features": [1, 2, 2, 2, 2, 1], "upsample": "nontrainable"})).is_ok());
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_the_place() {
    let network = Network::parse("BasicUNet", json!({"spatial_dims": 2})).expect("supported");
    size_refused(&network, &[32, 15], &["[32, 15]", "down_4.max_pooling", "axis 1 has 1 voxels"]);
    size_refused(&network, &[16, 16], &["down_4.convs.conv_0.adn.N", "one number to normalise"]);
    size_refused(&network, &[16, 16, 16], &["2 spatial axes"]);
    cases::edges("BasicUNet");
}

#[test]
fn cases_of_monai_have_its_parameters_and_shapes() {
    let refusal = |arguments: &Value| (arguments["spatial_dims"] == 1).then_some("spatial_dims");
    assert_eq!(cases::monai("BasicUNet", refusal), (21, 4));
}
