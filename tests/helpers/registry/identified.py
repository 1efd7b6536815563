"""What several tests share: see ``test_registry_identified``, where it is used most."""

from __future__ import annotations

from deciding import confirm, propose
from registry_team import Team, candidate

from antigone.team.review.ruling import agree_to_exception


def identify(team: Team, unidentified: str = "PM1", family: str = "F1", *, exception: str = "") -> int:
    """The pairing of an identification that two persons confirmed, and a third one where it is an exception."""
    line = candidate(team, unidentified, family)
    why = "all agree"
    propose(team["geneticist"], line.pairing, version=0, reason=why, candidate=line.id, exception=exception)
    if exception:
        agree_to_exception(team["second reviewer"], line.id, reason="looked at the rival")
    confirm(team["reviewer"], line.pairing, version=1, reason="I agree")
    return line.pairing
