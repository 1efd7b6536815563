"""What programs are told of a candidate, by the API and the command line: codes alone, and nobody's profile."""

from __future__ import annotations

from dataclasses import dataclass

from antigone.model.pedigree import Individual
from antigone.model.results.search import Candidate
from antigone.registry.review.candidates import CandidateLine
from antigone.team.views.candidates import CandidateView, DecisionLine, PastLine, ReviewLine, WarningLine
from antigone.team.views.work import RunLine


@dataclass(frozen=True)
class SampleOf:
    """A member who gave a sample, by codes."""

    member: str
    sample: str


@dataclass(frozen=True)
class CandidateShown:
    """A candidate in full, what was said and decided, and the alternatives.

    ``candidate`` is null when it stays closed, and ``closed`` then says why. ``members`` and ``donors`` are the
    family's as the search saw it; ``changed`` says when it is known otherwise now. ``of_unidentified`` and
    ``of_missing`` are the strongest alternatives, ``all_of_unidentified`` and ``all_of_missing`` how many there are.
    ``may`` are the steps that the user of the token can take now; ``barred`` says why they take part in no decision.
    ``history`` is what the searches said of the pairing, where it was something new, and what had changed.
    ``warnings`` are what whoever proposes or confirms has to have seen, each with a word.
    """

    line: CandidateLine
    incident: str
    kind: str
    sex: str
    candidate: Candidate | None
    closed: str
    members: tuple[Individual, ...]
    missing: tuple[str, ...]
    donors: tuple[SampleOf, ...]
    reviews: tuple[ReviewLine, ...]
    decisions: tuple[DecisionLine, ...]
    of_unidentified: tuple[CandidateLine, ...]
    of_missing: tuple[CandidateLine, ...]
    all_of_unidentified: int
    all_of_missing: int
    run: RunLine
    may: tuple[str, ...]
    changed: str = ""
    barred: str = ""
    history: tuple[PastLine, ...] = ()
    warnings: tuple[WarningLine, ...] = ()


def shown_candidate(view: CandidateView, warnings: tuple[WarningLine, ...]) -> CandidateShown:
    """A candidate as a program is answered; donors by their codes, for the view holds nothing else of them."""
    family = view.family
    return CandidateShown(
        line=view.line,
        incident=view.incident,
        kind=view.kind,
        sex=view.sex,
        candidate=view.candidate,
        closed=view.closed,
        members=family.pedigree.individuals,
        missing=family.missing,
        donors=tuple(SampleOf(donor.member, donor.profile.sample) for donor in family.donors),
        reviews=view.reviews,
        decisions=view.decisions,
        of_unidentified=view.of_unidentified,
        of_missing=view.of_missing,
        all_of_unidentified=view.all_of_unidentified,
        all_of_missing=view.all_of_missing,
        run=view.run.line,
        may=view.may,
        barred=view.barred,
        changed=view.changed,
        history=view.history,
        warnings=warnings,
    )
