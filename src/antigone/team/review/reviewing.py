"""Review and decision: a geneticist proposes, another person confirms, each with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from antigone.errors import Conflict
from antigone.model.assumptions.evidence_rule import FAILS, PACKAGED_RULE, failed
from antigone.model.review import Step
from antigone.registry.review import pairings
from antigone.registry.review.exceptions import add_exception
from antigone.registry.store.lookups import find_incident
from antigone.registry.users.access import check_may_decide
from antigone.team.access.roles import ROLE_OF
from antigone.team.access.session import Session, Subject, action
from antigone.team.review.ruling import judge_candidate, without_third_person
from antigone.team.review.warnings import weigh
from antigone.team.views import PairingView

NOTHING: Mapping[str, str] = MappingProxyType({})


@action("comment")
def comment(session: Session, pairing: int, *, text: str) -> None:
    """Write about a pairing without deciding.

    Raises
    ------
    InputError
        When the text is empty.
    RegistryError
        When there is no such pairing.
    """
    with session.writing("comment", {"pairing": pairing}) as connection:
        pairings.add_review(connection, pairing, user=session.user, text=text, at=session.registry.now())


@action("propose")
def propose(
    session: Session,
    pairing: int,
    *,
    version: int,
    reason: str,
    candidate: int,
    exception: str = "",
    seen: Mapping[str, str] = NOTHING,
) -> PairingView:
    """Propose an identification, on the ground of a candidate that meets the rule of evidence.

    ``exception`` says why one that does not is proposed all the same; a third person must then agree before it can be
    confirmed. ``seen`` has a word for each warning that applies, by its code; the words are kept with the reason. For
    what else is refused see ``registry.pairings.decide``.

    Raises
    ------
    Conflict
        When the rule of evidence is not met, and no exception is asked for, or the candidate is closed.
    InputError
        When a warning that applies has no word.
    """
    letters = _require_rule(session, candidate, exception)
    return _decide(session, "propose", pairing, version, reason, candidate, letters, exception, seen=seen)


@action("confirm")
def confirm(
    session: Session, pairing: int, *, version: int, reason: str, seen: Mapping[str, str] = NOTHING
) -> PairingView:
    """Confirm what another person proposed. For what is refused see ``registry.pairings.decide``.

    ``seen`` has a word for each warning that applies, by its code; the words are kept with the reason.

    Raises
    ------
    InputError
        When a warning that applies has no word.
    Conflict
        When the candidate is closed, or not worked out in full.
    """
    return _decide(session, "confirm", pairing, version, reason, seen=seen)


@action("reject")
def reject(session: Session, pairing: int, *, version: int, reason: str) -> PairingView:
    """Reject a pairing, proposed or not. For what is refused see ``registry.pairings.decide``."""
    return _decide(session, "reject", pairing, version, reason)


@action("reject")
def send_back(session: Session, pairing: int, *, version: int, reason: str) -> PairingView:
    """Take a proposal back to open, to be looked at again. For what is refused see ``registry.pairings.decide``."""
    return _decide(session, "return", pairing, version, reason)


@action("ask to reopen")
def ask_to_reopen(session: Session, pairing: int, *, version: int, reason: str) -> PairingView:
    """Ask to reopen a decision. For what is refused see ``registry.pairings.decide``."""
    return _decide(session, "ask to reopen", pairing, version, reason)


@action("reopen")
def reopen(session: Session, pairing: int, *, version: int, reason: str) -> PairingView:
    """Reopen what another person asked to reopen. For what is refused see ``registry.pairings.decide``."""
    return _decide(session, "reopen", pairing, version, reason)


@action("reopen")
def keep(session: Session, pairing: int, *, version: int, reason: str) -> PairingView:
    """Keep the decision that somebody asked to reopen. For what is refused see ``registry.pairings.decide``."""
    return _decide(session, "keep", pairing, version, reason)


@action("propose")
def declare_parts(session: Session, incident: str, one: str, other: str, *, reason: str) -> None:
    """Declare two remains parts of one person, so that both may be confirmed as one missing person.

    Raises
    ------
    InputError
        When the reason is empty, or the two are not two remains of the incident.
    Conflict
        When they are confirmed as two different missing persons.
    """
    with session.writing("propose", {"incident": incident, "parts of one person": [one, other]}) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        pairings.declare_parts(
            connection,
            incident=find_incident(connection, incident).id,
            one=one,
            other=other,
            user=session.user,
            reason=reason,
            at=session.registry.now(),
        )


def _require_rule(session: Session, candidate: int, exception: str) -> str:
    """The letters of what fails, when an exception is asked for; nothing where the rule is met.

    Raises
    ------
    Conflict
        When something fails, and no exception is asked for.
    """
    ruling = judge_candidate(session, candidate)
    letters = failed(ruling.conditions)
    if letters and not exception.strip():
        told = "; ".join(f"({one.letter}) {FAILS[one.letter]}" for one in ruling.conditions if not one.holds)
        raise Conflict(
            f"candidate {candidate} does not meet the rule of evidence {ruling.rule}: {told}. Mend that, or propose it "
            "as an exception, with a reason in writing; a third person must then agree"
        )
    return letters


def _decide(
    session: Session,
    step: Step,
    pairing: int,
    version: int,
    reason: str,
    candidate: int | None = None,
    failed: str = "",
    exception: str = "",
    seen: Mapping[str, str] = NOTHING,
) -> PairingView:
    subject: Subject = {"pairing": pairing, "step": step}
    with session.writing(ROLE_OF[step], subject) as connection:
        check_may_decide(connection, session.user, own_session=session.own)
        if step == "confirm" and (against := without_third_person(session, connection, pairing)):
            raise Conflict(f"pairing {pairing}: {against}")
        weighed = weigh(session, connection, step, pairing, candidate, seen)
        now = pairings.decide(
            connection,
            pairing,
            action=step,
            version=version,
            user=session.user,
            reason=reason.strip() and reason.strip() + weighed.said,
            at=session.registry.now(),
            candidate=candidate,
        )
        if weighed.refusal is not None:
            raise weighed.refusal
        if weighed.warnings:
            subject["warnings"] = [one.code for one in weighed.warnings]
        if failed and candidate is not None:
            rule, at = PACKAGED_RULE.number, session.registry.now()
            more: Subject = {"rule": rule, "failed": failed}
            subject.update(more)
            add_exception(
                connection, pairing, candidate, rule=rule, failed=failed, user=session.user, reason=exception, at=at
            )
        subject.update(state=now.state, version=now.version)
        subject.update(unidentified=now.unidentified, family=now.family, missing=now.missing)
    return PairingView(now.id, now.state, now.version)


STEPS: Mapping[str, Callable[..., PairingView]] = {
    "confirm": confirm,
    "reject": reject,
    "return": send_back,
    "ask to reopen": ask_to_reopen,
    "reopen": reopen,
    "keep": keep,
}
"""Every step but the proposal, which also names a candidate."""
