"""Consent: what a donor agreed to, since when and until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

SCOPE_IDENTIFICATION = "identification"
"""The consent scope that a search for a missing relative needs."""


@dataclass(frozen=True)
class Consent:
    """A donor's consent: the instrument, when it was given, and what for.

    ``attested_by`` is filled when a file format has no consent fields and a person vouched for them.
    """

    reference: str
    date: dt.date
    scope: tuple[str, ...] = (SCOPE_IDENTIFICATION,)
    expires: dt.date | None = None
    withdrawn: dt.date | None = None
    attested_by: str = ""

    def covers(self, scope: str, on: dt.date) -> bool:
        """Whether this consent is active for ``scope`` on the day ``on``."""
        ended = [day for day in (self.expires, self.withdrawn) if day is not None]
        return scope in self.scope and self.date <= on and all(on < day for day in ended)
