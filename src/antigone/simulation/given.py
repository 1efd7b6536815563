"""Profiles of a declared pedigree's members, drawn given what was typed in some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from antigone.engine.doors import checked_question
from antigone.engine.sums.likelihood import genotype_distribution
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.simulation.genes import FullGenotype

Drawn = dict[str, Profile]


def simulate(
    pedigree: Pedigree,
    markers: Sequence[Marker],
    *,
    seed: int,
    count: int = 1,
    members: Sequence[str] | None = None,
    given: Mapping[str, Profile] | None = None,
    theta: float = 0.0,
) -> list[Drawn]:
    """Profiles of members of a declared pedigree, drawn from their exact joint distribution given who is typed.

    Each member is drawn in turn given those typed and drawn before, so every genotype keeps its probability, with
    mutation and theta. Markers are unlinked. The same seed gives the same profiles.

    Parameters
    ----------
    count
        How many independent draws.
    members
        Whom to draw; by default everybody who is not typed. A member who is typed at a marker keeps the genotype.
    given
        What was typed, by member.

    Raises
    ------
    ModelError
        When what is typed is impossible, for a silent allele, or a count below 1; see ``log_likelihood``.

    Examples
    --------
    >>> trio = Pedigree.nuclear("AF", "MO", "CH")
    >>> both = {who: Profile(who, {"M": ("12", "12")}) for who in ("AF", "MO")}
    >>> simulate(trio, [Marker("M", ("12", "13"), (0.5, 0.5))], seed=1, given=both)[0]["CH"].genotypes["M"]
    ('12', '12')
    """
    known = dict(given or {})
    wanted = list(members) if members is not None else [m.id for m in pedigree.parents_first if m.id not in known]
    pedigree.require(*wanted)
    checked = checked_question(pedigree, known, markers, theta=theta)
    if count < 1 or any(marker.silent for marker in checked):
        raise ModelError("expected a count of 1 or more, and markers without silent alleles; correct the question")
    rng = np.random.default_rng(seed)
    drawn: list[dict[str, dict[str, FullGenotype]]] = [{who: {} for who in wanted} for _ in range(count)]
    for marker in checked:
        draw = _Draw(pedigree, marker, known, theta)
        for one in drawn:
            for who, genotype in draw.of(wanted, rng).items():
                one[who][marker.name] = genotype
    return [{who: Profile(who, genotypes) for who, genotypes in one.items()} for one in drawn]


class _Draw:
    """The genotypes of one marker; a distribution that was asked for is asked once."""

    def __init__(self, pedigree: Pedigree, marker: Marker, known: Mapping[str, Profile], theta: float) -> None:
        self._marker, self._known = marker, known

        @lru_cache(maxsize=4096)
        def asked(
            who: str, before: tuple[tuple[str, tuple[str, str]], ...]
        ) -> tuple[list[tuple[str, str]], list[float]]:
            profiles = {**known, **{m: Profile(m, {marker.name: g}) for m, g in before}}
            found = genotype_distribution(pedigree, profiles, marker, target=who, theta=theta)
            total = sum(found.values())
            return list(found), [p / total for p in found.values()]

        self._asked = asked

    def of(self, members: Sequence[str], rng: np.random.Generator) -> dict[str, FullGenotype]:
        found: dict[str, FullGenotype] = {}
        for who in members:
            typed = self._known.get(who)
            genotype = None if typed is None else typed.genotypes.get(self._marker.name)
            if genotype is not None and None not in genotype:
                found[who] = genotype  # type: ignore[assignment]
                continue
            genotypes, chances = self._asked(who, tuple((m, g) for m, g in found.items() if m not in self._known))
            found[who] = genotypes[int(rng.choice(len(genotypes), p=chances))]
        return found
