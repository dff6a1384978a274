"""Trains one of the networks of image.generated: train.py DATA OUTPUT SET [--permissive] [--minutes M], which learns from all but that set of sources.
Resumes from OUTPUT/checkpoint.pt; log in OUTPUT/log.csv.

One configuration, fixed seeds; the order of the crops depends on the step alone, so that a resumed run sees what an unbroken one would.
"""

import argparse
import json
import pathlib
import time

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from audit import audit
from data import Sampler, grid_crops, load_pools, normalised, save_jpeg, seed_of
from model import make_network

HERE = pathlib.Path(__file__).resolve().parent


class Crops(IterableDataset):
    def __init__(self, sampler, seed, first_batch, batches, batch):
        self.sampler, self.seed, self.first, self.batches, self.batch = sampler, seed, first_batch, batches, batch

    def __iter__(self):
        for number in range(self.first, self.batches):
            rng = np.random.default_rng([*self.seed, number])
            drawn = self.sampler.batch(self.batch, rng)
            yield torch.from_numpy(np.stack([normalised(crop) for crop, *_ in drawn])), torch.tensor([label for _, label, _ in drawn])


def auc(genuine, generated):
    genuine, generated = np.asarray(genuine), np.asarray(generated)
    if not len(genuine) or not len(generated):
        return float("nan")
    return float(((generated[:, None] > genuine[None]).mean() + 0.5 * (generated[:, None] == genuine[None]).mean()))


def launder(image, rng):
    """What happens to a picture on its way: shrunk, saved again."""
    small = cv2.resize(image, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    return save_jpeg(small, 70, rng)


@torch.no_grad()
def scores(network, pool, crop_px, laundered):
    network.eval()
    rng = np.random.default_rng(1)
    result = []
    for _, _, image in pool:
        image = launder(image, rng) if laundered else image
        crops = torch.from_numpy(np.stack([normalised(crop) for crop in grid_crops(image, crop_px, 16)]))
        logits = network(crops.contiguous(memory_format=torch.channels_last))
        result.append(float((logits[:, 1] - logits[:, 0]).mean()))
    return result


def report(network, pools, crop_px):
    lines = {}
    for laundered in (False, True):
        held = {name: scores(network, pool["held_out"], crop_px, laundered) for name, pool in pools.items()}
        suffix = " laundered" if laundered else ""
        genuine = held["pictures"] + held["photos"] + held["casia"]
        lines["pictures" + suffix] = auc(genuine, held["generated"])
        lines["faces" + suffix] = auc(held["ffhq"] + held["lab"], held["faces"])
        everyone = genuine + held["ffhq"] + held["lab"]
        lines["all" + suffix] = auc(everyone, held["generated"] + held["faces"])
        bound = np.quantile(everyone, 0.98)
        lines["found at 2 %" + suffix] = float((np.asarray(held["generated"] + held["faces"]) > bound).mean())
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("output")
    parser.add_argument("held_out_set")
    parser.add_argument("--permissive", action="store_true")
    parser.add_argument("--minutes", type=float, default=1e9)
    arguments = parser.parse_args()
    config = json.loads((HERE / "config.json").read_text())
    seed = seed_of(config, arguments.held_out_set)
    output = pathlib.Path(arguments.output)
    output.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(sum(seed))
    torch.set_num_threads(1)
    pools = load_pools(arguments.data, config, arguments.held_out_set, arguments.permissive)
    print({name: (len(pool["train"]), len(pool["held_out"])) for name, pool in pools.items()}, flush=True)

    sampler = Sampler(pools, config)
    sampler.even_out(config["even_out"], seed)
    audit(sampler, seed, config)
    network = make_network(True, config["dropout"]).to(memory_format=torch.channels_last)
    average = make_network(pretrained=False).to(memory_format=torch.channels_last)
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), lr=config["learning_rate"], weight_decay=config["weight_decay"])
    batches = config["crops"] // config["batch"]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config["learning_rate"], total_steps=batches, pct_start=0.03, anneal_strategy="cos")
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=config["label_smoothing"])
    first = 0
    checkpoint = output / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first = state["batch"]

    def keep(number):
        torch.save({"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(), "batch": number}, str(checkpoint) + ".new")
        pathlib.Path(str(checkpoint) + ".new").replace(checkpoint)

    loader = DataLoader(Crops(sampler, seed, first, batches, config["batch"]), batch_size=None, num_workers=1, prefetch_factor=8)
    started, losses, right = time.time(), [], []
    log = open(output / "log.csv", "a", encoding="utf-8")
    for number, (crops, labels) in enumerate(loader, start=first):
        network.train()
        logits = network(crops.contiguous(memory_format=torch.channels_last))
        loss = loss_of(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        right.append((logits.argmax(1) == labels).float().mean().item())
        with torch.no_grad():
            decay = min(config["average_decay"], (number + 1) / (number + 10))
            for ours, theirs in zip(average.state_dict().values(), network.state_dict().values()):
                if ours.dtype.is_floating_point:
                    ours.lerp_(theirs, 1 - decay)
                else:
                    ours.copy_(theirs)
        done = number + 1 == batches or time.time() - started > arguments.minutes * 60
        if (number + 1) % 100 == 0 or done:
            line = f"{number + 1},{(number + 1) * config['batch']},{time.time() - started:.0f},{np.mean(losses):.4f},{np.mean(right):.4f}"
            print(line, flush=True)
            log.write(line + "\n")
            log.flush()
            losses, right = [], []
            keep(number + 1)
        if (number + 1) % 500 == 0 or done:
            line = json.dumps({"batch": number + 1, **{name: round(value, 4) for name, value in report(average, pools, config["crop_px"]).items()}})
            print(line, flush=True)
            log.write(line + "\n")
            log.flush()
        if done:
            break
    torch.save(average.state_dict(), output / "weights.pt")


if __name__ == "__main__":
    main()
