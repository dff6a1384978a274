"""Fakes for training and testing.

`blend`, `swap`, `reconstruct` and `launder` are for training in memory: nothing marks what they return, so never write it to disk.
`make` makes files, always marked (visible label, signed content credential, invisible watermark), as `bonafide forge` does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ._core import forge as _forge
from ._core.forge import MASK_SHAPES, PROFILES, STEPS, UPSAMPLINGS, blend, launder, reconstruct, swap
from ._errors import UsageError

__all__ = ["MASK_SHAPES", "PROFILES", "STEPS", "UPSAMPLINGS", "Forged", "blend", "launder", "make", "new_consent", "reconstruct", "swap"]

_Path = str | os.PathLike[str]


class Forged(NamedTuple):
    """A finished, marked file."""

    bytes: bytes
    """The file."""
    made: dict[str, Any]
    """kind, format, description, fake, visible_label, width_px, height_px, frames, duration_s, watermark_exponent, purpose, consent_sha256."""


def _key_folder(keys: _Path | None) -> str:
    """The folder that `bonafide forge` uses, unless another is given."""
    if keys is not None:
        return os.fspath(keys)
    data = os.environ.get("XDG_DATA_HOME", "")
    return str((Path(data) if data.startswith("/") else Path.home() / ".local/share") / "bonafide/forge")


_FORMATS = {"mouth": "mp4", "video": "mp4", "voice": "wav"}
_VOCODERS = {"resynthesise": "griffin-lim", "convert": "world", "mimic": "neural", "video": "neural"}


def _one_of(kind: str, **given: _Path | None) -> tuple[str, str]:
    """Name and path of the one that is given; UsageError where it is none, or several."""
    named = [(name, os.fspath(path)) for name, path in given.items() if path is not None]
    if len(named) != 1:
        raise UsageError(f"'{kind}' takes one of: {', '.join(given)}")
    return named[0]


def make(
    kind: str,
    path: _Path | None = None,
    *,
    face: _Path | None = None,
    sound: _Path | None = None,
    mouth_of: _Path | None = None,
    sample: _Path | None = None,
    text: str | None = None,
    language: str = "en",
    voice: str = "resynthesise",
    vocoder: str | None = None,
    moves: int = 3,
    model: str = "vae",
    faces: int = 1,
    to_seed: int = 0,
    format: str | None = None,
    seed: int = 1,
    visible_label: bool = True,
    shape: str | None = None,
    profile: str = "",
    steps: Iterable[str] = (),
    person: str = "",
    consent: str = "",
    keys: _Path | None = None,
    limits: Mapping[str, float] | None = None,
) -> Forged:
    """Makes a file of that at `path`, always marked: pictures and films of at most 1280 x 720 px where they are fakes.

    kind, of a picture: "blend" (with `shape`, `seed`), "swap" (with `face`, `person`, `consent`) or "launder" (with `profile`, `steps`).
    "face": of nobody, without `path`, from `seed`: `model` "vae" or "gan"; `faces` (2 to 9) on the way to `to_seed`.
    "mouth": the person of a film or picture speaks `sound`, or moves the mouth as the person of the clip `mouth_of`.
    "video": that person says `sound`, or `text` in the voice of `sample`.
    "voice": of a recording, `voice` says how: "resynthesise" (through `vocoder`), "splice" (`moves` pieces), "convert" (towards
    the voice of `sample`) or "mimic" (without `path`: `text` in the voice of `sample`). vocoder: "griffin-lim", "lpc", "world",
    "neural", or a coder and its kbit/s, "opus=24"; None: that of the program. espeak-ng speaks `text` in `language`.
    face: the picture with the face to put on. person, consent: whose face or voice it is, and the text of the record that
    `new_consent` or `bonafide forge consent new` made; without one that holds, nobody's likeness is forged.
    format: "png", "jpeg" or "webp"; "mp4"; "wav", "m4a" or "mp3"; None: the first that the kind has. visible_label: draw the
    label; credential and watermark are there always.
    keys: folder of this installation's signing keys, made at first use; None: that of the program.
    limits: as of `bonafide.check`; films take longer than its 15 minutes allow where they are long.

    The files are opened in isolated processes. UsageError, IoError, LimitError, InvalidError (in words of the process).
    """
    if isinstance(steps, str):
        raise TypeError("steps is a list of steps, not one string")
    manner = voice if kind == "voice" else kind
    if manner == "mimic" and not text:
        raise UsageError("'mimic' takes a text")
    second, driver = face, ""
    if kind == "mouth":
        named, second = _one_of(kind, sound=sound, mouth_of=mouth_of)
        driver = {"sound": "sound", "mouth_of": "mouth"}[named]
    elif manner == "mimic" or (manner == "video" and text is not None):
        _, second = _one_of(manner, sample=sample)
    elif manner == "video":
        _, second = _one_of(kind, sound=sound)
    elif manner == "convert":
        _, second = _one_of(manner, sample=sample)
    made = _forge.make(
        kind,
        "" if path is None else os.fspath(path),
        "" if second is None else os.fspath(second),
        _key_folder(keys),
        format or _FORMATS.get(kind, "png"),
        seed,
        visible_label,
        shape,
        profile,
        list(steps),
        person,
        consent,
        model if kind == "face" else "",
        to_seed,
        faces,
        driver,
        voice if kind == "voice" else "",
        _VOCODERS.get(manner, "") if vocoder is None else vocoder,
        moves,
        text,
        language,
        shutil.which("espeak-ng") or "",
        dict(limits or {}),
    )
    return Forged(*made)


def new_consent(person: str, purpose: str, until: str, *, kinds: Iterable[str] = ("swap",), keys: _Path | None = None) -> str:
    """A record, signed with this installation's key, of what a person agrees to; its text is what `make` takes as `consent`.

    purpose: satire, research, art, education or testing. until: the last day, such as "2027-01-31". Signing it you state
    that the person agreed; it binds you, and proves nothing to others. UsageError: a missing or malformed field.
    """
    return _forge.new_consent(person, purpose, until, list(kinds), _key_folder(keys))
