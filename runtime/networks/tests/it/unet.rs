//! What UNet accepts and refuses.

use monai_networks::{Network, ValueId};
use serde_json::{Value, json};

use crate::cases;

fn small() -> Value {
    json!({"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": [4, 8, 16], "strides": [2, 2]})
}

fn with(argument: &str, value: Value) -> Value {
    let mut arguments = small();
    arguments[argument] = value;
    arguments
}

fn without(argument: &str) -> Value {
    let mut arguments = small();
    arguments.as_object_mut().expect("a map").remove(argument);
    arguments
}

#[test]
fn wrong_arguments_are_named() {
    let check = |target: &str, arguments: Value, words: &[&str]| {
        let error = Network::parse(target, arguments).expect_err("refused").to_string();
        for word in words {
            assert!(error.contains(word), "`{error}` lacks `{word}`");
        }
    };
    check("VNet", small(), &["VNet", "UNet"]);
    check("torch.nn.UNet", small(), &["torch.nn.UNet"]);
    check("UNet", json!([1, 2]), &["UNet", "expected a map"]);
    check("UNet", with("dimensions", json!(3)), &["`dimensions`", "spatial_dims"]);
    check("UNet", with("kernel_sise", json!(3)), &["`kernel_sise`", "supported: kernel_size,"]);
    check("UNet", without("strides"), &["`strides`"]);
    check("UNet", with("spatial_dims", json!(1)), &["spatial_dims", "2 or 3"]);
    check("UNet", with("in_channels", json!(0)), &["in_channels", "positive"]);
    check("UNet", with("in_channels", json!(1.5)), &["in_channels", "1.5"]);
    check("UNet", with("channels", json!([4])), &["channels", "at least two"]);
    check("UNet", with("strides", json!([2])), &["strides", "2 strides"]);
    check("UNet", with("strides", json!([[2, 2], 2])), &["strides", "3 integers"]);
    check("UNet", with("kernel_size", json!([3, 3])), &["kernel_size", "3 integers"]);
    check("UNet", with("kernel_size", json!(4)), &["kernel_size", "odd"]);
    check("UNet", with("num_res_units", json!(-1)), &["num_res_units", "-1"]);
    check("UNet", with("act", json!("softmax")), &["Act", "SOFTMAX", "PRELU"]);
    check("UNet", with("act", json!(["relu", {"slope": 1}])), &["Act.RELU", "`slope`"]);
    check(
        "UNet",
        with("act", json!(["prelu", {"num_parameters": 3}])),
        &["num_parameters", "model.0.adn.A", "4 channels"],
    );
    check("UNet", with("norm", json!("layer")), &["Norm", "LAYER", "BATCH"]);
    check("UNet", with("norm", json!(["group", {"num_groups": 3}])), &["num_groups", "4 channels"]);
    check("UNet", with("norm", json!(["group", {}])), &["num_groups"]);
    check("UNet", with("norm", json!(["batch", {"track_running_stats": false}])), &["track_running_stats"]);
    check("UNet", with("norm", json!(["batch", {"num_features": 5}])), &["number of channels", "4 channels"]);
    check("UNet", with("norm", json!(7)), &["norm", "7"]);
    check("UNet", with("dropout", json!(1.5)), &["dropout", "1.5"]);
    check("UNet", with("dropout", json!(["dropout", {"q": 1}])), &["Dropout.DROPOUT", "`q`"]);
    check("UNet", with("bias", json!("no")), &["bias", "true or false"]);
    check("UNet", with("adn_ordering", json!("NXA")), &["adn_ordering", "NXA"]);
    check("UNet", with("adn_ordering", json!("NNA")), &["adn_ordering", "at most once"]);
}

#[test]
fn layers_have_the_names_that_monai_accepts() {
    let same = |arguments: Value| {
        let network = Network::parse("Unet", arguments).expect("supported");
        network.parameters.iter().map(|parameter| parameter.name.clone()).collect::<Vec<_>>()
    };
    let batch = same(with("norm", json!("BATCH")));
    assert!(batch.contains(&"model.0.adn.N.running_mean".to_owned()));
    assert_eq!(batch, same(with("norm", json!(["Batch", {"momentum": 0.2}]))));
    assert_eq!(batch, same(with("norm", json!("monai.networks.layers.factories.Norm.BATCH"))));
    assert_eq!(same(small()), same(with("norm", json!("instance_nvfuser"))));
    assert!(!same(with("act", Value::Null)).iter().any(|name| name.contains(".A.")));
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_the_place() {
    let network = Network::parse("UNet", small()).expect("supported");
    assert_eq!(network.multiple_of, [4, 4, 4]);
    let check = |size: &[usize], words: &[&str]| {
        let error = network.output_shape(size).expect_err("refused").to_string();
        for word in words {
            assert!(error.contains(word), "`{error}` lacks `{word}`");
        }
    };
    check(&[16, 16], &["[16, 16]", "3 spatial axes"]);
    check(&[16, 16, 0], &["at least one voxel"]);
    check(&[16, 16, 18], &["[16, 16, 18]", "model.1", "[8, 8, 9] and [8, 8, 10]"]);
    cases::edges("UNet");
}

#[test]
fn cases_of_monai_have_its_parameters_and_shapes_and_its_refusals() {
    assert_eq!((cases::monai("UNet", |_| None), cases::ill("UNet")), ((7, 0), 4));
}

#[test]
fn liveness_keeps_a_value_until_its_last_reader() {
    let network = Network::parse("UNet", small()).expect("supported");
    let graph = &network.graph;
    let liveness = graph.liveness();
    assert!(liveness.ends_at(ValueId::INPUT, 0));
    for (index, node) in graph.nodes().iter().enumerate() {
        for value in &node.inputs {
            let read_later = graph.nodes()[index + 1..].iter().any(|later| later.inputs.contains(value));
            assert_eq!(liveness.ends_at(*value, index), !read_later, "{} of {}", value.index(), node.name);
        }
    }
    let shapes = graph.shapes(&[16, 16, 16]).expect("fits");
    // The last transposed convolution: 8 channels of 8³ in, 2 channels of 16³ out.
    assert!(graph.peak_elements(&shapes) >= 8 * 512 + 2 * 4096);
    assert!(graph.peak_elements(&shapes) <= shapes.iter().map(|shape| shape.elements()).sum());
}
