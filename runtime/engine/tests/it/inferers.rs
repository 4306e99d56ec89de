use monai_engine::{Device, importance_map};
use monai_networks::Network;
use monai_pipeline::{Blend, Inferer, SlidingWindow, WindowLayout};
use serde_json::Value;

use crate::{counter, fixtures};

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn settings(case: &Value) -> SlidingWindow {
    let axes = fixtures::sizes(&case["spatial"]).len();
    match Inferer::parse("SlidingWindowInferer", case["inferer"].clone(), axes) {
        Ok(Inferer::SlidingWindow(settings)) => settings,
        other => panic!("{}: {other:?}", case["name"]),
    }
}

#[test]
fn windows_lie_where_monai_puts_them() {
    for case in fixtures::cases(&fixtures::manifest("inferers")) {
        let spatial = fixtures::sizes(&case["spatial"]);
        let layout = WindowLayout::new(&settings(case), &spatial);
        let theirs: Vec<Vec<usize>> = case["starts"].as_array().expect("starts").iter().map(fixtures::sizes).collect();
        assert_eq!(layout.starts, theirs, "{}", case["name"]);
    }
}

#[test]
fn importance_maps_are_those_of_monai() {
    let manifest = fixtures::manifest("inferers");
    let tolerance = number(&manifest["tolerance_of_weights"]) as f32;
    for map in manifest["maps"].as_array().expect("maps") {
        let window = fixtures::sizes(&map["window"]);
        let sigma_scale = match &map["sigma_scale"] {
            Value::Array(scales) => scales.iter().map(number).collect(),
            scale => vec![number(scale); window.len()],
        };
        let ours = importance_map(&window, &Blend::Gaussian { sigma_scale });
        let theirs = fixtures::floats("inferers", fixtures::text(map, "file"));
        assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() <= tolerance, "{a} and {b} in {map}");
        }
    }
}

#[test]
fn stitched_logits_are_those_of_monai() {
    let manifest = fixtures::manifest("inferers");
    for case in fixtures::cases(&manifest) {
        let name = fixtures::text(case, "name");
        let network = Network::parse("UNet", case["network"].clone()).expect("MONAI builds it");
        let executor = counter::executor(&network, name, Device::Cpu);
        let input = fixtures::input(case, network.in_channels);
        let logits = fixtures::stitched(&settings(case), input, 1, &executor).expect("MONAI runs it");
        let worst = fixtures::compare("inferers", &manifest, case, &logits);
        println!("{name}: {worst:.1e} of the standard deviation");
    }
}
