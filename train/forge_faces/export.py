"""Exports the networks of `bonafide forge face`: export.py FOLDER MODELS. FOLDER holds prepare.py's faces and train.py's checkpoints; MODELS is models/forge."""

import json
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from network import Encoder, Painter, up_nearest, up_transposed  # noqa: E402
from onnx_halves import export  # noqa: E402


def load(part, checkpoint, key):
    part.load_state_dict(checkpoint[key])
    return part.eval()


@torch.no_grad()
def fitted_to(painter, encoder, faces):
    """The decoder with the normal distribution of the numbers that the encoder gives the training faces put before it, since these do not quite lie
    as the training's penalty would have them (Ghosh et al., "From Variational to Deterministic Autoencoders", ICLR 2020)."""
    pictures = torch.from_numpy(np.concatenate([faces, faces[:, :, ::-1]])).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    means, log_variances = zip(*(encoder(part) for part in pictures.split(64)))
    means, variances = torch.cat(means).double(), torch.cat(log_variances).double().clamp(-10, 4).exp()
    spread = torch.cov(means.T) + torch.diag(variances.mean(0))
    root = torch.linalg.cholesky(spread)
    first = painter.start[0]
    weight = first.weight.double()
    first.bias.copy_((first.bias.double() + weight @ means.mean(0)).float())
    first.weight.copy_((weight @ root).float())
    return painter


def painters(folder, config):
    """Name and network of both, as they are shipped."""
    vae, gan = (torch.load(folder / f"{name}.checkpoint.pt", weights_only=True) for name in ("vae", "gan"))
    settings = config["vae"]
    encoder = load(Encoder(settings["latent"], settings["widths"]), vae, "encoder")
    decoder = load(Painter(settings["latent"], settings["widths"], up_nearest), vae, "painter")
    yield "vae", fitted_to(decoder, encoder, np.load(folder / "mixed.npy"))
    settings = config["gan"]
    yield "gan", load(Painter(settings["latent"], settings["widths"], up_transposed), gan, "averaged")


def main():
    folder, models = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    config = json.loads((HERE / "config.json").read_text())
    for name, painter in painters(folder, config):
        sample = torch.randn(1, config[name]["latent"], generator=torch.Generator().manual_seed(1))
        export(painter, sample, str(models / f"face_{name}.onnx"), ("numbers", "face"))


if __name__ == "__main__":
    main()
