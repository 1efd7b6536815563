"""What the joint answer says: why, how sure, and what would decide what stays open. Never a verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from antigone.casework.pairs.linkage import known_linkage, unknown_linkage
from antigone.engine.arrays import LN10
from antigone.model.assumptions.choices import INCOMPLETE_SAMPLE
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.statements import joint as said
from antigone.model.statements.statement import Statement
from antigone.plain_words import WRITTEN_AS_ZERO
from antigone.search.joint.conclusions import Proposal
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import JointPosterior, Ratio
from antigone.search.joint.question import FamilyQuestion


def describe_placed(
    question: FamilyQuestion, persons: Persons, proposal: Proposal, *, instead: Statement | None,
    donors: Collection[str], threshold: float, rivals: Statement | None,
) -> tuple[Statement, ...]:  # fmt: skip
    """Why a person is proposed for a place, and what would decide it.

    ``instead`` names the place that the person has in the best assignment without the proposal, when the samples bear
    on it. ``donors`` are the family's consenting ones, fitting the pedigree or not (PURPOSE.md, rule 6).
    ``rivals`` says who else fits the place.
    """
    places = tuple(question.missing[j] for j in proposal.places)
    factor = _factor(persons.codes[proposal.person], places, proposal.glr, instead)
    return (factor, *_what_decides(question, persons, proposal, places, donors, threshold, rivals))


def describe_without_place(
    persons: Persons, proposal: Proposal, chance: float, rivals: Statement | None
) -> tuple[Statement, ...]:
    """Why a person is proposed for no place, ``chance`` being the probability of being none of the missing.

    The words are the same whether the best assignment leaves the person out or has them where the samples used say
    nothing, so that they never hint at a reference left out (PURPOSE.md, rule 6).
    """
    code = persons.codes[proposal.person]
    if proposal.status == "impossible":
        return (said.NONE_OF_THE_MISSING(person=code),)
    return (said.NO_PLACE(person=code, probability=chance), rivals or _more_about(persons, proposal.person))


def describe_rivals(place: Statement, holder: str, others: Sequence[str], *, near: bool) -> Statement:
    """That ``others`` fit a place, as well as the person there (``near``) or less well, and what to do about it."""
    one, several = (said.FITS_AS_WELL, said.FIT_AS_WELL) if near else (said.FITS_LESS_WELL, said.FIT_LESS_WELL)
    return (one if len(others) == 1 else several)(others=tuple(others), place=place, holder=holder)


def _factor(code: str, places: tuple[str, ...], glr: Ratio | None, instead: Statement | None) -> Statement:
    if glr is None:
        return said.IN_EVERY_ASSIGNMENT(person=code, places=places)
    times = glr.log / LN10
    if glr.kind != "exact":
        bound = said.AT_LEAST if glr.kind == "at least" else said.AT_MOST
        return bound(person=code, places=places, times=times)
    if abs(times) < WRITTEN_AS_ZERO:
        if instead is None:
            return said.NO_MORE_PROBABLE_THAN_NOWHERE(person=code, places=places)
        return said.NO_MORE_PROBABLE_THAN_ELSEWHERE(person=code, places=places, instead=instead)
    if instead is None:
        return said.TIMES_AS_PROBABLE_AS_NOWHERE(person=code, places=places, times=times)
    return said.TIMES_AS_PROBABLE_AS_ELSEWHERE(person=code, places=places, times=times, instead=instead)


def _what_decides(
    question: FamilyQuestion, persons: Persons, proposal: Proposal, places: tuple[str, ...],
    donors: Collection[str], threshold: float, rivals: Statement | None,
) -> tuple[Statement, ...]:  # fmt: skip
    if proposal.status == "supported":
        return ()
    if proposal.status == "supported, places alike":
        return (said.PLACES_ALIKE(places=places),)
    below = said.BELOW_THRESHOLD(threshold=threshold)
    if rivals:
        return (below, rivals)
    return (below, *_whom_to_ask(question, places[0], donors), _more_about(persons, proposal.person))


def _whom_to_ask(question: FamilyQuestion, place: str, donors: Collection[str]) -> tuple[Statement, ...]:
    near = [donor for donor in donors if question.pedigree.are_related(place, donor)]
    if not near:
        return (said.NO_DONOR_RELATED(missing=place),)
    if len(near) < 3:
        return (said.TYPE_ANOTHER_RELATIVE(missing=place, donors=tuple(near)),)
    return ()


def _more_about(persons: Persons, person: int) -> Statement:
    typed = len(persons.typed(person))
    few = said.FEW_MARKERS_TYPED if typed < INCOMPLETE_SAMPLE else said.MARKERS_TYPED
    return few(number=typed, person=persons.codes[person])


def describe_family(
    missing: Sequence[str], proposed: Mapping[str, str], alike: Sequence[tuple[str, ...]]
) -> tuple[Statement, ...]:
    """Two or three sentences on one family.

    Of a missing person for whom nobody is proposed nothing more is said, whatever the reason (PURPOSE.md, rule 6).
    """
    if not proposed:
        return (said.NOBODY_FOR_FAMILY(),)
    pairs = tuple(said.PERSON_AS(person=code, missing=member) for member, code in proposed.items())
    sentences = [said.PROPOSED(pairs=pairs), *(said.CAN_CHANGE_PLACES(missing=some) for some in alike)]
    absent = tuple(member for member in missing if member not in proposed)
    if absent:
        sentences.append(said.NOBODY_FOR(missing=absent))
    return tuple(sentences)


def joint_assumptions(posterior: JointPosterior, persons: Persons) -> tuple[Statement, ...]:
    """What the answer rests on, and whether it was summed exactly."""
    bounded = said.BOUNDED_POSTERIORS(bound=posterior.error_bound)
    return (
        said.JOINT_ASSIGNMENT(),
        said.WEIGHT(),
        said.PRIOR(words_prior=posterior.prior.sentence),
        said.UNLINKED(),
        *known_linkage(persons.markers, LinkageModel()),
        *unknown_linkage(persons.markers, LinkageModel()),
        *_what_was_read(persons),
        _of_sexes(persons),
        said.GENERALISED_LR(),
        said.EXACT_POSTERIORS() if posterior.exact else bounded,
    )


def _of_sexes(persons: Persons) -> Statement:
    """What a pairing of different known sexes weighs."""
    if persons.sex is None:
        return said.SEXES_EXCLUDE()
    return said.SEXES_WEIGH(words_rates=persons.sex.describe())


def _what_was_read(persons: Persons) -> tuple[Statement, ...]:
    """How samples are read, and whether X markers take part."""
    lossy = len(persons.observations)
    words = [said.AS_READ_BUT_RATES() if lossy else said.AS_READ()]
    if lossy:
        words.append(said.SEEN_THROUGH_RATES(number=lossy, all=len(persons.codes)))
    on_x = sum(marker.chromosome == "X" for marker in persons.markers)
    if on_x:
        words.append(said.X_MARKERS(number=on_x))
    return tuple(words)
