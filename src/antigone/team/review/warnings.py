"""What speaks against a proposal or a confirmation: it stands before the decision, and is ticked with a word."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from antigone.errors import AntigoneError, Conflict, InputError
from antigone.model.assumptions.choices import CLEAR_POSTERIOR, WEAK_LOG10_LR
from antigone.model.results.search import Candidate
from antigone.model.review import Step
from antigone.plain_words import counted, listed, log10_text, probability_text, threshold_log10
from antigone.registry.review.pairings import candidate_decided_on
from antigone.team.access.session import Session
from antigone.team.review.candidates import view_of
from antigone.team.runs.joint import pair_in_joint
from antigone.team.views import CandidateView, JointOfPair, WarningCode, WarningLine


@dataclass(frozen=True)
class Weighed:
    """The warnings that apply, what is added to the reason, and why the step is refused, if it is."""

    warnings: tuple[WarningLine, ...] = ()
    said: str = ""
    refusal: AntigoneError | None = None


def warnings_of(view: CandidateView, joint: JointOfPair | None) -> tuple[WarningLine, ...]:
    """The warnings that apply to a candidate, with what the newest joint answer says of it; none where it is closed."""
    candidate = view.candidate
    if candidate is None:
        return ()
    found: dict[WarningCode, str] = {
        "close relative": _relatives(candidate),
        "rivals": _rivals(view),
        "one donor": _one_donor(view),
        "assumptions": _assumptions(view, candidate),
        "joint": _joint(candidate, joint),
        "doubts": "the samples themselves say something against it" if candidate.doubts else "",
    }
    return tuple(WarningLine(code, words) for code, words in found.items() if words)


def weigh(
    session: Session, connection: Connection, step: Step, pairing: int, candidate: int | None, seen: Mapping[str, str]
) -> Weighed:
    """The warnings before a step, against ``seen``: a word for each by its code.

    A step that no warning precedes is not weighed, nor one without a candidate of that pairing, which is refused
    elsewhere.
    """
    number = candidate_decided_on(connection, pairing, step, candidate)
    if number is None:
        return Weighed()
    view = view_of(session, connection, number, {})
    line = view.line
    pair = {"unidentified": line.unidentified, "family": line.family, "missing": line.missing}
    warnings = warnings_of(view, pair_in_joint(session, connection, view.incident, **pair))
    words = [(one, seen.get(one.code, "").strip()) for one in warnings]
    said = "; ".join(f"{one.words}: {word}" for one, word in words)
    silent = [one for one, word in words if not word]
    return Weighed(warnings, f" Warned that {said}." if said else "", _refusal(step, view, silent))


def _refusal(step: Step, view: CandidateView, silent: list[WarningLine]) -> AntigoneError | None:
    number = view.line.id
    if view.candidate is None:
        return Conflict(f"candidate {number} stays closed: {view.closed}")
    if step == "confirm" and not view.candidate.worked_out:
        return Conflict(
            f"candidate {number} is not worked out in full, so nobody knows yet how it stands against close relatives "
            "and other assumptions; work it out in full first, on its page"
        )
    if not silent:
        return None
    lines = "; ".join(f"'{one.code}': {one.words}" for one in silent)
    return InputError(
        f"{counted(len(silent), 'warning')} without a tick and a word ({lines}); look at each, tick it, and say in a "
        "word why you decide so all the same"
    )


def _relatives(candidate: Candidate) -> str:
    near = candidate.near_relatives
    if not near:
        return ""
    who = listed([one.relation for one in near])
    return f"a close relative of {candidate.missing} is as likely, or nearly ({who})"


def _rivals(view: CandidateView) -> str:
    """Remains that were declared parts of the same person are no rivals for the same missing person."""
    parts = sum(line.unidentified in view.parts for line in view.of_missing)
    rivals = view.rivals - parts
    return f"{counted(rivals, 'rival')} of this search cannot be true together with it" if rivals else ""


def _one_donor(view: CandidateView) -> str:
    donors = view.family.donors
    return f"it rests on one donor only ({donors[0].member})" if len(donors) == 1 else ""


def _assumptions(view: CandidateView, candidate: Candidate) -> str:
    if view.run.result is None:
        return ""
    threshold = threshold_log10(view.run.result.threshold)
    below = [point for point in candidate.sensitivity if point.log10_lr < threshold]
    if not below:
        return ""
    least = min(below, key=lambda point: point.log10_lr)
    which = listed([f"{point.assumption} {point.value}" for point in below])
    return f"it falls below the threshold with {which}, down to a log10 LR of {log10_text(least.log10_lr)}"


def _joint(candidate: Candidate, joint: JointOfPair | None) -> str:
    """The joint answer is not clear, and gives the pair less than a tenth of the odds that it has by itself."""
    if joint is None:
        return ""
    together = joint.posterior or 0.0
    weaker = _log10_odds(candidate.posterior) - _log10_odds(together) >= WEAK_LOG10_LR
    if together >= CLEAR_POSTERIOR or not weaker:
        return ""
    shown = f"below {joint.least:g}" if joint.posterior is None else probability_text(together)
    return (
        f"the joint solution disagrees: {shown} among all families, {probability_text(candidate.posterior)} for the "
        "pair by itself"
    )


def _log10_odds(probability: float) -> float:
    if probability in (0.0, 1.0):
        return math.inf if probability else -math.inf
    return math.log10(probability / (1 - probability))
