"""A missing person who was found alive: one person reports it, another confirms it."""

from __future__ import annotations

from collections.abc import Mapping

from antigone.errors import InputError
from antigone.registry.tasks.alive import STEPS, Step, decide_alive
from antigone.registry.tasks.telling import find_missing
from antigone.registry.users.access import check_may_decide
from antigone.team.access.roles import Action
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.families import ALIVE_ROLE, family_view
from antigone.team.views import FamilyView

STEPS_OF: Mapping[str, tuple[Step, Action]] = {step: (step, role) for step, role in ALIVE_ROLE.items()}
"""Every step, and the action that a role must allow for it."""


@action("report alive")
def report_alive(
    session: Session, incident: str, family: str, missing: str, *, step: Step, version: int, reason: str
) -> FamilyView:
    """Report that a missing person was found alive ("propose"), or ask to look at that again ("ask to reopen").

    For what is refused see ``registry.tasks.alive``.
    """
    return _decide(session, "report alive", incident, family, missing, step, version, reason)


@action("confirm alive")
def confirm_alive(
    session: Session, incident: str, family: str, missing: str, *, step: Step, version: int, reason: str
) -> FamilyView:
    """Confirm what another person reported, return it, or reopen or keep what was confirmed.

    From the confirmation on the missing person takes part in no search, and candidates of theirs stay closed. For what
    is refused see ``registry.tasks.alive``.
    """
    return _decide(session, "confirm alive", incident, family, missing, step, version, reason)


def _decide(
    session: Session, role: Action, incident: str, family: str, missing: str, step: Step, version: int, reason: str
) -> FamilyView:
    if ALIVE_ROLE.get(step) != role:
        possible = ", ".join(one for one in STEPS if ALIVE_ROLE[one] == role)
        raise InputError(f"step '{step}', expected one of {possible}; choose one")
    subject: Subject = {"incident": incident, "family": family, "missing": missing, "step": step}
    with session.writing(role, subject) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        member = find_missing(connection, incident, family, missing)
        now = decide_alive(
            connection,
            member,
            action=step,
            version=version,
            user=session.user,
            reason=reason,
            at=session.registry.now(),
        )
        subject.update(state=now.state, version=now.version)
        return family_view(session, connection, incident, family)
