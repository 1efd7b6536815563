"""Several Familias files of one incident, such as the families in one and the unidentified persons in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from antigone.formats.familias.loci import same_database
from antigone.formats.reading.findings import Findings
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.incident import Donor, Family, SourceFile, UnidentifiedPerson
from antigone.model.incident.settings import MutationChoice
from antigone.model.profile import Genotype, Profile
from antigone.model.statements import frequencies as said

_ONE_DATABASE = "save all files from the same database in Familias, or search them one by one"


@dataclass(frozen=True)
class FamPart:
    """What one file says of an incident."""

    name: str
    source: SourceFile
    table: FrequencyTable
    mutation: MutationChoice
    theta: float
    unidentified: tuple[UnidentifiedPerson, ...]
    families: tuple[Family, ...]


def join_parts(parts: Sequence[FamPart], findings: Findings) -> FamPart:
    """One part with everything of all: what stands in two files counts once, and must agree."""
    joined, *others = parts
    for part in others:
        table, mutation = _join_databases(joined, part, findings)
        if part.theta != joined.theta:
            found = f"theta {part.theta:g}, but {joined.theta:g} in {joined.name}"
            findings.problem((part.name, 0), "", found, "one theta", _ONE_DATABASE)
        persons = {person.code: person for person in joined.unidentified}
        for person in part.unidentified:
            persons[person.code] = _join_persons(persons.get(person.code, person), person, part, findings)
        families = {family.code: family for family in joined.families}
        for family in part.families:
            families[family.code] = _join_families(families.get(family.code, family), family, part, findings)
        joined = replace(
            joined, table=table, mutation=mutation, unidentified=(*persons.values(),), families=(*families.values(),)
        )
    return joined


def _join_databases(joined: FamPart, part: FamPart, findings: Findings) -> tuple[FrequencyTable, MutationChoice]:
    before, now = joined.table.frequencies, part.table.frequencies
    silent, more_silent = joined.table.silent or {}, part.table.silent or {}
    for name in before.keys() & now.keys():
        where = (part.name, 0)
        alike = same_database(before[name], now[name]) and silent.get(name) == more_silent.get(name)
        if not alike:
            found = f"locus '{name}' with other alleles or frequencies than in {joined.name}"
            findings.problem(where, "", found, "one database", _ONE_DATABASE)
        if joined.mutation.of(name) != part.mutation.of(name):
            found = f"locus '{name}' with another mutation model than in {joined.name}"
            findings.problem(where, "", found, "one database", _ONE_DATABASE)
        if alike and before[name] != now[name]:
            findings.notice(said.LAST_DIGITS_DIFFER(file=part.name, other=joined.name))
    table = replace(joined.table, frequencies={**now, **before}, silent={**more_silent, **silent} or None)
    return table, MutationChoice(by_marker={**part.mutation.by_marker, **joined.mutation.by_marker})


def _join_persons(
    before: UnidentifiedPerson, now: UnidentifiedPerson, part: FamPart, findings: Findings
) -> UnidentifiedPerson:
    profile = _join_profiles(before.profile, now.profile, part, findings)
    if "unknown" not in (before.sex, now.sex) and before.sex != now.sex:
        found = f"unidentified person '{now.code}' of another sex than in a file before"
        findings.problem((part.name, 0), "Gender", found, "one sex", "correct one of them in Familias")
    return replace(before, profile=profile, sex=now.sex if before.sex == "unknown" else before.sex)


def _join_families(before: Family, now: Family, part: FamPart, findings: Findings) -> Family:
    if (set(before.pedigree), set(before.missing)) != (set(now.pedigree), set(now.missing)):
        found = f"family '{now.code}' with another pedigree or other missing persons than in a file before"
        remedy = "rename one of the families in Familias, if they are two; else leave the older file out"
        findings.problem((part.name, 0), "", found, "one pedigree for a family", remedy)
    donors = {donor.member: donor for donor in before.donors}
    for donor in now.donors:
        known = donors.get(donor.member, donor)
        donors[donor.member] = Donor(
            donor.member, _join_profiles(known.profile, donor.profile, part, findings), donor.consent
        )
    return replace(before, donors=tuple(donors.values()))


def _join_profiles(before: Profile, now: Profile, part: FamPart, findings: Findings) -> Profile:
    """The markers of both; a marker that stands in both counts once."""
    both = before.genotypes.keys() & now.genotypes.keys()
    differing = [name for name in both if _unordered(before.genotypes[name]) != _unordered(now.genotypes[name])]
    if differing:
        found = f"sample '{now.sample}' typed differently than in a file before at {', '.join(sorted(differing))}"
        remedy = "find out which typing holds, or whether they are two samples, and correct one file in Familias"
        findings.problem((part.name, 0), "", found, "one genotype at a marker", remedy)
    return Profile(before.sample, {**now.genotypes, **before.genotypes})


def _unordered(genotype: Genotype) -> list[str]:
    return sorted(str(allele) for allele in genotype)
