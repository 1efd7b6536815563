"""What several tests share: see ``test_registry_identified``, where it is used most."""

from __future__ import annotations

from deciding import confirm, propose
from registry_team import Team, candidate


def identify(team: Team, unidentified: str = "PM1", family: str = "F1") -> int:
    """The pairing of an identification that two persons confirmed."""
    line = candidate(team, unidentified, family)
    propose(team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    confirm(team["reviewer"], line.pairing, version=1, reason="I agree")
    return line.pairing
