"""A simulated disaster that took several members of one family: for joint identification, its tests and benchmarks.

Everything is drawn: no code stands for a person. Members are ``R`` (gave a reference), ``M`` (missing) or ``U``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, perm

import numpy as np

from antigone.engine.frequencies import markers_of
from antigone.errors import ModelError
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile
from antigone.model.statements.searching import SIMULATED
from antigone.simulation.genes import FullGenotype, drop_genes
from antigone.simulation.incident import ACCIDENT_DAY, Identity, Truth

_Rows = tuple[tuple[str | None, ...], ...]

FAMILY_KINDS: tuple[_Rows, ...] = (
    (("R1", "male"), ("R2", "female"), ("M1", "female", "R1", "R2")),
    (("R1", "male"), ("R2", "female"), ("M1", "male", "R1", "R2"), ("M2", "male", "R1", "R2")),
    (("M1", "male"), ("R1", "female"), ("M2", "female", "M1", "R1"), ("R2", "male", "M1", "R1")),
    (
        ("R1", "male"), ("R2", "female"), ("M1", "male", "R1", "R2"), ("M2", "female"),
        ("M3", "female", "M1", "M2"), ("M4", "male", "M1", "M2"),
    ),
    (("U1", "male"), ("U2", "female"), ("R1", "female", "U1", "U2"), ("R2", "male", "U1", "U2"),
     ("M1", "female", "U1", "U2")),
    (("U1", "male"), ("U2", "female"), ("R1", "female", "U1", "U2"), ("R2", "male", "U1", "U2"),
     ("M1", "male", "U1", "U2"), ("M2", "female", "U1", "U2")),
    (("R1", "male"), ("U1", "female"), ("M1", "female", "R1", "U1"), ("U2", "male"), ("M2", "female", "U2", "M1"),
     ("R2", "male", "U2", "M1")),
    (("R1", "male"), ("R2", "female"), *((f"M{i}", sex, "R1", "R2") for i, sex in ((1, "female"), (2, "female"),
     (3, "male")))),
    (("M1", "male"), ("R1", "female"), ("R2", "female", "M1", "R1")),
    (("M1", "male"), ("M2", "female"), ("R1", "female", "M1", "M2"), ("R2", "male", "M1", "M2")),
)  # fmt: skip
"""Families in rotation, with 20 missing persons in every ten: a child; two brothers; husband and daughter; a couple
with two children; a sibling; brother and sister; mother and daughter; three siblings; a father; a couple. The first
founder of each can be made a relative of another family's."""


@dataclass(frozen=True)
class Disaster:
    """How large the simulated disaster is.

    ``unreported`` victims belong to no family; this share of the missing (``absent``) was not there; in this share
    of neighbouring families (``related``) the first founders are siblings, which nobody declares; ``degraded``
    victims lose half of their markers and some alleles.
    """

    families: int
    unreported: int = 0
    absent: float = 0.0
    related: float = 0.0
    degraded: float = 0.0
    kinds: Sequence[int] = tuple(range(len(FAMILY_KINDS)))


def simulate_disaster(
    size: Disaster,
    *,
    tables: Sequence[FrequencyTable],
    seed: int,
    settings: SearchSettings | None = None,
    markers: Sequence[str] | None = None,
) -> tuple[Incident, Truth]:
    """Families with one to four missing members, the victims, and who is who.

    Genotypes follow the first table with the mutation models of ``settings``, founders independent (theta 0).

    Raises
    ------
    ModelError
        Without a table or a family.
    """
    if not tables or size.families < 1:
        raise ModelError("a simulated disaster needs a frequency table and at least one family")
    settings = settings or SearchSettings()
    names = tuple(markers) if markers is not None else tuple(tables[0].frequencies)
    kit = markers_of(tables[0], names, seen={}, rule=settings.rule, mutation=settings.mutation)
    rng = np.random.default_rng(seed)
    declared = [_declared(f, size.kinds[f % len(size.kinds)]) for f in range(size.families)]
    genotypes = _true_genotypes(declared, size, kit, rng)
    missing = [(f"F{f + 1:03d}", m.id) for f, p in enumerate(declared) for m in p if "-M" in m.id]
    there = [identity for identity in missing if rng.random() >= size.absent]
    persons, truth = _victims(declared, genotypes, (missing, there), size, kit, rng)
    families = tuple(_family(f, pedigree, genotypes) for f, pedigree in enumerate(declared))
    notices = (SIMULATED(number=seed),)
    return Incident("Simulated disaster", persons, families, tuple(tables), settings, notices=notices), truth


def _declared(number: int, kind: int) -> Pedigree:
    code = f"F{number + 1:03d}"

    def name(member: str | None) -> str | None:
        return None if member is None else f"{code}-{member}"

    return Pedigree.of(*((name(row[0]), row[1], *map(name, row[2:])) for row in FAMILY_KINDS[kind]))


def _true_genotypes(
    declared: Sequence[Pedigree], size: Disaster, kit: Sequence[Marker], rng: np.random.Generator
) -> Mapping[str, Mapping[str, FullGenotype]]:
    """Genes dropped through all families, neighbouring ones perhaps joined by undeclared grandparents."""
    genotypes: dict[str, Mapping[str, FullGenotype]] = {}
    f = 0
    while f < len(declared):
        joined = f + 1 < len(declared) and rng.random() < size.related
        members = [member for pedigree in declared[f : f + 1 + joined] for member in pedigree]
        if joined:
            roots = {declared[f].founders[0].id, declared[f + 1].founders[0].id}
            above = [Individual("GF", "male"), Individual("GM", "female")]
            members = above + [Individual(m.id, m.sex, "GF", "GM") if m.id in roots else m for m in members]
        genotypes |= drop_genes(Pedigree(tuple(members)), kit, rng=rng)
        f += 1 + joined
    return genotypes


def _victims(
    declared: Sequence[Pedigree],
    genotypes: Mapping[str, Mapping[str, FullGenotype]],
    people: tuple[Sequence[Identity], Sequence[Identity]],
    size: Disaster,
    kit: Sequence[Marker],
    rng: np.random.Generator,
) -> tuple[tuple[UnidentifiedPerson, ...], Truth]:
    missing, there = people
    sexes: list[Sex] = ["male" if rng.random() < 0.5 else "female" for _ in range(size.unreported)]
    strangers = Pedigree(tuple(Individual(f"N{i}", sex) for i, sex in enumerate(sexes)))
    drawn = drop_genes(strangers, kit, rng=rng) if size.unreported else {}
    sex_of = {m.id: m.sex for pedigree in declared for m in pedigree}
    bodies: list[tuple[Identity | None, Sex, Mapping[str, FullGenotype]]] = [
        (identity, sex_of[identity[1]], genotypes[identity[1]]) for identity in there
    ]
    bodies += [(None, person.sex, drawn[person.id]) for person in strangers]
    persons, identities, remarks = [], {}, {}
    for number, place in enumerate(rng.permutation(len(bodies)).tolist()):
        identity, sex, whole = bodies[place]
        code, degraded = f"PM{number + 1:03d}", bool(rng.random() < size.degraded)
        persons.append(UnidentifiedPerson(code, Profile(code, _degraded(whole, rng) if degraded else whole), sex))
        identities[code] = identity
        remarks[code] = "; ".join(filter(None, ("" if identity else "not reported", "degraded" if degraded else "")))
    absent = tuple(identity for identity in missing if identity not in set(there))
    return tuple(persons), Truth(identities, remarks, absent, ())


def _degraded(genotypes: Mapping[str, FullGenotype], rng: np.random.Generator) -> dict[str, Genotype]:
    """Lose half of the markers and, of one heterozygote in five, an allele."""
    kept: dict[str, Genotype] = {}
    for name, alleles in genotypes.items():
        if rng.random() < 0.5:
            lost = alleles[0] != alleles[1] and rng.random() < 0.2
            kept[name] = (alleles[int(rng.integers(0, 2))], None) if lost else alleles
    return kept


def _family(number: int, pedigree: Pedigree, genotypes: Mapping[str, Mapping[str, FullGenotype]]) -> Family:
    given = Consent(f"C-F{number + 1:03d}", ACCIDENT_DAY + dt.timedelta(days=7))
    donors = tuple(Donor(m.id, Profile(m.id, genotypes[m.id]), given) for m in pedigree if "-R" in m.id)
    return Family(f"F{number + 1:03d}", pedigree, tuple(m.id for m in pedigree if "-M" in m.id), donors)


@dataclass(frozen=True)
class DrawnIncident:
    """A small incident drawn from the prior itself; ``truth`` pairs (family, missing) with a person's code."""

    families: tuple[Family, ...]
    persons: tuple[UnidentifiedPerson, ...]
    truth: Mapping[Identity, str]


def draw_from_prior(
    kinds: Sequence[int], sexes: Sequence[Sex], *, odds: float, kit: Sequence[Marker], rng: np.random.Generator
) -> DrawnIncident:
    """An incident whose truth has the prior probability that the joint posterior assumes: for calibration.

    The true assignment is drawn with probability proportional to ``odds`` to the power of its number of pairs, over
    all sex-consistent assignments; genotypes then follow the kit's frequencies and mutation models.

    Examples
    --------
    >>> kit = [Marker("M", ("1", "2"), (0.5, 0.5))]
    >>> drawn = draw_from_prior([0], ["female"], odds=1e9, kit=kit, rng=np.random.default_rng(1))
    >>> drawn.truth
    {('F001', 'F001-M1'): 'V1'}
    """
    declared = [_declared(f, kind) for f, kind in enumerate(kinds)]
    genotypes: dict[str, Mapping[str, FullGenotype]] = {}
    for pedigree in declared:
        genotypes |= drop_genes(pedigree, kit, rng=rng)
    missing = [((f"F{f + 1:03d}", m.id), m.sex) for f, p in enumerate(declared) for m in p if "-M" in m.id]
    who: dict[int, Identity] = {}
    for sex in ("female", "male"):
        found = [p for p, other in enumerate(sexes) if other == sex]
        sought = [identity for identity, other in missing if other == sex]
        pairs = _draw_count(len(found), len(sought), odds, rng)
        people, places = rng.permutation(len(found))[:pairs], rng.permutation(len(sought))[:pairs]
        who |= {found[p]: sought[m] for p, m in zip(people.tolist(), places.tolist(), strict=True)}
    strangers = drop_genes(Pedigree(tuple(Individual(f"N{p}", sex) for p, sex in enumerate(sexes))), kit, rng=rng)
    persons = tuple(
        UnidentifiedPerson(
            f"V{p + 1}", Profile(f"V{p + 1}", genotypes[who[p][1]] if p in who else strangers[f"N{p}"]), sex
        )
        for p, sex in enumerate(sexes)
    )
    families = tuple(_family(f, pedigree, genotypes) for f, pedigree in enumerate(declared))
    return DrawnIncident(families, persons, {identity: f"V{p + 1}" for p, identity in who.items()})


def _draw_count(found: int, sought: int, odds: float, rng: np.random.Generator) -> int:
    """How many of one sex are paired: ``k`` has the weight of all its pairings, ``C(u,k) C(m,k) k! odds**k``."""
    weights = np.array([comb(found, k) * perm(sought, k) * odds**k for k in range(min(found, sought) + 1)])
    return int(rng.choice(len(weights), p=weights / weights.sum()))
