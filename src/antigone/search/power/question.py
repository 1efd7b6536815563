"""What is asked of a family's power: who is missing, who is typed, and who might be typed next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from antigone.engine.doors import checked_question
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

MOST_NEW = 2
"""So many relatives who might be typed next are exact; for more, families are simulated."""


@dataclass(frozen=True)
class PowerQuestion:
    """A missing person of a declared family, and what the LR of an unidentified person rests on.

    Parameters
    ----------
    pedigree, missing
        As declared; the missing person is untyped.
    typed
        By member, what was found in them. Empty for the power that tells of the pedigree alone.
    new
        Members who might be typed next, at every marker; their genotypes are summed over, given ``typed``.
    theta
        As in the search.

    Raises
    ------
    ModelError
        For a new relative who is typed already, missing, undeclared or named twice, for more than ``MOST_NEW`` of them,
        for nobody to compare with, and for members of unknown sex with an X-chromosomal marker.

    Examples
    --------
    >>> trio = Pedigree.of(("F", "male"), ("M", "female"), ("C", "female", "F", "M"))
    >>> PowerQuestion(trio, "C", new=("M",)).new
    ('M',)
    """

    pedigree: Pedigree
    missing: str
    typed: Mapping[str, Profile] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    theta: float = 0.0

    def __post_init__(self) -> None:
        _refuse(
            (self.missing not in self.pedigree, f"the pedigree has no member {self.missing}; name the missing person"),
            (self.missing in self.typed, f"{self.missing} is missing and typed; leave the profile out"),
            (not self.typed and not self.new, "nobody is typed, and nobody is to be typed; name a relative"),
            (len(set(self.new)) != len(self.new), "a relative to be typed is named twice; name each once"),
            (
                len(self.new) > MOST_NEW,
                f"{len(self.new)} relatives to be typed; at most {MOST_NEW} are computed exactly, ask for fewer",
            ),
            *((one == self.missing, f"{one} is the missing person; name a relative to be typed") for one in self.new),
            *((one in self.typed, f"{one} is typed already; name another relative") for one in self.new),
            *((one not in self.pedigree, f"the pedigree has no member {one}; declare them first") for one in self.new),
        )

    def require(self, markers: Sequence[Marker]) -> tuple[Marker, ...]:
        """The markers, checked with the question.

        Raises
        ------
        ModelError
            See the class, and ``log_likelihood``.
        """
        given = checked_question(self.pedigree, self.typed, markers, theta=self.theta)
        unknown = [member.id for member in self.pedigree if member.sex == "unknown"]
        on_x = [marker.name for marker in given if marker.chromosome == "X"]
        if unknown and on_x:
            raise ModelError(
                f"the sex of {', '.join(unknown)} is unknown, and {on_x[0]} is X-chromosomal; state the sex, or leave "
                "the X-chromosomal markers out"
            )
        return given


def _refuse(*faults: tuple[bool, str]) -> None:
    for is_fault, words in faults:
        if is_fault:
            raise ModelError(words)
