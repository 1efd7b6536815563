"""Close relatives of the missing person as an alternative to H1, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from antigone.model.assumptions.choices import WEAK_LOG10_LR
from antigone.model.results.search import Candidate, Relation, RelativeAlternative
from antigone.plain_words import WRITTEN_AS_ZERO, log10_text
from antigone.report.words.language import mark

RELATIONS: Mapping[Relation, str] = {
    "full sibling": mark("a full sibling of {missing}"),
    "father": mark("the father of {missing}"),
    "mother": mark("the mother of {missing}"),
    "child": mark("a child of {missing}"),
    "full sibling of the father": mark("a full sibling of the father of {missing}"),
    "full sibling of the mother": mark("a full sibling of the mother of {missing}"),
}
CHILD_OF_BOTH = mark("a child of {missing} and {partner}")
CLEAR, HARD, EVEN, AGAINST = (
    mark("the markers fit H1 better"),
    mark("the markers hardly tell the two apart"),
    mark("the markers do not tell the two apart"),
    mark("the markers fit this relative better than H1"),
)
IMPOSSIBLE = mark("impossible")


def relative_text(candidate: Candidate, one: RelativeAlternative) -> str:
    """Who the unidentified person would be instead.

    >>> relation_pattern(RelativeAlternative("child", 2.0, "F1-R3"))
    'a child of {missing} and {partner}'
    """
    return relation_pattern(one).format(missing=candidate.missing, partner=one.partner)


def relation_pattern(one: RelativeAlternative) -> str:
    """The words of a relation, with places for the codes."""
    return CHILD_OF_BOTH if one.partner else RELATIONS[one.relation]


def relative_number(one: RelativeAlternative) -> str:
    """The log10 LR of H1 against a relative who may be impossible, or beside whom H1 is.

    >>> relative_number(RelativeAlternative("child", math.inf)), relative_number(RelativeAlternative("child", 2.0))
    ('impossible', '2.00')
    """
    return IMPOSSIBLE if one.log10_lr == math.inf else log10_text(one.log10_lr)


def weigh_relative(one: RelativeAlternative) -> str:
    """What the number says.

    >>> weigh_relative(RelativeAlternative("full sibling", 0.0))
    'the markers do not tell the two apart'
    """
    if abs(one.log10_lr) < WRITTEN_AS_ZERO:
        return EVEN
    if one.log10_lr < 0:
        return AGAINST
    return HARD if one.log10_lr < WEAK_LOG10_LR else CLEAR


def tell_relatives(candidate: Candidate) -> tuple[tuple[str, str, str], ...]:
    """Each relative in words, the log10 LR of H1 against it, and what that says."""
    return tuple(
        (relative_text(candidate, one), relative_number(one), weigh_relative(one)) for one in candidate.relatives
    )


def warn_of_relatives(candidate: Candidate) -> str:
    """A sentence for the head of a page; nothing where H1 stands clear of every relative."""
    near = candidate.near_relatives
    if not near:
        return ""
    *most, last = (relative_text(candidate, one) for one in near)
    listed = f"{', '.join(most)} or {last}" if most else last
    return (
        f"The markers hardly tell whether {candidate.unidentified} is {candidate.missing} or {listed}. A sample of "
        f"another relative may, best of a child of {candidate.missing}; so may what is known beside DNA."
    )
