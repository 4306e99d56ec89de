//! What SwinUNETR accepts and refuses.

use monai_networks::{Network, Op};
use serde_json::{Value, json};

use crate::cases::{self, refused, size_refused, with};

/// A small network with these arguments.
fn changed(changes: Value) -> Value {
    let small = json!({"in_channels": 1, "out_channels": 2, "feature_size": 12, "depths": [1, 1, 1, 1]});
    let changes = changes.as_object().expect("a map").clone();
    changes.iter().fold(small, |arguments, (name, value)| with(arguments, name, value.clone()))
}

fn parse(changes: Value) -> Network {
    Network::parse("SwinUNETR", changed(changes)).expect("supported")
}

#[test]
fn cases_of_monai_pass() {
    assert_eq!(cases::monai("SwinUNETR", |_| None), (8, 0));
    cases::edges("SwinUNETR");
}

#[test]
fn wrong_arguments_are_named() {
    let check = |changes: Value, words: &[&str]| refused("SwinUNETR", changed(changes), words);
    check(json!({"windows_size": 7}), &["`windows_size`", "supported: window_size,"]);
    check(json!({"spatial_dims": 1, "feature_size": 48}), &["spatial_dims", "2 or 3"]);
    check(json!({"in_channels": null}), &["in_channels", "positive"]);
    check(json!({"out_channels": -1}), &["out_channels", "positive"]);
    check(json!({"feature_size": 50}), &["feature_size", "50", "multiple of 12"]);
    check(json!({"patch_size": 4}), &["`patch_size`", "4", "expected 2"]);
    check(json!({"patch_size": [2, 2]}), &["`patch_size`", "3 integers"]);
    check(json!({"depths": [2, 2, 2]}), &["`depths`", "4 integers"]);
    check(json!({"depths": [2, 2, 2, 0]}), &["`depths`", "positive"]);
    check(json!({"depths": [2, 2, 2, 65]}), &["`depths`", "1 to 64"]);
    check(json!({"depths": 2}), &["`depths`", "4 integers"]);
    check(json!({"num_heads": [3, 6, 12]}), &["`num_heads`", "4 integers"]);
    check(json!({"num_heads": [3, 6, 12, 25]}), &["`num_heads`", "divisors of 12"]);
    check(json!({"window_size": 0}), &["`window_size`", "positive"]);
    check(json!({"window_size": [7, 7]}), &["`window_size`", "3 integers"]);
    check(json!({"window_size": 129}), &["`window_size`", "at most 128"]);
    check(json!({"qkv_bias": 1}), &["`qkv_bias`", "true or false"]);
    check(json!({"mlp_ratio": -1}), &["`mlp_ratio`", "0 to 64"]);
    check(json!({"norm_name": null}), &["`norm_name`", "null"]);
    check(json!({"norm_name": "localresponse"}), &["Norm", "LOCALRESPONSE"]);
    check(json!({"norm_name": ["group", {"num_groups": 5}]}), &["num_groups", "encoder1.layer.norm1", "12 channels"]);
    check(json!({"drop_rate": -1}), &["`drop_rate`", "0 to 1"]);
    check(json!({"attn_drop_rate": 1.1}), &["`attn_drop_rate`", "0 to 1"]);
    check(json!({"dropout_path_rate": "0"}), &["`dropout_path_rate`", "0 to 1"]);
    check(json!({"normalize": "yes"}), &["`normalize`"]);
    check(json!({"norm_layer": "torch.nn.BatchNorm3d"}), &["`norm_layer`", "torch.nn.LayerNorm"]);
    check(json!({"patch_norm": null}), &["`patch_norm`"]);
    check(json!({"downsample": "merging_v2"}), &["`downsample`", "mergingv2"]);
    check(json!({"downsample": null}), &["`downsample`", "null"]);
    check(json!({"downsample": "scripts.PatchMerging"}), &["`downsample`", "scripts.PatchMerging"]);
    check(json!({"use_v2": 2}), &["`use_v2`"]);
    check(json!({"img_size": 100}), &["`img_size`", "100", "multiples of 32"]);
    check(json!({"img_size": [96, 96]}), &["`img_size`", "3 integers"]);
    check(json!({"use_hyena": true}), &["`use_hyena`", "expected false", "Hyena"]);
    check(json!({"hyena_stages": [true, false, true, false]}), &["`hyena_stages`", "expected null", "Hyena"]);
    check(json!({"hyena_kernel_size": 5}), &["`hyena_kernel_size`", "expected 3"]);
    check(json!({"hyena_kernel_mlp_dim": 16}), &["`hyena_kernel_mlp_dim`"]);
    check(json!({"hyena_kernel_layers": 2}), &["`hyena_kernel_layers`"]);
    check(json!({"hyena_mask_max_attenuation": 0.9}), &["`hyena_mask_max_attenuation`", "expected 0.95"]);
    check(json!({"hyena_fft_padding": "zero"}), &["`hyena_fft_padding`", "circular"]);
    check(json!({"hyena_grid_type": "double"}), &["`hyena_grid_type`", "single"]);
    check(json!({"hyena_use_chunked_fft": true}), &["`hyena_use_chunked_fft`"]);
    check(json!({"hyena_use_fft_short_conv": true}), &["`hyena_use_fft_short_conv`"]);
    check(json!({"hyena_omega_0": 30}), &["`hyena_omega_0`", "expected 10.0"]);
    check(json!({"hyena_l_cache": 64}), &["`hyena_l_cache`"]);
    check(json!({"hyena_short_conv_fft_chunks": 1}), &["`hyena_short_conv_fft_chunks`"]);
}

#[test]
fn arguments_without_effect_change_nothing() {
    let network = parse(json!({}));
    let check = |changes: Value| {
        let same = parse(changes.clone());
        assert_eq!((&same.graph, &same.parameters), (&network.graph, &network.parameters), "{changes}");
    };
    check(json!({"use_checkpoint": true, "use_flash_attention": true}));
    check(json!({"drop_rate": 0.1, "attn_drop_rate": 0.2, "dropout_path_rate": 1}));
    check(json!({"norm_layer": "torch.nn.LayerNorm", "patch_size": [2, 2, 2], "window_size": [7, 7, 7]}));
    check(json!({"downsample": "monai.networks.nets.PatchMerging", "norm_name": ["Instance", {"momentum": 0.2}]}));
    check(json!({"use_hyena": false, "hyena_stages": null, "hyena_omega_0": 10, "hyena_grid_type": "single"}));
}

#[test]
fn image_size_asks_for_the_merging_of_its_time() {
    let offsets = |changes: Value| {
        let network = parse(changes);
        let merging = network.graph.nodes().iter().find_map(|node| match &node.op {
            Op::PatchMerging(merging) => Some(merging.offsets.clone()),
            _ => None,
        });
        merging.expect("it merges")
    };
    let distinct = |mut offsets: Vec<Vec<usize>>| {
        offsets.sort();
        offsets.dedup();
        offsets.len()
    };
    assert_eq!(distinct(offsets(json!({}))), 8);
    assert_eq!(distinct(offsets(json!({"img_size": 96}))), 6);
    assert_eq!(distinct(offsets(json!({"img_size": 96, "downsample": "mergingv2"}))), 8);
    assert_eq!(distinct(offsets(json!({"img_size": 96, "spatial_dims": 2}))), 4);
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let network = parse(json!({}));
    assert_eq!(network.multiple_of, [32, 32, 32]);
    let check = |size: &[usize], words: &[&str]| size_refused(&network, size, words);
    check(&[64, 64], &["3 spatial axes"]);
    check(&[64, 64, 48], &["[64, 64, 48]", "multiples of 32"]);
    check(&[32, 32, 32], &["encoder10.layer.norm1", "one number"]);
    network.output_shape(&[32, 64, 32]).expect("two voxels are enough");
}
