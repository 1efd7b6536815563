"""The letter to a family and the status of an incident, in PDF."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest
import report_example as example
from paper_example import BOTH, DAY, EN, SENDER, STATUS, pages, strings, text, written_letter

from antigone.errors import InputError
from antigone.report.paper import letter as pdf_letter
from antigone.report.paper.letter import WORDINGS, compose_letter, family_letter
from antigone.report.paper.status import STATES, TASKS, compose_status, status_report

pytestmark = pytest.mark.paper


LETTERS = pytest.mark.parametrize("state", list(WORDINGS))


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
