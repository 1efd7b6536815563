"""Frequency sheets as laboratories bring them: each is read, with what was assumed said, or there is a question.

The expected numbers come from a formula of this file: two parents and a child, all typed, with theta. Mutation moves
them by less than 0.002 in log10.
"""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction

import pytest

from antigone.casework.pairs.search import search_incident
from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.frequencies import FrequencyChoices, frequency_file, nist1036, read_frequencies
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.reading.findings import Findings
from antigone.report.words.statements import say_all

DAY = dt.date(2026, 11, 30)
UNMOVED = 2e-3
AS_PRINTED = ("fq01", "fq03", "fq06", "fq10", "fq11", "fq12", "fq20", "fq24", "fq30")


def norway(inputs):
    """The frequencies from which the sheets were made."""
    found: dict[str, dict[str, float]] = {}
    for block in (inputs / "fq20" / "norway.txt").read_text().strip().split("\n\n"):
        marker, *lines = block.splitlines()
        found[normalise_marker(marker)] = {words[0]: float(words[1]) for words in map(str.split, lines)}
    return found


def trio_log10(incident, frequencies, theta, *, floor=0.0):
    """log10 LR of the trio by marker: P(child | parents) over P(child | the parents' alleles are drawn already)."""
    (family,), child = incident.families, incident.unidentified[0].profile
    father, mother = (donor.profile.genotypes for donor in family.donors)
    answers = {}
    for marker, pair in child.genotypes.items():
        known = [*father[marker], *mother[marker]]
        ladder = {allele: max(p, floor) for allele, p in frequencies[marker].items()}
        ladder |= dict.fromkeys({*known, *pair} - ladder.keys(), floor)
        p = {allele: value / math.fsum(ladder.values()) for allele, value in ladder.items()}
        passed = sum(sorted((a, b)) == sorted(pair) for a in father[marker] for b in mother[marker]) / 4
        first, second = (
            ((known + list(pair[:i])).count(pair[i]) * theta + (1 - theta) * p[pair[i]]) / (1 + (3 + i) * theta)
            for i in (0, 1)
        )
        answers[marker] = math.log10(passed / (first * second * (1 + (pair[0] != pair[1]))))
    return answers


def searched(incident):
    moment = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    return search_incident(incident, seed=1, today=DAY, created=moment.isoformat(), command="test").result


def strongest(incident):
    (candidate,) = searched(incident).candidates
    assert (candidate.unidentified, candidate.missing) == ("PM001", "SON")
    return candidate


@pytest.fixture
def inputs(shared):
    return shared / "field" / "inputs"


@pytest.mark.parametrize("name", AS_PRINTED)
def test_sheets_of_one_table__give_the_answer_of_its_frequencies(inputs, name):
    incident = read_case_folder(inputs / name)
    expected = trio_log10(incident, norway(inputs), incident.settings.theta)
    found = strongest(incident).log10_lr_by_marker
    assert len(found) == len(incident.tables) == (2 if name == "fq30" else 1)
    for by_marker in found.values():
        assert by_marker == pytest.approx(expected, abs=UNMOVED)
    for table in incident.tables:
        assert table.frequencies == {
            marker: pytest.approx(alleles, abs=1e-11) for marker, alleles in norway(inputs).items()
        }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fq01", "the remark in line 1 of frequencies.xlsx, sheet Caucasian stands before the column names"),
        ("fq01", "sheet SW Hispanic holds no table of frequencies and was not read"),
        ("fq03", "neither of an autosome nor of the X chromosome: DYS391, Y indel"),
        ("fq04", "the numbers of 'caucasian' in frequencies.xlsx are read as counts of alleles"),
        ("fq06", "the numbers of 'caucasian' in frequencies.xlsx are read as percent"),
        ("fq06", "2N of any marker in 'caucasian' is not stated"),
        ("fq11", "frequencies.xlsx names no population; it is called 'caucasian'"),
        (
            "fq12",
            "whether N of 'Norway' counts alleles or persons does not show in frequencies.xlsx; it makes no differ",
        ),
        ("fq17", "'SE33' in 'caucasian' (frequencies.xlsx) sum to 0.99; they were divided by it, as rounded"),
        ("fq20", "norway.txt names no population; it is called 'norway'"),
        ("fq24", "whether N of 'FBI_extended_Cauc' counts alleles or persons"),
        ("fq30", "B.csv names no population; it is called 'B'"),
        ("fq33", "these are no alleles and are not used: 'fmin'; rare alleles have the stated floor"),
        ("fq33", "the row '0' of shdg.csv is read as the frequency of silent alleles"),
        ("fq33", "a decimal comma is read as a point in 5 frequencies of shdg.csv"),
        (
            "fq33",
            "left out of profiles.csv, because not every population has their frequencies: D3S1358 (4 rows)",
        ),
    ],
)
def test_what_was_assumed__stands_in_the_result(inputs, name, said):
    result = searched(read_case_folder(inputs / name))
    assert any(said in notice for notice in say_all(result.notices)), say_all(result.notices)


def test_counts__are_frequencies_over_their_sum_which_is_2n(inputs):
    incident = read_case_folder(inputs / "fq04")
    (table,) = incident.tables
    assert table.alleles_sampled["TH01"] == 55 + 37 + 187 + 246 + 144 + 52
    assert table.frequencies["TH01"]["9.3"] == pytest.approx(144 / 721, abs=1e-15)
    expected = trio_log10(incident, table.frequencies, incident.settings.theta)
    assert strongest(incident).log10_lr_by_marker["caucasian"] == pytest.approx(expected, abs=UNMOVED)


def test_two_decimals__are_divided_by_their_sum(inputs):
    incident = read_case_folder(inputs / "fq17")
    (table,) = incident.tables
    printed = {"17": 10, "18": 5, "19": 18, "20": 11, "27.2": 2, "28.2": 11, "29.2": 19, "30.2": 23}
    assert table.frequencies["SE33"] == {a: pytest.approx(n / 99, abs=1e-12) for a, n in printed.items()}


def test_genis__decimal_commas_a_silent_allele_and_a_minimum(inputs):
    (table,) = read_case_folder(inputs / "fq33").tables
    assert table.frequencies == {"TH01": {"6": 0.3, "9.3": 0.69989}, "FGA": {"21": 0.5, "22": 0.5}}
    assert table.silent == {"TH01": 0.00011}


def test_n_of_alleles_or_persons__is_asked_where_an_allele_is_rare(inputs):
    with pytest.raises(InputError) as error:
        read_case_folder(inputs / "N1")
    (problem,) = error.value.problems
    assert (problem.file, problem.line, problem.column) == ("f.csv", 38, "N")
    assert problem.found.endswith("depends on it for SE33")
    assert 'n_counts = "alleles" or n_counts = "persons"' in problem.remedy


@pytest.mark.parametrize(("counts", "sampled"), [("alleles", 722), ("persons", 1444)])
def test_n__as_incident_toml_states_it(inputs, tmp_path, counts, sampled):
    for file in (inputs / "N1").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "incident.toml").write_text(
        f'title = "S"\n[frequencies]\nfile = "f.csv"\nn_counts = "{counts}"\n[model]\ntheta = 0.01\n'
    )
    incident = read_case_folder(tmp_path)
    assert set(incident.tables[0].alleles_sampled.values()) == {sampled}
    assert f"N of 'f' in f.csv counts {counts}: incident.toml states it" in say_all(incident.notices)
    expected = trio_log10(incident, norway(inputs), 0.01, floor=5 / sampled)
    assert strongest(incident).log10_lr_by_marker["f"] == pytest.approx(expected, abs=UNMOVED)


def test_2n__needs_no_question(inputs):
    incident = read_case_folder(inputs / "N2")
    assert set(incident.tables[0].alleles_sampled.values()) == {722}
    expected = trio_log10(incident, norway(inputs), 0.0, floor=5 / 722)
    assert strongest(incident).log10_lr_by_marker["f"] == pytest.approx(expected, abs=UNMOVED)


# What N counts, from the counts of the packaged table


def sheet(label, number, *, decimals=None):
    """The US Caucasian table as a ladder with a row N."""
    table = next(table for table in nist1036() if table.population == "US Caucasian")
    markers = sorted(table.frequencies)
    alleles = sorted({allele for marker in markers for allele in table.frequencies[marker]}, key=float)

    def cell(marker, allele):
        p = table.frequencies[marker].get(allele)
        return "" if p is None else repr(p) if decimals is None else f"{p:.{decimals}f}"

    rows = [["Allele", *markers], *([a, *(cell(marker, a) for marker in markers)] for a in alleles)]
    rows.append([label, *(str(number(table.alleles_sampled[marker])) for marker in markers)])
    return "\n".join(map(",".join, rows)) + "\n", table


def reading(tmp_path, text, name="f.csv", choices=None):
    findings = Findings()
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return frequency_file(path, path.read_bytes(), findings, choices=choices), findings


@pytest.mark.parametrize("decimals", [None, 5, 4])
@pytest.mark.parametrize(("counts", "number"), [("alleles", lambda n: n), ("persons", lambda n: n // 2)])
def test_what_n_counts__by_arithmetic(tmp_path, counts, number, decimals):
    text, table = sheet("N", number, decimals=decimals)
    found, findings = reading(tmp_path, text)
    assert (found.tables[0].alleles_sampled, found.questions) == (table.alleles_sampled, ())
    (said,) = [notice for notice in say_all(findings.notices) if notice.startswith("N of 'f'")]
    assert said.startswith(f"N of 'f' in f.csv counts {counts}: ")


def test_what_n_counts__is_a_question_where_decimals_are_too_few(tmp_path):
    text, _ = sheet("N", lambda n: n, decimals=2)
    found, _ = reading(tmp_path, text)
    assert len(found.questions) == 1
    with pytest.raises(InputError, match="which may count alleles or persons"):
        read_frequencies(tmp_path / "f.csv")
    (table,) = read_frequencies(tmp_path / "f.csv", choices=FrequencyChoices(n_counts="persons"))
    assert table.alleles_sampled["TH01"] == 2 * 722


def test_what_n_counts__as_stated_although_the_numbers_say_otherwise(tmp_path):
    text, table = sheet("N", lambda n: n)
    found, findings = reading(tmp_path, text, choices=FrequencyChoices(n_counts="persons"))
    assert found.tables[0].alleles_sampled["TH01"] == 2 * table.alleles_sampled["TH01"]
    assert any("states it, although each of" in notice for notice in say_all(findings.notices))


@pytest.mark.parametrize(
    ("label", "remark", "times"),
    [
        ("2N,100,90", "", 1),
        ("Persons,100,90", "", 2),
        ("N,100,90", "Where N = number of alleles typed", 1),
        ("n,100,90", "n = individuals", 2),
    ],
)
def test_what_n_counts__as_the_sheet_says(tmp_path, label, remark, times):
    text = f"Allele,TH01,FGA\n6,0.5,\n9.3,0.5,\n20,,1\n{label}\n{remark}\n"
    found, _ = reading(tmp_path, text)
    assert (found.tables[0].alleles_sampled, found.questions) == ({"TH01": 100 * times, "FGA": 90 * times}, ())


@pytest.mark.parametrize(
    ("text", "sampled"),
    [
        ("Allele,TH01 (2N=100),FGA (2N=90)\n6,1,\n20,,1\n", {"TH01": 100, "FGA": 90}),
        ("Coast (2N = 100)\nAllele,TH01,FGA\n6,1,\n20,,1\n", {"TH01": 100, "FGA": 100}),
        ("Allele,TH01,FGA\n6,1,\n20,,1\n2N = 100\n", {"TH01": 100, "FGA": 100}),
        ("Allele,TH01,FGA\n6,1,\n20,,1\nN = 50 persons\n", {"TH01": 100, "FGA": 100}),
    ],
)
def test_sizes__beside_headings_and_below(tmp_path, text, sampled):
    found, findings = reading(tmp_path, text)
    assert findings.problems == []
    assert (found.tables[0].alleles_sampled, found.questions) == (sampled, ())


# Layouts, with the same content


SAME = {"TH01": {"6": 0.25, "9.3": 0.75}, "FGA": {"20": 1.0}}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Marker,Allele,Frequency\nTH01,6,0.25\nTH01,9.3,0.75\nFGA,20,1\n"),
        ("a.txt", "Sistema;Alelo;Frecuencia\nTH01;6;0,25\nTH01;9,3;0,75\nFGA;20;1\n"),
        ("a.csv", "Locus,Allele,Frequency (%)\nTH01,6,25\nTH01,9.3,75\nFGA,20,100\n"),
        ("a.csv", "Locus,Allele,Count\nTH01,6,1\nTH01,9.3,3\nFGA,20,4\n"),
        ("a.csv", "Allele,TH01,FGA\n6,25 %,\n9.3,75 %,\n20,,100 %\n"),
        ("a.tsv", "Locus\t6\t9.3\t20\nTH01\t0.25\t0.75\t\nFGA\t\t\t1\n"),
        ("a.csv", "Some title, with a comma; and more\n\nAllele;TH01;FGA\n6;0,25;-\n9,3;0,75;-\n20;-;1\n"),
        ("a.csv", "Allele,TH01,Allele,FGA\n6,0.25,20,1\n9.3,0.75,,\nHo,0.4,Ho,0\n"),
        ("a.csv", "Allele,TH01,AMEL,DYS391,FGA\n6,0.25,,0.5,\n9.3,0.75,,0.6,\n20,,,,1\n<5,0,,,\n"),
        ("a.csv", ",TH01,FGA\n6,0.25,\n9.3,0.75,\n20,,1\n"),
        ("a.freq", "TH01\n6 0.25\n9.3 0.75\n\nFGA\n20 1\n"),
        ("a.csv", "TH01\n6 0,25\n9,3 0,75\n\nFGA\n20 1\n"),
    ],
)
def test_layouts__of_one_table(tmp_path, name, text):
    found, findings = reading(tmp_path, text, name)
    assert findings.problems == []
    assert [(table.population, table.frequencies) for table in found.tables] == [("a", SAME)]


def test_a_column_for_each_population(tmp_path):
    text = "Locus,Allele,North,South\nTH01,6,0.25,0.5\nTH01,9.3,0.75,0.5\n"
    found, findings = reading(tmp_path, text)
    assert [(table.population, table.frequencies["TH01"]["6"]) for table in found.tables] == [
        ("North", 0.25),
        ("South", 0.5),
    ]
    assert "columns of f.csv are read as populations: 'North', 'South'" in say_all(findings.notices)


def test_ranges__are_read_as_the_allele_next_to_them(tmp_path):
    found, findings = reading(tmp_path, "Allele,FGA\n<18,0.01\n20,0.98\n>27,0.01\n")
    assert found.tables[0].frequencies == {"FGA": {"17": 0.01, "20": 0.98, "28": 0.01}}
    assert any("alleles '>27' of f.csv are read as allele 28" in notice for notice in say_all(findings.notices))


def test_a_misspelt_marker__is_named(tmp_path):
    _, findings = reading(tmp_path, "Allele,TH01,D21S1l\n6,1,\n28,,1\n")
    assert "no known markers, perhaps misspelt, in f.csv: 'D21S1l'" in say_all(findings.notices)


def test_the_database_of_a_fam_file(shared):
    path = shared / "data" / "familias" / "paternity.fam"
    (table,) = read_frequencies(path)
    for alleles in table.frequencies.values():
        assert math.fsum(alleles.values()) + 1e-6 >= 1 - sum((table.silent or {}).values())
    assert len(table.frequencies) > 0


# Sums: as far as the rounding of the printed decimals goes, and no further


@pytest.mark.parametrize(
    ("printed", "taken"),
    [
        (["0.33", "0.33", "0.33"], True),
        (["0.3333", "0.3333", "0.3233"], False),
        (["0.33", "0.33", "0.31"], False),
        (["0.333", "0.333", "0.333"], True),
        (["33.3", "33.3", "33.3"], True),
        (["33.3", "33.3", "32.3"], False),
    ],
)
def test_sums__follow_the_printed_decimals(tmp_path, printed, taken):
    text = "Allele,TH01\n" + "".join(f"{allele},{p}\n" for allele, p in zip("678", printed, strict=True))
    found, findings = reading(tmp_path, text)
    assert (not findings.problems) is taken
    if taken:
        assert math.fsum(found.tables[0].frequencies["TH01"].values()) == pytest.approx(1, abs=1e-12)
        assert any("divided by it, as rounded frequencies" in notice for notice in say_all(findings.notices))
    else:
        assert "complete_sums = true" in findings.problems[0].remedy
        stated, _ = reading(tmp_path, text, choices=FrequencyChoices(complete_sums=True))
        assert math.fsum(stated.tables[0].frequencies["TH01"].values()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Allele,TH01\n6,40\n7,60\n", 'values = "percent" or values = "counts"'),
        ("Allele,TH01\n6,4\n7,5\nN,20\n", "the sum then stands for 2N"),
        ("Allele,TH01,THO1\n6,0.5,0.5\n7,0.5,0.5\n", "correct the column names"),
        ("Allele,TH01\n6,0.5\n6.0,0.5\n", "remove one of the rows"),
        ("Locus,Allele,Freqency\nTH01,6,1\n", "add the column"),
        ("sample,TH01\nA,1\n", "other layouts are in docs/formats.md"),
    ],
)
def test_what_cannot_be_told__is_asked(tmp_path, text, said):
    _, findings = reading(tmp_path, text)
    assert any(said in problem.remedy for problem in findings.problems), findings.problems


@pytest.mark.parametrize(("values", "sampled"), [("percent", {}), ("counts", {"TH01": 100})])
def test_values__as_incident_toml_states_them(tmp_path, values, sampled):
    found, findings = reading(tmp_path, "Allele,TH01\n6,40\n7,60\n", choices=FrequencyChoices(values=values))
    assert findings.problems == []
    assert found.tables[0].frequencies == {"TH01": {"6": pytest.approx(0.4), "7": pytest.approx(0.6)}}
    assert found.tables[0].alleles_sampled == sampled


def test_a_count_beside_a_frequency__must_agree_with_it(tmp_path):
    header = "population,marker,allele,frequency,count,alleles_sampled\n"
    _, findings = reading(tmp_path, header + "A,TH01,6,0.25,3,8\nA,TH01,7,0.75,6,8\n")
    assert [(problem.line, problem.column) for problem in findings.problems] == [(2, "count")]


@pytest.mark.parametrize("line", ['n_counts = "people"', 'values = "whole"', "complete_sums = 1", "file = 3"])
def test_statements__of_another_kind_are_refused(inputs, tmp_path, line):
    for file in (inputs / "N1").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    other = "" if line.startswith("file") else 'file = "f.csv"'
    (tmp_path / "incident.toml").write_text(f'title = "S"\n[frequencies]\n{other}\n{line}\n')
    with pytest.raises(InputError) as error:
        read_case_folder(tmp_path)
    key = line.partition(" ")[0]
    assert (4, f"[frequencies] {key}") in [(problem.line, problem.column) for problem in error.value.problems]


def test_sheets__of_the_chosen_populations_alone(inputs, tmp_path):
    for file in (inputs / "fq01").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "incident.toml").write_text('title = "S"\n[frequencies]\npopulations = ["Caucasian"]\n')
    incident = read_case_folder(tmp_path)
    assert [table.population for table in incident.tables] == ["Caucasian"]
    assert "of frequencies.xlsx only the sheets of the chosen populations were read" in say_all(incident.notices)


def test_a_population_of_two_files__is_refused(inputs, tmp_path):
    for file in (inputs / "fq30").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "incident.toml").write_text('title = "S"\n[frequencies]\nfile = ["A.csv", "A.csv"]\n')
    with pytest.raises(InputError, match="population 'A' a second time"):
        read_case_folder(tmp_path)


def test_trio_formula__by_hand():
    """Child 9.3,9.3 of 6,9.3 and 7,9.3 without theta: (1/4) / p^2 with p = 1/5."""

    class Sample:
        def __init__(self, pair):
            self.profile = self
            self.genotypes = {"TH01": pair}

    class Case:
        unidentified = (Sample(("9.3", "9.3")),)
        families = (type("F", (), {"donors": (Sample(("6", "9.3")), Sample(("7", "9.3")))}),)

    p = {"TH01": {"6": 0.4, "7": 0.4, "9.3": 0.2}}
    assert 10 ** trio_log10(Case, p, 0.0)["TH01"] == pytest.approx(float(Fraction(1, 4) / Fraction(1, 25)))
