//! The idioms of the published `spleen_ct_segmentation` bundle: everything but its weights is accepted.

use std::fs;

use monai_pipeline::Pipeline;
use serde_json::json;

#[test]
fn only_the_weights_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("configs")).unwrap();
    let metadata = json!({"version": "0.5.9", "network_data_format": {
        "inputs": {"image": {"num_channels": 1, "spatial_shape": [96, 96, 96]}},
        "outputs": {"pred": {"num_channels": 2, "channel_def": {"0": "background", "1": "spleen"}}}}});
    let config = json!({
        "imports": ["$import glob", "$import os"],
        "bundle_root": "/workspace/spleen",
        "output_dir": "$@bundle_root + '/eval'",
        "output_dtype": "$numpy.float32",
        "datalist": "$list(sorted(glob.glob('/data/*.nii.gz')))",
        "device": "$torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')",
        "network_def": {"_target_": "UNet", "spatial_dims": 3, "in_channels": 1, "out_channels": 2,
            "channels": [16, 32, 64, 128, 256], "strides": [2, 2, 2, 2], "num_res_units": 2, "norm": "batch"},
        "network": "$@network_def.to(@device)",
        "preprocessing": {"_target_": "Compose", "transforms": [
            {"_target_": "LoadImaged", "keys": "image"},
            {"_target_": "EnsureChannelFirstd", "keys": "image"},
            {"_target_": "Orientationd", "keys": "image", "axcodes": "RAS"},
            {"_target_": "Spacingd", "keys": "image", "pixdim": [1.5, 1.5, 2.0], "mode": "bilinear"},
            {"_target_": "ScaleIntensityRanged", "keys": "image", "a_min": -57, "a_max": 164, "b_min": 0, "b_max": 1,
                "clip": true},
            {"_target_": "EnsureTyped", "keys": "image"}]},
        "dataset": {"_target_": "Dataset", "data": "$[{'image': i} for i in @datalist]", "transform": "@preprocessing"},
        "inferer": {"_target_": "SlidingWindowInferer", "roi_size": [96, 96, 96], "sw_batch_size": 4, "overlap": 0.5},
        "postprocessing": {"_target_": "Compose", "transforms": [
            {"_target_": "Activationsd", "keys": "pred", "softmax": true},
            {"_target_": "Invertd", "keys": "pred", "transform": "@preprocessing", "orig_keys": "image",
                "nearest_interp": false, "to_tensor": true},
            {"_target_": "AsDiscreted", "keys": "pred", "argmax": true},
            {"_target_": "SaveImaged", "keys": "pred", "output_dir": "@output_dir", "output_ext": ".nii.gz",
                "output_dtype": "@output_dtype", "output_postfix": "trans", "separate_folder": true}]},
        "evaluator": {"_target_": "SupervisedEvaluator", "network": "@network", "inferer": "@inferer"},
        "checkpointloader": {"_target_": "CheckpointLoader", "load_path": "$@bundle_root + '/models/model.pt'",
            "load_dict": {"model": "@network"}},
        "initialize": ["$monai.utils.set_determinism(seed=123)", "$@checkpointloader(@evaluator)"],
    });
    fs::write(folder.path().join("configs/metadata.json"), metadata.to_string()).unwrap();
    fs::write(folder.path().join("configs/inference.json"), config.to_string()).unwrap();
    let report = Pipeline::open(folder.path()).unwrap_err();
    let files: Vec<&str> = report.problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, ["models/model.pt"], "{report}");
    assert!(report.problems[0].reason.contains("cannot be read"), "{report}");
}
