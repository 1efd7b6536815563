"""The names of files that a browser or a program keeps: in every script, and harmless in every header."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from registry_team import small_incident
from web_site import make_site

from antigone.team.incidents.importing import import_incident
from antigone.web.shared.downloads import disposition


def kept_as(header: str) -> str:
    """The name under which a program that reads RFC 6266 keeps the file."""
    own = re.search(r"filename\*=UTF-8''(\S+)", header)
    plain = re.search(r'filename="(.*?)"', header)
    assert plain
    return unquote(own[1]) if own else plain[1]


@pytest.mark.parametrize(
    "name", ["letter-Família-Ñ.pdf", "letter-Семья 7.pdf", "letter-家族-一.pdf", "letter-משפחה.pdf"]
)
def test_disposition__keeps_the_letters_of_every_script(name):
    header = disposition(name)
    assert header.isascii()
    assert kept_as(header) == name
    assert re.search(r'; filename="letter-[\w.-]+\.pdf"', header, re.ASCII), "for programs that know no other script"


def test_disposition__two_families_have_two_names():
    assert kept_as(disposition("letter-家族.pdf")) != kept_as(disposition("letter-親族.pdf"))


def test_disposition__a_plain_name_is_said_once():
    assert disposition("status-ferry_2.pdf") == 'attachment; filename="status-ferry_2.pdf"'


@pytest.mark.parametrize(
    "hostile", ["/", "\\", '"', "\r\n", "\x00", ";", ":", "*", "\u202e", "\u2066", "\ud800", "%0d"]
)
def test_disposition__holds_nothing_that_leads_astray(hostile):
    header = disposition(f"é-a{hostile}b.pdf")
    name = kept_as(header)
    assert re.fullmatch(r"attachment; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.%-]+", header, re.ASCII)
    assert re.fullmatch(r"é-a(_+|;|%0d)b\.pdf", name), name


@pytest.mark.slow
def test_status__of_an_incident_in_another_script_is_kept_under_its_code(tmp_path):
    site = make_site(tmp_path)
    import_incident(site.team["registrar"], "паром-7", small_incident(request="another letter"))
    answer = site.browser("auditor").get("/incident/status.pdf", params={"incident": "паром-7"})
    assert kept_as(answer.headers["content-disposition"]) == "status-паром-7.pdf"
