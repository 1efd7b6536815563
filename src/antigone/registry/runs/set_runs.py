"""Runs over several incidents: searches, and comparisons of remains. Each answer is sealed whole, under its own key.

Everybody in it bears on its threshold and on what chance gives, so what somebody who left bore on is erased, and the
run is to be computed again. So it is when a pedigree of any of the incidents is changed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from antigone.errors import Conflict, RegistryError
from antigone.model.incident.incident import Incident
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.keys.vault import Vault
from antigone.registry.runs.runs import no_longer_valid
from antigone.registry.store.lookups import AnyRow, Rows, find_incident
from antigone.registry.store.schema import changes, incidents, keys, set_incidents, set_runs, users

Kind = Literal["search", "remains"]


def start_set(
    connection: Connection,
    kind: Kind,
    codes: Sequence[str],
    *,
    started_by: int,
    purpose: str,
    model_of: str,
    day: dt.date,
    at: str,
    left_out: Mapping[str, int],
) -> int:
    """The row of a new run over several incidents, in the transaction that read them.

    Raises
    ------
    RegistryError
        When there is no incident of one of the codes.
    """
    numbers = [find_incident(connection, code).id for code in codes]
    row = {"kind": kind, "started_by": started_by, "purpose": purpose, "model_of": model_of, "day": day, "started": at}
    row |= {"state": "running", "seen": _last_change(connection), "left_out": json.dumps(dict(left_out))}
    run = int(connection.execute(insert(set_runs).returning(set_runs.c.id), row).scalar_one())
    rows = [{"run": run, "incident": number, "place": place} for place, number in enumerate(numbers)]
    connection.execute(insert(set_incidents), rows)
    return run


def end_set(connection: Connection, run: int, *, state: str, at: str) -> None:
    """End a run without an answer: ``failed`` or ``cancelled``.

    Raises
    ------
    Conflict
        When it is not running.
    """
    _running(connection, run)
    connection.execute(update(set_runs).where(set_runs.c.id == run).values(state=state, finished=at))


def finish_set(
    connection: Connection,
    vault: Vault,
    run: int,
    answer: str,
    *,
    used: Mapping[str, Incident],
    today: dt.date,
    at: str,
) -> str:
    """Seal the answer, unless somebody it rests on left while it was computed; the state the run ends in.

    Raises
    ------
    Conflict
        When the run is not running.
    """
    _running(connection, run)
    gone = any(
        no_longer_valid(connection, find_incident(connection, code).id, incident, today=today)
        for code, incident in used.items()
    )
    values: dict[str, object] = {"state": TO_COMPUTE_AGAIN if gone else "finished", "finished": at}
    if not gone:
        key = vault.new_key(connection)
        values |= {"key": key.id, "sealed": Vault.seal(key, answer.encode(), context=f"set_runs:{run}")}
    connection.execute(update(set_runs).where(set_runs.c.id == run).values(**values))
    return str(values["state"])


def find_set(connection: Connection, run: int) -> AnyRow:
    """One run without its answer; ``answered`` says whether it has one.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    row = connection.execute(_LINES.where(set_runs.c.id == run)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no run {run} over several incidents; list them and correct the number")
    return row


def list_sets(connection: Connection, *, limit: int) -> Rows:
    """The newest runs over several incidents, the newest first."""
    return connection.execute(_LINES.order_by(set_runs.c.id.desc()).limit(limit)).all()


def incidents_of(connection: Connection, run: int) -> dict[str, int]:
    """The codes of its incidents, in the order in which they were named, with their rows."""
    query = select(incidents.c.code, incidents.c.id).select_from(set_incidents.join(incidents))
    rows = connection.execute(query.where(set_incidents.c.run == run).order_by(set_incidents.c.place))
    return {row.code: row.id for row in rows}


def count_changes(connection: Connection, row: AnyRow) -> int:
    """How many changes were noted of its incidents since it read them."""
    theirs = changes.c.incident.in_(select(set_incidents.c.incident).where(set_incidents.c.run == row.id))
    asked = select(func.count()).select_from(changes).where(changes.c.id > row.seen, theirs)
    return connection.scalar(asked) or 0


def open_set(connection: Connection, vault: Vault, run: int) -> str:
    """The answer of a run.

    Raises
    ------
    RegistryError
        When it has none: it did not finish, or is to be computed again.
    """
    row = connection.execute(select(set_runs).where(set_runs.c.id == run)).one()
    if row.sealed is None:
        raise RegistryError(f"run {run} over several incidents is {row.state} and has no answer; start a new one")
    key = vault.data_keys(connection, [row.key])[row.key]
    return Vault.unseal(key, row.sealed, context=f"set_runs:{run}").decode()


def erase_sets(connection: Connection, incident: int) -> int:
    """Erase every answer in which an incident took part, and mark its runs to be computed again; how many."""
    of_incident = set_runs.c.id.in_(select(set_incidents.c.run).where(set_incidents.c.incident == incident))
    answered = of_incident & set_runs.c.sealed.is_not(None)
    held = list(connection.scalars(select(set_runs.c.key).where(answered)))
    gone = connection.execute(update(set_runs).where(answered).values(state=TO_COMPUTE_AGAIN, sealed=None, key=None))
    connection.execute(delete(keys).where(keys.c.id.in_(held)))
    return gone.rowcount


_LINES = select(
    *(column for column in set_runs.c if column.name not in ("sealed", "key")),
    set_runs.c.sealed.is_not(None).label("answered"),
    users.c.code.label("user_code"),
).join(users, set_runs.c.started_by == users.c.id)


def _last_change(connection: Connection) -> int:
    return connection.scalar(select(func.max(changes.c.id))) or 0


def _running(connection: Connection, run: int) -> AnyRow:
    row = find_set(connection, run)
    if row.state != "running":
        raise Conflict(f"run {run} over several incidents is {row.state}, expected running; start a new one")
    return row
