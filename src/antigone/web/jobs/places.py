"""Where an error happened, for a log: files and lines of code, never what the error says, which may hold data."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb


def places_of(error: BaseException) -> str:
    """The places in the code that led to an error, the innermost first."""
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(extract_tb(error.__traceback__)))
