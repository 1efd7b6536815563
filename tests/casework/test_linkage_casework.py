"""Linkage in casework: what known linked pairs change for a candidate, and cases that state their groups."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from antigone.casework.pairs.explain import compare_hypotheses, explain_pair
from antigone.casework.pairs.linkage import linkage_correction, linkage_of_hypotheses
from antigone.casework.pairs.search import search_incident
from antigone.engine.linkage.likelihood import likelihood_ratio_linked
from antigone.engine.sums.likelihood import likelihood_ratio
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.linkage import STANDARD_KITS, LinkageModel, linkage_groups_of
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.plain_words import change_text
from antigone.report.words.sentences import explain_linkage
from antigone.report.words.statements import say_all
from antigone.search.families.family_table import Target


def typed(names: Sequence[str], **genotypes: tuple[str, str]) -> dict[str, Profile]:
    """The same genotype at every marker of ``names``."""
    return {member: Profile(f"S-{member}", dict.fromkeys(names, genotype)) for member, genotype in genotypes.items()}


def plain(*names: str) -> tuple[Marker, ...]:
    return tuple(Marker(name, ("a", "b"), (0.3, 0.7)) for name in names)


SISTERS = Pedigree.of(("F", "male"), ("M", "female"), ("MP", "female", "F", "M"), ("SIS", "female", "F", "M"))
FOUND = UnidentifiedPerson("PM", Profile("PM", {"vWA": ("a", "b"), "D12S391": ("a", "a"), "FGA": ("b", "b")}), "female")


def test_linkage_correction__is_the_difference_of_the_two_totals() -> None:
    markers = plain("D12S391", "FGA", "vWA")
    target = Target("F1", "MP", SISTERS, typed(("vWA", "D12S391", "FGA"), SIS=("a", "b")))
    [(name, change)] = linkage_correction(target, FOUND, markers, settings=SearchSettings()).items()
    placed = {**target.references, "MP": FOUND.profile}
    apart = Pedigree((*(replace(m, id="MP*") if m.id == "MP" else m for m in SISTERS), Individual("MP", "female")))
    groups = linkage_groups_of(markers, STANDARD_KITS)
    linked = likelihood_ratio_linked(SISTERS, apart, placed, markers, groups=groups).log10_total
    single = likelihood_ratio(SISTERS, apart, placed, markers).log10_total
    assert linked is not None
    assert single is not None
    assert name == "vWA|D12S391"
    assert change == pytest.approx(linked - single, abs=1e-9)
    assert abs(linked - single) > 0.001


def test_linkage_correction__of_parent_and_child_is_nothing() -> None:
    target = Target("F1", "MP", SISTERS, typed(("vWA", "D12S391"), F=("a", "b")))
    changes = linkage_correction(target, FOUND, plain("D12S391", "vWA"), settings=SearchSettings())
    assert str(changes) == "{'vWA|D12S391': 0.0}"


def test_linkage_correction__without_a_definition_is_not_computed() -> None:
    markers = plain("D12S391", "vWA")
    typings = typed(("vWA", "D12S391"), SIS=("a", "b"))
    with_theta = linkage_correction(
        Target("F1", "MP", SISTERS, typings), FOUND, markers, settings=SearchSettings(theta=0.01)
    )
    inbred = Pedigree(tuple(replace(m, founder_inbreeding=0.1) if m.id == "F" else m for m in SISTERS))
    with_inbreeding = linkage_correction(Target("F1", "MP", inbred, typings), FOUND, markers, settings=SearchSettings())
    assert with_theta == with_inbreeding == {"vWA|D12S391": None}


def test_linkage_correction__under_an_observation_model() -> None:
    target = Target("F1", "MP", SISTERS, typed(("vWA", "D12S391"), SIS=("a", "b")))
    read, degraded = (
        linkage_correction(
            target, FOUND, plain("D12S391", "vWA"), settings=SearchSettings(observation=ObservationModel(rates))
        )
        for rates in (ObservationRates(), ObservationRates(dropout=0.3))
    )
    [as_read], [blurred] = read.values(), degraded.values()
    assert as_read is not None
    assert blurred is not None
    assert 0 < abs(blurred) < abs(as_read), "what is read less surely says less of linkage"


def test_linkage_of_hypotheses__is_the_same_for_a_pair_as_its_own() -> None:
    markers = plain("D12S391", "vWA")
    target = Target("F1", "MP", SISTERS, typed(("vWA", "D12S391"), SIS=("a", "b")))
    placed = {**target.references, "MP": FOUND.profile}
    apart = Pedigree((*(replace(m, id="MP*") if m.id == "MP" else m for m in SISTERS), Individual("MP", "female")))
    expected = linkage_correction(target, FOUND, markers, settings=SearchSettings())
    assert linkage_of_hypotheses(SISTERS, apart, placed, markers, theta=0.0) == expected
    assert linkage_of_hypotheses(SISTERS, apart, placed, markers, theta=0.01) == {"vWA|D12S391": None}


def test_explain__and_search_state_the_same_linkage() -> None:
    ladder = {name: {"a": 0.3, "b": 0.7} for name in ("vWA", "D12S391", "FGA")}
    donor = Donor("SIS", typed(tuple(ladder), SIS=("a", "b"))["SIS"], Consent("form 1", dt.date(2026, 1, 1)))
    incident = Incident(
        "By hand",
        (FOUND,),
        (Family("F1", SISTERS, ("MP",), (donor,)),),
        (FrequencyTable("here", ladder, {}, "by hand"),),
        SearchSettings(threshold=1e-9, threshold_grows=False),
    )
    day = dt.date(2026, 5, 1)
    explained = explain_pair(incident, family="F1", missing="MP", sample="PM", today=day).candidate
    [candidate] = search_incident(incident, today=day, created="now", command="test").result.candidates
    assert candidate.linkage_log10 == explained.linkage_log10
    assert candidate.linkage_log10.keys() == {"vWA|D12S391"}
    change = candidate.linkage_log10["vWA|D12S391"]
    assert f"log10 LR changes by: {change_text(change or 0.0)} (vWA and D12S391)." in explain_linkage(candidate)
    assert explain_linkage(replace(candidate, linkage_log10={})) == ""
    assert "not computed (A and B)" in explain_linkage(replace(candidate, linkage_log10={"A|B": None}))


def test_lr__of_a_case_with_linkage(tmp_path: Path) -> None:
    """Half siblings a/a and a/a at both markers against unrelated, as in the formula above."""
    members = [
        {"id": "F", "father": None, "mother": None, "sex": "male"},
        {"id": "A", "father": "F", "mother": None, "sex": "male"},
        {"id": "B", "father": "F", "mother": None, "sex": "male"},
    ]
    apart = [{**member, "father": None} for member in members]
    marker = {"chromosome": "A", "alleles": ["a", "b"], "frequencies": [0.3, 0.7], "mutation": None}
    case = {
        "id": "linked-1",
        "markers": [{"name": name, **marker} for name in ("M", "N")],
        "theta": 0,
        "linkage": [{"markers": ["M", "N"], "rho": 0.1}],
        "pedigrees": {"H1": members, "H2": apart},
        "genotypes": {person: {"M": ["a", "a"], "N": ["a", "a"]} for person in "AB"},
    }
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), "utf-8")
    report = compare_hypotheses(path)
    [ratio] = report.ratios.values()
    p, both, one = 0.3, 0.41, 0.09
    expected = math.log10(both * (p**6 + p**8) + 2 * one * p**7) - 8 * math.log10(p)
    assert ratio.markers == ("M|N",)
    assert ratio.log10_total == pytest.approx(expected, rel=1e-12)
    path.write_text(json.dumps({**case, "theta": 0.01}), "utf-8")
    [with_theta] = compare_hypotheses(path).ratios.values()
    q3 = p * (0.01 + 0.99 * p) * (0.02 + 0.99 * p) / 1.01
    q4 = q3 * (0.03 + 0.99 * p) / 1.02
    expected = math.log10(both * (q3**2 + q4**2) + 2 * one * q3 * q4) - 2 * math.log10(q4)
    assert with_theta.log10_total == pytest.approx(expected, rel=1e-11)


def test_lr__of_a_familias_file_states_known_linkage_beside_the_total(shared: Path) -> None:
    """A father and a child: linkage is known, and changes nothing."""
    report = compare_hypotheses(shared / "data" / "familias" / "paternity.fam")
    assert list(report.linkage.values()) == [{"D5S818|CSF1PO": 0.0}]
    assert {"D5S818", "CSF1PO"} <= set(*(ratio.markers for ratio in report.ratios.values()))


def test_assumptions__name_the_known_linked_markers_and_those_off_the_map() -> None:
    ladder = {name: {"a": 0.3, "b": 0.7} for name in ("SE33", "D6S1043", "F13B")}
    donor = Donor("SIS", typed(tuple(ladder), SIS=("a", "b"))["SIS"], Consent("form 1", dt.date(2026, 1, 1)))
    person = UnidentifiedPerson("PM", Profile("PM", dict.fromkeys(ladder, ("a", "b"))), "female")
    incident = Incident(
        "By hand",
        (person,),
        (Family("F1", SISTERS, ("MP",), (donor,)),),
        (FrequencyTable("here", ladder, {}, "by hand"),),
    )
    day = dt.date(2026, 6, 1)
    beside = say_all(search_incident(incident, today=day, created="now", command="test").result.assumptions)
    assert "Known to be linked, with these recombination fractions: SE33 – D6S1043: 0.0438." in beside
    unknown = "Not on the genetic map, so nothing is known here of their linkage, and they are taken as unlinked: F13B."
    assert unknown in beside
    linked = replace(incident, settings=replace(incident.settings, linkage=LinkageModel()))
    inside = say_all(search_incident(linked, today=day, created="now", command="test").result.assumptions)
    assert any("linked, with these recombination fractions: SE33 – D6S1043: 0.0438." in one for one in inside)
    assert unknown in inside
    explained = explain_pair(incident, family="F1", missing="MP", sample="PM", today=day)
    assert say_all(explained.notices) == (unknown.removesuffix("."),)
    assert explained.candidate.linkage_log10.keys() == {"SE33|D6S1043"}
