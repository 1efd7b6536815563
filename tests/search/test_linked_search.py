"""Linked markers and sex with error inside the search: the LR of every candidate, and no pair lost."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import reference_linked
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from linked import groups as groups
from linked import typings as typings
from told import settings_in_words

from antigone.casework.incident.prepare import Prepared, prepare, silent
from antigone.casework.incident.provenance import describe_settings
from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.pairs import Execution, find_pairs
from antigone.casework.pairs.search import search_incident
from antigone.engine.circumstances import sex_lr
from antigone.engine.linkage.likelihood import likelihood_ratio_linked
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.casefolder.settings import parse_incident_toml
from antigone.formats.casefolder.writer import write_case_folder
from antigone.formats.frequencies import nist1036
from antigone.formats.reading.findings import Findings
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.linkage import STANDARD_KITS, GeneticMap, LinkageGroup, LinkageModel
from antigone.model.assumptions.observation import AS_READ, ObservationModel, ObservationRates
from antigone.model.incident.consent import Consent
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.report.pages.search import render_report
from antigone.report.words.statements import say, say_all
from antigone.search.families.family_table import Target
from antigone.search.pairs import linked_families
from antigone.search.pairs.comparison import compare
from antigone.search.pairs.linked import link_pairs, linkage_slack
from antigone.search.pairs.linked_families import Question, linked_changes, rescored, single_tables
from antigone.search.remains.readings import observe_profile
from antigone.simulation.incident import simulate_incident

DAY = dt.date(2026, 5, 1)
LOSSY = ObservationModel(ObservationRates(dropout=0.3, dropin=0.05, error=0.01))
STATES_OF_THE_ORACLE = 20_000
relaxed = settings(
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None, max_examples=40
)
IN_BLOCKS = Execution(block_families=2)


def simulated(*, linkage: LinkageModel | None = None, theta: float = 0.0) -> Incident:
    """Twelve families of nine kinds, 18 remains, one population, the markers of the known linked pairs and six more."""
    names = (
        "vWA",
        "D12S391",
        "D21S11",
        "Penta_D",
        "D5S818",
        "CSF1PO",
        "FGA",
        "TH01",
        "SE33",
        "D18S51",
        "TPOX",
        "D1S1656",
    )
    chosen = SearchSettings(mutation=DEFAULT_MUTATION, threshold=3.0, threshold_grows=False)
    tables = [table for table in nist1036() if table.population == "US Caucasian"]
    incident, _ = simulate_incident(families=12, unidentified=18, seed=3, tables=tables, settings=chosen, markers=names)
    return replace(incident, settings=replace(chosen, linkage=linkage, theta=theta))


def prepared(incident: Incident) -> Prepared:
    return prepare(incident, today=DAY)


# One pair


def both_ways(
    target: Target, person: UnidentifiedPerson, group: LinkageGroup, observation: ObservationModel
) -> tuple[float, float]:
    """What linkage changes for a pair, by the family's table and by likelihoods of the pair."""
    [single] = single_tables([target], {"": group.markers})[""]
    readings = observe_profile(person, group.markers, observation=observation)
    question = Question(target, "", group, single, {0: readings})
    [(method, looked_up)] = linked_changes([question], [person], observation)
    assert method == "looked up"
    [again] = rescored([question], [person], observation)
    return looked_up[0], again[0]


@pytest.mark.slow
@relaxed
@given(data=st.data())
def test_change__agrees_with_the_oracle_over_any_family(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(5))
    group = data.draw(groups(2))
    profiles = data.draw(typings(pedigree, group))
    missing = data.draw(st.sampled_from([member.id for member in pedigree]))
    assume(missing in profiles)
    assume(math.prod(map(len, reference_linked.states(pedigree, profiles, group))) <= STATES_OF_THE_ORACLE)
    references = {member: profile for member, profile in profiles.items() if member != missing}
    assume(math.prod(map(len, reference_linked.states(pedigree, references, group))) <= STATES_OF_THE_ORACLE)
    unlinked = replace(group, rho=(0.5,))
    whole, alone = (
        [reference_linked.likelihood(pedigree, known, g) for g in (group, unlinked)] for known in (profiles, references)
    )
    assume(min(*whole, *alone) > 0)
    person = UnidentifiedPerson("PM", profiles[missing], pedigree[missing].sex)
    target = Target("F", missing, pedigree, references)
    expected = math.log(whole[0] / whole[1]) - math.log(alone[0] / alone[1])
    looked_up, again = both_ways(target, person, group, AS_READ)
    assert looked_up == pytest.approx(expected, abs=1e-9)
    assert again == pytest.approx(expected, abs=1e-9)
    assert expected <= linkage_slack(target, [group]) + 1e-9


@pytest.mark.slow
@relaxed
@given(data=st.data())
def test_change__looked_up_and_rescored_agree_under_drop_out(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(5))
    group = data.draw(groups(data.draw(st.integers(2, 3))))
    profiles = data.draw(typings(pedigree, group))
    missing = data.draw(st.sampled_from([member.id for member in pedigree]))
    references = {member: profile for member, profile in profiles.items() if member != missing}
    read = profiles.get(missing, Profile("PM", {group.markers[0].name: ("10", "11")}))
    person = UnidentifiedPerson("PM", read, pedigree[missing].sex)
    target = Target("F", missing, pedigree, references)
    found, scored = both_ways(target, person, group, LOSSY)
    assume(math.isfinite(scored))
    assert found == pytest.approx(scored, abs=1e-9)
    assert found <= linkage_slack(target, [group]) + 1e-9


@pytest.mark.slow
def test_link_pairs__is_the_ratio_of_two_explicit_pedigrees() -> None:
    """The whole search LR of a pair, against likelihood_ratio_linked with the sample at the missing person or apart."""
    ready = prepared(simulated(linkage=LinkageModel()))
    found = find_pairs(ready, Execution(), silent)
    markers = ready.populations["US Caucasian"]
    assert len(found.pairs) > 10
    for (t, p), log_lr in list(zip(found.pairs, found.log_lr[0], strict=True))[:8]:
        target, person = found.targets[t], ready.persons[p]
        typed = [marker for marker in markers if marker.name in person.profile.genotypes]
        apart = Pedigree((*target.pedigree, Individual("stranger", target.sex)))
        references = {**target.references}
        h1, h2 = ({**references, who: person.profile} for who in (target.missing, "stranger"))
        every = LinkageModel().groups_of(markers)
        one = likelihood_ratio_linked(apart, apart, h1, markers, groups=every)
        other = likelihood_ratio_linked(apart, apart, h2, markers, groups=every)
        assert typed
        assert log_lr == pytest.approx(sum(one.log_h1) - sum(other.log_h1), rel=1e-9, abs=1e-9)


# The search


@pytest.fixture(scope="module")
def with_linkage() -> Prepared:
    return prepared(simulated(linkage=LinkageModel()))


@pytest.mark.slow
def test_search__loses_no_pair_that_reaches_the_threshold_through_linkage(with_linkage: Prepared) -> None:
    """Every pair scored with linkage: those at or above the threshold are those listed, with the same LR."""
    found = find_pairs(with_linkage, Execution(), silent)
    plain = compare(found.targets, with_linkage.persons, populations=with_linkage.populations)
    every = [(int(t), int(p)) for t, p in np.argwhere(plain.compared & np.isfinite(plain.smallest))]
    changes = link_pairs(
        found.targets, with_linkage.persons, every, populations=with_linkage.populations, model=LinkageModel(),
        observation=AS_READ,
    )  # fmt: skip
    totals = {pair: plain.smallest[pair] + changes[pair].total("US Caucasian") for pair in every}
    reach = {pair for pair, total in totals.items() if total >= math.log(3.0)}
    assert {*found.pairs} == reach
    crossed = [pair for pair in every if (totals[pair] >= math.log(3.0)) != (plain.smallest[pair] >= math.log(3.0))]
    assert crossed, "some pairs cross the threshold through linkage alone"
    for pair, log_lr in zip(found.pairs, found.log_lr[0], strict=True):
        assert log_lr == pytest.approx(totals[pair], abs=1e-9)


@pytest.mark.slow
def test_search__blocks_find_the_same_pairs_and_ratios(with_linkage: Prepared) -> None:
    whole, cut = (find_pairs(with_linkage, execution, silent) for execution in (Execution(), IN_BLOCKS))
    values = [
        {(f.targets[t].family, f.targets[t].missing, p): lr for (t, p), lr in zip(f.pairs, f.log_lr[0], strict=True)}
        for f in (whole, cut)
    ]
    assert values[0].keys() == values[1].keys()
    for pair, log_lr in values[0].items():
        assert log_lr == pytest.approx(values[1][pair], abs=1e-12)


@pytest.mark.slow
def test_search__a_group_whose_table_is_too_large_is_rescored(
    with_linkage: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = find_pairs(with_linkage, Execution(), silent)
    monkeypatch.setattr(linked_families, "LARGEST_TABLE", 5_000)
    rescored = find_pairs(with_linkage, Execution(), silent)
    methods = {name: method for pair in rescored.linked.values() for name, method in pair.methods.items()}
    assert methods == {"vWA|D12S391": "rescored", "D5S818|CSF1PO": "looked up", "D21S11|Penta_D": "rescored"}
    assert rescored.pairs == looked_up.pairs
    np.testing.assert_allclose(rescored.log_lr, looked_up.log_lr, rtol=0, atol=1e-9)


@pytest.mark.slow
def test_search__candidates_say_what_linkage_changed_and_explain_agrees(with_linkage: Prepared) -> None:
    incident = with_linkage.incident
    result = search_incident(incident, today=DAY, created="now", command="test").result
    first = result.candidates[0]
    assert first.linkage_methods
    for c in result.candidates:
        [population] = c.log10_lr
        parts = math.fsum(c.log10_lr_by_marker[population].values()) + c.log10_lr_beyond["linkage"][population]
        assert c.log10_lr[population] == pytest.approx(parts, abs=1e-9)
        stated = math.fsum(change or 0.0 for change in c.linkage_log10.values())
        assert stated == pytest.approx(c.log10_lr_beyond["linkage"][population], abs=1e-8)
        assert {line.kind for line in c.evidence} == {"autosomal", "linkage", "DNA together"}
    told = explain_pair(incident, family=first.family, missing=first.missing, sample=first.unidentified, today=DAY)
    assert told.candidate.log10_lr == pytest.approx(first.log10_lr, abs=1e-12)
    assert told.candidate.evidence == first.evidence
    assert any("vWA and D12S391, linked: looked up in" in notice for notice in say_all(result.notices))
    assert any(
        "LR, threshold, rank and posterior contain the linkage" in words for words in say_all(result.assumptions)
    )
    page = render_report(result, incident)
    assert "linked: looked up in" in page


@pytest.mark.slow
def test_search__linkage_with_theta_is_said_to_be_not_computed() -> None:
    incident = simulated(linkage=LinkageModel(), theta=0.01)
    few = replace(incident, families=incident.families[:2])
    result = search_incident(few, today=DAY, created="now", command="test").result
    plain = search_incident(
        replace(few, settings=replace(few.settings, linkage=None)), today=DAY, created="", command=""
    )
    assert [c.log10_lr for c in result.candidates] == [c.log10_lr for c in plain.result.candidates]
    assert any("no definition together with theta" in words for words in say_all(result.assumptions))
    assert any("linkage is not computed" in notice for notice in say_all(result.notices))


def test_model__stated_positions_take_the_place_of_known_ones() -> None:
    incident = simulated()
    markers = next(iter(prepared(incident).populations.values()))
    own = LinkageModel(GeneticMap({"FGA": ("4", 10.0), "TH01": ("4", 30.0)}, "by hand"), "haldane")
    assert [(g.name, round(g.rho[0], 4)) for g in own.groups_of(markers)] == [("FGA|TH01", 0.1648)]


# Sex


def two_sexes(rates: SexRates | None, *, x_too: bool = True) -> Incident:
    """A missing son and daughter; remains of both sexes, and of none; an autosomal and an X marker."""
    ladder = {"10": 0.2, "11": 0.3, "12": 0.5}
    frequencies = {"A1": ladder, "DXS1": ladder} if x_too else {"A1": ladder}
    table = FrequencyTable("P", frequencies, {}, x_markers=frozenset({"DXS1"} & frequencies.keys()))
    pedigree = Pedigree.of(("FA", "male"), ("MO", "female"), ("SON", "male", "FA", "MO"), ("DAU", "female", "FA", "MO"))
    consent = Consent("C", dt.date(2024, 1, 1))
    donors = (
        Donor("FA", Profile("fa", {"A1": ("10", "11"), "DXS1": ("10", "10")}), consent),
        Donor("MO", Profile("mo", {"A1": ("11", "12"), "DXS1": ("11", "12")}), consent),
    )
    remains = (
        UnidentifiedPerson("MAN", Profile("MAN", {"A1": ("10", "11"), "DXS1": ("11", "11")}), "male"),
        UnidentifiedPerson("WOMAN", Profile("WOMAN", {"A1": ("10", "12"), "DXS1": ("10", "12")}), "female"),
        UnidentifiedPerson("BONE", Profile("BONE", {"A1": ("11", "11"), "DXS1": ("10", "12")}), "unknown"),
    )
    chosen = SearchSettings(threshold=1e-6, threshold_grows=False, rule=FrequencyRule(0, 0))
    family = Family("F", pedigree, ("SON", "DAU"), donors)
    return Incident("Sexes", remains, (family,), (table,), chosen, further=FurtherEvidence(sex=rates))


def test_sex__a_contradiction_lowers_the_lr_and_x_markers_take_no_part() -> None:
    rates = SexRates(0.001, dropout=0.1)
    result = search_incident(two_sexes(rates), today=DAY, created="now", command="test").result
    found = {(c.unidentified, c.missing): c for c in result.candidates}
    assert result.pairs_excluded_by_sex == 0
    assert len(found) == 6
    assert "the X-chromosomal markers take no part" in next(
        say(line.words) for line in found["WOMAN", "SON"].evidence if line.kind == "sex"
    )
    son, daughter = found["WOMAN", "SON"], found["WOMAN", "DAU"]
    assert son.markers_compared == ("A1",)
    assert daughter.markers_compared == ("A1", "DXS1")
    assert son.log10_lr_by_marker["P"].keys() == {"A1"}
    shown = sex_lr("male", "female", rates=rates)
    assert 10 ** son.log10_lr["P"] == pytest.approx(0.25 / (2 * 0.2 * 0.5) * shown)
    agrees = sex_lr("female", "female", rates=rates)
    assert 10 ** daughter.log10_lr["P"] == pytest.approx(0.25 / (2 * 0.2 * 0.5) * 0.5 / (2 * 0.2 * 0.5) * agrees)
    assert {line.kind for line in daughter.evidence} == {"autosomal", "X", "sex", "DNA together"}
    assert "sex" not in found["BONE", "SON"].log10_lr_beyond
    assert found["BONE", "SON"].markers_compared == ("A1",), "the X needs the sex"


@pytest.mark.parametrize("rates", [None, SexRates(0.001), SexRates(0.0, dropout=0.2), SexRates(0.0)])
def test_sex__blocks_find_the_same_pairs_counts_and_ratios(rates: SexRates | None) -> None:
    ready = prepared(two_sexes(rates))
    whole, cut = (find_pairs(ready, execution, silent) for execution in (Execution(), Execution(block_families=1)))
    values = [
        {(f.targets[t].missing, p): lr for (t, p), lr in zip(f.pairs, f.log_lr[0], strict=True)} for f in (whole, cut)
    ]
    assert values[0] == values[1]
    for name in ("compared", "excluded_by_sex", "without_data"):
        assert getattr(whole, name) == getattr(cut, name)
    excluded = {None: 2, SexRates(0.001): 0, SexRates(0.0, dropout=0.2): 1, SexRates(0.0): 2}[rates]
    assert whole.excluded_by_sex == excluded


def test_sex__a_pair_of_different_sex_that_shares_only_x_markers_is_without_data() -> None:
    incident = two_sexes(SexRates(0.01))
    only_x = tuple(
        replace(p, profile=Profile(p.code, {"DXS1": p.profile.genotypes["DXS1"]})) for p in incident.unidentified
    )
    for execution in (Execution(), Execution(block_families=1)):
        found = find_pairs(prepared(replace(incident, unidentified=only_x)), execution, silent)
        assert (found.compared, found.without_data) == (2, 4)


def test_sex__an_estimate_of_chance_keeps_the_recorded_sexes() -> None:
    rates = SexRates(0.001)
    strict = two_sexes(rates, x_too=False)
    result = search_incident(strict, today=DAY, created="now", command="test").result
    assert result.chance.pairs == 6
    assert result.chance.estimate == pytest.approx(6, rel=0.5), "nearly every pair reaches a threshold of a millionth"


# The settings


STATED = """title = "Flood"
[linkage]
use = "known pairs"
map_function = "haldane"
source = "our own families"
[linkage.positions.12]
VWA = 10.0
[linkage.positions.X]
DXS8378 = 14.7
"""


def read_settings(text: str) -> tuple[LinkageModel | None, list[str]]:
    findings = Findings()
    found = parse_incident_toml("incident.toml", text.encode(), findings)
    return found.settings.linkage, [f"{p.column}: {p.found}" for p in findings.problems]


def test_settings__known_pairs_with_positions_of_ones_own() -> None:
    model, wrong = read_settings(STATED)
    assert wrong == []
    assert model is not None
    assert model.map_function == "haldane"
    assert model.genetic_map.positions["vWA"] == ("12", 10.0)
    assert model.genetic_map.positions["DXS8378"] == ("X", 14.7)
    assert model.genetic_map.positions["CSF1PO"] == STANDARD_KITS.positions["CSF1PO"]
    assert model.genetic_map.source.endswith("; our own families")
    assert read_settings('title = "Flood"')[0] is None
    assert read_settings('title = "Flood"\n[linkage]\nuse = "none"')[0] is None
    alone, _ = read_settings(STATED.replace("known pairs", "stated positions"))
    assert alone is not None
    assert alone.genetic_map.positions.keys() == {"vWA", "DXS8378"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[linkage]\nuse = 'all'", "[linkage] use: 'all'"),
        ("[linkage]\nmap_function = 'kosambi'", "[linkage] use: 'none'"),
        ("[linkage]\nuse = 'known pairs'\nmap_function = 'morgan'", "[linkage] map_function: 'morgan'"),
        ("[linkage]\nuse = 'known pairs'\n[linkage.positions.12]\nvWA = 1.0", "[linkage] source: no source"),
        ("[linkage]\nuse = 'known pairs'\npairs = 3", "[linkage] pairs: an unknown key"),
        ("[linkage]\nuse = 'known pairs'\nsource = 'x'\n[linkage.positions.12]\nvWA = 'far'", "vWA: a str"),
    ],
)
def test_settings__every_fault_has_its_place(text: str, problem: str) -> None:
    _, wrong = read_settings(f'title = "Flood"\n{text}')
    assert any(problem in one for one in wrong), wrong


def test_settings__linkage_survives_the_way_round(tmp_path: Path) -> None:
    model, _ = read_settings(STATED)
    incident = two_sexes(SexRates(0.01, 0.1, 0.4))
    write_case_folder(replace(incident, settings=replace(incident.settings, linkage=model)), tmp_path / "case")
    again = read_case_folder(tmp_path / "case")
    assert again.settings.linkage == model
    assert again.further.sex == incident.further.sex
    told = settings_in_words(describe_settings(again.settings))
    assert told["linked markers"].startswith("haldane, 72 positions: HapMap")
