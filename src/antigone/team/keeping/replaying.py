"""What the audit tells of decisions and users, told again and compared with how they stand.

This also holds for what was done before rows were sealed (version 0009 of the schema).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from antigone.registry.audit.proving import Finding
from antigone.registry.store.schema import decisions, pairings, users
from antigone.team.access.roles import ROLE_OF

_DECIDING = frozenset(ROLE_OF.values())


class Step(NamedTuple):
    """One step of a pairing: who took it, which one, and where it led."""

    user: str
    action: str
    after: str

    def __str__(self) -> str:
        return f"'{self.action}' by {self.user} to {self.after}"


@dataclass
class Replay:
    """Reads the lines of the audit, one after another."""

    steps: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    roles: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)

    def __call__(self, line: Row[Any]) -> None:
        """Read the next line."""
        if line.action in _DECIDING and '"step"' in line.subject:
            subject = json.loads(line.subject)
            self.steps[subject["pairing"]].append(Step(line.actor, subject["step"], subject["state"]))
        elif line.action == "begin":
            self.roles |= _begun(json.loads(line.subject))
        elif line.action in ("manage users", "restore"):
            self._read_users(json.loads(line.subject))

    def _read_users(self, subject: dict[str, Any]) -> None:
        if "role" in subject:
            self.roles[subject.get("add") or subject["user"]] = subject["role"]
        self.left |= {subject["deactivate"]} if "deactivate" in subject else set()
        self.left |= set(subject.get("users ended", ()))
        self.left -= {subject.get("reactivate")}

    def findings(self, connection: Connection) -> Iterator[Finding]:
        """Every pairing and every user that does not stand where the audit leaves them."""
        yield from self._users(connection)
        taken = _steps_taken(connection)
        rows = connection.execute(select(pairings.c.id, pairings.c.state, pairings.c.version).order_by(pairings.c.id))
        there: dict[int, Any] = {row.id: row for row in rows}
        for number in sorted({*there, *self.steps}):
            yield from self._pairing(number, there.get(number), taken.get(number, []))

    def _users(self, connection: Connection) -> Iterator[Finding]:
        query = select(users.c.code, users.c.role, users.c.active).order_by(users.c.code)
        for code, role, active in connection.execute(query):
            told = self.roles.get(code)
            if told != role:
                known = f"the audit says {told}" if told else "the audit knows of no such user"
                yield Finding(f"user '{code}'", f"has the role {role}; {known}")
            if told and active == (code in self.left):
                stands = "has access, which the audit says was ended" if active else "has no access; nobody ended it"
                yield Finding(f"user '{code}'", stands)

    def _pairing(self, number: int, row: Any, taken: list[Step]) -> Iterator[Finding]:
        told, place = self.steps.get(number, []), f"pairing {number}"
        if row is None:
            yield Finding(place, "it is missing; the audit records decisions on it")
            return
        if taken != told:
            at = next((n for n, both in enumerate(zip(taken, told, strict=False)) if both[0] != both[1]), None)
            at = min(len(taken), len(told)) if at is None else at
            here, there = (str(steps[at]) if at < len(steps) else "none" for steps in (taken, told))
            yield Finding(place, f"decision {at + 1} is {here}; the audit says {there}")
        state = told[-1].after if told else "open"
        if (row.state, row.version) != (state, len(told)):
            words = f"is {row.state} after {row.version} decisions; the audit says {state} after {len(told)}"
            yield Finding(place, words)


def _begun(subject: dict[str, Any]) -> dict[str, str]:
    return {subject["user"]: "administrator"}


def _steps_taken(connection: Connection) -> dict[int, list[Step]]:
    query = select(decisions.c.pairing, users.c.code, decisions.c.action, decisions.c.after).join(
        users, decisions.c.user == users.c.id
    )
    found: dict[int, list[Step]] = defaultdict(list)
    for pairing, *step in connection.execute(query.order_by(decisions.c.id)):
        found[pairing].append(Step(*step))
    return found
