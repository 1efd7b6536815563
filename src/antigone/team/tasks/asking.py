"""Asking families for one more sample, by the responsible geneticist; and what that geneticist alone may see before.

Whatever the reason is, the same is done and recorded: first what was truly compared is looked at, then families are
asked. Nothing of a reason is written anywhere, and the audit says how many families were asked, not which
(PURPOSE.md, rule 6).
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from antigone.errors import RegistryError
from antigone.registry.runs.runs import read_findings
from antigone.registry.tasks import asking
from antigone.registry.tasks.asking import check_responsible, responsible_run
from antigone.registry.tasks.comparing import families_to_help
from antigone.team.access.session import Session, Subject, action
from antigone.team.runs.findings import Findings, read_packed
from antigone.team.views import Compared, ComparedFamily


@action("see findings")
def read_compared(session: Session, incident: str, *, family: str = "", run: int | None = None) -> Compared | None:
    """What the newest search truly compared, and whom one more sample would help.

    None before any search, and when the newest one is to be computed again, for which nothing is kept.

    ``family``: of that one alone, whether or not a sample would help. ``run``: only if the newest one is this.

    Raises
    ------
    Forbidden
        For anybody but the geneticist who ran it; the attempt stands in the audit.
    RegistryError
        When there is no such incident.
    """
    with session.changing() as connection:
        newest = responsible_run(connection, incident)
        if run is not None and (newest is None or newest.id != run):
            return None
        return _look(session, connection, _look_first(session, connection, incident), family)


@action("ask for a sample")
def ask_for_samples(session: Session, incident: str, families: Collection[str]) -> Compared | None:
    """Ask families of an incident for one more sample, all of them or none. There is no place for a reason.

    Returns
    -------
    What the newest search truly compared, as `read_compared`; None where that is not kept.

    Raises
    ------
    Forbidden
        When another geneticist ran the newest search.
    InputError, RegistryError, Conflict
        See ``registry.tasks.asking``.
    """
    subject: Subject = {"incident": incident}
    with session.writing("ask for a sample", subject) as connection:
        run = _look_first(session, connection, incident)
        day = session.registry.today()
        subject["families"] = asking.ask_families(connection, incident, families, day=day)
        return _look(session, connection, run)


@action("ask for a sample")
def take_back_ask(session: Session, incident: str, family: str) -> Compared | None:
    """Take back that a family is asked for one more sample; what is given back is that of `ask_for_samples`.

    Raises
    ------
    Forbidden
        When another geneticist ran the newest search.
    Conflict
        When it is not asked.
    """
    with session.writing("ask for a sample", {"incident": incident, "taken back": 1}) as connection:
        run = _look_first(session, connection, incident)
        asking.take_back(connection, incident, family, day=session.registry.today())
        return _look(session, connection, run)


def _look_first(session: Session, connection: Connection, incident: str) -> int | None:
    """Every ask shows what was truly compared, so that no ask can be told from another by who looked at that before."""
    run = check_responsible(connection, incident, user=session.user)
    number = None if run is None else int(run.id)
    session.note(connection, "see findings", {"incident": incident, "run": number})
    return number


def _look(session: Session, connection: Connection, run: int | None, family: str = "") -> Compared | None:
    try:
        return None if run is None else _compared(session, connection, run, family)
    except RegistryError:  # the search is to be computed again, and keeps nothing
        return None


def _compared(session: Session, connection: Connection, run: int, family: str) -> Compared:
    text = read_findings(connection, session.registry.vault, run, user=session.user)
    packed: Findings = read_packed(text)
    gone: dict[str, set[str]] = {}
    for one in packed.fits:
        gone.setdefault(one.family, set()).add(one.member)
    shown, declared = families_to_help(connection, run, also=[family] if family else list(gone), only=bool(family))
    rows = tuple(
        ComparedFamily(one.family, one.donors, one.donors - len(gone.get(one.family, ())), one.power, one.asked)
        for one in shown
    )
    return Compared(run, packed.truly_compared, declared, rows)
