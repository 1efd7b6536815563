"""A search of an incident: consent, the numbers, the same again, and one pair."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, replace

import pytest
from casework_search import ANY_STRENGTH, outputs, search
from small_search import COUPLE, DAY, GIVEN, LADDER, NAMES, NORTH, PARENTS, SOUTH, donor, incident, profile
from told import settings_in_words

from antigone.casework.incident.files import (
    load_incident,
)
from antigone.casework.incident.provenance import describe_settings, hash_table
from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.search import prior_of
from antigone.errors import InputError
from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.assumptions.frequency import FrequencyRule
from antigone.model.assumptions.mutation import Custom, Dawid, Stepwise, Transformed
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import MutationChoice, SearchSettings
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.statements.method import STATED_BY_USER
from antigone.report.tables.files import candidates_csv, results_json
from antigone.report.words.statements import say, say_all


def with_donor(of: Incident, family: str, *more: Donor) -> Incident:
    families = tuple(replace(f, donors=(*f.donors, *more)) if f.code == family else f for f in of.families)
    return replace(of, families=families)


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


def lines_that_differ(one: str, other: str) -> list[str]:
    first, second = one.splitlines(), other.splitlines()
    assert len(first) == len(second)
    return [a for a, b in zip(first, second, strict=True) if a != b]


@pytest.mark.slow
def test_search__two_runs_differ_in_the_time_stamp_only():
    one, other = outputs(incident()), outputs(incident(), created="2026-05-01T11:22:33+00:00")
    assert one["candidates.csv"] == other["candidates.csv"]
    for name in ("results.json", "report.html"):
        different = lines_that_differ(one[name], other[name])
        assert len(different) == 1
        assert "2026-05-01T10:00:00" in different[0]


@pytest.mark.slow
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


@pytest.mark.slow
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
