"""train/voice/network on invented windows: it learns in pairs, goes on where it was stopped, and sees no microphone."""

import pathlib
import shutil
import subprocess
import sys

import pytest

NETWORK = pathlib.Path(__file__).resolve().parents[2] / "train" / "voice" / "network"
BEGIN = f"""
import pathlib, sys, types
sys.path.insert(0, {str(NETWORK)!r})
import numpy, torch
import train
from network import LINEAR_BANDS, GAP_ROWS, Network, image_of, settings

train.CONFIG.update({{**settings("means"), "crop_frames": 60, "sources_a_batch": 2, "steps_a_round": 4}})
random = numpy.random.default_rng(1)

def part(rows=24, frames=90):
    # Even windows belong to one source, odd ones to another; the second half of them moves less.
    moves = numpy.where(numpy.arange(rows) < rows // 2, 1.0, 0.3)[:, None, None]
    return types.SimpleNamespace(
        clip=numpy.arange(rows), speech=numpy.ones(rows, bool), frames=numpy.full(rows, frames), active=numpy.ones((rows, frames), bool),
        logarithms=(moves * random.standard_normal((rows, frames, 70))).astype("float16"),
    )

manifest = types.SimpleNamespace(source=numpy.array(["a", "b"] * 12), spoof=(numpy.arange(24) >= 12).astype(int))
data = train.Windows(None, manifest, None, [], {{"native": part(), "opus24": part()}}, part())
out = pathlib.Path(sys.argv[1])
"""


@pytest.fixture(scope="module")
def with_torch():
    """A Python that has PyTorch: this one, or Debian's with python3-torch."""
    needed = "import numpy, torch; torch.optim.swa_utils.get_ema_multi_avg_fn"
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", needed], capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("NOTICE: no PyTorch of version 2: the training of the networks over frames of speech did not run")


def run(python, tmp_path, program):
    made = subprocess.run([python, "-c", BEGIN + program, tmp_path], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def test_goes_on_where_it_was_stopped(with_torch, tmp_path):
    run(with_torch, tmp_path, """
(out / "whole").mkdir(), (out / "broken").mkdir()
whole = train.Fold("fold", data, out / "whole")
whole.round(print), whole.round(print)
train.Fold("fold", data, out / "broken").round(print)
rest = train.Fold("fold", data, out / "broken")
assert rest.step == 4
rest.round(print)
for name, value in whole.mean.state_dict().items():
    assert torch.equal(value, rest.mean.state_dict()[name]), name
""")


def test_learns_what_moves_less(with_torch, tmp_path):
    run(with_torch, tmp_path, """
train.CONFIG.update(steps_a_round=60, warm_up_steps=5)
lines = []
fold = train.Fold("fold", data, out)
fold.round(lines.append), fold.round(lines.append)
losses = [float(line.split("loss ")[1].split(",")[0]) for line in lines]
assert losses[1] < 0.6 * losses[0], losses
""")


def test_sees_no_microphone_and_no_bank_in_the_other(with_torch, tmp_path):
    run(with_torch, tmp_path, """
logarithms = torch.randn(2, 50, 70)
active = (torch.arange(50) % 3 != 0).float()[None].repeat(2, 1)
image = image_of(logarithms, active, train.CONFIG)
assert torch.allclose(image, image_of(logarithms + torch.randn(2, 1, 70), active, train.CONFIG), atol=1e-4)
assert (image[:, :, LINEAR_BANDS : LINEAR_BANDS + GAP_ROWS] == 0).all()
""")


def test_leaves_out_what_it_is_told_to(with_torch, tmp_path):
    run(with_torch, tmp_path, """
rest = train.Windows(None, manifest, None, ["a"], data.images, data.noise)
assert {key[0] for key in rest.members} == {"b"} and rest.paired == ["b"]
""")
