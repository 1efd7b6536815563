"""Genotypes behind a candidate: the unidentified person beside the relatives, for those who have to judge it.

Who sees two relatives beside each other can see that they are not related as declared. Only the geneticist who ran the
search may know that of a reference (PURPOSE.md, rule 6). So that geneticist sees all, and chooses whose genotypes the
others see; until then they see none, in each family alike, so that nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from antigone.errors import Forbidden, InputError, RegistryError
from antigone.registry.review.shown import add_shown, read_shown
from antigone.registry.runs.runs import read_findings
from antigone.team.access.session import Session, Subject, action
from antigone.team.review.candidates import in_brief, material_of, open_for_work, view_of
from antigone.team.runs.findings import read_packed
from antigone.team.views import CandidateView, ExpertMaterial, GenotypesView

NOT_KEPT = "what the search found of the references themselves is not kept any more; search again"


@action("see genotypes")
def read_genotypes(session: Session, candidate: int) -> GenotypesView:
    """The genotypes behind a candidate: all for the geneticist who ran its search, those shown for the others.

    They stay closed when the candidate does. It stands in the audit whose genotypes were seen.

    Raises
    ------
    RegistryError
        When there is no such candidate.
    """
    subject: Subject = {"candidate": candidate}
    return session.show("see genotypes", subject, lambda connection, told: _read(session, connection, candidate, told))


@action("show genotypes")
def show_genotypes(session: Session, candidate: int, members: Sequence[str]) -> None:
    """Choose the relatives whose genotypes the others who review a candidate see beside the unidentified person's.

    Parameters
    ----------
    session
        The geneticist who ran the search.
    candidate
        Its number.
    members
        Codes of relatives who gave a sample; of nobody, when it is empty.

    Raises
    ------
    ConsentError
        When the candidate is closed.
    Forbidden
        For anybody but the geneticist who ran the search.
    InputError
        When a member gave no sample that the search was allowed to use.
    RegistryError
        When there is no such candidate.
    """
    subject: Subject = {"candidate": candidate, "members": sorted(members)}
    with session.writing("show genotypes", subject) as connection:
        opened = open_for_work(session, connection, candidate).candidate
        view = view_of(session, connection, candidate, {})
        if not ran_by(session.role, session.code, view):
            raise Forbidden(f"{_who(view)} chooses whose genotypes are shown; ask that person")
        unknown = sorted(set(members) - set(opened.references))
        if unknown:
            gave = ", ".join(opened.references) or "nobody"
            raise InputError(
                f"{', '.join(unknown)} of family {opened.family} gave no sample to this search; {gave} did"
            )
        chosen = [member for member in opened.references if member in members]
        add_shown(connection, candidate, chosen, user=session.user, at=session.registry.now())


def _read(session: Session, connection: Connection, candidate: int, told: Subject) -> GenotypesView:
    view = view_of(session, connection, candidate, told)
    chooses, shown = ran_by(session.role, session.code, view), read_shown(connection, candidate)
    misfits = _took_no_part(session, connection, view) if chooses else ()
    closed = view.closed or in_brief(view) or (NOT_KEPT if misfits is None else "")
    closed = closed or ("" if chooses or shown else f"{_who(view)} has shown them to nobody yet; ask that person")
    if closed:
        told["refused"] = closed
        return GenotypesView(view.line, view.incident, closed, None, shown, chooses)
    material = material_of(session, connection, view)
    seen = material if chooses else _only(material, shown or ())
    told["members"] = sorted(donor.member for donor in seen.family.donors)
    return GenotypesView(view.line, view.incident, "", seen, shown, chooses, misfits or ())


def ran_by(role: str, user: str, view: CandidateView) -> bool:
    """Whether this is the geneticist who ran the search of a candidate, who alone may know all of its references."""
    return role == "geneticist" and view.run.line.started_by == user


def _who(view: CandidateView) -> str:
    return f"the geneticist who ran the search ({view.run.line.started_by})"


def _only(material: ExpertMaterial, members: Sequence[str]) -> ExpertMaterial:
    giving = tuple(donor for donor in material.family.donors if donor.member in members)
    return replace(material, family=replace(material.family, donors=giving))


def _took_no_part(session: Session, connection: Connection, view: CandidateView) -> tuple[str, ...] | None:
    """The references of the family that do not fit; None where that is not kept any more."""
    try:
        packed = read_findings(connection, session.registry.vault, view.line.run, user=session.user)
    except RegistryError:
        return None
    return tuple(one.member for one in read_packed(packed).fits if one.family == view.line.family)
