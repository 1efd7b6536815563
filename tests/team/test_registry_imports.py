"""Imports: what one would do is what it does, and an undone one leaves what was there before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from registry_team import COURT, IDENTIFY, INCIDENT, Team, parents, small_incident, typed
from sqlalchemy import func, select

from antigone.errors import Conflict, InputError
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Incident, SourceFile, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.statements.statement import TEXT
from antigone.registry.audit.seals import SEALED
from antigone.registry.consent.coverage import read_covered
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import keys
from antigone.team.incidents.consents import record_consent
from antigone.team.incidents.custody import record_custody
from antigone.team.incidents.importing import import_incident, preview_import
from antigone.team.incidents.undoing import list_imports, read_import, undo_import
from antigone.team.keeping.auditing import read_audit
from antigone.team.keeping.keeping import verify
from antigone.team.review.candidates import list_candidates
from antigone.team.review.reviewing import comment
from antigone.team.runs.pending import read_pending
from antigone.team.runs.searching import search

HISTORY = ("imports", "import_rows", "import_changes", "audit")
"""Tables that tell of an import after it was undone."""


@pytest.fixture
def team(team_of) -> Team:
    return team_of("users")


def rows(team: Team) -> dict[str, list[tuple[object, ...]]]:
    """Every row that counts."""
    with snapshot(team.registry.engine) as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]
            for name, table in SEALED.items()
            if name not in HISTORY
        }


def count_keys(team: Team) -> int:
    with snapshot(team.registry.engine) as connection:
        return connection.scalar(select(func.count()).select_from(keys)) or 0


def content(team: Team, code: str = INCIDENT) -> Incident:
    """The incident as a search reads it."""
    with snapshot(team.registry.engine) as connection:
        registry = team.registry
        day = registry.today()
        return read_covered(connection, registry.vault, code, scope="identification", day=day).incident


def more() -> Incident:
    """The small incident with a new body, a new family, a new member and donor in a known one, another typing, a sex
    that was unknown, and a consent that ends earlier."""
    base = small_incident()
    first, second, *others = base.families
    known = replace(base.unidentified[0], sex="female")
    again = replace(base.unidentified[1], profile=typed("PM2", 2, 1, 2))
    pedigree = Pedigree((*first.pedigree.individuals, Individual("SI", "female", "FA", "MO")))
    sister = Donor("SI", typed("F1-SI", 1, 1, 3), IDENTIFY)
    first = replace(first, pedigree=pedigree, donors=(*first.donors, sister))
    father = replace(second.donors[0], consent=replace(IDENTIFY, expires=dt.date(2027, 1, 1)))
    return replace(
        base,
        unidentified=(known, again, *base.unidentified[2:], UnidentifiedPerson("PM9", typed("PM9", 7, 0, 2))),
        families=(first, replace(second, donors=(father, *second.donors[1:])), *others, parents("F7", 7, COURT, COURT)),
        sources=(SourceFile("more.csv", "c" * 64),),
        notices=(TEXT(text="vWA was written VWA"),),
    )


def listed(parts) -> Mapping[str, tuple[str, ...]]:
    return {part.what: part.codes for part in parts}


def test_preview__says_what_is_added_changed_and_left_alone(team):
    import_incident(team["registrar"], INCIDENT, small_incident())
    before = rows(team), count_keys(team)
    shown = preview_import(team["registrar"], INCIDENT, more())
    added = dict(listed(shown.added))
    differing = set(added.pop("conflicts between typings"))
    before_and_now = typed("PM2", 2, 0, 2).genotypes, typed("PM2", 2, 1, 2).genotypes
    assert differing == {
        f"PM2 {marker}" for marker in before_and_now[0] if len({one[marker] for one in before_and_now}) > 1
    }
    assert added == {
        "remains": ("PM9",),
        "families": ("F7",),
        "members of known families": ("F1 SI",),
        "donors": ("F1 SI", "F7 FA", "F7 MO"),
        "consents": (
            "F1 SI identification 2026-01-05",
            *(f"F7 {who} {scope} 2026-01-05" for who in ("FA", "MO") for scope in COURT.scope),
        ),
        "samples": ("PM9", "F1-SI", "F7-FA", "F7-MO"),
        "typings": ("PM2", "PM9", "F1-SI", "F7-FA", "F7-MO"),
    }
    assert listed(shown.changed) == {
        "sex of an unidentified person, unknown until now": ("PM1",),
        "consents that end earlier": ("F2 FA identification 2026-01-05",),
    }
    assert listed(shown.known) == {
        "unidentified persons": ("PM3", "PM4", "PM5", "LS1"),
        "families": ("F3", "F4"),
    }
    assert (shown.problems, shown.asked, shown.is_new, len(shown.seen)) == ((), (), False, 64)
    assert (rows(team), count_keys(team)) == before, "looking writes nothing but its line in the audit"
    line = read_audit(team["auditor"], size=2).rows[1]
    assert (line.action, line.subject) == ("see imports", '{"incident":"ferry","preview":true,"problems":0}')


@pytest.mark.slow
def test_import__does_what_was_previewed_or_nothing(team):
    shown = preview_import(team["registrar"], INCIDENT, small_incident())
    changes: tuple[dict[str, Any], ...] = ({"title": "Another ferry"}, {"kit": "another kit"})
    for change in changes:
        other = replace(small_incident(), **change)
        with pytest.raises(Conflict, match="would do something else than was shown"):
            import_incident(team["registrar"], INCIDENT, other, seen=shown.seen)
    import_incident(team["registrar"], INCIDENT, small_incident(), seen=shown.seen)
    with pytest.raises(Conflict, match="look at the preview again"):
        import_incident(team["registrar"], INCIDENT, small_incident(), seen=shown.seen)


def test_preview__asks_for_a_sample_that_must_be_let_in(team):
    import_incident(team["registrar"], INCIDENT, small_incident())
    twin = UnidentifiedPerson("PM8", typed("PM8", 1, 0, 1))
    asked = replace(small_incident(), unidentified=(*small_incident().unidentified, twin))
    shown = preview_import(team["registrar"], INCIDENT, asked)
    assert shown.asked == ("PM8", "F1-FA")
    assert (len(shown.problems), shown.seen) == (1, "")
    assert listed(shown.added)["remains"] == ("PM8",), "what is added is shown all the same"
    right = preview_import(team["registrar"], INCIDENT, asked, let_in={"PM8": "a twin"})
    assert listed(right.added)["samples let in with a reason"] == ("PM8",)


@pytest.mark.slow
def test_undo__leaves_what_was_there_before(team):
    import_incident(team["registrar"], INCIDENT, small_incident())
    search(team["geneticist"], INCIDENT)
    team.clock.later(hours=1)
    before, held, read = rows(team), count_keys(team), content(team)
    import_incident(team["registrar"], INCIDENT, more())
    assert [one.code for one in read_pending(team["geneticist"], INCIDENT).persons] == ["PM1", "PM2", "PM9"]
    newest, first = list_imports(team["registrar"], INCIDENT)
    assert (newest.files, newest.state) == ((("more.csv", "c" * 64),), "standing")
    undone = undo_import(team["registrar"], newest.number, because="the wrong folder")
    assert rows(team) == before
    assert count_keys(team) == held - 2, "what F1 and F2 had answered was kept for the next search, and is asked anew"
    assert content(team) == read
    assert read_pending(team["geneticist"], INCIDENT).nothing
    assert (undone.incident_stays, undone.removed["unidentified"], undone.removed["profiles"]) == (True, 1, 5)
    line = list_imports(team["registrar"], INCIDENT)[0]
    assert (line.state, line.ended_by, line.reason) == ("undone", "registrar", "the wrong folder")
    verify(team["auditor"])
    with pytest.raises(Conflict, match="was undone already, by registrar"):
        undo_import(team["registrar"], newest.number, because="again")
    import_incident(team["registrar"], INCIDENT, more())
    assert content(team) != read
    assert read_import(team["registrar"], first.number).rests == (
        f"import {newest.number + 1} rests on it; undo that one first",
    )


@pytest.mark.slow
def test_undo__of_the_first_import_takes_the_incident_too(team):
    empty = rows(team), count_keys(team)
    import_incident(team["registrar"], INCIDENT, small_incident())
    (one,) = list_imports(team["registrar"], INCIDENT)
    assert not undo_import(team["registrar"], one.number, because="a test").incident_stays
    after, held = rows(team), count_keys(team)
    assert (after, held) == empty
    verify(team["auditor"])


@pytest.mark.slow
def test_undo__keeps_an_incident_that_was_searched(team):
    import_incident(team["registrar"], INCIDENT, small_incident())
    search(team["geneticist"], INCIDENT)
    (one,) = list_imports(team["registrar"], INCIDENT)
    undone = undo_import(team["registrar"], one.number, because="a test")
    assert undone.incident_stays
    assert undone.candidates > 0
    assert content(team).unidentified == ()
    assert list_candidates(team["geneticist"], INCIDENT).rows == ()
    import_incident(team["registrar"], INCIDENT, small_incident())
    search(team["geneticist"], INCIDENT)
    verify(team["auditor"])


@pytest.mark.slow
def test_undo__is_refused_with_all_that_rests_on_it(team):
    import_incident(team["registrar"], INCIDENT, small_incident())
    search(team["geneticist"], INCIDENT)
    (one,) = list_imports(team["registrar"], INCIDENT)
    found = list_candidates(team["geneticist"], INCIDENT, unidentified="PM1").rows[0]
    comment(team["geneticist"], found.pairing, text="looks right")
    record_custody(team["registrar"], INCIDENT, "PM2", event="moved", holder="LAB 2")
    consent = Consent("C-2", dt.date(2026, 2, 1))
    record_consent(team["registrar"], INCIDENT, "F4", "MO", consent=consent)
    before = rows(team)
    with pytest.raises(Conflict) as refused:
        undo_import(team["registrar"], one.number, because="a test")
    words = str(refused.value)
    for expected in (
        "custody was recorded of samples: PM2",
        "consents were recorded",
        "F4 MO",
        "PM1 with MP of family F1",
    ):
        assert expected in words
    assert rows(team) == before
    assert len(read_import(team["registrar"], one.number).rests) == 3


def test_undo__needs_a_reason(team):
    import_incident(team["registrar"], INCIDENT, small_incident())
    (one,) = list_imports(team["registrar"], INCIDENT)
    with pytest.raises(InputError, match="without a reason"):
        undo_import(team["registrar"], one.number, because=" ")
