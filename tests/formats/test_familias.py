"""Familias files: plain ones with two pedigrees, and ones with a DVI part."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import pytest
from familias_files import LADDER as LADDER
from familias_files import PARENTS as PARENTS
from familias_files import SEVERAL as SEVERAL
from familias_files import TRIO as TRIO
from familias_files import TWO as TWO
from familias_files import dvi as dvi
from familias_files import dvi_person as dvi_person
from familias_files import family as family
from familias_files import locus as locus
from familias_files import person as person
from familias_files import plain as plain
from familias_files import saved as saved

from antigone.casework.pairs.explain import explain_pair
from antigone.errors import ConsentError, InputError
from antigone.formats.familias.reader import read_familias_case, read_familias_incident
from antigone.formats.incident import read_incident
from antigone.model.assumptions.mutation import Equal, NoMutation, Proportional, Stepwise, Transformed
from antigone.model.incident.consent import Consent
from antigone.report.words.statements import say_all

DAY = dt.date(2026, 11, 22)


def case(path, **changes):
    return read_familias_case(
        saved(path, plain(**{"persons": TRIO, "pedigrees": TWO, "loci": [locus("TH01", LADDER)]} | changes))
    )


def faults(path, lines):
    with pytest.raises(InputError) as error:
        read_familias_case(saved(path, lines))
    return error.value.problems


def test_read_familias_case__two_pedigrees(tmp_path):
    found = case(tmp_path, theta="0.02")
    assert found.pedigrees["H1"]["CH"].father == "AF"
    assert found.pedigrees["H2"]["CH"].father == "added man of this pedigree 1"
    assert found.pedigrees["H2"]["CH"].mother == "MO"
    assert {name: profile.genotypes for name, profile in found.profiles.items()} == {
        "AF": {"TH01": ("7", "9.3")},
        "CH": {"TH01": ("7", "8")},
    }
    assert found.tables[0].population == "Here"
    assert found.tables[0].frequencies == {"TH01": {"7": 0.25, "8": 0.5, "9.3": 0.25}}
    assert found.settings.theta == 0.02
    assert found.settings.rule.floor(1000) == 0
    assert not found.settings.rule.rescale
    assert say_all(found.notices) == (
        "H1 is the pedigree 'father' of case.fam",
        "H2 is the pedigree 'stranger' of case.fam",
    )


def test_read_familias_case__without_the_empty_fourth_line(tmp_path):
    file = saved(tmp_path, plain(TRIO, pedigrees=TWO, loci=[locus("TH01", LADDER)], quoted_line=False))
    assert set(read_familias_case(file).pedigrees) == {"H1", "H2"}


def test_read_familias_case__known_relations_hold_in_every_pedigree(tmp_path):
    found = case(tmp_path, known=(1, 0, [(1, 2), (3, 1)]), pedigrees=[("a", 0, 0, [(0, 2)]), ("b", 0, 0, [])])
    assert found.pedigrees["H1"]["MO"].mother == "added woman 1"
    assert (found.pedigrees["H1"]["CH"].father, found.pedigrees["H2"]["CH"].father) == ("AF", None)
    assert found.pedigrees["H2"]["CH"].mother == "MO"


@pytest.mark.parametrize(
    ("code", "rate", "rate2", "expected"),
    [
        (0, "0", "0", NoMutation()),
        (0, "0.001", "1e-006", Equal(0.001)),
        (1, "0.001", "0", Proportional(0.001)),
        (2, "0.001", "1e-006", Stepwise(0.001, 1e-6, 0.1)),
        (3, "0.001", "0", Transformed(Stepwise(0.001, 0.0, 0.1), "PM")),
        (4, "0.001", "1e-006", Stepwise(0.001, 1e-6, 0.1)),
        (4, "0", "1e-006", Stepwise(0.0, 1e-6, 0.1)),
        (3, "0", "0", NoMutation()),
    ],
)
def test_mutation_models__by_code(tmp_path, code, rate, rate2, expected):
    loci = [locus("TH01", LADDER, codes=(0, code), rates=("0", rate), rates2=("0", rate2))]
    assert case(tmp_path, loci=loci).settings.mutation.of("TH01") == (NoMutation(), expected)


def test_mutation_models__an_allele_without_a_number_takes_the_equal_model_with_a_notice(tmp_path):
    ladder = {"7": "0.25", "8": "0.5", "Rest allele": "0.25"}
    found = case(tmp_path, loci=[locus("TH01", ladder, codes=(4, 1), rates=("0.1", "0.2"))])
    assert found.settings.mutation.of("TH01") == (Equal(0.1), Proportional(0.2))
    assert any("without a repeat number" in notice for notice in say_all(found.notices))


def test_silent_allele__has_its_frequency(tmp_path):
    loci = [locus("TH01", {"7": "0.25", "8": "0.45", "9.3": "0.25"}, silent="0.05")]
    assert case(tmp_path, loci=loci).tables[0].silent == {"TH01": 0.05}


def test_frequencies__rounded_ones_are_divided_with_a_notice(tmp_path):
    found = case(tmp_path, loci=[locus("TH01", {"7": "0.25", "8": "0.5", "9.3": "0.249"})])
    assert sum(found.tables[0].frequencies["TH01"].values()) == pytest.approx(1)
    assert any("sum to 0.999" in notice for notice in say_all(found.notices))


def test_latin_1_names__are_read_with_a_notice(tmp_path):
    persons = [person("Père", True, (0, 2, 0)), *TRIO[1:]]
    file = saved(tmp_path, plain(persons, pedigrees=TWO, loci=[locus("TH01", LADDER)]), "latin-1")
    found = read_familias_case(file)
    assert "Père" in found.profiles
    assert any("not UTF-8" in notice for notice in say_all(found.notices))


def test_malformed_lines__stop_with_their_number(tmp_path):
    good = plain(TRIO, pedigrees=TWO, loci=[locus("TH01", LADDER)])
    for number in range(5, len(good) + 1):
        if good[number - 1].startswith('"') and good[number - 1] != '"Known relations"':
            continue
        broken = [*good[: number - 1], "broken", *good[number:]]
        if "-1" in good[number - 1]:
            continue
        (problem,) = faults(tmp_path, broken)
        assert (problem.file, problem.line) == ("case.fam", number), good[number - 1]


def test_cut_files__stop_with_their_number(tmp_path):
    good = plain(TRIO, pedigrees=TWO, loci=[locus("TH01", LADDER)])
    for length in range(len(good)):
        found = faults(tmp_path, good[:length])
        assert found[0].line <= length + 1


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "one pedigree": ({"pedigrees": TWO[:1]}, "1 pedigrees"),
    "an index of no person": ({"pedigrees": [("a", 0, 0, [(9, 2)]), TWO[1]]}, "index of no person"),
    "two fathers": ({"pedigrees": [("a", 0, 1, [(0, 2), (3, 2)]), TWO[1]]}, "second father"),
    "own ancestor": ({"pedigrees": [("a", 0, 0, [(0, 2), (2, 0)]), TWO[1]]}, "own ancestor"),
    "a name twice": ({"persons": [TRIO[0], TRIO[0], TRIO[2]]}, "listed twice"),
    "a direct relation": ({"pedigrees": [("a", 0, 0, [("0 - Direct", 2)]), TWO[1]]}, "Direct"),
    "an index of no allele": ({"persons": [person("AF", True, (0, 7, 0)), *TRIO[1:]]}, "index of no locus"),
    "an index of no locus": ({"persons": [person("AF", True, (0, 1, 5)), *TRIO[1:]]}, "index of no locus"),
    "a locus twice": ({"persons": [person("AF", True, (0, 1, 0), (0, 1, 0)), *TRIO[1:]]}, "locus a second time"),
    "a sum far from 1": ({"loci": [locus("TH01", {"7": "0.25", "8": "0.5", "9.3": "0.1"})]}, "sum to 0.85"),
    "an unknown model": ({"loci": [locus("TH01", LADDER, codes=(5, 0))]}, "mutation model 5"),
    "an X locus": ({"loci": [locus("DXS10103", LADDER)]}, "sex chromosome"),
    "drop-out": (
        {
            "persons": [person("AF", True, (0, 2, 0), dropout=True), *TRIO[1:]],
            "loci": [locus("TH01", LADDER, dropout=0.1)],
        },
        "drop-out",
    ),
    "theta": ({"theta": "1.5"}, "theta"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_faults__are_named_with_a_line(tmp_path, kind):
    changes, words = FAULTS[kind]
    with pytest.raises(InputError) as error:
        case(tmp_path, **changes)
    assert words in str(error.value)
    assert all(problem.line > 0 or kind == "one pedigree" for problem in error.value.problems)


def test_stored_results__are_refused(tmp_path):
    lines = plain(TRIO, pedigrees=TWO, loci=[locus("TH01", LADDER)])
    lines = [line.replace("#FALSE# (#D", "#TRUE# (#D") for line in lines]
    assert "stored results" in faults(tmp_path, lines)[0].found


def test_drop_out__without_persons_that_consider_it_changes_nothing(tmp_path):
    assert case(tmp_path, loci=[locus("TH01", LADDER, dropout=0.1)]).tables


# --- the DVI part --------------------------------------------------------------------------------------------


def incident(path, *families, **changes):
    return read_familias_incident(dvi(path, *families, **changes), "Laboratory 7, file 12", attested_on=DAY)


def chosen(path, *families, **choice):
    return read_incident(dvi(path, *families), "Laboratory 7", attested_on=DAY, **choice)


def test_read_familias_incident__families_and_remains(tmp_path):
    found = incident(tmp_path, PARENTS)
    assert [(p.code, p.sex, dict(p.profile.genotypes)) for p in found.unidentified] == [
        ("V1", "male", {"TH01": ("7", "8")}),
        ("V2", "unknown", {}),
    ]
    (one,) = found.families
    assert (one.code, one.missing) == ("Fam1", ("Missing person",))
    assert (one.pedigree["Missing person"].father, one.pedigree["Missing person"].mother) == ("FA", "MO")
    assert one.pedigree["Missing person"].sex == "unknown"
    assert {donor.member: donor.profile.genotypes["TH01"] for donor in one.donors} == {
        "FA": ("7", "9.3"),
        "MO": ("8", "8"),
    }
    consent = Consent("attested for the whole file", DAY, attested_by="Laboratory 7, file 12")
    assert all(donor.consent == consent for donor in one.donors)


@pytest.mark.parametrize("attested", ["", "  ", None])
def test_read_incident__needs_an_attestation_of_consent(tmp_path, attested):
    with pytest.raises(ConsentError, match="attests"):
        read_incident(dvi(tmp_path, PARENTS), attested)


def test_missing_parent__takes_the_sex_that_the_other_parent_leaves(tmp_path):
    persons = [("MO", "Female"), ("CH", "Male", ("TH01", "7", "7"))]
    one = incident(tmp_path, family("F", persons, [("P", [("Missing person", "CH"), ("MO", "CH")])])).families[0]
    assert one.pedigree["Missing person"].sex == "male"
    assert (one.pedigree["CH"].father, one.pedigree["CH"].mother) == ("Missing person", "MO")


def test_missing_parent__of_unknown_sex_is_refused_only_where_it_matters(tmp_path):
    alone = family("F", [("CH", "Male", ("TH01", "7", "7"))], [("P", [("Missing person", "CH")])])
    one = incident(tmp_path, alone).families[0]
    assert (one.pedigree["CH"].father, one.pedigree["Missing person"].sex) == ("Missing person", "unknown")
    with pytest.raises(InputError, match="parent of unknown sex"):
        incident(tmp_path, alone, loci=[locus("TH01", LADDER, rates=("0.001", "0.002"))])


TWO_OF_ONE = family(
    "F",
    [("S", "Male", ("TH01", "7", "7")), ("P", "Female")],
    [
        ("Reference pedigree", [("P", "S")]),
        ("Brother", [("P", "S"), ("P", "Missing person")]),
        ("Son", [("S", "Missing person")]),
    ],
)


def test_pedigrees_that_differ__are_listed_and_one_can_be_named(tmp_path):
    with pytest.raises(InputError, match=r"different pedigrees 'Brother', 'Son'.*--pedigree 'F=Son'"):
        incident(tmp_path, TWO_OF_ONE)
    for named, father in (("Son", "S"), ("F=Brother", None)):
        found = chosen(tmp_path, TWO_OF_ONE, pedigrees=(named,))
        assert found.families[0].pedigree["Missing person"].father == father
        assert found.families[0].code == "F"
        label = named.removeprefix("F=")
        assert any(f"of 3 pedigrees '{label}' is taken" in notice for notice in say_all(found.notices))


def test_pedigrees_that_are_alike__are_one(tmp_path):
    relations = [("S", "Missing person")]
    persons = [("S", "Male", ("TH01", "7", "7"))]
    found = incident(tmp_path, family("F", persons, [("A", relations), ("B", relations)]))
    assert [one.code for one in found.families] == ["F"]


def test_pedigree__that_connects_the_missing_with_who_is_typed_is_taken(tmp_path):
    persons = [("S", "Male", ("TH01", "7", "7")), ("W", "Female")]
    pedigrees = [("Template", [("W", "Missing person")]), ("Brother", [("W", "S"), ("W", "Missing person")])]
    found = incident(tmp_path, family("F", persons, pedigrees))
    assert found.families[0].pedigree["S"].mother == "W"
    assert "family 'F': of 2 pedigrees 'Brother' is taken" in say_all(found.notices)


def test_reference_pedigree__is_taken_when_it_alone_connects(tmp_path):
    persons = [("S", "Male", ("TH01", "7", "7")), ("W", "Female")]
    pedigrees = [("Reference pedigree", [("S", "Missing person")]), ("Other", [("W", "Missing person")])]
    found = incident(tmp_path, family("F", persons, pedigrees))
    assert found.families[0].pedigree["Missing person"].father == "S"
    assert "family 'F': of 2 pedigrees 'Reference pedigree' is taken" in say_all(found.notices)


def test_missing_members__are_called_missing_unless_others_are_named(tmp_path):
    found = incident(tmp_path, SEVERAL)
    assert found.families[0].missing == ("Missing person",)
    assert [notice for notice in say_all(found.notices) if "not searched" in notice] == [
        "family 'F': not searched: 'Missing male 1' (in no relation of the pedigree 'P')",
        "family 'F': not searched: 'M1', 'EM', 'M2' (not called 'Missing*'; --missing names others)",
    ]
    named = chosen(tmp_path, SEVERAL, missing=("M1", "Missing*", "M2"))
    assert named.families[0].missing == ("M1", "Missing person", "M2")
    assert chosen(tmp_path, SEVERAL, missing=("M*",)).families[0].missing == ("M1", "Missing person", "M2")


def test_missing_members__who_gave_a_sample_are_relatives_with_a_notice(tmp_path):
    persons = [("R", "Male", ("TH01", "7", "7")), ("Missing male 1", "Male", ("TH01", "7", "8"))]
    found = incident(tmp_path, family("F", persons, [("P", [("R", "Missing person"), ("R", "Missing male 1")])]))
    assert (found.families[0].missing, len(found.families[0].donors)) == (("Missing person",), 2)
    assert any("not searched: 'Missing male 1' (they gave a sample" in one for one in say_all(found.notices))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"missing": ("Q*",)}, "--missing 'Q\\*', which no code"),
        ({"pedigrees": ("Cousin",)}, "--pedigree 'Cousin'"),
        ({"missing": ("M9", "Missing*")}, "--missing 'M9'"),
        ({"pedigrees": ("Reference pedigree",)}, "nobody missing in the pedigree 'Reference pedigree'"),
    ],
)
def test_choices__that_stand_for_nothing_are_problems(tmp_path, choice, words):
    with pytest.raises(InputError, match=words):
        chosen(tmp_path, TWO_OF_ONE, **choice)


def test_reference_pedigree__that_relates_donors_otherwise_is_noticed(tmp_path):
    persons = [("A", "Male", ("TH01", "7", "7")), ("B", "Female", ("TH01", "7", "7")), ("G", "Male")]
    same, more = [("G", "A"), ("G", "B")], [("G", "A"), ("G", "B"), ("G", "Missing person")]
    alike, other = (
        say_all(incident(tmp_path, family("F", persons, [("Reference pedigree", reference), ("P", more)])).notices)
        for reference in (same, [])
    )
    assert not any("otherwise" in notice for notice in alike)
    assert any("otherwise than 'P'" in notice for notice in other)


DVI_FAULTS = {
    "no missing person": (family("F", [("A", "Male")], [("P", [])]), "without an untyped member 'Missing*'"),
    "an allele without frequency": (
        family("F", [("A", "Male", ("TH01", "7", "44"))], [("P", [("A", "Missing person")])]),
        "without a frequency",
    ),
    "an unknown locus": (
        family("F", [("A", "Male", ("XX", "7", "7"))], [("P", [("A", "Missing person")])]),
        "locus 'XX'",
    ),
    "two fathers": (
        family("F", [("A", "Male"), ("B", "Male")], [("P", [("A", "Missing person"), ("B", "Missing person")])]),
        "same sex",
    ),
    "own ancestor": (
        family("F", [("A", "Male")], [("P", [("A", "Missing person"), ("Missing person", "A")])]),
        "own ancestor",
    ),
    "a person without a name": (family("F", [("", "Male")], [("P", [("A", "Missing person")])]), "without a name"),
    "a direct relation": (
        [
            line.replace("Parent=", "Direct=")
            for line in family("F", [("A", "Male")], [("P", [("A", "Missing person")])])
        ],
        "another relation",
    ),
}


@pytest.mark.parametrize("kind", DVI_FAULTS)
def test_dvi_faults__are_named_with_a_line(tmp_path, kind):
    lines, words = DVI_FAULTS[kind]
    with pytest.raises(InputError) as error:
        incident(tmp_path, lines)
    assert words in str(error.value)
    assert all(problem.line > 0 for problem in error.value.problems)


def test_dvi_faults__no_genotype_in_a_message(tmp_path):
    lines, _ = DVI_FAULTS["an allele without frequency"]
    with pytest.raises(InputError) as error:
        incident(tmp_path, lines)
    assert "44" not in str(error.value)


def test_unidentified__twice_is_a_problem(tmp_path):
    twice = [*dvi_person(3, 1, "V1", "Male"), *dvi_person(3, 2, "V1", "Male")]
    with pytest.raises(InputError, match="second time"):
        incident(tmp_path, PARENTS, remains=twice)


def test_the_other_kind_of_file__is_named(tmp_path):
    with pytest.raises(InputError, match="DVI part"):
        read_familias_case(dvi(tmp_path, PARENTS))
    with pytest.raises(InputError, match="no DVI part"):
        read_incident(saved(tmp_path, plain(TRIO, pedigrees=TWO, loci=[locus("TH01", LADDER)])), "Laboratory")


def test_shared_examples(shared):
    found = read_familias_case(shared / "data" / "familias" / "paternity.fam")
    assert (len(found.tables[0].frequencies), set(found.profiles)) == (10, {"AF", "CH"})
    assert {type(model) for pair in found.settings.mutation.by_marker.values() for model in pair} == {Stepwise}
    dvi_example = read_incident(shared / "data" / "familias" / "dvi-example.fam", "a test")
    one = dvi_example.families[0]
    assert [person.sex for person in dvi_example.unidentified] == ["male"] * 3
    assert one.pedigree["Missing person"].sex == "male"
    assert (one.pedigree["Missing male 2"].father, one.pedigree["Missing male 2"].mother) == ("Missing person", "R")
    assert one.missing == ("Missing male 2", "Missing person", "Missing male 3")
    explained = explain_pair(
        dvi_example, family=one.code, missing="Missing male 2", sample="V1", today=dt.datetime.now(tz=dt.UTC).date()
    )
    assert explained.candidate.log10_lr == {"Untitled database": pytest.approx(math.log10(20), abs=1e-9)}


# --- sex chromosomes, names of loci, several files ------------------------------------------------------------


def test_amelogenin__is_left_out_with_a_notice_whether_the_database_has_it_or_not(tmp_path):
    amel = locus("AMEL", {"X": "0.75", "Y": "0.25"})
    remains = [
        *dvi_person(3, 1, "V1", "Unknown", ("AMEL", "X", "Y"), ("TH01", "7", "8")),
        *dvi_person(3, 2, "V2", "Male", ("AMEL", "X", "X")),
    ]
    for loci in ([locus("TH01", LADDER)], [amel, locus("TH01", LADDER)]):
        found = incident(tmp_path, PARENTS, remains=remains, loci=loci)
        assert [*found.tables[0].frequencies] == ["TH01"]
        assert [(p.sex, dict(p.profile.genotypes)) for p in found.unidentified] == [
            ("unknown", {"TH01": ("7", "8")}),
            ("male", {}),
        ]
        assert say_all(found.notices) == (
            "Amelogenin is left out; the sex of a person is the one that the file states as Gender",
            "sample 'V2': Amelogenin shows another sex than the one declared; check both",
            "Gender is unknown of 1 unidentified persons of whom Amelogenin shows a sex: state it as Gender where it "
            "is sure (a lost Y allele looks female)",
        )


def test_loci_of_sex_chromosomes__are_left_out_of_a_plain_file_with_a_notice(tmp_path):
    loci = [locus("DYS391", {"10": "1"}), locus("TH01", LADDER), locus("AMEL", {"X": "0.75", "Y": "0.25"})]
    persons = [person("AF", True, (0, 0, 0), (0, 2, 1), (0, 1, 2)), *TRIO[1:2], person("CH", False, (0, 1, 1))]
    found = case(tmp_path, persons=persons, loci=loci)
    assert {name: dict(profile.genotypes) for name, profile in found.profiles.items()} == {
        "AF": {"TH01": ("7", "9.3")},
        "CH": {"TH01": ("7", "8")},
    }
    assert "locus 'DYS391' of a sex chromosome is left out: the file does not say how it is inherited" in say_all(
        found.notices
    )


def test_names_of_loci__are_read_in_the_spelling_of_this_software(tmp_path):
    remains = dvi_person(3, 1, "V1", "Male", ("VWA", "7", "8"))
    persons = [("FA", "Male", ("VWA", "7", "9.3"))]
    one = family("F", persons, [("P", [("FA", "Missing person")])])
    found = incident(tmp_path, one, remains=remains, loci=[locus("VWA", LADDER)])
    assert [*found.tables[0].frequencies] == [*found.unidentified[0].profile.genotypes] == ["vWA"]
    assert found.settings.mutation.of("vWA") == (NoMutation(), NoMutation())
    assert "locus 'VWA' is read as 'vWA'" in say_all(found.notices)


def two_files(path, first, second):
    """Two files in folders of their own; each is (families, changes)."""
    written = []
    for name, (families, changes) in (("families", first), ("persons", second)):
        (path / name).mkdir()
        written.append(dvi(path / name, *families, **changes).rename(path / f"{name}.fam"))
    return written


def test_two_files__families_in_one_and_persons_in_the_other_are_one_incident(tmp_path):
    files = two_files(tmp_path, ([PARENTS], {"remains": []}), ([], {}))
    found = read_incident(files, "Laboratory 7", attested_on=DAY)
    whole = incident(tmp_path, PARENTS)
    assert (found.unidentified, found.settings) == (whole.unidentified, whole.settings)
    assert [(f.code, f.pedigree, f.missing) for f in found.families] == [
        (f.code, f.pedigree, f.missing) for f in whole.families
    ]
    assert [source.name for source in found.sources] == ["families.fam", "persons.fam"]
    assert (found.title, found.title_stated) == ("families and persons", False)


def test_two_files__what_stands_in_both_counts_once_with_the_markers_of_both(tmp_path):
    loci = [locus("TH01", LADDER), locus("TPOX", LADDER)]
    again = dvi_person(3, 1, "V1", "Unknown", ("TH01", "8", "7"), ("TPOX", "7", "7"))
    files = two_files(tmp_path, ([PARENTS], {}), ([PARENTS], {"remains": again, "loci": loci}))
    found = read_incident(files, "Laboratory 7", attested_on=DAY)
    assert [(p.code, p.sex, dict(p.profile.genotypes)) for p in found.unidentified] == [
        ("V1", "male", {"TPOX": ("7", "7"), "TH01": ("7", "8")}),
        ("V2", "unknown", {}),
    ]
    assert len(found.families) == 1
    assert found.tables[0].frequencies.keys() == {"TH01", "TPOX"}


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (([], {"remains": dvi_person(3, 1, "V1", "Male", ("TH01", "7", "7"))}), "'V1' typed differently"),
        (([], {"remains": dvi_person(3, 1, "V1", "Female", ("TH01", "7", "8"))}), "'V1' of another sex"),
        (([], {"loci": [locus("TH01", LADDER | {"7": "0.3", "8": "0.45"})]}), "locus 'TH01' with other alleles"),
        (([], {"loci": [locus("TH01", LADDER, rates=("0.1", "0.1"))]}), "another mutation model"),
        (
            ([family("Fam1", [("FA", "Male")], [("P", [("FA", "Missing person")])])], {}),
            "family 'Fam1' with another pedigree",
        ),
    ],
)
def test_two_files__that_contradict_each_other_are_refused(tmp_path, second, words):
    files = two_files(tmp_path, ([PARENTS], {}), second)
    with pytest.raises(InputError, match=words) as error:
        read_incident(files, "Laboratory 7")
    assert all(problem.file == "persons.fam" for problem in error.value.problems)


def test_two_files__frequencies_that_differ_in_the_last_digits_are_one_database(tmp_path):
    files = two_files(
        tmp_path, ([PARENTS], {}), ([], {"loci": [locus("TH01", LADDER | {"7": "0.2500000007", "8": "0.4999999993"})]})
    )
    found = read_incident(files, "Laboratory 7")
    assert found.tables[0].frequencies["TH01"]["7"] == 0.25
    assert any("in the last digits" in notice for notice in say_all(found.notices))


def test_several_paths__are_for_familias_files_alone(tmp_path):
    with pytest.raises(InputError, match="several Familias files"):
        read_incident([tmp_path, dvi(tmp_path, PARENTS)])
    with pytest.raises(InputError, match="a choice of pedigrees or missing persons"):
        read_incident(tmp_path, missing=("M1",))


# --- published values ------------------------------------------------------------------------------------------


def published_lines(given):
    """The data set KETPexer498 of dvir as the file that it comes from: who is missing has the names of Familias.

    The other parent of R1 stands in the pedigree, as dvir adds it: under a model that is not stationary an absent
    parent's allele, drawn from the population, counts a little differently.
    """
    names = {"M1": "Missing person", "M2": "Missing male 1", "M3": "Missing female 2"}
    loci = []
    for marker in given["markers"]:
        alleles = dict(zip(marker["alleles"], map(str, marker["frequencies"]), strict=True))
        rate = marker["mutation"]["male"]["rate"]
        assert marker["mutation"]["male"]["model"] == "equal"
        loci.append(locus(marker["name"], alleles, rates=(str(rate), str(rate))))
    typed = {
        code: [(name, *genotype) for name, genotype in genotypes.items()]
        for code, genotypes in given["genotypes"].items()
    }
    members = [m for m in given["families"]["F1"] if m["id"] != "M1"]
    persons = [(names.get(m["id"], m["id"]), m["sex"].title(), *typed.get(m["id"], ())) for m in members]
    persons.append(("Missing female 1", "Female"))
    relations = [("Missing person", "R1"), ("Missing person", names["M2"]), ("Missing person", names["M3"])]
    relations += [("FA1", names["M2"]), ("FA1", names["M3"]), ("FA2", "R1")]
    remains = []
    for number, victim in enumerate(given["victims"], start=1):
        remains += dvi_person(3, number, victim["id"], victim["sex"].title(), *typed[victim["id"]])
    pedigrees = [("Reference pedigree", relations[:1]), ("am", relations)]
    return names, loci, remains, family("F1", persons, pedigrees)


@pytest.mark.slow
def test_published__pairwise_lr_of_the_three_missing(shared, tmp_path):
    [given] = json.loads((shared / "published" / "KETPexer498.json").read_text(encoding="utf-8"))
    names, loci, remains, lines = published_lines(given)
    found = incident(tmp_path, lines, loci=loci, remains=remains)
    assert {*found.families[0].missing} == {*names.values()}
    assert any("not searched: 'Missing female 1' (in no relation" in notice for notice in say_all(found.notices))
    for victim, row in given["expected"]["pairwise_LR"].items():
        for code, ratio in row.items():
            if ratio is None:
                continue
            explained = explain_pair(found, family="F1", missing=names[code], sample=victim, today=DAY)
            assert explained.candidate.log10_lr["Here"] == pytest.approx(math.log10(ratio), abs=1e-9), (victim, code)
