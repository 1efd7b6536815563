"""Consent: what a donor agreed to, since when and until when, and the one rule that says whom it covers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from antigone.model.statements import names

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

    def why_not(self, scope: str, day: dt.date) -> str:
        """Why no use for ``scope`` is covered on a day: the code of a statement (``names``); empty when it is covered.

        The last day of a consent is the one before it expires or is withdrawn. What ended is named before what was
        never given.

        >>> consent = Consent("C-1", dt.date(2026, 1, 5), expires=dt.date(2030, 1, 1))
        >>> consent.why_not(SCOPE_IDENTIFICATION, dt.date(2026, 3, 1))
        ''
        >>> consent.why_not("court", dt.date(2026, 3, 1))
        'donors whose consent does not cover court'
        >>> consent.why_not("court", dt.date(2030, 1, 1))
        'donors whose consent has expired'
        """
        if self.is_withdrawn(day):
            return names.WITHDRAWN.code
        if self.expires is not None and self.expires <= day:
            return names.EXPIRED.code
        if scope not in self.scope:
            return f"donors whose consent does not cover {scope}"  # for each scope a form in ``names``
        return names.DATED_LATER.code if day < self.date else ""

    def covers(self, scope: str, day: dt.date) -> bool:
        """Whether this consent is active for ``scope`` on a day."""
        return not self.why_not(scope, day)

    def is_withdrawn(self, day: dt.date) -> bool:
        """Whether it was taken back on a day or before."""
        return self.withdrawn is not None and self.withdrawn <= day


def judge_consents(consents: Sequence[Consent], *, scope: str, day: dt.date) -> tuple[Consent | None, str]:
    """The newest of a donor's consents that covers a scope on a day; else why there is none.

    Parameters
    ----------
    consents
        All that the donor gave, the oldest first. The reason is that of the newest of the scope, else of the newest.
    scope, day
        What for, and the day on which it must be active.
    """
    newest = sorted(consents, key=lambda consent: scope in consent.scope)[::-1]
    reasons = [consent.why_not(scope, day) for consent in newest]
    if "" in reasons:
        return newest[reasons.index("")], ""
    return None, reasons[0] if reasons else names.WITHOUT_CONSENT.code
