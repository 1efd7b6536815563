"""How a candidate meets the rule of evidence, and exceptions from it (PURPOSE.md, rule 8)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from antigone.casework.pairs.ruling import facts_of
from antigone.errors import Conflict, RegistryError
from antigone.model.assumptions.evidence_rule import PACKAGED_RULE, Condition, judge
from antigone.model.incident.incident_model import IncidentModel
from antigone.registry.lists.overview import find_candidate
from antigone.registry.models.contents import read_content
from antigone.registry.models.versions import find_version, version_in_force
from antigone.registry.review.exceptions import RuleException, agree, read_exception, why_not_confirmed
from antigone.registry.review.pairings import read_decisions
from antigone.registry.store.lookups import find_incident
from antigone.registry.users.access import check_may_decide
from antigone.team.access.session import Session, Subject, action
from antigone.team.review.candidates import material_of, view_of
from antigone.team.review.genotypes import ran_by
from antigone.team.runs.joint import joint_of_pair
from antigone.team.views import CandidateView, ExpertMaterial, Ruling


@action("see candidate")
def judge_candidate(session: Session, candidate: int) -> Ruling:
    """How a candidate meets the rule of evidence of today, and the exception that was made for it, if any.

    Which donors bear on it is told to the geneticist who ran the search alone, for it tells which do not fit
    (PURPOSE.md, rule 6).

    Raises
    ------
    RegistryError
        When there is no such candidate.
    """
    subject: Subject = {"candidate": candidate, "rule of evidence": PACKAGED_RULE.number}
    found = session.show("see candidate", subject, lambda connection, told: _read(session, connection, candidate, told))
    view, material, model, exception = found
    if material is None or model is None:
        return Ruling(PACKAGED_RULE.number, (), view.closed, exception)
    conditions = _judged(session, material, model)
    told = conditions if ran_by(session.role, session.code, view) else tuple(map(_without_donors, conditions))
    return Ruling(PACKAGED_RULE.number, told, "", exception)


_Read = tuple[CandidateView, ExpertMaterial | None, IncidentModel | None, RuleException | None]


def _read(session: Session, connection: Connection, candidate: int, told: Subject) -> _Read:
    view = view_of(session, connection, candidate, told)
    exception = read_exception(connection, view.line.pairing, candidate)
    if view.candidate is None:
        return view, None, None, exception
    number, incident = view.run.line.model, find_incident(connection, view.incident).id
    version = version_in_force(connection, incident) if number is None else find_version(connection, incident, number)
    return view, material_of(session, connection, view), read_content(connection, version.parts), exception


def _judged(session: Session, material: ExpertMaterial, model: IncidentModel) -> tuple[Condition, ...]:
    candidate, result = material.view.candidate, material.view.run.result
    if candidate is None or result is None:
        raise RegistryError(f"candidate {material.view.line.id} has no search to judge it by; search again")
    pair = {"unidentified": candidate.unidentified, "family": candidate.family, "missing": candidate.missing}
    joint = joint_of_pair(session, material.view.incident, **pair)
    facts = facts_of(
        candidate,
        material.family,
        material.person,
        model,
        pairs=result.pairs_compared,
        joint=None if joint is None else joint.posterior or 0.0,
        today=session.registry.today(),
    )
    return judge(facts)


def _without_donors(condition: Condition) -> Condition:
    return replace(condition, found=None) if condition.letter == "b" else condition


@action("agree to exception")
def agree_to_exception(session: Session, candidate: int, *, reason: str) -> None:
    """Agree, as the third person, to a proposal that does not meet the rule of evidence.

    Raises
    ------
    Conflict
        When there is no exception that waits.
    Forbidden
        When it is the person who proposed it.
    InputError
        When the reason is empty.
    RegistryError
        When there is no such candidate.
    """
    with session.writing("agree to exception", {"candidate": candidate}) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        pairing = find_candidate(connection, candidate).pairing
        found = read_exception(connection, pairing, candidate)
        if found is None:
            raise Conflict(f"no exception waits for candidate {candidate}; look at its page")
        agree(connection, found, user=session.user, reason=reason, at=session.registry.now())


def without_third_person(session: Session, connection: Connection, pairing: int) -> str:
    """Why the newest proposal of a pairing cannot be confirmed by this user, because of its exception; else empty."""
    proposed = [one.candidate for one in read_decisions(connection, pairing) if one.action == "propose"]
    return why_not_confirmed(read_exception(connection, pairing, proposed[-1]), by=session.code) if proposed else ""
