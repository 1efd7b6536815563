"""One declared family, and who may be its missing member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from antigone.engine.doors import checked_question
from antigone.engine.sums.likelihood import likelihood_ratio
from antigone.engine.sums.ratio import LikelihoodRatio
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile

STRANGER = "unrelated person"


@dataclass(frozen=True)
class CandidateLrs:
    """The LR of each unidentified person as one missing person of one declared family, against unrelated."""

    missing: str
    ratios: Mapping[str, LikelihoodRatio]

    def __getitem__(self, code: str) -> LikelihoodRatio:
        return self.ratios[code]

    @property
    def log10_lr(self) -> dict[str, float | None]:
        """The total of each, the strongest first; ``None`` where it is not defined."""
        totals = {code: ratio.log10_total for code, ratio in self.ratios.items()}
        return dict(sorted(totals.items(), key=lambda one: (one[1] is None, -(one[1] or 0.0))))

    def rows(self) -> list[dict[str, Any]]:
        """One row for each, the strongest first."""
        return [{"candidate": code, "missing": self.missing, "log10_lr": log} for code, log in self.log10_lr.items()]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain Python."""
        return {"missing": self.missing, "ratios": {code: ratio.to_dict() for code, ratio in self.ratios.items()}}


def missing_person_lr(
    pedigree: Pedigree,
    missing: str,
    references: Mapping[str, Profile],
    candidates: Mapping[str, Profile],
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    sexes: Mapping[str, Sex] | None = None,
) -> CandidateLrs:
    """The LR of unidentified persons as the missing person of one declared family, against an unrelated person.

    H1: the profile is the missing member's. H2: it is of somebody beside the family, of the same population. Both are
    exact, with mutation and theta; a marker counts where the candidate is typed.

    Parameters
    ----------
    references
        What was typed in members of the family.
    candidates
        Unidentified persons by code: no donor of a family is one.
    sexes
        Of candidates, where known; one that contradicts the missing person's sex is refused.

    Raises
    ------
    ModelError
        When the missing person has a reference, or a candidate another sex.

    Examples
    --------
    A daughter 1/1 of a typed father 1/1, p = 0.1, mother not declared: LR = 1 / p.

    >>> family = Pedigree.of(("AF", "male"), ("MP", "female", "AF", None))
    >>> typed, marker = Profile("s1", {"M": ("1", "1")}), Marker("M", ("1", "2"), (0.1, 0.9))
    >>> found = missing_person_lr(family, "MP", {"AF": typed}, {"PM1": Profile("PM1", {"M": ("1", "1")})}, [marker])
    >>> round(found.log10_lr["PM1"], 9)
    1.0
    """
    pedigree.require(missing)
    if missing in references:
        raise ModelError(f"'{missing}' is missing and among the references; leave the profile out")
    checked_question(pedigree, references, markers, theta=theta)
    beside = Pedigree((*pedigree, Individual(STRANGER, pedigree[missing].sex)))
    ratios = {}
    for code, profile in candidates.items():
        _check_sex(code, (sexes or {}).get(code, "unknown"), pedigree[missing])
        typed = [marker for marker in markers if marker.name in profile.genotypes]
        ratios[code] = _ratio(beside, missing, references, profile, typed, theta)
    return CandidateLrs(missing, ratios)


def _check_sex(code: str, sex: Sex, missing: Individual) -> None:
    if "unknown" not in (sex, missing.sex) and sex != missing.sex:
        raise ModelError(f"'{code}' is {sex} and '{missing.id}' is {missing.sex}; leave this candidate out")


def _ratio(
    beside: Pedigree,
    missing: str,
    references: Mapping[str, Profile],
    profile: Profile,
    markers: Sequence[Marker],
    theta: float,
) -> LikelihoodRatio:
    """The family with the stranger is one pedigree; the profile stands at one place or at the other."""
    as_missing = beside.relabelled({missing: STRANGER, STRANGER: missing})
    return likelihood_ratio(as_missing, beside, {**references, STRANGER: profile}, markers, theta=theta)
