"""Families' secrets stay theirs (rule 6): what no output tells of a reference that does not fit."""

from __future__ import annotations

import datetime as dt
import re
import stat
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from casework_search import ANY_STRENGTH, search
from casework_search import ferry as ferry
from small_search import COUPLE, DAY, GIVEN, PARENTS, donor, incident, profile

from antigone.casework.incident.files import (
    GENETICIST_ONLY,
    geneticist_csv,
    write_folder,
)
from antigone.casework.incident.prepare import prepare
from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.pairs import Execution
from antigone.casework.pairs.search import SearchOutcome, search_incident
from antigone.errors import InputError
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import MutationChoice, SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotype, Profile
from antigone.report.pages.search import render_report
from antigone.report.tables.files import candidates_csv, results_json
from antigone.report.words.statements import say
from antigone.search.families.reference_fit import ReferenceFit
from antigone.simulation.genes import drop_genes

WORDS_OF_A_MISFIT = re.compile(
    r"misattribut|does not fit|do not fit|misfit|inconsisten|contradict|incidental|geneticist-only|paternity|"
    r"adopt|not the (father|mother|parent)|half.sibling|left out: reference",
    re.IGNORECASE,
)


def misfit_members(outcome: SearchOutcome) -> set[tuple[str, str]]:
    return {(fit.family, fit.member) for fit in outcome.incidental if fit.left_out}


@pytest.mark.slow
def test_fit__the_misattributed_donor_is_found_for_the_geneticist(ferry):
    _, truth, outcome = ferry
    assert truth.misattributed
    assert set(truth.misattributed) <= misfit_members(outcome)
    assert {family for family, _ in misfit_members(outcome)} == {family for family, _ in truth.misattributed}


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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
