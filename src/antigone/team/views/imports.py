"""What an import would do, what it did, and what an undoing took back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.errors import Problem
from antigone.registry.imports.effects import Listed


@dataclass(frozen=True)
class Preview:
    """What an import would do. ``added``, ``changed`` and ``known`` (left alone) list the first codes of each kind.

    With a problem nothing would be done. ``asked`` are the samples that would have to be let in with a reason. ``seen``
    is what `import_incident` is given to do exactly this, and nothing else; empty when there are problems.
    """

    incident: str
    is_new: bool
    added: tuple[Listed, ...]
    changed: tuple[Listed, ...]
    known: tuple[Listed, ...]
    asked: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    seen: str = ""


@dataclass(frozen=True)
class ImportLine:
    """One import: when, by whom, of which files (name and SHA-256), what was new by it in numbers, and whether it
    stands; when it was undone, by whom and why."""

    number: int
    incident: str
    at: str
    by: str
    files: tuple[tuple[str, str], ...]
    counts: Mapping[str, int]
    state: str
    ended: str | None = None
    ended_by: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class ImportView:
    """An import, and in words everything that rests on it, each with what to do instead; nothing: it can be undone."""

    line: ImportLine
    rests: tuple[str, ...]


@dataclass(frozen=True)
class Undone:
    """What an undoing took back, in numbers; ``incident_stays``: it is empty now, and is kept for its searches.

    ``still_to_do`` is what somebody must do by hand so that no old copy can be read, in words."""

    number: int
    incident: str
    removed: Mapping[str, int]
    candidates: int
    runs: int
    incident_stays: bool = True
    still_to_do: tuple[str, ...] = ()
