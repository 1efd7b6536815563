"""Markers for one population: the incident's ladder, with the rule for rare and unseen alleles applied."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from antigone.engine.mutation.matrices import allele_length
from antigone.errors import ModelError
from antigone.model.assumptions.choices import LARGEST_TABLE_DEFICIT, LEAST_FREQUENCY
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.marker import Chromosome, Marker
from antigone.model.incident.settings import MutationChoice


def sorted_alleles(labels: Iterable[str]) -> tuple[str, ...]:
    """Allele labels by length; labels that are no number come last, in alphabetical order.

    Examples
    --------
    >>> sorted_alleles(["OL", "10", "9.3", "9", "10"])
    ('9', '9.3', '10', 'OL')
    """

    def place(label: str) -> tuple[bool, float, str]:
        length = allele_length(label)
        return length is None, length or 0.0, label

    return tuple(sorted(set(labels), key=place))


def union_ladder(tables: Iterable[FrequencyTable], marker: str) -> tuple[str, ...]:
    """Every allele that any of the tables has at ``marker``, so that all populations share one ladder.

    Examples
    --------
    >>> north = FrequencyTable("north", {"M": {"9": 0.4, "10": 0.6}}, {})
    >>> south = FrequencyTable("south", {"M": {"9": 0.5, "9.3": 0.5}}, {})
    >>> union_ladder([north, south], "M")
    ('9', '9.3', '10')
    """
    return sorted_alleles(allele for table in tables for allele in table.frequencies.get(marker, {}))


def markers_of(
    table: FrequencyTable,
    names: Sequence[str],
    *,
    seen: Mapping[str, Collection[str]],
    rule: FrequencyRule,
    mutation: MutationChoice,
    ladder: Mapping[str, Collection[str]] | None = None,
) -> tuple[Marker, ...]:
    """The markers of one population, with one frequency for every allele of the incident.

    The ladder of a marker is the table's alleles, the alleles seen in the incident, and those of ``ladder``.
    Each allele gets at least ``rule.floor(2N)``; then, with ``rule.rescale``, all are multiplied by the same
    number so that they sum to 1 less the silent frequency.

    Parameters
    ----------
    table
        The population.
    names
        The markers wanted, in the order of the answer.
    seen
        By marker, the alleles seen in the incident's profiles.
    rule
        How rare and unseen alleles are treated.
    mutation
        The mutation models of mothers and fathers.
    ladder
        By marker, further alleles, such as ``union_ladder`` of all populations.

    Raises
    ------
    ModelError
        Naming all markers the table lacks; or all markers with seen alleles of frequency 0 under a rule
        without a minimum; or a marker whose frequencies do not sum to 1 where the rule does not rescale.

    Notes
    -----
    Source of the usual minimum, 5 / 2N: National Research Council, The Evaluation of Forensic DNA Evidence
    (1996), doi:10.17226/5141.

    Examples
    --------
    >>> table = FrequencyTable("north", {"M": {"9": 0.4, "10": 0.6}}, {"M": 200})
    >>> (marker,) = markers_of(
    ...     table, ["M"], seen={"M": ["9.3"]}, rule=FrequencyRule(minimum_count=5), mutation=MutationChoice()
    ... )
    >>> marker.alleles, [round(p * 1.025, 12) for p in marker.frequencies]
    (('9', '9.3', '10'), [0.4, 0.025, 0.6])
    """
    _require_markers(table, names)
    if not rule.minimum_count and not rule.minimum:
        _refuse_unseen(table, names, seen)
    further = ladder or {}
    markers = tuple(
        _marker(table, name, rule, mutation, alleles=[*seen.get(name, ()), *further.get(name, ())]) for name in names
    )
    _refuse_tiny(table, markers)
    return markers


def _refuse_tiny(table: FrequencyTable, markers: Sequence[Marker]) -> None:
    """Refuse frequencies that no population has: products of them are 0 as numbers, and a family impossible."""
    tiny = [m.name for m in markers if any(0 < p < LEAST_FREQUENCY for p in (*m.frequencies, m.silent))]
    if tiny:
        raise ModelError(
            f"population '{table.population}' has an allele with a frequency above 0 and below {LEAST_FREQUENCY:g} at "
            f"{', '.join(tiny)}; correct the frequency, or set a minimum (minimum_count) in [frequencies]"
        )


def _require_markers(table: FrequencyTable, names: Sequence[str]) -> None:
    absent = [name for name in names if not table.frequencies.get(name)]
    if absent:
        raise ModelError(
            f"frequency table '{table.population}' has no frequencies for {len(absent)} of {len(names)} markers: "
            f"{', '.join(absent)}; add them to the table, or leave these markers out"
        )


def _refuse_unseen(table: FrequencyTable, names: Sequence[str], seen: Mapping[str, Collection[str]]) -> None:
    unseen = {
        name: sum(not table.frequencies[name].get(allele, 0.0) > 0 for allele in set(seen.get(name, ())))
        for name in names
    }
    refused = [f"{name} ({count})" for name, count in unseen.items() if count]
    if refused:
        raise ModelError(
            f"frequency table '{table.population}' does not have every allele seen in the incident; "
            f"marker (number of alleles without a frequency): {', '.join(refused)}; "
            f"set a minimum frequency, or use a table that has them"
        )


def _marker(
    table: FrequencyTable, name: str, rule: FrequencyRule, mutation: MutationChoice, *, alleles: Iterable[str]
) -> Marker:
    given, silent = table.frequencies[name], (table.silent or {}).get(name, 0.0)
    labels = sorted_alleles([*given, *alleles])
    female, male = mutation.of(name)
    frequencies = _ruled(
        [given.get(label, 0.0) for label in labels],
        floor=rule.floor(table.alleles_sampled.get(name, 0)),
        visible=1 - silent,
        rescale=rule.rescale,
        where=f"frequency table '{table.population}', marker {name}",
    )
    chromosome: Chromosome = "X" if name in table.x_markers else "autosomal"
    return Marker(name, labels, frequencies, female, male, silent, chromosome)


def _ruled(
    frequencies: Sequence[float], *, floor: float, visible: float, rescale: bool, where: str
) -> tuple[float, ...]:
    """Frequencies with the minimum ``floor``, summing to ``visible``."""
    total = math.fsum(frequencies)
    if not abs(total - visible) <= LARGEST_TABLE_DEFICIT:
        raise ModelError(f"{where}: the frequencies sum to {total:.6g}, expected {visible:.6g}; correct the table")
    raised = [max(p, floor) for p in frequencies]
    total = math.fsum(raised)
    if rescale:
        return tuple(p * visible / total for p in raised)
    if abs(total - visible) > 1e-6:
        raise ModelError(
            f"{where}: the frequencies sum to {total:.6g} after the minimum was applied, expected {visible:.6g}; "
            f"let the rule rescale them, or correct the table"
        )
    return tuple(raised)
