"""Leaving: a donor or a living seeker is erased, with all that rested on them.

The rows of their keys are deleted, which is what makes every copy of the ciphertext unreadable, and the ciphertext here
goes too. What remains is that a code once stood for somebody who gave consent and withdrew it. ``scrub`` then makes the
database let go of the old bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from antigone.errors import RegistryError, StorageError
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.audit.chain import append
from antigone.registry.changes.changes import note_change
from antigone.registry.consent.coverage import AnyRow
from antigone.registry.keys.vault import Vault
from antigone.registry.people.departures import note_departure
from antigone.registry.rings.ring import outdate_rings
from antigone.registry.runs.answers import erase_answers
from antigone.registry.runs.blocks import erase_blocks
from antigone.registry.runs.joint_runs import erase_joint
from antigone.registry.runs.summaries import about_others, take_out
from antigone.registry.store.database import outside_transaction
from antigone.registry.store.lookups import stands_on
from antigone.registry.store.schema import (
    asks,
    blocks,
    candidates,
    conflicts,
    consents,
    donors,
    families,
    family_answers,
    findings,
    incidents,
    joint_parts,
    joint_runs,
    keys,
    marks,
    members,
    pairings,
    passes,
    profiles,
    runs,
    samples,
    set_runs,
    summaries,
    typings,
    unfinished,
    unidentified,
)
from antigone.registry.store.stored import NOTICES, SEARCH_ANSWER

_BLOCK = 1000
_EMPTIED_TABLES = (
    *(keys, profiles, donors, unidentified, members, consents, candidates, findings, runs, summaries),
    *(
        joint_runs,
        joint_parts,
        set_runs,
        unfinished,
        blocks,
        family_answers,
        marks,
        incidents,
        typings,
        conflicts,
        asks,
        passes,
    ),
)
"""The tables that an erasure empties of bytes."""


@dataclass(frozen=True)
class Erased:
    """What an erasure took with it. ``runs`` are the numbers of the searches that are to be computed again; ``joint``
    is how many joint answers of the incident went, ``blocks`` how many finished blocks of its unfinished searches."""

    samples: tuple[str, ...]
    profiles: int
    candidates: int
    runs: tuple[int, ...]
    joint: int = 0
    blocks: int = 0


def withdraw_donor(
    connection: Connection,
    vault: Vault | None,
    *,
    incident: str,
    family: str,
    member: str,
    day: dt.date,
    at: str,
    actor: str,
    purpose: str,
) -> Erased:
    """Erase a donor: profiles, name, keys, and every candidate of the family, in the caller's transaction.

    Keyed digests of who left are kept (`departures.py`); without a vault they are not, because a ring has them. Call
    ``scrub`` when it is committed, and write the ring of keys anew.

    Raises
    ------
    RegistryError
        When there is no such donor, or the donor has left already.
    """
    rows = _find_donors(connection, incident, family, member)
    here, giving = rows[0].incident, [row.id for row in rows]
    if vault is not None:
        note_departure(connection, vault, "donor", giving, day=day)
    codes, erased = _erase_samples(connection, samples.c.donor.in_(giving))
    _forget(connection, donors, giving, erased=at)
    _forget(connection, members, [row.member for row in rows])
    connection.execute(delete(asks).where(asks.c.donor.in_(giving)))
    of_donor = consents.c.donor.in_(giving)
    connection.execute(update(consents).where(of_donor).values(reference="", attested_by=""))
    _take_out_notices(connection, here, {family, *codes})
    still = of_donor & stands_on(day)
    connection.execute(update(consents).where(still).values(withdrawn=day))
    found = erase_results_of(connection, here, rows[0].family, family, at=at, codes=codes, profiles=erased)
    subject = f"a donor of incident {incident}, family {family}: {_counts(found)}"
    append(connection, at=at, actor=actor, action="withdraw", purpose=purpose, subject=subject)
    return found


def erase_results_of(
    connection: Connection,
    incident: int,
    number: int,
    family: str,
    *,
    at: str,
    codes: tuple[str, ...] = (),
    profiles: int = 0,
) -> Erased:
    """Erase what rested on the donors of a family (its row and its code): candidates, joint answers, what the family
    answered, blocks of unfinished searches; mark the runs to be computed again. ``codes`` and ``profiles`` were erased
    before."""
    note_change(connection, incident, "consent withdrawn", at=at, families=[number])
    erase_answers(connection, [number])
    of_family = select(pairings.c.id).select_from(pairings.join(members)).where(members.c.family == number)
    gone = erase_candidates(connection, of_family)
    again = compute_again(connection, incident, families={family}, people=set(codes))
    joint, lost = erase_joint(connection, incident), erase_blocks(connection, incident)
    outdate_rings(connection)
    return Erased(codes, profiles, gone, again, joint, lost)


def withdraw_seeker(
    connection: Connection, vault: Vault | None, *, incident: str, code: str, at: str, actor: str, purpose: str
) -> Erased:
    """Erase a living seeker: the request, profiles, keys, and every candidate that names them. See `withdraw_donor`.

    Raises
    ------
    RegistryError
        When there is no living seeker of that code, or the seeker has left already.
    """
    person = _find_seeker(connection, incident, code)
    if vault is not None:
        note_departure(connection, vault, "unidentified", [person.id], day=dt.date.fromisoformat(at[:10]))
    codes, erased = _erase_samples(connection, samples.c.unidentified == person.id)
    _forget(connection, unidentified, [person.id], erased=at, request="")
    _take_out_notices(connection, person.incident, {code, *codes})
    note_change(connection, person.incident, "person left", at=at, unidentified=[person.id])
    gone = erase_candidates(connection, select(pairings.c.id).where(pairings.c.unidentified == person.id))
    again = compute_again(connection, person.incident, families=set(), people={code, *codes})
    joint, lost = erase_joint(connection, person.incident), erase_blocks(connection, person.incident)
    found = Erased(codes, erased, gone, again, joint, lost)
    subject = f"a living seeker of incident {incident}: {_counts(found)}"
    outdate_rings(connection)
    append(connection, at=at, actor=actor, action="withdraw", purpose=purpose, subject=subject)
    return found


def withdrawn_donors(connection: Connection, *, incident: str, day: dt.date) -> tuple[tuple[str, str], ...]:
    """Donors, by family and member, whose every consent is withdrawn on a day but who are not erased yet.

    An import may bring a withdrawal that was written into the files. It ends every use at once; to erase is a step of
    its own, for which somebody answers.
    """
    gave = select(consents.c.donor)
    standing = gave.where(stands_on(day))
    query = (
        select(families.c.code.label("family"), members.c.code)
        .select_from(donors.join(members).join(families).join(incidents))
        .where(
            incidents.c.code == incident, donors.c.erased.is_(None), donors.c.id.in_(gave), donors.c.id.not_in(standing)
        )
    )
    return tuple((row.family, row.code) for row in connection.execute(query.order_by(donors.c.id)))


def scrub(engine: Engine) -> tuple[str, ...]:
    """Make the database let go of what was deleted; what is left to do, in words (nothing: all is gone).

    SQLite has overwritten it in its file already (``secure_delete``); here its write-ahead log is emptied. PostgreSQL
    rewrites the tables, then closes and removes its old WAL files, for which the server must have ``wal_recycle = off``
    and the user the right to checkpoint.
    """
    with outside_transaction(engine) as connection:
        if engine.dialect.name == "sqlite":
            return _empty_log(connection)
        return tuple(_rewrite(connection))


def _find_donors(connection: Connection, incident: str, family: str, member: str) -> Sequence[AnyRow]:
    query = (
        select(donors.c.id, donors.c.member, donors.c.erased, members.c.family, incidents.c.id.label("incident"))
        .select_from(donors.join(members).join(families).join(incidents))
        .where(incidents.c.code == incident, families.c.code == family, members.c.code == member)
    )
    rows = connection.execute(query).all()
    present = [row for row in rows if row.erased is None]
    if not present:
        found = "has left already" if rows else "is no donor"
        raise RegistryError(
            f"incident '{incident}', family '{family}': member '{member}' {found}; list the donors, correct the codes"
        )
    return present


def _find_seeker(connection: Connection, incident: str, code: str) -> AnyRow:
    query = select(unidentified).select_from(unidentified.join(incidents))
    row = connection.execute(query.where(incidents.c.code == incident, unidentified.c.code == code)).one_or_none()
    if row is None or row.kind != "living" or row.erased is not None:
        found = "is unknown" if row is None else "is of remains" if row.kind != "living" else "has left already"
        raise RegistryError(f"incident '{incident}': '{code}' {found}, expected a living seeker; correct the code")
    return row


def _erase_samples(connection: Connection, of_person: Any) -> tuple[tuple[str, ...], int]:
    """Null every profile of somebody's samples, what was said of it too, and delete their marks, conflicts and passes:
    the codes, and how many profiles."""
    found = {row.id: row.code for row in connection.execute(select(samples.c.id, samples.c.code).where(of_person))}
    typed = select(profiles.c.id).where(profiles.c.sample.in_(list(found)))
    connection.execute(delete(marks).where(marks.c.profile.in_(typed)))
    connection.execute(delete(conflicts).where(conflicts.c.sample.in_(list(found))))
    connection.execute(delete(passes).where(passes.c.sample.in_(list(found))))
    connection.execute(update(typings).where(typings.c.profile.in_(typed)).values(kit="", reason=""))
    emptied = connection.execute(update(profiles).where(profiles.c.sample.in_(list(found))).values(sealed=None))
    return tuple(sorted(found.values())), emptied.rowcount


def _take_out_notices(connection: Connection, incident: int, codes: Collection[str]) -> None:
    """Leave of what the readers said only the notices that name none of these codes."""
    of_incident = incidents.c.id == incident
    said = NOTICES.read(connection.execute(select(incidents.c.notices).where(of_incident)).scalar_one())
    left = NOTICES.write(about_others(said, codes))
    connection.execute(update(incidents).where(of_incident).values(notices=left))


def _forget(connection: Connection, table: Table, numbers: Collection[int], **values: str) -> None:
    """Null what is sealed in these rows, and delete their keys."""
    these = table.c.id.in_(numbers)
    held = [key for key in connection.scalars(select(table.c.key).where(these)) if key is not None]
    connection.execute(update(table).where(these).values(sealed=None, key=None, **values))
    _delete_keys(connection, held)


def _delete_keys(connection: Connection, numbers: Sequence[int]) -> None:
    for start in range(0, len(numbers), _BLOCK):
        connection.execute(delete(keys).where(keys.c.id.in_(numbers[start : start + _BLOCK])))


def erase_candidates(connection: Connection, of_pairings: Any, *, of_runs: Any = None) -> int:
    """Mark candidates stale: their key, ciphertext and numbers go. ``of_runs``: those of some runs alone."""
    these = candidates.c.pairing.in_(of_pairings) & ~candidates.c.stale
    if of_runs is not None:
        these = these & candidates.c.run.in_(of_runs)
    held = [key for key in connection.scalars(select(candidates.c.key).where(these)) if key is not None]
    nothing = {"sealed": None, "key": None, "log10_lr": None, "posterior": None, "population": "", "markers": 0}
    emptied = connection.execute(update(candidates).where(these).values(stale=True, **nothing))
    _delete_keys(connection, held)
    return emptied.rowcount


def compute_again(
    connection: Connection, incident: int, *, families: Collection[str], people: Collection[str], since: str = ""
) -> tuple[int, ...]:
    """Mark every finished run of the incident, and take what it says of these families and persons out of it; with a
    moment, those alone that were finished since.

    A run that is still computing looks for itself, when it ends, who has left.
    """
    of_incident = (runs.c.incident == incident) & runs.c.result.is_not(None) & (runs.c.finished >= since)
    numbers = list(connection.scalars(select(runs.c.id).where(of_incident).order_by(runs.c.id)))
    connection.execute(update(runs).where(runs.c.id.in_(numbers)).values(state=TO_COMPUTE_AGAIN))
    take_out(connection, numbers, families=families, people=people)
    _take_out_attesters(connection, incident, numbers)
    held = list(connection.scalars(select(findings.c.key).where(findings.c.run.in_(numbers))))
    connection.execute(delete(findings).where(findings.c.run.in_(numbers)))
    _delete_keys(connection, held)
    return tuple(numbers)


def _take_out_attesters(connection: Connection, incident: int, numbers: Sequence[int]) -> None:
    """Leave in the answers of some runs only who attests a consent that is still there."""
    of_incident = consents.join(donors).join(members).join(families)
    asked = select(consents.c.attested_by).distinct().select_from(of_incident).where(families.c.incident == incident)
    still = set(connection.scalars(asked))
    for run, text_of in connection.execute(select(runs.c.id, runs.c.result).where(runs.c.id.in_(numbers))).all():
        answer = SEARCH_ANSWER.read(text_of)
        named = answer.provenance.consent_attested_by.split("; ")
        provenance = replace(answer.provenance, consent_attested_by="; ".join(one for one in named if one in still))
        if provenance != answer.provenance:
            result = SEARCH_ANSWER.write(replace(answer, provenance=provenance))
            connection.execute(update(runs).where(runs.c.id == run).values(result=result))


def _counts(found: Erased) -> str:
    return f"samples {', '.join(found.samples)}; {found.profiles} profiles and " + count_results(found)


def count_results(found: Erased) -> str:
    """The results that an erasure took with it, in words for the audit."""
    return (
        f"{found.candidates} candidates erased, {len(found.runs)} runs to be computed again"
        + (f", {found.joint} joint answers erased" if found.joint else "")
        + (f", {found.blocks} blocks of unfinished searches erased" if found.blocks else "")
    )


def _empty_log(connection: Connection) -> tuple[str, ...]:
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    return ("the write-ahead log is in use by another process: end it and repeat",) if busy else ()


def _rewrite(connection: Connection) -> Iterable[str]:
    for table in _EMPTIED_TABLES:
        try:
            connection.execute(text(f"VACUUM (FULL) {table.name}"))
        except DBAPIError as error:
            raise StorageError(f"table {table.name} could not be rewritten; repeat when nobody uses it") from error
    if connection.scalar(text("SHOW wal_recycle")) == "on":
        yield "the server keeps old WAL files for reuse: set wal_recycle = off, and remove them"
    try:
        for command in ("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT", "CHECKPOINT"):
            connection.execute(text(command))
    except DBAPIError:
        yield "this user may not close the server's WAL: let its administrator run CHECKPOINT and pg_switch_wal()"
