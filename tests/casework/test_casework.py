"""Casework: consent before everything, then results that can be repeated, explained and signed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
import stat
from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
import pytest
from small_search import COUPLE, DAY, GIVEN, LADDER, NAMES, NORTH, PARENTS, SOUTH, donor, incident, profile
from told import settings_in_words

from antigone.casework.incident.files import (
    GENETICIST_ONLY,
    geneticist_csv,
    load_incident,
    remove_simulated,
    write_folder,
)
from antigone.casework.incident.prepare import prepare
from antigone.casework.incident.provenance import describe_settings, hash_table
from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.pairs import Execution
from antigone.casework.pairs.search import SearchOutcome, prior_of, search_incident
from antigone.casework.validation.demo import compare_with_truth, simulated_incident, why_open
from antigone.errors import InputError
from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.mutation import Custom, Dawid, Stepwise, Transformed
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, MutationChoice, SearchSettings
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Genotype, Profile
from antigone.model.statements.method import STATED_BY_USER
from antigone.report.pages.search import render_report
from antigone.report.tables.files import candidates_csv, pairs_csv, results_json
from antigone.report.words.statements import say, say_all
from antigone.search.families.reference_fit import ReferenceFit
from antigone.simulation.genes import drop_genes

ANY_STRENGTH = SearchSettings(DEFAULT_MUTATION, threshold=1e-12, threshold_grows=False)


def with_donor(of: Incident, family: str, *more: Donor) -> Incident:
    families = tuple(replace(f, donors=(*f.donors, *more)) if f.code == family else f for f in of.families)
    return replace(of, families=families)


def search(of: Incident, *, today: dt.date = DAY, created: str = "2026-05-01T10:00:00+00:00") -> SearchOutcome:
    return search_incident(of, today=today, created=created, command="antigone search X", seed=1)


def outputs(of: Incident, *, created: str = "2026-05-01T10:00:00+00:00") -> dict[str, str]:
    """What an ordinary search writes."""
    result = search(of, created=created).result
    return {
        "candidates.csv": candidates_csv(result),
        "results.json": results_json(result),
        "report.html": render_report(result, of),
    }


# Consent

NOT_COVERED: Mapping[str, tuple[Consent | None, str]] = {
    "missing": (None, "donors without a consent"),
    "withdrawn": (replace(GIVEN, withdrawn=DAY), "donors whose consent was withdrawn"),
    "expired": (replace(GIVEN, expires=DAY), "donors whose consent has expired"),
    "of another scope": (replace(GIVEN, scope=("research",)), "donors whose consent does not cover identification"),
    "of tomorrow": (replace(GIVEN, date=DAY + dt.timedelta(days=1)), "donors whose consent is dated after the search"),
}
COVERED: Mapping[str, Consent] = {
    "given today": replace(GIVEN, date=DAY),
    "ending tomorrow": replace(GIVEN, expires=DAY + dt.timedelta(days=1), withdrawn=DAY + dt.timedelta(days=1)),
    "of more scopes": replace(GIVEN, scope=("research", "identification")),
}
SISTER = (("10", "11"), ("10", "12"), ("10", "11"), ("10", "99"))
"""The sister has an allele that nobody else has: even the ladder must not know of it."""


@pytest.mark.parametrize(("consent", "reason"), NOT_COVERED.values(), ids=NOT_COVERED)
def test_search__a_donor_without_active_consent_changes_no_number(consent, reason):
    without = search(incident()).result
    present = search(with_donor(incident(), "F1", donor("SIS", *SISTER, consent=consent))).result
    assert present.left_out == {reason: 1}
    assert [family.donors_without_consent for family in present.families] == [1, 0]
    counts_apart = replace(
        present, left_out={}, families=tuple(replace(f, donors_without_consent=0) for f in present.families)
    )
    assert results_json(counts_apart) == results_json(without)
    assert candidates_csv(present) == candidates_csv(without)


@pytest.mark.parametrize("consent", COVERED.values(), ids=COVERED)
def test_search__a_donor_with_active_consent_takes_part(consent):
    present = search(with_donor(incident(), "F1", donor("SIS", *SISTER, consent=consent))).result
    assert present.left_out == {}
    assert present.families[0].donors == 3
    assert candidates_csv(present) != candidates_csv(search(incident()).result)


def test_search__donors_left_out_are_counted_by_reason():
    left_out = [donor(f"X{n}", consent=consent) for n, (consent, _) in enumerate(NOT_COVERED.values())]
    members = tuple(Individual(d.member, "male") for d in left_out)
    families = (replace(incident().families[0], pedigree=Pedigree((*PARENTS, *members))), incident().families[1])
    present = with_donor(incident(families=families), "F1", *left_out)
    assert search(present).result.left_out == {reason: 1 for _, reason in NOT_COVERED.values()}


def test_search__a_withdrawn_donor_takes_no_part_from_that_day():
    ending = with_donor(incident(), "F1", donor("SIS", *SISTER, consent=replace(GIVEN, withdrawn=DAY)))
    assert search(ending, today=DAY - dt.timedelta(days=1)).result.families[0].donors == 3
    assert search(ending, today=DAY).result.families[0].donors == 2


def test_explain__a_donor_without_active_consent_changes_no_number():
    present = with_donor(incident(), "F1", donor("SIS", *SISTER, consent=None))
    one, other = (explain_pair(of, family="F1", missing="MP", sample="PM1", today=DAY) for of in (present, incident()))
    assert one == other


def test_search__a_family_without_any_consent_stays_and_says_so():
    families = (incident().families[0], replace(incident().families[1], donors=(donor("CH", consent=None),)))
    result = search(incident(families=families)).result
    assert say(result.families[1].remark) == "no donor with an active consent; ask the family"
    assert {pair.status for pair in result.pairs if pair.family == "F2"} <= {"no data", "sex differs"}


# Numbers


def test_search__the_candidate_and_its_likelihood_ratio_by_hand():
    """At A, a father 10/10 and mother 11/11 with a child 10/11: 1 over 2 p q. No mutation, no floor, no theta."""
    as_it_stands = FrequencyRule(minimum_count=0, minimum=0)
    plain = SearchSettings(mutation=MutationChoice(), threshold=20.0, rule=as_it_stands, threshold_grows=False)
    result = search(incident(settings=plain)).result
    [first] = [c for c in result.candidates if (c.unidentified, c.family) == ("PM1", "F1")]
    by_marker = first.log10_lr_by_marker["north"]
    north = {"A": 1 / 0.04, "B": 0.25 / 0.01, "C": 0.25 / 0.04, "D": 1 / 0.04}
    assert {m: 10**v for m, v in by_marker.items()} == pytest.approx(north)
    assert 10 ** first.log10_lr["north"] == pytest.approx(math.prod(north.values()))
    south = (1 / 0.24) * (0.25 / 0.16) * (0.25 / 0.24) * (1 / 0.24)
    assert 10 ** first.log10_lr["south"] == pytest.approx(south)


def test_search__the_smallest_population_is_named_and_ranks():
    result = search(incident()).result
    for candidate in result.candidates:
        assert candidate.smallest_population == min(candidate.log10_lr, key=candidate.log10_lr.__getitem__)
        odds = 10**candidate.smallest_log10_lr * result.prior / (1 - result.prior)
        assert candidate.posterior == pytest.approx(odds / (1 + odds))
    strengths = [candidate.smallest_log10_lr for candidate in result.candidates]
    assert strengths == sorted(strengths, reverse=True)
    assert [candidate.rank for candidate in result.candidates] == list(range(1, len(strengths) + 1))
    assert result.candidates
    assert result.candidates[0].smallest_population == "south"


def test_search__every_pair_is_an_unidentified_person_and_a_missing_person():
    result = search(incident()).result
    pairs = [(pair.unidentified, pair.family, pair.missing) for pair in result.pairs]
    assert pairs == [(f"PM{n}", family, "MP") for family in ("F1", "F2") for n in range(1, 5)]


def test_search__every_pair_is_counted_once():
    result = search(incident()).result
    statuses = [pair.status for pair in result.pairs]
    assert result.pairs_compared == statuses.count("compared") == 4
    assert result.pairs_excluded_by_sex == statuses.count("sex differs") == 2
    assert result.pairs_without_data == statuses.count("no data") == 2
    assert result.chance.pairs == 4
    assert result.chance.bound == 4 / 20.0


def test_search__parts_add_up_to_the_whole():
    for candidate in search(incident()).result.candidates:
        for population, total in candidate.log10_lr.items():
            assert math.fsum(candidate.log10_lr_by_marker[population].values()) == pytest.approx(total, abs=1e-9)
        assert set(candidate.markers_compared) | set(candidate.markers_missing) == set(NAMES)


def test_search__a_mutation_is_named_with_its_meiosis():
    stepped = UnidentifiedPerson("PM5", profile("PM5", ("11", "11"), ("10", "10"), ("10", "11"), ("10", "11")), "male")
    result = search(incident(unidentified=(stepped,), settings=ANY_STRENGTH)).result
    [candidate] = [c for c in result.candidates if c.family == "F1"]
    [mutation] = candidate.mutations
    assert (mutation.marker, [(s.parent, s.child, s.steps) for s in mutation.steps]) == ("A", [("FA", "MP", 1.0)])


def test_search__a_mutation_between_references_is_not_told():
    """Husband 10/12, child 10/11, wife 10/10: the husband's allele more probably mutated than the wife's. Only
    what concerns the candidate is told."""
    wife = UnidentifiedPerson("PM5", profile("PM5", ("10", "10")), "female")
    couple = Family("F2", COUPLE, ("MP",), (donor("HUS", ("10", "12")), donor("CH", ("10", "11"))))
    result = search(incident(unidentified=(wife,), families=(couple,), settings=ANY_STRENGTH)).result
    [mutation] = result.candidates[0].mutations
    assert mutation.marker == "A"
    assert [(step.parent, step.child) for step in mutation.steps] == [("MP", "CH")]
    assert mutation.steps[0].probability < 0.5


def test_search__a_marker_that_the_references_alone_cannot_explain_is_not_told():
    """Father 10/10 and sister 11/11 need a mutation whoever the candidate is: that is about the family."""
    sister = donor("SIS", ("11", "11"), ("10", "12"), ("10", "11"), ("10", "11"))
    outcome = search(with_donor(incident(settings=ANY_STRENGTH), "F1", sister))
    assert not any(fit.left_out for fit in outcome.incidental)
    [candidate] = [c for c in outcome.result.candidates if (c.unidentified, c.family) == ("PM1", "F1")]
    assert candidate.mutations == ()


def test_search__a_marker_without_frequencies_everywhere_is_left_out_and_said():
    south = replace(SOUTH, frequencies={m: SOUTH.frequencies[m] for m in ("A", "B", "D")})
    result = search(incident(tables=(NORTH, south))).result
    assert "left out, no frequencies in every population: C" in say_all(result.notices)
    assert all("C" not in c.log10_lr_by_marker[p] for c in result.candidates for p in c.log10_lr)
    only = dict.fromkeys(("A", "B", "D"), LADDER)
    apart = (replace(NORTH, frequencies=only), replace(SOUTH, frequencies=south.frequencies))
    assert [c.log10_lr for c in search(incident(tables=apart)).result.candidates] == [
        c.log10_lr for c in result.candidates
    ]


def test_search__no_common_marker_is_refused():
    with pytest.raises(InputError, match="no typed marker has frequencies in every loaded population"):
        search(incident(tables=(NORTH, replace(SOUTH, frequencies={"Z": LADDER}))))


@pytest.mark.parametrize("nothing", ["unidentified", "families"])
def test_search__nothing_to_compare_is_refused(nothing):
    with pytest.raises(InputError, match="nothing to compare"):
        search(incident(**{nothing: ()}))


@pytest.mark.parametrize(
    ("persons", "missing", "prior", "reason"),
    [
        (60, 48, 1 / 60, "one over the number of unidentified persons (60)"),
        (3, 48, 1 / 48, "one over the number of missing persons (48)"),
        (1, 1, 1 / 2, "one half, the largest prior that a pair is given unless one is stated"),
    ],
)
def test_prior__is_one_over_the_larger_number(persons, missing, prior, reason):
    found, said = prior_of(persons, missing, SearchSettings())
    assert found == prior
    assert say(said).startswith(reason[:-4])


def test_prior__stated_by_the_user_is_taken():
    assert prior_of(60, 48, SearchSettings(prior=0.2)) == (0.2, STATED_BY_USER())
    assert search(incident(settings=SearchSettings(prior=0.2))).result.prior == 0.2


# The same again


def lines_that_differ(one: str, other: str) -> list[str]:
    first, second = one.splitlines(), other.splitlines()
    assert len(first) == len(second)
    return [a for a, b in zip(first, second, strict=True) if a != b]


def test_search__two_runs_differ_in_the_time_stamp_only():
    one, other = outputs(incident()), outputs(incident(), created="2026-05-01T11:22:33+00:00")
    assert one["candidates.csv"] == other["candidates.csv"]
    for name in ("results.json", "report.html"):
        different = lines_that_differ(one[name], other[name])
        assert len(different) == 1
        assert "2026-05-01T10:00:00" in different[0]


def test_search__the_order_of_rows_changes_no_byte_of_the_candidates():
    turned = incident(
        families=tuple(replace(f, donors=f.donors[::-1]) for f in incident().families[::-1]),
        unidentified=incident().unidentified[::-1],
    )
    assert outputs(turned)["candidates.csv"] == outputs(incident())["candidates.csv"]


def test_provenance__is_complete(tmp_path):
    folder = tmp_path / "case"
    write_case_folder(incident(), folder)
    read = load_incident(folder, attested_by=None, today=DAY)
    provenance = search(read).result.provenance
    assert (provenance.software, provenance.command, provenance.seed) == ("antigone", "antigone search X", 1)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", provenance.version)
    assert set(provenance.libraries) >= {"numpy"}
    assert set(provenance.inputs) == {path.name for path in folder.iterdir()}
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in provenance.inputs.values())
    assert [name.split(" (")[0] for name in provenance.frequencies] == ["north", "south"]
    assert {"theta", "mutation, mothers", "mutation, fathers", "rare and unseen alleles", "prior"} <= set(
        settings_in_words(provenance.settings)
    )


def test_hash_table__knows_every_number_and_no_order():
    turned = replace(NORTH, frequencies={m: dict(reversed(LADDER.items())) for m in reversed(NAMES)})
    assert hash_table(turned) == hash_table(NORTH)
    assert hash_table(replace(NORTH, source="elsewhere")) == hash_table(NORTH)
    assert hash_table(replace(NORTH, alleles_sampled={})) != hash_table(NORTH)
    assert hash_table(replace(NORTH, silent={"A": 0.01})) != hash_table(NORTH)


def test_describe_settings__says_every_choice():
    choice = MutationChoice(
        Transformed(Stepwise(0.001), "PM"), Dawid(0.002, 0.2), {"A": (Custom(((1.0, 0.0), (0.0, 1.0))), Stepwise(0.01))}
    )
    words = settings_in_words(describe_settings(SearchSettings(mutation=choice, theta=0.02, threshold=500, prior=0.1)))
    assert words["mutation, mothers"].endswith("transformed PM")
    assert words["mutation, fathers"] == "dawid (rate 0.002, range 0.2)"
    assert words["mutation, A"].startswith("mothers: custom matrix of 2 alleles; fathers: stepwise (rate 0.01")
    assert (words["theta"], words["prior"]) == ("0.02", "0.1")
    assert words["threshold of the likelihood ratio"].startswith("500")


# One pair


@pytest.mark.parametrize("family", ["F1", "F2"])
@pytest.mark.parametrize("sample", ["PM1", "PM2", "PM3", "PM4"])
def test_explain__equals_the_search(family, sample):
    result = search(incident(settings=ANY_STRENGTH)).result
    explained = explain_pair(incident(), family=family, missing="MP", sample=sample, today=DAY)
    [pair] = [p for p in result.pairs if (p.unidentified, p.family) == (sample, family)]
    if pair.status == "compared":
        [candidate] = [c for c in result.candidates if (c.unidentified, c.family) == (sample, family)]
        assert asdict(replace(explained.candidate, rank=candidate.rank)) == asdict(candidate)
        assert (explained.prior, explained.prior_reason, explained.remark) == (result.prior, result.prior_reason, None)
    else:
        starts = {"sex differs": "the sexes differ", "no data": "no marker can be compared"}
        assert explained.remark is not None
        assert say(explained.remark).startswith(starts[pair.status])


def test_explain__below_the_threshold_is_explained_too():
    explained = explain_pair(incident(), family="F2", missing="MP", sample="PM3", today=DAY).candidate
    assert explained.smallest_log10_lr < math.log10(20)
    assert explained.markers_compared == ("A", "B")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"family": "F9"}, "no family 'F9'"),
        ({"missing": "FA"}, "no missing person 'FA'; it has MP"),
        ({"sample": "R-FA"}, "no unidentified person 'R-FA'"),
    ],
)
def test_explain__unknown_codes_are_refused_and_the_known_ones_named(asked, message):
    """A donor's sample is not an unidentified person, so donors cannot be compared by this door either."""
    with pytest.raises(InputError, match=re.escape(message)):
        explain_pair(incident(), **{"family": "F1", "missing": "MP", "sample": "PM1", "today": DAY} | asked)


# Rule 6: families' secrets stay theirs

WORDS_OF_A_MISFIT = re.compile(
    r"misattribut|does not fit|do not fit|misfit|inconsisten|contradict|incidental|geneticist-only|paternity|"
    r"adopt|not the (father|mother|parent)|half.sibling|left out: reference",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def ferry():
    """A simulated incident with one father who is not the father; few markers, for speed."""
    from antigone.formats.frequencies import nist1036
    from antigone.simulation.incident import simulate_incident

    tables = tuple(table for table in nist1036() if table.population in ("US Caucasian", "US Asian"))
    names = tuple(tables[0].frequencies)[:20]
    made, truth = simulate_incident(
        families=9, unidentified=12, seed=3, tables=tables, markers=names, settings=SearchSettings(DEFAULT_MUTATION)
    )
    return made, truth, search(made, today=dt.date(2025, 8, 1))


def misfit_members(outcome: SearchOutcome) -> set[tuple[str, str]]:
    return {(fit.family, fit.member) for fit in outcome.incidental if fit.left_out}


def test_fit__the_misattributed_donor_is_found_for_the_geneticist(ferry):
    _, truth, outcome = ferry
    assert truth.misattributed
    assert set(truth.misattributed) <= misfit_members(outcome)
    assert {family for family, _ in misfit_members(outcome)} == {family for family, _ in truth.misattributed}


def test_search__a_reference_that_does_not_fit_is_in_no_output(ferry, capsys):
    """Neither the donor's code nor any word for it, in any ordinary output."""
    from antigone.cli import console

    made, truth, outcome = ferry
    console.print_search(outcome.result)
    printed = capsys.readouterr()
    texts = {
        "candidates.csv": candidates_csv(outcome.result),
        "results.json": results_json(outcome.result),
        "report.html": re.sub(r"<style.*?</style>", "", render_report(outcome.result, made), flags=re.DOTALL),
        "printed": printed.out + printed.err,
    }
    [(_, member)] = truth.misattributed
    for name in ("candidates.csv", "results.json", "printed"):
        assert member not in texts[name], name
    for name, text in texts.items():
        prose = re.sub(r"half.sibling", "", text) if name == "report.html" else text
        assert [found[0] for found in WORDS_OF_A_MISFIT.finditer(prose)] == [], name


TYPED_PARENTS: Mapping[str, tuple[Genotype | None, ...]] = {
    "FA": (("10", "10"), ("10", "11"), ("10", "12"), None),
    "MO": (("11", "11"), ("10", "12"), ("11", "13"), None),
}


def twin_of(family: Family, made: Incident) -> Family:
    """Another family of the same pedigree with the same relatives typed, in whom everything fits."""
    markers = next(iter(prepare(made, today=dt.date(2026, 8, 1)).populations.values()))
    genes = drop_genes(family.pedigree, markers, rng=np.random.default_rng(1))
    donors = [
        replace(d, profile=Profile(f"T-{d.member}", {m: genes[d.member][m] for m in d.profile.genotypes}))
        for d in family.donors
    ]
    return replace(family, code="T1", donors=tuple(donors))


def test_search__a_family_with_a_misfit_reads_like_one_in_whom_everything_fits(ferry):
    """What is said of it follows from who is typed, and not from what was found in them."""
    made, truth, _ = ferry
    [(code, _)] = truth.misattributed
    twin = twin_of(next(family for family in made.families if family.code == code), made)
    beside = search(replace(made, families=(*made.families, twin)), today=dt.date(2026, 8, 1)).result
    by_code = {family.family: family for family in beside.families}
    hidden, innocent = by_code[code], by_code["T1"]
    assert hidden.power is None
    assert "not found yet, or more relatives are needed" in say(hidden.remark)
    assert replace(hidden, family="T1") == innocent


def test_search__pairs_of_a_family_with_a_misfit_read_like_those_of_one_with_too_few_relatives(ferry):
    """Statuses of its pairs are ones that an innocent family gets as well; they are for the geneticist alone."""
    made, truth, _ = ferry
    [(code, _)] = truth.misattributed
    spouse = Family("S1", COUPLE, ("MP",), (Donor("HUS", made.families[0].donors[0].profile, GIVEN),))
    beside = search(replace(made, families=(*made.families, spouse)), today=dt.date(2026, 8, 1)).result
    by_code = {family.family: family for family in beside.families}
    hidden, innocent = by_code[code], by_code["S1"]
    assert (hidden.best_unidentified, hidden.best_log10_lr) == (innocent.best_unidentified, innocent.best_log10_lr)
    statuses = {f: {p.status for p in beside.pairs if p.family == f} - {"sex differs"} for f in (code, "S1")}
    assert statuses[code] == statuses["S1"]


@pytest.mark.parametrize("cut", [Execution(), Execution(block_families=2)], ids=["at once", "in blocks"])
def test_search__pairs_are_counted_by_the_declared_references(ferry, cut):
    """The counts of a search, and its chance bound, are those of one in which the family's references fit."""
    made, truth, _ = ferry
    [(code, _)] = truth.misattributed
    hidden = next(family for family in made.families if family.code == code)
    fitting = replace(twin_of(hidden, made), code=code)
    innocent = replace(made, families=tuple(fitting if f.code == code else f for f in made.families))
    one, other = (
        search_incident(i, today=dt.date(2026, 8, 1), created="", command="", seed=1, execution=cut).result
        for i in (made, innocent)
    )
    for name in ("pairs_compared", "pairs_excluded_by_sex", "pairs_without_data"):
        assert getattr(one, name) == getattr(other, name), name
    assert (one.chance.pairs, one.chance.bound) == (other.chance.pairs, other.chance.bound)


def test_explain__a_pair_with_a_misfit_is_remarked_like_one_in_which_everything_fits(ferry):
    made, truth, outcome = ferry
    [(code, _)] = truth.misattributed
    twin = twin_of(next(family for family in made.families if family.code == code), made)
    sample = next(p.unidentified for p in outcome.result.pairs if (p.family, p.status) == (code, "no data"))
    said = [
        explain_pair(
            replace(made, families=(*made.families, twin)),
            family=f, missing=twin.missing[0], sample=sample, today=dt.date(2026, 8, 1),
        ).remark
        for f in (code, "T1")
    ]  # fmt: skip
    assert said == [None, None]


def test_search__a_marker_that_was_not_compared_is_listed_without_a_reason(capsys):
    """D is typed in PM1 and in the sister, who was left out: the words are those for a marker that nobody has."""
    from antigone.cli import console

    father, mother = (donor(m, *genotypes) for m, genotypes in TYPED_PARENTS.items())
    sister = donor("SIS", *[("12", "13")] * 4)
    weak = replace(ANY_STRENGTH, threshold=2.0)
    made = incident(families=(Family("F1", PARENTS, ("MP",), (father, mother, sister)),), settings=weak)
    outcome = search(made)
    assert [fit.member for fit in outcome.incidental if fit.left_out] == ["SIS"]
    candidate = outcome.result.candidates[0]
    assert (candidate.unidentified, candidate.markers_missing) == ("PM1", ("D",))
    page = render_report(outcome.result, made)
    assert "Not compared: D." in page
    console.print_explanation(explain_pair(made, family="F1", missing="MP", sample="PM1", today=DAY))
    for words in (page, capsys.readouterr().out):
        assert re.findall(r"lacks|no relative typed|because a profile", words) == []


def test_search__nobody_is_called_impossible_because_references_were_left_out():
    """PM2 is impossible in F1, whose daughter fits; in F2 nobody fits: the words are those of two families that fit."""
    apart = [donor("HUS", *[("10", "10")] * 4), donor("CH", *[("12", "13")] * 4)]
    exact = replace(ANY_STRENGTH, threshold=20.0, mutation=MutationChoice())
    woman = UnidentifiedPerson("PM2", profile("PM2", *[("11", "11")] * 4), "female")
    child = Family("F1", COUPLE, ("MP",), (donor("CH", *[("10", "10")] * 4),))
    couple = Family("F2", COUPLE, ("MP",), tuple(apart))
    alone = search(incident(unidentified=(woman,), families=(child,), settings=exact)).result
    assert "impossible as any of the missing persons" in say(alone.unidentified[0].remark)
    both = search(incident(unidentified=(woman,), families=(child, couple), settings=exact))
    assert {fit.member for fit in both.incidental if fit.left_out} == {"HUS", "CH"}
    assert "only 4 markers typed, too few to reach an LR of 20" in say(both.result.unidentified[0].remark)


def test_search__counts_of_donors_do_not_tell_a_misfit(ferry):
    made, truth, outcome = ferry
    [(code, _)] = truth.misattributed
    [family] = [f for f in made.families if f.code == code]
    [line] = [f for f in outcome.result.families if f.family == code]
    assert (line.donors, line.donors_without_consent) == (len(family.donors), 0)
    assert not any("fit" in reason for reason in outcome.result.left_out)


def test_fit__bad_in_one_population_only_is_kept():
    """Father 10/10, daughter 12/12: where 12 is common that is a misfit, where it is rare a mutation will do."""
    pedigree = Pedigree.of(("FA", "male"), ("D", "female", "FA", None), ("MP", "male", "FA", None))
    family = Family("F", pedigree, ("MP",), (donor("FA", ("10", "10")), donor("D", ("12", "12"))))
    model = SearchSettings(mutation=MutationChoice(Stepwise(1e-4, 0.0, 0.1), Stepwise(1e-4, 0.0, 0.1)))
    common = FrequencyTable("common", {"A": {"10": 0.2, "12": 0.8}}, {})
    rare = FrequencyTable("rare", {"A": {"10": 0.999, "12": 0.001}}, {"A": 100_000})
    alone = incident(families=(family,), settings=model)
    for tables, left_out in (((common,), True), ((rare,), False), ((common, rare), False), ((rare, common), False)):
        fits = search(replace(alone, tables=tables)).incidental
        assert [fit.left_out for fit in fits] == [left_out, left_out]


def test_geneticist_file__names_only_what_was_left_out():
    fits = [ReferenceFit("F1", "FA", "R1", -7.5, True), ReferenceFit("F1", "MO", "R2", 3.0, False)]
    rows = geneticist_csv(fits).splitlines()
    assert rows[1:] == ["F1,FA,R1,-7.50,left out"]


def test_write_folder__the_geneticist_file_is_for_its_owner_alone(tmp_path):
    write_folder(tmp_path / "out", {"a.csv": "a", GENETICIST_ONLY: "secret"}, private=[GENETICIST_ONLY])
    assert stat.S_IMODE((tmp_path / "out" / GENETICIST_ONLY).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "out" / "a.csv").stat().st_mode) == 0o644


def test_write_folder__an_ordinary_run_removes_a_stale_geneticist_file(tmp_path):
    out = tmp_path / "out"
    write_folder(out, {"a.csv": "old", GENETICIST_ONLY: "secret"}, private=[GENETICIST_ONLY])
    write_folder(out, {"a.csv": "new"}, outdated=[GENETICIST_ONLY])
    assert {path.name: path.read_text() for path in out.iterdir()} == {"a.csv": "new"}


def test_write_folder__leaves_no_draft_and_keeps_other_files(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    write_folder(out, {"a.csv": "a"})
    assert {path.name for path in out.iterdir()} == {"a.csv", "notes.txt"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_write_folder__a_place_that_cannot_be_written_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="cannot be written"):
        write_folder(tmp_path / place, {"a.csv": "a"})
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Simulation


def test_remove_simulated__removes_only_a_simulation(tmp_path):
    own = tmp_path / "incident"
    write_case_folder(incident(title="Real"), own)
    (tmp_path / "incident-truth.csv").write_text("mine")
    with pytest.raises(InputError, match="not an earlier demonstration's"):
        remove_simulated(own, "Simulated ferry accident")
    assert (own / "incident.toml").exists()
    remove_simulated(own, "Real")
    assert list(tmp_path.iterdir()) == []
    remove_simulated(own, "Real")


def test_compare_with_truth__counts_every_unidentified_person_once(ferry):
    made, truth, outcome = ferry
    verdicts = compare_with_truth(outcome.result, truth)
    assert sum(v.persons for v in verdicts) == len(made.unidentified)
    assert all(v.persons == v.ranked_first + v.as_a_relative + v.elsewhere + v.open for v in verdicts)
    assert sum(v.ranked_first for v in verdicts) > 0
    assert [v.ranked_first for v in verdicts if v.kind == "not reported missing"] in ([], [0])
    assert all((v.weakest is None) == (v.ranked_first == 0) for v in verdicts)
    assert sum(why_open(outcome.result).values()) == sum(v.open for v in verdicts)


def test_simulated_incident__same_seed_same_incident():
    def made(seed):
        return simulated_incident(families=2, unidentified=2, seed=seed)

    assert made(4) == made(4)
    assert made(4) != made(5)


def test_results_json__is_json_and_holds_everything():
    told = json.loads(outputs(incident())["results.json"])
    result = search(incident()).result
    assert set(told) >= set(asdict(result)) - {"pairs"}
    assert "pairs" not in told


def test_pairs_csv__lists_every_pair_for_the_geneticist():
    result = search(incident()).result
    header, *rows = csv.reader(io.StringIO(pairs_csv(result)))
    assert header[:4] == ["unidentified", "family", "missing", "status"]
    assert len(rows) == 8
    assert [row[3] for row in rows].count("compared") == result.pairs_compared
    assert all((row[3] == "compared") == bool(row[4]) for row in rows)
