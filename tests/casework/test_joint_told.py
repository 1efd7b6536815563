"""What a joint solution says of those for whom nobody is proposed, and of remains that compete for one place."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from antigone.casework.joint.explain import explain_assignment
from antigone.casework.joint.solve import joint_incident
from antigone.casework.validation.demo import simulated_incident
from antigone.formats.frequencies import nist1036
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.profile import Profile
from antigone.model.results.joint import JointPrior, JointResult
from antigone.report.pages.joint import Matrix, alternatives_of, joint_json, render_joint
from antigone.report.words.statements import say_all
from antigone.simulation.disaster import Disaster, simulate_disaster
from antigone.web.pages.joint import _shown


@pytest.fixture(scope="module")
def misattributed() -> tuple[JointResult, Incident, str, str]:
    """A solved incident with the family of which every reference was left out, and its donor who does not fit."""
    incident, truth = simulated_incident(families=8, unidentified=12, seed=3)
    [(family, donor)] = truth.misattributed
    result = joint_incident(incident, today=dt.date(2025, 9, 1), created="2025-09-01T00:00:00+00:00", command="test")
    return result, incident, family, donor


@pytest.mark.slow
def test_joint_incident__a_family_whose_references_were_left_out_is_not_told_from_others(misattributed) -> None:
    result, _, family, donor = misattributed
    assert family not in {code for code, _ in result.no_data}
    told = {answer.family: say_all(answer.sentences) for answer in result.families if not answer.proposed}
    assert len(told) > 1
    assert {told[family]} == set(told.values())
    sentences = [
        *told[family],
        *(s for c in result.conclusions for s in say_all(c.sentences)),
        *say_all(result.notices),
    ]
    assert not [s for s in sentences if family in s or donor in s or "do not decide" in s]
    assert family not in {group.family for group in (*result.symmetric, *result.rivals)}


def test_joint_pages__a_family_whose_references_were_left_out_is_not_told_from_others(misattributed) -> None:
    """The page of the registry and the report: no picture, no number, no alternative of its own."""
    result, incident, family, _ = misattributed
    shown = _shown(result, 1)
    maps = {m.answer.family: m for m in shown["maps"].rows if not m.answer.proposed}  # type: ignore[attr-defined]
    assert {(str(m.picture), m.matrix, m.conclusions) for m in maps.values()} == {("", Matrix((), (), 0), ())}
    assert family in maps
    alternatives = [change for _, changes in alternatives_of(result) for change in changes]
    assert alternatives
    assert not [change for change in alternatives if family in change]
    assert [place for place in shown["nobody_proposed"] if family in place] == [(family, f"{family}-MP1")]  # type: ignore[attr-defined]
    page = render_joint(result, incident)
    section = {code: page.split(f'id="joint-{code}">')[1].split("</section>")[0] for code in maps}
    plain = {re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL).replace(code, "") for code, text in section.items()}
    assert len(plain) == 1
    assert not [text for text in section.values() if "heatmap" in text]


def test_joint_incident__whom_to_ask_counts_every_donor_whether_or_not_they_fit(misattributed) -> None:
    """Naming the references used would name, by its absence, the one that was left out."""
    result, incident, _, _ = misattributed
    asked = [
        s for c in result.conclusions for s in say_all(c.sentences) if s.startswith("Type another close relative of ")
    ]
    family = {missing: f for f in incident.families for missing in f.missing}
    for sentence in asked:
        missing = sentence.removeprefix("Type another close relative of ").split(";")[0]
        of = family[missing]
        near = [donor.member for donor in of.donors if of.pedigree.are_related(missing, donor.member)]
        assert f"so far {', '.join(near)} gave a sample" in sentence


@pytest.mark.slow
def test_explain_assignment__is_silent_about_places_that_chance_fills(misattributed, tmp_path: Path) -> None:
    result, incident, family, _ = misattributed
    assert family in {code for _, code, _ in result.assignments[0].pairs}
    (tmp_path / "joint.json").write_text(joint_json(result), encoding="utf-8")
    explained = explain_assignment(incident, tmp_path / "joint.json", today=dt.date(2025, 9, 1))
    assert family not in {one.family for one in explained.families}
    assert explained.families


def with_a_fragment(*, markers: int) -> tuple[JointResult, str, str, Incident]:
    """The solved incident in which one person was found twice, with only some markers typed the second time."""
    tables = [table for table in nist1036() if "pooled" not in table.population][:1]
    size = Disaster(families=2, unreported=1, kinds=(1, 0, 0))
    incident, truth = simulate_disaster(size, tables=tables, seed=4, settings=SearchSettings(mutation=DEFAULT_MUTATION))
    whole = next(p for p in incident.unidentified if truth.identities[p.code] is not None)
    some = dict(list(whole.profile.genotypes.items())[:markers])
    part = replace(whole, code="PART", profile=Profile("PART", some))
    incident = replace(incident, unidentified=(*incident.unidentified, part))
    result = joint_incident(
        incident, today=dt.date(2025, 6, 1), created="2025-06-01T00:00:00+00:00", command="test",
        prior=JointPrior("odds", 1e-3),
    )  # fmt: skip
    return result, whole.code, "PART", incident


def test_joint_incident__remains_that_fit_one_place_may_be_parts_of_one_person() -> None:
    result, whole, part, incident = with_a_fragment(markers=99)
    [rivals] = result.rivals
    assert set(rivals.unidentified) == {whole, part}
    holder, other = rivals.unidentified
    of = {c.unidentified: c for c in result.conclusions}
    assert (of[holder].missing, of[other].family, of[holder].status) == ((rivals.missing,), None, "open")
    for code in rivals.unidentified:
        words, place = " ".join(say_all(of[code].sentences)), f"{rivals.missing} of family {rivals.family}"
        assert f"{other} fits {place} as well as {holder}; they may be parts of one person, or relatives" in words
        assert "more markers" not in words
        assert "Type another" not in words
    assert "Perhaps parts of one person" in render_joint(result, incident)


def test_joint_incident__a_part_with_fewer_markers_fits_less_well_and_the_place_stays_settled() -> None:
    result, whole, part, _ = with_a_fragment(markers=12)
    of = {c.unidentified: c for c in result.conclusions}
    assert [rivals.unidentified for rivals in result.rivals] == [(whole, part)]
    assert of[whole].status == "supported"
    assert not [sentence for sentence in say_all(of[whole].sentences) if part in sentence]
    place = f"{of[whole].missing[0]} of family {of[whole].family}"
    assert f"{part} fits {place} too, though not as well as {whole};" in say_all(of[part].sentences)[1]


def test_joint_incident__a_living_person_is_no_part_of_remains() -> None:
    result, _, part, incident = with_a_fragment(markers=99)
    people = tuple(replace(p, kind="living", request="Q") if p.code == part else p for p in incident.unidentified)
    told = joint_incident(
        replace(incident, unidentified=people), today=dt.date(2025, 6, 1), created="2025-06-01T00:00:00+00:00",
        command="test", prior=JointPrior("odds", 1e-3),
    )  # fmt: skip
    assert result.rivals
    assert told.rivals == ()
