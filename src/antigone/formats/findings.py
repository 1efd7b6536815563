"""What one reading found: problems, which stop it, and notices, which the user should see."""

from __future__ import annotations

from dataclasses import dataclass, field

from antigone.errors import InputError, Problem


@dataclass
class Findings:
    """Collects every problem and notice of all files of one reading, so that one error can state them all."""

    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def problem(self, where: tuple[str, int], column: str, found: str, expected: str, remedy: str) -> None:
        """Record a problem at ``where``, a file and a line (0: the whole file)."""
        self.problems.append(Problem(*where, column, found, expected, remedy))

    def notice(self, text: str) -> None:
        """Record a notice once."""
        if text not in self.notices:
            self.notices.append(text)

    def stop_on_problems(self) -> None:
        """Raise one InputError with every problem, in the order of file and line."""
        if self.problems:
            raise InputError(sorted(set(self.problems)))
