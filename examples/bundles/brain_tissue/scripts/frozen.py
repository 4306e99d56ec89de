"""Refuses inputs that are not the ones frozen in SHA256SUMS beside this file or in a given list."""

import hashlib
from pathlib import Path

OWN = Path(__file__).resolve().parent / "SHA256SUMS"


def require(path, sums=OWN):
    """Exit unless `path` has the hash that `sums` records for its file name."""
    expected = dict(reversed(line.split()) for line in sums.read_text().splitlines())
    if path.name not in expected:
        raise SystemExit(f"{path.name} is not listed in {sums}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected[path.name]:
        raise SystemExit(f"{path}: sha256 {found}, frozen as {expected[path.name]}")
    return path
