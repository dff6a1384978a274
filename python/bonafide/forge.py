"""Fakes for training and testing.

`blend`, `swap`, `reconstruct` and `launder` are for training in memory: nothing marks what they return, so never write it to disk.
`make` makes files, always marked (visible label, signed content credential, invisible watermark), as `bonafide forge` does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ._core import forge as _forge
from ._core.forge import MASK_SHAPES, PROFILES, STEPS, UPSAMPLINGS, blend, launder, reconstruct, swap

__all__ = ["MASK_SHAPES", "PROFILES", "STEPS", "UPSAMPLINGS", "Forged", "blend", "launder", "make", "new_consent", "reconstruct", "swap"]

_Path = str | os.PathLike[str]


class Forged(NamedTuple):
    """A finished, marked picture."""

    bytes: bytes
    """The file."""
    made: dict[str, Any]
    """kind, format, description, fake, visible_label, width_px, height_px, watermark_exponent, purpose, consent_sha256."""


def _key_folder(keys: _Path | None) -> str:
    """The folder that `bonafide forge` uses, unless another is given."""
    if keys is not None:
        return os.fspath(keys)
    data = os.environ.get("XDG_DATA_HOME", "")
    return str((Path(data) if data.startswith("/") else Path.home() / ".local/share") / "bonafide/forge")


def make(
    kind: str,
    path: _Path,
    *,
    face: _Path | None = None,
    format: str = "png",
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
    """Makes a picture file of the picture at `path`: always marked, at most 1280 x 720 px where it is a fake.

    kind: "blend" (with `shape`, `seed`), "swap" (with `face`, `person`, `consent`) or "launder" (with `profile`, `steps`).
    face: the picture with the face to put on. person, consent: whose face it is, and the text of the record that
    `new_consent` or `bonafide forge consent new` made; without one that holds, "swap" is refused.
    format: "png", "jpeg" or "webp". visible_label: draw the label; credential and watermark are there always.
    keys: folder of this installation's signing keys, made at first use; None: that of the program.
    limits: as of `bonafide.check`.

    The pictures are opened in isolated processes. UsageError, IoError, LimitError, InvalidError (in words of the process).
    """
    if isinstance(steps, str):
        raise TypeError("steps is a list of steps, not one string")
    made = _forge.make(
        kind,
        os.fspath(path),
        "" if face is None else os.fspath(face),
        _key_folder(keys),
        format,
        seed,
        visible_label,
        shape,
        profile,
        list(steps),
        person,
        consent,
        dict(limits or {}),
    )
    return Forged(*made)


def new_consent(person: str, purpose: str, until: str, *, kinds: Iterable[str] = ("swap",), keys: _Path | None = None) -> str:
    """A record, signed with this installation's key, of what a person agrees to; its text is what `make` takes as `consent`.

    purpose: satire, research, art, education or testing. until: the last day, such as "2027-01-31". Signing it you state
    that the person agreed; it binds you, and proves nothing to others. UsageError: a missing or malformed field.
    """
    return _forge.new_consent(person, purpose, until, list(kinds), _key_folder(keys))
