"""A simulated incident, a ferry lost with many families aboard, and the truth behind it.

For demonstrations, tests and benchmarks. Everything is drawn: no code stands for a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.frequencies import markers_of
from antigone.errors import ModelError
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates, Replicate
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile
from antigone.model.statements.searching import SIMULATED
from antigone.simulation.genes import FullGenotype, drop_genes

ACCIDENT_DAY = dt.date(2025, 3, 14)
"""The day of the simulated accident; every consent is dated within the three months after it."""

OLDER_KIT = 15
"""Some donors were typed with an older kit: the first markers only."""

_TEMPLATES: tuple[tuple[str, ...], ...] = (
    ("R1 m", "R2 f", "MP1 ? R1 R2"),
    ("R1 ?", "U1 ~R1", "MP1 ? R1 U1"),
    ("U1 m", "U2 f", "R1 ? U1 U2", "R2 ? U1 U2", "R3 ? U1 U2", "MP1 ? U1 U2"),
    ("MP1 ?", "R1 ~MP1", "R2 ? MP1 R1"),
    ("R1 m", "R2 f", "U1 ? R1 R2", "R3 ? R1 R2", "U2 ~U1", "MP1 ? U1 U2"),
    ("U1 ?", "U2 ~U1", "U3 ~U1", "MP1 ? U1 U2", "R1 ? U1 U3", "R2 ? U1 U3"),
    ("R1 m", "U1 f", "R2 ? R1 U1", "MP1 ? R1 U1"),
    ("R1 m", "R2 f", "MP1 ? R1 R2", "R3 ~MP1", "MP2 ? MP1 R3"),
    ("R1 m", "R2 f", "MP1 ? R1 R2", "MP2 ? R1 R2"),
)
"""Families in rotation, a member as ``role sex [parent parent]``: R gave a reference sample, MP is missing, U is
neither. ``?`` is either sex, ``~`` the other sex than that member. In order: both parents; one parent; siblings;
spouse and child; grandparents and an aunt or uncle; half-siblings; father and sibling; parents and spouse of a
missing person with a missing child; parents of two missing siblings."""

_MISATTRIBUTED = 6
"""The family of a father and a sibling: there the references alone contradict each other."""

_OTHER_SEX: Mapping[Sex, Sex] = {"male": "female", "female": "male"}

_FOUND, _NOT_REPORTED = 0.9, 0.06
_DEGRADED, _DEGRADED_FRAGMENT = 0.12, 0.4
_ALLELE_LOST = 0.15

Identity = tuple[str, str]
"""A family's code and the code of its missing member."""

Genotypes = Mapping[str, FullGenotype]


@dataclass(frozen=True)
class Truth:
    """What the simulation knows and no search may read.

    ``identities`` names, for each unidentified person's code, the family and the missing member, or ``None`` for
    a person nobody reported missing. ``remarks`` says ``fragment of PM007`` (of the same person as PM007),
    ``degraded``, ``not reported``, or nothing. ``not_found`` are the missing whose remains were not recovered.
    ``misattributed`` are the family and donor whose declared fatherhood is not true.
    """

    identities: Mapping[str, Identity | None]
    remarks: Mapping[str, str]
    not_found: tuple[Identity, ...]
    misattributed: tuple[Identity, ...]


@dataclass(frozen=True)
class _Household:
    """A declared family and what its members, the missing included, truly carry."""

    code: str
    pedigree: Pedigree
    genotypes: Mapping[str, Genotypes]
    misattributed: tuple[Identity, ...]

    def members(self, role: str) -> tuple[str, ...]:
        return tuple(member.id for member in self.pedigree if member.id.startswith(f"{self.code}-{role}"))


def simulate_incident(
    *,
    families: int,
    unidentified: int,
    seed: int,
    tables: Sequence[FrequencyTable],
    settings: SearchSettings | None = None,
    title: str = "Simulated ferry accident",
    markers: Sequence[str] | None = None,
    degradation: ObservationRates | None = None,
) -> tuple[Incident, Truth]:
    """Families of the missing, unidentified remains, consents, and who is who.

    Families of nine kinds follow each other in rotation. About nine in ten missing persons are recovered, some
    in up to three parts; about one in sixteen remains is of a person nobody reported. Some samples are degraded:
    markers are missing, and of some genotypes one allele was lost (``(allele, None)``, only where the other was
    really there). A quarter of the donors were typed with the older kit. From seven families on one declared
    father is not the father; from ten donors on a few have no consent and one has withdrawn.

    Genotypes follow the first table, with the mutation models, the linkage and the frequency rule of ``settings``; its
    theta is not used: founders are drawn independently.

    Parameters
    ----------
    families, unidentified
        How many.
    seed
        The same seed and arguments give the same incident.
    tables
        Frequency tables of the incident, at least one.
    settings
        Settings of the incident, the default ones when ``None``.
    title
        Title of the incident.
    markers
        The markers typed; ``None`` for every marker that all tables have.
    degradation
        How degraded samples show their genotypes, in the place of what is said above: every marker is amplified, and
        what it shows is drawn from the observation model with these rates, which are then the sample's own.

    Raises
    ------
    ModelError
        For no table, no family, a negative number, no common marker, or markers a table lacks.

    Examples
    --------
    >>> table = FrequencyTable("north", {"M": {"12": 0.5, "13": 0.5}}, {"M": 200})
    >>> incident, truth = simulate_incident(families=1, unidentified=1, seed=1, tables=[table])
    >>> incident.families[0].missing, truth.identities
    (('F01-MP1',), {'PM001': ('F01', 'F01-MP1')})
    """
    settings = settings or SearchSettings()
    names = _checked_markers(families, unidentified, tables, markers)
    kit = markers_of(tables[0], names, seen={}, rule=settings.rule, mutation=settings.mutation)
    rng = np.random.default_rng(seed)
    groups = settings.linkage.groups_of(kit) if settings.linkage else ()
    households = [_household(i, _code("F", i, families, 2), kit, groups, rng) for i in range(families)]
    remains, truth = _remains(households, unidentified, kit, degradation, rng)
    incident = Incident(
        title=title,
        unidentified=remains,
        families=_families(households, names[:OLDER_KIT], rng),
        tables=tuple(tables),
        settings=settings,
        notices=(SIMULATED(number=seed),),
    )
    return incident, truth


def _checked_markers(
    families: int, unidentified: int, tables: Sequence[FrequencyTable], markers: Sequence[str] | None
) -> tuple[str, ...]:
    if families < 1 or unidentified < 0:
        raise ModelError(f"{families} families and {unidentified} unidentified persons; give 1 or more and 0 or more")
    if not tables:
        raise ModelError("a simulated incident needs a frequency table; give at least one")
    if markers is not None:
        return tuple(markers)
    common = tuple(name for name in tables[0].frequencies if all(name in table.frequencies for table in tables))
    if not common:
        raise ModelError("the frequency tables have no marker in common; give tables of the same kit")
    return common


def _code(letters: str, index: int, total: int, digits: int) -> str:
    return f"{letters}{index + 1:0{max(digits, len(str(total)))}}"


def _household(
    index: int, code: str, kit: Sequence[Marker], groups: Sequence[LinkageGroup], rng: np.random.Generator
) -> _Household:
    declared = _declared(_TEMPLATES[index % len(_TEMPLATES)], code, rng)
    if index != _MISATTRIBUTED:
        return _Household(code, declared, drop_genes(declared, kit, rng=rng, groups=groups), ())
    donor = f"{code}-R1"
    genotypes = drop_genes(_with_other_father(declared, donor, f"{code}-X"), kit, rng=rng, groups=groups)
    return _Household(code, declared, genotypes, ((code, donor),))


def _declared(template: Iterable[str], code: str, rng: np.random.Generator) -> Pedigree:
    sexes: dict[str, Sex] = {}
    members: list[Individual] = []
    for row in template:
        role, sex, *parents = row.split()
        sexes[role] = _sex(sex, sexes, rng)
        by_sex = {sexes[parent]: f"{code}-{parent}" for parent in parents}
        members.append(Individual(f"{code}-{role}", sexes[role], by_sex.get("male"), by_sex.get("female")))
    return Pedigree(tuple(members))


def _sex(mark: str, sexes: Mapping[str, Sex], rng: np.random.Generator) -> Sex:
    if mark.startswith("~"):
        return _OTHER_SEX[sexes[mark[1:]]]
    if mark == "?":
        return "male" if rng.random() < 0.5 else "female"
    return "male" if mark == "m" else "female"


def _with_other_father(declared: Pedigree, father: str, other: str) -> Pedigree:
    members = (replace(m, father=other) if m.father == father else m for m in declared)
    return Pedigree((Individual(other, "male"), *members))


def _remains(
    households: Sequence[_Household],
    count: int,
    kit: Sequence[Marker],
    degradation: ObservationRates | None,
    rng: np.random.Generator,
) -> tuple[tuple[UnidentifiedPerson, ...], Truth]:
    missing = [(house.code, member) for house in households for member in house.members("MP")]
    found, who = _recovered(missing, count, rng)
    codes = [_code("PM", i, count, 3) for i in range(count)]
    origins = _origins(codes, who)
    bodies = _bodies(households, who, kit, rng)
    remains: list[UnidentifiedPerson] = []
    remarks: dict[str, str] = {}
    for code, origin, (sex, genotypes) in zip(codes, origins, bodies, strict=True):
        sample, degraded = _sample(code, sex, genotypes, origin.startswith("fragment"), rng)
        if degraded and degradation is not None:
            sample = observe_genotypes(sample, genotypes, kit, rates=degradation, rng=rng)
        remains.append(sample)
        remarks[code] = "; ".join(filter(None, (origin, "degraded" if degraded else "")))
    truth = Truth(
        identities=dict(zip(codes, who, strict=True)),
        remarks=remarks,
        not_found=tuple(identity for identity in missing if identity not in found),
        misattributed=tuple(pair for house in households for pair in house.misattributed),
    )
    return tuple(remains), truth


def _origins(codes: Sequence[str], who: Sequence[Identity | None]) -> list[str]:
    first: dict[Identity, str] = {}
    origins: list[str] = []
    for code, identity in zip(codes, who, strict=True):
        if identity is None:
            origins.append("not reported")
            continue
        body = first.setdefault(identity, code)
        origins.append("" if body == code else f"fragment of {body}")
    return origins


def _bodies(
    households: Sequence[_Household], who: Sequence[Identity | None], kit: Sequence[Marker], rng: np.random.Generator
) -> list[tuple[Sex, Genotypes]]:
    """The sex and genotypes behind each sample; persons nobody reported are unrelated to every family."""
    strangers = Pedigree(tuple(Individual(f"N{i}", _sex("?", {}, rng)) for i in range(who.count(None))))
    drawn = drop_genes(strangers, kit, rng=rng)
    unknown = iter([(person.sex, drawn[person.id]) for person in strangers])
    known: dict[Identity, tuple[Sex, Genotypes]] = {
        (house.code, member): (house.pedigree[member].sex, house.genotypes[member])
        for house in households
        for member in house.members("MP")
    }
    return [next(unknown) if identity is None else known[identity] for identity in who]


def _recovered(
    missing: Sequence[Identity], count: int, rng: np.random.Generator
) -> tuple[set[Identity], list[Identity | None]]:
    """The persons recovered, and whose remains each sample is, in order of recovery."""
    strangers = round(_NOT_REPORTED * count)
    shuffled = [missing[i] for i in rng.permutation(len(missing))]
    found = shuffled[: min(round(_FOUND * len(missing)), count - strangers)]
    twice = [*found, *found]
    fragments = [twice[i] for i in rng.permutation(len(twice))][: count - strangers - len(found)]
    nobody = [None] * (count - len(found) - len(fragments))
    samples: list[Identity | None] = [*found, *fragments, *nobody]
    return set(found), [samples[i] for i in rng.permutation(count)]


def _sample(
    code: str, sex: Sex, genotypes: Genotypes, fragment: bool, rng: np.random.Generator
) -> tuple[UnidentifiedPerson, bool]:
    degraded = bool(rng.random() < (_DEGRADED_FRAGMENT if fragment else _DEGRADED))
    sex_unknown = rng.random() < (0.7 if fragment else 0.05)
    read: Mapping[str, Genotype] = _degraded(genotypes, rng) if degraded else genotypes
    return UnidentifiedPerson(code, Profile(code, read), "unknown" if sex_unknown else sex), degraded


def _degraded(genotypes: Genotypes, rng: np.random.Generator) -> dict[str, Genotype]:
    """Lose between a fifth and three fifths of the markers, and one allele of some heterozygotes."""
    names = list(genotypes)
    kept = max(min(5, len(names)), round(len(names) * (1 - rng.uniform(0.2, 0.6))))
    read: dict[str, Genotype] = {}
    for i in sorted(rng.permutation(len(names))[:kept].tolist()):
        alleles = genotypes[names[i]]
        lost = alleles[0] != alleles[1] and rng.random() < _ALLELE_LOST
        read[names[i]] = (alleles[int(rng.integers(0, 2))], None) if lost else alleles
    return read


def observe_genotypes(
    person: UnidentifiedPerson,
    genotypes: Genotypes,
    kit: Sequence[Marker],
    *,
    rates: ObservationRates,
    rng: np.random.Generator,
) -> UnidentifiedPerson:
    """The person with what one amplification of each marker shows, drawn from the observation model (without error).

    Each allele copy is lost with probability ``rates.dropout``; with ``rates.dropin`` one allele of the population
    appears. What is seen is recorded as a laboratory does: one allele as a homozygote; nothing, or three alleles, as a
    replicate. ``rates`` become the sample's own.
    """
    read: dict[str, Genotype] = {}
    replicates: dict[str, tuple[Replicate, ...]] = {}
    for marker in kit:
        if marker.name not in genotypes:
            continue
        seen = {allele for allele in genotypes[marker.name] if rng.random() >= rates.dropout}
        if rng.random() < rates.dropin:
            p = np.array(marker.frequencies)
            seen.add(marker.alleles[int(rng.choice(len(p), p=p / p.sum()))])
        shown = sorted(seen, key=marker.alleles.index)
        if len(shown) in (1, 2):
            read[marker.name] = shown[0], shown[-1]
        else:
            replicates[marker.name] = (tuple(shown),)
    return replace(person, profile=Profile(person.code, read), rates=rates, replicates=replicates)


def _families(
    households: Sequence[_Household], older_kit: Sequence[str], rng: np.random.Generator
) -> tuple[Family, ...]:
    consents = _consents(households, rng)
    return tuple(
        Family(
            code=house.code,
            pedigree=house.pedigree,
            missing=house.members("MP"),
            donors=tuple(
                Donor(code, _reference(code, house.genotypes[code], older_kit, rng), consents[code])
                for code in house.members("R")
            ),
        )
        for house in households
    )


def _reference(code: str, genotypes: Genotypes, older_kit: Sequence[str], rng: np.random.Generator) -> Profile:
    if rng.random() < 0.25:
        return Profile(code, {name: genotypes[name] for name in older_kit if name in genotypes})
    return Profile(code, genotypes)


def _consents(households: Sequence[_Household], rng: np.random.Generator) -> dict[str, Consent | None]:
    """A consent for every donor; a few lack one and one is withdrawn, never a family's only donor."""
    donors = [code for house in households for code in house.members("R")]
    given: dict[str, Consent | None] = {
        code: Consent(f"C-{code}", ACCIDENT_DAY + dt.timedelta(days=int(rng.integers(3, 60)))) for code in donors
    }
    spared = [
        code
        for house in households
        if len(house.members("R")) > 1 and not house.misattributed
        for code in house.members("R")
    ]
    if len(donors) >= 10:
        withdrawn, *without = [spared[i] for i in rng.permutation(len(spared))][: 2 + round(0.02 * len(donors))]
        given.update(dict.fromkeys(without))
        consent = given[withdrawn]
        if consent is not None:
            given[withdrawn] = replace(consent, withdrawn=consent.date + dt.timedelta(days=30))
    return given
