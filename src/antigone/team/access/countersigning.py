"""What administrators changed of somebody's access, and the second person who says that it is right."""

from __future__ import annotations

from antigone.errors import Forbidden
from antigone.registry.users import access
from antigone.team.access.session import Session, action
from antigone.team.views import AccessLine


@action("countersign")
def list_changes(session: Session) -> tuple[AccessLine, ...]:
    """Every change of somebody's access that waits, the oldest first; ``why_not`` where it needs another person."""
    with session.looking() as connection:
        waiting = access.open_changes(connection)
    doubted = any(change.user == session.code for change in waiting)
    reasons = (access.why_not_countersigned(change, by=session.code, doubted=doubted) for change in waiting)
    return tuple(map(_line, waiting, reasons))


@action("countersign")
def countersign(session: Session, number: int) -> AccessLine:
    """Say that a change of somebody's access is right, after asking them in person.

    Raises
    ------
    Forbidden
        When it needs another person, the user has yet to choose a password of their own, or a program asks.
    RegistryError
        When no change of that number waits.
    """
    if not session.own:
        raise Forbidden("a program with a token that somebody else made countersigns nothing; sign in yourself")
    subject: dict[str, object] = {"change": number}
    with session.writing("countersign", subject) as connection:
        done = access.countersign(connection, number, user=session.user, code=session.code, at=session.registry.now())
        subject |= {"user": done.user, "kind": done.kind, "made by": done.made_by}
    return _line(done)


@action("own account")
def why_no_decision(session: Session) -> str:
    """Why one takes part in no decision now, and what to do; empty when nothing stands against it."""
    with session.looking() as connection:
        return access.why_no_decision(access.open_changes(connection, of=session.user), own_session=session.own)


def _line(change: access.AccessChange, why_not: str = "") -> AccessLine:
    return AccessLine(
        change.number, change.user, change.role, change.kind, change.made_by, change.at, change.words, why_not
    )
