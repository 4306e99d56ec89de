"""Train the bundle's network on the ICBM 2009a template, for a fixed time.

    python train.py ICBM_T1.nii.gz ICBM_LABELS.nii.gz --minutes 24 --out ../models/model.pt

Network and input scaling are those of configs/inference.json. Image and labels must be the ones frozen in
SHA256SUMS; the test subject is not read here.
"""

import argparse
import math
import time
from pathlib import Path

import torch
from monai.bundle import ConfigParser
from monai.losses import DiceCELoss
from monai.transforms import Compose, LoadImage
from monai.utils import set_determinism

import frozen
from augment import PatchSampler

BUNDLE = Path(__file__).resolve().parent.parent


def template(config, image, labels, seed):
    """The patch sampler over the template, its image scaled by the bundle's own preprocessing."""
    scaled = Compose(config.get_parsed_content("preprocessing").transforms)({"image": str(image)})["image"]
    target = LoadImage(image_only=True, ensure_channel_first=True)(str(labels))
    if scaled.shape != target.shape or not torch.equal(scaled.affine, target.affine):
        raise SystemExit("the labels do not lie on the grid of the preprocessed image")
    return PatchSampler(scaled.as_tensor()[0], target.as_tensor()[0], seed)


def save(network, path):
    """The state dict alone, every tensor contiguous."""
    torch.save({k: v.detach().contiguous() for k, v in network.state_dict().items()}, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--minutes", type=float, default=24)
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
    image, labels = frozen.require(arguments.image), frozen.require(arguments.labels)
    sampler = template(config, image, labels, arguments.seed)
    network = config.get_parsed_content("network").train().to(memory_format=torch.channels_last_3d)
    loss_function = DiceCELoss(to_onehot_y=True, softmax=True)
    optimizer = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-5)
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.97))

    start, budget = time.time(), arguments.minutes * 60
    step, smooth, saved, drawing = 0, 0.0, 0.0, 0.0
    while (elapsed := time.time() - start) < budget:
        rate = arguments.rate * min(1, (step + 1) / 20) * (0.5 * (1 + math.cos(math.pi * elapsed / budget)) + 0.005)
        for group in optimizer.param_groups:
            group["lr"] = rate
        drawn = time.time()
        images, labels = sampler.batch(arguments.batch)
        drawing += time.time() - drawn
        loss = loss_function(network(images.to(memory_format=torch.channels_last_3d)), labels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        average.update_parameters(network)
        step += 1
        smooth = loss.item() if step == 1 else 0.97 * smooth + 0.03 * loss.item()
        if step % 25 == 0:
            print(f"{elapsed:.0f} s, step {step}, loss {smooth:.4f}, drawing {drawing / step:.2f} s", flush=True)
        if elapsed - saved > 120:
            save(average.module, arguments.out)
            saved = elapsed
    save(average.module, arguments.out)
    print(f"done: {step} steps in {time.time() - start:.0f} s, loss {smooth:.4f}")


if __name__ == "__main__":
    main()
