"""Simulated remains: complete persons, and fragments that lose alleles and markers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from antigone.engine.frequencies import markers_of, union_ladder
from antigone.formats.frequencies import nist1036
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile
from antigone.simulation.genes import FullGenotype, drop_genes

CORE = 24
"""Markers of the simulated kit."""


def tables(populations: int = 2) -> tuple[FrequencyTable, ...]:
    return tuple(table for table in nist1036() if "pooled" not in table.population)[:populations]


@cache
def kit(populations: int = 2) -> dict[str, tuple[Marker, ...]]:
    """The same markers, with the same ladders, in each population."""
    chosen = tables(populations)
    names = list(chosen[0].frequencies)[:CORE]
    ladder = {name: union_ladder(chosen, name) for name in names}
    return {
        t.population: markers_of(t, names, seen={}, rule=FrequencyRule(), mutation=DEFAULT_MUTATION, ladder=ladder)
        for t in chosen
    }


def persons(count: int, rng: np.random.Generator) -> list[Mapping[str, FullGenotype]]:
    """Unrelated persons."""
    crowd = Pedigree(tuple(Individual(f"N{i}", "male") for i in range(count)))
    drawn = drop_genes(crowd, _first_population(), rng=rng)
    return [drawn[f"N{i}"] for i in range(count)]


def families(count: int, rng: np.random.Generator) -> list[dict[str, Mapping[str, FullGenotype]]]:
    """Father, mother and two children of each family."""
    family = Pedigree.of(("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "male", "F", "M"))
    return [dict(drop_genes(family, _first_population(), rng=rng)) for _ in range(count)]


def _first_population() -> tuple[Marker, ...]:
    return next(iter(kit(1).values()))


def sample(code: str, genotypes: Mapping[str, Genotype], *, sex: Sex = "unknown") -> UnidentifiedPerson:
    return UnidentifiedPerson(code, Profile(code, genotypes), sex)


def degrade(
    genotypes: Mapping[str, FullGenotype], rng: np.random.Generator, *, dropout: float = 0.0, markers: int = CORE
) -> dict[str, Genotype]:
    """What a fragment shows: some markers, at which every allele copy is lost with probability ``dropout``."""
    chosen = rng.permutation(list(genotypes))[:markers].tolist()
    seen: dict[str, Genotype] = {}
    for name in chosen:
        kept = [allele for allele in genotypes[name] if rng.random() >= dropout]
        if kept:
            seen[name] = (kept[0], kept[-1])
    return seen


def incident(people: Sequence[UnidentifiedPerson], *, populations: int = 2) -> Incident:
    settings = SearchSettings(mutation=DEFAULT_MUTATION)
    return Incident("Test", tuple(people), (), tables(populations), settings)
