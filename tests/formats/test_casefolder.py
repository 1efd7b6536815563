"""The case folder: what it reads, what it writes, and every bad input with its exact place."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from casefolder_files import DONOR_FAULTS as DONOR_FAULTS
from casefolder_files import FAMILY_FAULTS as FAMILY_FAULTS
from casefolder_files import FILES as FILES
from casefolder_files import HEADER as HEADER
from casefolder_files import PROFILE_FAULTS as PROFILE_FAULTS
from casefolder_files import edited as edited
from casefolder_files import folder as folder
from casefolder_files import places as places
from casefolder_files import problems as problems

from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.casefolder.writer import pack_case_folder, write_case_folder
from antigone.formats.incident import read_incident
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.mutation import (
    Custom,
    Dawid,
    Equal,
    MutationModel,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    Transformed,
)
from antigone.model.assumptions.verbal import VerbalScale
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import DEFAULT_MUTATION, MutationChoice, SearchSettings
from antigone.report.words.statements import say_all


def test_read_case_folder__reads_everything(tmp_path):
    incident = read_case_folder(folder(tmp_path))
    assert incident.title == "Flood 2026"
    assert [family.code for family in incident.families] == ["F1", "F2"]
    assert incident.families[0].missing == ("SON",)
    assert incident.families[0].pedigree["SON"].father == "FA"
    father, mother = incident.families[0].donors
    assert father.profile.genotypes == {"TH01": ("6", "9.3"), "vWA": ("14", "14")}
    assert mother.consent == Consent(
        "C-2", dt.date(2026, 1, 5), ("identification", "research"), dt.date(2027, 1, 1), dt.date(2026, 2, 1)
    )
    assert incident.unidentified[0].profile.genotypes == {"TH01": ("6", None)}
    assert [(p.sex, p.kind) for p in incident.unidentified] == [("male", "remains"), ("unknown", "remains")]
    assert incident.tables[0].alleles_sampled == {"TH01": 200, "vWA": 200}
    assert incident.settings == SearchSettings(mutation=DEFAULT_MUTATION)
    assert {source.name for source in incident.sources} == set(FILES)
    assert all(len(source.sha256) == 64 for source in incident.sources)
    assert say_all(incident.notices) == ()


def test_documentation__its_example_is_a_case_folder(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text("utf-8")
    example = dict(re.findall(r"^`([a-z]+\.(?:csv|toml))`\n\n```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    assert set(example) == set(FILES)
    for name, text in example.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    incident = read_case_folder(tmp_path)
    assert say_all(incident.notices) == ()
    assert incident.settings == SearchSettings(mutation=DEFAULT_MUTATION, theta=0.01, threshold_grows=False)
    assert incident.unidentified[0].profile.genotypes["vWA"] == ("16", None)


def test_read_case_folder__a_donor_without_consent_is_kept_and_marked(tmp_path):
    assert read_case_folder(folder(tmp_path)).families[1].donors[0].consent is None


def test_read_case_folder__the_order_and_case_of_columns_do_not_matter(tmp_path):
    text = "Allele 2;ALLELE1;Marker;Sample\n9,3;6;tho1;R1\n"
    for sample in ("R2", "R3", "PM1", "PM2"):
        text += f"6;6;TH01;{sample}\n"
    incident = read_case_folder(folder(tmp_path, profiles__csv=text))
    assert incident.families[0].donors[0].profile.genotypes == {"TH01": ("6", "9.3")}
    assert "marker 'tho1' is read as 'TH01' in 1 rows of profiles.csv" in say_all(incident.notices)
    assert any("decimal comma" in notice for notice in say_all(incident.notices))


def test_read_case_folder__packaged_frequencies(tmp_path):
    toml = 'title = "T"\n[frequencies]\nbuiltin = "nist1036"\npopulations = ["US Asian", "US pooled"]\n'
    incident = read_case_folder(folder(tmp_path, incident__toml=toml, frequencies__csv=None))
    assert [table.population for table in incident.tables] == ["US Asian", "US pooled"]
    assert len(incident.tables[0].frequencies) == 29


def test_read_case_folder__sex_markers_are_left_out_with_a_notice(tmp_path):
    rows = FILES["profiles.csv"] + "PM1,AMEL,X,X\nPM1,DYS391,10,\nPM2,Yindel,2,\nR1,Amelogenin,X,\n"
    incident = read_case_folder(folder(tmp_path, profiles__csv=rows))
    assert incident.unidentified[0].profile.genotypes.keys() == {"TH01"}
    text = "\n".join(say_all(incident.notices))
    assert "marker 'DYS391' is no autosomal STR" in text
    assert "marker 'Amelogenin' takes no part in a likelihood ratio" in text
    assert incident.unidentified[0].amelogenin == (("X",),)
    # A donor's sex is the family's own affair: no notice names the donor.
    assert "R1" not in text


def test_read_case_folder__an_allele_outside_the_table_is_no_error(tmp_path):
    incident = read_case_folder(folder(tmp_path, **edited("profiles.csv", "R2,TH01,6,7", "R2,TH01,6,13.3")))
    assert incident.families[0].donors[1].profile.genotypes["TH01"] == ("6", "13.3")


def test_read_case_folder__genemapper_profiles(tmp_path):
    rows = ["Sample File\tSample Name\tMarker\tAllele 1\tAllele 2\tHeight 1"]
    rows += [f"a.fsa\t{sample}\tTH01\t6\t\t800" for sample in ("R1", "R2", "R3", "PM1", "PM2")]
    rows += ["a.fsa\tR1\tvWA\t\t\t"]
    incident = read_case_folder(folder(tmp_path, profiles__csv=None, profiles__txt="\n".join(rows)))
    assert incident.families[0].donors[0].profile.genotypes == {"TH01": ("6", "6")}
    assert any("have no allele" in notice for notice in say_all(incident.notices))


def test_read_case_folder__one_workbook(tmp_path):
    path = tmp_path / "incident.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("incident")
        settings = [("key", "value"), ("title", "Flood"), ("model.theta", 0.01), ("frequencies.rescale", False)]
        for line, row in enumerate(settings):
            sheet.write_row(line, 0, row)
        for name in ("families", "donors", "unidentified", "profiles", "frequencies"):
            sheet = book.add_worksheet(name)
            for line, text in enumerate(FILES[f"{name}.csv"].splitlines()):
                for column, cell in enumerate(text.split(",")):
                    number = line and name in ("profiles", "frequencies") and cell.replace(".", "").isdigit()
                    sheet.write(line, column, float(cell) if number else cell)
    incident = read_incident(path)
    (tmp_path / "folder").mkdir()
    expected = read_case_folder(folder(tmp_path / "folder"))
    assert (incident.families, incident.unidentified) == (expected.families, expected.unidentified)
    assert incident.settings.theta == 0.01
    assert not incident.settings.rule.rescale
    assert replace(incident.tables[0], source="") == replace(expected.tables[0], source="")


def test_read_case_folder__one_table_as_a_workbook(tmp_path):
    folder(tmp_path, profiles__csv=None)
    with xlsxwriter.Workbook(tmp_path / "profiles.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["sample", "marker", "allele1", "allele2"])
        for line, sample in enumerate(("R1", "R2", "R3", "PM1", "PM2"), start=1):
            sheet.write_row(line, 0, [sample, "TH01", 9.299999999, 6])
    assert read_case_folder(tmp_path).unidentified[0].profile.genotypes == {"TH01": ("9.3", "6")}


def test_read_case_folder__a_date_cell_is_an_allele_that_excel_turned(tmp_path):
    folder(tmp_path, profiles__csv=None)
    with xlsxwriter.Workbook(tmp_path / "profiles.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["sample", "marker", "allele1", "allele2"])
        sheet.write_row(1, 0, ["R1", "TH01", 6])
        sheet.write_datetime(1, 3, dt.datetime(2026, 3, 9), book.add_format({"num_format": "d-mmm"}))
    (problem,) = [p for p in problems(tmp_path) if p.column == "allele2"]
    assert (problem.file, problem.line) == ("profiles.xlsx", 2)
    assert "Excel turned" in problem.remedy


@pytest.mark.parametrize("kind", PROFILE_FAULTS)
def test_profiles__every_fault_has_its_place(tmp_path, kind):
    text, line, column = PROFILE_FAULTS[kind]
    assert ("profiles.csv", line, column) in places(folder(tmp_path, profiles__csv=text))


@pytest.mark.parametrize("kind", FAMILY_FAULTS)
def test_families__every_fault_has_its_place(tmp_path, kind):
    (old, new), line, column = FAMILY_FAULTS[kind]
    assert ("families.csv", line, column) in places(folder(tmp_path, **edited("families.csv", old, new)))


@pytest.mark.parametrize("kind", DONOR_FAULTS)
def test_donors__every_fault_has_its_place(tmp_path, kind):
    (old, new), line, column = DONOR_FAULTS[kind]
    assert ("donors.csv", line, column) in places(folder(tmp_path, **edited("donors.csv", old, new)))


UNIDENTIFIED_FAULTS = {
    "suspect": ("PM1,male,suspect,\nPM2,,,\n", 2, "kind"),
    "crime stain": ("PM1,male,crime stain,\nPM2,,,\n", 2, "kind"),
    "other kind": ("PM1,male,thing,\nPM2,,,\n", 2, "kind"),
    "living without a request": ("PM1,male,living,\nPM2,,,\n", 2, "request"),
    "two living seekers": ("PM1,male,living,Q1\nPM2,,living,Q2\n", 3, "kind"),
    "sample twice": ("PM1,male,,\nPM1,,,\nPM2,,,\n", 3, "sample"),
}


@pytest.mark.parametrize("kind", UNIDENTIFIED_FAULTS)
def test_unidentified__every_fault_has_its_place(tmp_path, kind):
    rows, line, column = UNIDENTIFIED_FAULTS[kind]
    path = folder(tmp_path, unidentified__csv=HEADER["unidentified.csv"] + rows)
    assert ("unidentified.csv", line, column) in places(path)


def test_unidentified__one_living_seeker_with_a_request(tmp_path):
    rows = HEADER["unidentified.csv"] + "PM1,male,living,Q-7\nPM2,,remains,\n"
    seeker = read_case_folder(folder(tmp_path, unidentified__csv=rows)).unidentified[0]
    assert (seeker.kind, seeker.request) == ("living", "Q-7")


@pytest.mark.parametrize(
    "column", ["name", "Passport", "identity number", "ethnicity", "Face image", "phone", "suspect", "ancestry", "DOB"]
)
@pytest.mark.parametrize("table", ["families.csv", "donors.csv", "unidentified.csv", "profiles.csv"])
def test_refused_columns__are_named_and_refused(tmp_path, table, column):
    lines = FILES[table].splitlines()
    text = "\n".join([f"{lines[0]},{column}", *(f"{line},secret" for line in lines[1:])]) + "\n"
    found = problems(folder(tmp_path, **{table.replace(".", "__"): text}))
    refusal = [p for p in found if (p.file, p.line, p.column) == (table, 1, column)]
    assert len(refusal) == 1
    assert "remove this column" in refusal[0].remedy
    assert "secret" not in "\n".join(map(str, found))


SETTINGS_FAULTS = {
    "no toml": ("title = \n", 1, ""),
    "no title": ("[model]\ntheta = 0.01\n", 0, "title"),
    "theta": ('title = "T"\n[model]\ntheta = 1.5\n', 3, "[model] theta"),
    "theta text": ('title = "T"\n[model]\ntheta = "0.01"\n', 3, "[model] theta"),
    "threshold": ('title = "T"\n[search]\nthreshold = -1\n', 3, "[search] threshold"),
    "prior": ('title = "T"\n[search]\nprior = 2\n', 3, "[search] prior"),
    "unknown key": ('title = "T"\n[model]\nthetta = 0.01\n', 3, "[model] thetta"),
    "unknown section": ('title = "T"\n[modell]\ntheta = 0.01\n', 2, "modell"),
    "unknown population": ('title = "T"\n[frequencies]\npopulations = ["Nowhere"]\n', 3, "populations"),
    "unknown builtin": ('title = "T"\n[frequencies]\nbuiltin = "x"\n', 3, "[frequencies] builtin"),
    "file outside": ('title = "T"\n[frequencies]\nfile = "../f.csv"\n', 3, "file"),
    "unknown model": ('title = "T"\n[mutation]\nmodel = "magic"\n', 3, "[mutation] model"),
    "no rate": ('title = "T"\n[mutation]\nmodel = "equal"\n', 2, "[mutation] rate"),
    "rate above 1": ('title = "T"\n[mutation]\nmodel = "equal"\nrate = 2\n', 4, "[mutation] rate"),
    "one sex only": ('title = "T"\n[mutation.female]\nmodel = "none"\n', 2, "[mutation] female"),
    "verbal scale without a source": ('title = "T"\n[verbal]\nsteps = [[10, "some"]]\n', 2, "[verbal] source"),
    "verbal scale out of order": (
        'title = "T"\n[verbal]\nsource = "S"\nsteps = [[10, "a"], [5, "b"]]\n',
        4,
        "[verbal] steps",
    ),
    "a parameter of another model": (
        'title = "T"\n[mutation]\nmodel = "equal"\nrate = 0.1\nrange = 0.1\n',
        5,
        "[mutation] range",
    ),
}


@pytest.mark.parametrize("kind", SETTINGS_FAULTS)
def test_settings__every_fault_has_its_place(tmp_path, kind):
    text, line, column = SETTINGS_FAULTS[kind]
    found = places(folder(tmp_path, incident__toml=text))
    assert ("incident.toml", line, column) in found


def test_settings__mutation_models_by_sex_and_marker(tmp_path):
    toml = (
        'title = "T"\n[mutation.female]\nmodel = "equal"\nrate = 0.001\n'
        '[mutation.male]\nmodel = "stepwise"\nrate = 0.002\nrange = 0.2\ntransform = "PM"\n'
        '[mutation.markers.THO1]\nmodel = "none"\n'
    )
    choice = read_case_folder(folder(tmp_path, incident__toml=toml)).settings.mutation
    assert choice.of("vWA") == (Equal(0.001), Transformed(Stepwise(0.002, range=0.2), "PM"))
    assert choice.of("TH01") == (NoMutation(), NoMutation())


def test_settings__letters_as_alleles_need_a_model_without_repeats(tmp_path):
    frequencies = FILES["frequencies.csv"] + "Here,rs1,A,0.5,200\nHere,rs1,G,0.5,200\n"
    profiles = FILES["profiles.csv"] + "R1,rs1,A,G\n"
    changes = {"frequencies__csv": frequencies, "profiles__csv": profiles}
    assert any("rs1" in p.found for p in problems(folder(tmp_path, **changes)))
    toml = 'title = "T"\n[mutation.markers.rs1]\nmodel = "none"\n'
    incident = read_case_folder(folder(tmp_path, incident__toml=toml, **changes))
    assert incident.families[0].donors[0].profile.genotypes["rs1"] == ("A", "G")


@pytest.mark.parametrize("name", list(FILES))
def test_missing_file__is_a_problem(tmp_path, name):
    found = problems(folder(tmp_path, **{name.replace(".", "__"): None}))
    assert any(name.partition(".")[0] in str(p) for p in found)


def test_all_files__their_problems_come_in_one_error(tmp_path):
    changes = {
        **edited("families.csv", "F1,FA,male,,,no", "F1,FA,1,,,no"),
        **edited("donors.csv", "F1,FA,R1,", "F9,FA,R1,"),
        **edited("profiles.csv", "R1,TH01,6,9.3", "R1,TH01,6,>11"),
        "unidentified__csv": HEADER["unidentified.csv"] + "PM1,male,suspect,\nPM2,,,\n",
        "incident__toml": 'title = "T"\n[model]\ntheta = 5\n',
    }
    files = {p.file for p in problems(folder(tmp_path, **changes))}
    assert files >= {"families.csv", "donors.csv", "profiles.csv", "unidentified.csv", "incident.toml"}


def test_read_incident__an_attestation_is_only_for_formats_without_consent(tmp_path):
    with pytest.raises(InputError, match="attestation"):
        read_incident(folder(tmp_path), "The laboratory")


def test_read_incident__no_such_folder(tmp_path):
    with pytest.raises(InputError, match="no such case folder"):
        read_incident(tmp_path / "nothing")


def round_trip(incident: Incident, path: Path) -> Incident:
    write_case_folder(incident, path)
    return replace(read_case_folder(path), sources=incident.sources, notices=incident.notices)


def test_write_case_folder__survives_the_way_round(tmp_path):
    (tmp_path / "a").mkdir()
    incident = read_case_folder(folder(tmp_path / "a"))
    assert round_trip(incident, tmp_path / "b") == incident


def test_write_case_folder__every_model_survives(tmp_path):
    (tmp_path / "a").mkdir()
    incident = read_case_folder(folder(tmp_path / "a"))
    models: list[MutationModel] = [
        *(NoMutation(), Equal(0.1), Proportional(0.01), Stepwise(1e-3, 1e-6, 0.25), OneStep(0.002), Dawid(0.01, 0.3)),
        *(Custom(((0.9, 0.1), (0.2, 0.8))), Transformed(Equal(0.1), "MH"), Transformed(Stepwise(0.1), "BA", False)),
    ]
    by_marker = {f"M {i}": (a, b) for i, (a, b) in enumerate(zip(models, reversed(models), strict=True))}
    scale = VerbalScale(((10.0, "some"), (1e6, 'very "much"')), "our laboratory")
    settings = SearchSettings(
        MutationChoice(Equal(0.1), OneStep(0.1), by_marker), 0.02, FrequencyRule(0, 0.0, False), 500.0, 0.125, scale
    )
    table = FrequencyTable(
        'Quoted "name"',
        {"TH01": {"6": 0.3, "7": 0.3, "9.3": 0.3}, "vWA": {"14": 0.5, "15": 0.5}},
        {},
        "a\nb",
        {"TH01": 0.1},
    )
    incident = replace(incident, title='Tab\t "and" é', settings=settings, tables=(table,))
    assert round_trip(incident, tmp_path / "b") == incident


def test_write_case_folder__refuses_to_overwrite(tmp_path):
    (tmp_path / "a").mkdir()
    incident = read_case_folder(folder(tmp_path / "a"))
    with pytest.raises(InputError, match="not empty"):
        write_case_folder(incident, tmp_path / "a")
    (tmp_path / "empty").mkdir()
    write_case_folder(incident, tmp_path / "empty")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "empty"]


def test_write_case_folder__leaves_nothing_behind_when_it_fails(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    incident = read_case_folder(folder(tmp_path / "a"))
    monkeypatch.setattr("antigone.formats.casefolder.writer._frequency_rows", lambda tables: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_case_folder(incident, tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_pack_case_folder__holds_the_files_of_the_folder_and_is_the_same_again(tmp_path):
    (tmp_path / "a").mkdir()
    incident = read_case_folder(folder(tmp_path / "a"))
    write_case_folder(incident, tmp_path / "b")
    first, again = io.BytesIO(), io.BytesIO()
    pack_case_folder(incident, first)
    pack_case_folder(incident, again)
    assert first.getvalue() == again.getvalue()
    with zipfile.ZipFile(first) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == {f"incident/{path.name}": path.read_bytes() for path in (tmp_path / "b").iterdir()}


def test_donors__a_table_that_cannot_be_read_accuses_no_profile(tmp_path):
    """The remedy 'remove its rows' would have the profiles of everybody deleted."""
    header = HEADER["donors.csv"].replace("consent_reference,", "")
    changed = {"donors__csv": FILES["donors.csv"].replace(HEADER["donors.csv"], header)}
    (problem,) = problems(folder(tmp_path, **changed))
    assert (problem.file, problem.column) == ("donors.csv", "consent_reference")


@pytest.mark.parametrize("name", ["donors", "unidentified", "families"])
def test_people__what_follows_from_a_missing_table_is_not_said(tmp_path, name):
    beside = {
        "y_haplotypes__csv": "sample,marker,alleles\nR1,DYS19,14\nPM1,DYS19,14\n",
        "y_counts__csv": "sample,count\nPM1,3\n",
        "circumstances_missing__csv": "family,member,age_from,age_to\nF1,SON,20,20\n",
        "circumstances_unidentified__csv": "sample,age_from,age_to\nPM1,18,25\n",
        "incident__toml": 'title = "T"\n[lineage.y]\ndatabase_size = 900\n',
    }
    (problem,) = problems(folder(tmp_path, **{f"{name}__csv": None}, **beside))
    assert problem.found == f"no table '{name}'"


def test_settings__that_cannot_be_read_keep_no_other_problem_back(tmp_path):
    """Also none is added that better settings may not have: here no frequencies, and a sample that needs drop-in."""
    profiles = HEADER["profiles.csv"].replace("allele2", "allele2,allele3") + "PM1,TH01,6,7,9.3\n"
    folder(tmp_path, frequencies__csv=None, profiles__csv=profiles)
    (tmp_path / "incident.toml").write_bytes('title = "Überschwemmung"\n'.encode("latin-1"))
    (tmp_path / "donors.csv").write_text(FILES["donors.csv"].replace("C-2", '"C-2'))
    donors, settings = problems(tmp_path)
    assert (donors.file, donors.line) == ("donors.csv", 3)
    assert (settings.file, settings.line) == ("incident.toml", 1)
    assert "text editor" in settings.remedy
    assert "CSV" not in settings.remedy


def test_missing_file__files_of_no_known_name_are_named(tmp_path):
    folder(tmp_path, incident__toml=None, donors__csv=None)
    for name in ("photo.jpg", "doners.csv", ".hidden", "y_reference.csv"):
        (tmp_path / name).write_bytes(b"x")
    found = problems(tmp_path)
    assert {p.file for p in found if "which was not read" in p.found} == {"photo.jpg", "doners.csv"}
    assert {p.found for p in found if p.file == tmp_path.name} == {"no settings", "no table 'donors'"}


def test_complete_folder__another_file_beside_it_is_no_problem(tmp_path):
    (folder(tmp_path) / "photo.jpg").write_bytes(b"x")
    assert read_case_folder(tmp_path).title == "Flood 2026"
