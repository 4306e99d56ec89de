"""Writes tests/fixtures/parity/bundles/brain_tissue: what MONAI makes of the bundle and the Colin27 brain (bundle.py).

Run: python tests/parity/bundle_brain_tissue.py
"""

import bundle

ROOT = bundle.ROOT / "examples" / "bundles" / "brain_tissue"
SUBJECT = bundle.ROOT / "tests" / "fixtures" / "brain_tissue" / "ch2bet.nii.gz"


if __name__ == "__main__":
    bundle.write("brain_tissue", ROOT, SUBJECT, 5, {"weights_sha256": bundle.sha256(ROOT / "models" / "model.pt")})
