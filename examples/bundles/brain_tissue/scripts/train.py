"""Train the bundle's network on the ICBM 2009a template, for a fixed time.

    python train.py VARIANTS.npz --minutes 40 --out ../models/model.pt

VARIANTS.npz comes from variants.py, which takes only the image and labels frozen in SHA256SUMS. Network and input
scaling are those of configs/inference.json. The test subject is not read here; the last weights are kept, averaged
over the last steps, and nothing is selected.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from monai.bundle import ConfigParser
from monai.transforms import Compose
from monai.utils import set_determinism

from augment import PatchSampler

BUNDLE = Path(__file__).resolve().parent.parent


def copies(config, path):
    """Images scaled by the intensity transforms of the bundle's preprocessing, masks, and class parameters to match."""
    transforms = config.get_parsed_content("preprocessing").transforms
    scale = Compose([t for t in transforms if "ScaleIntensity" in type(t).__name__])
    with np.load(path) as variants:
        for image, labels, mean, variance in zip(*(variants[k] for k in ("images", "labels", "means", "variances"))):
            scaled = scale({"image": torch.from_numpy(image)[None]})["image"].as_tensor()[0].float()
            # The scaling is one factor, seen at any voxel that it does not clamp.
            factor = float(np.median(scaled.numpy()[labels > 0] / image[labels > 0]))
            parameters = torch.tensor(mean * factor).float(), torch.tensor(variance * factor**2).float()
            yield scaled, torch.from_numpy(labels > 0), *parameters


def loss_function(logits, labels):
    """Cross entropy, inside and outside the brain each averaged alone, and Dice of the three tissues."""
    entropy = F.cross_entropy(logits, labels[:, 0].long(), reduction="none")[:, None]
    inside = labels > 0
    entropy = entropy[inside].mean() + 0.5 * entropy[~inside].sum() / (~inside).sum().clamp(min=1)
    shares = torch.softmax(logits, 1)[:, 1:]
    target = torch.cat([labels == k for k in (1, 2, 3)], 1).float()
    axes = (0, 2, 3, 4)
    dice = (2 * (shares * target).sum(axes) + 1) / (shares.sum(axes) + target.sum(axes) + 1)
    return entropy + 1 - dice.mean(), dice.detach()


def save(network, path):
    """The state dict alone, every tensor contiguous."""
    torch.save({k: v.detach().contiguous() for k, v in network.state_dict().items()}, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variants", type=Path)
    parser.add_argument("--init", type=Path, help="weights to go on from")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=BUNDLE / "models" / "model.pt")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    set_determinism(arguments.seed)
    config = ConfigParser()
    config.read_config(str(BUNDLE / "configs" / "inference.json"))
    config["device"] = "$torch.device('cpu')"
    sampler = PatchSampler(list(copies(config, arguments.variants)), arguments.seed)
    network = config.get_parsed_content("network").train()
    if arguments.init:
        network.load_state_dict(torch.load(arguments.init, weights_only=True))
    network = network.to(memory_format=torch.channels_last_3d)
    optimizer = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-5)
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.97))

    start, budget = time.time(), arguments.minutes * 60
    step, smooth, saved, drawing = 0, None, 0.0, 0.0
    while (elapsed := time.time() - start) < budget:
        rate = arguments.rate * min(1, (step + 1) / 20) * (0.5 * (1 + math.cos(math.pi * elapsed / budget)) + 0.005)
        for group in optimizer.param_groups:
            group["lr"] = rate
        drawn = time.time()
        images, labels = sampler.batch(arguments.batch)
        drawing += time.time() - drawn
        loss, overlap = loss_function(network(images.to(memory_format=torch.channels_last_3d)), labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        average.update_parameters(network)
        step += 1
        now = torch.cat([loss.detach()[None], overlap])
        smooth = now if step == 1 else 0.97 * smooth + 0.03 * now
        if step % 25 == 0:
            figures = " ".join(f"{value:.3f}" for value in smooth)
            print(f"{elapsed:.0f} s, step {step}, loss and Dice {figures}, drawing {drawing / step:.2f} s", flush=True)
        if elapsed - saved > 120:
            save(average.module, arguments.out)
            saved = elapsed
    save(average.module, arguments.out)
    print(f"done: {step} steps in {time.time() - start:.0f} s, loss {smooth[0]:.4f}")


if __name__ == "__main__":
    main()
