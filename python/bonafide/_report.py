"""What a check found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from ._core import Answer

_MAPS = "maps/"
_PNG = ".png"


class Report(Mapping[str, Any]):
    """A report, schema bonafide.report/1, as a mapping: ``report["findings"]``. Made by ``bonafide.check``.

    Holds no process and no file.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._content: dict[str, Any] = json.loads(answer.json)

    def __getitem__(self, key: str) -> Any:
        return self._content[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __repr__(self) -> str:
        return f"<Report {self['input']['path']!r}: {self.verdict}>"

    @property
    def verdict(self) -> str:
        """likely_authentic, inconclusive, likely_manipulated, likely_synthetic, not_applicable or failed."""
        return self._content["verdict"]

    @property
    def summary(self) -> str:
        """One sentence that a person understands."""
        return self._content["summary"]

    @property
    def llr(self) -> float | None:
        """Log10 of the likelihood ratio: higher is more likely synthetic or manipulated. None where nothing was measured."""
        return self._content["llr"]

    @property
    def probability(self) -> float | None:
        """Of manipulated or synthetic, under the prior that was given. None where nothing was measured."""
        return self._content["probability"]

    @property
    def json(self) -> str:
        """The report as the command line writes it with ``--format json``."""
        return self._answer.json

    @property
    def text(self) -> str:
        """The report in words, without colour."""
        return self._answer.text

    @property
    def html(self) -> str:
        """The report as one self-contained page."""
        return self._answer.html

    @cached_property
    def artifacts(self) -> Mapping[str, bytes]:
        """Files that go with the report by relative name: "maps/image.noise.level.png", "preview.jpg", ..."""
        return MappingProxyType({name: self._answer.artifact(name) for name in self._answer.artifact_names})

    @cached_property
    def maps(self) -> Mapping[str, NDArray[numpy.uint8]]:
        """Maps by analyzer, and "fused": uint8 (height, width), brighter is more suspicious, 128 is the analyzer's threshold.

        Of the picture's size after EXIF orientation where ``check(..., maps=True)`` asked for them, smaller otherwise.
        """
        names = [name for name in self._answer.artifact_names if name.startswith(_MAPS) and name.endswith(_PNG)]
        return MappingProxyType({name[len(_MAPS) : -len(_PNG)]: self._answer.map(name) for name in names})
