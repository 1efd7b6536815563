"""candidates.csv and results.json: the same rows and numbers as the report, for other programs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from antigone.model.plain import as_plain
from antigone.model.results.file_format import RESULTS, FileFormat
from antigone.model.results.search import Provenance, SearchResult
from antigone.model.statements.statement import Statement
from antigone.report.words.statements import say

_COLUMNS = (
    "rank",
    "unidentified",
    "family",
    "missing",
    "log10_lr_smallest",
    "population_smallest",
    "markers_compared",
    "markers_missing",
    "markers_needing_mutation",
    "posterior",
    "prior",
    "verbal",
)


def candidates_csv(result: SearchResult) -> str:
    """The ranked candidates as CSV, one row each, log10 LR of every population in the last columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(f"log10_lr {population}" for population in result.populations)])
    for c in result.candidates:
        writer.writerow(
            [
                c.rank,
                *map(harmless_cell, (c.unidentified, c.family, c.missing)),
                f"{c.smallest_log10_lr:.6f}",
                c.smallest_population,
                len(c.markers_compared),
                len(c.markers_missing),
                " ".join(mutation.marker for mutation in c.mutations) if c.detailed else "not worked out",
                f"{c.posterior:.9f}",
                f"{result.prior:.9g}",
                say(c.verbal),
                *(f"{c.log10_lr[population]:.6f}" for population in result.populations),
            ]
        )
    return text.getvalue()


def harmless_cell(code: str) -> str:
    """A code that a spreadsheet would run as a formula gets a leading apostrophe."""
    return f"'{code}" if code[:1] in {"=", "+", "-", "@"} else code


def results_json(result: SearchResult) -> str:
    """The whole result with its provenance; an infinite number is the string ``"inf"`` or ``"-inf"``.

    In a large search ``candidates`` holds those worked out in detail; ``candidates_in_all`` says how many there are,
    and candidates.csv lists them.
    """
    shown = replace(result, pairs=(), candidates=tuple(c for c in result.candidates if c.detailed))
    whole = fields_of(shown)
    del whole["pairs"]
    whole["candidates_in_all"] = len(result.candidates)
    return file_text(RESULTS, whole, result.provenance)


def file_text(kind: FileFormat, whole: Mapping[str, Any], provenance: Provenance) -> str:
    """The text of a JSON file of results: its format first, and the choices of its run as values."""
    stated = {**whole, "provenance": {**fields_of(provenance), "choices": as_plain(provenance.choices)}}
    return json.dumps(kind.labelled(plain_value(stated)), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def pairs_csv(result: SearchResult) -> str:
    """Every pair of a small search, compared or not, for the responsible geneticist alone."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["unidentified", "family", "missing", "status", *(f"log10_lr {p}" for p in result.populations)])
    for pair in result.pairs:
        values = [f"{pair.log10_lr[p]:.6f}" if p in pair.log10_lr else "" for p in result.populations]
        writer.writerow([*map(harmless_cell, (pair.unidentified, pair.family, pair.missing)), pair.status, *values])
    return text.getvalue()


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a data class by name."""
    return {one.name: getattr(value, one.name) for one in fields(value)}


def plain_value(value: Any) -> Any:
    """A value as JSON can hold it: lists for tuples, words for infinite numbers, and with a statement its words."""
    if isinstance(value, Statement):
        return {"text": say(value), "code": value.code, "values": plain_value(value.values)}
    if is_dataclass(value):
        return plain_value(fields_of(value))
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: plain_value(item) for key, item in value.items()}
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    return value
