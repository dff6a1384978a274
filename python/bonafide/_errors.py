"""What can go wrong, as exceptions: one class for each kind of error that the C++ side tells apart."""


class Error(Exception):
    """Something that Bonafide could not do; the message says what, and where known what to do about it."""


class InvalidError(Error, ValueError):
    """The bytes contradict their own format."""


class UnsupportedError(Error, ValueError):
    """Recognised, but not a format or feature that this build handles."""


class TruncatedError(Error, ValueError):
    """The bytes end before the format says they do."""


class LimitError(Error):
    """Refused because a limit (size, pixels, duration, streams, time, memory) was reached."""


class IoError(Error, OSError):
    """The operating system could not read or write."""


class UsageError(Error, ValueError):
    """Something was asked for that does not exist or is out of range."""


class InternalError(Error, RuntimeError):
    """A library failed in a way the input does not explain, or the installation is incomplete."""
