"""Reports on paper: complete for a court, silent for a family, the same bytes every time, in every language."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import io
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import report_example as example
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from pypdf import PageObject, PdfReader

from antigone.errors import InputError
from antigone.model import statements
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.model.results.search import EvidenceLine, SensitivityPoint
from antigone.model.statements import evidence as said
from antigone.model.statements.method import VERY_STRONG
from antigone.report.paper import letter as pdf_letter
from antigone.report.paper.case import Alternative, Alternatives, ExpertCase, ReviewStep
from antigone.report.paper.document import (
    Document,
    Facts,
    Figures,
    Heading,
    Paragraph,
    Table,
    clean,
    compile_document,
    render_pdf,
)
from antigone.report.paper.expert import compose_expert_report, expert_report
from antigone.report.paper.letter import WORDINGS, Sender, State, compose_letter, family_letter
from antigone.report.paper.status import STATES, TASKS, IncidentStatus, Waiting, compose_status, status_report
from antigone.report.words.language import DOMAIN, LOCALE, Language, languages, read_language
from antigone.report.words.statements import say_all

pytestmark = pytest.mark.paper

REPORT = Path(pdf_letter.__file__).parents[1]
DAY = dt.date(2026, 3, 6)
EN, ES = read_language("en"), read_language("es")
BOTH = pytest.mark.parametrize("language", [EN, ES], ids=lambda language: language.code)
LETTERS = pytest.mark.parametrize("state", list(WORDINGS))
SENDER = Sender("Institute of the Coast\nFamily support", "Ana Pereira, ana@institute.example", "Marta Ruiz", "Alba")
TRAIL = (
    ReviewStep(dt.date(2026, 3, 3), "ruiz", "propose", "fits the place of recovery"),
    ReviewStep(dt.date(2026, 3, 4), "ruiz", "comment", "asked for the dental record"),
    ReviewStep(dt.date(2026, 3, 5), "okafor", "confirm", "examined on my own"),
)
EVIDENCE = (
    EvidenceLine("autosomal", 14.1, said.MARKERS(number=21, population="Inland")),
    EvidenceLine("Y", None, said.NOT_LOOKED_UP()),
    EvidenceLine("all together", 14.5, said.POSTERIOR_OF_ALL(probability=0.99999)),
)  # fmt: skip
SENSITIVITY = (SensitivityPoint("theta", "0.03", 13.0), SensitivityPoint("mutation rates", "× 10", -math.inf))
STATUS = IncidentStatus(
    "FERRY-26", "Ferry accident", remains=1204, living=2, families=431, missing=1502, identified=388, donors=1120,
    donors_without_consent=37, pairings={"open": 61, "proposed": 12, "confirmed": 388},
    waiting=(
        Waiting("geneticist", "judge candidates", 61, dt.date(2026, 2, 20)), Waiting("reviewer", "review proposals", 0)
    ),
    last_search=dt.date(2026, 3, 1),
)  # fmt: skip


def case(rank: int = 1, **changes: Any) -> ExpertCase:
    """A candidate of the example with everything a report can show."""
    result, incident = example.result(), example.incident()
    candidate = result.candidates[rank - 1]
    candidate = replace(candidate, verbal=VERY_STRONG(side="H1"), evidence=EVIDENCE, sensitivity=SENSITIVITY)
    candidate = replace(candidate, linkage_log10={"vWA|D12S391": -0.12, "D5S818|CSF1PO": None}, **changes)
    (family,) = (f for f in incident.families if f.code == candidate.family)
    (person,) = (p for p in incident.unidentified if p.code == candidate.unidentified)
    return ExpertCase(candidate, result, family, person, TRAIL)


def pages(pdf: bytes) -> list[str]:
    """What a reader reads on each page, with plain spaces."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def strings(value: object) -> Iterator[str]:
    """Every string of a document, drawings left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Language):
        for name in value.__dataclass_fields__:
            if name != "svg":
                yield from strings(getattr(value, name))


@cache
def expert(code: str) -> bytes:
    return expert_report(case(), language=read_language(code), day=DAY)


def written_letter(state: State, language: Language) -> bytes:
    return family_letter(state, "F01", confirmed_by=("ruiz", "okafor"), sender=SENDER, language=language, day=DAY)


# The expert report


def test_expert_report__states_propositions_data_and_weight():
    c, read = case().candidate, text(expert("en"))
    assert "PM012 is MP1, the missing member of family F01." in read
    assert "PM012 is unrelated to family F01." in read
    assert "times more probable if PM012 is MP1 of family F01 (H1) than if PM012 is unrelated" in read
    for marker in (*c.markers_compared, *c.markers_missing):
        assert marker in read
    for words in ("21 markers; smallest population: Inland", "look it up in the database", "theta 0.03", "seed 17"):
        assert words in read
    for assumption in say_all(case().result.assumptions):
        assert assumption in read


@BOTH
def test_expert_report__does_not_tell_at_which_markers_a_reference_is_typed(language):
    """A marker that was not compared, and is typed in everybody who gave a sample, would tell who was left out."""
    one = case()
    assert one.candidate.markers_missing
    poorer = [replace(d, profile=Profile(d.profile.sample, {"TH01": ("6", "7")})) for d in one.family.donors]
    other = replace(one, family=replace(one.family, donors=tuple(poorer)))
    composed = [compose_expert_report(c, language=language, day=DAY) for c in (one, other)]
    assert composed[0] == composed[1]
    facts = {label: value for block in composed[0].blocks if isinstance(block, Facts) for label, value in block.rows}
    assert facts[language.say("Markers typed in {code}", code=one.person.code)] == str(len(one.person.typed_markers))
    assert facts[language.say("Not compared")] == ", ".join(one.candidate.markers_missing)


def test_expert_report__table_of_markers_adds_up():
    document = compose_expert_report(case(), language=EN, day=DAY)
    (table,) = (b for b in document.blocks if isinstance(b, Table) and b.totals == 2)
    for column, population in enumerate(table.head[1:], start=1):
        values = [float(row[column].replace("\u2212", "-")) for row in table.rows[: -table.totals]]
        assert math.fsum(values) == pytest.approx(case().candidate.log10_lr[population], abs=0.005 * len(values))
        assert table.rows[-2][column] == f"{case().candidate.log10_lr[population]:.2f}"


def test_expert_report__names_who_reviewed_and_leaves_room_for_two_signatures():
    read = text(expert("en"))
    assert "proposed by one person and confirmed by another" in read
    assert "2026-03-03 ruiz proposed fits the place of recovery" in read
    assert "2026-03-05 okafor confirmed examined on my own" in read
    assert read.count("Name and function") == read.count("Place and date") == 2


def seen_pages(pdf: bytes) -> list[str]:
    """What can be seen of each page: a PDF keeps text that hangs below the edge of the paper, and no eye reads it."""

    def seen(page: PageObject) -> str:
        shown: list[str] = []

        def keep(words: str, place: list[float], matrix: list[float], *_: object) -> None:
            y = matrix[4] * place[1] + matrix[5] * place[3] + place[5]
            if page.mediabox.bottom < y < page.mediabox.top:
                shown.append(words)

        page.extract_text(visitor_text=keep)
        return re.sub(r"\s+", " ", "".join(shown))

    return [seen(page) for page in PdfReader(io.BytesIO(pdf)).pages]


def told_in(steps: int, letters: int) -> tuple[ReviewStep, ...]:
    """A review of comments whose words are all different, so that none can be lost unseen."""
    words = (f"w{number:05}" for number in itertools.count())
    reasons = [" ".join(itertools.islice(words, max(1, letters // 7))) for _ in range(steps)]
    return tuple(ReviewStep(DAY, f"user{n:02}", "comment", reason) for n, reason in enumerate(reasons))


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
@pytest.mark.parametrize(
    ("steps", "letters"),
    [(1, 70), (1, 2500), (1, 6000), (1, 20000), (3, 4000), (8, 1500), (9, 800), (14, 400), (60, 70)],
)
def test_expert_report__loses_no_word_of_the_review(steps, letters, paper):
    trail = told_in(steps, letters)
    document = compose_expert_report(replace(case(), trail=trail), language=EN, day=DAY, paper=paper)
    read = seen_pages(
        render_pdf(replace(document, blocks=tuple(b for b in document.blocks if not isinstance(b, Figures))))
    )
    everything = " ".join(read)
    assert re.findall(r"w\d{5}", everything) == [word for step in trail for word in step.reason.split()]
    assert [step.user for step in trail if step.user not in everything] == []
    (signed,) = (page for page in read if "First person" in page)
    assert "Second person" in signed
    assert "State of the review: open: a candidate, not a conclusion." in signed
    assert signed.count("Signature") >= 2


def test_documents__a_short_table_stays_on_one_page_and_no_table_loses_a_word():
    def rows(number: int, words: int) -> tuple[tuple[str, str], ...]:
        return tuple((f"r{n:02}", " ".join(f"c{n:02}x{word:04}" for word in range(words))) for n in range(number))

    for number, words, whole in ((5, 3, True), (14, 3, True), (14, 60, False), (1, 3000, False), (90, 2, False)):
        table = Table(("a", "b"), rows(number, words), (False, False), (False, True))
        filler = Paragraph("filler " * 620)
        read = seen_pages(render_pdf(Document("t", EN, DAY, (filler, table), running=("", ""))))
        assert re.findall(r"c\d\dx\d{4}", " ".join(read)) == [word for row in table.rows for word in row[1].split()]
        assert (sum(bool(re.search(r"c\d\dx", page)) for page in read) == 1) == whole, (number, words)


@pytest.mark.parametrize("number", [20, 90, 200])
def test_expert_report__a_chart_of_many_markers_is_drawn_whole(number):
    markers = tuple(f"DYS{n:03}" for n in range(number))
    by_marker = {population: dict.fromkeys(markers, 0.1) for population in example.POPULATIONS}
    of = case(log10_lr_by_marker=by_marker, markers_compared=markers)
    document = compose_expert_report(of, language=EN, day=DAY)
    drawn = tuple(b for b in document.blocks if isinstance(b, Figures) and number == b.figures[0].svg.count(">DYS"))
    assert len(drawn) == 1
    read = " ".join(seen_pages(render_pdf(replace(document, blocks=(*drawn, Paragraph("after"))))))
    assert [marker for marker in markers if marker not in read] == []
    assert "after" in read


def test_expert_report__appendix_holds_every_hash_of_the_run():
    read, of = text(expert("en")), case()
    provenance = of.result.provenance
    for value in (*provenance.inputs.values(), *provenance.frequencies.values(), of.run, provenance.created):
        assert value in read


def test_expert_report__every_page_has_codes_run_and_number():
    read = pages(expert("en"))
    for number, page in enumerate(read, start=1):
        assert "Expert report: PM012 · F01 · MP1" in page
        assert f"Run {case().run[:12]}" in page
        assert f"page {number} of {len(read)}" in page


@BOTH
def test_expert_report__holds_no_genotype_and_no_reference_without_consent(language):
    document = compose_expert_report(case(), language=language, day=DAY)
    everything = " ".join(strings(document))
    assert "F01-FA" in everything
    assert "F01-SIS" not in everything
    assert not [allele for allele in example.ALLELES if allele in everything]


def test_expert_report__is_silent_about_a_mutation_between_two_donors():
    assert {m.marker for m in case().candidate.mutations} >= {"FGA", "D21S11"}
    read = text(expert("en"))
    assert "D21S11 cannot be explained without a mutation" in read
    assert "FGA cannot be explained" not in read


def test_expert_report__draws_both_propositions():
    document = compose_expert_report(case(), language=EN, day=DAY)
    h1, h2 = next(b for b in document.blocks if isinstance(b, Figures)).figures
    assert h2.svg.count(">PM012<") == h1.svg.count(">PM012<") == 1
    assert h2.svg.count(">?<") == h1.svg.count(">?<") + 1, "under H2 the missing person stays missing"
    assert "MP1: male, child of FA and MO, missing." in h1.alt


def test_expert_report__draws_a_person_whose_code_is_that_of_a_member():
    of = case()
    family = replace(of.family, pedigree=Pedigree((*of.family.pedigree, Individual("PM012", "male"))))
    document = compose_expert_report(replace(of, family=family), language=EN, day=DAY)
    assert next(b for b in document.blocks if isinstance(b, Figures)).figures[1].svg.count("PM012") >= 2


def test_expert_report__words_follow_the_side_of_the_evidence():
    of = case()
    for value, words in (
        (-2.0, "100 times more probable if PM012 is unrelated"),
        (-math.inf, "results are impossible"),
    ):
        candidate = replace(of.candidate, log10_lr=dict.fromkeys(of.candidate.log10_lr, value))
        assert words in " ".join(strings(compose_expert_report(replace(of, candidate=candidate), language=EN, day=DAY)))


def test_expert_report__without_review_says_it_is_a_candidate():
    unread = replace(case(), trail=())
    read = " ".join(strings(compose_expert_report(unread, language=EN, day=DAY)))
    assert "open: a candidate, not a conclusion" in read


@pytest.mark.parametrize(
    "trail",
    [
        TRAIL[2:],
        (TRAIL[0], replace(TRAIL[2], user="ruiz")),
        (*TRAIL, replace(TRAIL[0], action="reopen"), TRAIL[2]),
    ],
    ids=["nobody proposed", "the same person", "not proposed again"],
)
def test_expert_case__is_refused_without_four_eyes(trail):
    with pytest.raises(InputError, match="expected a proposal of another person"):
        replace(case(), trail=trail)


def test_expert_case__state_follows_the_trail():
    asked = ReviewStep(DAY, "ruiz", "ask to reopen", "a new sample")
    assert replace(case(), trail=()).state == "open"
    assert case().state == "confirmed"
    assert replace(case(), trail=(*TRAIL, asked)).state == "reopening"
    assert replace(case(), trail=(*TRAIL, asked, replace(asked, action="keep"))).state == "confirmed"
    assert replace(case(), trail=(*TRAIL, asked, replace(asked, action="reopen", user="okafor"))).state == "open"
    assert replace(case(), trail=(TRAIL[0], replace(TRAIL[0], action="return"))).state == "open"


def test_expert_report__profiles_need_not_be_handed_over():
    of = case()
    without = replace(
        of.family,
        donors=tuple(replace(d, profile=Profile(d.profile.sample, {}), consent=None) for d in of.family.donors),
    )
    blind = replace(
        of, family=without, person=UnidentifiedPerson("PM012", Profile("PM012", {}), "male"), references=("FA", "MO")
    )
    assert blind.donors == of.donors
    document = compose_expert_report(blind, language=EN, day=DAY)
    samples = next(b for b in document.blocks if isinstance(b, Table))
    assert [row[0] for row in samples.rows] == ["PM012", "FA", "MO"]
    facts = {label: value for block in document.blocks if isinstance(block, Facts) for label, value in block.rows}
    assert facts["Markers typed in PM012"] == "–"


def test_expert_case__is_refused_in_brief_or_with_another_family():
    of = case()
    with pytest.raises(InputError, match="antigone explain"):
        replace(of, candidate=replace(of.candidate, detailed=False))
    with pytest.raises(InputError, match="came with family F02"):
        replace(of, family=example.FAMILIES[1])
    with pytest.raises(InputError, match="pedigree does not hold"):
        replace(of, candidate=replace(of.candidate, missing="X"))


def test_expert_report__numbers_are_the_same_in_every_language():
    figures = [
        [row[1:] for block in compose_expert_report(case(), language=language, day=DAY).blocks
         if isinstance(block, Table) and block.totals for row in block.rows]
        for language in (EN, ES)
    ]  # fmt: skip
    assert figures[0] == figures[1]


def alternatives_told(of: ExpertCase) -> str:
    return " ".join(strings(compose_expert_report(of, language=EN, day=DAY)))


def test_expert_report__names_the_alternatives_among_the_candidates_of_the_result():
    rank = next(c.rank for c in example.result().candidates if (c.unidentified, c.family) == ("PM012", "F01"))
    (rival,) = (c for c in example.result().candidates if (c.unidentified, c.family) == ("PM003", "F01"))
    told = alternatives_told(case(rank))
    assert "Shown: 1 of 1." in told
    assert f"{rival.rank} PM003 MP1, F01 {rival.smallest_log10_lr:.2f}" in told
    assert "No other candidate" not in told


def test_expert_report__names_the_alternatives_that_were_handed_over_and_counts_all():
    of = case()
    alone = replace(of, result=replace(of.result, candidates=(of.candidate,)))
    assert "No other candidate of this search names PM012 or MP1 of family F01." in alternatives_told(alone)
    others = tuple(Alternative(n, f"PM9{n:02}", "F01", "MP1", 20.0 - n if n > 2 else None) for n in range(2, 14))
    told = alternatives_told(replace(alone, alternatives=Alternatives(others, 73)))
    assert "No other candidate" not in told
    assert "Shown: 10 of 73." in told
    assert "2 PM902 MP1, F01 – 3 PM903 MP1, F01 17.00" in told
    assert "PM911" in told
    assert "PM912" not in told
    assert "No other candidate" in alternatives_told(replace(of, alternatives=Alternatives((), 0)))


@pytest.mark.parametrize("rank", range(1, len(example.PLACES) + 1))
def test_expert_report__every_kind_of_family_can_be_printed(rank):
    assert expert_report(case(rank), language=EN, day=DAY).startswith(b"%PDF")


# Every document


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


# The letter to a family


@BOTH
@LETTERS
def test_letter__has_no_number_but_the_date(state, language):
    read = text(written_letter(state, language)).replace(language.date(DAY), "").replace("F01", "")
    assert not re.search(r"\d", read)


FORBIDDEN = re.compile(
    r"\bLR\b|likelihood|verosimilitud|genotyp|genotip|marker|marcador|allele|alelo|profile\b|perfil|match|coincid|"
    r"probability|probabilidad|percent|%|mutation|mutaci|pedigree|chromosom|cromosom|fit\b|biological|biológic|"
    r"paternity|paternidad|inconsisten|suspect|sospech|sorry to inform|unfortunately|lamentablemente",
    re.IGNORECASE,
)


@BOTH
@LETTERS
def test_letter__speaks_in_plain_words(state, language):
    read = text(written_letter(state, language))
    assert not FORBIDDEN.search(read)
    assert not [marker for marker in example.MARKERS if marker in read]
    sentences = re.split(
        r"(?<=[.:?]) ",
        " ".join(strings(compose_letter(state, "F01", sender=SENDER, language=language, day=DAY).blocks)),
    )
    assert max(len(sentence.split()) for sentence in sentences) <= 35


@BOTH
@LETTERS
def test_letter__is_one_page_with_somebody_to_ask(state, language):
    (page,) = pages(written_letter(state, language))
    for words in ("F01", SENDER.contact, SENDER.signed_by, "Institute of the Coast", language.date(DAY)):
        assert words in page


def test_letter__says_what_each_state_means():
    read = {state: text(written_letter(state, EN)) for state in WORDINGS}
    assert "a probable identification, confirmed by two specialists" in read["identified from remains"]
    assert "a probable identification, confirmed by two specialists" in read["identified living"]
    assert "has died" not in read["identified living"]
    assert "We have not found your relative yet" in read["still looking"]
    assert "we need one more sample" in read["one more sample"]


def test_letter__is_told_nothing_that_it_could_disclose():
    assert set(inspect.signature(compose_letter).parameters) == {
        "state",
        "reference",
        "several_missing",
        "sender",
        "language",
        "day",
        "paper",
    }
    tree = ast.parse(Path(pdf_letter.__file__).read_text("utf-8"))
    sources = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {source for source in sources if source and source.startswith("antigone.model")}


@BOTH
@LETTERS
def test_letter__to_a_family_that_misses_several_leaves_a_line_for_the_name(state, language):
    """So that nobody mourns the wrong relative; no name goes through the software."""

    def written(several: bool) -> str:
        two = ("ruiz", "okafor")
        made = family_letter(
            state, "F01", confirmed_by=two, several_missing=several, sender=SENDER, language=language, day=DAY
        )
        (page,) = pages(made)
        return page.replace("\u200b", "")

    about = language.say("This letter is about: {line}", line="")
    assert about in written(True)
    assert "____" in written(True)
    assert about not in written(False)


@BOTH
def test_letter__asking_for_a_sample_gives_no_reason_and_does_not_call_all_well(language):
    read = text(written_letter("one more sample", language)).lower()
    assert not re.search(r"because|porque|since |ya que|wrong|nothing is|mal\b|error|normal|routine|rutin", read)


def test_letter__is_refused_without_a_contact_or_a_known_state():
    with pytest.raises(InputError, match="found no contact"):
        family_letter("still looking", "F01", sender=replace(SENDER, contact=" "), language=EN, day=DAY)
    with pytest.raises(InputError, match="found the state 'dead'"):
        family_letter("dead", "F01", sender=SENDER, language=EN, day=DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["identified from remains", "identified living", "found alive"])
@pytest.mark.parametrize("confirmed_by", [(), ("ruiz",), ("ruiz", "ruiz")])
def test_letter__of_an_identification_needs_two_persons(state, confirmed_by):
    with pytest.raises(InputError, match="expected two different ones"):
        family_letter(state, "F01", confirmed_by=confirmed_by, sender=SENDER, language=EN, day=DAY)


# The status of an incident


@BOTH
def test_status__counts_persons_and_says_what_waits_for_whom(language):
    (page,) = pages(status_report(STATUS, language=language, day=DAY))
    for number in ("1\u202f204", "431", "1\u202f502", "388", "1\u202f114", "1\u202f120", "37", "61", "12"):
        assert re.search(rf"(?<!\d){number}(?!\d)", page.replace(" ", "\u202f")), number
    assert language.say(TASKS["judge candidates"]) in page
    assert language.say(TASKS["review proposals"]) not in page, "nothing of it waits"
    assert language.date(dt.date(2026, 2, 20)) in page
    assert all(language.say(words) in page for words in STATES.values())


def test_status__holds_no_result():
    everything = " ".join(strings(compose_status(STATUS, language=EN, day=DAY)))
    assert not re.search(r"\bLR\b|marker|allele|posterior|fit", everything)
    assert "No task is open." in " ".join(strings(compose_status(replace(STATUS, waiting=()), language=EN, day=DAY)))


def test_status__refuses_counts_that_cannot_be():
    with pytest.raises(InputError, match="donors -1"):
        replace(STATUS, donors=-1)
    with pytest.raises(InputError, match="open -2"):
        replace(STATUS, pairings={"open": -2})
    with pytest.raises(InputError, match="1503 identified or found alive of 1502"):
        replace(STATUS, identified=1503)
    with pytest.raises(InputError, match="1503 identified or found alive of 1502"):
        replace(STATUS, identified=1500, reopening=3)


# Languages


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
