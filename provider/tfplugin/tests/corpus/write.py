"""Writes the MessagePack corpus beside this file, from the MessagePack specification alone: python write.py"""

import pathlib
import struct

here = pathlib.Path(__file__).parent / "msgpack"
here.mkdir(exist_ok=True)


def pack(value):
    match value:
        case None:
            return b"\xc0"
        case bool():
            return b"\xc3" if value else b"\xc2"
        case int() if 0 <= value < 128:
            return bytes([value])
        case int() if value < 0:
            return b"\xd3" + struct.pack(">q", value)
        case int():
            return b"\xcf" + struct.pack(">Q", value)
        case float():
            return b"\xcb" + struct.pack(">d", value)
        case str():
            raw = value.encode()
            return (bytes([0xA0 | len(raw)]) if len(raw) < 32 else b"\xda" + struct.pack(">H", len(raw))) + raw
        case bytes():
            return b"\xc4" + bytes([len(value)]) + value
        case list():
            return bytes([0x90 | len(value)]) + b"".join(map(pack, value))
        case dict():
            return bytes([0x80 | len(value)]) + b"".join(pack(k) + pack(v) for k, v in value.items())


def unknown(refinement=None):
    if refinement is None:
        return b"\xd4\0\0"
    body = pack(refinement)
    return b"\xc7" + bytes([len(body)]) + b"\x0c" + body


def dynamic(kind, value):
    return b"\x92" + pack(kind) + value


for name, data in {
    "good-object": pack({"name": "brain", "port": 8080, "rules": [{"path": "/v1", "open": True}, None]}),
    "good-object-numbers": pack({"name": None, "port": 0.5, "rules": []}),
    "good-object-unknown": b"\x83" + pack("name") + unknown({1: False, 2: "br"}) + pack("port") + unknown({3: [1, True], 4: [2.5, False]}) + pack("rules") + unknown({5: 1, 6: 3}),
    "good-strings": pack(["", "é", "x" * 40, None]),
    "good-strings-unknown": b"\x92" + unknown() + unknown({2: "p" * 20}),
    "good-numbers": pack({"a": -1, "b": 2**63, "c": 1e300, "d": "1e-30", "e": "123456789012345678901234567890"}),
    "good-tuple": pack([True, "x"]),
    "good-dynamic-list": dynamic(b'["list","string"]', pack(["a"])),
    "good-dynamic-object": dynamic(b'["object",{"a":"number","b":["map","bool"]}]', pack({"a": 1, "b": {"c": False}})),
    "good-dynamic-twice": dynamic(b'"dynamic"', dynamic(b'"string"', pack("x"))),
    "good-null": b"\xc0",
    "bad-empty": b"",
    "bad-trailing": b"\xc0\xc0",
    "bad-marker": b"\xc1",
    "bad-cut-text": pack(["abc"])[:-1],
    "bad-not-utf8": b"\x91\xa1\xff",
    "bad-huge-array": b"\xdd\xff\xff\xff\xff",
    "bad-huge-array-of-some": b"\xdd\xff\xff\xff\xff" + b"\xc0" * 100,
    "bad-huge-map": b"\xdf\xff\xff\xff\xff" + b"\xa1a\xc0" * 30,
    "bad-huge-text": b"\x91\xdb\xff\xff\xff\xff" + b"a" * 50,
    "bad-huge-extension": b"\xc9\xff\xff\xff\xff\x0c",
    "bad-unknown-attribute": pack({"name": "a", "nane": "b"}),
    "bad-key-is-a-number": b"\x81\x01\x01",
    "bad-not-a-number": pack({"a": float("nan")}),
    "bad-number-of-a-billion-digits": pack({"a": "1e999999999"}),
    "bad-number-overflowing-exponent": pack({"a": "1e99999999999999999999"}),
    "bad-depth-of-dynamics": (b"\x92\xc4\x09" + b'"dynamic"') * 2000 + b"\xc0",
    "bad-depth-of-a-type": dynamic(b'["list",' * 20 + b'"string"' + b"]" * 20, b"\x91" * 21),
    "bad-depth-of-arrays": b"\x91" * 5000,
    "bad-type-without-end": dynamic(b'["list",["list",["list"', b"\x90"),
    "bad-type-unknown": dynamic(b'"int"', b"\x01"),
    "good-refinement-unreadable": b"\x91\xc7\x04\x0c\xdf\xff\xff\xff\xff"[:-1],
}.items():
    (here / f"{name}.bin").write_bytes(data)
