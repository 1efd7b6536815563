"""What a run says of each unidentified and each missing person, in one line each: kept as rows of their own.

A large search has a line for every person it compared. Whoever looks at one candidate, or writes a report on it, reads
the answer of the run without them; a page reads the few that it shows. Codes, counts and best log10 LR alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

from sqlalchemy import Connection, func, insert, or_, select, update

from antigone.model.results.search import FamilySummary, SearchResult, UnidentifiedSummary
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.store.schema import runs, summaries
from antigone.registry.store.stored import MISSING_LINE, PERSON_LINE, SEARCH_ANSWER

Kind = Literal["unidentified", "missing"]
_BLOCK = 5000


def save_summaries(connection: Connection, run: int, result: SearchResult) -> None:
    """Keep the lines of an answer."""
    rows = [_person_row(run, place, line) for place, line in enumerate(result.unidentified)]
    rows += [_missing_row(run, place, line) for place, line in enumerate(result.families)]
    for start in range(0, len(rows), _BLOCK):
        connection.execute(insert(summaries), rows[start : start + _BLOCK])


def with_summaries(connection: Connection, run: int, result: SearchResult) -> SearchResult:
    """The answer of a run with all its lines."""
    people, kin = _all(connection, run, "unidentified"), _all(connection, run, "missing")
    return replace(
        result,
        unidentified=tuple(PERSON_LINE.read(line) for line in people),
        families=tuple(MISSING_LINE.read(line) for line in kin),
    )


def _all(connection: Connection, run: int, kind: Kind) -> Sequence[str]:
    of_run = select(summaries.c.line).where(summaries.c.run == run, summaries.c.kind == kind)
    return connection.scalars(of_run.order_by(summaries.c.place)).all()


def open_persons(connection: Connection, run: int, *, count: int) -> tuple[tuple[UnidentifiedSummary, ...], int]:
    """The first ``count`` unidentified persons without a candidate, in the order of the search; and how many."""
    lines, total = _open(connection, run, "unidentified", count)
    return tuple(PERSON_LINE.read(line) for line in lines), total


def open_missing(connection: Connection, run: int, *, count: int) -> tuple[tuple[FamilySummary, ...], int]:
    """The first ``count`` missing persons without a candidate, in the order of the search; and how many."""
    lines, total = _open(connection, run, "missing", count)
    return tuple(MISSING_LINE.read(line) for line in lines), total


def _open(connection: Connection, run: int, kind: Kind, count: int) -> tuple[Sequence[str], int]:
    none = (summaries.c.run == run, summaries.c.kind == kind, summaries.c.candidates == 0)
    total = connection.scalar(select(func.count()).select_from(summaries).where(*none)) or 0
    first = select(summaries.c.line).where(*none).order_by(summaries.c.place).limit(count)
    return connection.scalars(first).all(), total


def take_out(
    connection: Connection, numbers: Sequence[int], *, families: Collection[str], people: Collection[str]
) -> None:
    """Leave nothing about these families and unidentified persons in the answers of some runs but their codes."""
    s = summaries.c
    of_person = (s.kind == "unidentified") & or_(s.code.in_(people), s.other.in_(families))
    of_family = (s.kind == "missing") & or_(s.code.in_(families), s.other.in_(people))
    asked = select(summaries).where(s.run.in_(numbers), or_(of_person, of_family))
    for row in connection.execute(asked).all():
        if row.kind == "unidentified":
            person = _person_line(PERSON_LINE.read(row.line), families, people)
            values = _person_row(row.run, row.place, person)
        else:
            missing = _family_line(MISSING_LINE.read(row.line), families, people)
            values = _missing_row(row.run, row.place, missing)
        connection.execute(update(summaries).where(s.id == row.id).values(**values))
    for run, text in connection.execute(select(runs.c.id, runs.c.result).where(runs.c.id.in_(numbers))).all():
        brief = SEARCH_ANSWER.read(text)
        notices = about_others(brief.notices, {*families, *people})
        if notices != brief.notices:
            connection.execute(
                update(runs).where(runs.c.id == run).values(result=SEARCH_ANSWER.write(replace(brief, notices=notices)))
            )


def without(result: SearchResult, *, families: Collection[str], people: Collection[str]) -> SearchResult:
    """The answer with nothing in it about these families and unidentified persons but their codes."""
    return replace(
        result,
        unidentified=tuple(_person_line(line, families, people) for line in result.unidentified),
        families=tuple(_family_line(line, families, people) for line in result.families),
        notices=about_others(result.notices, {*families, *people}),
    )


def about_others(notices: Sequence[str], codes: Collection[str]) -> tuple[str, ...]:
    """The notices that name none of these codes: one may say what was estimated from somebody's sample."""
    named = [re.compile(rf"(?<![\w-]){re.escape(code)}(?![\w-])") for code in codes]
    return tuple(notice for notice in notices if not any(code.search(notice) for code in named))


def _person_line(line: UnidentifiedSummary, families: Collection[str], people: Collection[str]) -> UnidentifiedSummary:
    if line.code not in people and line.best_family not in families:
        return line
    gone = line.code in people
    own = {"markers_typed": 0 if gone else line.markers_typed, "dropout": None if gone else line.dropout}
    best = {"best_family": None, "best_missing": None, "best_log10_lr": None}
    return replace(line, candidates=0, remark=TO_COMPUTE_AGAIN, **own, **best)  # type: ignore[arg-type]


def _family_line(line: FamilySummary, families: Collection[str], people: Collection[str]) -> FamilySummary:
    if line.family not in families and line.best_unidentified not in people:
        return line
    return replace(line, best_unidentified=None, best_log10_lr=None, candidates=0, remark=TO_COMPUTE_AGAIN, power=None)


def _person_row(run: int, place: int, line: UnidentifiedSummary) -> dict[str, object]:
    return {
        "run": run, "kind": "unidentified", "place": place, "code": line.code, "other": line.best_family,
        "candidates": line.candidates, "power": None, "line": PERSON_LINE.write(line),
    }  # fmt: skip


def _missing_row(run: int, place: int, line: FamilySummary) -> dict[str, object]:
    return {
        "run": run, "kind": "missing", "place": place, "code": line.family, "other": line.best_unidentified,
        "candidates": line.candidates, "power": line.power, "line": MISSING_LINE.write(line),
    }  # fmt: skip
