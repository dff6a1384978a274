"""What the analyzers measure, so that training sees the same numbers."""

from ._core.features import (
    VOICE_CONDITION,
    VOICE_RATE_HZ,
    edit_planes,
    jpeg_coefficients,
    luma,
    residual_co_occurrences,
    sensor_residual,
    voice_windows,
)

__all__ = [
    "VOICE_CONDITION",
    "VOICE_RATE_HZ",
    "edit_planes",
    "jpeg_coefficients",
    "luma",
    "residual_co_occurrences",
    "sensor_residual",
    "voice_windows",
]
