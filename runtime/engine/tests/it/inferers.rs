use monai_engine::{Blend, Device, Padding, PerAxis, SlidingWindow, WindowLayout, importance_map};
use monai_networks::Network;
use serde_json::Value;

use crate::{counter, fixtures};

fn per_axis<T: Clone>(value: &Value, read: impl Fn(&Value) -> T) -> PerAxis<T> {
    match value {
        Value::Array(values) => PerAxis::Each(values.iter().map(read).collect()),
        single => PerAxis::All(read(single)),
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn settings(arguments: &Value) -> SlidingWindow {
    let roi = per_axis(&arguments["roi_size"], |size| {
        usize::try_from(size.as_i64().expect("a size")).ok().filter(|n| *n > 0)
    });
    let mut settings = SlidingWindow::new(roi);
    for (argument, value) in arguments.as_object().expect("a map") {
        match argument.as_str() {
            "roi_size" | "sigma_scale" => {}
            "sw_batch_size" => settings.windows_at_once = number(value) as usize,
            "overlap" => settings.overlap = per_axis(value, number),
            "mode" if value == "constant" => settings.blend = Blend::Constant,
            "mode" => {
                let scale = arguments.get("sigma_scale").map_or(PerAxis::All(0.125), |scale| per_axis(scale, number));
                settings.blend = Blend::Gaussian { sigma_scale: scale };
            }
            "cval" => settings.padding = Padding::Constant(number(value) as f32),
            "padding_mode" => {
                settings.padding = match value.as_str() {
                    Some("reflect") => Padding::Reflect,
                    Some("replicate") => Padding::Replicate,
                    Some("circular") => Padding::Circular,
                    other => panic!("unknown mode {other:?}"),
                }
            }
            other => panic!("the fixture uses {other}"),
        }
    }
    settings
}

#[test]
fn windows_lie_where_monai_puts_them() {
    for case in fixtures::cases(&fixtures::manifest("inferers")) {
        let spatial = fixtures::sizes(&case["spatial"]);
        let layout = WindowLayout::new(&settings(&case["inferer"]), &spatial).expect("MONAI places them");
        let theirs: Vec<Vec<usize>> = case["starts"].as_array().expect("starts").iter().map(fixtures::sizes).collect();
        assert_eq!(layout.starts, theirs, "{}", case["name"]);
    }
}

#[test]
fn importance_maps_are_those_of_monai() {
    let manifest = fixtures::manifest("inferers");
    let tolerance = number(&manifest["tolerance_of_weights"]) as f32;
    for map in manifest["maps"].as_array().expect("maps") {
        let blend = Blend::Gaussian { sigma_scale: per_axis(&map["sigma_scale"], number) };
        let ours = importance_map(&fixtures::sizes(&map["window"]), &blend).expect("MONAI computes it");
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
        let logits = settings(&case["inferer"]).infer(input, |window| executor.run(window)).expect("MONAI runs it");
        let worst = fixtures::compare("inferers", &manifest, case, &logits);
        println!("{name}: {worst:.1e} of the standard deviation");
    }
}
