"""How many alleles were typed: 2N as the table states it, or what its N must count by arithmetic, or a question.

A frequency is a count over 2N. So where N counts alleles, each frequency times N is a whole number; where it counts
persons, each frequency times 2N is one, and about every second frequency times N is a whole number and a half.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from antigone.formats.frequencies.choices import Counted, FrequencyChoices
from antigone.formats.frequencies.drafts import Draft, Place, Size, read_value
from antigone.formats.reading.findings import Findings
from antigone.model.assumptions.choices import AGREES_BY_CHANCE
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.statements import frequencies as said
from antigone.model.statements.statement import Statement

_SLACK = 1e-6
"""What a computer may lose of a whole number when it writes a quotient."""

_SAY_N = (
    "write '2N' in place of 'N' where it counts alleles, or 'persons' where it counts persons; or state under "
    '[frequencies] of incident.toml: n_counts = "alleles" or n_counts = "persons"'
)


@dataclass(frozen=True)
class OpenSize:
    """An N of which the table does not show whether it counts alleles or persons; 2N was taken as N."""

    where: Place
    population: str
    numbers: Mapping[str, int]


def alleles_sampled(
    population: str, draft: Draft, choices: FrequencyChoices, findings: Findings
) -> tuple[dict[str, int], OpenSize | None]:
    """2N of each marker, and the question that is left where N may count alleles or persons.

    ``draft`` holds frequencies, as they are printed.
    """
    numbers = {marker: _whole_number(size, findings) for marker, size in draft.sizes.items() if marker in draft.values}
    unnamed = {marker: n for marker, n in numbers.items() if draft.sizes[marker].kind == "n"}
    counted, why = _what_n_counts(draft, unnamed, choices) if unnamed else ("alleles", None)
    persons = {marker for marker in numbers if draft.sizes[marker].kind == "persons"}
    persons |= unnamed.keys() if counted == "persons" else set()
    if why:
        words = said.N_PERSONS if counted == "persons" else said.N_ALLELES
        findings.notice(words(population=population, file=draft.name, words_why=why))
    sampled = {marker: n * (1 + (marker in persons)) for marker, n in numbers.items() if n}
    _check_counts(draft, sampled, findings)
    if counted:
        return sampled, None
    return sampled, OpenSize(draft.sizes[next(iter(unnamed))].where, population, unnamed)


def _whole_number(size: Size, findings: Findings) -> int:
    if size.number.isdecimal() and int(size.number[:12]) > 0:
        return int(size.number[:12])
    found, remedy = f"'{size.number[:20]}'", "correct the number"
    findings.problem(size.where, size.kind, found, "a whole number above 0", remedy)
    return 0


def _check_counts(draft: Draft, sampled: Mapping[str, int], findings: Findings) -> None:
    """A count that stands beside a frequency is its frequency times 2N, as far as rounding shows."""
    for marker, n in sampled.items():
        for value in draft.values[marker].values():
            count = read_value(value.count)
            if value.count and (count is None or abs(count[0] - value.number * n) > value.half * n + _SLACK):
                found = f"'{value.count[:20]}' with a frequency of {value.number:.4g}, with 2N = {n}"
                findings.problem(value.where, "count", found, "the frequency times 2N", "correct the one that is wrong")


def _what_n_counts(
    draft: Draft, numbers: Mapping[str, int], choices: FrequencyChoices
) -> tuple[Counted, Statement | None]:
    """What N counts, and why; nothing where neither the user, nor the numbers, nor the format tells."""
    shown, why = _shown_by_numbers(draft, numbers)
    if choices.n_counts:
        against = why if shown != choices.n_counts else None
        return choices.n_counts, said.STATED_ALTHOUGH(words_why=against) if against else said.STATED_IN_INCIDENT()
    if shown or not draft.n_counts:
        return shown, why
    return draft.n_counts, said.CUSTOM_OF_FORMAT()


def _shown_by_numbers(draft: Draft, numbers: Mapping[str, int]) -> tuple[Counted, Statement | None]:
    products = list(_products(draft, numbers))
    every = [product for of_marker in products for product in of_marker]
    halves = [(x, slack) for x, slack in every if not _is_whole(x, slack)]
    free = sum(len(of_marker) - 1 for of_marker in products)
    if not halves and 0.5**free < AGREES_BY_CHANCE:
        return "alleles", said.WHOLE_NUMBERS(number=len(every))
    twice = [(2 * x, 2 * slack) for x, slack in every]
    chance = prod(min(1.0, 2 * slack) for _, slack in twice)
    if halves and all(_is_whole(x, slack) for x, slack in twice) and chance < AGREES_BY_CHANCE:
        return "persons", said.HALVES(halves=len(halves), number=len(every))
    return "", None


def _products(draft: Draft, numbers: Mapping[str, int]) -> Iterator[list[tuple[float, float]]]:
    """By marker, each frequency times N with what rounding may have moved it; only where a half would show."""
    for marker, n in numbers.items():
        values = [value for value in draft.values[marker].values() if value.number > 0]
        products = [(value.number * n, value.half * n + _SLACK) for value in values if value.half * n < 0.25 - _SLACK]
        if products:
            yield products


def _is_whole(x: float, slack: float) -> bool:
    return abs(x - round(x)) <= slack


def ask_sizes(
    questions: Sequence[OpenSize],
    tables: Sequence[FrequencyTable],
    seen: Mapping[str, Collection[str]],
    rule: FrequencyRule,
    findings: Findings,
) -> None:
    """Ask what N counts where the answer changes a frequency: where an allele would be raised to the floor of 2N.

    ``seen`` holds the alleles of the incident by marker. Where no allele is that rare, N as alleles and N as persons
    give the same frequencies, and a notice says so.
    """
    by_name = {table.population: table for table in tables}
    for question in questions:
        table = by_name.get(question.population)
        if table is None:
            continue
        affected = sorted(
            marker
            for marker, n in question.numbers.items()
            if marker in seen and _is_raised(marker, table, tables, seen[marker], rule.floor(n))
        )
        if affected:
            found = f"N of '{question.population}', which may count alleles or persons; the floor of rare alleles "
            found += f"depends on it for {', '.join(affected)}"
            expected = "frequencies that, all of them, are whole numbers times N (alleles) or times 2N (persons)"
            findings.problem(question.where, "N", found, expected, _SAY_N)
        else:
            words = said.N_MAKES_NO_DIFFERENCE(population=question.population, file=question.where[0])
            findings.notice(words)


def _is_raised(
    marker: str, table: FrequencyTable, tables: Sequence[FrequencyTable], seen: Collection[str], floor: float
) -> bool:
    ladder = set(seen).union(*(other.frequencies.get(marker, {}) for other in tables))
    frequencies = table.frequencies.get(marker, {})
    return any(frequencies.get(allele, 0.0) < floor for allele in ladder)
