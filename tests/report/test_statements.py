"""Every statement is said in every language: each code, each catalogue, and whatever the values are."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import antigone
from antigone.errors import ModelError
from antigone.model import statements
from antigone.model.plain import from_json, to_json
from antigone.model.statements import joint, method, readers, settings
from antigone.model.statements.statement import TEXT, Form, Kind, Statement
from antigone.model.statements.table import FORMS
from antigone.report.words.language import Language, languages, read_language
from antigone.report.words.statements import ENGLISH, UNKNOWN, say, say_all, say_code

FOLDER = Path(statements.__file__).parent
PART = re.compile(r"\{(\w+)\}")
PLAIN_TEXT = "P1"
SAMPLES = {
    Kind.TEXT: PLAIN_TEXT,
    Kind.EXACT: 0.25,
    Kind.WHOLE: 3,
    Kind.COUNT: 3,
    Kind.ROUGH: 0.5,
    Kind.THRESHOLD: 500.0,
    Kind.LR: 3.0,
    Kind.LOG10: 3.0,
    Kind.CHANGE: -0.5,
    Kind.PROBABILITY: 0.5,
    Kind.PERCENT: 0.5,
    Kind.NAMES: ("P1", "P2"),
    Kind.QUOTED: ("P1", "P2"),
    Kind.LISTED: ("P1", "P2", "P3"),
    Kind.EITHER: ("P1", "P2"),
    Kind.STATEMENT: TEXT(text=PLAIN_TEXT),
    Kind.STATEMENTS: (TEXT(text=PLAIN_TEXT), TEXT(text="P2")),
    Kind.SERIES: (TEXT(text=PLAIN_TEXT), TEXT(text="P2")),
}
"""A value of each kind; none has a word of its own."""
SAME_EVERYWHERE = {
    "X", "Y", "kappa", "kappa of", "clopper-pearson", "discrete laplace", "theta", "setting theta", "with theta 0",
    "loci compared", "lineage model", "frequency table",
}  # fmt: skip
"""Names and signs of the field that some language writes as English does."""
LANGUAGES = [code for code in languages() if code != "en"]


def a_statement(one: Form, number: int = 3) -> Statement:
    values = {name: SAMPLES[kind] for name, kind in one.kinds.items()}
    return one(**values | ({"number": number} if one.many else {}))


def has_words(text: str) -> bool:
    return re.search(r"[^\W\d_]", PART.sub("", text)) is not None


@pytest.mark.parametrize("code", FORMS)
def test_every_statement_is_said_in_english(code):
    one = FORMS[code]
    assert {*PART.findall(one.text)} <= {*one.kinds}
    assert {*PART.findall(one.text)} | {*PART.findall(one.many)} == {*one.kinds}, "a value that is never said"
    said = [say(a_statement(one, number)) for number in ((1, 3) if one.many else (3,))]
    assert all(said)
    assert not [text for text in said if "{" in text]
    assert len({*said}) == len(said), "the sentence of one is that of several"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", FORMS)
def test_every_statement_is_said_in_every_language(code, language):
    one, words = FORMS[code], read_language(language)
    for number in (1, 3) if one.many else (3,):
        english, told = say(a_statement(one, number)), say(a_statement(one, number), words)
        if has_words(one.text) and code not in SAME_EVERYWHERE:
            assert told != english, f"'{code}' has no words in '{language}': add them, see CONTRIBUTING"
        assert "{" not in told
        for name, kind in one.kinds.items():
            if kind is Kind.TEXT:
                assert PLAIN_TEXT in told, f"'{code}' in '{language}' does not say '{name}'"


def test_a_language_without_words_is_found():
    """The test above can fail: said with an empty catalogue, every statement with words is that of English."""
    empty = Language("xx", ENGLISH.words)
    said = [(say(a_statement(one)), say(a_statement(one), empty)) for one in FORMS.values() if has_words(one.text)]
    assert len(said) > 300
    assert all(english == told for english, told in said)


def test_codes_are_each_of_one_form():
    found = Counter(
        ast.literal_eval(call.args[0])
        for path in FOLDER.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("form", "counted_form")
    )
    assert [code for code, number in found.items() if number > 1] == []
    assert {*found} == {*FORMS}, "a table of forms that model/statements/table.py does not name"


def test_every_form_is_used():
    """A form that nobody says is dead words."""
    source = Path(antigone.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in source.rglob("*.py") if path.parent != FOLDER)
    words = {*re.findall(r"\w+", text)}
    own = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))
    codes = {*re.findall(r"^(\w+) = \w*form\(", own, re.MULTILINE)}
    kept = {*re.findall(r"^(\w+) = form\(", (FOLDER / "names.py").read_text("utf-8"), re.MULTILINE)}
    unused = {name for name in codes - words - kept if len(re.findall(rf"\b{name}\b", own)) == 1}
    assert unused == set()


def test_nothing_but_the_forms_holds_sentences():
    """No other module of what computes makes a sentence where a statement belongs."""
    source = Path(antigone.__file__).parent
    for path in [*(source / "casework").rglob("*.py"), *(source / "search").rglob("*.py")]:
        assert "report.words" not in path.read_text("utf-8"), path


def test_no_template_joins_statements_that_are_not_said_yet():
    """A page says every value that it shows alone by itself; what it joins, it must say first."""
    source = Path(antigone.__file__).parent
    unsaid = re.compile(r"(sentences|doubts|notices|assumptions|differences) *\| *join")
    for path in source.rglob("*.j2"):
        assert not unsaid.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("code", FORMS)
def test_a_statement_is_the_same_after_it_was_stored(code):
    statement = a_statement(FORMS[code])
    assert from_json(Statement, to_json(statement)) == statement


def test_a_form_refuses_values_that_are_not_its_own():
    with pytest.raises(ModelError, match="found the values code, expected number"):
        method.LINKAGE_BESIDE(code="P1")
    with pytest.raises(ModelError, match="'number' is 'three', expected a count"):
        method.LINKAGE_BESIDE(number="three")
    with pytest.raises(ModelError, match="'markers' is 'TH01', expected a names"):
        method.NOT_ON_MAP(markers="TH01")


def test_numbers_are_written_by_their_kind():
    assert say(settings.EXACT(number=1e-6)) == "1e-06"
    assert say(joint.MARKERS_TYPED(number=1234, person="P1")).startswith("1234 markers")
    assert say(method.LINKAGE_BESIDE(number=1234)).startswith("For the first 1\u202f234 candidates")
    assert say(joint.PLACES_ALIKE(places=("A", "B", "C"))).startswith("The data do not tell A, B and C apart.")
    assert say(joint.IN_EVERY_ASSIGNMENT(person="P1", places=("A", "B"))).endswith("has P1 as A or B.")
    spanish = read_language("es")
    assert "A, B y C" in say(joint.PLACES_ALIKE(places=("A", "B", "C")), spanish)
    assert "A o B" in say(joint.IN_EVERY_ASSIGNMENT(person="P1", places=("A", "B")), spanish)


def test_plural__follows_the_number():
    spanish = read_language("es")
    assert [say(readers.SAMPLES(number=n)) for n in (0, 1, 2)] == ["0 samples", "1 sample", "2 samples"]
    assert [say(readers.SAMPLES(number=n), spanish) for n in (1, 2)] == ["1 muestra", "2 muestras"]


def test_statements_inside_statements_are_said_in_the_same_language():
    inside = settings.TRANSFORMED(words_model=settings.EQUAL(rate=0.002), transform="PM")
    both = settings.MOTHERS_AND_FATHERS(words_mothers=inside, words_fathers=settings.NO_MUTATION())
    assert say(both) == "mothers: equal (rate 0.002), transformed PM; fathers: none"
    assert say(both, read_language("es")) == "madres: uniforme (rate 0.002), transformado PM; padres: ninguno"


def test_text__is_shown_as_it_stands():
    assert say_all([TEXT(text="read by {hand}")], read_language("es")) == ("read by {hand}",)


def test_unknown__a_statement_of_a_newer_version_is_told_and_not_left_out():
    newer = Statement("of tomorrow", {"person": "P1", "number": 3})
    assert say(newer) == UNKNOWN.format(code="of tomorrow", values="P1")


def test_words_that_are_kept_as_words():
    spanish = read_language("es")
    assert (say_code("full siblings", spanish), say_code("D3S1358", spanish)) == ("hermanos completos", "D3S1358")
