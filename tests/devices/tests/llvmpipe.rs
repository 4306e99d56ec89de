//! One small bundle of each family of networks by `wgpu` on Mesa's software Vulkan: MONAI's logits, and the answer of the processor.

#[path = "../../../runtime/engine/tests/it/counter.rs"]
mod counter;
#[path = "../../../runtime/engine/tests/it/fixtures.rs"]
#[allow(dead_code, reason = "the engine's own tests read more")]
mod fixtures;

use std::path::Path;

use monai_engine::{Answer, Device, Features, Options, Part, Session};
use monai_imaging::nifti::{self, Frame, Units};
use monai_imaging::{Affine, Dtype, Volume};
use monai_networks::Network;
use monai_pipeline::Pipeline;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

const LIMIT: u64 = 64 << 20;
/// How far a probability may be from that of the processor.
const NEAR: f32 = 1e-4;

/// A case of a family's fixture, as a bundle with the counter's weights.
struct Case {
    group: String,
    manifest: Value,
    case: Value,
    network: Network,
    bundle: TempDir,
}

/// A bundle around the network answers on the adapter as on the processor, and its logits are those of MONAI within the tolerance
/// that the fixture states for every device.
fn check(family: &str, name: &str) {
    let case = Case::of(family, name);
    let gpu = case.session(Device::Wgpu);
    let files = case.files();
    let parts: Vec<Part<'_>> = files.iter().map(|file| Part::whole(file)).collect();
    let sample = gpu.preprocess(&parts, LIMIT).expect("it is MONAI's");
    let logits = gpu.infer(&sample).expect("MONAI runs it").remove(0).volume;
    let logits = Features::new(logits.channels, &logits.shape[..usize::from(logits.rank)], logits.data);
    let worst = fixtures::compare(&case.group, &case.manifest, &case.case, &logits);
    println!("{family} {name}: {worst:.1e} of the standard deviation");

    let probabilities = case.compare(&files);
    assert_eq!(probabilities.len(), logits.data().len(), "{name}");
}

/// The network alone, where its output is no image of the input's size: its logits are those of MONAI.
fn check_alone(family: &str, name: &str) {
    let Case { group, manifest, case, network, .. } = Case::of(family, name);
    let executor = counter::executor(&network, name, Device::Wgpu);
    let logits = executor.run(fixtures::input(&case, network.in_channels)).expect("MONAI runs it");
    let worst = fixtures::compare(&group, &manifest, &case, &logits);
    println!("{family} {name}: {worst:.1e} of the standard deviation");
}

impl Case {
    fn of(family: &str, name: &str) -> Case {
        let adapter = Device::Wgpu.adapter().expect("Mesa's software Vulkan is installed");
        assert!(adapter.starts_with("llvmpipe") && adapter.contains("software"), "{adapter}");
        let group = format!("networks/{family}");
        let manifest = fixtures::manifest(&group);
        let case = fixtures::cases(&manifest).iter().find(|case| fixtures::text(case, "name") == name);
        let case = case.unwrap_or_else(|| panic!("{family} has no case {name}")).clone();
        let network = fixtures::network(&manifest, &case);
        let bundle = tempfile::tempdir().expect("a folder");
        let case = Case { group, manifest, case, network, bundle };
        case.write_config(&json!({"_target_": "SimpleInferer"}));
        case.write("configs/metadata.json", case.metadata().to_string().as_bytes());
        let weights = fixtures::safetensors(&case.network, |parameter| counter::parameter(name, parameter));
        case.write("models/model.pt", &weights);
        case
    }

    fn write(&self, file: &str, bytes: &[u8]) {
        let path = self.bundle.path().join(file);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("there is room");
        std::fs::write(path, bytes).expect("there is room");
    }

    fn write_config(&self, inferer: &Value) {
        let mut network = self.case["arguments"].clone();
        let class = network.get("_target_").unwrap_or(&self.manifest["target"]).clone();
        network["_target_"] = class;
        let image = json!({"_target_": "LoadImaged", "keys": "image"});
        let first = json!({"_target_": "EnsureChannelFirstd", "keys": "image"});
        let sigmoid = json!({"_target_": "Activationsd", "keys": "pred", "sigmoid": true});
        let save = json!({"_target_": "SaveImaged", "keys": "pred", "output_dir": "eval", "output_dtype": "float32"});
        let last = if self.spatial_output() { vec![sigmoid, save] } else { vec![sigmoid] };
        let config = json!({
            "network_def": network,
            "preprocessing": {"_target_": "Compose", "transforms": [image, first]},
            "inferer": inferer,
            "postprocessing": {"_target_": "Compose", "transforms": last},
            "checkpoint": {
                "_target_": "CheckpointLoader",
                "load_path": "models/model.pt",
                "load_dict": {"model": "@network_def"},
            },
        });
        self.write("configs/inference.json", config.to_string().as_bytes());
    }

    fn metadata(&self) -> Value {
        let output = fixtures::sizes(&self.case["output_shape"]);
        let describe = |channels: usize, format: &str, kind: &str, names: Map<String, Value>| {
            json!({
                "type": kind,
                "format": format,
                "num_channels": channels,
                "spatial_shape": self.case["spatial"],
                "dtype": "float32",
                "value_range": [0, 1],
                "is_patch_data": false,
                "channel_def": names,
            })
        };
        let numbered = |count: usize, word: &str| -> Map<String, Value> {
            (0..count).map(|index| (index.to_string(), json!(format!("{word}_{index}")))).collect()
        };
        let (kind, format) =
            if self.spatial_output() { ("image", "segmentation") } else { ("probabilities", "classes") };
        json!({
            "version": "1.0.0",
            "name": self.case["name"],
            "network_data_format": {
                "inputs": {"image": describe(
                    self.network.in_channels, "magnitude", "image", numbered(self.network.in_channels, "part"),
                )},
                "outputs": {"pred": describe(output[0], format, kind, numbered(output[0], "class"))},
            },
        })
    }

    /// Whether the output is an image, not one number of each class.
    fn spatial_output(&self) -> bool {
        fixtures::sizes(&self.case["output_shape"]).len() > 1
    }

    fn session(&self, device: Device) -> Session {
        let open = |folder: &Path| Pipeline::open(folder).unwrap_or_else(|report| panic!("{report}"));
        Session::prepare(open(self.bundle.path()), Options { device, ..Options::threads(2) })
            .expect("it can be prepared")
    }

    /// The channels of the fixture's image as files of NIfTI.
    fn files(&self) -> Vec<Vec<u8>> {
        let input = fixtures::input(&self.case, self.network.in_channels);
        let rank = input.spatial().len();
        let mut shape = [1; 3];
        shape[..rank].copy_from_slice(input.spatial());
        let frame = Frame { units: Units::Millimetre, qform_code: 0, sform_code: 1 };
        let channels = input.data().chunks_exact(shape.iter().product());
        let file = |data: &[f32]| {
            let data = data.to_vec();
            let volume = Volume { channels: 1, shape, rank: rank as u8, data, affine: Affine::IDENTITY };
            nifti::encode(&volume, Dtype::Float32, frame).expect("it fits NIfTI-1")
        };
        channels.map(file).collect()
    }

    /// The answer of the adapter, which must be that of the processor.
    fn compare(&self, files: &[Vec<u8>]) -> Vec<f32> {
        let name = fixtures::text(&self.case, "name");
        let [gpu, cpu] = [Device::Wgpu, Device::Cpu].map(|device| self.answer(&self.session(device), files));
        assert_eq!(gpu.len(), cpu.len(), "{name}");
        assert!(gpu.iter().zip(&cpu).all(|(gpu, cpu)| (gpu - cpu).abs() <= NEAR), "{name}");
        assert!(gpu.iter().any(|probability| *probability != gpu[0]), "{name} answers the same everywhere");
        gpu
    }

    fn answer(&self, session: &Session, files: &[Vec<u8>]) -> Vec<f32> {
        let names: Vec<String> = (0..files.len()).map(|index| format!("part_{index}")).collect();
        let parts = names.iter().zip(files).map(|(name, bytes)| Part { name: Some(name), bytes });
        let parts: Vec<Part<'_>> = parts.collect();
        let parts = if let [one] = parts.as_slice() { vec![Part::whole(one.bytes)] } else { parts };
        match session.predict(&parts, LIMIT).expect("the image is good").answer {
            Answer::Scores(scores) => scores,
            Answer::Nifti(file) => nifti::decode(&file).expect("the answer is NIfTI").volume.data,
            Answer::Png(_) => panic!("a picture of a NIfTI"),
        }
    }
}

#[test]
fn the_adapter_is_listed_and_found_by_name() {
    assert_eq!(Device::find("wgpu").expect("it is there"), Device::Wgpu);
    let listed = Device::list().into_iter().find(|listed| listed.device == Device::Wgpu).expect("it is listed");
    assert!(listed.to_string().starts_with("wgpu    llvmpipe"), "{listed}");
}

#[test]
fn a_batch_gives_what_single_runs_give() {
    let Case { case, network, .. } = Case::of("UNet", "anisotropic_3d_group");
    let executor = counter::executor(&network, fixtures::text(&case, "name"), Device::Wgpu);
    let first = fixtures::input(&case, network.in_channels);
    let second = {
        let (spatial, mut data) = (first.spatial().to_vec(), first.data().to_vec());
        data.reverse();
        Features::new(network.in_channels, &spatial, data)
    };
    let together = executor.run_batch(vec![first.clone(), second.clone()]).expect("they fit");
    let alone = [first, second].map(|input| executor.run(input).expect("it fits"));
    assert_eq!(together.len(), 2);
    for (together, alone) in together.iter().zip(&alone) {
        assert_eq!((together.channels(), together.spatial()), (alone.channels(), alone.spatial()));
        let differ = together.data().iter().zip(alone.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(differ < 1e-4, "{differ}");
    }
    assert_ne!(together[0], together[1]);
}

#[test]
fn windows_are_stitched_as_on_the_processor() {
    let case = Case::of("UNet", "residual_2d_group_relu");
    let whole = case.compare(&case.files());
    case.write_config(&json!({
        "_target_": "SlidingWindowInferer",
        "roi_size": [28, 24],
        "sw_batch_size": 4,
        "overlap": 0.25,
        "mode": "gaussian",
    }));
    let stitched = case.compare(&case.files());
    assert_ne!(whole, stitched);
}

#[test]
fn unet() {
    check("UNet", "anisotropic_3d_group");
    check("UNet", "residual_2d_group_relu");
}

#[test]
fn basic_unet() {
    check("BasicUNet", "nontrainable_3d_no_norm");
}

#[test]
fn segresnet() {
    check("SegResNet", "deconv_3d_norm_name");
}

#[test]
fn segresnet_ds() {
    check("SegResNetDS", "anisotropic_3d_instance");
}

#[test]
fn dynunet() {
    check("DynUNet", "wide_strides_3d_elu");
    check("DynUNet", "residual_2d_prelu_more_filters");
    check_alone("DynUNet", "anisotropic_3d_group_deep_supervision");
}

#[test]
fn swin_unetr() {
    check("SwinUNETR", "v2_2d_batch");
}

#[test]
fn densenet() {
    check("DenseNet", "small_3d");
}

#[test]
fn senet() {
    check("SENet", "bottleneck_2d");
}

#[test]
fn resnet() {
    check("ResNet", "bottleneck_even_kernel_3d");
}

#[test]
fn efficientnet() {
    check("EfficientNet", "small_3d_group");
}

#[test]
fn flexible_unet() {
    check("FlexibleUNet", "resnet10_3d");
}

#[test]
fn torchvision_fc_model() {
    check("TorchVisionFCModel", "inception_weights");
    check_alone("TorchVisionFCModel", "inception_one_head");
}
