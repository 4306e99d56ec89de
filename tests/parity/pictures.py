"""Writes tests/fixtures/parity/pictures.json: what MONAI's LoadImage makes of the good files of
runtime/imaging/tests/corpus/{png,jpeg}, for runtime/imaging/tests/pictures.rs.

Run: python tests/parity/pictures.py     (needs monai, torch and Pillow)
"""
import json
import pathlib

import monai
import PIL
from PIL import features

from monai.transforms import EnsureChannelFirst, LoadImage

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "runtime/imaging/tests/corpus"
CONVERT = {"as_stored": None, "grey": "L", "rgb": "RGB", "rgba": "RGBA"}


def load(path, mode):
    converter = None if mode is None else lambda image: image.convert(mode)
    loader = LoadImage(reader="PILReader", converter=converter, dtype=None)
    image = EnsureChannelFirst()(loader(str(path)))
    return {"dtype": str(image.dtype).removeprefix("torch."), "shape": list(image.shape), "affine": image.affine.tolist(),
            "values": [int(value) for value in image.flatten().tolist()]}


def main():
    files = sorted(CORPUS.glob("png/good-*")) + sorted(CORPUS.glob("jpeg/good-*"))
    pictures = {f"{path.parent.name}/{path.name}": {name: load(path, mode) for name, mode in CONVERT.items() if mode is None or path.suffix == ".png"} for path in files}
    versions = {"monai": monai.__version__, "pillow": PIL.__version__, "libjpeg_turbo": features.version("libjpeg_turbo")}
    text = json.dumps({"written_by": "tests/parity/pictures.py", "versions": versions, "pictures": pictures})
    (ROOT / "tests/fixtures/parity/pictures.json").write_text(text.replace('"png/', '\n"png/').replace('"jpeg/', '\n"jpeg/') + "\n")
    print(len(pictures), "pictures,", len(text), "bytes")


if __name__ == "__main__":
    main()
