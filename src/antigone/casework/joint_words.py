"""The joint answer in plain words: why, how sure, and what would decide what stays open. Never a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from antigone.search.joint_conclusions import Proposal, next_best, related_references, without_data
from antigone.search.joint_likelihood import FamilyTable
from antigone.search.joint_persons import Persons
from antigone.search.joint_posterior import JointPosterior
from antigone.search.joint_question import FamilyQuestion

LN10 = float(np.log(10))
FEW_MARKERS = 15


def describe_person(
    tables: Sequence[FamilyTable], persons: Persons, posterior: JointPosterior, proposal: Proposal, threshold: float
) -> tuple[str, ...]:
    """Why a person is proposed for a place, or stays open, and what would decide it."""
    code = persons.codes[proposal.person]
    if proposal.status == "impossible":
        return (f"{code} can be none of the missing under the stated model; perhaps not reported missing.",)
    if proposal.family is None:
        chance = posterior.unassigned[proposal.person]
        return (
            f"In the best joint assignment {code} is none of the missing (probability {_chance(chance)}).",
            _more_about(persons, proposal.person),
        )
    question = tables[proposal.family].question
    places = [question.missing[j] for j in proposal.places]
    return (
        _factor_sentence(tables, persons, posterior, proposal, places),
        *_what_decides(question, persons, proposal, places, threshold),
    )


def describe_unseen(
    tables: Sequence[FamilyTable], persons: Persons, proposal: Proposal, chance: float
) -> tuple[str, ...]:  # fmt: skip
    """Why a person whom the best assignment puts where nothing bears on is proposed for no place.

    The words are the same whatever the reason, so that they never hint at a reference left out (PURPOSE.md, rule 6).
    """
    question = tables[proposal.family or 0].question
    code, place = persons.codes[proposal.person], question.missing[proposal.places[0]]
    return (
        f"No place is proposed for {code}. The best joint assignment has {code} as {place} of family {question.code}, "
        "but the samples do not decide it.",
        f"The probability of being none of the missing is {_chance(chance)}; another relative of {place} may decide.",
    )


def _factor_sentence(
    tables: Sequence[FamilyTable], persons: Persons, posterior: JointPosterior, proposal: Proposal, places: list[str]
) -> str:  # fmt: skip
    code, where = persons.codes[proposal.person], " or ".join(places)
    glr = proposal.glr
    if glr is None:
        return f"Every possible joint assignment has {code} as {where}."
    if glr.kind != "exact":
        return (
            f"The best joint assignment with {code} as {where} is {glr.kind} {_times(glr.log)} as probable as the best "
            "one without it; which one that is stays open, because assignments of small weight were left out."
        )
    family, place = next_best(posterior, proposal.person, proposal)
    other = "none of the missing" if family is None else (
        f"{tables[family].question.missing[place]} of family {tables[family].question.code}"
    )  # fmt: skip
    if abs(glr.log) < 0.005 * LN10:
        return (
            f"The best joint assignment with {code} as {where} is no more probable than the best one without it, in "
            f"which {code} is {other}."
        )
    return (
        f"The best joint assignment with {code} as {where} is {_times(glr.log)} as probable "
        f"as the best one without it, in which {code} is {other}."
    )


def _chance(probability: float) -> str:
    return "above 0.9999" if probability > 0.9999 else f"{probability:.3g}"


def _times(log: float) -> str:
    power = log / LN10
    return f"{10**power:.3g} times" if abs(power) < 6 else f"10^{power:.2f} times"


def _what_decides(
    question: FamilyQuestion, persons: Persons, proposal: Proposal, places: list[str], threshold: float
) -> tuple[str, ...]:
    if proposal.status == "supported":
        return ()
    if proposal.status == "supported, places alike":
        return (
            f"The data do not tell {' and '.join(places)} apart. A child of one of them, or what is known of age and "
            "circumstances, could.",
        )
    near = related_references(question, places[0])
    sentences = [f"This is below the threshold of {threshold:g}: the pairing stays open."]
    if not near:
        sentences.append(
            f"No reference is related to {places[0]}; a parent, child or sibling of {places[0]} could decide."
        )
    elif len(near) < 3:
        sentences.append(f"Type another close relative of {places[0]}; so far {', '.join(near)} gave a sample.")
    return (*sentences, _more_about(persons, proposal.person))


def _more_about(persons: Persons, person: int) -> str:
    typed = len(persons.typed(person))
    if typed < FEW_MARKERS:
        return f"Only {typed} markers are typed in {persons.codes[person]}; type more."
    return f"{typed} markers are typed in {persons.codes[person]}; more markers say more about distant relatives."


def describe_family(
    question: FamilyQuestion,
    proposed: Mapping[str, str],
    not_found: Mapping[str, float],
    alike: Sequence[tuple[str, ...]],
) -> tuple[str, ...]:
    """Two or three sentences on one family."""
    if proposed:
        pairs = ", ".join(f"{code} as {member}" for member, code in proposed.items())
        sentences = [f"The joint solution proposes {pairs}."]
    else:
        sentences = ["The joint solution proposes nobody for this family."]
    sentences += [
        f"{' and '.join(some)} can change places without any change in probability: the data do not tell them apart."
        for some in alike
    ]
    absent = [f"{m} ({_chance(not_found[m])})" for m in question.missing if m not in proposed]
    if absent:
        sentences.append(f"Probability of not being among the unidentified: {', '.join(absent)}.")
    silent = without_data(question.pedigree, question.references, question.missing)
    if silent:
        sentences.append(f"For {', '.join(silent)} the samples do not decide; another relative may.")
    return tuple(sentences)


def joint_assumptions(posterior: JointPosterior, persons: Persons) -> tuple[str, ...]:
    """The model in plain words, and whether it was summed exactly."""
    exact = (
        "Every possible joint assignment is in the sums: the posteriors are exact."
        if posterior.exact
        else "Family assignments of tiny weight were left out. No posterior is further than "
        f"{posterior.error_bound:.2g} from its exact value; this bound is proven for this incident."
    )
    return (
        "A joint assignment gives each unidentified person to at most one missing person, and the other way round.",
        "Its weight is the likelihood of every family's references with the proposed persons in their places, over the "
        "likelihood of the same data when those persons are unrelated to the family, times the prior.",
        f"The prior: {posterior.prior.sentence}.",
        "Markers are taken as unlinked.",
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
