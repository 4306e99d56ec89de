//! What DenseNet, ResNet, SENet and TorchVisionFCModel accept and refuse.

use monai_networks::{Network, Op};
use serde_json::{Value, json};

const DENSENET: &str = r#"{"spatial_dims": 2, "in_channels": 1, "out_channels": 3}"#;
const RESNET: &str =
    r#"{"block": "basic", "layers": [1, 1, 1, 1], "block_inplanes": [4, 8, 8, 16], "spatial_dims": 2}"#;
const SENET: &str = r#"{"block": "se_bottleneck", "layers": [1, 1, 1, 1], "groups": 4, "reduction": 16, "spatial_dims": 2,
    "in_channels": 1}"#;

fn with(arguments: &str, argument: &str, value: Value) -> Value {
    let mut arguments: Value = serde_json::from_str(arguments).expect("a map");
    arguments[argument] = value;
    arguments
}

fn without(arguments: &str, argument: &str) -> Value {
    let mut arguments: Value = serde_json::from_str(arguments).expect("a map");
    arguments.as_object_mut().expect("a map").remove(argument).expect("it was there");
    arguments
}

fn refused(target: &str, arguments: Value, words: &[&str]) {
    let error = Network::parse(target, arguments.clone()).map(|_| ()).expect_err(&arguments.to_string()).to_string();
    for word in words {
        assert!(error.contains(word), "`{error}` lacks `{word}`");
    }
}

fn names(target: &str, arguments: Value) -> Vec<String> {
    let network = Network::parse(target, arguments).expect("supported");
    network.parameters.into_iter().map(|parameter| parameter.name).collect()
}

#[test]
fn densenet_names_wrong_arguments() {
    let check = |argument, value, words: &[&str]| refused("DenseNet121", with(DENSENET, argument, value), words);
    for argument in ["spatial_dims", "in_channels", "out_channels"] {
        refused("DenseNet", without(DENSENET, argument), &[argument, "DenseNet"]);
    }
    refused("DenseNet", with(DENSENET, "pretrained", json!(false)), &["`pretrained`"]);
    check("spatial_dims", json!(1), &["spatial_dims", "2 or 3"]);
    check("num_classes", json!(3), &["`num_classes`"]);
    check("init_features", json!(0), &["init_features", "positive"]);
    check("growth_rate", json!("many"), &["growth_rate", "many"]);
    check("bn_size", json!(1.5), &["bn_size", "1.5"]);
    check("block_config", json!(4), &["block_config", "a list"]);
    check("block_config", json!([6, 65]), &["block_config", "65"]);
    check("dropout_prob", json!(1.5), &["dropout_prob", "1.5"]);
    check("dropout_prob", Value::Null, &["dropout_prob", "null"]);
    check("norm", Value::Null, &["norm", "null"]);
    check("norm", json!("layer"), &["LAYER"]);
    check("norm", json!(["group", {"num_groups": 5}]), &["num_groups", "features.norm0", "64 channels"]);
    check("act", Value::Null, &["act", "null"]);
    check("act", json!(["prelu", {"num_parameters": 64}]), &["num_parameters", "denselayer1.layers.relu2", "128"]);
}

#[test]
fn resnet_names_wrong_arguments() {
    let check = |argument, value, words: &[&str]| refused("ResNet", with(RESNET, argument, value), words);
    for argument in ["block", "layers", "block_inplanes"] {
        refused("ResNet", without(RESNET, argument), &[argument]);
    }
    check("block", json!("plain"), &["block", "bottleneck"]);
    check("layers", json!([1, 1, 1]), &["layers", "four"]);
    check("layers", json!([1, 1, 1, 65]), &["layers", "65"]);
    check("block_inplanes", json!([4, 8, 8]), &["block_inplanes", "four"]);
    check("block_inplanes", json!([4, 8, 0, 8]), &["block_inplanes", "0"]);
    check("block_inplanes", json!(64), &["block_inplanes", "64"]);
    check("spatial_dims", json!(4), &["spatial_dims", "2 or 3"]);
    check("in_channels", json!(1), &["`in_channels`", "n_input_channels"]);
    check("n_input_channels", json!(-1), &["n_input_channels", "-1"]);
    check("conv1_t_size", json!([7, 7, 7]), &["conv1_t_size", "2 integers"]);
    check("conv1_t_stride", json!(0), &["conv1_t_stride", "0"]);
    check("no_max_pool", json!("yes"), &["no_max_pool", "yes"]);
    check("shortcut_type", json!("C"), &["shortcut_type", "A or B"]);
    check("widen_factor", json!(0.1), &["widen_factor", "0.1"]);
    check("widen_factor", json!("wide"), &["widen_factor", "wide"]);
    check("num_classes", json!(0), &["num_classes", "0"]);
    check("feed_forward", json!(1), &["feed_forward", "1"]);
    check("bias_downsample", Value::Null, &["bias_downsample", "null"]);
    check("act", Value::Null, &["act", "null"]);
    check("norm", Value::Null, &["norm", "null"]);
    check("norm", json!(""), &["norm", "affine"]);
    check("norm", json!("instance"), &["norm", "affine"]);
    check("pretrained", json!(true), &["`pretrained`"]);
    let narrower = with(RESNET, "block_inplanes", json!([4, 8, 4, 16])).to_string();
    refused("ResNet", with(&narrower, "shortcut_type", json!("A")), &["shortcut_type", "fewer channels"]);
    refused("resnet18", json!({"block": "basic"}), &["`block`"]);
    refused("ResNet18", json!({}), &["ResNet18"]);
}

#[test]
fn senet_names_wrong_arguments() {
    let check = |argument, value, words: &[&str]| refused("SENet", with(SENET, argument, value), words);
    for argument in ["block", "layers", "groups", "reduction", "spatial_dims", "in_channels"] {
        refused("SENet", without(SENET, argument), &[argument]);
    }
    check("block", json!("se_resnext_bottleneck"), &["block", "se_resnetxt_bottleneck"]);
    check("layers", json!([3, 4, 6]), &["layers", "four"]);
    check("groups", json!(3), &["groups", "128"]);
    check("reduction", json!(257), &["reduction", "256"]);
    check("dropout_prob", json!(-0.5), &["dropout_prob", "-0.5"]);
    check("inplanes", json!(0), &["inplanes", "0"]);
    check("downsample_kernel_size", json!(2), &["downsample_kernel_size", "odd"]);
    check("input_3x3", json!("no"), &["input_3x3", "no"]);
    check("num_classes", json!(1.5), &["num_classes", "1.5"]);
    check("pretrained", json!(true), &["`pretrained`"]);
    let small = r#"{"spatial_dims": 2, "in_channels": 1}"#;
    refused("SEResNet50", with(small, "groups", json!(128)), &["groups", "64"]);
    refused("SEResNet50", with(small, "block", json!("se_bottleneck")), &["`block`"]);
    refused("SENet154", with(small, "pretrained", json!("yes")), &["pretrained", "yes"]);
}

#[test]
fn torchvision_fc_model_names_wrong_arguments() {
    let check = |arguments: Value, words: &[&str]| refused("TorchVisionFCModel", arguments, words);
    check(json!({"model_name": "vit_b_16"}), &["model_name", "vit_b_16", "wide_resnet50_2"]);
    check(json!({"model_name": "resnet10"}), &["model_name", "resnet10"]);
    check(json!({"num_classes": 0}), &["num_classes", "0"]);
    check(json!({"dim": 3}), &["dim", "3"]);
    check(json!({"in_channels": 100}), &["in_channels", "512 channels"]);
    check(json!({"in_channels": 1024, "pool": null}), &["in_channels", "512 channels"]);
    check(json!({"in_channels": 1024, "use_conv": true}), &["in_channels", "512 channels"]);
    check(json!({"use_conv": "no"}), &["use_conv", "no"]);
    check(json!({"bias": 1}), &["bias", "1"]);
    check(json!({"fc_name": "heads.head"}), &["fc_name", "heads.head"]);
    check(json!({"node_name": "layer4.1.relu_1", "pool": null}), &["node_name", "pool"]);
    check(json!({"node_name": "layer3.1.relu_1", "pool": ""}), &["node_name", "layer4.1.relu_1"]);
    check(json!({"model_name": "resnet50", "node_name": "layer4.1.relu_1", "pool": ""}), &["layer4.2.relu_2"]);
    check(json!({"model_name": "inception_v3"}), &["pool", "node_name"]);
    check(json!({"pool": "avg"}), &["Pool.AVG", "kernel_size"]);
    check(json!({"pool": ["avg", {"kernel_size": [7, 7, 7]}]}), &["kernel_size", "2 integers"]);
    check(json!({"pool": ["avg", {"kernel_size": 3, "padding": 2}]}), &["padding", "half"]);
    check(json!({"pool": ["avg", {"kernel_size": 3, "padding": [1]}]}), &["padding", "[1]"]);
    check(json!({"pool": ["avg", {"kernel_size": 3, "divisor_override": 2}]}), &["divisor_override", "2"]);
    check(json!({"pool": ["max", {"kernel_size": 3, "dilation": 2}]}), &["dilation", "2"]);
    check(json!({"pool": ["max", {"kernel_size": 3, "return_indices": true}]}), &["return_indices", "true"]);
    check(json!({"pool": ["max", {"kernel_size": 3, "count_include_pad": true}]}), &["`count_include_pad`"]);
    check(json!({"pool": ["adaptiveavg", {"output_size": [null, 1]}]}), &["output_size", "null"]);
    check(json!({"pool": ["adaptivemax", {"output_size": 1}]}), &["Pool", "ADAPTIVEMAX"]);
    check(json!({"weights": "IMAGENET1K_V2"}), &["weights", "IMAGENET1K_V1"]);
    check(json!({"weights": 1}), &["weights", "1"]);
    check(json!({"pretrained": "yes"}), &["pretrained", "yes"]);
    check(json!({"groups": 2}), &["`groups`"]);
    check(json!({"transform_input": true}), &["`transform_input`"]);
    let inception = |argument: &str, value: Value| {
        with(r#"{"model_name": "inception_v3", "pool": null, "pretrained": true}"#, argument, value)
    };
    check(inception("aux_logits", json!(false)), &["aux_logits", "true"]);
    check(inception("dropout", json!(2)), &["dropout", "2"]);
    check(inception("zero_init_residual", json!(true)), &["`zero_init_residual`"]);
}

#[test]
fn pretrained_is_refused_where_monai_has_no_weights() {
    let three = json!({"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "pretrained": true});
    refused("DenseNet121", three, &["pretrained", "two dimensions"]);
    refused("DenseNet264", with(DENSENET, "pretrained", json!(true)), &["pretrained"]);
    let med = json!({"n_input_channels": 1, "feed_forward": false, "pretrained": true});
    refused("resnet18", med.clone(), &["pretrained", "A"]);
    refused("resnet50", med.clone(), &["pretrained", "bias_downsample"]);
    let with_med = |argument, value| with(&med.to_string(), argument, value);
    assert!(Network::parse("resnet18", with_med("shortcut_type", json!("A"))).is_ok());
    assert!(Network::parse("resnet50", with_med("bias_downsample", json!(false))).is_ok());
    refused("resnet50", with_med("pretrained", json!("model.pth")), &["pretrained", "true or false"]);
}

#[test]
fn torchvision_transforms_the_input_where_its_weights_were_asked_for() {
    let transforms = |argument: &str, value: Value| {
        let arguments = with(r#"{"model_name": "inception_v3", "pool": null}"#, argument, value);
        let network = Network::parse("TorchVisionFCModel", arguments).expect("supported");
        matches!(network.graph.nodes()[0].op, Op::Affine(_))
    };
    assert!(!transforms("pretrained", json!(false)));
    assert!(transforms("pretrained", json!(true)));
    assert!(!transforms("weights", Value::Null));
    assert!(transforms("weights", json!("torchvision.models.inception.Inception_V3_Weights.DEFAULT")));
    assert!(transforms("transform_input", json!(true)));
}

#[test]
fn classes_have_the_names_that_monai_has_for_them() {
    let densenet = || serde_json::from_str::<Value>(DENSENET).expect("a map");
    assert_eq!(names("densenet121", densenet()), names("monai.networks.nets.densenet.DenseNet121", densenet()));
    assert_eq!(names("Densenet", densenet()), names("DenseNet121", densenet()));
    let small = || json!({"spatial_dims": 2, "in_channels": 1, "layers": [1, 1, 1, 1]});
    for [class, alias] in [["SEResNet50", "seresnet101"], ["SEResNext50", "SEResNeXt101"], ["SENet154", "senet154"]] {
        assert_eq!(names(class, small()), names(alias, small()));
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_the_place() {
    let check = |target: &str, arguments: Value, multiple: usize, size: &[usize], words: &[&str]| {
        let network = Network::parse(target, arguments).expect("supported");
        assert_eq!(network.multiple_of, vec![multiple; network.spatial_dims]);
        assert!(network.output_shape(&network.multiple_of).is_ok());
        let error = network.output_shape(size).expect_err("refused").to_string();
        for word in words {
            assert!(error.contains(word), "`{error}` lacks `{word}`");
        }
    };
    let densenet = || serde_json::from_str::<Value>(DENSENET).expect("a map");
    check("DenseNet121", densenet(), 32, &[16, 64], &["[16, 64]", "features.transition3.pool", "axis 0 has 1"]);
    check("DenseNet", with(DENSENET, "block_config", json!([])), 4, &[8], &["2 spatial axes"]);
    let senet = json!({"spatial_dims": 2, "in_channels": 1});
    check("SEResNet50", senet, 32, &[64, 2], &["layer0.pool", "axis 1 has 1"]);
    check("ResNet", serde_json::from_str(RESNET).expect("a map"), 16, &[0, 9], &["at least one voxel"]);
    let inception = json!({"model_name": "inception_v3", "pool": null});
    check("TorchVisionFCModel", inception, 96, &[74, 299], &["features.Mixed_7a", "axis 0 has 2"]);
    check("TorchVisionFCModel", json!({}), 224, &[256, 224], &["fc", "1024 numbers", "weights for 512"]);
    check("TorchVisionFCModel", json!({"use_conv": true}), 224, &[192, 224], &["pool", "axis 0 has 6", "window 7"]);
}
