"""What laboratories really bring: tables of genotypes, families and folders, each with the outcome that it must have.

The inputs are those of ``../shared/field``: one family (father R001, mother R002, missing son) and the bodies PM001,
who is the son, and PM002.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter

from antigone.casework.incident.files import load_incident
from antigone.casework.incident.prepare import prepare
from antigone.casework.pairs.pairs import find_pairs
from antigone.casework.pairs.search import ALONE, search_incident
from antigone.errors import InputError
from antigone.model.results.search import SearchResult
from antigone.report.tables.files import results_json
from antigone.report.words.statements import say_all

SHARED = Path(os.environ.get("ANTIGONE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
INPUTS = SHARED / "field" / "inputs"
TODAY = dt.date(2026, 11, 30)
SON = 6.70

pytestmark = pytest.mark.skipif(not INPUTS.is_dir(), reason="the inputs of laboratories in ../shared are absent")


@cache
def whole(folder: Path) -> SearchResult:
    incident = load_incident(folder, attested_by=None, today=TODAY)
    return search_incident(incident, today=TODAY, created="now", command="test").result


@dataclass(frozen=True)
class Outcome:
    """The candidates' smallest log10 LR by unidentified and family, and the notices."""

    candidates: dict[tuple[str, str], float]
    notices: tuple[str, ...]


@cache
def searched(folder: Path) -> Outcome:
    """The search without what is said about each candidate, which takes most of its time."""
    incident = load_incident(folder, attested_by=None, today=TODAY)
    prepared = prepare(incident, today=TODAY)
    found = find_pairs(prepared, ALONE, lambda *_: None)
    codes = [(prepared.persons[person].code, found.targets[target].family) for target, person in found.pairs]
    log10_lr = (found.log_lr.min(axis=0) / math.log(10)).tolist() if codes else []
    return Outcome(dict(zip(codes, log10_lr, strict=True)), (*say_all(incident.notices), *say_all(prepared.notices)))


def refusal(folder: Path) -> InputError:
    with pytest.raises(InputError) as error:
        load_incident(folder, attested_by=None, today=TODAY)
    return error.value


def lr_of_the_son(result: Outcome) -> float:
    return result.candidates["PM001", "F1"]


READ = {
    "num00": (SON, ["one allele alone is read as a homozygote in 2 genotypes of unidentified persons and 1 of donors"]),
    "num04": (5.80, ["one allele alone is read as a homozygote in 2 genotypes"]),
    "sib1": (4.34, ["family 'F1': 'SIS' and 'SON' share only the mother as declared"]),
    "sib2": (6.71, []),
    "s01": (SON, []),
    "s11": (SON, ["1 genotype of 1 sample stands more than once, always alike, and counts once"]),
    "s14": (SON, ["sample 'R002' is of a donor of several families"]),
    "gm04": (SON, ["profiles.txt: its encoding is taken to be UTF-16"]),
    "gm07": (5.14, ["sample 'PM001': off-ladder (OL), so that these markers are left out: SE33"]),
    "gm08": (SON, ["control samples left out: 4 (Ladder, 2800M, NC, RB 1)"]),
    "gm09": (SON, ["sample 'R001': three alleles or more, so that these markers are left out: TPOX"]),
    "gm14": (SON, ["profiles.txt is read as a wide table: one sample a row, 10 markers"]),
    "gm16": (SON, ["profiles.csv is read as a wide table: one sample a row, 10 markers"]),
    "gm17": (SON, []),
    "gm20": (SON, []),
    "gm22": (SON, ["9 genotypes of 1 sample stand more than once, always alike, and count once"]),
    "gm24": (SON, ["2 title rows above the column names of profiles.txt left out"]),
    "gm25": (SON, []),
    "gm26": (
        SON,
        ["profiles.txt is read as a long table, one marker of one sample a row: 'Nombre de la muestra' as 'sample'"],
    ),
    "i13": (SON, ["sex 'M' is read as male in 1 row of unidentified.csv, not as Mujer"]),
    "i16": (SON, ["column 'remark' of families.csv holds remarks and is not read: 1 cell"]),
    "n_profiles.CSV": (SON, []),
    "n_profiles.ods": (SON, ["profiles.ods is no workbook but text, and is read as such"]),
    "n_profiles.tsv": (SON, []),
    "n_profiles.xls": (SON, ["profiles.xls is no workbook but text, and is read as such"]),
    "n_profiles.xlsm": (SON, ["profiles.xlsm is no workbook but text, and is read as such"]),
    "xl09": (SON, ["profiles.xlsx is read as a wide table: one sample a row, 10 markers"]),
    "xl15": (SON, ["column 'Observaciones' of profiles.xlsx holds remarks and is not read: 40 cells"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
def test_input__is_read_and_says_what_was_assumed(name):
    expected, notices = READ[name]
    result = searched(INPUTS / name)
    assert lr_of_the_son(result) == pytest.approx(expected, abs=0.005)
    for notice in notices:
        assert any(told.startswith(notice) for told in result.notices), result.notices


REFUSED = {
    "num01": [("profiles.txt", 24, "'93' at marker 'TH01', perhaps 9.3", '[profiles.accepted] TH01 = ["93"]')],
    "num02": [("profiles.txt", 25, "'312' at marker 'D21S11', perhaps 31.2", '[profiles.accepted] D21S11 = ["312"]')],
    "gm05": [("profiles.txt", 2, "a sample that is called 'R001' with further words", "codes, never names")],
    "s02": [("mt_haplotypes", 0, "haplotypes in 'mt_haplotypes' without frequencies", "state how often")],
    "s03": [("circumstances_missing.xls", 1, "no such column", "add the column")],
    "xl07": [
        ("profiles.xlsx", 4, r"'9.3\u200b'", "correct the allele"),
        ("profiles.xlsx", 7, r"marker 'FGA\u200b' in 4 rows, without frequencies", "correct its name"),
    ],
}


@pytest.mark.parametrize("name", REFUSED)
def test_input__is_asked_about_at_its_place(name):
    problems = refusal(INPUTS / name).problems
    for file, line, found, remedy in REFUSED[name]:
        places = [p for p in problems if (p.file, p.line) == (file, line)]
        assert any(found in p.found and remedy in p.remedy for p in places), problems


def test_refusal__says_what_was_assumed_until_then():
    assert "profiles.txt: its encoding is taken to be Windows-1252 (Latin-1)" in say_all(
        refusal(INPUTS / "gm05").notices
    )


def test_refusal__names_nobody():
    assert "Muñoz" not in str(refusal(INPUTS / "gm05"))


TOOTHBRUSH = "family 'F1': sample 'R001' is a direct reference of the missing person 'SON', by consent of who handed it"


@pytest.mark.slow
def test_direct_reference__is_compared_as_identity(tmp_path):
    """The toothbrush of i18 shows the father's genotypes, which no child of the mother has; here it is the son's."""
    assert any(told.startswith(TOOTHBRUSH) for told in searched(INPUTS / "i18").notices)
    rows = (INPUTS / "i18" / "profiles.csv").read_text().splitlines()
    son = [row.replace("PM001", "R001") for row in rows if row.startswith("PM001")]
    text = "\n".join([row for row in rows if not row.startswith("R001")] + son)
    donors = (INPUTS / "i18" / "donors.csv").read_text()
    without_mother = "\n".join(row for row in text.splitlines() if not row.startswith("R002"))
    alone = "".join(line for line in donors.splitlines(True) if "MO" not in line)
    identity = lr_of_the_son(searched(changed(tmp_path / "a", "i18", profiles__csv=without_mother, donors__csv=alone)))
    beside = lr_of_the_son(searched(changed(tmp_path / "b", "i18", profiles__csv=text)))
    assert (identity, beside) == pytest.approx((11.70, 11.77), abs=0.005)
    (problem,) = refusal(
        changed(
            tmp_path / "c",
            "i18",
            donors__csv=donors.replace("_scope", "_scope,kind")
            .replace("C2,2026-03-02,identification", "C2,2026-03-02,identification,toothbrush")
            .replace("C1,2026-03-02,identification", "C1,2026-03-02,identification,"),
        )
    ).problems
    assert (problem.line, problem.column) == (3, "kind")


def test_nobody_related__has_its_reason():
    result = whole(INPUTS / "s10")
    assert (result.candidates, result.pairs_without_data) == ((), 1)
    assert any(
        told.startswith("family 'F1': no donor is related by blood to the missing person 'SON' as declared")
        for told in say_all(result.notices)
    )


def test_y_haplotypes__in_a_file_with_capitals_are_evidence():
    (candidate,) = whole(INPUTS / "s01").candidates
    assert [line.kind for line in candidate.evidence if line.log10_lr] == ["autosomal", "Y", "DNA together"]


def changed(tmp_path: Path, name: str, **files: str | bytes | None) -> Path:
    """An input with some files added, replaced or, with nothing, left out."""
    folder = tmp_path / "case"
    shutil.copytree(INPUTS / name, folder)
    for key, content in files.items():
        path = folder / key.replace("__", ".")
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def with_settings(tmp_path: Path, name: str, settings: str) -> Path:
    toml = (INPUTS / name / "incident.toml").read_text()
    return changed(tmp_path, name, incident__toml=f"{toml}\n{settings}\n")


@pytest.mark.parametrize(("name", "persons"), [("num03", 4), ("num06", 4)])
def test_one_allele__is_a_stated_choice_with_its_number(tmp_path, name, persons):
    result = searched(INPUTS / name)
    taken = f"one allele alone is read as a homozygote in {persons} genotypes of unidentified persons and 1 of donors"
    assert result.candidates == {}
    assert any(told.startswith(taken) and 'one_allele = "unknown"' in told for told in result.notices)
    result = searched(with_settings(tmp_path, name, '[profiles]\none_allele = "unknown"'))
    assert lr_of_the_son(result) > 5
    taken = "one allele alone is read as one allele seen, the other not known in 4 genotypes of unidentified persons"
    assert any(told.startswith(taken) for told in result.notices)


def test_one_allele__in_our_own_table_is_asked_about_until_it_is_stated(tmp_path):
    text = (INPUTS / "s10" / "profiles.csv").read_text().replace("PM001,TH01,9.3,9.3", "PM001,TH01,9.3,")
    (problem,) = refusal(changed(tmp_path / "a", "gm26", profiles__txt=text)).problems
    assert 'one_allele = "homozygote" or "unknown" under [profiles]' in problem.remedy
    stated = with_settings(tmp_path / "b", "gm26", '[profiles]\none_allele = "homozygote"')
    (stated / "profiles.txt").write_text(text)
    assert lr_of_the_son(searched(stated)) == pytest.approx(SON, abs=0.005)


def test_far_allele__is_accepted_by_name(tmp_path):
    folder = with_settings(tmp_path, "num01", '[profiles.accepted]\nTHO1 = ["93"]')
    result = searched(folder)
    assert "marker 'TH01': an allele far beyond its ladder is accepted by [profiles.accepted]" in result.notices


def test_controls__are_a_setting(tmp_path):
    text = (INPUTS / "num00" / "profiles.txt").read_text() + "Lab-K7\tTH01\t6\t7\n"
    (problem,) = refusal(changed(tmp_path / "a", "num00", profiles__txt=text)).problems
    assert "controls in [profiles]" in problem.remedy
    folder = with_settings(tmp_path / "b", "num00", '[profiles]\ncontrols = ["Lab-K"]')
    (folder / "profiles.txt").write_text(text)
    assert "control samples left out: 1 (Lab-K7)" in searched(folder).notices


def test_control__that_is_a_person_of_the_incident_takes_part(tmp_path):
    """A code such as 007 is a control's only when nobody has it."""
    texts = {
        f"{name}__{ending}": (INPUTS / "num00" / f"{name}.{ending}").read_text().replace("PM001", "007")
        for name, ending in (("profiles", "txt"), ("unidentified", "csv"))
    }
    result = searched(changed(tmp_path, "num00", **texts))
    assert list(result.candidates) == [("007", "F1")]


def test_folder__names_what_was_not_read(tmp_path):
    result = searched(changed(tmp_path, "num00", notes__docx=b"x", y_laplace__csv="a,b\n"))
    assert "in the folder and not read: notes.docx, y_laplace.csv" in result.notices


@pytest.mark.parametrize(
    ("before", "after", "table"),
    [("profiles.txt", "Export 3.txt", "profiles"), ("donors.csv", "Spender.CSV", "donors")],
)
def test_folder__a_table_of_another_name_is_known_by_its_columns(tmp_path, before, after, table):
    folder = changed(tmp_path, "num00")
    (folder / before).rename(folder / after)
    result = searched(folder)
    assert lr_of_the_son(result) == pytest.approx(SON, abs=0.005)
    assert f"{after} is read as the table '{table}', by its column names" in result.notices


GERMAN = {
    "families__csv": "Familie;Mitglied;Geschlecht;Vater;Mutter;Vermisst\n"
    "F1;FA;männlich;;;nein\nF1;MO;weiblich;;;nein\nF1;SON;männlich;FA;MO;ja\n",
    "unidentified__csv": "Probe;Geschlecht;Bemerkung\nPM001;männlich;\nPM002;weiblich;am Ufer\n",
}
PORTUGUESE = {
    "families__csv": "Família\tMembro\tSexo\tPai\tMãe\tDesaparecido\n"
    "F1\tFA\thomem\t\t\tnão\nF1\tMO\tmulher\t\t\tnão\nF1\tSON\tmasculino\tFA\tMO\tsim\n",
}
FRENCH = {
    "families__csv": "sep=;\nFamille;Membre;Sexe;Père;Mère;Disparu\n"
    "F1;FA;homme;;;non\nF1;MO;femme;;;non\nF1;SON;masculin;FA;MO;oui\n",
}


@pytest.mark.parametrize("files", [GERMAN, PORTUGUESE, FRENCH], ids=["german", "portuguese", "french"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_tables__in_other_languages_and_encodings(tmp_path, files, encoding):
    encoded = {name: text.encode(encoding) for name, text in files.items()}
    result = searched(changed(tmp_path, "num00", **encoded))
    assert lr_of_the_son(result) == pytest.approx(SON, abs=0.005)
    assert any(told.startswith("columns of families.csv are read by other names") for told in result.notices)
    assert any("families.csv: its encoding is taken to be" in told for told in result.notices) == (encoding != "utf-8")


def test_sex__m_beside_h_is_a_question(tmp_path):
    text = "sample,sex\nPM001,H\nPM002,M\n"
    (problem,) = refusal(changed(tmp_path, "num00", unidentified__csv=text)).problems
    assert (problem.file, problem.line, problem.found) == ("unidentified.csv", 3, "'M' in a column with 'H'")


WIDE = {
    "R": ("Sample.Name,{0},{0}.1", ","),
    "letters": ("sample\t{0}_a\t{0}_b", "\t"),
    "words": ("Muestra;{0} Alelo 1;{0} Alelo 2", ";"),
}


def genotypes() -> dict[str, dict[str, tuple[str, str]]]:
    """By sample and marker, as in ``gm14``."""
    header, *rows = [line.split("\t") for line in (INPUTS / "gm14" / "profiles.txt").read_text().splitlines()]
    names = [name.rpartition(" ")[0] for name in header[1::2]]
    return {row[0]: dict(zip(names, zip(row[1::2], row[2::2], strict=True), strict=True)) for row in rows}


@pytest.mark.parametrize("form", WIDE)
def test_wide_table__two_columns_a_marker_by_any_names(tmp_path, form):
    pattern, separator = WIDE[form]
    sample, *pair = pattern.split(separator)
    typed = genotypes()
    markers = list(typed["R001"])
    lines = [separator.join([sample, *(column.format(marker) for marker in markers for column in pair)])]
    lines += [
        separator.join([code, *(allele for pair in of.values() for allele in pair)]) for code, of in typed.items()
    ]
    result = searched(changed(tmp_path, "num00", profiles__txt="\n".join(lines)))
    assert lr_of_the_son(result) == pytest.approx(SON, abs=0.005)


@pytest.mark.parametrize("between", [",", "-", "/", " ", "; ", " , "])
def test_wide_table__both_alleles_in_one_cell(tmp_path, between):
    typed = genotypes()
    lines = ["\t".join(["Sample", *typed["R001"]])]
    lines += ["\t".join([code, *(between.join(pair) for pair in of.values())]) for code, of in typed.items()]
    result = searched(changed(tmp_path, "num00", profiles__txt="\n".join(lines)))
    assert lr_of_the_son(result) == pytest.approx(SON, abs=0.005)


def test_wide_table__a_comma_that_may_be_decimal_is_a_question(tmp_path):
    text = 'Sample,TH01,TPOX\nR001,"6,1","8,2"\nR002,7-9.3,8-8\nPM001,9-9,8-8\nPM002,6-8,8-8\n'
    problems = refusal(changed(tmp_path, "num00", profiles__txt=text)).problems
    assert [(p.line, p.column) for p in problems] == [(2, "TH01"), (2, "TPOX")]


def test_wide_table__empty_cells_are_not_typed(tmp_path):
    text = "Sample,TH01 1,TH01 2,TPOX 1,TPOX 2\nR001,6,9.3,,\nR002,7,9.3,0,0\nPM001,9.3,9.3,8,8\nPM002,6,8,8,8\n"
    notices = searched(changed(tmp_path, "num00", profiles__txt=text)).notices
    assert "2 genotypes of profiles.txt are empty and are read as not typed" in notices


def test_workbook__of_any_ending_is_read(tmp_path):
    folder = changed(tmp_path, "num00")
    rows = [line.split("\t") for line in (folder / "profiles.txt").read_text().splitlines()]
    (folder / "profiles.txt").unlink()
    with xlsxwriter.Workbook(folder / "Profiles.XLSM") as book:
        sheet, other = book.add_worksheet("Genotypes"), book.add_worksheet("Notes")
        other.write_row(0, 0, ["a", "b"])
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    result = searched(folder)
    assert lr_of_the_son(result) == pytest.approx(SON, abs=0.005)
    assert "sheets of Profiles.XLSM that are not read: notes" in result.notices


KIT = "Sample Name\tMarker\tAllele 1\tAllele 2\n"


@pytest.mark.slow
def test_second_kit__adds_markers_confirms_and_leaves_out_what_differs(tmp_path):
    """As a file of its own, and as further rows of the one file; the other marker is TPOX of gm02 + b3 and b4."""
    rows = "PM001\tTPOX\t8\t11\nPM001\tTH01\t9.3\t9.3\nPM001\tFGA\t21\t23\nR001\tTPOX\t8\t11\nR002\tTPOX\t8\t9\n"
    whole = (INPUTS / "gm02" / "profiles.txt").read_text().replace("PM001\tFGA\t21\t22\n", "")
    expected = lr_of_the_son(
        searched(changed(tmp_path / "a", "gm02", profiles__txt=whole + rows.replace("FGA", "AMEL")))
    )
    text = (INPUTS / "gm02" / "profiles.txt").read_text()
    for name, files in (("b", {"profiles_kit2__txt": KIT + rows}), ("c", {"profiles__txt": text + rows})):
        result = searched(changed(tmp_path / name, "gm02", **files))
        assert lr_of_the_son(result) == pytest.approx(expected, abs=1e-9)
        (told,) = (notice for notice in result.notices if notice.startswith("sample 'PM001': 2 typings"))
        assert "1 marker confirmed (TH01)" in told or name == "c"
        assert told.endswith("different, so that these markers are left out: FGA")
    assert expected != pytest.approx(SON, abs=0.005)


def test_second_kit__stands_in_the_provenance_the_notices_and_at_the_candidate(tmp_path):
    text = (INPUTS / "gm02" / "profiles.txt").read_text() + "PM001\tFGA\t21\t23\n"
    result = whole(changed(tmp_path, "gm02", profiles__txt=text))
    written = json.loads(results_json(result))
    assert "takes no part until a geneticist has settled it" in str(written["provenance"])
    (candidate,) = result.candidates
    told = [line for line in say_all(candidate.doubts) if line.endswith("these markers are left out: FGA")]
    assert len(told) == 1
    assert told[0] in say_all(result.notices)
    assert "FGA" in candidate.markers_missing


def test_second_kit__of_another_person_is_doubted(tmp_path):
    text = (INPUTS / "gm02" / "profiles.txt").read_text()
    rows = "".join(line.replace("PM002", "PM001") for line in text.splitlines(True) if line.startswith("PM002"))
    notices = searched(changed(tmp_path, "gm02", profiles_2__txt=KIT + rows)).notices
    assert any("the typings may be of two persons: ask the laboratory" in told for told in notices)


def test_comments__are_left_out_and_counted(tmp_path):
    lines = (INPUTS / "num00" / "profiles.txt").read_text().splitlines()
    text = "\n".join([*lines[:3], "# second plate", *lines[3:]])
    notices = searched(changed(tmp_path, "num00", profiles__txt=text)).notices
    assert "1 row of profiles.txt begins with # and is read as a comment" in notices


def test_result__holds_every_notice():
    result = whole(INPUTS / "gm08")
    assert [told["text"] for told in json.loads(results_json(result))["notices"]] == [*say_all(result.notices)]
