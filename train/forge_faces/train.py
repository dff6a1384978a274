"""Trains the networks of `bonafide forge face`: train.py FOLDER [vae|gan]...

FOLDER is what prepare.py wrote. Goes on where it was stopped (FOLDER/MODEL.checkpoint.pt); what a step draws depends on the seed and the step alone.
Log in FOLDER/train.log. Writes no face: what is made leaves through `bonafide forge face` alone, which marks it.
"""

import copy
import json
import math
import pathlib
import sys
import time

import numpy as np
import torch
from torch.nn import functional

from network import Encoder, Painter, changed, make_discriminator, up_nearest, up_transposed

HERE = pathlib.Path(__file__).resolve().parent
EVERY_STEPS = 500


def as_input(faces, rng):
    """Half of them mirrored."""
    faces = np.stack([face[:, ::-1] if rng.random() < 0.5 else face for face in faces])
    return torch.from_numpy(faces.copy()).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


class Autoencoder:
    """A VAE (Kingma and Welling, ICLR 2014) whose distance counts fine detail: differences of pixels at three scales."""

    def __init__(self, config):
        self.config = config
        self.encoder = Encoder(config["latent"], config["widths"]).to(memory_format=torch.channels_last)
        self.painter = Painter(config["latent"], config["widths"], up_nearest).to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.Adam([*self.encoder.parameters(), *self.painter.parameters()], config["learning_rate"])
        self.parts = {"encoder": self.encoder, "painter": self.painter, "optimiser": self.optimiser}

    def step(self, faces, step, generator):
        share = step / self.config["steps"]
        for group in self.optimiser.param_groups:
            group["lr"] = self.config["learning_rate"] * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
        with torch.autocast("cpu", torch.bfloat16):
            mean, log_variance = (part.float() for part in self.encoder(faces))
            log_variance = log_variance.clamp(-10, 4)
            numbers = mean + torch.exp(log_variance / 2) * torch.randn(mean.shape, generator=generator)
            made = self.painter(numbers).float()
        distance = (made - faces).abs().mean()
        fine_made, fine = made, faces
        for _ in range(3):
            for axis in (2, 3):
                distance = distance + self.config["gradient_weight"] * (torch.diff(fine_made, dim=axis) - torch.diff(fine, dim=axis)).abs().mean() / 3
            fine_made, fine = functional.avg_pool2d(fine_made, 2), functional.avg_pool2d(fine, 2)
        divergence = 0.5 * (mean.pow(2) + log_variance.exp() - 1 - log_variance).sum(1).mean()
        loss = distance + self.config["divergence_weight"] * divergence
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return {"distance": distance.item(), "divergence": divergence.item()}


class Adversarial:
    """A GAN in the manner of DCGAN (Radford et al., 2016): hinge loss, spectral norms, differentiable augmentation, averaged generator."""

    def __init__(self, config):
        self.config = config
        self.painter = Painter(config["latent"], config["widths"], up_transposed).to(memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.painter)
        self.discriminator = make_discriminator(config["discriminator_widths"]).to(memory_format=torch.channels_last)
        rate = config["learning_rate"]
        self.of_painter = torch.optim.Adam(self.painter.parameters(), rate / 2, betas=(0.0, 0.99))
        self.of_discriminator = torch.optim.Adam(self.discriminator.parameters(), rate, betas=(0.0, 0.99))
        self.parts = {
            "painter": self.painter, "averaged": self.averaged, "discriminator": self.discriminator,
            "of_painter": self.of_painter, "of_discriminator": self.of_discriminator,
        }

    def step(self, faces, step, generator):
        with torch.autocast("cpu", torch.bfloat16):
            made = self.painter(torch.randn(len(faces), self.config["latent"], generator=generator)).float()
            both = torch.cat([changed(faces, generator), changed(made.detach(), generator)])
            real, fake = self.discriminator(both.contiguous(memory_format=torch.channels_last)).float().chunk(2)
            of_discriminator = functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()
        self.of_discriminator.zero_grad()
        of_discriminator.backward()
        self.of_discriminator.step()
        with torch.autocast("cpu", torch.bfloat16):
            of_painter = -self.discriminator(changed(made, generator).contiguous(memory_format=torch.channels_last)).float().mean()
        self.of_painter.zero_grad()
        of_painter.backward()
        self.of_painter.step()
        with torch.no_grad():
            decay = min(self.config["average_decay"], (step + 1) / (step + 10))
            for average, value in zip(self.averaged.state_dict().values(), self.painter.state_dict().values()):
                if average.dtype.is_floating_point:
                    average.lerp_(value, 1 - decay)
        return {"discriminator": of_discriminator.item(), "painter": of_painter.item()}


MODELS = {"vae": Autoencoder, "gan": Adversarial}


def train(name, config, faces, folder, log):
    torch.manual_seed(config["seed"])
    model = MODELS[name](config[name])
    checkpoint, first = folder / f"{name}.checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        for key, part in model.parts.items():
            part.load_state_dict(state[key])
        first = state["step"]
    started, values = time.process_time(), []
    for step in range(first, config[name]["steps"]):
        rng = np.random.default_rng([config["seed"], step])
        generator = torch.Generator().manual_seed(config["seed"] * 1000003 + step)
        drawn = as_input(faces[rng.integers(0, len(faces), config[name]["batch"])], rng)
        values.append(model.step(drawn, step, generator))
        if (step + 1) % EVERY_STEPS == 0 or step + 1 == config[name]["steps"]:
            state = {key: part.state_dict() for key, part in model.parts.items()}
            draft = folder / "checkpoint.part"
            torch.save({**state, "step": step + 1}, draft)
            draft.replace(checkpoint)
            means = ", ".join(f"{key} {np.mean([value[key] for value in values]):.4f}" for key in values[0])
            log(f"{name}: step {step + 1}, {means}, {time.process_time() - started:.0f} s of the processor")
            values = []


def main():
    torch.set_num_threads(1)
    config = json.loads((HERE / "config.json").read_text())
    folder = pathlib.Path(sys.argv[1])
    faces = np.load(folder / "mixed.npy")
    with open(folder / "train.log", "a") as file:

        def log(line):
            print(line, flush=True)
            file.write(line + "\n")
            file.flush()

        for name in sys.argv[2:] or list(MODELS):
            train(name, config, faces, folder, log)


if __name__ == "__main__":
    main()
