"""Random training patches from copies of one template: geometry, tissue contrast, scanner and mask effects.

Images are in the units of the bundle's preprocessing (about 1 in bright white matter, 0 outside the brain).
"""

import numpy as np
import torch
import torch.nn.functional as F
from monai.networks.layers import GaussianFilter
from monai.transforms import create_rotate, create_scale, create_shear
from scipy import ndimage

from labels import BETA

PATCH = 64
TOP = 1.6


def resize(field, size=PATCH):
    """Trilinear resize of a coarse random field to the patch."""
    return F.interpolate(field, size=(size,) * 3, mode="trilinear", align_corners=True)


def cheapest(cost):
    """Index of the least of three costs; quicker than argmin on the CPU."""
    first, second, third = cost
    return torch.where(third < torch.minimum(first, second), 2, (second < first).long())


class PatchSampler:
    """Draws augmented patches from `copies`: image, mask `[X, Y, Z]`, means and variances of its three HMRF classes."""

    def __init__(self, copies, seed):
        self.random = np.random.default_rng(seed)
        mask = copies[0][1]
        depth = torch.from_numpy(ndimage.distance_transform_edt(mask.numpy()).astype(np.float32))
        self.copies = [torch.stack([image * mask, mask, depth]).float() for image, mask, _, _ in copies]
        self.classes = [(mean.tolist(), variance) for _, _, mean, variance in copies]
        self.inside = torch.argwhere(mask).numpy()
        self.half = torch.tensor([(s - 1) / 2 for s in mask.shape], dtype=torch.float32)
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

    def classify(self, image, mask, means, variances):
        """HMRF of a patch by the class parameters of its copy: the labels follow the intensities as interpolated."""
        column = (-1, 1, 1, 1)
        mean, variance = torch.tensor(means).view(column), variances.view(column)
        cost = (image[0] - mean) ** 2 / (2 * variance) + 0.5 * variance.log()
        found = cheapest(cost)
        for _ in range(2):
            same = torch.stack([found == k for k in range(3)]) * mask
            agreeing = torch.zeros_like(cost)
            for axis in (1, 2, 3):
                first, last = same.narrow(axis, 0, PATCH - 1), same.narrow(axis, 1, PATCH - 1)
                agreeing.narrow(axis, 1, PATCH - 1).add_(first)
                agreeing.narrow(axis, 0, PATCH - 1).add_(last)
            found = cheapest(cost - 2 * BETA * agreeing)
        return (found + 1).float()[None, None] * mask

    def synthetic(self, image, labels, means, target):
        """Paint the labels: class means, some of the real texture, class noise, blur."""
        uniform = self.random.uniform
        index = labels.long()
        residue = (image - torch.tensor([0.0, *means])[index]) / means[2] * uniform(0, 1.2)
        spread = torch.tensor([0, uniform(0.02, 0.1), uniform(0.01, 0.05), uniform(0.005, 0.04)])
        texture = torch.randn_like(image)
        if self.chance(0.5):
            texture = self.blur(texture, uniform(0.5, 1.0))
            texture = texture / texture.std()
        painted = torch.tensor([0.0, *target])[index] + residue + spread.float()[index] * texture
        return self.blur(painted * (labels > 0), uniform(0.35, 0.9))

    def remapped(self, image, means, target):
        """Map the image's class means onto the target, linear between them."""
        fluid, grey, white = target
        top = white + (4 - means[2]) / means[2] * white * 0.6
        source = torch.tensor([-0.5, 0.0, *means, 4.0])
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
        if self.chance(0.05):
            factors = [1.0, 1.0, 1.0]
            factors[self.random.integers(3)] = 1 / uniform(1.3, 2.5)
            image = resize(F.interpolate(image, scale_factor=factors, mode="trilinear"))
        return image + torch.randn_like(image) * max(0.0, uniform(-0.04, 0.04))

    def patch(self):
        """One pair `[1, 1, P, P, P]` of image and labels, both 0 outside the brain mask."""
        grid = self.grid()
        pick = int(self.random.integers(len(self.copies)))
        copy, (means, variances) = self.copies[pick][None], self.classes[pick]
        mask = F.grid_sample(copy[:, 1:2], grid, mode="nearest", align_corners=True)
        image, depth = F.grid_sample(copy[:, ::2], grid, align_corners=True).split(1, 1)
        labels = self.classify(image[0], mask[0], means, variances)
        target = self.contrast()
        original = image
        if self.chance(0.1):
            image = self.synthetic(image, labels, means, target)
        else:
            image = self.remapped(image, means, target)
        image = self.scanner(image * mask)
        if self.chance(0.6):
            # A tighter brain mask, up to 4 mm here and none there, as another brain extraction leaves it.
            cut = resize(torch.randn(1, 1, 5, 5, 5)) + self.random.uniform(0, 2.5)
            mask = mask * (depth > cut.clamp(0, 4.5))
        if self.chance(0.5):
            # Dark fluid near the surface removed with the skull: ragged sulci and narrow gaps.
            dark = original < means[0] * self.random.uniform(0.8, 1.25)
            mask = mask * ~(dark & (depth < self.random.uniform(1, 6)))
        return (image * mask).clamp(0, TOP), labels * mask

    def batch(self, size):
        """Images and labels `[size, 1, P, P, P]`."""
        pairs = [self.patch() for _ in range(size)]
        return torch.cat([p[0] for p in pairs]), torch.cat([p[1] for p in pairs])
