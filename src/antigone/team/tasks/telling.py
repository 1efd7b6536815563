"""That a family was told something, or said no to what it was asked: records of a day, without contents or reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import get_args

from antigone.registry.tasks import asking, telling
from antigone.registry.tasks.standing import About
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.families import family_view
from antigone.team.views import FamilyView

FORMS = telling.FORMS
"""How a family is told."""
ABOUTS: Mapping[str, About] = {about: about for about in get_args(About)}
"""What a family can have been told of."""


@action("record telling")
def record_told(
    session: Session,
    incident: str,
    family: str,
    missing: str,
    *,
    about: About,
    told_on: dt.date,
    form: str,
    teller: str = "",
) -> FamilyView:
    """Record that a family was told what it is to be told of a missing person; see ``registry.tasks.telling``.

    ``teller`` is who told them, by a code; the user when it is empty.

    Raises
    ------
    InputError
        When the form is unknown, or the day is to come or before what they were told.
    Conflict
        When the family is to be told nothing, something else, or knows it.
    RegistryError
        When there is no such missing person.
    """
    subject: Subject = {"incident": incident, "family": family, "missing": missing, "about": about}
    with session.writing("record telling", subject) as connection:
        telling.record_told(
            connection,
            telling.find_missing(connection, incident, family, missing),
            about=about,
            told_on=told_on,
            teller=teller or session.code,
            form=form,
            user=session.user,
            at=session.registry.now(),
            today=session.registry.today(),
        )
        return family_view(session, connection, incident, family)


@action("record answer")
def record_declined(session: Session, incident: str, family: str, *, donor: str = "") -> FamilyView:
    """Record that a family said no to one more sample; or ``donor``, to another consent. Nobody has to say why.

    As with asking, the audit does not say which family it was.

    Raises
    ------
    Conflict
        When the family was not asked.
    RegistryError
        When there is no such family.
    """
    with session.writing("record answer", {"incident": incident}) as connection:
        asking.decline(connection, incident, family, donor=donor, day=session.registry.today())
        return family_view(session, connection, incident, family)
