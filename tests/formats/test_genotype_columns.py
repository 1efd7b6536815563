"""Columns of a laboratory's own: stated in the settings or a layout file, shown by a command."""

from __future__ import annotations

import pytest
from casefolder_files import FILES
from casefolder_files import folder as case_folder
from typer.testing import CliRunner

from antigone.cli.application import app
from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.report.words.statements import say_all

ODD = "Listado 7\n\nPieza;Prueba;Valor X;Valor Y;Perito\nR1;TH01;6;9.3;Z\nPM1;TH01;6;6;Z\nPM2;vWA;14;15;Z\n"
COLUMNS = '"Pieza" = "sample"\n"Prueba" = "marker"\n"Valor X" = "allele1"\n"Valor Y" = "allele2"\n'
SETTINGS = FILES["incident.toml"]


def test_columns__stated_in_the_settings(tmp_path):
    toml = f"{SETTINGS}[profiles.columns]\n{COLUMNS}"
    incident = read_case_folder(case_folder(tmp_path, incident__toml=toml, profiles__csv=None, lims__csv=ODD))
    assert dict(incident.unidentified[0].profile.genotypes) == {"TH01": ("6", "6")}
    assert any("lims.csv are read as is stated: 'Pieza' as 'Sample Name'" in told for told in say_all(incident.notices))


def test_columns__stated_in_a_layout_file_under_a_name(tmp_path):
    files = {"profiles__csv": None, "lims__csv": ODD, "our lims__toml": "[columns]\n" + COLUMNS}
    (tmp_path / "a").mkdir()
    incident = read_case_folder(case_folder(tmp_path / "a", **files))
    assert dict(incident.unidentified[1].profile.genotypes) == {"vWA": ("14", "15")}
    (tmp_path / "b").mkdir()
    toml = SETTINGS + '[profiles]\nlayout = "our lims.toml"\n'
    again = read_case_folder(case_folder(tmp_path / "b", **files, incident__toml=toml, other__toml="[columns]\n"))
    assert [one.profile.genotypes for one in again.unidentified] == [
        one.profile.genotypes for one in incident.unidentified
    ]


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        ('[columns]\n"Pieza" = "person"', "the meaning 'person'"),
        ("[columns", "no valid TOML"),
        ("[other]\na = 1", "a file without a section [columns]"),
        ('[columns]\n"Pieza" = 7', "the meaning ''"),
    ],
)
def test_layout__that_cannot_be_used_is_refused(tmp_path, layout, found):
    with pytest.raises(InputError) as error:
        read_case_folder(case_folder(tmp_path, lab__toml=layout))
    assert found in str(error.value)


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("a,TH01,FGA\nR1,6-7,20-21\n", "a wide table, 2 marker names in the heading"),
        ("a,b,c\nTH01,6,7\n", "a long table, markers in column 1"),
        (ODD, "a long table, markers in column 2"),
        ("a,b\n1,2\n", "a table of 2 columns without a marker"),
    ],
)
def test_table__that_is_not_understood_says_what_it_looks_like(tmp_path, text, looks):
    with pytest.raises(InputError) as error:
        read_case_folder(case_folder(tmp_path, profiles__csv=None, export__csv=text))
    assert f"it looks like {looks}" in str(error.value)


def test_command__shows_the_columns_and_saves_them(tmp_path):
    table, layout = tmp_path / "export.txt", tmp_path / "lab.toml"
    table.write_text("Sample File\tMarker\tAllele 1\tAllele 2\tDye\nR1.fsa\tTH01\t6\t7\tB\n")
    shown = CliRunner().invoke(app, ["columns", str(table), "--save", str(layout)])
    assert shown.exit_code == 0
    assert "sample file" in shown.output
    assert layout.read_text().splitlines()[:3] == ["[columns]", '"Sample File" = "sample file"', '"Marker" = "marker"']
    changed = CliRunner().invoke(app, ["columns", str(table), "--layout", str(layout)])
    assert changed.exit_code == 0
