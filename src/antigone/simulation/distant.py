"""Simulated families of whom only distant relatives are left, where X, Y, mtDNA and what is known beside DNA help.

Drawn like ``engine.incidents``; every haplotype and age is invented.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from antigone.model.assumptions.circumstances import Interval, MissingCircumstances, UnidentifiedCircumstances
from antigone.model.assumptions.lineage import (
    MtDifference,
    MtHaplotype,
    MtModel,
    MtRates,
    StatedCounts,
    YHaplotype,
    YModel,
    YRates,
)
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.simulation.genes import FullGenotype, drop_genes
from antigone.simulation.incident import ACCIDENT_DAY, Identity, Truth, observe_genotypes

DATABASE = 500
"""Haplotypes in the invented database in which each of these haplotypes was looked up, and not met."""
DISTANT = "few distant relatives"
"""How the truth remarks on these unidentified persons."""
CONTROL_REGION = ((16024, 16365), (73, 340))
_Y_LOCI = ("DYS19", "DYS389I", "DYS390", "DYS391", "DYS392", "DYS393", "DYS437", "DYS438", "DYS439", "DYS448")

_GRANDMOTHER = Pedigree.of(
    ("R1", "female"), ("U1", "male"), ("U2", "male", "U1", "R1"), ("U3", "female"), ("MP1", "female", "U2", "U3"),
    ("U4", "female", "U1", "R1"), ("U5", "male"), ("MP2", "female", "U5", "U4"),
)  # fmt: skip
_MOTHERS_SIDE = Pedigree.of(
    ("U1", "female"), ("R1", "male"), ("U2", "female", "R1", "U1"), ("R2", "female", "R1", "U1"),
    ("R3", "female", "R1", "U1"), ("U3", "male"), ("MP1", "female", "U3", "U2"),
)  # fmt: skip
_FATHERS_SIDE = Pedigree.of(
    ("U1", "male"), ("R1", "female"), ("U2", "male", "U1", "R1"), ("R2", "male", "U1", "R1"),
    ("R3", "male", "U1", "R1"), ("U3", "female"), ("MP1", "male", "U2", "U3"),
)  # fmt: skip


@dataclass
class _Made:
    """What has been drawn so far."""

    families: list[Family] = field(default_factory=list)
    unidentified: list[UnidentifiedPerson] = field(default_factory=list)
    identities: dict[str, Identity | None] = field(default_factory=dict)
    y: dict[str, YHaplotype] = field(default_factory=dict)
    mt: dict[str, MtHaplotype] = field(default_factory=dict)


def add_distant_relatives(
    incident: Incident,
    truth: Truth,
    *,
    kit: Sequence[Marker],
    x_kit: Sequence[Marker],
    degradation: ObservationRates,
    rng: np.random.Generator,
    groups: Sequence[LinkageGroup] = (),
) -> tuple[Incident, Truth]:
    """The incident with three more families, four more unidentified persons, and haplotypes of some of them.

    ``D1``: a grandmother who misses two granddaughters, cousins: her son's daughter and her daughter's. A girl who
    asks who she is, a living seeker, is her son's daughter. The autosomes cannot tell the two apart; X can, because a
    father passes his one X on whole. The remains of a girl of no family are typed alike. ``D2``: a mother's father and
    two sisters, who have her mitochondrial DNA. ``D3``: a father's mother and two brothers, who have his Y. The remains
    of ``D2`` and ``D3`` are degraded. X-chromosomal markers are typed in ``D1`` and the two girls.
    """
    made = _Made()
    girl = _family(made, "D1", _GRANDMOTHER, (*kit, *x_kit), rng, groups)
    made.unidentified.append(UnidentifiedPerson("LS001", Profile("LS001", girl), "female", "living", "REQ-1"))
    made.identities["LS001"] = "D1", "D1-MP1"
    stranger = drop_genes(Pedigree.of(("N", "female")), (*kit, *x_kit), rng=rng)["N"]
    made.unidentified.append(UnidentifiedPerson("PM903", Profile("PM903", stranger), "female"))
    made.identities["PM903"] = None
    for code, family, pedigree in (("PM901", "D2", _MOTHERS_SIDE), ("PM902", "D3", _FATHERS_SIDE)):
        genotypes = _family(made, family, pedigree, kit, rng, groups)
        whole = UnidentifiedPerson(code, Profile(code, genotypes), pedigree["MP1"].sex)
        made.unidentified.append(observe_genotypes(whole, genotypes, kit, rates=degradation, rng=rng))
        made.identities[code] = family, f"{family}-MP1"
    _haplotypes(made, rng)
    return _joined(incident, truth, made)


def _family(
    made: _Made,
    code: str,
    template: Pedigree,
    kit: Sequence[Marker],
    rng: np.random.Generator,
    groups: Sequence[LinkageGroup],
) -> Mapping[str, FullGenotype]:
    """Add a family, whose members ``R`` are donors; the genotypes of its missing member."""
    names = {member.id: f"{code}-{member.id}" for member in template}
    pedigree = Pedigree(
        tuple(
            replace(m, id=names[m.id], father=names.get(m.father or ""), mother=names.get(m.mother or ""))
            for m in template
        )
    )
    genotypes = drop_genes(pedigree, kit, rng=rng, groups=groups)
    donors = tuple(
        Donor(name, Profile(name, genotypes[name]), Consent(f"C-{name}", ACCIDENT_DAY + dt.timedelta(days=20)))
        for member, name in names.items()
        if member.startswith("R")
    )
    missing = tuple(name for member, name in names.items() if member.startswith("MP"))
    made.families.append(Family(code, pedigree, missing, donors))
    return genotypes[names["MP1"]]


def _haplotypes(made: _Made, rng: np.random.Generator) -> None:
    """One mitochondrial haplotype on the mother's line of D2, one Y haplotype on the father's line of D3."""
    differences = tuple(MtDifference.parse(text) for text in ("263G", "315.1C", "16126C", "16189C", "16311C"))
    for sample in ("D2-R2", "D2-R3", "PM901"):
        made.mt[sample] = MtHaplotype(sample, CONTROL_REGION, differences)
    loci = {locus: (str(int(rng.integers(11, 17))),) for locus in _Y_LOCI}
    for sample in ("D3-R2", "D3-R3", "PM902"):
        made.y[sample] = YHaplotype(sample, loci)


def _joined(incident: Incident, truth: Truth, made: _Made) -> tuple[Incident, Truth]:
    further = replace(
        incident.further,
        y=made.y,
        mt=made.mt,
        y_model=YModel(YRates(), StatedCounts(DATABASE, {"PM902": 0})),
        mt_model=MtModel(MtRates(), StatedCounts(DATABASE, {"PM901": 0})),
    )
    remarks = {code: DISTANT if identity else "not reported" for code, identity in made.identities.items()}
    return (
        replace(
            incident,
            unidentified=(*incident.unidentified, *made.unidentified),
            families=(*incident.families, *made.families),
            further=further,
        ),
        replace(truth, identities={**truth.identities, **made.identities}, remarks={**truth.remarks, **remarks}),
    )


def add_ages(incident: Incident, truth: Truth, *, rng: np.random.Generator) -> Incident:
    """The incident with the age of each missing person, and the age at death of remains as an estimated interval.

    The estimate covers the true age in 95 of 100. A missing person with a missing parent is a child. Parts of a person
    beside the first, and the living, have no estimate.
    """
    ages = {
        (family.code, member): int(rng.integers(2, 16) if _parent_missing(family, member) else rng.integers(20, 75))
        for family in incident.families
        for member in family.missing
    }
    missing = {who: MissingCircumstances(age=Interval(age, age)) for who, age in ages.items()}
    found: dict[str, UnidentifiedCircumstances] = {}
    for person in incident.unidentified:
        identity = truth.identities[person.code]
        age = ages[identity] if identity else int(rng.integers(20, 75))
        if person.kind == "remains" and "fragment" not in truth.remarks.get(person.code, ""):
            found[person.code] = UnidentifiedCircumstances(age=_estimate(age, rng))
    further = incident.further
    return replace(incident, further=replace(further, missing=missing, unidentified=found))


def _parent_missing(family: Family, member: str) -> bool:
    return bool({family.pedigree[member].father, family.pedigree[member].mother} & {*family.missing})


def _estimate(age: int, rng: np.random.Generator) -> Interval:
    """Ten years that cover the age in 95 of 100, else the ten years after those."""
    start = max(0, age - int(rng.integers(0, 11)))
    missed = 11 if rng.random() < 0.05 else 0
    return Interval(start + missed, start + missed + 10)
