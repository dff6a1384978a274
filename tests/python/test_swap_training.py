"""train/swap_autoencoder on drawn people: it learns, goes on where it was stopped, and the forge takes what it writes."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy
import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = pathlib.Path(os.environ.get("BONAFIDE_PYTHON_PACKAGE", ROOT / "build" / "python-package"))
SMALL = {"seed": 1, "side_px": 32, "film_rate_hz": 5, "least_faces": 5, "steps": 150, "checkpoint_every": 75, "batch": 8, "learning_rate": 0.003,
         "widths": [8, 12, 16, 16], "code": 32, "warp_share": 0.03, "colour_share": 0.05, "mirrored": True, "bfloat16": False}


@pytest.fixture(scope="module")
def with_torch():
    """A Python that has PyTorch: this one, or Debian's with python3-torch."""
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", "import torch, numpy, PIL"], capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("NOTICE: no PyTorch (Debian's packages python3-torch and python3-pil): the training of swap_autoencoder did not run")


@pytest.fixture(scope="module")
def people(portraits, tmp_path_factory):
    """Folders of two drawn people in changing light, the second with blue skin."""
    folder = tmp_path_factory.mktemp("people")
    for name, portrait in (("first", portraits[0]), ("second", portraits[1][..., ::-1])):
        (folder / name).mkdir()
        for i in range(6):
            Image.fromarray((portrait * (0.7 + 0.05 * i)).astype(numpy.uint8)).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def train(with_torch, people, tmp_path_factory):
    def run(folder, **changes):
        config = tmp_path_factory.mktemp("config") / "config.json"
        config.write_text(json.dumps({**SMALL, **changes}))
        return subprocess.run([with_torch, "-B", ROOT / "train/swap_autoencoder/train.py", people / "first", people / "second", folder, "--config", config],
                              env={**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False, timeout=300)

    return run


@pytest.fixture(scope="module")
def trained(train, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    done = train(folder)
    assert done.returncode == 0, done.stderr
    return folder


# How far the first person's faces, given again as the second's, lie from either person's mean face.
DISTANCES = """
import json, pathlib, sys
import numpy, torch
sys.path.insert(0, sys.argv[1])
from network import Decoder, Encoder
run = pathlib.Path(sys.argv[2])
state = torch.load(run / "checkpoint.pt")
config = json.loads(state["config"])
encoder, decoders = Encoder(config), torch.nn.ModuleList([Decoder(config), Decoder(config)])
encoder.load_state_dict(state["encoder"])
decoders.load_state_dict(state["decoders"])
faces = [torch.from_numpy(numpy.load(run / f"{name}.npz")["crops"]).permute(0, 3, 1, 2) / 127.5 - 1 for name in ("first", "second")]
with torch.no_grad():
    other = decoders[1](encoder(faces[0]))
print(*[float((other - each.mean(0)).abs().mean()) for each in faces])
"""


def test_a_face_becomes_the_other_persons(with_torch, trained):
    done = subprocess.run([with_torch, "-B", "-c", DISTANCES, ROOT / "train/swap_autoencoder", trained], capture_output=True, text=True, check=True)
    from_first, from_second = map(float, done.stdout.split())
    assert from_second < 0.7 * from_first
    assert not list(trained.glob("*.png")), "no face that was made is written unmarked"


def test_it_goes_on_where_it_was_stopped(train, trained, tmp_path):
    for name in ("first.npz", "second.npz"):
        shutil.copy(trained / name, tmp_path)
    assert train(tmp_path, steps=30).returncode == 0
    assert train(tmp_path).returncode == 0
    assert "from step 30" in (tmp_path / "train.log").read_text()
    for name in ("first_as_second.onnx", "second_as_first.onnx"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes(), name
    refused = train(tmp_path, code=16)
    assert refused.returncode != 0 and "another configuration" in refused.stderr


def test_the_forge_takes_what_it_writes(bonafide, trained, portrait_files, portrait, face, tmp_path):
    out, record, keys = tmp_path / "out.png", tmp_path / "consent.json", ("--keys", tmp_path / "keys")
    assert bonafide("forge", "consent", "new", "--person", "Blue", "--purpose", "testing", "--until", "2999-01-01", "--for", "swap", "-o", record, *keys).returncode == 0
    done = bonafide("forge", "swap", portrait_files[0], "--model", "autoencoder", "--network", trained / "first_as_second.onnx",
                    "--person", "Blue", "--consent", record, "-o", out, *keys)
    assert done.returncode == 0, done.stderr
    with Image.open(out) as picture:
        # The forge gives 720 p: the place of the face in what it gave.
        scale = picture.width / portrait.shape[1]
        x, y, width, height = (int(value * scale) for value in face.box_px)
        before = numpy.asarray(Image.fromarray(portrait).resize(picture.size, Image.Resampling.LANCZOS), dtype=int)
        change = numpy.abs(numpy.asarray(picture.convert("RGB")) - before).mean(2)
    middle = change[y + height // 4 : y + 3 * height // 4, x + width // 4 : x + 3 * width // 4].mean()
    assert middle > 2 * change[: y // 2].mean(), "the face is changed, not only marked"
