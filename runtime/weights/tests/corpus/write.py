"""Writes the checkpoint corpora beside this file with PyTorch and Python's own pickle: python write.py

`pickle` holds the `data.pkl` of archives; the test puts each beside storages 0 to 5 of 24 bytes. `checkpoint` holds whole
files. Nothing here is unpickled by this script.
"""

import io
import os
import pathlib
import pickle
import struct
import zipfile
from collections import OrderedDict

import numpy
import torch

here = pathlib.Path(__file__).parent
for folder in ("pickle", "checkpoint"):
    (here / folder).mkdir(exist_ok=True)


def ramp(dtype=torch.float32, count=6):
    return torch.arange(count).to(dtype)


def saved(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def described(value, **options):
    archive = zipfile.ZipFile(io.BytesIO(saved(value, **options)))
    return archive.read(next(name for name in archive.namelist() if name.endswith("/data.pkl")))


def archive(members, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as out:
        for name, data in members.items():
            out.writestr(zipfile.ZipInfo(name), data, compression)
    return file.getvalue()


class Attack:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call



def text(value):
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


state = OrderedDict(weight=ramp(), bias=ramp())
plain = described(state)
storage = b"((" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x06tQ"
long_key = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("k" * 20000) + text("cpu") + b"K\x06tq\x01"
pickles = {
    "good-state-dict": plain,
    "good-nested": described({"epoch": 3, "lr": 0.1, "model": state, "note": None, "done": True}),
    "good-views": described({"t": ramp().reshape(2, 3).t(), "s": ramp()[2:5], "p": torch.nn.Parameter(ramp()), "e": ramp()[:0]}),
    "good-types": described({"half": ramp(torch.float16, 12), "brain": ramp(torch.bfloat16, 12), "double": ramp(torch.float64, 3), "long": ramp(torch.int64, 3), "byte": ramp(torch.uint8, 24), "flag": ramp(torch.bool, 24)}),
    "good-numpy-scalar": described({"model": state, "dice": numpy.float64(0.5)}),
    "good-module-state": described(torch.nn.Conv2d(1, 2, (1, 3), bias=False).state_dict()),
    "good-protocol-4": described(state, pickle_protocol=4),
    "good-protocol-5": described({"state_dict": state}, pickle_protocol=5),
    "bad-system": pickle.dumps({"model": Attack(os.system, "true")}, 2),
    "bad-system-protocol-4": pickle.dumps(Attack(os.system, "true"), 4),
    "bad-system-protocol-0": pickle.dumps(Attack(os.system, "true"), 0),
    "bad-eval": pickle.dumps(Attack(eval, "1"), 2),
    "bad-getattr": pickle.dumps(Attack(getattr, "a", "upper"), 4),
    "bad-torch-load": pickle.dumps(Attack(torch.load, "x"), 2),
    "bad-instance-opcode": b"\x80\x02(" + text("true") + b"ios\nsystem\n.",
    "bad-object-opcode": b"\x80\x02(cos\nsystem\n" + text("true") + b"o.",
    "bad-extension-opcode": b"\x80\x02\x82\x01.",
    "good-state-of-a-dict": plain[:-1] + b"}b" + b".",
    "bad-reduce-of-text": b"\x80\x02" + text("os.system") + text("true") + b"\x85R.",
    "bad-truncated": plain[:-40],
    "bad-no-stop": plain[:-1],
    "bad-empty": b"",
    "bad-depth-of-tuples": b"\x80\x02)" + b"\x85" * 20000 + b".",
    "bad-depth-of-marks": b"\x80\x02" + b"(" * 20000 + b".",
    "bad-list-of-itself": b"\x80\x02]q\0h\0a.",
    "bad-laughs": b"\x80\x02]q\0" + b"".join(b"](h%ch%ceq%c" % (n, n, n + 1) for n in range(60)) + b".",
    "bad-huge-text": b"\x80\x04\x8d" + b"\xff" * 8 + b"a.",
    "bad-huge-bytes": b"\x80\x03B\xff\xff\xff\x7fa.",
    "bad-huge-memo": b"\x80\x02Nr\xff\xff\xff\xffj\xfe\xff\xff\xff.",
    "bad-long-of-255-bytes": b"\x80\x02\x8a\xff" + b"\x7f" * 255 + b".",
    "bad-lying-frame": b"\x80\x04\x95" + b"\xff" * 8 + b"N.",
    "bad-one-key-many-storages": b"\x80\x02" + long_key + b"h\x01Q0" * 4000 + b".",
    "bad-one-text-many-copies": b"\x80\x02c_codecs\nencode\nq\0" + text("a" * 8000) + text("latin1") + b"\x86q\x010" + b"h\0h\x01R" * 4000 + b".",
    "bad-more-elements-than-stored": b"\x80\x02}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n" + storage + b"K\0J\xff\xff\xff\x7f\x85K\0\x85\x89}tRs.",
    "bad-negative-extent": b"\x80\x02}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n" + storage + b"K\0J\xff\xff\xff\xff\x85K\1\x85\x89}tRs.",
    "bad-nine-axes": b"\x80\x02}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n" + storage + b"K\0(" + b"K\x01" * 9 + b"t(" + b"K\x01" * 9 + b"t\x89}tRs.",
}


def script(attributes, memo=b""):
    """An object of a TorchScript class."""
    return b"c__torch__\nModule\n)\x81" + memo + b"}(" + attributes + b"ub"


weight = text("weight") + b"ctorch._utils\n_rebuild_tensor_v2\n" + storage + b"K\0K\6\x85K\1\x85\x89}tR"
pickles |= {
    "good-script": b"\x80\x02" + script(text("training") + b"\x89" + weight + text("sizes") + b"ctorch.jit._pickle\nbuild_intlist\n](K\1K\2e\x85R" + text("conv") + script(weight)) + b".",
    "good-script-shared": b"\x80\x02" + script(text("a") + script(weight, b"q\0") + text("b") + b"h\0") + b".",
    "good-script-without-attributes": b"\x80\x02c__torch__\nModule\n)\x81.",
    "bad-script-of-itself": b"\x80\x02" + script(text("a") + b"h\0" + weight, b"q\0") + b".",
    "bad-script-laughs": b"\x80\x02" + script(weight, b"q\0") + b"".join(script(text("a") + b"h" + bytes([n]) + text("b") + b"h" + bytes([n]), b"q" + bytes([n + 1])) for n in range(60)) + b".",
    "bad-script-of-system": b"\x80\x02cos\nsystem\n)\x81}b.",
    "bad-script-with-arguments": b"\x80\x02c__torch__\nModule\nK\1\x85\x81}b.",
    "bad-script-built-twice": b"\x80\x02" + script(weight) + b"}b.",
    "bad-script-call": b"\x80\x02c__torch__\nModule\n)R.",
    "bad-script-set-state": b"\x80\x02c__torch__\nModule\n)\x81K\1\x85b.",
}
for name, data in pickles.items():
    (here / "pickle" / f"{name}.pkl").write_bytes(data)


def tensors(header, data, length=None):
    raw = header.encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


two = '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I64","shape":[],"data_offsets":[24,32]}}'
torch_file = saved(OrderedDict(weight=ramp(), bias=ramp()))
checkpoints = {
    "good-torch.pt": torch_file,
    "good-nested.pt": saved({"model": {"w": ramp().reshape(2, 3).t()}}),
    "good-other-writer.pt": archive({"a/data.pkl": plain, "a/data/0": bytes(24), "a/data/1": bytes(24)}),
    "good-two.safetensors": tensors(two, bytes(32)),
    "good-half.safetensors": tensors('{"h":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]},"g":{"dtype":"F16","shape":[2,2],"data_offsets":[8,16]}}', bytes(range(16))),
    "bad-empty.pt": b"",
    "bad-text.pt": b"this is not a checkpoint at all",
    "bad-truncated.pt": torch_file[:-100],
    "bad-zip-start-only.pt": b"PK\x03\x04" + bytes(60),
    "bad-legacy.pt": saved(state, _use_new_zipfile_serialization=False),
    "bad-no-storages.pt": archive({"a/data.pkl": plain}),
    "bad-two-pickles.pt": archive({"a/data.pkl": plain, "b/data.pkl": plain}),
    "bad-compressed-storage.pt": archive({"a/data.pkl": plain, "a/data/0": b"\0" * 24, "a/data/1": b"\0" * 24}, zipfile.ZIP_DEFLATED),
    "bad-bomb.pt": archive({"a/data.pkl": b"\x80\x02" + b"N" * 3_000_000 + b"."}, zipfile.ZIP_DEFLATED),
    "good-script.ts": archive({"model/data.pkl": pickles["good-script"], "model/code/__torch__.py": b"import os", "model/constants.pkl": b"\x80\x02).", "model/data/0": bytes(24)}),
    "bad-script-without-storage.ts": archive({"a/data.pkl": pickles["good-script"], "a/constants.pkl": b"\x80\x02)."}),
    "bad-big-endian.pt": archive({"a/data.pkl": plain, "a/byteorder": b"big", "a/data/0": b"\0" * 24, "a/data/1": b"\0" * 24}),
    "bad-huge-header.safetensors": tensors(two, bytes(32), 1 << 60),
    "bad-deep-header.safetensors": tensors('{"a":' + "[" * 3000, b""),
    "bad-overlap.safetensors": tensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}', bytes(12)),
    "bad-huge-shape.safetensors": tensors('{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}', bytes(8)),
}
for name, data in checkpoints.items():
    (here / "checkpoint" / name).write_bytes(data)
