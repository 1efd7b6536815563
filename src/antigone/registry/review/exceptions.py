"""Exceptions from the rule of evidence: each has a reason in writing, and three names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from antigone.errors import Conflict, Forbidden, InputError
from antigone.registry.store.schema import exceptions, users


@dataclass(frozen=True)
class RuleException:
    """A proposal that does not meet the rule of evidence, with the letters of what fails; ``agreed_by`` is empty until
    a third person has agreed."""

    number: int
    rule: int
    failed: str
    by: str
    at: str
    reason: str
    agreed_by: str
    agreed_reason: str


def add_exception(
    connection: Connection, pairing: int, candidate: int, *, rule: int, failed: str, user: int, reason: str, at: str
) -> None:
    """Propose although the rule is not met."""
    row = {"pairing": pairing, "candidate": candidate, "rule": rule, "failed": failed, "user": user, "at": at}
    connection.execute(insert(exceptions).values(row | {"reason": reason.strip()}))


def read_exception(connection: Connection, pairing: int, candidate: int | None) -> RuleException | None:
    """The newest exception of a proposal; None where it met the rule, or nothing was proposed on that candidate."""
    by, agreed = users.alias("by_user"), users.alias("agreed_user")
    query = (
        select(exceptions, by.c.code.label("by"), agreed.c.code.label("agreed_code"))
        .join(by, exceptions.c.user == by.c.id)
        .join(agreed, exceptions.c.agreed_by == agreed.c.id, isouter=True)
        .where(exceptions.c.pairing == pairing, exceptions.c.candidate == candidate)
    )
    row = connection.execute(query.order_by(exceptions.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    agreed_by, why = row.agreed_code or "", row.agreed_reason or ""
    return RuleException(row.id, row.rule, row.failed, row.by, row.at, row.reason, agreed_by, why)


def agree(connection: Connection, found: RuleException, *, user: int, reason: str, at: str) -> None:
    """A third person agrees to an exception.

    Raises
    ------
    Conflict
        When somebody has agreed already.
    Forbidden
        When it is the person who proposed it.
    InputError
        When the reason is empty.
    """
    if not reason.strip():
        raise InputError("an exception agreed to without a reason; write why, it is kept with the identification")
    row = connection.execute(select(exceptions).where(exceptions.c.id == found.number)).one()
    if row.agreed_by is not None:
        raise Conflict(f"{found.agreed_by} has agreed to this exception already; go on with the decision")
    if row.user == user:
        raise Forbidden("an exception needs another person than the one who proposed it; ask a colleague")
    done = {"agreed_by": user, "agreed": at, "agreed_reason": reason.strip()}
    connection.execute(update(exceptions).where(exceptions.c.id == found.number).values(done))


def why_not_confirmed(found: RuleException | None, *, by: str) -> str:
    """Why a proposal cannot be confirmed by a user because of its exception; empty when it can."""
    if found is None or (found.agreed_by and found.agreed_by != by):
        return ""
    if found.agreed_by:
        return "you agreed to its exception from the rule of evidence, so another person confirms it"
    return (
        f"it does not meet the rule of evidence ({', '.join(found.failed)}), and no third person has agreed to the "
        "exception; ask somebody who neither proposed nor confirms it"
    )
