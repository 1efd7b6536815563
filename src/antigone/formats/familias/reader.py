"""Familias ``.fam`` files: two pedigrees to compare, or, with a DVI part, an incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from antigone.errors import ConsentError, InputError, PedigreeError, Problem
from antigone.formats.familias.choice import FamChoice, FamFamily, check_choice
from antigone.formats.familias.dvi import dvi_families, dvi_unidentified
from antigone.formats.familias.files import FamPart, join_parts
from antigone.formats.familias.loci import autosomal_name, read_database, same_database
from antigone.formats.familias.text import FamFile, FamPedigree, decode_fam, parse_fam
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.sources import read_bytes, source_file
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.incident.consent import Consent
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Hypotheses, Incident, SourceFile
from antigone.model.incident.incident_model import IncidentModel
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.model.statements import frequencies as said

FREQUENCIES_AS_THEY_STAND = FrequencyRule(minimum_count=0, minimum=0.0, rescale=False)
"""Familias has treated rare alleles before it writes the file, and every allele of the file has a frequency."""

AS_FAMILIAS = FamChoice()
_CORRECT_AND_SAVE = "correct it in Familias and save the file again"


def read_familias_case(path: Path | str) -> Hypotheses:
    """Read a plain ``.fam`` file: H1 is its first pedigree, H2 its second, and so on.

    Raises
    ------
    InputError
        When the file is malformed (with the line), has a DVI part, has fewer than two pedigrees, or asks
        for drop-out or a direct relation.
    """
    findings = Findings()
    file, source = _read(Path(path), findings)
    if file.dvi is not None and not file.pedigrees:
        remedy = "search it as an incident; only a file with two pedigrees can be compared"
        raise _one_problem(file, file.dvi.line, "a file with a DVI part", "a file with two pedigrees", remedy)
    if len(file.pedigrees) < 2:
        found = f"{len(file.pedigrees)} pedigrees"
        raise _one_problem(file, 0, found, "two pedigrees to compare", "add the other pedigree in Familias")
    table, mutation = read_database(file, findings)
    pedigrees = {
        f"H{number}": _pedigree(file, pedigree, findings) for number, pedigree in enumerate(file.pedigrees, start=1)
    }
    profiles = dict(_profiles(file, findings))
    findings.stop_on_problems()
    for number, pedigree in enumerate(file.pedigrees, start=1):
        findings.notice(said.HYPOTHESIS_IS(number=number, pedigree=pedigree.name, file=file.name))
    return Hypotheses(
        title=Path(path).stem,
        pedigrees=pedigrees,
        profiles=profiles,
        tables=(table,),
        settings=SearchSettings(mutation, file.theta, FREQUENCIES_AS_THEY_STAND),
        sources=(source,),
        notices=tuple(findings.notices),
    )


def read_familias_incident(
    paths: Path | str | Sequence[Path],
    attested_by: str,
    *,
    attested_on: dt.date | None = None,
    choice: FamChoice = AS_FAMILIAS,
    known: Incident | None = None,
) -> Incident:
    """Read ``.fam`` files with a DVI part as one incident: unidentified persons and the families of missing persons.

    The format has no place for consent, so the one who reads the files attests it for every donor in them.

    Parameters
    ----------
    paths
        One file, or several, such as the families in one and the unidentified persons in another.
    attested_by
        Who attests that every donor consented, and where the consents are kept.
    attested_on
        The day of the attestation, which stands as the day of the consent; today when absent.
    choice
        Who is missing, and which pedigrees count, where the files leave it open.
    known
        The incident that the files add to, as a registry knows it: its model counts for what the files do not state.

    Raises
    ------
    ConsentError
        When nobody attests.
    InputError
        When a file is malformed (with the line) or has no DVI part, or when the files contradict each other.
    """
    consent = _attested_consent(attested_by, attested_on or dt.date.today())
    findings = Findings()
    stated: list[FamFamily] = []
    parts = []
    for path in (paths,) if isinstance(paths, Path | str) else paths:
        part, families = _read_part(Path(path), consent, choice, findings)
        parts.append(part)
        stated.extend(families)
    check_choice(stated, choice, findings)
    joined = join_parts(parts, findings)
    findings.stop_on_problems()
    model = file_model(joined, known)
    return Incident(
        title=" and ".join(Path(part.name).stem for part in parts),
        unidentified=joined.unidentified,
        families=joined.families,
        tables=model.tables,
        settings=model.settings,
        further=model.further,
        sources=tuple(part.source for part in parts),
        notices=tuple(findings.notices),
        title_stated=False,
    )


def file_model(joined: FamPart, known: Incident | None) -> IncidentModel:
    """The model that the files state, and that of a known incident for what they do not state.

    Frequencies that differ in the last digits that were printed are those that are known.
    """
    if known is None:
        settings = SearchSettings(joined.mutation, joined.theta, FREQUENCIES_AS_THEY_STAND)
        return IncidentModel((joined.table,), settings, FurtherEvidence())
    by_marker = {**known.settings.mutation.by_marker, **joined.mutation.by_marker}
    mutation = replace(known.settings.mutation, by_marker=by_marker)
    tables = [_known_table(table, joined.table) for table in known.tables]
    if joined.table.population not in {table.population for table in tables}:
        tables = [joined.table]
    return IncidentModel(tuple(tables), replace(known.settings, mutation=mutation, theta=joined.theta), known.further)


def _known_table(known: FrequencyTable, read: FrequencyTable) -> FrequencyTable:
    """A known table with what another one of its population has beside it, or otherwise."""
    if known.population != read.population:
        return known
    other = {
        marker: frequencies
        for marker, frequencies in read.frequencies.items()
        if marker not in known.frequencies or not same_database(known.frequencies[marker], frequencies)
    }
    silent = {**(known.silent or {}), **(read.silent or {})}
    same_silent = silent == (known.silent or {})
    if not other and same_silent:
        return known
    return replace(known, frequencies={**known.frequencies, **other}, silent=silent or None)


def _read_part(
    path: Path, consent: Consent, choice: FamChoice, findings: Findings
) -> tuple[FamPart, tuple[FamFamily, ...]]:
    file, source = _read(path, findings)
    if file.dvi is None:
        remedy = "compare its pedigrees as a case, or save it from the DVI module of Familias"
        if not (file.persons or file.pedigrees):
            remedy = "it is a frequency database alone: name it as file under [frequencies] of a case folder"
        raise _one_problem(file, 0, "no DVI part", "a file with unidentified persons and families", remedy)
    table, mutation = read_database(file, findings)
    alike = all(female == male for female, male in mutation.by_marker.values())
    ladders = table.frequencies
    stated, families = dvi_families(
        file.name, file.dvi, ladders, consent, findings, choice=choice, sexes_mutate_alike=alike
    )
    unidentified = dvi_unidentified(file.name, file.dvi, ladders, findings)
    return FamPart(file.name, source, table, mutation, file.theta, unidentified, families), stated


def _attested_consent(attested_by: str, attested_on: dt.date) -> Consent:
    if not attested_by.strip():
        raise ConsentError(
            "a .fam file holds no consent of the donors; state who attests that every donor consented, and where "
            "the consents are kept (--consent-attested), or enter the consents in a case folder"
        )
    return Consent("attested for the whole file", attested_on, attested_by=attested_by.strip())


def _read(path: Path, findings: Findings) -> tuple[FamFile, SourceFile]:
    content = read_bytes(path)
    text, utf8 = decode_fam(content)
    if not utf8:
        findings.notice(said.NOT_UTF8(file=path.name))
    return parse_fam(path.name, text), source_file(path, content)


def _one_problem(file: FamFile, line: int, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(file.name, line, "", found, expected, remedy)])


def _pedigree(file: FamFile, pedigree: FamPedigree, findings: Findings) -> Pedigree:
    """The persons of the file, the known relations, and what this pedigree adds to both."""
    people = list(_people(file, pedigree))
    parents: list[dict[str, str]] = [{} for _ in people]
    for relation in (*file.relations, *pedigree.relations):
        where = (file.name, relation.line)
        if max(relation.parent, relation.child) >= len(people):
            findings.problem(where, "", "the index of no person", "an index of a person", _CORRECT_AND_SAVE)
            continue
        code, sex = people[relation.parent]
        role = "father" if sex == "male" else "mother"
        if parents[relation.child].setdefault(role, code) != code:
            found = f"a second {role} of '{people[relation.child][0]}'"
            findings.problem(where, "", found, "one father and one mother", _CORRECT_AND_SAVE)
    members = (
        Individual(code, sex, both.get("father"), both.get("mother"))
        for (code, sex), both in zip(people, parents, strict=True)
    )
    try:
        return Pedigree(tuple(members))
    except PedigreeError as error:
        where = (file.name, pedigree.line)
        for _, text in error.faults:
            findings.problem(
                where, "", text.rpartition("; ")[0] or text, "a pedigree that holds together", _CORRECT_AND_SAVE
            )
        return Pedigree(())


def _people(file: FamFile, pedigree: FamPedigree) -> Iterator[tuple[str, Sex]]:
    """Codes and sexes in the order of the indices; persons without a name are added as founders."""
    for person in file.persons:
        yield person.name, "male" if person.male else "female"
    counts: Sequence[tuple[str, Sex, int]] = (
        ("added woman", "female", file.females),
        ("added man", "male", file.males),
        ("added woman of this pedigree", "female", pedigree.females),
        ("added man of this pedigree", "male", pedigree.males),
    )
    for label, sex, count in counts:
        yield from ((f"{label} {number}", sex) for number in range(1, count + 1))


def _profiles(file: FamFile, findings: Findings) -> Iterator[tuple[str, Profile]]:
    for person in file.persons:
        genotypes = {}
        for index, (first, second) in person.genotypes.items():
            locus = file.loci[index] if index < len(file.loci) else None
            if locus is None or max(first, second) >= len(locus.alleles):
                found = f"a genotype of '{person.name}' with the index of no locus or allele"
                findings.problem((file.name, person.line), "", found, "an index within the database", _CORRECT_AND_SAVE)
                continue
            name = autosomal_name(locus.name, findings)
            if name is not None:
                genotypes[name] = (locus.alleles[first], locus.alleles[second])
        if genotypes:
            yield person.name, Profile(person.name, genotypes)
