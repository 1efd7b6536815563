"""Everything Antigone can refuse, as one tree.

::

    AntigoneError
    ├── InputError            files or objects that cannot be used; carries every problem found
    │   └── PedigreeError     a pedigree that contradicts itself
    ├── ModelError            a mutation model, frequency or parameter outside its domain
    ├── PlanTooLarge          an exact computation that would not fit; refused before it starts
    ├── ConsentError          a computation that no active consent covers
    ├── Unsupported           a known request that this version does not compute
    ├── DrawingError          a drawing or document that could not be made; nothing else was lost
    └── RegistryError         the registry refuses, or cannot do, what was asked; nothing was changed by it
        ├── StorageError      the database or a file of it: not there, full, locked, lost, of another version
        ├── VaultError        a key that cannot be used: wrong passphrase, damaged, readable by others
        ├── ChainBroken       an audit that is not what was written; names the first wrong line
        │   └── NotWhole      rows or triggers that are not as the audit left them; names each
        ├── BackupError       a backup or a ring of keys that is damaged, or belongs to another registry
        ├── Forbidden         the role of the user, or the user, may not do this
        │   ├── NotForRole    the role of the user does not allow this action
        │   └── NewPasswordNeeded  somebody else gave the password; the user chooses another one first
        ├── Conflict          somebody else's change, or a decision already taken, stands against it
        └── Cancelled         a search that a user ended before it had an answer

Messages name the thing, what was found, what was expected and what to do.
They carry sample, family and case codes only: never names, never genotypes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class AntigoneError(Exception):
    """Base of everything Antigone raises on purpose."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with an input: where, what was found, what was expected, what to do."""

    file: str
    line: int
    column: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        line = f" line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        text = f"{self.file}{line}{column}: {self.found}; expected {self.expected}; {self.remedy}."
        return visible(text)


def visible(text: str) -> str:
    r"""A text in which characters that nobody can see are shown as escapes.

    >>> print(visible("'9.3\u200b' of M\u00fcller"))
    '9.3\u200b' of Müller
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t\xa0" else c.encode("unicode_escape").decode() for c in text)


class InputError(AntigoneError):
    """Input that cannot be used. ``problems`` holds every problem found, not only the first.

    ``notices`` are what the readers assumed until then; a wrong assumption may be the cause of a problem
    (statements, see ``model.statements``).
    """

    def __init__(self, problems: Iterable[Problem] | str, notices: Iterable[Any] = ()) -> None:
        self.notices: tuple[Any, ...] = tuple(notices)
        self.problems: tuple[Problem, ...] = () if isinstance(problems, str) else tuple(problems)
        message = problems if isinstance(problems, str) else "\n".join(map(str, self.problems))
        super().__init__(message)


class PedigreeError(InputError):
    """A pedigree that contradicts itself; ``faults`` pairs each member with what is wrong."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults: tuple[tuple[str, str], ...] = tuple(faults)
        super().__init__("; ".join(text for _, text in self.faults))


class ModelError(AntigoneError):
    """A statistical model outside its domain (a rate above 1, frequencies that do not sum to 1)."""


class PlanTooLarge(AntigoneError):
    """An exact elimination larger than the stated limit, refused before it starts.

    ``what`` is too large: "multiplications", "elements" of an array, "partitions" of unknown founder alleles, or
    "unknowns"; ``found`` and ``limit`` say how much. Nothing in a refusal for other reasons. ``notices`` are statements
    (see ``model.statements``) of what would make it possible.
    """

    def __init__(
        self, message: str, *, what: str = "", found: float = 0, limit: float = 0, notices: Iterable[Any] = ()
    ) -> None:
        super().__init__(message)
        self.notices: tuple[Any, ...] = tuple(notices)
        self.what, self.found, self.limit = what, found, limit


class ConsentError(AntigoneError):
    """A computation that no active consent covers."""


class Unsupported(AntigoneError):
    """A request that is understood but that this version does not compute."""


class DrawingError(AntigoneError):
    """A drawing or document that the program which makes it could not make; nothing else was lost."""


class RegistryError(AntigoneError):
    """The registry refuses, or cannot do, what was asked; the action left nothing half done."""


class StorageError(RegistryError):
    """A database or file that is not there, full, locked, lost on the way, or of an unknown version."""


class VaultError(RegistryError):
    """A key that cannot be used: wrong passphrase, damaged, readable by others, of another registry, or destroyed."""


class ChainBroken(RegistryError):
    """An audit that is not what was written. ``number`` is the first line that is wrong or missing."""

    def __init__(self, number: int, message: str) -> None:
        self.number = number
        super().__init__(message)


class NotWhole(ChainBroken):
    """Rows, keys or triggers that are not as the audit left them. ``findings`` says of each where, and what it is."""

    def __init__(self, number: int, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        super().__init__(number, "\n".join(self.findings))


class BackupError(RegistryError):
    """A backup or a ring of keys that is damaged, incomplete, or belongs to another registry."""


class Forbidden(RegistryError):
    """The user is unknown, or may not do this in this role."""


class NotForRole(Forbidden):
    """A ``role`` does not allow an ``action``; ``may`` are the roles that do."""

    def __init__(self, action: str, role: str, may: Iterable[str]) -> None:
        self.action, self.role, self.may = action, role, tuple(sorted(may))
        allowed = " or ".join(self.may)
        super().__init__(f"'{action}' is for the {allowed}; you are signed in as {role}; ask one of them")


class NewPasswordNeeded(Forbidden):
    """The password was given by somebody else, who knows it; until it is changed, it opens nothing."""

    def __init__(self) -> None:
        super().__init__(
            "your password was given to you by somebody else, who knows it; choose one of your own first: in the "
            "browser under your account, on the command line with 'antigone registry users password'"
        )


class Conflict(RegistryError):
    """A change that another one, made meanwhile or confirmed before, stands against."""


class Cancelled(RegistryError):
    """A search that a user ended; its run has no answer."""
