"""Runs of a search: started before anything is read, finished with their candidates, or not at all.

A candidate in full is sealed under a key of its own, for its markers tell genotypes. Between start and finish somebody
may leave: consent is looked up again in the transaction that stores the answer.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from antigone.errors import Conflict, Forbidden, RegistryError
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.incident.incident import Incident
from antigone.model.results.search import Candidate, SearchResult
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.model.statements import names
from antigone.registry.changes.changes import last_change
from antigone.registry.consent.coverage import covered_donors
from antigone.registry.keys.vault import Vault
from antigone.registry.runs.blocks import forget_until
from antigone.registry.runs.summaries import save_summaries, without
from antigone.registry.store.database import reserve
from antigone.registry.store.lookups import find_incident, found_alive
from antigone.registry.store.schema import (
    candidates,
    families,
    findings,
    members,
    pairings,
    runs,
    unidentified,
)
from antigone.registry.store.stored import CANDIDATE, SEARCH_ANSWER
from antigone.registry.typings.saving import BLOCK

RESUMED_FROM = ("cancelled", "failed")
"""The states in which a run can be resumed."""
PADDED_TO = 16_384
"""Incidental findings are filled up to a multiple of this many bytes."""


@dataclass(frozen=True)
class Finished:
    """How a run ended: candidates stored, candidates withheld because somebody left meanwhile, and the state."""

    stored: int
    withheld: int
    state: str


def start_run(
    connection: Connection,
    *,
    incident: str,
    started_by: int,
    purpose: str,
    day: dt.date,
    at: str,
    left_out: Mapping[str, int],
    model: int | None = None,
) -> int:
    """The row of a new run, in the transaction that reads for it. ``left_out`` counts the donors that were refused, by
    reason; ``model`` is the number of the version of the incident's model.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    number = find_incident(connection, incident).id
    row = {"incident": number, "started_by": started_by, "purpose": purpose, "day": day, "started": at}
    row |= {"state": "running", "left_out": json.dumps(dict(left_out)), "model": model}
    row |= {"seen": last_change(connection, number)}
    return int(connection.execute(insert(runs).returning(runs.c.id), row).scalar_one())


def end_run(connection: Connection, run: int, *, state: str, at: str) -> None:
    """End a run without an answer: ``failed`` or ``cancelled``.

    Raises
    ------
    Conflict
        When it is not running.
    """
    _running(connection, run)
    connection.execute(update(runs).where(runs.c.id == run).values(state=state, finished=at))


def resume_run(
    connection: Connection, run: int, *, day: dt.date, left_out: Mapping[str, int], model: int | None = None
) -> None:
    """Let a run that has ended without an answer go on, with the consents and the model of today.

    Raises
    ------
    Conflict
        When it runs, or has an answer.
    """
    row = _run(connection, run)
    if row.state not in RESUMED_FROM:
        remedy = "end it first if its process has stopped" if row.state == "running" else "start a new search"
        raise Conflict(f"run {run} is {row.state}, expected {' or '.join(RESUMED_FROM)}; {remedy}")
    values: dict[str, Any] = {
        "state": "running",
        "finished": None,
        "model": model,
        "day": day,
        "left_out": json.dumps(dict(left_out)),
        "seen": last_change(connection, row.incident),
    }
    connection.execute(update(runs).where(runs.c.id == run).values(**values))


def finish_run(
    connection: Connection,
    vault: Vault,
    run: int,
    result: SearchResult,
    *,
    used: Incident,
    today: dt.date,
    at: str,
    findings_text: str = "[]",
    changed: bool = False,
    asked: int | None = None,
    kept: int | None = None,
) -> Finished:
    """Store the answer of a run, but for what rested on somebody who left while it ran; its blocks go.

    Parameters
    ----------
    connection, vault
        One transaction for all of it, and the keys.
    run
        What ``start_run`` gave.
    result
        The answer. ``pairs`` is not kept; candidates are sealed, each by itself; lines are kept as `summaries`.
    used
        The incident as it was searched: whose donors must still be covered today.
    today, at
        The day and the moment.
    findings_text
        The incidental findings, as the caller writes them; for the geneticist who started the run alone.
    changed
        Whether somebody left, or a pedigree changed, while it ran: then it is to be computed again.
    asked, kept
        Of how many families anything was asked, and of how many every answer was kept from earlier searches.

    Raises
    ------
    Conflict
        When the run is not running.
    """
    row = _running(connection, run)
    gone = no_longer_valid(connection, row.incident, used, today=today)
    valid = [c for c in result.candidates if c.family not in gone.families and c.unidentified not in gone.people]
    withheld = len(result.candidates) - len(valid)
    _save_candidates(connection, vault, row, valid)
    if not gone:
        _save_findings(connection, vault, row, findings_text)
    given = {donor.profile.sample for of in used.families if of.code in gone.families for donor in of.donors}
    rest = without(replace(result, candidates=(), pairs=()), families=gone.families, people=gone.people | given)
    left_out = json.loads(row.left_out) | ({names.CANDIDATES_WITHHELD.code: withheld} if gone else {})
    state = TO_COMPUTE_AGAIN if gone or changed else "finished"
    save_summaries(connection, run, rest)
    brief = SEARCH_ANSWER.write(replace(rest, unidentified=(), families=()))
    values: dict[str, Any] = {"state": state, "finished": at, "result": brief, "left_out": json.dumps(left_out)}
    values |= {"asked": asked, "kept": kept}
    connection.execute(update(runs).where(runs.c.id == run).values(**values))
    forget_until(connection, row.incident, run=run)
    return Finished(len(valid), withheld, state)


def read_result(connection: Connection, run: int) -> SearchResult:
    """The answer of a run without candidates, pairs and lines of persons; `with_summaries` adds the lines.

    Raises
    ------
    RegistryError
        When there is no such run, or it has no answer.
    """
    row = _run(connection, run)
    if row.result is None:
        raise RegistryError(f"run {run} is {row.state} and has no answer; choose another run or start a new one")
    return SEARCH_ANSWER.read(row.result)


def read_findings(connection: Connection, vault: Vault, run: int, *, user: int) -> str:
    """The incidental findings of a run, for the geneticist who started it.

    Raises
    ------
    Forbidden
        For anybody else.
    RegistryError
        When the run has none to read: it did not finish, or is to be computed again.
    """
    if _run(connection, run).started_by != user:
        raise Forbidden(f"the incidental findings of run {run} are for the geneticist who started it; ask that person")
    row = connection.execute(select(findings).where(findings.c.run == run)).one_or_none()
    if row is None:
        raise RegistryError(f"run {run} keeps no incidental findings; start the search again")
    key = vault.data_keys(connection, [row.key])[row.key]
    return Vault.unseal(key, row.sealed, context=f"findings:{row.id}").decode().rstrip()


@dataclass(frozen=True)
class Gone:
    """The families with a donor who is no longer covered, or with another pedigree, and the persons who left."""

    families: frozenset[str]
    people: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.families or self.people)


def no_longer_valid(connection: Connection, incident: int, used: Incident, *, today: dt.date) -> Gone:
    """Who of those an incident was computed with is not covered, is not there, or is declared otherwise today."""
    covered = covered_donors(connection, incident, scope=SCOPE_IDENTIFICATION, day=today).samples
    here = unidentified.c.incident == incident
    people = set(connection.scalars(select(unidentified.c.code).where(here, unidentified.c.erased.is_(None))))
    left = {f.code for f in used.families if any(d.profile.sample not in covered for d in f.donors)}
    return Gone(
        frozenset(left | _declared_otherwise(connection, incident, used)),
        frozenset(person.code for person in used.unidentified if person.code not in people),
    )


def _declared_otherwise(connection: Connection, incident: int, used: Incident) -> set[str]:
    """The families of whom a member that was searched with has other parents, another sex or mark, or is gone."""
    alive_now = members.c.id.in_(found_alive()).label("alive")
    of = select(members, families.c.code.label("family_code"), alive_now).select_from(members.join(families))
    rows = connection.execute(of.where(families.c.incident == incident))
    now = {
        (r.family_code, r.code): (r.sex, r.father, r.mother, r.founder_inbreeding, r.missing and not r.alive)
        for r in rows
    }
    return {
        family.code
        for family in used.families
        for m in family.pedigree
        if now.get((family.code, m.id)) != (m.sex, m.father, m.mother, m.founder_inbreeding, m.id in family.missing)
    }


def _run(connection: Connection, run: int) -> Row[Any]:
    row = connection.execute(select(runs).where(runs.c.id == run)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no run {run}; list the runs and correct the number")
    return row


def _running(connection: Connection, run: int) -> Row[Any]:
    row = _run(connection, run)
    if row.state != "running":
        raise Conflict(f"run {run} is {row.state}, expected running; start a new run")
    return row


def _save_findings(connection: Connection, vault: Vault, run: Row[Any], text: str) -> None:
    (number,) = reserve(connection, findings, 1)
    key = vault.new_key(connection)
    length = len(text.encode())
    padded = text.encode() + b" " * (-length % PADDED_TO)
    sealed = Vault.seal(key, padded, context=f"findings:{number}")
    row = {"id": number, "run": run.id, "geneticist": run.started_by, "key": key.id, "sealed": sealed}
    connection.execute(insert(findings), row)


def _save_candidates(connection: Connection, vault: Vault, run: Row[Any], found: Sequence[Candidate]) -> None:
    pairing_of = _pairings(connection, run.incident, found)
    for start in range(0, len(found), BLOCK):
        block = found[start : start + BLOCK]
        keys = vault.new_keys(connection, len(block))
        rows = [
            {
                "id": number,
                "run": run.id,
                "pairing": pairing_of[one.unidentified, one.family, one.missing],
                "rank": one.rank,
                "log10_lr": one.smallest_log10_lr,
                "population": one.smallest_population,
                "posterior": one.posterior,
                "markers": len(one.markers_compared),
                "stale": False,
                "sealed": Vault.seal(key, CANDIDATE.write(one).encode(), context=f"candidates:{number}"),
                "key": key.id,
            }
            for number, key, one in zip(reserve(connection, candidates, len(block)), keys, block, strict=True)
        ]
        connection.execute(insert(candidates), rows)


Pair = tuple[str, str, str]
"""The codes of an unidentified person, a family and its missing member."""


def _pairings(connection: Connection, incident: int, found: Sequence[Candidate]) -> dict[Pair, int]:
    """The row of each candidate's pairing; those that are new begin open."""
    people = select(unidentified.c.code, unidentified.c.id).where(unidentified.c.incident == incident)
    person_of = {row.code: row.id for row in connection.execute(people)}
    kin = select(families.c.code.label("family"), members.c.code, members.c.id).select_from(members.join(families))
    asked = kin.where(families.c.incident == incident, members.c.missing)
    missing_of = {(row.family, row.code): row.id for row in connection.execute(asked)}
    known = select(pairings.c.unidentified, pairings.c.member, pairings.c.id).where(pairings.c.incident == incident)
    by_row = {(row.unidentified, row.member): row.id for row in connection.execute(known)}
    wanted = {
        (c.unidentified, c.family, c.missing): (person_of[c.unidentified], missing_of[c.family, c.missing])
        for c in found
    }
    new = [pair for pair in wanted.values() if pair not in by_row]
    by_row |= dict(zip(new, reserve(connection, pairings, len(new)), strict=True))
    rows = [
        {"id": by_row[person, member], "incident": incident, "unidentified": person, "member": member}
        | {"state": "open", "version": 0}
        for person, member in new
    ]
    if rows:
        connection.execute(insert(pairings), rows)
    return {codes: by_row[pair] for codes, pair in wanted.items()}
