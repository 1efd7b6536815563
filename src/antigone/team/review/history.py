"""How a candidate fared through the searches, and decisions that have less for them now, in words."""

from __future__ import annotations

from sqlalchemy import Connection

from antigone.registry.review.history import Fallen, Past, find_fallen, history_of
from antigone.team.runs.pending import in_words
from antigone.team.views import FallenLine, PastLine

NOT_NOTED = "what changed was not noted then"
OF_ALL = "nothing of this pair changed, but something that all pairs rest on, such as an allele seen for the first time"


def past_of(connection: Connection, pairing: int) -> tuple[PastLine, ...]:
    """The searches that said something new of a pairing, with the reason of each change."""
    lines = history_of(connection, pairing)
    return tuple(
        PastLine(one.run, one.day, one.candidate, one.log10_lr, _because(one) if number else "")
        for number, one in enumerate(lines)
    )


def _because(one: Past) -> str:
    if one.because is None:
        return NOT_NOTED
    return ", ".join(in_words(one.because)) or OF_ALL


def fallen_of(connection: Connection, user: int) -> tuple[FallenLine, ...]:
    """Identifications that a user proposed or confirmed, and that the newest search finds weaker than then."""
    return tuple(FallenLine(**vars(one), words=_words(one)) for one in find_fallen(connection, user))


def _words(one: Fallen) -> str:
    then = "evidence that rested on somebody who has left, or on a pedigree that was changed"
    then = then if one.decided is None else f"a log10 LR of {one.decided:.2f}"
    now = "does not list it" if one.now is None else f"finds {one.now:.2f}"
    return (
        f"{one.unidentified} as {one.missing} of family {one.family} was confirmed on {then}; search {one.run} {now}. "
        "Look at it again: ask to reopen it, or have it kept with a reason"
    )
