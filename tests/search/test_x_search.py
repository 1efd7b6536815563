"""X-chromosomal markers in the search: a grandmother, a sister, a father; men with one allele."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.casework.incident.prepare import prepare, silent
from antigone.casework.pairs.pairs import Execution, find_pairs
from antigone.engine.sums.likelihood import likelihood_ratio
from antigone.errors import InputError, ModelError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile
from antigone.search.families.family_table import Target
from antigone.search.pairs.comparison import compare
from antigone.search.readings.genotypes import encode_profiles

MARKER = Marker(
    "DXS1", ("10", "11", "12"), (0.2, 0.3, 0.5), Stepwise(0.02, 0.0, 0.2), Stepwise(0.01, 0.0, 0.2), chromosome="X"
)
ALLELE = st.sampled_from(MARKER.alleles)


def pedigree(sex: Sex) -> Pedigree:
    """The paternal grandmother, the mother and a sister of the missing person, whose father is untyped."""
    return Pedigree.of(
        ("GM", "female"), ("GF", "male"), ("FA", "male", "GF", "GM"), ("MO", "female"), ("SI", "female", "FA", "MO"),
        ("MP", sex, "FA", "MO"),
    )  # fmt: skip


def log_lr(sex: Sex, typed: dict[str, Genotype], seen: Genotype, theta: float, rates: ObservationRates) -> float:
    references = {m: Profile(m, {"DXS1": genotype}) for m, genotype in typed.items()}
    target, person = Target("F1", "MP", pedigree(sex), references), person_of(sex, seen)
    return float(
        compare(
            [target], [person], populations={"P": [MARKER]}, theta=theta, observation=ObservationModel(rates)
        ).log_lr["P"][0, 0]
    )


def person_of(sex: Sex, seen: Genotype) -> UnidentifiedPerson:
    return UnidentifiedPerson("PM", Profile("PM", {"DXS1": seen}), sex)


@pytest.mark.slow
@given(
    st.sampled_from(["female", "male"]),
    st.tuples(ALLELE, ALLELE),
    st.tuples(ALLELE, ALLELE),
    st.tuples(ALLELE, ALLELE),
    st.sampled_from([0.0, 0.03]),
)
def test_table__equals_the_ratio_of_two_pedigrees(
    sex: Sex, grandmother: Genotype, sister: Genotype, seen: Genotype, theta: float
) -> None:
    seen = seen if sex == "female" else (seen[0], seen[0])
    typed: dict[str, Genotype] = {"GM": grandmother, "SI": sister}
    apart = Pedigree((*pedigree(sex), Individual("X", sex)))
    profiles = {m: Profile(m, {"DXS1": genotype}) for m, genotype in typed.items()}
    read = Profile("PM", {"DXS1": seen})
    h1 = likelihood_ratio(apart, apart, {**profiles, "MP": read}, [MARKER], theta=theta).log_h1[0]
    h2 = likelihood_ratio(apart, apart, {**profiles, "X": read}, [MARKER], theta=theta).log_h1[0]
    found = log_lr(sex, typed, seen, theta, ObservationRates())
    if np.isneginf(h1):
        assert found == -np.inf
    else:
        assert found == pytest.approx(h1 - h2, rel=1e-9, abs=1e-11)


def test_table__a_grandson_has_no_x_of_his_paternal_grandmother() -> None:
    still = MARKER.without_mutation()
    target = Target("F1", "MP", pedigree("male"), {"GM": Profile("gm", {"DXS1": ("10", "11")})})
    found = compare([target], [person_of("male", ("12", "12"))], populations={"P": [still]}).log_lr["P"][0, 0]
    assert found == pytest.approx(0.0, abs=1e-12)


def test_table__a_granddaughter_has_one_x_of_her_paternal_grandmother() -> None:
    still = MARKER.without_mutation()
    target = Target("F1", "MP", pedigree("female"), {"GM": Profile("gm", {"DXS1": ("10", "11")})})
    found = compare([target], [person_of("female", ("10", "12"))], populations={"P": [still]}).log_lr["P"][0, 0]
    assert np.exp(found) == pytest.approx(0.5 * 0.5 / (2 * 0.2 * 0.5))


def test_table__a_male_seen_through_drop_out_keeps_his_ratio() -> None:
    """One copy is lost or not, under both hypotheses alike: what he shows has the same LR."""
    typed: dict[str, Genotype] = {"MO": ("10", "11")}
    plain, lossy = (
        log_lr("male", typed, ("10", "10"), 0.0, rates) for rates in (ObservationRates(), ObservationRates(dropout=0.4))
    )
    assert lossy == pytest.approx(plain, rel=1e-12)


def test_codes__a_person_of_unknown_sex_says_nothing_on_the_x() -> None:
    codes = encode_profiles([person_of("unknown", ("10", "10")), person_of("male", ("10", "10"))], [MARKER])
    assert codes.tolist() == [[9, 0]]


def test_codes__a_male_with_two_alleles_is_refused_with_a_remedy() -> None:
    with pytest.raises(ModelError, match="correct the sex or the genotype"):
        encode_profiles([person_of("male", ("10", "11"))], [MARKER])


def test_search__a_family_with_a_member_of_unknown_sex_uses_its_autosomes_only() -> None:
    family = Pedigree.of(("FA", "unknown"), ("MO", "female"), ("MP", "male", "FA", "MO"))
    target = Target("F1", "MP", family, {"MO": Profile("mo", {"DXS1": ("10", "11")})})
    comparison = compare([target], [person_of("male", ("10", "10"))], populations={"P": [MARKER]})
    assert comparison.log_lr["P"][0, 0] == 0.0
    assert comparison.shared_markers(0, 0) == ()


def test_search__blocks_equal_the_whole_with_x_markers() -> None:
    table = FrequencyTable(
        "P",
        {"DXS1": {"10": 0.2, "11": 0.3, "12": 0.5}, "A1": {"8": 0.5, "9": 0.5}},
        {"DXS1": 400, "A1": 400},
        x_markers=frozenset({"DXS1"}),
    )
    given_on = Consent("C", dt.date(2024, 1, 1))
    donors = (
        Donor("MO", Profile("mo", {"DXS1": ("10", "11"), "A1": ("8", "8")}), given_on),
        Donor("SI", Profile("si", {"DXS1": ("10", "10"), "A1": ("8", "9")}), given_on),
    )
    sexes: tuple[Sex, ...] = ("male", "male", "female", "unknown")
    families = tuple(
        Family(f"F{n}", pedigree(sex), ("MP",), donors)
        for n, sex in enumerate(sexes[:1] + sexes[2:3] + sexes[:1] + sexes[2:3])
    )
    persons = tuple(
        UnidentifiedPerson(
            f"PM{n}", Profile(f"PM{n}", {"DXS1": (a, a if sex == "male" else "11"), "A1": ("8", "8")}), sex
        )
        for n, (a, sex) in enumerate(zip(("10", "12", "10", "11"), sexes, strict=True))
    )
    settings = SearchSettings(threshold=0.05, threshold_grows=False, rule=FrequencyRule(0, 0))
    ready = prepare(Incident("X", persons, families, (table,), settings), today=dt.date(2026, 1, 1))
    assert [m.chromosome for m in ready.populations["P"]] == ["autosomal", "X"]
    whole, cut = (find_pairs(ready, execution, silent) for execution in (Execution(), Execution(block_families=1)))
    pairs = [{(f.targets[t].family, p) for t, p in f.pairs} for f in (whole, cut)]
    assert pairs[0] == pairs[1]
    assert len(pairs[0]) > 3
    assert whole.compared == cut.compared


def test_case_folder__x_markers_with_frequencies_are_read(tmp_path: Path) -> None:
    write_folder(tmp_path, male_alleles="10,10")
    incident = read_case_folder(tmp_path)
    assert incident.tables[0].x_markers == {"DXS10103"}
    assert incident.unidentified[0].profile.genotypes["DXS10103"] == ("10", "10")


def test_case_folder__a_male_with_two_x_alleles_is_a_problem_with_its_line(tmp_path: Path) -> None:
    write_folder(tmp_path, male_alleles="10,11")
    with pytest.raises(InputError, match="a male's one allele is written twice") as refusal:
        read_case_folder(tmp_path)
    [problem] = refusal.value.problems
    assert (problem.file, problem.line) == ("profiles.csv", 4)


def write_folder(folder: Path, *, male_alleles: str) -> None:
    tables = {
        "incident.toml": 'title = "X"\n',
        "families.csv": "family,member,sex,father,mother,missing\nF1,MO,female,,,\nF1,MP,male,,MO,yes\n",
        "donors.csv": "family,member,sample,consent_reference,consent_date,consent_scope\n"
        "F1,MO,S1,C1,2024-01-01,identification\n",
        "unidentified.csv": "sample,sex,kind\nPM1,male,remains\n",
        "profiles.csv": "sample,marker,allele1,allele2\nS1,DXS10103,10,11\nS1,TH01,6,7\n"
        f"PM1,DXS10103,{male_alleles}\nPM1,TH01,6,7\n",
        "frequencies.csv": "population,marker,allele,frequency\nP,DXS10103,10,0.5\nP,DXS10103,11,0.5\n"
        "P,TH01,6,0.5\nP,TH01,7,0.5\n",
    }
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
