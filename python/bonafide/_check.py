"""The main job: is it genuine, manipulated or synthetic?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from . import _core
from ._report import Report


def check(
    source: str | os.PathLike[str] | bytes,
    *,
    analyzers: Iterable[str] | None = None,
    skip: Iterable[str] = (),
    parameters: Mapping[str, Mapping[str, float]] | None = None,
    prior: float = 0.5,
    limits: Mapping[str, float] | None = None,
    threads: int = 0,
    maps: bool = False,
    name: str | None = None,
    trust_anchors_pem: str = "",
) -> Report:
    """Checks one picture, film or recording in an isolated process of its own, as the program does.

    source: a path, or the bytes of a file.
    analyzers, skip: analyzer ids or globs ("image.*"); None: all.
    parameters: analyzer id -> parameter -> value.
    prior: probability, before looking, that it is manipulated or synthetic; between 0 and 1, both excluded.
    limits: of time_s (wall clock), duration_s, size_bytes, pixels and memory_bytes those that shall not be the defaults.
    threads: in the process; 0: one a processor.
    maps: keep maps of the picture's full size.
    name: shown in the report in place of the path; for bytes "bytes" where it is not given.
    trust_anchors_pem: certificates whose content credentials are trusted, PEM.

    Never raises for what the file holds: a file that cannot be analysed gives a report whose verdict is "failed".
    IoError: the path cannot be opened. UsageError: an analyzer, parameter or limit that does not exist, or a value out of
    range. InternalError: the installation is incomplete. Ctrl-C ends it, and the process.

    Other threads go on meanwhile; any number of them may check at once.
    """
    if isinstance(source, bytes):
        path, data, shown = None, source, "bytes"
    else:
        path, data = os.fspath(source), None
        if not isinstance(path, str):
            raise TypeError(f"source must be a path or the bytes of a file, not {type(source).__name__}")
        shown = path
    if isinstance(analyzers, str) or isinstance(skip, str):
        raise TypeError("analyzers and skip are lists of ids, not one string")
    answer = _core.check(
        path,
        data,
        shown if name is None else name,
        [] if analyzers is None else list(analyzers),
        list(skip),
        {analyzer: dict(values) for analyzer, values in (parameters or {}).items()},
        prior,
        dict(limits or {}),
        threads,
        maps,
        trust_anchors_pem,
    )
    return Report(answer)
