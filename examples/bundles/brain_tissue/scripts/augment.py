"""Random training patches from one labelled template: geometry, tissue contrast and scanner effects.

Images are in the units of the bundle's preprocessing (about 1 in bright white matter, 0 outside the brain).
"""

import numpy as np
import torch
import torch.nn.functional as F
from monai.networks.layers import GaussianFilter
from monai.transforms import create_rotate, create_scale, create_shear

PATCH = 64
TOP = 1.6


def resize(field, size=PATCH):
    """Trilinear resize of a coarse random field to the patch."""
    return F.interpolate(field, size=(size,) * 3, mode="trilinear", align_corners=True)


class PatchSampler:
    """Draws augmented patches of `image` and `labels`, both `[X, Y, Z]` tensors on the same grid."""

    def __init__(self, image, labels, seed):
        self.random = np.random.default_rng(seed)
        self.image = (image * (labels > 0)).float()
        self.labels = labels.float()
        self.inside = torch.argwhere(labels > 0).numpy()
        self.means = [float(self.image[labels == k].mean()) for k in (1, 2, 3)]
        self.half = torch.tensor([(s - 1) / 2 for s in image.shape], dtype=torch.float32)
        axis = torch.arange(PATCH, dtype=torch.float32) - (PATCH - 1) / 2
        self.offsets = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)

    def chance(self, probability):
        return self.random.random() < probability

    def blur(self, volume, sigma):
        return GaussianFilter(3, float(sigma), truncated=3.0)(volume)

    def grid(self):
        """Sampling positions of one patch: rotation, scale, shear, mirrored left-right, elastic."""
        uniform = self.random.uniform
        matrix = create_rotate(3, list(uniform(-0.3, 0.3, 3)))[:3, :3]
        matrix = matrix @ create_scale(3, list(uniform(0.85, 1.15, 3)))[:3, :3]
        matrix = matrix @ create_shear(3, list(uniform(-0.1, 0.1, 6)))[:3, :3]
        if self.chance(0.5):
            matrix = np.diag([-1, 1, 1]) @ matrix
        offsets = self.offsets @ torch.tensor(matrix.T, dtype=torch.float32)
        if self.chance(0.5):
            knots = int(self.random.integers(4, 9))
            elastic = resize(torch.randn(1, 3, knots, knots, knots) * uniform(0.3, 2.0))
            offsets = offsets + elastic[0].permute(1, 2, 3, 0)
        centre = self.inside[self.random.integers(len(self.inside))] + uniform(-8, 8, 3)
        positions = (offsets + torch.tensor(centre, dtype=torch.float32)) / self.half - 1
        return positions.flip(-1)[None]

    def contrast(self):
        """Target intensities of fluid, grey and white matter; dim white matter stands for a shaded region."""
        uniform = self.random.uniform
        white = 0.93 * uniform(0.62, 1.2)
        return white * uniform(0.42, 0.68), white * uniform(0.73, 0.87), white

    def synthetic(self, image, labels, target):
        """Paint the labels: class means, some of the real texture, class noise, blur."""
        uniform = self.random.uniform
        index = labels.long()
        residue = (image - torch.tensor([0.0, *self.means])[index]) / self.means[2] * uniform(0, 1.2)
        spread = torch.tensor([0, uniform(0.02, 0.2), uniform(0.01, 0.07), uniform(0.005, 0.05)])
        texture = torch.randn_like(image)
        if self.chance(0.5):
            texture = self.blur(texture, uniform(0.5, 1.0))
            texture = texture / texture.std()
        painted = torch.tensor([0.0, *target])[index] + residue + spread.float()[index] * texture
        return self.blur(painted * (labels > 0), uniform(0.35, 0.9))

    def remapped(self, image, target):
        """Sharpen or blur the real image, then map its class means onto the target, linear between them."""
        uniform = self.random.uniform
        draw = self.random.random()
        if draw < 0.6:
            image = image + uniform(0.3, 2.5) * (image - self.blur(image, uniform(0.7, 1.5)))
        elif draw < 0.75:
            image = self.blur(image, uniform(0.3, 0.8))
        fluid, grey, white = target
        top = white + (4 - self.means[2]) / self.means[2] * white * 0.6
        source = torch.tensor([-0.5, 0.0, *self.means, 4.0])
        result = torch.tensor([-0.1, 0.0, fluid, grey, white, top])
        k = torch.clamp(torch.bucketize(image.contiguous(), source) - 1, 0, 4)
        return result[k] + (image - source[k]) * (result[k + 1] - result[k]) / (source[k + 1] - source[k])

    def scanner(self, image):
        """Bias field, gamma, thick slices and noise."""
        uniform = self.random.uniform
        if self.chance(0.8):
            slope = torch.randn(1, 1, 2, 2, 2) * uniform(0, 0.2)
            waves = torch.randn(1, 1, 3, 3, 3) * uniform(0, 0.12)
            image = image * torch.exp(resize(slope) + resize(waves))
        if self.chance(0.3):
            image = image.clamp(min=0) ** float(np.exp(uniform(-0.25, 0.25)))
        if self.chance(0.2):
            factors = [1.0, 1.0, 1.0]
            factors[self.random.integers(3)] = 1 / uniform(1.3, 2.5)
            image = resize(F.interpolate(image, scale_factor=factors, mode="trilinear"))
        return image + torch.randn_like(image) * uniform(0, 0.05)

    def patch(self):
        """One pair `[1, 1, P, P, P]` of image and labels."""
        grid = self.grid()
        image = F.grid_sample(self.image[None, None], grid, align_corners=True)
        labels = F.grid_sample(self.labels[None, None], grid, mode="nearest", align_corners=True)
        mask = (labels > 0).float()
        target = self.contrast()
        image = self.synthetic(image, labels, target) if self.chance(0.3) else self.remapped(image, target)
        image = self.scanner(image * mask)
        if self.chance(0.3):
            # A tighter brain mask, as another brain extraction leaves it.
            eroded = -F.max_pool3d(-mask, 3, 1, 1)
            mask = mask * torch.where(resize(torch.randn(1, 1, 5, 5, 5)) > self.random.uniform(-0.5, 1), eroded, mask)
        return (image * mask).clamp(0, TOP), labels * mask

    def batch(self, size):
        """Images and labels `[size, 1, P, P, P]`."""
        pairs = [self.patch() for _ in range(size)]
        return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
