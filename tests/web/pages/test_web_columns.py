"""What the columns of a table are taken for, changed in the browser into a layout file; and templates, read back."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from html import unescape

import pytest
from registry_team import INCIDENT
from web_routes import site as site
from web_site import post

from antigone.casework.incident.columns import layout_of
from antigone.casework.incident.files import load_incident
from antigone.casework.incident.templates import template_incident, templates
from antigone.errors import InputError
from antigone.formats.profiles.mapping import read_layout
from antigone.formats.reading.findings import Findings
from antigone.report.tables.workbook import workbook

TODAY = dt.date(2026, 12, 1)
LONG = "Sample Name\tMarker\tAllele 1\tAllele 2\tNote\nPM1\tTH01\t6\t9.3\tx\n"
ODD = "Pieza;Prueba;Valor X;Valor Y;Perito\nPM1;TH01;6;9.3;Z\n"


@pytest.fixture
def registrar(site):
    return site.browser("registrar")


def shown(answer) -> dict[str, str]:
    found = re.findall(r'name="heading" value="([^"]*)"></th><td><input name="meaning" value="([^"]*)"', answer.text)
    return {unescape(heading): unescape(meaning) for heading, meaning in found}


def asked(browser, name: str, text: str):
    return post(browser, "/import/columns", files={"files": (name, text.encode())})


def test_columns__of_a_table_are_shown_with_what_each_is_taken_for(registrar):
    answer = asked(registrar, "lab.txt", LONG)
    assert shown(answer)["Sample Name"] == "sample"
    assert shown(answer)["Note"] == "not read"
    assert "9.3" not in answer.text


def test_columns__of_a_table_that_is_not_understood_can_be_stated(registrar, tmp_path):
    answer = asked(registrar, "lims.csv", ODD)
    assert set(shown(answer).values()) == {"not read"}
    chosen = {"Pieza": "sample", "Prueba": "marker", "Valor X": "allele1", "Valor Y": "allele2", "Perito": "not read"}
    layout = post(registrar, "/import/columns/layout", {"heading": [*chosen], "meaning": [*chosen.values()]})
    assert layout.headers["content-type"] == "application/toml"
    assert tomllib.loads(layout.text) == {"columns": chosen}
    assert read_layout("layout.toml", layout.content, Findings())["pieza"] == "Sample Name"


def test_columns__a_layout_that_was_kept_is_dropped_with_the_table(registrar):
    chosen = {"Pieza": "sample", "Prueba": "marker", "Valor X": "allele1", "Valor Y": "allele2", "Perito": "not read"}
    layout = post(registrar, "/import/columns/layout", {"heading": [*chosen], "meaning": [*chosen.values()]}).content
    table = ODD.replace("TH01;6;9.3", "M00;10;11").encode()
    files = [("files", ("lims.csv", table)), ("files", ("layout.toml", layout))]
    alone = post(registrar, "/import", {"code": INCIDENT}, files=files[:1])
    assert alone.status_code == 422
    assert 'href="/import/columns"' in alone.text
    answer = post(registrar, "/import", {"code": INCIDENT}, files=files)
    assert answer.status_code == 200, answer.text
    assert "Pieza" in answer.text
    added = re.findall(r"<summary>([^<]*)</summary><div><p>PM1</p>", answer.text)
    assert added == ["1 typings"]


def test_columns__a_meaning_that_is_none_is_refused_by_its_heading(registrar):
    answer = post(registrar, "/import/columns/layout", {"heading": "Pieza", "meaning": "colour"})
    assert answer.status_code == 422
    assert "<strong>Pieza</strong>" in answer.text
    assert shown(answer) == {"Pieza": "colour"}


def test_columns__a_file_that_is_no_table_is_refused_with_what_it_is(registrar):
    assert asked(registrar, "photo.xlsx", "PNG").status_code == 422


def test_layout__of_a_heading_with_two_meanings_is_refused():
    assert layout_of([("A", "sample"), ("A", "sample")]) == '[columns]\n"A" = "sample"\n'
    with pytest.raises(InputError, match="stands twice with two meanings"):
        layout_of([("A", "sample"), ("A", "marker")])


def test_templates__the_workbook_is_read_back_as_an_incident(registrar, tmp_path):
    book = tmp_path / "incident.xlsx"
    book.write_bytes(registrar.get("/import/templates/export", params={"name": "incident.xlsx"}).content)
    assert book.read_bytes() == workbook(template_incident())
    read = load_incident(book, attested_by=None, today=TODAY)
    (family,), (person,) = read.families, read.unidentified
    assert family.missing == ("child",)
    assert dict(family.donors[0].profile.genotypes) == {"TH01": ("6", "9.3"), "D21S11": ("29", "30.2")}
    assert dict(person.profile.genotypes) == {"TH01": ("9.3", "9.3"), "D21S11": ("30.2", None)}
    assert read.tables[0].frequencies["TH01"] == {"6": 0.45, "9.3": 0.55}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_templates__each_table_is_read_back(registrar, tmp_path, ending):
    whole = load_incident(_book(tmp_path), attested_by=None, today=TODAY)
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "incident.toml").write_text('title = "An incident"\n')
    for table in templates():
        answer = registrar.get("/import/templates/export", params={"name": f"{table}.{ending}"})
        (folder / f"{table}.{ending}").write_bytes(answer.content)
    read = load_incident(folder, attested_by=None, today=TODAY)
    assert (read.families, read.unidentified) == (whole.families, whole.unidentified)


def test_templates__one_that_is_not_there_is_refused(registrar):
    assert registrar.get("/import/templates/export", params={"name": "../secret.csv"}).status_code == 422


def test_workbook__keeps_what_a_spreadsheet_would_change(tmp_path):
    sheet = (("sample", "marker", "allele1", "allele2"), ("=1+1", "TH01", "9.3", "<&>"))
    (tmp_path / "b.xlsx").write_bytes(workbook({"profiles": sheet}))
    from antigone.formats.reading.tables import read_workbook

    grid = read_workbook("b.xlsx", (tmp_path / "b.xlsx").read_bytes())["profiles"]
    assert [*grid.rows] == [(2, ["=1+1", "TH01", "9.3", "<&>"])]


def _book(tmp_path):
    path = tmp_path / "whole.xlsx"
    path.write_bytes(workbook(template_incident()))
    return path
