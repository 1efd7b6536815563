"""Writing what an incident holds beside autosomal profiles: the tables and sections that ``further`` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from antigone.formats.casefolder.circumstances import FOUND_COLUMNS, MISSING_COLUMNS
from antigone.formats.casefolder.haplotypes import (
    COUNT_COLUMNS,
    LAPLACE_COLUMNS,
    MT_COLUMNS,
    MT_REFERENCE_COLUMNS,
    Y_COLUMNS,
    Y_REFERENCE_COLUMNS,
)
from antigone.formats.reading.tables import Columns
from antigone.model.assumptions.circumstances import (
    AGREEMENTS,
    INTERVALS,
    IntervalRates,
    MissingCircumstances,
    UnidentifiedCircumstances,
)
from antigone.model.assumptions.lineage import (
    Copies,
    DiscreteLaplace,
    MtHaplotype,
    MtModel,
    MtReference,
    StatedCounts,
    YModel,
    YReference,
)
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.incident.evidence import FurtherEvidence

Rows = Iterable[Iterable[object]]


def further_tables(further: FurtherEvidence) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """The name, the columns and the rows of each table that is not empty."""
    every: list[tuple[str, Columns, list[Iterable[object]]]] = [
        ("y_haplotypes", Y_COLUMNS, [(s, *row) for s, h in further.y.items() for row in _locus_rows(h.loci)]),
        ("mt_haplotypes", MT_COLUMNS, [(s, *_mt_cells(h)) for s, h in further.mt.items()]),
        ("circumstances_missing", MISSING_COLUMNS, [_missing_row(*item) for item in further.missing.items()]),
        ("circumstances_unidentified", FOUND_COLUMNS, [_found_row(*item) for item in further.unidentified.items()]),
    ]
    every += [*_basis_tables("y", further.y_model), *_basis_tables("mt", further.mt_model)]
    for name, columns, rows in every:
        if rows:
            yield name, (*columns.needed, *columns.optional), rows


def _locus_rows(loci: Mapping[str, Copies]) -> Iterator[tuple[str, str]]:
    yield from ((marker, "/".join(alleles)) for marker, alleles in loci.items())


def _mt_cells(haplotype: MtHaplotype) -> tuple[str, str]:
    ranges = " ".join(f"{start}-{end}" for start, end in haplotype.ranges)
    return ranges, " ".join(map(str, haplotype.differences))


def _basis_tables(kind: str, model: YModel | MtModel | None) -> Iterator[tuple[str, Columns, list[Iterable[object]]]]:
    basis = model.basis if model else None
    if isinstance(basis, StatedCounts):
        yield f"{kind}_counts", COUNT_COLUMNS, list(basis.seen.items())
    elif isinstance(basis, YReference):
        numbered = enumerate(basis.rows, start=1)
        rows = [(number, count, *row) for number, (loci, count) in numbered for row in _locus_rows(loci)]
        yield "y_reference", Y_REFERENCE_COLUMNS, list(rows)
    elif isinstance(basis, MtReference):
        yield "mt_reference", MT_REFERENCE_COLUMNS, [(count, *_mt_cells(h)) for h, count in basis.rows]
    elif isinstance(basis, DiscreteLaplace):
        clusters = enumerate(basis.clusters, start=1)
        cells = [(n, c.weight, m, c.centre[m], c.dispersion[m]) for n, c in clusters for m in c.centre]
        yield "y_laplace", LAPLACE_COLUMNS, list(cells)


def _missing_row(who: tuple[str, str], known: MissingCircumstances) -> Iterable[object]:
    return (*who, known.last_seen or "", " ".join(sorted(known.places)), *_common(known))


def _found_row(sample: str, known: UnidentifiedCircumstances) -> Iterable[object]:
    return sample, known.found or "", known.place, *_common(known)


def _common(known: MissingCircumstances | UnidentifiedCircumstances) -> list[object]:
    cells: list[object] = []
    for interval in (getattr(known, name) for name in INTERVALS):
        cells += ["", ""] if interval is None else [repr(interval.low), repr(interval.high)]
    states = (f"{finding}:{'present' if present else 'absent'}" for finding, present in known.findings.items())
    return [*cells, " ".join(states)]


def further_settings_lines(further: FurtherEvidence) -> Iterator[str]:
    """The sections ``[lineage]``, ``[circumstances]`` and ``[sex]``."""
    if further.y_model:
        yield from _lineage_lines("y", further.y_model)
        yield f"rate = {further.y_model.rates.rate!r}\ntwo_steps = {further.y_model.rates.two_steps!r}"
        yield "\n[lineage.y.rates]"
        yield from (f'"{marker}" = {rate!r}' for marker, rate in further.y_model.rates.by_locus.items())
    if further.mt_model:
        rates = further.mt_model.rates
        yield from _lineage_lines("mt", further.mt_model)
        yield f"rate = {rates.rate!r}\nignore_length = {str(rates.ignore_length).lower()}"
    yield from _circumstance_lines(further)
    if further.sex:
        yield "\n[sex]"
        yield from (f"{field.name} = {getattr(further.sex, field.name)!r}" for field in fields(further.sex))


def linkage_lines(model: LinkageModel) -> Iterator[str]:
    """The section ``[linkage]``, with every position stated."""
    yield f'\n[linkage]\nuse = "stated positions"\nmap_function = "{model.map_function}"'
    yield f"source = {json.dumps(model.genetic_map.source, ensure_ascii=False)}"
    by_chromosome: dict[str, list[tuple[str, float]]] = {}
    for marker, (chromosome, position) in model.genetic_map.positions.items():
        by_chromosome.setdefault(chromosome, []).append((marker, position))
    for chromosome, places in by_chromosome.items():
        yield f'\n[linkage.positions."{chromosome}"]'
        yield from (f'"{marker}" = {position!r}' for marker, position in places)


def _lineage_lines(kind: str, model: YModel | MtModel) -> Iterator[str]:
    yield f'\n[lineage.{kind}]\nestimator = "{model.estimator}"\ntheta = {model.theta!r}'
    if isinstance(model.basis, StatedCounts):
        yield f"database_size = {model.basis.size}"
        yield from [] if model.basis.singletons is None else [f"singletons = {model.basis.singletons}"]


def _circumstance_lines(further: FurtherEvidence) -> Iterator[str]:
    rates = further.rates
    for kind in (*INTERVALS, *AGREEMENTS):
        yield f"\n[circumstances.{kind}]"
        one = getattr(rates, kind)
        yield f"error = {one.error!r}"
        over = isinstance(one, IntervalRates)
        yield f"lowest = {one.over.low!r}\nhighest = {one.over.high!r}" if over else f"by_chance = {one.by_chance!r}"
    for name, finding in rates.findings.items():
        yield f'\n[circumstances.findings."{name}"]'
        yield from (f"{field.name} = {getattr(finding, field.name)!r}" for field in fields(finding))
