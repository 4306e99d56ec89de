//! One small configuration of each family of networks by `wgpu` on Mesa's software Vulkan, against MONAI's logits.

#[path = "../../../runtime/engine/tests/it/counter.rs"]
mod counter;
#[path = "../../../runtime/engine/tests/it/fixtures.rs"]
#[allow(dead_code, reason = "the engine's own tests read more")]
mod fixtures;

use monai_engine::{Device, Executor, Features};
use monai_networks::Network;
use serde_json::Value;

/// The manifest's case and its network on the adapter, which must be the one that these tests are about.
fn prepare(family: &str, name: &str) -> (Value, Value, Network, Executor) {
    let adapter = Device::Wgpu.adapter().expect("Mesa's software Vulkan is installed");
    assert!(adapter.starts_with("llvmpipe") && adapter.contains("software"), "{adapter}");
    let manifest = fixtures::manifest(&format!("networks/{family}"));
    let case = fixtures::cases(&manifest).iter().find(|case| fixtures::text(case, "name") == name);
    let case = case.unwrap_or_else(|| panic!("{family} has no case {name}")).clone();
    let network = fixtures::network(&manifest, &case);
    let executor = counter::executor(&network, name, Device::Wgpu);
    (manifest, case, network, executor)
}

/// The numbers of MONAI within the tolerance that its fixture states for every device.
fn check(family: &str, name: &str) {
    let (manifest, case, network, executor) = prepare(family, name);
    let logits = executor.run(fixtures::input(&case, network.in_channels)).expect("MONAI runs it");
    let worst = fixtures::compare(&format!("networks/{family}"), &manifest, &case, &logits);
    println!("{family} {name}: {worst:.1e} of the standard deviation");
}

#[test]
fn the_adapter_is_listed_and_found_by_name() {
    assert_eq!(Device::find("wgpu").expect("it is there"), Device::Wgpu);
    let listed = Device::list().into_iter().find(|listed| listed.device == Device::Wgpu).expect("it is listed");
    assert!(listed.to_string().starts_with("wgpu    llvmpipe"), "{listed}");
}

#[test]
fn a_batch_gives_what_single_runs_give() {
    let (_, case, network, executor) = prepare("UNet", "anisotropic_3d_group");
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
    check("DynUNet", "anisotropic_3d_group_deep_supervision");
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
    check("TorchVisionFCModel", "inception_one_head");
}
