"""Media authenticity: is a picture, film or recording genuine, manipulated or synthetic; where, why, and how sure?

    report = bonafide.check("photo.jpg")
    print(report.verdict, report.llr)

`bonafide.faces`, `bonafide.forge` and `bonafide.features` are for training: NumPy arrays are read in place and given back
without copies, and long calls let other Python threads go on.
"""

from . import faces, features, forge
from ._check import check
from ._core import version as __version__
from ._errors import Error, InternalError, InvalidError, IoError, LimitError, TruncatedError, UnsupportedError, UsageError
from ._report import Report

__all__ = [
    "Error",
    "InternalError",
    "InvalidError",
    "IoError",
    "LimitError",
    "Report",
    "TruncatedError",
    "UnsupportedError",
    "UsageError",
    "__version__",
    "check",
    "faces",
    "features",
    "forge",
]
