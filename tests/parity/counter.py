"""Numbers that need no file: a counter-based function of (key, index), written here and once in Rust.

`uniform(key, count)[index]` lies in [-1, 1) and is exact in double precision:
splitmix64(fnv1a64(key) + (index + 1) * 0x9E3779B97F4A7C15), its upper 53 bits scaled.
"""

import math

import numpy as np

GOLDEN = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def fnv1a64(key):
    state = 0xCBF29CE484222325
    for byte in key.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    return state


def uniform(key, count):
    index = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a64(key)) + index * np.uint64(GOLDEN)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0


def parameter(key, shape):
    """The numbers of one state dict entry; kernels are He-scaled, norms and slopes lie near their usual values."""
    module = ("." + key.rpartition("/")[2]).split(".")[-2]
    noise = uniform(key, math.prod(shape))
    if key.endswith("running_var"):
        values = 1.0 + 0.5 * noise
    elif key.endswith((".bias", "running_mean")):
        values = 0.1 * noise
    elif key.endswith("weight") and (module == "A" or module.startswith("act")):
        values = 0.25 + 0.1 * noise
    elif len(shape) == 1:
        values = 1.0 + 0.25 * noise
    else:
        values = math.sqrt(6.0 / math.prod(shape[1:])) * noise
    return values.astype(np.float32).reshape(shape)


def image(key, shape):
    """A float32 array of noise over slow waves, so that norms and windows see structure."""
    noise = uniform(key, math.prod(shape)).reshape(shape)
    waves = sum(np.arange(size).reshape([-1 if a == axis else 1 for a in range(len(shape))]) % 17 for axis, size in enumerate(shape))
    return (noise + waves / 16.0 - 0.75).astype(np.float32)
