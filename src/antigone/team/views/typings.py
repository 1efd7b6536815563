"""Typings of a sample and their conflicts. Genotypes are in `ConflictView` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.statements.statement import Statement


@dataclass(frozen=True)
class TypingLine:
    """One typing: where it came from and what became of it. ``state`` is valid, superseded or retired; ``corrects`` the
    typing in whose place it stands; ``reason`` why it ended. ``sample`` is another one when a donor gave several.
    ``typed_by``: who typed its passes in, the first pass first; nobody when a file brought it."""

    number: int
    sample: str
    kit: str
    added: str
    imported_by: str
    is_replicate: bool
    state: str
    corrects: int | None
    ended: str | None
    ended_by: str
    reason: str
    typed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class SettledLine:
    """A marker that was in conflict, or is: ``how`` is kept, replicates or gone (the typings differ no more), and empty
    while it is open. ``set_aside`` are the typings that do not count there."""

    marker: str
    opened: str
    closed: str | None
    how: str
    closed_by: str
    reason: str
    set_aside: tuple[int, ...]


@dataclass(frozen=True)
class TypingsView:
    """The typings of a sample, and its conflicts, the oldest first."""

    sample: str
    typings: tuple[TypingLine, ...]
    conflicts: tuple[SettledLine, ...]


@dataclass(frozen=True)
class ConflictLine:
    """A sample that waits for a geneticist: how many of its markers are in conflict, and since when. ``family`` is that
    of a donor."""

    sample: str
    family: str
    markers: int
    since: str


@dataclass(frozen=True)
class ConflictPage:
    """Some samples with conflicts of all."""

    rows: tuple[ConflictLine, ...]
    total: int
    page: int
    size: int


@dataclass(frozen=True)
class ShownThere:
    """What one typing shows at a marker in conflict: each amplification with the alleles that were seen, in words."""

    number: int
    kit: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class MarkerConflict:
    """One marker in conflict; ``may_be_replicates``: the rates of the incident allow to take them together, else
    ``why_not`` says why they do not."""

    marker: str
    typings: tuple[ShownThere, ...]
    may_be_replicates: bool
    why_not: str


@dataclass(frozen=True)
class ConflictView:
    """The conflicts of one sample with the genotypes, for the geneticist who decides. ``doubt`` says when so much
    differs that the typings may be of two persons."""

    sample: str
    markers: tuple[MarkerConflict, ...]
    confirmed: int
    doubt: str


@dataclass(frozen=True)
class PassLine:
    """A pass that waits for another one: of which sample, by which kit, by whom and since when."""

    number: int
    sample: str
    kit: str
    typed_by: str
    at: str


@dataclass(frozen=True)
class EntryView:
    """A profile that is typed in, without anything that was typed.

    ``kits`` can be chosen while there is no pass. ``markers`` are to be typed now, in the kit's order: all of them, or
    after two passes those at which none two agree. ``not_asked`` are markers of the kit that nothing can be computed
    from here, with why. ``apart``: passes of one person count once.
    """

    sample: str
    is_reference: bool
    kits: tuple[str, ...]
    kit: str
    markers: tuple[str, ...]
    not_asked: Mapping[str, tuple[str, ...]]
    apart: bool
    passes: tuple[PassLine, ...]


@dataclass(frozen=True)
class Entered:
    """What became of a pass: the markers that are to be typed again, how many agree; or ``is_typing`` when all do, and
    the profile is a typing of the sample, with what its readers said. ``was_known``: the sample had this typing."""

    sample: str
    agreed: int
    differing: tuple[str, ...] = ()
    is_typing: bool = False
    was_known: bool = False
    notices: tuple[Statement, ...] = ()
