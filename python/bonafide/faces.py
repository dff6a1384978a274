"""Faces in pictures: found, measured, cut out, told apart. The same code as of the analyzers and of `bonafide faces`.

Pictures are uint8 arrays (height, width, 3), red first, C-contiguous; they are read in place and never changed.
"""

from ._core.faces import Face, Tracker, compare, crop, crop_matrix, detect, embed

__all__ = ["Face", "Tracker", "compare", "crop", "crop_matrix", "detect", "embed"]
