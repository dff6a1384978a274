"""Trains an exchange of faces: train.py FIRST SECOND RUN [--config FILE]

FIRST and SECOND are folders of pictures and films of one person each, who both agreed. Cuts their faces out, trains one encoder and two decoders,
and writes RUN/first_as_second.onnx (for `bonafide forge swap FILM_OF_FIRST --model autoencoder --network ...`) and RUN/second_as_first.onnx. Goes on where it was
stopped; what a step draws depends on the seed and the step alone. Log in RUN/train.log. Writes no face that it made: look at results through the forge, which
marks them.
"""

import argparse
import inspect
import json
import pathlib
import sys
import time

import numpy as np
import torch

from crops import prepared
from network import Decoder, Encoder, changed

HERE = pathlib.Path(__file__).resolve().parent
PEOPLE = ("first", "second")
MOST_DIFFERENCE = 1e-3


class Training:
    def __init__(self, config):
        torch.manual_seed(config["seed"])
        self.config = config
        # Channels last: a fifth faster on a processor.
        self.encoder = Encoder(config).to(memory_format=torch.channels_last)
        self.decoders = torch.nn.ModuleList([Decoder(config) for _ in PEOPLE]).to(memory_format=torch.channels_last)
        parameters = [*self.encoder.parameters(), *self.decoders.parameters()]
        self.optimiser = torch.optim.Adam(parameters, config["learning_rate"], betas=(0.5, 0.999))
        self.parts = {"encoder": self.encoder, "decoders": self.decoders, "optimiser": self.optimiser}
        rows = torch.linspace(-1, 1, config["side_px"])
        # What lies outside the face is laid over by nothing: half its weight is for the encoder to know where it is.
        self.weight = 1 - 0.5 * ((rows[:, None] ** 2 + rows[None] ** 2) > 0.9**2).float()

    def step(self, crops, number):
        rng = np.random.default_rng([self.config["seed"], number])
        generator = torch.Generator().manual_seed(self.config["seed"] * 1000003 + number)
        losses = []
        for faces, decoder in zip(crops, self.decoders):
            drawn = torch.from_numpy(faces[rng.integers(0, len(faces), self.config["batch"])]).permute(0, 3, 1, 2).float().div(127.5).sub(1)
            given, wanted = changed(drawn, self.config, generator)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.config["bfloat16"]):
                made = decoder(self.encoder(given)).float()
            distance = ((made - wanted).abs() * self.weight).mean()
            for axis in (2, 3):
                distance = distance + (torch.diff(made, dim=axis) - torch.diff(wanted, dim=axis)).abs().mean()
            losses.append(distance)
        self.optimiser.zero_grad()
        sum(losses).backward()
        self.optimiser.step()
        return [loss.item() for loss in losses]

    def save(self, path, step):
        draft = path.with_suffix(".part")
        torch.save({"config": json.dumps(self.config), "step": step, **{key: part.state_dict() for key, part in self.parts.items()}}, draft)
        draft.replace(path)

    def load(self, path):
        """The step to go on with."""
        state = torch.load(path)
        kept, config = (dict(each, steps=None, checkpoint_every=None) for each in (json.loads(state["config"]), self.config))
        if kept != config:
            sys.exit(f"{path} was trained with another configuration: choose another folder for the run")
        for key, part in self.parts.items():
            part.load_state_dict(state[key])
        return state["step"]


def export(encoder, decoder, side_px, path, log):
    """Writes one direction as ONNX, and holds it to what PyTorch answers."""
    network = torch.nn.Sequential(encoder, decoder).eval()
    sample = torch.rand(1, 3, side_px, side_px, generator=torch.Generator().manual_seed(1)) * 2 - 1
    # Newer versions of PyTorch have two exporters; the older one is what all of them have.
    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(network, (sample,), str(path), input_names=["face"], output_names=["other"], opset_version=13, **options)
    try:
        import openvino
    except ImportError:
        log(f"{path.name}: NOT compared with PyTorch, since openvino is not installed")
        return
    compiled = openvino.Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    with torch.no_grad():
        difference = float(np.abs(compiled(sample.numpy())[0] - network(sample).numpy()).max())
    log(f"{path.name}: largest difference from PyTorch {difference:.1e}")
    if difference > MOST_DIFFERENCE:
        sys.exit("the exported network answers differently")


def main():
    parser = argparse.ArgumentParser(description="Trains an exchange of faces between two people who agreed.")
    parser.add_argument("first", type=pathlib.Path, help="folder of pictures and films of one person")
    parser.add_argument("second", type=pathlib.Path, help="folder of another's")
    parser.add_argument("run", type=pathlib.Path, help="folder for what is kept and made")
    parser.add_argument("--config", type=pathlib.Path, default=HERE / "config.json")
    arguments = parser.parse_args()
    config = json.loads(arguments.config.read_text())
    arguments.run.mkdir(parents=True, exist_ok=True)
    with open(arguments.run / "train.log", "a") as file:

        def log(line):
            print(line, flush=True)
            file.write(line + "\n")
            file.flush()

        crops = [prepared(getattr(arguments, name), config, arguments.run / f"{name}.npz") for name in PEOPLE]
        training, checkpoint, first = Training(config), arguments.run / "checkpoint.pt", 0
        if checkpoint.exists():
            first = training.load(checkpoint)
        log(f"{len(crops[0])} and {len(crops[1])} faces of {config['side_px']} px, from step {first}")
        started, losses = time.process_time(), []
        for step in range(first, config["steps"]):
            losses.append(training.step(crops, step))
            if (step + 1) % config["checkpoint_every"] == 0 or step + 1 == config["steps"]:
                training.save(checkpoint, step + 1)
                means = np.mean(losses, axis=0)
                log(f"step {step + 1}: first {means[0]:.4f}, second {means[1]:.4f}, {time.process_time() - started:.0f} s of the processor")
                losses = []
        for number, name in enumerate(("second_as_first", "first_as_second")):
            export(training.encoder, training.decoders[number], config["side_px"], arguments.run / f"{name}.onnx", log)


if __name__ == "__main__":
    main()
