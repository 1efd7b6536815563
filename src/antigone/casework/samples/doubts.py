"""What samples say against themselves, repeated at everything that rests on them: candidates and joint conclusions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from antigone.casework.samples.self_checks import SelfChecks
from antigone.model.assumptions.choices import SAME_LOG10_LR
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.results.joint import FULL_SIBLINGS, Conclusion, SymmetricGroup
from antigone.model.results.search import Candidate
from antigone.model.statements.samples import PERHAPS_TWINS
from antigone.model.statements.statement import Statement


def with_doubts(candidates: Sequence[Candidate], incident: Incident, checks: SelfChecks) -> tuple[Candidate, ...]:
    """Candidates with what their samples say against themselves, and against the missing person."""
    persons, pedigrees = _persons(incident), _pedigrees(incident)
    places: dict[tuple[str, str], list[Candidate]] = {}
    for c in candidates:
        places.setdefault((c.unidentified, c.family), []).append(c)

    def doubts(c: Candidate) -> tuple[Statement, ...]:
        person, pedigree = persons[c.unidentified], pedigrees[c.family]
        alike = _alike_siblings(c, places[c.unidentified, c.family], pedigree)
        own = checks.of_pairing(person, c.missing, pedigree[c.missing].sex)
        return (*own, *_perhaps_twins(person, alike), *_typed_differently(person, incident))

    return tuple(replace(c, doubts=doubts(c)) for c in candidates)


def _typed_differently(person: UnidentifiedPerson, incident: Incident) -> Iterator[Statement]:
    """What was made of typings that differ, or differed until a geneticist settled it, of each sample of a person."""
    for sample in person.samples:
        used = incident.typings_used.get(sample.code)
        if used is not None and (used.conflicts or used.settled):
            yield used.describe(sample.code)


def _alike_siblings(one: Candidate, others: Iterable[Candidate], pedigree: Pedigree) -> tuple[str, ...]:
    """The missing person of a candidate, with the full siblings whom the same person fits as well."""
    parents = _parents(pedigree, one.missing)
    return tuple(
        c.missing
        for c in others
        if None not in parents
        and _parents(pedigree, c.missing) == parents
        and abs(c.smallest_log10_lr - one.smallest_log10_lr) < SAME_LOG10_LR
    )


def _parents(pedigree: Pedigree, member: str) -> tuple[str | None, str | None]:
    return pedigree[member].father, pedigree[member].mother


def with_doubts_of_conclusions(
    conclusions: Iterable[Conclusion], symmetric: Sequence[SymmetricGroup], incident: Incident, checks: SelfChecks
) -> tuple[Conclusion, ...]:
    """Joint conclusions with what the samples say against themselves, and against each missing person proposed."""
    persons, pedigrees = _persons(incident), _pedigrees(incident)

    def doubts(one: Conclusion) -> Iterator[Statement]:
        person = persons[one.unidentified]
        if one.family is None:
            yield from (*checks.of_group(person.samples), *incident.doubts.get(person.code, ()))
            return
        for missing in one.missing:
            yield from checks.of_pairing(person, missing, pedigrees[one.family][missing].sex)
        for group in symmetric:
            if one.unidentified in group.unidentified and group.reason == FULL_SIBLINGS:
                yield from _perhaps_twins(person, group.missing) if len(group.unidentified) == 1 else ()

    return tuple(replace(one, doubts=tuple(dict.fromkeys(doubts(one)))) for one in conclusions)


def _perhaps_twins(person: UnidentifiedPerson, siblings: Sequence[str]) -> tuple[Statement, ...]:
    """That a group which fits full siblings alike may be parts of both, if they are identical twins."""
    if len(person.samples) < 2 or len(siblings) < 2:
        return ()
    return (PERHAPS_TWINS(sample=person.code, count=len(person.samples), siblings=tuple(siblings)),)


def _persons(incident: Incident) -> Mapping[str, UnidentifiedPerson]:
    return {person.code: person for person in incident.unidentified}


def _pedigrees(incident: Incident) -> Mapping[str, Pedigree]:
    return {family.code: family.pedigree for family in incident.families}
