"""Every document in PDF: the same bytes again, hostile codes, letters of every script; and the languages."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from paper_example import DAY, EN, ES, SENDER, STATUS, TRAIL, case, text, written_letter
from pypdf import PdfReader

from antigone.errors import InputError
from antigone.model import statements
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.report.paper import letter as pdf_letter
from antigone.report.paper.case import ReviewStep
from antigone.report.paper.document import (
    Document,
    Facts,
    Heading,
    Paragraph,
    Table,
    clean,
    compile_document,
    render_pdf,
)
from antigone.report.paper.expert import expert_report
from antigone.report.paper.letter import compose_letter
from antigone.report.paper.status import status_report
from antigone.report.words.language import DOMAIN, LOCALE, Language, languages, read_language

pytestmark = pytest.mark.paper


REPORT = Path(pdf_letter.__file__).parents[1]


@pytest.mark.parametrize(
    "make",
    [
        lambda: expert_report(case(), language=ES, day=DAY),
        lambda: written_letter("still looking", ES),
        lambda: status_report(STATUS, language=ES, day=DAY),
    ],
    ids=["expert", "letter", "status"],
)
def test_documents__are_the_same_bytes_again_readable_by_all_and_self_contained(make):
    first = make()
    assert make() == first
    reader = PdfReader(io.BytesIO(first))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "es"
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title
    assert reader.metadata.creation_date == dt.datetime.combine(DAY, dt.time(), dt.UTC)
    packet = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1<" in packet
    assert "<pdfaid:part>2<" in packet
    assert "<pdfaid:conformance>A<" in packet
    assert not re.search(rb"/JavaScript|/URI|/Launch|/EmbeddedFile", first)


HOSTILE = (
    '#import "@preview/x:1.0.0": *',
    "*bold* _x_ $x^2$",
    "#panic(1)",
    "= heading\\",
    "@ref <label> `raw` //",
    "{lr}",
)


@pytest.mark.parametrize("code", HOSTILE)
def test_documents__print_hostile_codes_as_they_are(code):
    document = Document(code, EN, DAY, (Heading(code), Paragraph(code), Table((code,), ((code,),), (False,), (True,))),
                        running=(code, code), paging="page {page} of {pages}", foot=code)  # fmt: skip
    assert text(render_pdf(document)).count(code) == 8


def test_expert_report__prints_hostile_codes_as_they_are():
    of, code = case(), "#x *y* $z$ {lr} <b>"
    person = UnidentifiedPerson(code, of.person.profile, "male")
    candidate = replace(of.candidate, unidentified=code)
    steps = (*TRAIL, ReviewStep(DAY, code, "comment", code))
    read = text(expert_report(replace(of, person=person, candidate=candidate, trail=steps), language=ES, day=DAY))
    assert f"{code} es MP1, miembro desaparecido de la familia F01." in read
    assert f"{code} comentó {code}" in read


def test_clean__shows_letters_that_mislead():
    assert clean("PM\u202e21\u0000") == "PM\ufffd21\ufffd"
    assert clean("A\nB é 𝒳") == "A\nB é 𝒳"
    assert "\ufffd" in text(render_pdf(Document("a\u202eb", EN, DAY, (), running=("", ""))))


def test_documents__letters_without_a_font_are_named():
    with pytest.raises(InputError, match="no font of this machine"):
        render_pdf(Document("\u0378", EN, DAY, (), running=("", "")))


def test_documents__long_codes_stay_on_the_page():
    code = "X" * 300
    wide = Document("t", EN, DAY, (Facts(((code[:5], code),)), Heading(code)), running=("", ""))
    assert text(render_pdf(wide)).replace("\u200b", "").replace(" ", "").count(code) == 2


def test_template__loads_no_package_and_reads_no_other_file():
    for template in (REPORT / "typst").glob("*.typ"):
        source = template.read_text("utf-8")
        assert not re.search(r"#?(import|include)\b|@preview|read\(|plugin\(|eval\(|link\(", source)
        assert re.findall(r"json\((.*?)\)", source) == ['"document.json"']


@cache
def messages() -> frozenset[str | tuple[str, ...]]:
    """Every message of the source, as a tool for translators finds it."""
    keywords = {"say": None, "mark": None, "count": (1, 2), "form": (2,), "counted_form": (2, 3)}
    sources = (REPORT, Path(statements.__file__).parent)
    found = chain.from_iterable(extract_from_dir(one, [("**.py", "python")], keywords=keywords) for one in sources)
    return frozenset(message for _, _, message, _, _ in found)


def catalogue(path: Path) -> dict[str | tuple[str, str], Any]:
    read = read_mo if path.suffix == ".mo" else read_po
    with path.open("rb") as file:
        return {_hashable(m.id): _hashable(m.string) for m in read(file) if m.id}


def _hashable(words: Any) -> Any:
    return tuple(words) if isinstance(words, list | tuple) else words


def placeholders(words: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", words))


CATALOGUES = sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def test_languages__english_and_spanish():
    assert languages() == ("en", "es")
    assert len(CATALOGUES) == len(languages()) - 1
    with pytest.raises(InputError, match="found 'xx', expected one of en, es"):
        read_language("xx")


def test_template_of_catalogues__holds_every_message_of_the_source():
    assert set(catalogue(LOCALE / f"{DOMAIN}.pot")) == messages(), "extract again, see docs/reports.md"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_catalogue__translates_every_message_with_its_placeholders(path):
    words = catalogue(path)
    assert set(words) == messages(), "add the message to the catalogue, see docs/reports.md"
    for message, translation in words.items():
        ones = message if isinstance(message, tuple) else (message,)
        others = translation if isinstance(translation, tuple) else (translation,)
        assert all(others), message
        assert {frozenset(placeholders(other)) for other in others} == {frozenset(placeholders(one)) for one in ones}
        assert all(other.endswith(".") == ones[0].endswith(".") for other in others), message


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_catalogue__compiled_agrees_with_its_source(path):
    with path.open("rb") as file:
        assert not [message.id for message in read_po(file) if message.fuzzy and message.id]
    assert catalogue(path.with_suffix(".mo")) == catalogue(path), "compile again, see docs/reports.md"


def new_language(folder: Path, code: str, words: dict[str, str]) -> None:
    fresh = Catalog(locale=code)
    for message in messages():
        if isinstance(message, str):
            fresh.add(message, words.get(message, message))
    target = folder / code / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, fresh)


def test_new_language__is_one_catalogue_also_from_right_to_left(tmp_path):
    new_language(tmp_path, "he", {"Dear family,": "משפחה יקרה,", "direction: ltr": "direction: rtl"})
    assert languages(tmp_path) == ("en", "he")
    hebrew = read_language("he", folder=tmp_path)
    assert hebrew.direction == "rtl"
    assert hebrew.say("Run {identity}", identity="1 × 2") == "Run \u20681 × 2\u2069", "the digits keep their order"
    document = compose_letter("still looking", "F01", sender=SENDER, language=hebrew, day=DAY)
    root: Any = PdfReader(io.BytesIO(render_pdf(document))).trailer["/Root"]
    assert root["/Lang"] == "he"
    left = compile_document(replace(document, language=Language("he", EN.words)), form="png")
    assert compile_document(document, form="png") != left
