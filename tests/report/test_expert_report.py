"""The expert report in PDF: what it states, what it is silent about, and when it is refused."""

from __future__ import annotations

import io
import itertools
import math
import re
from dataclasses import replace

import pytest
import report_example as example
from paper_example import BOTH, DAY, EN, ES, TRAIL, case, expert, pages, strings, text
from pypdf import PageObject, PdfReader

from antigone.errors import InputError
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.model.results.search import SensitivityPoint
from antigone.report.paper.case import Alternative, Alternatives, ExpertCase, ReviewStep
from antigone.report.paper.document import (
    Document,
    Facts,
    Figures,
    Paragraph,
    Table,
    render_pdf,
)
from antigone.report.paper.expert import compose_expert_report, expert_report
from antigone.report.words.sentences import explain_sensitivity
from antigone.report.words.statements import say_all

pytestmark = pytest.mark.paper


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


def test_expert_report__first_page_says_what_another_theta_would_change():
    points = tuple(SensitivityPoint("theta", value, 9.0 - number) for number, value in enumerate(("0", "0.01", "0.03")))
    told = replace(case(), candidate=replace(case().candidate, sensitivity=points))
    english = " ".join(strings(compose_expert_report(told, language=EN, day=DAY)))
    assert "is 9.00 with theta 0, 8.00 with theta 0.01, 7.00 with theta 0.03." in english
    assert "9.00 con theta 0, " in " ".join(strings(compose_expert_report(told, language=ES, day=DAY)))
    silent = replace(told, candidate=replace(told.candidate, sensitivity=()))
    assert "another theta would change was not computed" in " ".join(
        strings(compose_expert_report(silent, language=EN, day=DAY))
    )


def test_expert_report__names_the_assumptions_that_have_no_value():
    told = replace(case(), candidate=replace(case().candidate, sensitivity=(SensitivityPoint("theta", "0.01", 8.0),)))
    read = " ".join(strings(compose_expert_report(told, language=EN, day=DAY)))
    assert "exact sum is too large: theta 0, theta 0.02, theta 0.03, theta 0.05, mutation rates × 0.1" in read
    assert "theta 0, theta 0.02" in explain_sensitivity(told.candidate)
