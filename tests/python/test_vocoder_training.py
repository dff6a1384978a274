"""train/vocoder: what drives the network is what src/forge/voice/excitation.cpp makes, faults that a listener hears are counted, and the training goes on where it was stopped."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from test_voice_network_training import with_torch  # noqa: F401

VOCODER = pathlib.Path(__file__).resolve().parents[2] / "train" / "vocoder"
sys.path.append(str(VOCODER))
excitation = pytest.importorskip("excitation", reason="NOTICE: no NumPy: what drives the vocoder was not looked at")
heard = pytest.importorskip("heard", reason="NOTICE: no SciPy: what a listener hears of the vocoder was not looked at")


def vowel(pitch_hz, seconds=2):
    """Pulses through three resonances."""
    marks = seconds * 200 + 1
    sound, size = excitation.pulses_of(np.full(marks, float(pitch_hz)), seconds * 16000), 4096
    hertz = np.fft.rfftfreq(size, 1 / 16000)
    shape = np.fft.irfft(sum(1 / (1 + ((hertz - middle) / 100) ** 2) for middle in (700, 1800, 2700)))
    return np.convolve(sound, np.roll(shape, size // 2) * np.hanning(size), "same") * 0.1


def test_pulses_come_once_a_period():
    """The numbers of neural_vocoder_test.cpp."""
    pitch = np.concatenate([np.zeros(100), np.full(101, 125.0)])
    pulses = excitation.pulses_of(pitch, 16000)
    onset = 100 * 80 - 40
    assert not pulses[:onset].any()
    places = np.flatnonzero(pulses > 7)
    assert len(places) >= 62 and set(np.diff(places)) == {128}
    told = excitation.told_of(pitch, np.array([0, 15999]))
    assert told[:, 0].tolist() == [0, 0] and told[:, 1] == pytest.approx([1, np.log2(125 / 150)])


@pytest.mark.parametrize("pitch_hz", [90, 205, 320])
def test_pitch_is_followed(pitch_hz):
    found = excitation.pitch_of(np.concatenate([np.zeros(8000), vowel(pitch_hz)]))
    assert not found[:80].any()
    assert np.median(found[120:480]) == pytest.approx(pitch_hz, rel=0.005)


def test_a_listeners_faults_are_counted():
    wanted = vowel(125)
    same = heard.heard_errors(wanted, wanted)
    assert all(same[name] == 0 for name in same)
    higher = heard.heard_errors(vowel(125 * 2 ** (50 / 1200)), wanted)
    assert higher["cents"] == pytest.approx(50, abs=5) and higher["gross"] == 0
    noise = np.random.default_rng(1).standard_normal(len(wanted)) * wanted.std()
    hoarse = heard.heard_errors(wanted + noise, wanted)
    assert hoarse["rougher"] > 0.3 and hoarse["dull"] > 0.3
    # Noise in the heights alone, where the voice has least power: the envelope tells.
    spectrum, hertz = np.fft.rfft(noise), np.fft.rfftfreq(len(wanted), 1 / 16000)
    breathy = heard.heard_errors(wanted + 0.35 * np.fft.irfft(spectrum * (hertz > 2000)), wanted)
    assert breathy["rougher"] < 0.1 < breathy["dull"] and breathy["cents"] < 5, breathy
    assert np.isnan(heard.heard_errors(np.zeros_like(wanted), wanted)["cents"])


def test_goes_on_where_it_was_stopped(with_torch, tmp_path):  # noqa: F811
    if subprocess.run([with_torch, "-c", "import scipy"], capture_output=True, check=False).returncode != 0:
        pytest.skip("NOTICE: no SciPy beside PyTorch: the vocoder's training did not run")
    config = json.loads((VOCODER / "config.json").read_text()) | {"width": 16, "hidden": 24, "blocks": 1, "segment_frames": 24, "batch": 2, "level_steps": 2, "falling_steps": 4, "speeds": [1.0]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    voice = vowel(125).astype(np.float32)
    sounds = {f"{side}/somebody/{side}": voice for side in ("training", "held_out")} | {f"pitch/somebody/{side}": excitation.pitch_of(voice) for side in ("training", "held_out")}
    np.savez(tmp_path / "sounds.npz", **sounds)
    program = f"""
import pathlib, sys
sys.path.insert(0, {str(VOCODER)!r})
import torch, train
train.HERE, train.EVERY_STEPS = pathlib.Path(sys.argv[1]).parent, 3
wanted_steps, kept = int(sys.argv.pop()), train.learning_rate
class Stopped(Exception): pass
def until(config, step):
    if step == wanted_steps:
        raise Stopped
    return kept(config, step)
train.learning_rate = until
try:
    train.main()
except Stopped:
    pass
"""
    for run, steps in (("whole", 99), ("broken", 4), ("broken", 99)):
        made = subprocess.run([with_torch, "-c", program, tmp_path / "sounds.npz", tmp_path / run, str(steps)], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
    compared = "import sys, torch; a, b = (torch.load(f'{sys.argv[1]}/{run}/checkpoint.pt', weights_only=True) for run in ('whole', 'broken')); assert a['step'] == b['step'] == 6; "
    compared += "assert all(torch.equal(values, b['average'][name]) for name, values in a['average'].items())"
    made = subprocess.run([with_torch, "-c", compared, tmp_path], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
