"""What is to be searched of an incident, and why, in words.

The words come from what was done and from the days of consents: they are the same whether or not a reference fits
(PURPOSE.md, rule 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from antigone.registry.changes.pending import BY_ITS_DATE, NEVER_SEARCHED, OLDER_PROGRAM, codes_of, find_pending
from antigone.registry.store.lookups import find_incident
from antigone.team.access.session import Session, action
from antigone.team.views import PendingView, ToSearch

REASONS: Mapping[str, str] = {
    "person added": "new",
    "typing added": "a typing was added",
    "typing corrected": "a typing was corrected",
    "typing retired": "a typing was retired",
    "conflict settled": "a conflict of typings was settled",
    "family added": "new",
    "member added": "a member was added",
    "donor added": "a donor gave a sample",
    "pedigree changed": "the pedigree was changed",
    "consent given": "a consent was given",
    "consent withdrawn": "a consent was withdrawn",
    "person left": "withdrew",
    "description changed": "the sex, or what is known beside DNA, was changed",
    "found alive": "somebody was found alive",
    "found alive reopened": "what was known of somebody found alive is open again",
    "model changed": "the model of the incident was changed",
    "import undone": "an import was undone",
    BY_ITS_DATE: "a consent began or ended by its date",
    NEVER_SEARCHED: NEVER_SEARCHED,
    OLDER_PROGRAM: OLDER_PROGRAM,
}
"""Every kind of change, in words that fit behind a code."""


def in_words(kinds: Iterable[str]) -> tuple[str, ...]:
    """Kinds of changes in words, each once."""
    return tuple(dict.fromkeys(REASONS[kind] for kind in kinds))


@action("see families")
def read_pending(session: Session, incident: str) -> PendingView:
    """Whom the newest search of an incident has not seen as they are known now, and why.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.looking() as connection:
        found = find_pending(connection, find_incident(connection, incident).id, day=session.registry.today())
        persons, families = codes_of(connection, found)
    return PendingView(incident, found.run, in_words(found.whole), _lines(persons), _lines(families), found.left)


def _lines(why: Mapping[str, Iterable[str]]) -> tuple[ToSearch, ...]:
    return tuple(ToSearch(code, in_words(kinds)) for code, kinds in why.items())
