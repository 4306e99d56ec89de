"""MONAI's side of the transforms: python transforms.py FOLDER THREADS

FOLDER/cases.json lists transforms in MONAI's words, each with the image that it works on. The images are written to FOLDER
where they are missing. Prints a line of settings, then answers each line of standard input, the index of a case, with
{"seconds": ...} of that transform alone on a copy of its input. After the word `write`, it writes the voxels of the result
to FOLDER/peer.bin too, and says its shape and affine.
"""

import functools
import gc
import json
import logging
import pathlib
import sys
import time
import warnings

import nibabel
import numpy
import torch

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import monai  # noqa: E402
from monai.bundle import ConfigParser  # noqa: E402
from monai.transforms import LoadImaged  # noqa: E402

SHAPE = (512, 512, 300)
# 0.8 x 0.8 x 1 mm, the axes of a CT as it is converted from DICOM.
AFFINE = numpy.array([[-0.8, 0, 0, 204.4], [0, -0.8, 0, 204.4], [0, 0, 1, -150], [0, 0, 0, 1]])


def noise(random, scale):
    """Random values `scale` voxels apart, linear between."""
    coarse = torch.from_numpy(random.standard_normal([extent // scale + 2 for extent in SHAPE], dtype=numpy.float32))
    return torch.nn.functional.interpolate(coarse[None, None], SHAPE, mode="trilinear")[0, 0].numpy()


def save(volume, dtype, path):
    image = nibabel.Nifti1Image(volume, AFFINE)
    image.set_data_dtype(dtype)
    # Other processes may look for it.
    image.to_filename(path.with_name("new-" + path.name))
    path.with_name("new-" + path.name).rename(path)


def write_images(folder):
    """A body of about 40 HU with noise in air, labels in it of two classes with specks and holes, and scores of three."""
    if (folder / "logits.nii").exists():
        return
    random = numpy.random.default_rng(0)
    x, y, z = (numpy.linspace(-1, 1, extent, dtype=numpy.float32) for extent in SHAPE)
    radius = (x[:, None, None] / 0.85) ** 2 + (y[None, :, None] / 0.65) ** 2 + 0 * z[None, None, :]
    texture = noise(random, 24)
    volume = numpy.where(radius < 1, 40 + 150 * texture, numpy.float32(-1000))
    volume += 12 * random.standard_normal(SHAPE, dtype=numpy.float32)
    volume = numpy.clip(numpy.rint(volume), -1024, 3071).astype(numpy.int16)
    save(volume, numpy.int16, folder / "image.nii")
    save(volume, numpy.int16, folder / "image.nii.gz")
    del volume
    fine = noise(random, 4)
    inner = radius < 0.8
    labels = ((texture > 0.5) & inner).astype(numpy.uint8) + ((texture > 1.0) & inner)
    save(labels * (fine < 1.5), numpy.uint8, folder / "labels.nii")
    save(((texture > 0.6) & (fine < 1.0)).astype(numpy.uint8), numpy.uint8, folder / "votes.nii")
    del labels, inner
    scores = [-4 * texture - 2 + fine, 4 * texture, 4 * texture - 3 - 2 * fine]
    # Of 8 bit, scaled.
    save(numpy.stack(scores, axis=-1), numpy.int8, folder / "logits.nii")


@functools.lru_cache(maxsize=1)
def load(files):
    """The images under their keys; those of the case before once more where they are the same."""
    return LoadImaged([key for key, _ in files], ensure_channel_first=True)(dict(files))


class Case:
    def __init__(self, folder, case):
        self.folder, self.case = folder, case
        config = ConfigParser({"before": {"_target_": "Compose", "transforms": case.get("before", [])}})
        self.before = config.get_parsed_content("before")
        transform = dict(case["transform"])
        self.saves, self.loads = (transform["_target_"] == name for name in ("SaveImaged", "LoadImaged"))
        if self.saves:
            self.output = folder / "peer"
            transform["output_dir"] = str(self.output)
        if transform.get("transform") == "@before":
            transform["transform"] = self.before
        self.transform = ConfigParser({"it": transform}).get_parsed_content("it")
        inputs = {"image": case["input"], **case.get("others", {})}
        self.sample = {key: str(folder / name) for key, name in inputs.items()}
        if not self.loads:
            loaded = load(tuple(self.sample.items()))
            self.sample = self.before({key: value.clone() for key, value in loaded.items()})

    def run(self):
        # The one before has been handed on, as in a pipeline.
        sample = {key: value if self.loads else value.clone() for key, value in self.sample.items()}
        start = time.perf_counter()
        sample = self.transform(sample)
        return time.perf_counter() - start, sample

    def write(self, sample):
        if self.saves:
            path = max(self.output.glob("*.nii.gz"), key=lambda path: path.stat().st_mtime_ns)
            image = LoadImaged("image", ensure_channel_first=True)({"image": str(path)})["image"]
            path.unlink()
        else:
            image = sample["image"]
        numpy.ascontiguousarray(image.numpy(), dtype=numpy.float32).tofile(self.folder / "peer.bin")
        return {"shape": list(image.shape), "affine": image.affine.tolist()}


def main():
    folder, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    # What libraries print is not an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    cases = json.loads((folder / "cases.json").read_text())
    write_images(folder)

    def say(answer):
        print(json.dumps(answer), file=answers, flush=True)

    say({"monai": monai.__version__, "torch": torch.__version__, "threads": torch.get_num_threads()})
    prepared, case = None, None
    with torch.inference_mode():
        for line in sys.stdin:
            index, *write = line.split()
            if prepared != index:
                case = None
                gc.collect()
                prepared, case = index, Case(folder, cases[int(index)])
            seconds, sample = case.run()
            say({"seconds": seconds, **(case.write(sample) if write else {})})
            del sample


if __name__ == "__main__":
    main()
