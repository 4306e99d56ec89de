use monai_engine::{Device, Features, importance_map, mirrored, slice};
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

/// Every argument of every inferer. A network whose output has another size than its window is refused, see `refusals`.
#[test]
fn every_inferer_is_that_of_monai() {
    let manifest = fixtures::manifest("inferers");
    let of_equal_size = |case: &&Value| case["pools"] == serde_json::json!([1]);
    let cases: Vec<&Value> = manifest["more"].as_array().expect("cases").iter().filter(of_equal_size).collect();
    assert!(cases.len() >= 14, "{} cases", cases.len());
    for case in cases {
        let name = fixtures::text(case, "name");
        let network = Network::parse("UNet", case["network"].clone()).expect("MONAI builds it");
        let inferer = Inferer::parse(fixtures::text(case, "target"), case["inferer"].clone(), network.spatial_dims);
        let executor = counter::executor(&network, name, Device::Cpu);
        let input = fixtures::input(case, network.in_channels);
        let logits = match inferer.expect("MONAI takes it") {
            Inferer::SlidingWindow(settings) => fixtures::stitched(&settings, input, 2, &executor),
            Inferer::Slice(settings) => {
                let run = |windows| executor.run_batch(windows);
                slice(&settings, input, 3, run, &|channels, data| Ok((channels, data)))
            }
            Inferer::Simple => executor.run(input),
        };
        let worst = fixtures::compare("inferers", &manifest, &case["outputs"][0], &logits.expect("MONAI runs it"));
        println!("{name}: {worst:.1e} of the standard deviation");
    }
}

/// `monai.data.TestTimeAugmentation` with flips.
#[test]
fn mirrored_passes_are_averaged_as_monai_does() {
    let group = "bundles/flips";
    let manifest = fixtures::manifest(group);
    let network = Network::parse("UNet", manifest["network"].clone()).expect("MONAI builds it");
    let executor = counter::executor(&network, "flips", Device::Cpu);
    let spatial = fixtures::sizes(&manifest["spatial"]);
    let data = counter::image("flips/input", &[&[1], spatial.as_slice()].concat());
    let input = Features::new(1, &spatial, data);
    let ours = mirrored(&[0, 1, 2], input, |image| executor.run(image)).expect("it has three axes");
    let mean = &manifest["cases"][0]["mean"];
    let theirs = fixtures::floats(group, fixtures::text(mean, "file"));
    let tolerance = number(&manifest["tolerance_of_std"]) * number(&mean["std"]);
    assert_eq!(ours.data().len(), theirs.len());
    for (ours, theirs) in ours.data().iter().zip(&theirs) {
        assert!(f64::from((ours - theirs).abs()) <= tolerance, "{ours} and {theirs}");
    }
}
