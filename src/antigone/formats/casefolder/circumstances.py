"""Tables of what is known beside DNA, of the missing and of the unidentified."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from antigone.errors import ModelError
from antigone.formats.reading.refusals import refused_column
from antigone.formats.reading.tables import Columns, Table
from antigone.model.assumptions.circumstances import (
    INTERVALS,
    Interval,
    MissingCircumstances,
    UnidentifiedCircumstances,
)

_COMMON = (*(f"{name}_{end}" for name in INTERVALS for end in ("from", "to")), "findings")
MISSING_COLUMNS = Columns(
    needed=("family", "member"), optional=("last_seen", "places", *_COMMON), filled=("family", "member")
)
FOUND_COLUMNS = Columns(needed=("sample",), optional=("found", "place", *_COMMON), filled=("sample",))


def read_missing_circumstances(
    table: Table, missing: Collection[tuple[str, str]] | None
) -> dict[tuple[str, str], MissingCircumstances]:
    """What each family knows of its missing member; every row names one of ``missing``, where these are known."""
    found: dict[tuple[str, str], MissingCircumstances] = {}
    columns = ("family", "member", "last_seen", "places", *_COMMON)
    for line, (family, member, last_seen, places, *rest) in table.texts(*columns):
        if missing is not None and (family, member) not in missing:
            remedy = "correct the codes; only what is known of a missing person is kept"
            table.problem(line, "member", f"'{member}' of '{family}'", "a missing member of a family", remedy)
        elif (family, member) in found:
            table.problem(line, "member", f"'{member}' of '{family}' a second time", "one row each", "keep one row")
        intervals, findings = _common(table, line, rest)
        day = _day(table, line, "last_seen", last_seen)
        known = MissingCircumstances(last_seen=day, places=frozenset(places.split()), findings=findings, **intervals)
        found.setdefault((family, member), known)
    return found


def read_found_circumstances(
    table: Table, unidentified: Collection[str] | None
) -> dict[str, UnidentifiedCircumstances]:
    """What was recorded of each unidentified person; every row names one of them, where these are known."""
    found: dict[str, UnidentifiedCircumstances] = {}
    for line, (sample, day, place, *rest) in table.texts("sample", "found", "place", *_COMMON):
        if unidentified is not None and sample not in unidentified:
            remedy = "correct the code, or add the sample to 'unidentified'"
            table.problem(line, "sample", f"sample '{sample}'", "an unidentified person", remedy)
        elif sample in found:
            table.problem(line, "sample", f"sample '{sample}' a second time", "one row each", "keep one row")
        intervals, findings = _common(table, line, rest)
        for name, estimate in intervals.items():
            if estimate and estimate.low == estimate.high:
                expected = "an interval, as the estimate of remains has an error"
                table.problem(line, f"{name}_from", f"the single value {estimate.low:g}", expected, "enter both ends")
        known = UnidentifiedCircumstances(
            found=_day(table, line, "found", day), place=place, findings=findings, **intervals
        )
        found.setdefault(sample, known)
    return found


def _common(table: Table, line: int, cells: list[str]) -> tuple[dict[str, Interval | None], dict[str, bool]]:
    """The intervals by their kind, and the findings."""
    *ends, findings = cells
    both = zip(INTERVALS, ends[::2], ends[1::2], strict=True)
    intervals = {name: _interval(table, line, f"{name}_from", low, high) for name, low, high in both}
    return intervals, _findings(table, line, findings)


def _interval(table: Table, line: int, column: str, low: str, high: str) -> Interval | None:
    """From both cells, or from the one that is filled."""
    if not low and not high:
        return None
    try:
        return Interval(float(low or high), float(high or low))
    except (ValueError, ModelError):
        expected = "two numbers, the smaller one first; one alone counts as both"
        table.problem(line, column, f"'{low[:10]}' and '{high[:10]}'", expected, "correct the cells")
        return None


def _day(table: Table, line: int, column: str, text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        table.problem(line, column, f"'{text[:20]}'", "a day such as 2026-03-02", "write year-month-day")
        return None


def _findings(table: Table, line: int, text: str) -> dict[str, bool]:
    """``hip-prosthesis:present crown-26:absent``; a finding that is not listed is not known."""
    found = {}
    for part in text.split():
        finding, _, state = part.rpartition(":")
        if state not in ("present", "absent") or not finding:
            expected = "findings such as hip-prosthesis:present, separated by spaces"
            table.problem(line, "findings", f"'{part[:40]}'", expected, "write present or absent after a colon")
        elif refused_column(finding):
            remedy = "remove it; a finding is a thing a person had on them or in them"
            table.problem(line, "findings", f"'{finding[:40]}'", "something that is kept", remedy)
        else:
            found[finding] = state == "present"
    return found
