"""Trains the autoencoders of `bonafide forge reconstruct`: train.py CROPS.npy RUN [KIND...]

Goes on where it was stopped (RUN/KIND.checkpoint.pt); which crops a step sees depends on the seed and the step alone. Log in RUN/train.log.
"""

import json
import math
import pathlib
import sys
import time

import numpy as np
import torch

from network import distance, make_network

HERE = pathlib.Path(__file__).resolve().parent
EVERY_STEPS = 200


def as_input(crops):
    return torch.from_numpy(crops).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def psnr_db(network, crops):
    """Mean over crops, of pixels as they are saved."""
    wanted = as_input(crops)
    made = network(wanted).clamp(-1, 1)
    squared = ((made - wanted) * 127.5).pow(2).mean((1, 2, 3)).clamp(min=0.25)
    return float((10 * torch.log10(255**2 / squared)).mean())


def rate_of(step, steps, total, highest):
    """The learning rate falls twice: once over the training, once over the steps on changed colours at its end."""
    share, most = (step / steps, highest) if step < steps else ((step - steps) / (total - steps), highest / 3)
    return most * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share))) * min(1, (step + 1) / 50)


def other_colours(wanted, rng):
    """Channels exchanged and colours stretched: saturated colours are rare in photographs, and turn brown in networks that have hardly seen any."""
    wanted = wanted[:, rng.permutation(3)]
    grey = wanted.mean(1, keepdim=True)
    return (grey + (wanted - grey) * float(rng.uniform(0.5, 3))).clamp(-1, 1).contiguous(memory_format=torch.channels_last)


def train(kind, config, crops, held_out, run, log):
    torch.manual_seed(config["seed"])
    network = make_network(config, kind).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(network.parameters(), config["learning_rate"])
    steps, checkpoint, first = config["steps"][kind], run / f"{kind}.checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        first = state["step"]
    started, sums = time.process_time(), []
    total = steps + config["colour_steps"][kind]
    for step in range(first, total):
        rng = np.random.default_rng([config["seed"], step])
        wanted = as_input(crops[held_out + rng.integers(0, len(crops) - held_out, config["batch"])])
        if rng.random() < 0.5:
            wanted = wanted.flip(3)
        if step >= steps:
            wanted = other_colours(wanted, rng)
        for group in optimiser.param_groups:
            group["lr"] = rate_of(step, steps, total, config["learning_rate"])
        with torch.autocast("cpu", torch.bfloat16):
            made = network(wanted)
        loss = distance(made.float(), wanted, config["gradient_weight"])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        sums.append(loss.item())
        if (step + 1) % EVERY_STEPS == 0 or step + 1 in (steps, total):
            draft = run / "checkpoint.part"
            torch.save({"network": network.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}, draft)
            draft.replace(checkpoint)
            log(f"{kind}: step {step + 1}, loss {np.mean(sums):.4f}, held out {psnr_db(network, crops[:min(held_out, 128)]):.2f} dB, {time.process_time() - started:.0f} s of the processor")
            sums = []


def main():
    torch.set_num_threads(1)
    config = json.loads((HERE / "config.json").read_text())
    crops_path, run = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    run.mkdir(parents=True, exist_ok=True)
    crops = np.load(crops_path, mmap_mode="r")
    held_out = json.loads(pathlib.Path(str(crops_path) + ".json").read_text())["held_out"]
    with open(run / "train.log", "a") as file:

        def log(line):
            print(line, flush=True)
            file.write(line + "\n")
            file.flush()

        for kind in sys.argv[3:] or config["upsampling"]:
            train(kind, config, crops, held_out, run, log)


if __name__ == "__main__":
    main()
