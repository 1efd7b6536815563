"""From printed numbers to frequencies: percent, counts, and sums that rounding has moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from antigone.formats.frequencies.choices import FrequencyChoices, Unit
from antigone.formats.frequencies.drafts import SILENT, Draft, Size, Value
from antigone.formats.reading.findings import Findings
from antigone.model.statements import frequencies as said

EXACT_SUM = 1e-6
"""How far a sum may be from 1 and count as 1: what computers lose when they write a number."""

_SAY_VALUES = 'state under [frequencies] of incident.toml what the numbers are: values = "percent" or values = "counts"'


def to_frequencies(population: str, draft: Draft, choices: FrequencyChoices, findings: Findings) -> Draft:
    """The draft with frequencies from 0 to 1 in place of percent or counts; what was read as what is a notice."""
    unit = choices.values or draft.unit or _unit(population, draft, findings)
    if unit == "percent":
        findings.notice(said.PERCENT(population=population, file=draft.name))
        return _divided(draft, dict.fromkeys(draft.values, 100.0))
    if unit == "counts":
        return _from_counts(population, draft, findings)
    for marker, alleles in draft.values.items():
        for value in alleles.values():
            if value.number > 1:
                found = f"{value.number:.6g} for an allele of marker '{marker}'"
                remedy = f"correct the frequency, or {_SAY_VALUES}"
                findings.problem(value.where, "frequency", found, "a number from 0 to 1", remedy)
                draft.broken.add(marker)
    return draft


def _unit(population: str, draft: Draft, findings: Findings) -> Unit:
    """What the numbers are: nothing above 1 is a frequency; whole numbers are counts; sums of about 100 are percent."""
    numbers = [value for alleles in draft.values.values() for value in alleles.values()]
    if all(value.number <= 1 for value in numbers):
        return "frequencies"
    half = min(value.half for value in numbers)
    percent = all(abs(_total(a) - 100) <= half * len(a) + EXACT_SUM for a in draft.values.values())
    whole = all(value.number.is_integer() for value in numbers)
    if percent and whole:
        found = f"whole numbers of '{population}' that sum to about 100 for every marker"
        findings.problem(draft.where(next(iter(draft.values))), "", found, "counts or percent", _SAY_VALUES)
    near = all(50 <= _total(alleles) <= 150 for alleles in draft.values.values())
    return "counts" if whole else "percent" if percent or near else "frequencies"


def _total(alleles: Mapping[str, Value]) -> float:
    return math.fsum(value.number for value in alleles.values())


def _divided(draft: Draft, by: Mapping[str, float]) -> Draft:
    """A draft whose numbers are divided, marker by marker."""
    values = {
        marker: {
            allele: replace(value, number=value.number / by[marker], half=value.half / by[marker])
            for allele, value in alleles.items()
        }
        for marker, alleles in draft.values.items()
    }
    return replace(draft, unit="frequencies", values=values)


def _from_counts(population: str, draft: Draft, findings: Findings) -> Draft:
    findings.notice(said.COUNTS(population=population, file=draft.name))
    totals, sizes = {}, {}
    for marker, alleles in draft.values.items():
        totals[marker] = _total(alleles) or 1.0
        where = draft.where(marker)
        broken = next((value for value in alleles.values() if not value.number.is_integer()), None)
        if broken is not None:
            found = f"{broken.number:.6g} among counts of marker '{marker}'"
            findings.problem(broken.where, "count", found, "a whole number", f"correct the count, or {_SAY_VALUES}")
        given = draft.sizes.get(marker)
        if given is not None and given.number not in _sums(given, totals[marker]):
            found = f"{given.kind} {given.number[:20]} of marker '{marker}', whose counts sum to {totals[marker]:.6g}"
            remedy = "correct the counts or this number, or remove it: the sum then stands for 2N"
            findings.problem(given.where, "", found, "the sum of the counts, or half of it for persons", remedy)
        sizes[marker] = Size(where, population, marker, f"{totals[marker]:.0f}", "alleles_sampled")
    return replace(_divided(draft, totals), sizes=sizes)


def _sums(given: Size, total: float) -> set[str]:
    """The numbers that agree with a sum of counts, by what they count."""
    alleles, persons = {f"{total:.0f}"}, {f"{total / 2:.0f}"} if total % 2 == 0 else set()
    return {"alleles_sampled": alleles, "persons": persons}.get(given.kind, alleles | persons)


def summing_to_one(
    population: str, draft: Draft, choices: FrequencyChoices, findings: Findings
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """The frequencies of each marker, and of its silent alleles; divided by their sum where rounding has moved it.

    Rounding moves each printed number by half a unit of its last decimal at most, so a sum of numbers by as much as
    that for each of them. The last decimal is that of the population's table, since a spreadsheet writes 0.20 as 0.2.
    """
    half = min((value.half for alleles in draft.values.values() for value in alleles.values()), default=0.0)
    frequencies, silent = {}, {}
    for marker, values in draft.values.items():
        alleles = {allele: value.number for allele, value in values.items()}
        if SILENT in alleles:
            silent[marker] = alleles.pop(SILENT)
        frequencies[marker] = alleles
        target, total = 1 - silent.get(marker, 0.0), math.fsum(alleles.values())
        if abs(total - target) <= EXACT_SUM or marker in draft.broken:
            continue
        explained = abs(total - target) <= half * len(values) + EXACT_SUM
        if total and (explained or choices.complete_sums):
            frequencies[marker] = {allele: value * target / total for allele, value in alleles.items()}
            words = said.SUM_OF_ROUNDED if explained else said.SUM_COMPLETED
            findings.notice(words(marker=marker, population=population, file=draft.name, total=f"{total:.6g}"))
        else:
            _refuse_sum(population, marker, draft, (total, target, half * len(values)), findings)
    return frequencies, silent


def _refuse_sum(
    population: str, marker: str, draft: Draft, numbers: tuple[float, float, float], findings: Findings
) -> None:
    total, target, rounding = numbers
    findings.problem(
        draft.where(marker),
        "frequency",
        f"frequencies of marker '{marker}' in '{population}' that sum to {total:.6g}",
        f"a sum of {target:g}, or within {rounding:.2g} of it, which is as far as the rounding of its decimals goes",
        "correct or complete the frequencies of this marker, or write complete_sums = true under [frequencies] of "
        "incident.toml to have them divided by their sum",
    )
