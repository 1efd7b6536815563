"""The rule of evidence in a registry: what may be proposed, and exceptions with three names."""

from __future__ import annotations

from registry_team import Team, candidate

from antigone.team.review.reviewing import propose
from antigone.team.review.ruling import judge_candidate


def proposed(team: Team, person: str, family: str, *, exception: str = "") -> tuple[int, int]:
    line = candidate(team, person, family)
    done = propose(
        team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id, exception=exception
    )
    return line.id, done.id


def test_rule__is_met_by_a_child_of_two_typed_parents(after_search):
    ruling = judge_candidate(after_search["geneticist"], candidate(after_search, "PM1", "F1").id)
    assert [(one.letter, one.holds) for one in ruling.conditions] == [(letter, True) for letter in "abcde"]
    assert proposed(after_search, "PM1", "F1")


def test_show(after_search):
    for p, f in (("PM1", "F1"), ("PM2", "F2"), ("PM3", "F2"), ("PM4", "F3")):
        r = judge_candidate(after_search["geneticist"], candidate(after_search, p, f).id)
        print(p, f, [(c.letter, c.holds, c.found and c.found.values) for c in r.conditions])
    raise AssertionError
