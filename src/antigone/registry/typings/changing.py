"""What a geneticist does with typings: correct one, retire one, settle a conflict between them. Nothing is deleted."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from antigone.errors import Conflict, InputError
from antigone.model.assumptions.lineage import Copies, MtHaplotype, YHaplotype
from antigone.model.assumptions.observation import Replicate
from antigone.model.profile import Genotype
from antigone.model.typings.rule import shown_at
from antigone.model.typings.typing import AMELOGENIN, MTDNA, Typing
from antigone.registry.changes.changes import Kind, note_change
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.schema import conflicts, profiles, samples, typings
from antigone.registry.typings.conflicts import note_conflicts_of
from antigone.registry.typings.content import packed_typing
from antigone.registry.typings.payloads import Unpacker
from antigone.registry.typings.reading import in_force, open_all
from antigone.registry.typings.samples import OwnedSample
from antigone.registry.typings.saving import NewTyping, Receipt, keep_typing

Right = Genotype | Copies | MtHaplotype | Replicate
"""What is right at a marker: a genotype, the alleles of a Y locus, a mitochondrial haplotype, or an Amelogenin."""


@dataclass(frozen=True)
class Deciding:
    """Who changes what was typed of a sample, when and why."""

    connection: Connection
    vault: Vault
    sample: OwnedSample
    at: str
    user: int
    reason: str

    def require_reason(self) -> None:
        """Raise InputError without a reason."""
        if not self.reason.strip():
            raise InputError("no reason is given; say in a few words why, without names and genotypes")

    def valid(self) -> tuple[dict[int, Typing], DataKey | None]:
        """The typings in force of the person, by row, and the person's key."""
        of = samples.c[self.sample.owner]
        rows = self.connection.execute(in_force(self.sample.owner).where(of == self.sample.person)).all()
        if not rows:
            return {}, None
        given, key = open_all(self.vault, rows, Unpacker())
        return {int(typing.label): typing for typing in given}, key

    def done(self, kind: Kind) -> int:
        """Note what changed, and the conflicts that are open now; how many opened."""
        sample = self.sample
        people, kin = ([sample.person], []) if sample.family is None else ([], [sample.family])
        note_change(self.connection, sample.incident, kind, at=self.at, unidentified=people, families=kin)
        return note_conflicts_of(self.connection, self.vault, sample.owner, [sample.person], at=self.at)


def correct_typing(deciding: Deciding, number: int, right: Mapping[str, Right | None]) -> int:
    """Put a corrected typing in the place of one that is in force; its row. The old one stays, superseded.

    ``right`` is what is right at some of its markers; ``None`` takes a marker out. How often a haplotype was met in a
    database was asked for the one that was wrong, and is not taken over.

    Raises
    ------
    Conflict
        When the typing is not in force.
    InputError
        Without a reason; when a marker was not typed in it, or when nothing would change.
    """
    deciding.require_reason()
    valid, key = deciding.valid()
    old = _require(valid, number)
    assert key is not None  # noqa: S101 - somebody with a typing in force has a key
    new = _corrected(old, number, right)
    row = _row(deciding.connection, number)
    receipt = Receipt(deciding.sample.incident, deciding.at, "", deciding.user)
    kept = NewTyping(
        *(deciding.sample.code, deciding.sample.owner, deciding.sample.person, key),
        *(packed_typing(deciding.sample.code, new), row.kit, row.replicate),
    )
    made = keep_typing(deciding.connection, kept, row.sample, receipt=receipt)
    these = typings.c.profile == made
    deciding.connection.execute(update(typings).where(these).values(corrects=number))
    _end(deciding, number, "superseded")
    _carry_over(deciding, number, made, right.keys())
    deciding.done("typing corrected")
    return made


def retire_typing(deciding: Deciding, number: int) -> int:
    """Take a typing out of force; how many conflicts this opened.

    Raises
    ------
    Conflict
        When the typing is not in force.
    InputError
        Without a reason.
    """
    deciding.require_reason()
    _require(deciding.valid()[0], number)
    _end(deciding, number, "retired")
    return deciding.done("typing retired")


def keep_one(deciding: Deciding, marker: str, number: int) -> None:
    """Settle a conflict: what one typing shows at the marker is right; those that show otherwise are set aside there.

    Raises
    ------
    Conflict
        When the marker is not in conflict, or the typing is not in force or does not have it.
    InputError
        Without a reason.
    """
    shown = shown_in_conflict(deciding, marker)
    if number not in shown:
        numbers = ", ".join(map(str, sorted(shown)))
        raise Conflict(f"typing {number} of '{deciding.sample.code}' has no valid {marker}; expected one of {numbers}")
    aside = [one for one, value in shown.items() if value != shown[number]]
    _settle(deciding, marker, "kept", aside=aside)


def take_as_replicates(deciding: Deciding, marker: str) -> None:
    """Settle a conflict: the typings are amplifications of one genotype, which may show it incompletely.

    The caller makes sure that the rates of the incident allow it.

    Raises
    ------
    Conflict
        When the marker is not in conflict, or is of a reference, which is taken as read.
    InputError
        Without a reason.
    """
    shown = shown_in_conflict(deciding, marker)
    if deciding.sample.owner == "donor":
        raise Conflict(f"'{deciding.sample.code}' is a reference, taken as read; keep one typing, or retire one")
    _settle(deciding, marker, "replicates", together=list(shown))


def shown_in_conflict(deciding: Deciding, marker: str) -> dict[int, Any]:
    """What each typing in force shows at a marker in conflict.

    Raises
    ------
    Conflict, InputError
        When the marker is not in conflict, or no reason is given.
    """
    deciding.require_reason()
    _open_conflict(deciding, marker)
    shown = {number: shown_at(typing, marker) for number, typing in deciding.valid()[0].items()}
    return {number: value for number, value in shown.items() if value is not None}


def _require(valid: Mapping[int, Typing], number: int) -> Typing:
    if number not in valid:
        numbers = ", ".join(map(str, sorted(valid))) or "none"
        raise Conflict(f"typing {number} of this sample is not in force; in force: {numbers}; look at its typings")
    return valid[number]


def _corrected(old: Typing, number: int, right: Mapping[str, Right | None]) -> Typing:
    missing = sorted(marker for marker in right if shown_at(old, marker) is None)
    if missing or not right:
        raise InputError(f"typing {number} has no {', '.join(missing) or 'marker to correct'}; name a marker it has")
    new = old
    for marker, value in right.items():
        new = _with(new, marker, value)
    if all(shown_at(new, marker) == shown_at(old, marker) for marker in right):
        raise InputError(f"typing {number} shows this already; there is nothing to correct")
    return new


def _with(typing: Typing, marker: str, value: Any) -> Typing:
    """A typing that shows something else at one marker, or nothing there."""
    if marker == MTDNA:
        mt = value if value is None or typing.mt is None else replace(value, sample=typing.mt.sample)
        return replace(typing, mt=mt, mt_seen=None)
    if marker == AMELOGENIN:
        return replace(typing, amelogenin=() if value is None else (value,))
    given = {} if value is None else {marker: value}
    if typing.y is not None and marker in typing.y.loci:
        loci = {locus: copies for locus, copies in typing.y.loci.items() if locus != marker} | given
        return replace(typing, y=YHaplotype(typing.y.sample, loci) if loci else None, y_seen=None)
    kept = {name: pair for name, pair in typing.genotypes.items() if name != marker}
    replicates = {name: shown for name, shown in typing.replicates.items() if name != marker}
    return replace(typing, genotypes=kept | given, replicates=replicates)


def _row(connection: Connection, number: int) -> Any:
    """Where a typing came from; an older Antigone kept no such row, and it is made now."""
    query = select(typings, profiles.c.sample).select_from(typings.join(profiles, typings.c.profile == profiles.c.id))
    row = connection.execute(query.where(typings.c.profile == number)).one_or_none()
    if row is None:
        new = {"profile": number, "kit": "", "replicate": False, "state": "valid", "reason": ""}
        connection.execute(insert(typings).values(new))
        row = connection.execute(query.where(typings.c.profile == number)).one()
    return row


def _end(deciding: Deciding, number: int, state: str) -> None:
    _row(deciding.connection, number)
    ended = {"state": state, "ended": deciding.at, "ended_by": deciding.user, "reason": deciding.reason.strip()}
    deciding.connection.execute(update(typings).where(typings.c.profile == number).values(ended))


def _carry_over(deciding: Deciding, old: int, new: int, changed: Collection[str]) -> None:
    """What was settled with a typing holds for its correction too, at the markers that were not corrected."""
    mine = select(samples.c.id).where(samples.c[deciding.sample.owner] == deciding.sample.person)
    query = select(conflicts).where(conflicts.c.sample.in_(mine), conflicts.c.how.in_(("kept", "replicates")))
    for row in deciding.connection.execute(query).all():
        lists = {name: json.loads(getattr(row, name)) for name in ("aside", "together")}
        named = {name: json.dumps([*numbers, new]) for name, numbers in lists.items() if old in numbers}
        if named and row.marker not in changed:
            deciding.connection.execute(update(conflicts).where(conflicts.c.id == row.id).values(named))


def _open_conflict(deciding: Deciding, marker: str) -> int:
    mine = select(samples.c.id).where(samples.c[deciding.sample.owner] == deciding.sample.person)
    query = select(conflicts.c.id, conflicts.c.marker).where(conflicts.c.sample.in_(mine), conflicts.c.closed.is_(None))
    rows = deciding.connection.execute(query).all()
    for row in rows:
        if row.marker == marker:
            return int(row.id)
    others = ", ".join(sorted(row.marker for row in rows)) or "none"
    raise Conflict(
        f"'{deciding.sample.code}' is not in conflict at '{marker}' (any more); in conflict: {others}; look again"
    )


def _settle(
    deciding: Deciding, marker: str, how: str, *, aside: Collection[int] = (), together: Collection[int] = ()
) -> None:
    closed = {"closed": deciding.at, "closed_by": deciding.user, "how": how, "reason": deciding.reason.strip()}
    lists = {"aside": json.dumps(sorted(aside)), "together": json.dumps(sorted(together))}
    this = conflicts.c.id == _open_conflict(deciding, marker)
    deciding.connection.execute(update(conflicts).where(this).values(closed | lists))
    deciding.done("conflict settled")
