"""The joint answer in plain words: why, how sure, and what would decide what stays open. Never a verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from antigone.casework.pairs.linkage import known_linkage, unknown_linkage
from antigone.engine.arrays import LN10
from antigone.model.assumptions.choices import INCOMPLETE_SAMPLE
from antigone.model.assumptions.linkage import LinkageModel
from antigone.plain_words import WRITTEN_AS_ZERO, listed, lr_text, plain_text, probability_text, threshold_text
from antigone.search.joint.conclusions import Proposal
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import JointPosterior, Ratio
from antigone.search.joint.question import FamilyQuestion


def describe_placed(
    question: FamilyQuestion, persons: Persons, proposal: Proposal, *, instead: str, donors: Collection[str],
    threshold: float, rivals: str,
) -> tuple[str, ...]:  # fmt: skip
    """Why a person is proposed for a place, and what would decide it.

    ``instead`` names the place that the person has in the best assignment without the proposal, when the samples bear
    on it. ``donors`` are the family's consenting ones, fitting the pedigree or not (PURPOSE.md, rule 6).
    ``rivals`` says who else fits the place.
    """
    places = [question.missing[j] for j in proposal.places]
    factor = _factor_sentence(persons.codes[proposal.person], " or ".join(places), proposal.glr, instead)
    return (factor, *_what_decides(question, persons, proposal, places, donors, threshold, rivals))


def describe_without_place(persons: Persons, proposal: Proposal, chance: float, rivals: str) -> tuple[str, ...]:
    """Why a person is proposed for no place, ``chance`` being the probability of being none of the missing.

    The words are the same whether the best assignment leaves the person out or has them where the samples used say
    nothing, so that they never hint at a reference left out (PURPOSE.md, rule 6).
    """
    code = persons.codes[proposal.person]
    if proposal.status == "impossible":
        return (f"{code} can be none of the missing under the stated model; perhaps not reported missing.",)
    return (
        f"No place is proposed for {code}; the probability of being none of the missing is {probability_text(chance)}.",
        rivals or _more_about(persons, proposal.person),
    )


def describe_rivals(place: str, holder: str, others: Sequence[str], *, near: bool) -> str:
    """That ``others`` fit a place, as well as the person there (``near``) or less well, and what to do about it."""
    fit = "fits" if len(others) == 1 else "fit"
    how = f"as well as {holder}" if near else f"too, though not as well as {holder}"
    return (
        f"{listed(others)} {fit} {place} {how}; they may be parts of one person, or relatives: compare the "
        f"{'two ' if len(others) == 1 else ''}remains, and declare them parts of one person if they are."
    )


def _factor_sentence(code: str, where: str, glr: Ratio | None, instead: str) -> str:
    if glr is None:
        return f"Every possible joint assignment has {code} as {where}."
    best = f"The best joint assignment with {code} as {where} is"
    if glr.kind != "exact":
        return (
            f"{best} {glr.kind} {_times(glr.log)} as probable as the best "
            "one without it; which one that is stays open, because assignments of small weight were left out."
        )
    other = f"{code} is {instead}" if instead else f"{code} has no place that the samples support"
    if abs(glr.log) < WRITTEN_AS_ZERO * LN10:
        return f"{best} no more probable than the best one without it, in which {other}."
    return f"{best} {_times(glr.log)} as probable as the best one without it, in which {other}."


def _times(log: float) -> str:
    return f"{lr_text(log / LN10)} times"


def _what_decides(
    question: FamilyQuestion, persons: Persons, proposal: Proposal, places: list[str], donors: Collection[str],
    threshold: float, rivals: str,
) -> tuple[str, ...]:  # fmt: skip
    if proposal.status == "supported":
        return ()
    if proposal.status == "supported, places alike":
        return (
            f"The data do not tell {' and '.join(places)} apart. A child of one of them, or what is known of age and "
            "circumstances, could.",
        )
    below = f"This is below the threshold of {threshold_text(threshold)}: the pairing stays open."
    if rivals:
        return (below, rivals)
    return (below, *_whom_to_ask(question, places[0], donors), _more_about(persons, proposal.person))


def _whom_to_ask(question: FamilyQuestion, place: str, donors: Collection[str]) -> tuple[str, ...]:
    near = [donor for donor in donors if question.pedigree.are_related(place, donor)]
    if not near:
        return (f"No donor is related to {place}; a parent, child or sibling of {place} could decide.",)
    if len(near) < 3:
        return (f"Type another close relative of {place}; so far {', '.join(near)} gave a sample.",)
    return ()


def _more_about(persons: Persons, person: int) -> str:
    typed = len(persons.typed(person))
    if typed < INCOMPLETE_SAMPLE:
        return f"Only {typed} markers are typed in {persons.codes[person]}; type more."
    return f"{typed} markers are typed in {persons.codes[person]}; more markers say more about distant relatives."


def describe_family(
    missing: Sequence[str], proposed: Mapping[str, str], alike: Sequence[tuple[str, ...]]
) -> tuple[str, ...]:  # fmt: skip
    """Two or three sentences on one family.

    Of a missing person for whom nobody is proposed nothing more is said, whatever the reason (PURPOSE.md, rule 6).
    """
    why = "not found yet, or more relatives are needed"
    if not proposed:
        return (f"The joint solution proposes nobody for this family: {why}.",)
    pairs = ", ".join(f"{code} as {member}" for member, code in proposed.items())
    sentences = [f"The joint solution proposes {pairs}."]
    sentences += [
        f"{listed(some)} can change places without any change in probability: the data do not tell them apart."
        for some in alike
    ]
    absent = [member for member in missing if member not in proposed]
    if absent:
        sentences.append(f"Nobody is proposed for {listed(absent)}: {why}.")
    return tuple(sentences)


def joint_assumptions(posterior: JointPosterior, persons: Persons) -> tuple[str, ...]:
    """The model in plain words, and whether it was summed exactly."""
    exact = (
        "Every possible joint assignment is in the sums: the posteriors are exact."
        if posterior.exact
        else "Family assignments of tiny weight were left out. No posterior is further than "
        f"{plain_text(posterior.error_bound)} from its exact value; this bound is proven for this incident."
    )
    return (
        "A joint assignment gives each unidentified person to at most one missing person, and the other way round.",
        "Its weight is the likelihood of every family's references with the proposed persons in their places, over the "
        "likelihood of the same data when those persons are unrelated to the family, times the prior.",
        f"The prior: {posterior.prior.sentence}.",
        "Markers are taken as unlinked.",
        *known_linkage(persons.markers, LinkageModel()),
        *(f"{words}." for words in unknown_linkage(persons.markers, LinkageModel())),
        *_what_was_read(persons),
        _of_sexes(persons),
        "The generalised LR of a pairing compares the best joint assignment with it to the best one without it.",
        exact,
    )


def _of_sexes(persons: Persons) -> str:
    """What a pairing of different known sexes weighs."""
    if persons.sex is None:
        return "A pairing of different known sexes is excluded."
    return (
        "The weight of a pairing contains what the sex of the sample says, with "
        f"{persons.sex.describe()}; where the known sexes differ the X-chromosomal markers say nothing."
    )


def _what_was_read(persons: Persons) -> tuple[str, ...]:
    """How samples are read, and whether X markers take part."""
    lossy = len(persons.observations)
    words = [
        "Genotypes are taken as read, with alleles marked as not read left open"
        + (", but for the unidentified persons with rates." if lossy else ".")
    ]
    if lossy:
        words.append(
            f"{lossy} of {len(persons.codes)} unidentified persons are seen through the stated rates of drop-out, "
            "drop-in and error: every genotype counts with the probability that it shows what was seen."
        )
    on_x = sum(marker.chromosome == "X" for marker in persons.markers)
    if on_x:
        words.append(
            f"{on_x} X-chromosomal markers take part: a male has one allele, from his mother. They say nothing about a "
            "person of unknown sex, nor in a family with a member whose sex is not known."
        )
    return tuple(words)
