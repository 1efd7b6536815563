"""What one reading found: problems, which stop it, and notices, which the user should see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from antigone.errors import InputError, Problem, visible
from antigone.model.statements.readers import MORE_LIKE_THIS
from antigone.model.statements.statement import Statement

MOST_OF_A_KIND = 200
"""Problems of one kind in one file, and notices of one kind, that are listed; the others are counted."""

_CODE = re.compile(r"'[^']*'|[0-9]+")


@dataclass(slots=True)
class _Kind:
    """Problems alike but for their place and what was found: how many, and the first that is not listed."""

    number: int = 0
    first_unlisted: Problem | None = None


@dataclass
class Findings:
    """Collects every problem and notice of all files of one reading, so that one error can state them all.

    Of each kind (one file, one expectation, one remedy; the codes in them do not matter) the first ones are kept and
    the others are counted, so that a file with millions of problems neither fills the memory nor the screen.
    """

    problems: list[Problem] = field(default_factory=list)
    number_of_problems: int = 0
    _notices: dict[Statement, None] = field(default_factory=dict)
    _kinds: dict[tuple[str, str, str], _Kind] = field(default_factory=dict)
    _codes: Counter[str] = field(default_factory=Counter)

    def problem(self, where: tuple[str, int], column: str, found: str, expected: str, remedy: str) -> None:
        """Record a problem at ``where``, a file and a line (0: the whole file)."""
        self.add_problems([Problem(*where, column, found, expected, remedy)])

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Record problems, of an error that a reader raised, among the others."""
        for problem in map(_visible, problems):
            self.number_of_problems += 1
            kind = self._kinds.setdefault((problem.file, _kind(problem.expected), _kind(problem.remedy)), _Kind())
            kind.number += 1
            if kind.number <= MOST_OF_A_KIND:
                self.problems.append(problem)
            elif kind.first_unlisted is None:
                kind.first_unlisted = problem

    def notice(self, statement: Statement) -> None:
        """Record a notice once."""
        seen = statement.with_texts(visible)
        if seen in self._notices:
            return
        self._codes[seen.code] += 1
        if self._codes[seen.code] <= MOST_OF_A_KIND:
            self._notices[seen] = None

    @property
    def notices(self) -> tuple[Statement, ...]:
        """The notices, and of how many more of a kind nothing is kept."""
        last = {one.code: one for one in self._notices}
        more = {code: number - MOST_OF_A_KIND for code, number in self._codes.items()}
        counted = (MORE_LIKE_THIS(number=n, words_last=last[code]) for code, n in more.items() if n > 0)
        return (*self._notices, *counted)

    def stop_on_problems(self) -> None:
        """Raise one InputError with every problem, in the order of file and line."""
        if self.problems:
            unlisted = [_more(kind.first_unlisted, kind.number) for kind in self._kinds.values() if kind.first_unlisted]
            raise InputError(sorted({*self.problems, *unlisted}), self.notices)


def _visible(problem: Problem) -> Problem:
    """The problem as it is shown where its parts stand in a table."""
    column, found, remedy = map(visible, (problem.column, problem.found, problem.remedy))
    if (column, found, remedy) == (problem.column, problem.found, problem.remedy):
        return problem
    return replace(problem, column=column, found=found, remedy=remedy)


def counted(number: int, noun: str, many: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun if number == 1 else many or noun + 's'}"


@lru_cache(maxsize=4096)
def _kind(text: str) -> str:
    """A text without the codes and numbers in it.

    >>> _kind("add 'F7' or leave the father empty")
    "add '…' or leave the father empty"
    """
    return _CODE.sub(lambda match: "'…'" if match[0][0] == "'" else "…", text)


def _more(first: Problem, number: int) -> Problem:
    others = number - MOST_OF_A_KIND
    found = f"{others} more {'problems' if others > 1 else 'problem'} of this kind, from this line on"
    return Problem(first.file, first.line, "", found, first.expected, first.remedy)
