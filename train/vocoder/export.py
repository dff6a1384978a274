"""Exports the vocoder: export.py RUN FOLDER. For one piece of FRAMES frames; FOLDER is models/forge."""

import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from network import Vocoder  # noqa: E402
from onnx_halves import export  # noqa: E402

FRAMES = 256


def main():
    run, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    config = json.loads((HERE / "config.json").read_text())
    network = Vocoder(config)
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    network.load_state_dict(state["average"])
    print(f"step {state['step']} of {config['level_steps'] + config['falling_steps']}")
    # Levels as speech has them, from silence to full scale.
    sample = torch.rand(1, config["bands"], FRAMES, generator=torch.Generator().manual_seed(1)) * 11 - 9
    pitch = torch.stack([torch.ones(FRAMES), torch.linspace(-1, 1, FRAMES)])[None] * (torch.arange(FRAMES) > FRAMES // 4)
    sample = torch.cat([sample, pitch], 1)
    export(network, sample, str(folder / "vocoder.onnx"), ("given", "shape"))


if __name__ == "__main__":
    main()
