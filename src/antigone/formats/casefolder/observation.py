"""``[observation]`` of ``incident.toml``: how the unidentified persons' samples may fail to show their genotypes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from antigone.errors import ModelError
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.reading.sections import Section
from antigone.formats.reading.tables import Table
from antigone.model.assumptions.observation import (
    AS_READ,
    Estimate,
    HeightCurve,
    MarkerRates,
    ObservationModel,
)
from antigone.model.incident.incident import UnidentifiedPerson

RATES = ("dropout", "dropin", "error")
ESTIMATES: dict[str, Estimate] = {
    "estimate": "completeness",
    "completeness": "completeness",
    "peak heights": "peak heights",
}
"""The words that may stand in the place of a drop-out rate, and what it is estimated from."""


def observation_model(top: Section, default: ObservationModel = AS_READ) -> ObservationModel:
    """Read the section; everything wrong in it goes to the findings, and what is not in it is that of ``default``."""
    section = top.section("observation")
    estimate = _estimate(section) if section.has("dropout") else default.estimate
    given = {name: _rate(section, name) for name in RATES if section.has(name) and not (name == "dropout" and estimate)}
    markers = section.section("markers")
    by_marker = {normalise_marker(name): _marker_rates(markers.section(name)) for name in markers.data}
    heights = _heights(section.section("peak_heights")) or default.heights
    section.asked.update((*RATES, "markers", "peak_heights"))
    section.refuse_the_rest()
    if estimate == "peak heights" and heights is None:
        remedy = 'add [observation.peak_heights] with intercept and slope of your validation, or write "completeness"'
        section.wrong("dropout", "peak heights without their curve", "[observation.peak_heights]", remedy)
    return ObservationModel(replace(default.rates, **given), {**default.by_marker, **by_marker}, estimate, heights)


def _estimate(section: Section) -> Estimate:
    word = section.data.get("dropout")
    if not isinstance(word, str):
        return ""
    section.asked.add("dropout")
    if word.strip().lower() not in ESTIMATES:
        expected = "a probability from 0 to 1, or one of " + ", ".join(f'"{name}"' for name in ESTIMATES)
        section.wrong("dropout", "another word", expected, "correct the rate")
        return ""
    return ESTIMATES[word.strip().lower()]


def _rate(section: Section, name: str) -> float:
    rate = section.number(name, 0.0)
    if 0 <= rate <= 1 and not (name == "dropout" and rate == 1):
        return rate
    section.wrong(name, f"{rate:g}", _probability(name), "correct the rate")
    return 0.0


def _probability(name: str) -> str:
    """What a rate may be. With a drop-out of 1 nothing is ever seen, so no profile could have been read."""
    return "a probability from 0 to 1, and below 1" if name == "dropout" else "a probability from 0 to 1"


def _marker_rates(section: Section) -> MarkerRates:
    given = {name: _rate(section, name) for name in RATES if section.has(name)}
    if section.has("dropout_odds"):
        given["dropout_odds"] = section.number("dropout_odds", 1.0)
    section.asked.update((*RATES, "dropout_odds"))
    section.refuse_the_rest()
    try:
        return MarkerRates(**given)
    except ModelError as error:
        remedy = "give dropout, the marker's rate in a sample with the common rates, or dropout_odds, a factor above 0"
        section.wrong("dropout_odds", str(error), "one drop-out of the marker", remedy)
        return MarkerRates()


def _heights(section: Section) -> HeightCurve | None:
    if not section.data:
        return None
    intercept, slope = section.number("intercept", 0.0), section.number("slope", -1.0)
    section.refuse_the_rest()
    if section.has("intercept") and section.has("slope") and slope < 0:
        return HeightCurve(intercept, slope)
    expected = "intercept, and a slope below 0: logit of drop-out = intercept + slope x ln of the peak height"
    section.wrong("slope", "no such curve", expected, "state the curve of your own validation")
    return None


def with_rates(
    person: UnidentifiedPerson, table: Table, line: int, cells: Sequence[str], observation: ObservationModel
) -> UnidentifiedPerson:
    """The person with the rates and the peak height of their row; ``cells`` in the order of the columns.

    An empty cell leaves the common rate; a drop-out may be a word that asks for an estimate.
    """
    *rates, height = cells
    common, estimate = observation.rates, bool(observation.estimate) and not rates[0]
    given = {}
    for name, cell in zip(RATES, rates, strict=True):
        if name == "dropout" and cell.lower() == "estimate":
            estimate = True
        elif cell:
            given[name] = _number(table, line, name, cell, most=1.0)
    if any(rates):
        person = replace(person, rates=replace(common, **given), estimate_dropout=estimate)
    if height:
        person = replace(person, peak_height=_number(table, line, "peak_height", height, most=1e9) or None)
    return person


def _number(table: Table, line: int, column: str, cell: str, *, most: float) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = -1.0
    if 0 <= number <= most and not (column == "dropout" and number == 1):
        return number
    expected = _probability(column) if most == 1 else "a height in RFU, above 0"
    expected += ', or "estimate"' if column == "dropout" else ""
    table.problem(line, column, f"'{cell[:20]}'", expected, "correct the cell, or leave it empty")
    return 0.0


def observation_lines(model: ObservationModel) -> Iterator[str]:
    """The section as ``observation_model`` reads it; nothing for a model that says nothing."""
    if model == AS_READ:
        return
    yield "\n[observation]"
    yield f'dropout = "{model.estimate}"' if model.estimate else f"dropout = {model.rates.dropout!r}"
    yield f"dropin = {model.rates.dropin!r}\nerror = {model.rates.error!r}"
    if model.heights is not None:
        yield f"\n[observation.peak_heights]\nintercept = {model.heights.intercept!r}\nslope = {model.heights.slope!r}"
    for marker, own in model.by_marker.items():
        yield f'\n[observation.markers."{marker}"]'
        yield from (f"{name} = {rate!r}" for name, rate in vars(own).items() if rate is not None)
