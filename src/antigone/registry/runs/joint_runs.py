"""Joint answers of an incident: each sealed, whole and in parts, under a key of its own, for a posterior tells who is
whose kin.

Everybody in it bears on every number: to leave out one family moves the others. So what somebody who left bore on is
not thinned out but erased, and the run is to be computed again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from antigone.errors import Conflict, RegistryError
from antigone.model.incident.incident import Incident
from antigone.model.results.joint import JointResult
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.model.statements import names
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.models.versions import is_current
from antigone.registry.runs.joint_parts import PackedJoint, erase_parts, save_parts
from antigone.registry.runs.runs import no_longer_valid
from antigone.registry.runs.set_runs import erase_sets
from antigone.registry.store.lookups import AnyRow, Rows, find_incident, found_alive
from antigone.registry.store.schema import families, incidents, joint_runs, keys, members, users
from antigone.registry.store.stored import JOINT_ANSWER


def start_joint(
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
    """The row of a new joint run. ``left_out`` counts the donors that were refused, by reason; ``model`` is the number
    of the version of the incident's model.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    row = {"incident": find_incident(connection, incident).id, "started_by": started_by, "purpose": purpose}
    row |= {"day": day, "started": at, "state": "running", "left_out": json.dumps(dict(left_out))}
    row["model"] = model
    return int(connection.execute(insert(joint_runs).returning(joint_runs.c.id), row).scalar_one())


def end_joint(connection: Connection, run: int, *, state: str, at: str) -> None:
    """End a joint run without an answer: ``failed`` or ``cancelled``.

    Raises
    ------
    Conflict
        When it is not running.
    """
    _running(connection, run)
    connection.execute(update(joint_runs).where(joint_runs.c.id == run).values(state=state, finished=at))


def finish_joint(
    connection: Connection, vault: Vault, run: int, packed: PackedJoint, *, used: Incident, today: dt.date, at: str
) -> str:
    """Seal the answer, unless somebody it rests on left while it was computed; the state the run ends in. When another
    model took force meanwhile, it is to be computed again.

    Parameters
    ----------
    connection, vault
        One transaction for all of it, and the keys.
    run, packed
        What ``start_joint`` gave, and the answer (see `pack_joint`).
    used
        The incident as it was computed with: whose donors must still be covered today.
    today, at
        The day and the moment.

    Raises
    ------
    Conflict
        When the run is not running.
    """
    row = _running(connection, run)
    values: dict[str, Any] = {"state": "finished", "finished": at}
    gone = no_longer_valid(connection, row.incident_id, used, today=today)
    if gone or _missing_now(connection, row.incident_id) != {(f.code, m) for f in used.families for m in f.missing}:
        left_out = json.loads(row.left_out) | {names.JOINT_ANSWERS_WITHHELD.code: 1}
        values |= {"state": TO_COMPUTE_AGAIN, "left_out": json.dumps(left_out)}
    else:
        key = vault.new_key(connection)
        sealed = Vault.seal(key, packed.whole, context=f"joint_runs:{run}")
        values |= {"key": key.id, "sealed": sealed}
        save_parts(connection, key, run, packed.parts)
        if not is_current(connection, row.incident_id, row.model):
            values["state"] = TO_COMPUTE_AGAIN
    connection.execute(update(joint_runs).where(joint_runs.c.id == run).values(**values))
    return str(values["state"])


def find_joint(connection: Connection, run: int) -> AnyRow:
    """One joint run without its answer, with codes; ``answered`` says whether it has one.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    row = connection.execute(_lines().where(joint_runs.c.id == run)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no joint run {run}; see the joint page of the incident")
    return row


def list_joint(connection: Connection, incident: str, *, limit: int) -> Rows:
    """The newest joint runs of an incident, the newest first.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    here = joint_runs.c.incident == find_incident(connection, incident).id
    return connection.execute(_lines().where(here).order_by(joint_runs.c.id.desc()).limit(limit)).all()


def running_joint(connection: Connection, *, limit: int) -> Rows:
    """The joint runs that have not ended, of any incident, the newest first."""
    query = _lines().where(joint_runs.c.state == "running").order_by(joint_runs.c.id.desc())
    return connection.execute(query.limit(limit)).all()


def newest_joint(connection: Connection, incident: str) -> int | None:
    """The newest joint run of an incident that has an answer.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    here = joint_runs.c.incident == find_incident(connection, incident).id
    return connection.scalar(select(func.max(joint_runs.c.id)).where(here, joint_runs.c.sealed.is_not(None)))


@dataclass(frozen=True)
class SealedJoint:
    """A joint answer that was read and is not opened yet."""

    run: int
    key: DataKey = field(repr=False)
    sealed: bytes = field(repr=False)

    def open(self) -> JointResult:
        """The answer, which takes a second for 20,000 persons: let nobody wait for it in a transaction.

        Raises
        ------
        VaultError
            When it was sealed for another row.
        """
        return JOINT_ANSWER.read(Vault.unseal(self.key, self.sealed, context=f"joint_runs:{self.run}"))


def take_joint(connection: Connection, vault: Vault, run: int) -> SealedJoint:
    """The answer of a joint run, to be opened.

    Raises
    ------
    RegistryError
        When it has none: it did not finish, or is to be computed again.
    """
    query = select(joint_runs.c.key, joint_runs.c.sealed, joint_runs.c.state).where(joint_runs.c.id == run)
    row = connection.execute(query).one_or_none()
    if row is None or row.sealed is None:
        found = "unknown" if row is None else row.state
        raise RegistryError(f"joint run {run} is {found} and has no answer; start a new one")
    return SealedJoint(run, vault.data_keys(connection, [row.key])[row.key], row.sealed)


def erase_joint(connection: Connection, incident: int) -> int:
    """Erase every joint answer of an incident, and mark its runs to be computed again; how many there were. So are
    answers over several incidents in which it took part.

    A run that is still computing looks for itself, when it ends, who has left.
    """
    answered = (joint_runs.c.incident == incident) & joint_runs.c.sealed.is_not(None)
    held = list(connection.scalars(select(joint_runs.c.key).where(answered)))
    erase_parts(connection, list(connection.scalars(select(joint_runs.c.id).where(answered))))
    gone = connection.execute(update(joint_runs).where(answered).values(state=TO_COMPUTE_AGAIN, sealed=None, key=None))
    connection.execute(delete(keys).where(keys.c.id.in_(held)))
    return gone.rowcount + erase_sets(connection, incident)


def _missing_now(connection: Connection, incident: int) -> set[tuple[str, str]]:
    """Every person still missing, by family and member: one more or less, and every posterior moves."""
    query = select(families.c.code, members.c.code).select_from(members.join(families))
    missing = query.where(families.c.incident == incident, members.c.missing, members.c.id.not_in(found_alive()))
    return {(family, member) for family, member in connection.execute(missing)}


def _running(connection: Connection, run: int) -> AnyRow:
    row = find_joint(connection, run)
    if row.state != "running":
        raise Conflict(f"joint run {run} is {row.state}, expected running; start a new one")
    return row


def _lines() -> Any:
    j = joint_runs.c
    columns = (j.id, j.purpose, j.day, j.started, j.finished, j.state, j.left_out, j.model)
    query = select(
        *columns,
        j.sealed.is_not(None).label("answered"),
        incidents.c.id.label("incident_id"),
        incidents.c.code.label("incident"),
        users.c.code.label("starter"),
    )
    return query.select_from(joint_runs.join(incidents).join(users))
