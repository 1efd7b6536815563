"""Familias ``.fam`` files: two pedigrees to compare, or, with a DVI part, an incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from antigone.errors import ConsentError, InputError, PedigreeError, Problem
from antigone.formats.familias_dvi import dvi_families, dvi_unidentified
from antigone.formats.familias_text import FamFile, FamLocus, FamMutation, FamPedigree, decode_fam, parse_fam
from antigone.formats.findings import Findings
from antigone.formats.markers import marker_kind
from antigone.formats.sources import read_bytes, source_file
from antigone.model.case import Consent, Hypotheses, Incident, MutationChoice, SearchSettings, SourceFile
from antigone.model.frequency import FrequencyRule, FrequencyTable
from antigone.model.mutation import Equal, MutationModel, NoMutation, Proportional, Stepwise, Transformed
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile

FREQUENCIES_AS_THEY_STAND = FrequencyRule(minimum_count=0, minimum=0.0, rescale=False)
"""Familias has treated rare alleles before it writes the file, and every allele of the file has a frequency."""

_AGAIN = "correct it in Familias and save the file again"


def read_familias_case(path: Path | str) -> Hypotheses:
    """Read a plain ``.fam`` file: H1 is its first pedigree, H2 its second, and so on.

    Raises
    ------
    InputError
        When the file is malformed (with the line), has a DVI part, has fewer than two pedigrees, or asks
        for drop-out or a direct relation.
    """
    file, findings, source = _read(Path(path))
    if file.dvi is not None and not file.pedigrees:
        remedy = "search it as an incident; only a file with two pedigrees can be compared"
        raise _one_problem(file, file.dvi.line, "a file with a DVI part", "a file with two pedigrees", remedy)
    if len(file.pedigrees) < 2:
        found = f"{len(file.pedigrees)} pedigrees"
        raise _one_problem(file, 0, found, "two pedigrees to compare", "add the other pedigree in Familias")
    table, mutation = _database(file, findings)
    pedigrees = {
        f"H{number}": _pedigree(file, pedigree, findings) for number, pedigree in enumerate(file.pedigrees, start=1)
    }
    profiles = dict(_profiles(file, findings))
    findings.stop_on_problems()
    for number, pedigree in enumerate(file.pedigrees, start=1):
        findings.notice(f"H{number} is the pedigree '{pedigree.name}' of {file.name}")
    return Hypotheses(
        title=Path(path).stem,
        pedigrees=pedigrees,
        profiles=profiles,
        tables=(table,),
        settings=SearchSettings(mutation, file.theta, FREQUENCIES_AS_THEY_STAND),
        sources=(source,),
        notices=tuple(findings.notices),
    )


def read_familias_incident(path: Path | str, attested_by: str, *, attested_on: dt.date | None = None) -> Incident:
    """Read a ``.fam`` file with a DVI part: unidentified persons and the families of missing persons.

    The format has no place for consent, so the one who reads the file attests it for every donor in it.

    Parameters
    ----------
    attested_by
        Who attests that every donor consented, and where the consents are kept.
    attested_on
        The day of the attestation, which stands as the day of the consent; today when absent.

    Raises
    ------
    ConsentError
        When nobody attests.
    InputError
        When the file is malformed (with the line) or has no DVI part.
    """
    consent = _attested_consent(attested_by, attested_on or dt.date.today())
    file, findings, source = _read(Path(path))
    if file.dvi is None:
        remedy = "compare its pedigrees as a case, or save it from the DVI module of Familias"
        raise _one_problem(file, 0, "no DVI part", "a file with unidentified persons and families", remedy)
    table, mutation = _database(file, findings)
    alike = all(female == male for female, male in mutation.by_marker.values())
    ladders = table.frequencies
    unidentified = dvi_unidentified(file.name, file.dvi, ladders, findings)
    families = dvi_families(file.name, file.dvi, ladders, consent, findings, sexes_mutate_alike=alike)
    findings.stop_on_problems()
    return Incident(
        title=Path(path).stem,
        unidentified=unidentified,
        families=families,
        tables=(table,),
        settings=SearchSettings(mutation, file.theta, FREQUENCIES_AS_THEY_STAND),
        sources=(source,),
        notices=tuple(findings.notices),
    )


def _attested_consent(attested_by: str, attested_on: dt.date) -> Consent:
    if not attested_by.strip():
        raise ConsentError(
            "a .fam file holds no consent of the donors; state who attests that every donor consented, and where "
            "the consents are kept (--consent-attested), or enter the consents in a case folder"
        )
    return Consent("attested for the whole file", attested_on, attested_by=attested_by.strip())


def _read(path: Path) -> tuple[FamFile, Findings, SourceFile]:
    content = read_bytes(path)
    text, utf8 = decode_fam(content)
    findings = Findings()
    if not utf8:
        findings.notice(f"{path.name} is not UTF-8; letters with accents in codes may look wrong")
    return parse_fam(path.name, text), findings, source_file(path, content)


def _one_problem(file: FamFile, line: int, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(file.name, line, "", found, expected, remedy)])


def _database(file: FamFile, findings: Findings) -> tuple[FrequencyTable, MutationChoice]:
    frequencies: dict[str, dict[str, float]] = {}
    silent: dict[str, float] = {}
    models: dict[str, tuple[MutationModel, MutationModel]] = {}
    for locus in file.loci:
        _check_locus(file, locus, frequencies, findings)
        frequencies[locus.name] = _frequencies(file, locus, findings)
        if locus.silent:
            silent[locus.name] = locus.silent
        models[locus.name] = (
            _mutation(file, locus, locus.female, findings),
            _mutation(file, locus, locus.male, findings),
        )
    table = FrequencyTable(
        population=file.database or "Familias",
        frequencies=frequencies,
        alleles_sampled={},
        source=file.name,
        silent=silent or None,
    )
    return table, MutationChoice(by_marker=models)


def _check_locus(file: FamFile, locus: FamLocus, before: Mapping[str, object], findings: Findings) -> None:
    where = (file.name, locus.line)
    if locus.name in before or not locus.name:
        findings.problem(where, "", f"locus '{locus.name}' a second time", "each locus once", _AGAIN)
    if marker_kind(locus.name) != "autosomal":
        remedy = "remove the locus in Familias: this format says nothing about sex chromosomes"
        findings.problem(where, "", f"locus '{locus.name}' of a sex chromosome", "autosomal loci", remedy)
    if locus.dropout and any(person.dropout for person in file.persons):
        remedy = "turn drop-out off in Familias: it is not computed here yet"
        findings.problem(where, "", "a drop-out probability that is to be considered", "no drop-out", remedy)


def _frequencies(file: FamFile, locus: FamLocus, findings: Findings) -> dict[str, float]:
    visible, target = sum(locus.frequencies), 1 - (locus.silent or 0.0)
    frequencies = dict(zip(locus.alleles, locus.frequencies, strict=True))
    if abs(visible - target) <= 1e-6:
        return frequencies
    if abs(visible - target) > 0.01 or not visible:
        found = f"frequencies of locus '{locus.name}' that sum to {visible:.6g}"
        findings.problem((file.name, locus.line), "", found, f"a sum of {target:g}", _AGAIN)
        return frequencies
    findings.notice(f"frequencies of locus '{locus.name}' sum to {visible:.6g}; they were divided by it")
    return {allele: value * target / visible for allele, value in frequencies.items()}


def _mutation(file: FamFile, locus: FamLocus, spec: FamMutation, findings: Findings) -> MutationModel:
    """Codes: 0 equal, 1 proportional, 2 stepwise, 3 stepwise made stationary, 4 extended stepwise."""
    if spec.rate > 1 or spec.rate2 > 1:
        findings.problem((file.name, locus.line), "", "a mutation rate above 1", "a rate from 0 to 1", _AGAIN)
    if not spec.rate and (spec.code < 2 or not spec.rate2):
        return NoMutation()
    if spec.code < 2:
        return Equal(spec.rate) if spec.code == 0 else Proportional(spec.rate)
    if not all(_has_repeat_number(allele) for allele in locus.alleles):
        findings.notice(
            f"locus '{locus.name}' has an allele without a repeat number (such as a rest allele), for which the "
            "stepwise model is not defined: the model of equal probabilities is used there, at the same rate"
        )
        return Equal(spec.rate)
    if spec.range <= 0:
        findings.problem((file.name, locus.line), "", "a mutation range of 0", "a range above 0", _AGAIN)
    model = Stepwise(spec.rate, spec.rate2, spec.range)
    return Transformed(model, "PM") if spec.code == 3 else model


def _has_repeat_number(allele: str) -> bool:
    whole, point, tenth = allele.partition(".")
    return whole.isdecimal() and int(whole) >= 1 and (not point or (tenth.isdecimal() and len(tenth) == 1))


def _pedigree(file: FamFile, pedigree: FamPedigree, findings: Findings) -> Pedigree:
    """The persons of the file, the known relations, and what this pedigree adds to both."""
    people = list(_people(file, pedigree))
    parents: list[dict[str, str]] = [{} for _ in people]
    for relation in (*file.relations, *pedigree.relations):
        where = (file.name, relation.line)
        if max(relation.parent, relation.child) >= len(people):
            findings.problem(where, "", "the index of no person", "an index of a person", _AGAIN)
            continue
        code, sex = people[relation.parent]
        role = "father" if sex == "male" else "mother"
        if parents[relation.child].setdefault(role, code) != code:
            found = f"a second {role} of '{people[relation.child][0]}'"
            findings.problem(where, "", found, "one father and one mother", _AGAIN)
    members = (
        Individual(code, sex, both.get("father"), both.get("mother"))
        for (code, sex), both in zip(people, parents, strict=True)
    )
    try:
        return Pedigree(tuple(members))
    except PedigreeError as error:
        where = (file.name, pedigree.line)
        for _, text in error.faults:
            findings.problem(where, "", text.rpartition("; ")[0] or text, "a pedigree that holds together", _AGAIN)
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
                findings.problem((file.name, person.line), "", found, "an index within the database", _AGAIN)
                continue
            genotypes[locus.name] = (locus.alleles[first], locus.alleles[second])
        if genotypes:
            yield person.name, Profile(person.name, genotypes)
