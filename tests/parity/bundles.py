"""Writes tests/fixtures/parity/bundles/<name>: what MONAI makes of the bundles in tests/fixtures/bundles and synthetic subjects.

The bundle's own evaluator runs on the processor; only its data set is another. Subjects come from subjects.py with keys
`name/part`, weights from counter.py with keys `name/parameter`; those that the manifest names under `scaled` are then
multiplied by its factor, which keeps the logits near the size that trained ones have, and those under `given` replaced, so
that all classes occur. `overrides` are ids of the config with values that make the run small.

A fixture has the input by the names of its parts; the files that the bundle saves, with the paths it gives them; and samples
(float32, little endian, C order, channel first, every `step`-th element of each axis) of `image`, which the network sees,
`logits`, which the inferer returns, and `scores`, on which postprocessing decides. `close.nii.gz` marks, on the grid of the
saved image, what depends on undecided voxels: those where the two greatest scores, or a score and the threshold, differ by at
most `close_margin`. There another correct runtime may decide otherwise.
Run: python tests/parity/bundles.py [name...]
"""

import sys
import time

import bundle_run
import networks_swin_unetr
import networks_torchvision_fc
import subjects
import torch

# `scaled` names the parameters whose size the logits have, `bias` the one that moves each class. `build` makes a network that
# MONAI 1.6.1, or a machine without internet, does not make of the published arguments. `replaced` are ids with values that
# only this script needs.
UNET_BIAS = "model.2.1.conv.unit0.conv.bias"
# ITK reads the same numbers; it is too large a package for this one use.
READER = {"preprocessing#transforms#0#reader": "NibabelReader"}
CASES = {
    "prostate_mri_anatomy": {
        "input": {"image": lambda key: subjects.mr(key, (36, 30, 10), (0.9, 0.8, 3.0))},
        "scaled": ["model.2.0.adn.N.weight", "model.2.0.adn.N.bias"],
        "bias": UNET_BIAS,
    },
    "segmentation_template": {
        "input": {"image": lambda key: subjects.mr(key, (48, 40, 24), (1.2, 1.4, 2.5))},
        "scaled": [],
        "bias": UNET_BIAS,
    },
    "ventricular_short_axis_3label": {
        "input": {"image": lambda key: subjects.mr(key, (60, 52, 6), (1.4, 1.4, 8.0))},
        "scaled": [],
        "bias": UNET_BIAS,
    },
    "brats_mri_segmentation": {
        "input": {
            "T1c": lambda key: subjects.mr(key, (36, 32, 24), (1.0, 1.1, 1.2), 0.7),
            "T1": lambda key: subjects.mr(key, (36, 32, 24), (1.0, 1.1, 1.2), 1.0),
            "T2": lambda key: subjects.mr(key, (36, 32, 24), (1.0, 1.1, 1.2), 1.4),
            "FLAIR": lambda key: subjects.mr(key, (36, 32, 24), (1.0, 1.1, 1.2), 0.4),
        },
        "overrides": {"inferer#roi_size": [24, 24, 16]},
        "scaled": ["conv_final.2.conv.weight"],
        "bias": "conv_final.2.conv.bias",
    },
    "wholeBody_ct_segmentation": {
        "input": {"image": lambda key: subjects.ct(key, (32, 28, 16), (2.2, 2.4, 3.5))},
        "overrides": {"inferer#roi_size": [32, 32, 32]},
        "scaled": ["conv_final.2.conv.weight"],
        "bias": "conv_final.2.conv.bias",
        # Of fewer, many voxels are undecided among so many classes.
        "deviation": 8.0,
    },
    "pediatric_abdominal_ct_segmentation": {
        "networks": {"network_def": "models/dynunet_FT.pt"},
        "input": {"image": lambda key: subjects.ct(key, (48, 40, 20), (2.1, 1.9, 5.0))},
        "scaled": ["output_block.conv.conv.weight"],
        "bias": "output_block.conv.conv.bias",
        "replaced": READER,
    },
    "swin_unetr_btcv_segmentation": {
        "input": {"image": lambda key: subjects.ct(key, (48, 40, 20), (2.1, 1.9, 5.0))},
        "scaled": ["out.conv.conv.weight"],
        "bias": "out.conv.conv.bias",
        "deviation": 5.0,
        "build": networks_swin_unetr.build,
        "replaced": READER,
    },
    "classification_template": {
        "input": {"image": lambda key: subjects.picture(key, (112, 96), 1)},
        "scaled": ["class_layers.out.weight"],
        # MONAI stops without the label, of which the metrics are computed.
        "item": {"label": 1},
    },
    "endoscopic_inbody_classification": {
        "input": {"image": lambda key: subjects.picture(key, (150, 110), 3, "JPEG")},
        "scaled": ["last_linear.weight"],
    },
    "endoscopic_tool_segmentation": {
        "input": {"image": lambda key: subjects.picture(key, (120, 90), 3)},
        "scaled": ["segmentation_head.0.weight"],
        "bias": "segmentation_head.0.bias",
    },
    "spleen_deepedit_annotation": {
        "input": {"image": lambda key: subjects.ct(key, (44, 40, 24), (2.1, 1.9, 4.0))},
        "beside": {"spleen": [[12, 15, 8], [30, 22, 14]], "background": [[40, 3, 20]]},
        "overrides": {"spatial_size": [64, 64, 32]},
        "scaled": ["output_block.conv.conv.weight"],
        "bias": "output_block.conv.conv.bias",
        "replaced": READER,
    },
    "pathology_nuclei_classification": {
        "input": {"image": lambda key: subjects.picture(key, (128, 128), 3)},
        "beside": {"label": subjects.mask},
        "scaled": ["class_layers.out.weight"],
    },
    "breast_density_classification": {
        "input": {"image": lambda key: subjects.picture(key, (110, 140), 3)},
        "scaled": ["fc.weight"],
        "build": networks_torchvision_fc.build,
    },
}


def main(names):
    torch.set_num_threads(2)
    for name in names or CASES:
        started = time.monotonic()
        manifest = bundle_run.record(name, {"networks": {"network_def": "models/model.pt"}, **CASES[name]})
        print(
            f"{name}: {time.monotonic() - started:.0f} s, logits {manifest['logits'][0]['shape']}, "
            f"{manifest.get('close_voxels')} close voxels, saved {[output['path'] for output in manifest['outputs']]}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
