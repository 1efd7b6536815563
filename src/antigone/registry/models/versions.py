"""The numbered versions of an incident's model: what is in force, what was proposed, and on what two persons agreed.

The first import brings version 1, which is in force so that work can begin. Any other one takes force when a second
person confirms it. A search may run under a version on which nobody has agreed yet; no identification is confirmed
under it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from antigone.errors import Conflict, Forbidden, InputError, RegistryError
from antigone.model.incident.incident_model import IncidentModel
from antigone.model.statements.models import VERSION_CONFIRMED, VERSION_NOT_CONFIRMED
from antigone.model.statements.statement import Statement
from antigone.registry.models.contents import keep_content, read_content
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.schema import model_steps, model_versions, users

State = Literal["brought", "proposed", "confirmed", "refused"]
Step = Literal["bring", "propose", "confirm", "refuse"]
FIRST = "as first imported"
"""The name of the version that the first import of an incident brings."""
LONGEST_NAME = 80


@dataclass(frozen=True)
class StepTaken:
    """What was done with a version: by which user (none: before models had versions), when, and why."""

    user: str | None
    at: str
    action: str
    reason: str


@dataclass(frozen=True)
class Version:
    """One version of the model of an incident. ``parts`` are the hashes of its tables, settings and further models."""

    id: int
    number: int
    name: str
    state: State
    since: str | None
    until: str | None
    parts: tuple[str, ...]

    @property
    def in_force(self) -> bool:
        return self.since is not None and self.until is None

    @property
    def words(self) -> Statement:
        """Its number, its name, and whether two persons have agreed on it."""
        words = VERSION_CONFIRMED if self.state == "confirmed" else VERSION_NOT_CONFIRMED
        return words(number=self.number, name=self.name)


def all_versions(connection: Connection, incident: int) -> tuple[Version, ...]:
    """The versions of an incident, the first one first."""
    these = model_versions.c.incident == incident
    rows = connection.execute(select(model_versions).where(these).order_by(model_versions.c.number))
    return tuple(map(_version, rows))


def find_version(connection: Connection, incident: int, number: int) -> Version:
    """One version of an incident.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    these = (model_versions.c.incident == incident) & (model_versions.c.number == number)
    row = connection.execute(select(model_versions).where(these)).one_or_none()
    if row is None:
        raise RegistryError(f"the incident has no model version {number}; look at the list of its versions")
    return _version(row)


def version_in_force(connection: Connection, incident: int) -> Version:
    """The version in force; every incident that was imported has one."""
    these = model_versions.c.incident == incident
    in_force = model_versions.c.since.is_not(None) & model_versions.c.until.is_(None)
    return _version(connection.execute(select(model_versions).where(these, in_force)).one())


def model_in_force(connection: Connection, incident: int) -> IncidentModel:
    """The model that an incident is judged under now."""
    return read_content(connection, version_in_force(connection, incident).parts)


def version_of(connection: Connection, incident: int, model: IncidentModel) -> Version | None:
    """The version of an incident with exactly this model: the one in force, or else the newest, of whatever state."""
    same = [one for one in all_versions(connection, incident) if read_content(connection, one.parts) == model]
    return max(same, key=lambda one: (one.in_force, one.number), default=None)


def is_current(connection: Connection, incident: int, number: int | None) -> bool:
    """Whether a version has the model that is in force, which is also so when nothing is known of it."""
    in_force = version_in_force(connection, incident)
    return number is None or find_version(connection, incident, number).parts == in_force.parts


def steps_of(connection: Connection, version: Version) -> tuple[StepTaken, ...]:
    """What was done with a version, the first step first."""
    query = select(model_steps, users.c.code).select_from(model_steps.outerjoin(users))
    rows = connection.execute(query.where(model_steps.c.version == version.id).order_by(model_steps.c.id))
    return tuple(StepTaken(row.code, row.at, row.action, row.reason) for row in rows)


def bring(
    connection: Connection, incident: int, model: IncidentModel, *, user: int | None, at: str, reason: str
) -> Version | None:
    """Keep the model that an import brought, when the incident has none like it; nothing else comes of it.

    The first one is in force from now on.
    """
    if version_of(connection, incident, model) is not None:
        return None
    first = not all_versions(connection, incident)
    number = _add(connection, incident, model, name=FIRST if first else "as imported", state="brought")
    version = find_version(connection, incident, number)
    if first:
        _put_in_force(connection, incident, version, at)
    _note(connection, version, "bring", user=user, at=at, reason=reason)
    return version


def propose(connection: Connection, incident: int, number: int, *, user: int, reason: str, at: str) -> Version:
    """Propose a version that an import brought, in the caller's transaction.

    Raises
    ------
    InputError
        When the reason is empty.
    Conflict
        When it is proposed, confirmed or refused already.
    RegistryError
        When there is none of that number.
    """
    version = find_version(connection, incident, number)
    _check_step(version, "propose", reason)
    _take(connection, version, "propose", "proposed", user=user, reason=reason, at=at)
    return find_version(connection, incident, number)


def propose_model(
    connection: Connection, incident: int, model: IncidentModel, *, name: str, user: int, reason: str, at: str
) -> Version:
    """Propose another model as a version of its own, in the caller's transaction.

    Raises
    ------
    InputError
        When the name or the reason is empty, or the name too long.
    Conflict
        When it is the model in force, or waits for an answer already.
    """
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        found = f"a name of {len(name.strip())} characters"
        raise InputError(f"{found}; expected 1 to {LONGEST_NAME}, such as 'theta 0.01'")
    same = version_of(connection, incident, model)
    if same is not None and (same.in_force or possible_steps(same)):
        where = "in force" if same.in_force else f"{same.state} already"
        raise Conflict(f"this is the model of version {same.number}, which is {where}; nothing was proposed")
    _check_reason(reason)
    number = _add(connection, incident, model, name=name.strip(), state="brought")
    return propose(connection, incident, number, user=user, reason=reason, at=at)


def confirm(connection: Connection, incident: int, number: int, *, user: int, reason: str, at: str) -> bool:
    """Confirm a proposed version, in the caller's transaction; whether another model is in force because of it.

    Raises
    ------
    InputError
        When the reason is empty.
    Forbidden
        When the user proposed it.
    Conflict
        When it is not proposed.
    RegistryError
        When there is none of that number.
    """
    version, before = find_version(connection, incident, number), version_in_force(connection, incident)
    _check_step(version, "confirm", reason)
    if _proposer(connection, version) == user:
        raise Forbidden(f"you proposed version {number}, and another person has to confirm it; ask a colleague")
    _take(connection, version, "confirm", "confirmed", user=user, reason=reason, at=at)
    if version.in_force:
        return False
    connection.execute(update(model_versions).where(model_versions.c.id == before.id).values(until=at))
    _put_in_force(connection, incident, version, at)
    return version.parts != before.parts


def refuse(connection: Connection, incident: int, number: int, *, user: int, reason: str, at: str) -> Version:
    """Refuse a version, in the caller's transaction. The one in force stays in force and can be proposed again.

    Raises
    ------
    InputError
        When the reason is empty.
    Conflict
        When it is confirmed or refused already, or in force and not proposed.
    RegistryError
        When there is none of that number.
    """
    version = find_version(connection, incident, number)
    _check_step(version, "refuse", reason)
    after: State = "brought" if version.in_force else "refused"
    _take(connection, version, "refuse", after, user=user, reason=reason, at=at)
    return find_version(connection, incident, number)


def not_agreed(connection: Connection, incident: int, number: int | None) -> str:
    """Why no identification is confirmed under a version, and what to do; empty when two persons agreed on it."""
    versions = all_versions(connection, incident)
    used = next((one for one in versions if one.number == number), None)
    if used is None:
        return "it is not known under which version of the model this was computed; search again"
    if any(one.state == "confirmed" and one.parts == used.parts for one in versions):
        return ""
    if not used.in_force:
        return (
            f"this was computed under version {number} of the model, on which two persons never agreed, and which is "
            "not in force any more; search again"
        )
    todo = "one geneticist proposes it and another person confirms it"
    if used.state == "proposed":
        todo = "somebody else than who proposed it confirms it"
    return (
        f"this was computed under version {number} of the model, on which two persons have not agreed yet; "
        f"{todo}, on the page 'Model' or with 'antigone registry model'"
    )


def possible_steps(version: Version) -> tuple[Step, ...]:
    """The steps that the state of a version allows, whoever takes them; none for one that was in force before."""
    if version.until is not None:
        return ()
    steps = tuple(step for step, states in _BEFORE.items() if version.state in states)
    in_use = version.in_force and version.state == "brought"
    return tuple(step for step in steps if not (in_use and step == "refuse"))


def _version(row: AnyRow) -> Version:
    return Version(row.id, row.number, row.name, row.state, row.since, row.until, tuple(json.loads(row.content)))


def _add(connection: Connection, incident: int, model: IncidentModel, *, name: str, state: State) -> int:
    these = model_versions.c.incident == incident
    number = 1 + (connection.scalar(select(func.max(model_versions.c.number)).where(these)) or 0)
    content = json.dumps(keep_content(connection, model))
    row = {"incident": incident, "number": number, "name": name, "content": content, "state": state}
    connection.execute(insert(model_versions), row)
    return number


def _put_in_force(connection: Connection, incident: int, version: Version, at: str) -> None:
    connection.execute(update(model_versions).where(model_versions.c.id == version.id).values(since=at, until=None))


def _take(
    connection: Connection, version: Version, step: Step, after: State, *, user: int, reason: str, at: str
) -> None:
    connection.execute(update(model_versions).where(model_versions.c.id == version.id).values(state=after))
    _note(connection, version, step, user=user, at=at, reason=reason)


def _note(connection: Connection, version: Version, step: Step, *, user: int | None, at: str, reason: str) -> None:
    row = {"version": version.id, "user": user, "at": at, "action": step, "reason": reason.strip()}
    connection.execute(insert(model_steps), row)


_BEFORE: Mapping[Step, tuple[State, ...]] = {
    "propose": ("brought",),
    "confirm": ("proposed",),
    "refuse": ("brought", "proposed"),
}
"""From which states each step is possible."""


def _check_step(version: Version, step: Step, reason: str) -> None:
    possible = possible_steps(version)
    if step not in possible:
        remedy = f"possible now: {', '.join(possible)}" if possible else "propose a model as a version of its own"
        raise Conflict(f"version {version.number} is {_standing(version)}, so '{step}' is not possible; {remedy}")
    _check_reason(reason)


def _standing(version: Version) -> str:
    if version.state == "brought":
        return "in force and not proposed" if version.in_force else "brought by an import and not proposed"
    return version.state


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InputError("a step without a reason; write why, the next person needs it")


def _proposer(connection: Connection, version: Version) -> int | None:
    steps = select(model_steps.c.user).where(model_steps.c.version == version.id, model_steps.c.action == "propose")
    return connection.scalar(steps.order_by(model_steps.c.id.desc()).limit(1))
