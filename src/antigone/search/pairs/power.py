"""How often the right person would be found, given which relatives are typed: the power of a family's references."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotype, Profile
from antigone.search.families.family_table import Target
from antigone.search.pairs.comparison import compare
from antigone.simulation.genes import drop_genes

DRAWS = 100
"""Simulated families of one kind; the standard error of a power is then at most 0.05."""
RIGHT = "the right person"

Kind = tuple[object, ...]
"""What a power depends on, without the codes of anybody: two families of one kind have the same power."""


def kind_of(pedigree: Pedigree, typed: Mapping[str, Collection[str]], missing: str) -> Kind:
    """The pedigree by the places of its members, who is typed at which markers, and who is missing."""
    place = {member.id: number for number, member in enumerate(pedigree)}
    shape = tuple(
        (m.sex, place.get(m.father or "", -1), place.get(m.mother or "", -1), m.founder_inbreeding) for m in pedigree
    )
    who = tuple((place[member], *sorted(typed[member])) for member in sorted(typed, key=place.__getitem__))
    return shape, who, place[missing]


def power_of(
    pedigree: Pedigree,
    typed: Mapping[str, Collection[str]],
    missing: str,
    *,
    markers: Sequence[Marker],
    threshold: float,
    seed: int,
    draws: int = DRAWS,
) -> float:
    """The share of simulated families in which the missing person, fully typed, reaches an LR of ``threshold``.

    It depends on who is typed, never on what was found in them: genotypes of the whole pedigree are simulated, with
    mutation. Theta and linkage take no part, and X-chromosomal markers only where every sex is known.

    Parameters
    ----------
    pedigree, missing
        As declared.
    typed
        By member who gave a sample, the markers typed.
    markers
        Under the frequencies of one population; a search asks for more, the threshold in every population.
    threshold
        The LR that a candidate must reach, not its logarithm.
    seed
        The same seed gives the same answer, whatever else is computed before.
    draws
        How many families are simulated; the standard error is at most ``0.5 / sqrt(draws)``.

    Notes
    -----
    The inclusion power, unconditional on the donors' genotypes: Vigeland, Marsico, Herrera Pinero, Egeland 2020,
    doi:10.1016/j.fsigen.2020.102376.
    """
    known = all(member.sex != "unknown" for member in pedigree)
    usable = [marker for marker in markers if known or marker.chromosome != "X"]
    if not usable:
        return 0.0
    kind = kind_of(pedigree, typed, missing)
    rng = np.random.default_rng([seed, zlib.crc32(repr(kind).encode())])
    families = [drop_genes(pedigree, usable, rng=rng) for _ in range(draws)]
    targets = [Target(str(n), missing, pedigree, _references(genes, typed)) for n, genes in enumerate(families)]
    sex = pedigree[missing].sex
    persons = [UnidentifiedPerson(RIGHT, Profile(RIGHT, genes[missing]), sex) for genes in families]
    reached = np.diagonal(compare(targets, persons, populations={"": usable}).smallest) >= np.log(threshold)
    return float(reached.mean())


def _references(
    genes: Mapping[str, Mapping[str, Genotype]], typed: Mapping[str, Collection[str]]
) -> dict[str, Profile]:
    """The simulated donors, typed where the real ones are."""
    return {
        member: Profile(member, {name: genes[member][name] for name in names if name in genes[member]})
        for member, names in typed.items()
    }
