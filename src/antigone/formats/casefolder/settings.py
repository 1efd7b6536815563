"""``incident.toml``: the title, the frequencies, and every choice that changes an answer."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from antigone.errors import InputError, ModelError, Problem
from antigone.formats.casefolder.evidence_settings import FurtherSettings, further_settings, linkage_model
from antigone.formats.casefolder.observation import observation_model
from antigone.formats.frequencies.choices import COUNTED, UNITS, FrequencyChoices
from antigone.formats.frequencies.nist import NIST_1036
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.profiles.choices import reading_rules
from antigone.formats.reading.characters import check_document
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.sections import Section
from antigone.formats.reading.sources import decode_text
from antigone.model.assumptions.frequency import FrequencyRule
from antigone.model.assumptions.mutation import (
    MODELS,
    TRANSFORMS,
    BaseModel,
    MutationModel,
    NoMutation,
    Transformed,
    parameters,
)
from antigone.model.assumptions.reading import ReadingRules
from antigone.model.assumptions.verbal import VerbalScale
from antigone.model.incident.settings import DEFAULT_MUTATION, MutationChoice, SearchSettings

_PARAMETERS = tuple(dict.fromkeys(key for model in MODELS.values() for key in parameters(model)))
_MODEL_KEYS = ("model", *_PARAMETERS, "transform", "keep_rate")
_Word = TypeVar("_Word", bound=str)
_TOML_PLACE = re.compile(r"line (\d+)")


@dataclass(frozen=True)
class IncidentSettings:
    """What ``incident.toml`` says. ``frequency_files`` and ``builtin`` exclude each other; both may be empty.

    Without ``known`` the file is missing or could not be read: these are then no choices of the user's.
    """

    title: str
    settings: SearchSettings
    frequency_files: tuple[str, ...] = ()
    frequency_choices: FrequencyChoices = field(default_factory=FrequencyChoices)
    builtin: str = ""
    populations: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)
    further: FurtherSettings = field(default_factory=FurtherSettings)
    known: bool = True
    reading: ReadingRules = field(default_factory=ReadingRules)

    def place(self, section: str, key: str) -> tuple[str, int]:
        """The file and line of a key, for messages."""
        return self.file, self.lines.get((section, key), 0)


def parse_incident_toml(name: str, content: bytes, findings: Findings) -> IncidentSettings:
    """Read the bytes of ``incident.toml``; everything wrong in it goes to ``findings``.

    Raises
    ------
    InputError
        When the file is not TOML at all, with the line.
    """
    text = decode_text(name, content)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a plain ValueError
        place = _TOML_PLACE.search(str(error))
        line = int(place[1]) if place else 0
        remedy = 'correct this line; texts stand in quotes, as in title = "Flood 2026"'
        raise InputError([Problem(name, line, "", "no valid TOML", "key = value", remedy)]) from None
    check_document(name, data)
    return incident_settings(name, data, _lines_of_keys(text), findings)


def incident_settings(
    name: str, data: Mapping[str, Any], lines: Mapping[tuple[str, str], int], findings: Findings
) -> IncidentSettings:
    """The settings in a mapping of sections, whatever file they came from."""
    top = Section(name, "", data, lines, findings)
    title = top.text("title")
    if not title:
        top.wrong("title", "no title", "a title of the incident", 'add a line such as title = "Flood 2026"')
    frequencies = top.section("frequencies")
    sources = frequencies.section("sources")
    found = IncidentSettings(
        title=title,
        settings=SearchSettings(),
        frequency_files=_files(frequencies),
        frequency_choices=_frequency_choices(frequencies),
        builtin=frequencies.text("builtin"),
        populations=frequencies.texts("populations"),
        sources={population: sources.text(population) for population in sources.data},
        file=name,
        lines=lines,
        further=further_settings(top),
        reading=reading_rules(top.section("profiles")),
    )
    if found.builtin not in ("", NIST_1036) or (found.builtin and found.frequency_files):
        remedy = f'write builtin = "{NIST_1036}", or file = "..." with the name of a file in this folder'
        frequencies.wrong("builtin", "an unknown table, or a file as well", f"'{NIST_1036}' or a file", remedy)
    settings = replace(_search_settings(top, frequencies), linkage=linkage_model(top.section("linkage")))
    for section in (frequencies, top):
        section.refuse_the_rest()
    return replace(found, settings=settings)


def _files(section: Section) -> tuple[str, ...]:
    """``file``: the name of one file, or a list of names."""
    if isinstance(section.value("file"), list):
        return section.texts("file")
    name = section.text("file")
    return (name,) if name else ()


def _frequency_choices(section: Section) -> FrequencyChoices:
    return FrequencyChoices(
        _one_of(section, "values", UNITS, ""),
        _one_of(section, "n_counts", COUNTED, ""),
        section.flag("complete_sums", False),
        section.texts("populations"),
    )


def _one_of(section: Section, key: str, words: tuple[_Word, ...], absent: _Word) -> _Word:
    """One of a few words, or ``absent`` where the key is not there."""
    text = section.text(key)
    found = next((word for word in words if word == text), absent)
    if text and not found:
        section.wrong(key, f"'{text[:20]}'", "one of " + ", ".join(words), "correct the word")
    return found


def _search_settings(top: Section, frequencies: Section) -> SearchSettings:
    model, search = top.section("model"), top.section("search")
    default, rule = SearchSettings(), FrequencyRule()
    prior = search.number("prior", 0.5) if search.has("prior") else default.prior
    theta, threshold = model.number("theta", default.theta), search.number("threshold", default.threshold)
    grows = search.flag("threshold_grows", not search.has("threshold"))
    search.asked.add("prior")
    mutation, observation = _mutation_choice(top), observation_model(top)
    try:
        rule = FrequencyRule(
            frequencies.number("minimum_count", rule.minimum_count),
            frequencies.number("minimum", rule.minimum),
            frequencies.flag("rescale", rule.rescale),
        )
    except ModelError as error:
        frequencies.wrong("minimum", str(error), "numbers in their range", "correct the number")
    for section in (model, search):
        section.refuse_the_rest()
    try:
        return SearchSettings(
            mutation, theta, rule, threshold, prior, _verbal_scale(top.section("verbal")), grows, observation
        )
    except ModelError as error:
        key = "theta" if not 0 <= theta < 1 else "threshold" if threshold <= 0 else "prior"
        section = model if key == "theta" else search
        found, _, expected = str(error).partition(", expected ")
        section.wrong(key, found, expected or "a number in its range", "correct the number")
        return default


def _verbal_scale(section: Section) -> VerbalScale:
    """A laboratory's own scale of words; without the section, the model's default."""
    if not section.data:
        return VerbalScale()
    steps, source = section.value("steps"), section.text("source")
    section.refuse_the_rest()
    if not source:
        section.wrong("source", "no source", "where the scale comes from", 'add source = "..."')
    if isinstance(steps, list) and all(isinstance(step, list) and len(step) == 2 for step in steps):
        least = [step[0] for step in steps]
        numbers = all(isinstance(lr, int | float) and 1 < lr < 1e300 for lr in least)
        if steps and numbers and least == sorted(set(least)) and all(isinstance(step[1], str) for step in steps):
            return VerbalScale(tuple((float(lr), words) for lr, words in steps), source)
    expected = "a list of likelihood ratios above 1 in rising order, each with its words"
    section.wrong("steps", "no such list", expected, 'write steps = [[100, "moderate support"], ...]')
    return VerbalScale()


def _mutation_choice(top: Section) -> MutationChoice:
    section = top.section("mutation")
    if not section.data:
        return DEFAULT_MUTATION
    markers = section.section("markers")
    by_marker = {}
    for name in markers.data:
        marker = markers.section(name)
        by_marker[normalise_marker(name)] = _both_sexes(marker)
    section.asked.add("markers")
    if set(section.data) == {"markers"}:
        return replace(DEFAULT_MUTATION, by_marker=by_marker)
    female, male = _both_sexes(section)
    return MutationChoice(female, male, by_marker)


def _both_sexes(section: Section) -> tuple[MutationModel, MutationModel]:
    """One model for mothers and fathers, or a section for each."""
    section.asked.update((*_MODEL_KEYS, "female", "male"))
    if "female" in section.data or "male" in section.data:
        both = (section.section("female"), section.section("male"))
        if any(key in section.data for key in _MODEL_KEYS) or not all(part.data for part in both):
            remedy = "give either one model for both sexes, or a section 'female' and a section 'male'"
            section.wrong("female", "an incomplete choice of models", "a model for mothers and for fathers", remedy)
        models = (_model(both[0]), _model(both[1]))
        both[0].refuse_the_rest()
        both[1].refuse_the_rest()
    else:
        model = _model(section)
        models = (model, model)
    section.refuse_the_rest()
    return models


def _model(section: Section) -> MutationModel:
    name = section.text("model")
    section.asked.update(_MODEL_KEYS)
    if name not in MODELS:
        expected = "one of " + ", ".join(MODELS)
        section.wrong("model", f"'{name[:20]}'" if name else "no model", expected, "name a mutation model")
        return NoMutation()
    needed = parameters(MODELS[name])
    for key in _PARAMETERS:
        if section.has(key) and key not in needed:
            section.wrong(key, f"a parameter that the model '{name}' has not", "no such key", "remove the key")
    try:
        given = {key: _parameter(section, name, key) for key, must in needed.items() if must or section.has(key)}
        make: Callable[..., BaseModel] = MODELS[name]
        return _transformed(section, make(**given))
    except ModelError as error:
        key = "matrix" if "matrix" in needed else "rate"
        section.wrong(key, str(error), f"what the model '{name}' allows", "correct the numbers")
        return NoMutation()


def _parameter(section: Section, model: str, key: str) -> float | tuple[tuple[float, ...], ...]:
    if key == "matrix":
        return _matrix(section)
    safe = 0.1 if key == "range" else 0.0
    value = section.number(key, safe)
    if not section.has(key):
        section.wrong(key, f"no {key}", f"the {key} of the model '{model}'", f"add {key} = 0.002, or the {key} you use")
    elif not 0 <= value <= 1 and not (key == "range" and value > 0):
        section.wrong(key, f"{value:g}", "a number from 0 to 1", "correct the number")
        return safe
    return value


def _matrix(section: Section) -> tuple[tuple[float, ...], ...]:
    rows = section.value("matrix")
    if isinstance(rows, list) and all(isinstance(row, list) and len(row) == len(rows) for row in rows):
        numbers = [x for row in rows for x in row]
        if numbers and all(isinstance(x, int | float) and 0 <= x <= 1 for x in numbers):
            return tuple(tuple(float(x) for x in row) for row in rows)
    expected = "a square list of rows of probabilities, in the order of the marker's alleles"
    section.wrong("matrix", "no such matrix", expected, "correct the matrix")
    return ((1.0,),)


def _transformed(section: Section, model: BaseModel) -> MutationModel:
    transform = section.text("transform")
    keep_rate = section.flag("keep_rate", True)
    if not transform:
        return model
    if transform not in TRANSFORMS:
        expected = f"one of {', '.join(TRANSFORMS)}"
        section.wrong("transform", f"'{transform[:20]}'", expected, "correct or remove the transform")
        return model
    return Transformed(model, transform, keep_rate)


def _lines_of_keys(text: str) -> dict[tuple[str, str], int]:
    """The line of each key and of each section header, for messages only."""
    lines: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]", line)
        key = re.match(r"\s*([\w\"'.-]+)\s*=", line)
        if header:
            section = re.sub(r"[\"']", "", header[1])
            lines.setdefault((section, ""), number)
        elif key:
            lines.setdefault((section, key[1].strip("\"'")), number)
    return lines


def settings_of_rows(rows: Iterable[tuple[tuple[str, int], str, Any]], findings: Findings) -> dict[str, Any]:
    """Nested sections from ``key, value`` rows of a workbook's sheet ``incident``; keys are dotted."""
    data: dict[str, Any] = {}
    for where, key, value in rows:
        *sections, last = (part.strip() for part in key.split("."))
        target = data
        for part in sections:
            inner = target.setdefault(part, {})
            if not isinstance(inner, dict):
                findings.problem(where, "key", "a key inside a key that has a value", "one of them", "remove one")
                break
            target = inner
        else:
            if last in target:
                findings.problem(where, "key", "a key a second time", "each key once", "remove one of the rows")
            target[last] = value
    return data
