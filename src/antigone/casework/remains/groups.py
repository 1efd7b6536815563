"""A search on groups: the samples of an accepted group stand as one unidentified person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from antigone.casework.remains.reassociate import (
    MOST_LISTED,
    alike_across,
    fingerprint,
    pairs_of_any_sex,
    read_incident_remains,
    remarks_of,
    threshold_of,
)
from antigone.casework.samples.self_checks import SelfChecks
from antigone.errors import InputError
from antigone.formats.groups import AcceptedGroup, read_groups
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.model.results.remains import ConsensusMarker, ReassociationSettings, SamplePair
from antigone.model.results.search import SearchResult
from antigone.model.statements import remains as said
from antigone.model.statements.searching import WITH_GROUP
from antigone.model.statements.settings import SEVERAL
from antigone.model.statements.statement import Statement
from antigone.search.remains.groups import consensus, consensus_genotypes
from antigone.search.remains.pairs import count_pairs
from antigone.search.remains.readings import Readings


@dataclass(frozen=True)
class Grouped:
    """An incident in which each group is one unidentified person, and the samples each of them stands for."""

    incident: Incident
    samples: Mapping[str, tuple[str, ...]]


def group_remains(incident: Incident, path: Path) -> Grouped:
    """Replace the samples of every consistent group by one person with their consensus profile.

    The consensus is computed again from the incident's own profiles, with the rates the file states; genotypes in
    the file are not read. Its genotypes are then taken as read. The person is where the first sample was.

    Raises
    ------
    InputError
        When the file cannot be used, a sample is not among the incident's remains, or was typed again since.
    """
    file = read_groups(path)
    groups = tuple(group for group in file.groups if len(group.samples) > 1)
    remains = {person.code: person for person in incident.unidentified if person.kind == "remains"}
    for group in groups:
        _require_unchanged(group, remains, path)
    incident = replace(incident, sources=(*incident.sources, file.source))
    if not groups:
        return Grouped(incident, {})
    readings, _ = read_incident_remains(incident, tuple(remains.values()), file.settings)
    codes = _free_codes(incident, groups)
    checks = SelfChecks(incident)
    merged = [_merged(group, codes[group.code], remains, readings, file.settings, checks=checks) for group in groups]
    first = {group.samples[0]: person for group, (person, _) in zip(groups, merged, strict=True)}
    gone = {sample for group in groups for sample in group.samples}
    persons = tuple(
        first.get(person.code, person)
        for person in incident.unidentified
        if person.code not in gone or person.code in first
    )
    samples = {person.code: group.samples for group, (person, _) in zip(groups, merged, strict=True)}
    alike = _alike_outside(incident, readings, [group.samples for group in groups], file.settings)
    notices = (*(notice for _, notice in merged), *remarks_of(alike[:MOST_LISTED]))
    incident = replace(incident, unidentified=persons, notices=(*incident.notices, *notices))
    return Grouped(replace(incident, doubts=_doubts(alike, samples)), samples)


def _alike_outside(
    incident: Incident, readings: Readings, groups: Sequence[Collection[str]], settings: ReassociationSettings
) -> tuple[SamplePair, ...]:
    """Samples that are as alike as those of one person, though no accepted group holds both, one being in a group."""
    threshold, _ = threshold_of(count_pairs(readings), incident, settings)
    row_of = {sample.code: row for row, sample in enumerate(readings.samples)}
    rows = [[row_of[code] for code in group] for group in groups]
    return alike_across(readings, pairs_of_any_sex(readings, threshold=threshold), rows, settings)


def _doubts(alike: Sequence[SamplePair], samples: Mapping[str, Sequence[str]]) -> dict[str, tuple[Statement, ...]]:
    """By unidentified person what samples outside say of it."""
    person_of = {sample: person for person, of in samples.items() for sample in of}
    found: dict[str, tuple[Statement, ...]] = {}
    for pair in alike:
        for code in (person_of.get(pair.first, pair.first), person_of.get(pair.second, pair.second)):
            found[code] = (*found.get(code, ()), *remarks_of([pair]))
    return found


def _require_unchanged(group: AcceptedGroup, remains: Mapping[str, UnidentifiedPerson], path: Path) -> None:
    unknown = [sample for sample in group.samples if sample not in remains]
    if unknown:
        raise InputError(
            f"{path.name}: group {group.code} has {', '.join(unknown)}, not among the remains of the incident; "
            "run antigone reassociate again"
        )
    if fingerprint([remains[sample] for sample in group.samples]) != group.fingerprint:
        raise InputError(
            f"{path.name}: a sample of group {group.code} was typed again after it was grouped; "
            "run antigone reassociate again"
        )


def _free_codes(incident: Incident, groups: tuple[AcceptedGroup, ...]) -> dict[str, str]:
    """A code for each group's person that no sample has."""
    taken = {person.code for person in incident.unidentified}
    return {g.code: f"group {g.code}" if g.code in taken else g.code for g in groups}


def _merged(
    group: AcceptedGroup,
    code: str,
    remains: Mapping[str, UnidentifiedPerson],
    readings: Readings,
    settings: ReassociationSettings,
    *,
    checks: SelfChecks,
) -> tuple[UnidentifiedPerson, Statement]:
    """The person a group stands for, and a notice that says so.

    A sex that is recorded for some samples, and that the Amelogenin of all of them together contradicts, is not taken
    over: the person is then of unknown sex, and is compared with everybody.
    """
    rows = [row for row, sample in enumerate(readings.samples) if sample.code in group.samples]
    found = consensus(readings, rows, least_posterior=settings.least_posterior)
    parts = tuple(remains[sample] for sample in group.samples)
    sexes = {part.sex for part in parts} - {"unknown"}
    sex = sexes.pop() if len(sexes) == 1 else "unknown"
    contradicted = checks.contradicted(parts, sex)
    profile = Profile(code, consensus_genotypes(found))
    first = parts[0]
    person = UnidentifiedPerson(
        code, profile, sex="unknown" if contradicted else sex, kind=first.kind, request=first.request, parts=parts
    )
    words = said.STANDS_FOR(person=code, samples=tuple(group.samples), words_why=said.FOR_REVIEW())
    told = (said.SEX_CONTRADICTED(person=code),) if contradicted else ()
    return person, SEVERAL(parts=(words, *_differences(found), *told))


def _differences(found: Mapping[str, ConsensusMarker]) -> tuple[Statement, ...]:
    differ = tuple(sorted(name for name, marker in found.items() if marker.differ))
    left = tuple(sorted(name for name, marker in found.items() if marker.genotype is None))
    words = (said.DIFFER_AT(markers=differ),) if differ else ()
    return (*words, said.LEFT_OPEN(markers=left)) if left else words


def name_samples(result: SearchResult, samples: Mapping[str, tuple[str, ...]]) -> SearchResult:
    """The result with the samples of each group named in its person's remark."""
    lines = tuple(
        replace(line, remark=WITH_GROUP(words_remark=line.remark, samples=samples[line.code]))
        if line.code in samples
        else line
        for line in result.unidentified
    )
    return replace(result, unidentified=lines)
