"""Writes tests/fixtures/parity/bundle_language.json: what MONAI's ConfigParser makes of small configs.

Every item is resolved alone, by a parser of its own. The class of every component is `dict`, so that MONAI's instances
are the arguments that they were given; `{"partial": ...}` stands for a component in the mode `callable`.
Run: python tests/parity/bundle_language.py
"""

import copy
import functools
import json
import os
import pathlib
import tempfile
import warnings

import monai
import numpy
import torch
from monai.bundle import ConfigParser

FIXTURE = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "parity" / "bundle_language.json"
DICT = "builtins.dict"
META = {"version": "0.1.0", "optional_packages_version": {"nibabel": "5.2.1"}}

EXPRESSIONS = """
1 + 2 * 3 | (1 + 2) * 3 | 2 ** 3 ** 2 | -2 ** 2 | 7 // 2 | -7 // 2 | -7 % 3 | 7 % -3 | 7 / 2 | 6 / 2 | 2 ** -1
-7.5 // 2 | 1e-3 | 1_000 | 'a' + "b" 'c' | 'ab' * 2 | [0, 1] * 2 | (0,) * @n | [0] + [1, 2] | [] * 4 | 1, 2 | True + 1
{'a': 1, 'b': [True, None]} | len(@sizes) | len('é') | @sizes[0] + @sizes[-1] | @sizes[1:] | @sizes[:-1] | @sizes[::-1]
@sizes[::2] | @sizes[-1:0:-1] | @sizes[5:1:-2] | @sizes[10:] | @sizes[:-10] | @name[1:-1:2] | @name[-1] | @name[::-1]
@labels['a'] | @labels::b::c::1 | @labels#b#c#1 + 1 | @n::x | @sizes::9 | @sizes[9] | 1 < @n <= 3 | 1 < @n > 3 | not @yes
@none is None | @none is not None and @n == 3 | 0 or 'default' | '' or [] | 1 and 0 | 2 in [1, 2] | 'z' not in 'abc'
'a' in @labels | @n if @yes else @half | 1 if [] else 2 | 1 if 'x' else 2 | int(@half * 4)
int(-1.5) | int('12') | float(3) | str(3) | bool([]) | abs(-3) | min(3, 1, 2) | max(@sizes) | sum(@sizes) | sum([0.5, 1])
list(range(1, @n)) | list(range(4)) | list(range(3, 1)) | sorted([3, 1, 2]) | sorted(['b', 'a']) | list() | tuple(@sizes)
[0, *@sizes] | (*@sizes, 1) | max(*@sizes) | copy.deepcopy(@labels) | os.path.join('a', 'b') | os.path.join('a/', '/b', 'c')
os.path.basename('a/b.nii.gz') | join('x', 'y') | pth.join('x', 'y') | math.pi | numpy.inf | np.pi | torch.inf | -math.inf
torch.float32 | torch.float | torch.long | np.uint8 | numpy.float64 | torch.half == torch.float16 | torch.float is None
monai.utils.CommonKeys.IMAGE | Keys.PRED + '_x' | @base + '/models/' + @name | @A + @A_B | [@A, @A_B, @A::x] | (@n) | @n + @n
1.5 == 1.5 | 1 == 1.0 | True == 1 | [1, 2] == [1.0, 2.0] | 'a' < 'b' | 1 < 1.5 | 2 >= 2 | 3 != 4 | -1 % 5 | 5 % 2.5 | +3 | --3
1 + [] | 'a' + 1 | 1 / 0 | 1 // 0 | @missing + 1 | undefined | 1 + | (1 | [1][2] | {}['a'] | x = 1 | 'a' < 1 | None + 1
lambda x: x | @sizes[::0] | *@sizes | len(3) | int('a') | '''a''' if False else 1 | @nested::0::k | @nested[0]['k']
"""


def expressions():
    texts = [text.strip() for line in EXPRESSIONS.strip().splitlines() for text in line.split(" | ")]
    config = {
        "imports": [
            "$import os", "$import copy", "$import math", "$from os.path import join", "$import os.path as pth",
            "$from monai.utils import CommonKeys as Keys",
        ],
        "n": 3, "half": 0.5, "name": "spleen", "sizes": [16, 32, 64], "yes": True, "none": None, "base": ".",
        "labels": {"a": 1, "b": {"c": [5, 6]}}, "nested": [{"k": 7}], "A": 1, "A_B": 2,
    }
    config |= {f"x{index}": f"${text}" for index, text in enumerate(texts)}
    return {"files": [config], "ids": [f"x{index}" for index in range(len(texts))]}


def component(**arguments):
    return {"_target_": DICT, **arguments}


CASES = {
    "expressions": expressions(),
    "references": {
        "files": [{
            "a": {"b": [1, {"c": 2}]}, "whole": "@a::b::1::c", "hash": "@a#b#1#c", "both": "@a#b::1#c", "mapping": "@a",
            "mail": "mail@a", "blank": " @a", "dash": "@a-b", "twice": ["@whole", "@whole"], "chain": "@whole",
            "hashes": ["x#y", "$'#' + 'z'"], "deep": {"x": ["@a::b::0", {"y": "$@a::b::0 + 1"}]}, "gone": "@nothing",
            "inside": "$[@a::b::0, '@' + 'a']", "index": "@a::b::9", "word": "@a::b::one", "self": "@self",
            "circle": {"p": "@circle::q", "q": ["@circle::p"]}, "number": "@0",
        }],
        "ids": ["whole", "hash", "both", "mapping", "mail", "blank", "dash", "twice", "chain", "hashes", "deep", "gone",
                "inside", "index", "word", "self", "circle", "circle::p", "number", "a#b#0", "a::b::7", "deep::x::1::y"],
    },
    "relative": {
        "files": [{
            "A": 1, "C": "@#A", "D": {"key": "@##A", "v1": 2, "v2": "%#v1", "v3": [3, 4, "@#1", "$100 + @#0 + @##v1"]},
            "list": [{"k": "x"}, {"k": "@##0#k", "l": ["$@###0#k + '!'", "@####A"]}],
        }],
        "ids": ["C", "D", "list", "D::v3::3"],
    },
    "keys that are no part of an id": {
        "files": [{"m": {"a#b": 1, "aten::relu": ["$1 + 1", {"k": 2}], "": [3]}, "r": "@m::aten::relu"}],
        "ids": ["m"],
    },
    "too far up": {"files": [{"A": {"b": "@###A"}, "B": 1}], "ids": ["A"]},
    "macros": {
        "files": [{
            "net": {"c": [1, 2], "r": "@net::c::0"}, "copy": "%net", "part": "%net::c::1", "hash": "%net#c#0",
            "file": "%configs/parts.json::nets::0", "all": "%configs/parts.json", "changed": {"x": "%net", "y": 3},
            "meta": "%_meta_::version", "back": "%#net",
        }],
        "beside": {"configs/parts.json": {"nets": [{"w": "@net::c::1"}, 2], "k": "$1 + 1"}},
        "ids": ["copy", "part", "hash", "file", "all", "changed", "meta", "back"],
    },
    "macro of nothing": {"files": [{"a": "%gone"}], "ids": ["a"]},
    "macro of a file that is not there": {"files": [{"a": "%configs/gone.json::x"}], "ids": ["a"]},
    "macro before and after": {"files": [{"z": 1, "b": "%z", "a": "%b"}], "ids": ["a", "b"]},
    "components": {
        "files": [{
            "off": True, "word": "true",
            "list": [component(_disabled_=True), component(a=1), None, component(_disabled_="$1 > 2", b=2)],
            "map": {"x": component(_disabled_="@off"), "y": component(_disabled_="@word"), "z": None, "w": "@map::x"},
            "nested": component(inner=component(_disabled_=" TRUE "), other=component(k="$1 + 1"), plain=[1, "@off"]),
            "described": component(_desc_="words", _requires_=["@off", "$1 + 1"], k=1),
            "needs": component(_requires_="@gone"), "partial": component(_mode_="callable", a=1, b=2),
            "bound": {"_target_": "@partial", "b": 3, "c": 4}, "default": component(_mode_="default", a=1),
            "blank": component(_mode_=" callable ", a=1), "wrong": component(_mode_="sometimes"),
            "named": {"_target_": "@class", "a": 1}, "class": DICT, "spelt": {"_target_": "$'builtins.' + 'dict'", "a": 1},
            "false": component(_disabled_="false", a=1), "empty": component(_disabled_="", a=1),
            "zero": component(_disabled_=0, a=1), "through": ["@list", "@nested::other"],
        }],
        "ids": ["list", "map", "nested", "described", "needs", "partial", "bound", "default", "blank", "wrong", "named",
                "spelt", "false", "empty", "zero", "through", "list::0", "nested::inner"],
    },
    "merging": {
        "files": [
            {"a": {"b": [1, {"c": 2}]}, "list": [1], "map": {"x": 1, "y": {"k": 1}}, "n": 1, "d": {"e": 1}},
            {"a#b#0": 5, "a::b::1::c": 6, "a::new": 7, "+list": [2, 3], "+map": {"y": 2, "z": 3}, "n": 2},
            {"+a#b": [8], "+fresh": [9], "+map::y2": {"q": 1}, "d": 4, "n": {"o": 1}, "n::m": 2},
        ],
        "ids": ["a", "list", "map", "n", "d", "fresh"],
    },
    "merging into nothing": {"files": [{"n": 1}, {"gone#b": 1}], "ids": ["n"]},
    "merging past a list": {"files": [{"a": [1, 2]}, {"a#9": 1}], "ids": ["a"]},
    "merging into a number": {"files": [{"n": 1}, {"n#b": 1}], "ids": ["n"]},
    "joining a number": {"files": [{"n": 1}, {"+n": [1]}], "ids": ["n"]},
    "joining two kinds": {"files": [{"n": [1]}, {"+n": {"a": 1}}], "ids": ["n"]},
    "one file with paths": {"files": [{"a": {"b": 1}, "a#c": 2, "+a": {"d": 3}}], "ids": ["a"]},
    "overrides": {
        "files": [{"net": {"channels": [8, 16], "norm": "batch"}, "copy": "@net::channels", "list": [{"k": 1}]}],
        "set": [["net::channels", [1, 2]], ["net#norm", None], ["list#0#k", "$1 + 1"], ["new", "@net"],
                ["_meta_::version", "2.0.0"]],
        "ids": ["net", "copy", "list", "new", "_meta_::version"],
    },
    "override below nothing": {"files": [{"n": 1}], "set": [["gone::b", 1]], "ids": ["n"]},
    "metadata": {
        "files": [{"_meta_": {"version": "9"}, "v": "@_meta_::version"}],
        "ids": ["v", "_meta_::required_packages_version", "_meta_::optional_packages_version"],
    },
    "imports": {
        "files": [{
            "x": "$m.pi", "late": {"i": "$import math as m"}, "two": "$from os.path import join, basename",
            "first": "$join('a', 'b')", "second": "$basename('a/b')", "no": "$glob.glob('*')", "plain": "import json",
        }],
        "ids": ["x", "first", "second", "no", "plain"],
    },
}


def plain(value):
    """The value as JSON."""
    if isinstance(value, functools.partial):
        return {"partial": plain(value.keywords)}
    if isinstance(value, (torch.dtype, torch.device)):
        return str(value)
    if isinstance(value, type) and issubclass(value, numpy.generic):
        return f"numpy.{value.__name__}"
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(item) for item in value]
    if callable(value):
        return "a function"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value


def resolve(case, files, identifier):
    parser = ConfigParser()
    parser.read_config(files)
    parser.read_meta(copy.deepcopy(META))
    for key, value in case.get("set", []):
        parser[key] = value
    return plain(parser.get_parsed_content(identifier))


def run(case):
    for path, config in case.get("beside", {}).items():
        pathlib.Path(path).write_text(json.dumps(config))
    files = []
    for index, config in enumerate(case["files"]):
        files.append(f"configs/{index}.json")
        pathlib.Path(files[-1]).write_text(json.dumps(config))
    expected = []
    for identifier in case["ids"]:
        try:
            expected.append({"id": identifier, "value": resolve(case, files, identifier)})
        except Exception as error:  # any error of MONAI or Python is a refusal
            expected.append({"id": identifier, "error": type(error).__name__})
    return {key: case[key] for key in ("files", "beside", "set") if key in case} | {"expected": expected}


def main():
    warnings.simplefilter("ignore")
    cases = {}
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            before = os.getcwd()
            os.chdir(folder)
            os.mkdir("configs")
            cases[name] = run(case)
            os.chdir(before)
    lines = []
    for name, case in cases.items():
        expected = case.pop("expected")
        head = json.dumps(case, ensure_ascii=False)[1:-1]
        rows = ",\n".join(f"   {json.dumps(row, ensure_ascii=False)}" for row in expected)
        lines.append(f' {json.dumps(name)}: {{\n  {head},\n  "expected": [\n{rows}\n  ]\n }}')
    version = json.dumps(monai.__version__)
    FIXTURE.write_text(f'{{\n "monai": {version},\n "meta": {json.dumps(META)},\n "cases": {{\n' + ",\n".join(lines) + "\n}\n}\n")


main()
