"""Exports the autoencoders: export.py RUN FOLDER. One file a kind of up-sampling, for one tile of 192 px; FOLDER is models/forge."""

import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from network import make_network  # noqa: E402
from onnx_halves import export  # noqa: E402

TILE_PX = 192


def main():
    run, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    config = json.loads((HERE / "config.json").read_text())
    sample = torch.rand(1, 3, TILE_PX, TILE_PX, generator=torch.Generator().manual_seed(1)) * 2 - 1
    for kind in config["upsampling"]:
        network = make_network(config, kind)
        network.load_state_dict(torch.load(run / f"{kind}.checkpoint.pt", weights_only=True)["network"])
        export(network, sample, str(folder / f"reconstruct_{kind}.onnx"), ("picture", "reconstructed"))


if __name__ == "__main__":
    main()
