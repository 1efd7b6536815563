"""The versions of an incident's model: what they say, and the two persons who agree on one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from antigone.casework.incident.model_words import model_differences, model_words
from antigone.model.incident.incident import Incident
from antigone.model.incident.incident_model import model_of
from antigone.registry.models import versions as stored
from antigone.registry.models.contents import read_content
from antigone.registry.models.versions import Step, Version
from antigone.registry.runs.outdated import note_other_model
from antigone.registry.store.lookups import find_incident
from antigone.registry.users.access import check_may_decide, open_changes, why_no_decision
from antigone.team.access.roles import ALLOWED, Action
from antigone.team.access.session import Session, Subject, action
from antigone.team.views import ModelLine, ModelStep, ModelView

ROLE_OF: Mapping[Step, Action] = {"propose": "propose model", "confirm": "confirm model", "refuse": "confirm model"}
"""Each step of a version, and the action that a role must allow for it."""


@action("see model")
def read_model(session: Session, incident: str, *, version: int | None = None) -> ModelView:
    """A version of an incident's model in words; the one in force when none is named. It tells nothing of any person.

    Raises
    ------
    RegistryError
        When there is no such incident or version.
    """
    with session.looking() as connection:
        return _view(session, connection, incident, version)


@action("propose model")
def propose_version(session: Session, incident: str, version: int, *, reason: str) -> ModelView:
    """Propose a version that an import brought.

    Raises
    ------
    InputError
        When the reason is empty.
    Conflict
        When it is proposed, confirmed or refused already.
    Forbidden
        When the user's access was changed by an administrator and nobody has countersigned it.
    RegistryError
        When there is no such incident or version.
    """
    subject = Subject(incident=incident, version=version)
    with session.writing("propose model", subject) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        number, at = find_incident(connection, incident).id, session.registry.now()
        stored.propose(connection, number, version, user=session.user, reason=reason, at=at)
        return _view(session, connection, incident, version)


@action("propose model")
def model_in_force(session: Session, incident: str) -> Incident:
    """The model in force as an incident without persons: what files state beside it is the model that is proposed.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.looking() as connection:
        row = find_incident(connection, incident)
        model = stored.model_in_force(connection, row.id)
    return Incident(row.title, (), (), model.tables, model.settings, further=model.further, title_stated=False)


@action("propose model")
def propose_model(session: Session, incident: str, read: Incident, *, name: str, reason: str) -> ModelView:
    """Propose the model that was read from files as a new version; what else the files hold is left aside.

    Raises
    ------
    InputError
        When the name or the reason is empty.
    Conflict
        When it is in force, or waits for an answer already.
    Forbidden
        As in `propose_version`.
    RegistryError
        When there is no such incident.
    """
    subject = Subject(incident=incident, name=name)
    with session.writing("propose model", subject) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        number, at = find_incident(connection, incident).id, session.registry.now()
        made = stored.propose_model(
            connection, number, model_of(read), name=name, user=session.user, reason=reason, at=at
        )
        subject["version"] = made.number
        return _view(session, connection, incident, made.number)


@action("confirm model")
def confirm_version(session: Session, incident: str, version: int, *, reason: str) -> ModelView:
    """Confirm what another person proposed: it is in force from now on, and searches under another model are old.

    Raises
    ------
    InputError
        When the reason is empty.
    Conflict
        When it is not proposed.
    Forbidden
        When the user proposed it, or their access was changed by an administrator and nobody has countersigned it.
    RegistryError
        When there is no such incident or version.
    """
    subject = Subject(incident=incident, version=version)
    with session.writing("confirm model", subject) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        number, at = find_incident(connection, incident).id, session.registry.now()
        other = stored.confirm(connection, number, version, user=session.user, reason=reason, at=at)
        subject["runs"] = note_other_model(connection, number, at=at) if other else 0
        return _view(session, connection, incident, version)


@action("confirm model")
def refuse_version(session: Session, incident: str, version: int, *, reason: str) -> ModelView:
    """Refuse a version, with a reason; who proposed it may take it back in this way.

    Raises
    ------
    InputError
        When the reason is empty.
    Conflict
        When it is confirmed or refused already, or in force and not proposed.
    Forbidden
        As in `propose_version`.
    RegistryError
        When there is no such incident or version.
    """
    subject = Subject(incident=incident, version=version, refused=True)
    with session.writing("confirm model", subject) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        number, at = find_incident(connection, incident).id, session.registry.now()
        stored.refuse(connection, number, version, user=session.user, reason=reason, at=at)
        return _view(session, connection, incident, version)


def _view(session: Session, connection: Connection, incident: str, number: int | None) -> ModelView:
    row = find_incident(connection, incident).id
    now = stored.version_in_force(connection, row)
    shown = now if number is None else stored.find_version(connection, row, number)
    model, steps = read_content(connection, shown.parts), stored.steps_of(connection, shown)
    barred = why_no_decision(open_changes(connection, of=session.user), own_session=session.own)
    may = stored.possible_steps(shown)
    if any(one.action == "propose" and one.user == session.code for one in steps[-1:]):
        may = tuple(step for step in may if step != "confirm")
    return ModelView(
        incident=incident,
        line=_line(shown),
        words=model_words(model),
        differences=model_differences(read_content(connection, now.parts), model),
        steps=tuple(ModelStep(one.user, one.at, one.action, one.reason) for one in steps),
        may=tuple(step for step in may if session.role in ALLOWED[ROLE_OF[step]] and not barred),
        barred=barred,
        versions=tuple(map(_line, stored.all_versions(connection, row))),
    )


def _line(version: Version) -> ModelLine:
    of = version
    return ModelLine(of.number, of.name, of.state, of.in_force, of.since, of.until)
