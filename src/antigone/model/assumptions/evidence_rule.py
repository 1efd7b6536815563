"""The rule of evidence: under what a pairing may be proposed, so that chance never becomes a name (PURPOSE.md, rule 8).

The rule is about one candidate of one search. Its conditions have letters, which never change their meaning:

a. the search makes at most ``most_chance`` pairs of this family that are as strong by chance alone;
b. two donors bear on it, or two kinds of DNA;
c. no close relative of the missing person explains the markers nearly as well;
d. the posterior under the stated prior is high;
e. the joint answer, where there is one, does not contradict it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from antigone.model.statements import evidence as said
from antigone.model.statements.statement import Statement

Letter = Literal["a", "b", "c", "d", "e"]


FAILS: Mapping[Letter, str] = {
    "a": "chance alone makes too many such pairs in this search",
    "b": "fewer than two donors or kinds of DNA bear on it",
    "c": "it is not shown that no close relative explains the markers nearly as well",
    "d": "the posterior of the pair is too low",
    "e": "the joint solution contradicts it",
}
"""What it means that a condition does not hold, in a few words."""


@dataclass(frozen=True)
class EvidenceRule:
    """The numbers of the conditions.

    ``most_chance`` is the expected number of pairs, ``least_bearing`` the LR by which a donor or a kind of DNA must
    matter to count, ``least_donors`` how many must, ``least_over_relatives`` the LR against each close relative, and
    ``least_posterior`` and ``least_joint`` are probabilities. ``number`` names the rule in records: one whose numbers
    change gets another.
    """

    number: int
    most_chance: float
    least_bearing: float
    least_donors: int
    least_over_relatives: float
    least_posterior: float
    least_joint: float


PACKAGED_RULE = EvidenceRule(
    number=1,
    most_chance=0.01,
    least_bearing=10.0,
    least_donors=2,
    least_over_relatives=10.0,
    least_posterior=0.999,
    least_joint=0.9,
)
"""The rule of this version of Antigone; its reasons are in docs/evidence.md."""


@dataclass(frozen=True)
class EvidenceFacts:
    """What a candidate rests on.

    Parameters
    ----------
    pairs
        Compared by its search.
    false_positive_rate
        An upper bound of P(LR >= the candidate's | unrelated) with this family's references.
    exact
        Whether that is from the family's own distribution of the LR; else it is 1 / LR (Markov's inequality).
    bearing
        log10 of the factor by which the LR changes when one donor's reference is left out, by donor.
    kinds
        The log10 LR of each kind of DNA, by its name.
    over_relatives
        The smallest log10 LR against a close relative; None where that was not worked out.
    posterior
        Of the pair by itself.
    joint
        Its posterior in the newest joint answer; None where there is none. The lower bound of what is not listed is 0.
    """

    pairs: int
    false_positive_rate: float
    exact: bool
    bearing: dict[str, float]
    kinds: dict[str, float]
    over_relatives: float | None
    posterior: float
    joint: float | None


@dataclass(frozen=True)
class Condition:
    """One condition of the rule: whether it holds, what was found, and what would mend it where it does not. What was
    found is None where it is for others to know."""

    letter: Letter
    holds: bool
    found: Statement | None
    remedy: Statement | None = None


def judge(facts: EvidenceFacts, rule: EvidenceRule = PACKAGED_RULE) -> tuple[Condition, ...]:
    """The five conditions, in their order.

    Examples
    --------
    A mother alone, 20 markers, 55,000 records against 2,410 bodies (P(LR >= 7.7e5 | unrelated) is 1.6e-7):

    >>> facts = EvidenceFacts(55_000 * 2_410, 1.6e-7, True, {"MO": 5.9}, {"autosomal": 5.9}, 3.0, 0.9999, None)
    >>> [one.letter for one in judge(facts) if not one.holds]
    ['a', 'b']
    """
    return (
        _chance(facts, rule),
        _donors(facts, rule),
        _relatives(facts, rule),
        _posterior(facts, rule),
        _joint(facts, rule),
    )


def failed(conditions: tuple[Condition, ...]) -> str:
    """The letters of the conditions that do not hold, one after the other."""
    return "".join(one.letter for one in conditions if not one.holds)


def _chance(facts: EvidenceFacts, rule: EvidenceRule) -> Condition:
    expected = facts.pairs * facts.false_positive_rate
    words = said.RULE_CHANCE if facts.exact else said.RULE_CHANCE_BOUND
    found = words(expected=expected, pairs=facts.pairs, allowed=rule.most_chance)
    return Condition("a", expected <= rule.most_chance, found, said.RULE_TYPE_MORE())


def _donors(facts: EvidenceFacts, rule: EvidenceRule) -> Condition:
    least = math.log10(rule.least_bearing)
    donors = tuple(donor for donor, change in facts.bearing.items() if change >= least)
    kinds = tuple(kind for kind, log10_lr in facts.kinds.items() if log10_lr >= least)
    holds = len(donors) >= rule.least_donors or len(kinds) >= 2
    found = (
        said.RULE_DONORS(donors=donors, factor=rule.least_bearing)
        if donors
        else said.RULE_NO_DONOR(factor=rule.least_bearing)
    )
    return Condition("b", holds, found, said.RULE_ASK_ANOTHER())


def _relatives(facts: EvidenceFacts, rule: EvidenceRule) -> Condition:
    if facts.over_relatives is None:
        return Condition("c", False, said.RULE_NOT_WORKED_OUT(), said.RULE_WORK_OUT())
    found = said.RULE_RELATIVES(log10_lr=facts.over_relatives, least=math.log10(rule.least_over_relatives))
    return Condition("c", facts.over_relatives >= math.log10(rule.least_over_relatives), found, said.RULE_TYPE_MORE())


def _posterior(facts: EvidenceFacts, rule: EvidenceRule) -> Condition:
    found = said.RULE_POSTERIOR(posterior=facts.posterior, least=rule.least_posterior)
    return Condition("d", facts.posterior >= rule.least_posterior, found, said.RULE_TYPE_MORE())


def _joint(facts: EvidenceFacts, rule: EvidenceRule) -> Condition:
    if facts.joint is None:
        return Condition("e", True, said.RULE_NO_JOINT())
    found = said.RULE_JOINT(posterior=facts.joint, least=rule.least_joint)
    return Condition("e", facts.joint >= rule.least_joint, found, said.RULE_LOOK_AT_JOINT())
