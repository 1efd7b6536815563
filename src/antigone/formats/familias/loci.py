"""The loci of a Familias file: frequencies and mutation models under the names that this software uses."""

from __future__ import annotations

from collections.abc import Mapping

from antigone.formats.familias.text import FamFile, FamLocus, FamMutation
from antigone.formats.labels.markers import marker_kind, normalise_marker
from antigone.formats.reading.findings import Findings
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.mutation import Equal, MutationModel, NoMutation, Proportional, Stepwise, Transformed
from antigone.model.incident.settings import MutationChoice
from antigone.model.statements import frequencies as said

_CORRECT_AND_SAVE = "correct it in Familias and save the file again"


def autosomal_name(name: str, findings: Findings) -> str | None:
    """The name of a locus in the spelling of this software; nothing, with a notice, for one of a sex chromosome."""
    known = normalise_marker(name)
    if marker_kind(known) == "amelogenin":
        findings.notice(said.AMELOGENIN_LEFT_OUT())
        return None
    if marker_kind(known) != "autosomal":
        findings.notice(said.LOCUS_LEFT_OUT(locus=known))
        return None
    if known != name:
        findings.notice(said.LOCUS_READ_AS(locus=name, known=known))
    return known


def read_database(file: FamFile, findings: Findings) -> tuple[FrequencyTable, MutationChoice]:
    """The frequencies and the mutation models of the autosomal loci."""
    frequencies: dict[str, dict[str, float]] = {}
    silent: dict[str, float] = {}
    models: dict[str, tuple[MutationModel, MutationModel]] = {}
    for locus in file.loci:
        name = autosomal_name(locus.name, findings)
        if name is None:
            continue
        _check_locus(file, locus, name in frequencies, findings)
        frequencies[name] = _frequencies(file, locus, findings)
        if locus.silent:
            silent[name] = locus.silent
        models[name] = (
            _mutation(file, locus, locus.female, findings),
            _mutation(file, locus, locus.male, findings),
        )
    if not frequencies:
        line = file.loci[0].line if file.loci else 0
        remedy = "add the loci that were typed, with their frequencies, in Familias"
        found = "no locus but those of sex chromosomes" if file.loci else "no locus"
        findings.problem((file.name, line), "", found, "a database with autosomal loci", remedy)
    table = FrequencyTable(
        population=file.database or "Familias",
        frequencies=frequencies,
        alleles_sampled={},
        source="the database of a Familias file",  # the same for every weekly export; the files stand among the sources
        silent=silent or None,
    )
    return table, MutationChoice(by_marker=models)


def same_database(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether two files state the same frequencies of a locus, but for the last digits that were printed."""
    return one.keys() == other.keys() and all(abs(one[a] - other[a]) <= 1e-6 for a in one)


def _check_locus(file: FamFile, locus: FamLocus, again: bool, findings: Findings) -> None:
    where = (file.name, locus.line)
    if again or not locus.name:
        findings.problem(where, "", f"locus '{locus.name}' a second time", "each locus once", _CORRECT_AND_SAVE)
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
        findings.problem((file.name, locus.line), "", found, f"a sum of {target:g}", _CORRECT_AND_SAVE)
        return frequencies
    findings.notice(said.SUM_DIVIDED(locus=locus.name, total=f"{visible:.6g}"))
    return {allele: value * target / visible for allele, value in frequencies.items()}


def _mutation(file: FamFile, locus: FamLocus, spec: FamMutation, findings: Findings) -> MutationModel:
    """Codes: 0 equal, 1 proportional, 2 stepwise, 3 stepwise made stationary, 4 extended stepwise."""
    if spec.rate > 1 or spec.rate2 > 1:
        findings.problem(
            (file.name, locus.line), "", "a mutation rate above 1", "a rate from 0 to 1", _CORRECT_AND_SAVE
        )
    if not spec.rate and (spec.code < 2 or not spec.rate2):
        return NoMutation()
    if spec.code < 2:
        return Equal(spec.rate) if spec.code == 0 else Proportional(spec.rate)
    if not all(_has_repeat_number(allele) for allele in locus.alleles):
        findings.notice(said.NO_REPEAT_NUMBER(locus=locus.name))
        return Equal(spec.rate)
    if spec.range <= 0:
        findings.problem((file.name, locus.line), "", "a mutation range of 0", "a range above 0", _CORRECT_AND_SAVE)
    model = Stepwise(spec.rate, spec.rate2, spec.range)
    return Transformed(model, "PM") if spec.code == 3 else model


def _has_repeat_number(allele: str) -> bool:
    whole, point, tenth = allele.partition(".")
    return whole.isdecimal() and int(whole) >= 1 and (not point or (tenth.isdecimal() and len(tenth) == 1))
