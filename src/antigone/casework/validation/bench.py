"""How fast a blind search is on this machine, measured beside plain NumPy and beside the memory, in one run."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.readings.genotypes import encode_profiles
from antigone.search.screening._kernels import kernels
from antigone.search.screening.screen import LANES, Queries, screen, stack_queries, to_fixed_point
from antigone.simulation.genes import drop_gene_indices

T = TypeVar("T")
ALLELES = 20
NUMPY_FAMILIES = 40
"""Families scored by plain NumPy, enough for a steady rate."""

_PARENTS = (("F", "male"), ("M", "female"))
MIXTURE: tuple[tuple[Pedigree, tuple[str, ...]], ...] = (
    (Pedigree.of(*_PARENTS, ("MP", "male", "F", "M"), ("S", "female", "F", "M")), ("M", "S")),
    (Pedigree.of(*_PARENTS, ("MP", "female", "F", "M")), ("F", "M")),
    (Pedigree.of(*_PARENTS, *((c, "male", "F", "M") for c in ("MP", "S", "T"))), ("S", "T")),
    (Pedigree.of(("MP", "male"), ("W", "female"), ("C", "male", "MP", "W")), ("C", "W")),
    (
        Pedigree.of(("G", "male"), ("H", "female"), ("F", "male", "G", "H"), ("M", "female"), ("MP", "male", "F", "M")),
        ("G", "H"),
    ),
)
"""Families as they come: a parent and a sibling, both parents, siblings only, child and spouse, grandparents."""


@dataclass(frozen=True)
class Material:
    """Simulated families' tables and persons' codes; sexes are all unknown, so that every pair is scored."""

    targets: tuple[Target, ...]
    persons: tuple[UnidentifiedPerson, ...]
    markers: tuple[Marker, ...]
    codes: Ints


def bench_blind(
    *, families: int, unidentified: int, markers: int, workers: int = 2, seed: int = 1, threshold: float = 1e6
) -> dict[str, float]:
    """Rates of the steps of a blind search over simulated families with stepwise mutation.

    ``pairs_per_second`` covers the whole pair step on ``workers`` threads: rounding the tables to fixed point,
    the screen, and the exact score of what passes; ``pairs_per_second_of_a_thread`` the same on one thread, with which
    the two ratios to NumPy compare like with like. ``numpy_pairs_per_second`` is one family's float64 table
    indexed by all profiles' codes and summed, one thread, as one would write it; ``fastest_numpy`` the fastest way
    found to write the same. ``fraction_of_cache_bandwidth`` compares the bytes of
    table rows that the screen reads with a plain sequential read of the same table on as many threads.
    """
    material = simulate_material(families=families, unidentified=unidentified, markers=markers, seed=seed)
    tables, table_seconds = _timed(lambda: log_lr_tables(material.targets, material.markers))
    queries = stack_queries(material.codes)
    log_threshold = float(np.log(threshold))
    _score(tables, queries, range(min(8, families)), log_threshold)
    found, seconds = _timed(lambda: _score_all(tables, queries, log_threshold, workers))
    _, alone = _timed(lambda: _score_all(tables, queries, log_threshold, 1))
    numpy_rate, fastest_numpy = _numpy_rates(tables, material.codes)
    screened, streamed = _bandwidths(tables, queries, log_threshold, workers)
    pairs = families * unidentified
    return {
        "families": families,
        "unidentified": unidentified,
        "markers": markers,
        "workers": workers,
        "pairs": pairs,
        "pairs_found": found,
        "pair_seconds": round(seconds, 4),
        "pairs_per_second": round(pairs / seconds),
        "pairs_per_second_of_a_thread": round(pairs / alone),
        "numpy_pairs_per_second": round(numpy_rate),
        "ratio_to_numpy": round(pairs / alone / numpy_rate, 1),
        "fastest_numpy_pairs_per_second": round(fastest_numpy),
        "ratio_to_fastest_numpy": round(pairs / alone / fastest_numpy, 1),
        "screen_gigabytes_per_second": round(screened / 1e9, 1),
        "stream_gigabytes_per_second": round(streamed / 1e9, 1),
        "fraction_of_cache_bandwidth": round(screened / streamed, 3),
        "families_per_second": round(families / table_seconds, 1),
        "compiled": kernels().compiled,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def simulate_material(*, families: int, unidentified: int, markers: int, seed: int) -> Material:
    """Families in the realistic mixture, and unidentified persons drawn from the same population."""
    rng = np.random.default_rng(seed)
    ladder = tuple(_marker(number, rng) for number in range(markers))
    targets = []
    for kind, (pedigree, typed) in enumerate(MIXTURE):
        count = len(range(kind, families, len(MIXTURE)))
        genes = drop_gene_indices(pedigree, ladder, rng=rng, count=count)
        targets += [_target(pedigree, typed, ladder, drawn, f"F{kind}-{n}") for n, drawn in enumerate(genes)]
    alone = drop_gene_indices(Pedigree.of(("X", "unknown")), ladder, rng=rng, count=unidentified)[:, 0]
    persons = tuple(UnidentifiedPerson(f"PM{n}", _profile(drawn, ladder, f"PM{n}")) for n, drawn in enumerate(alone))
    return Material(tuple(targets), persons, ladder, encode_profiles(persons, ladder))


def _marker(number: int, rng: np.random.Generator) -> Marker:
    p = rng.dirichlet(np.full(ALLELES, 1.0))
    labels = tuple(str(8 + allele) for allele in range(ALLELES))
    return Marker(f"M{number:02d}", labels, tuple(p / p.sum()), DEFAULT_MUTATION.female, DEFAULT_MUTATION.male)


def _target(pedigree: Pedigree, typed: Sequence[str], ladder: Sequence[Marker], genes: Ints, code: str) -> Target:
    row = {member.id: number for number, member in enumerate(pedigree)}
    references = {member: _profile(genes[row[member]], ladder, f"{code}-{member}") for member in typed}
    return Target(code, "MP", pedigree, references)


def _profile(genes: Ints, ladder: Sequence[Marker], sample: str) -> Profile:
    pairs = zip(ladder, genes, strict=True)
    return Profile(sample, {m.name: (m.alleles[int(a)], m.alleles[int(b)]) for m, (a, b) in pairs})


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def _score(tables: Sequence[Array], queries: Queries, lanes: range, log_threshold: float) -> int:
    """The whole pair step of one block of lanes; the number of pairs at or above the threshold."""
    part = [table[lanes.start : lanes.stop] for table in tables]
    hits = screen(to_fixed_point(part, queries, log_threshold=log_threshold), queries.rows)
    total = np.zeros(len(hits))
    for table, code in zip(part, queries.codes, strict=True):
        total += table[hits[:, 1], code[hits[:, 0]]]
    return int((total >= log_threshold).sum())


def _score_all(tables: Sequence[Array], queries: Queries, log_threshold: float, workers: int) -> int:
    families = len(tables[0])
    blocks = [range(start, min(start + LANES, families)) for start in range(0, families, LANES)]
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(lambda lanes: _score(tables, queries, lanes, log_threshold), blocks))


def _numpy_rates(tables: Sequence[Array], codes: Ints) -> tuple[float, float]:
    """Pairs per second of the plain gather-and-sum, and of the fastest way found to write it in NumPy.

    Plain is ``table[markers, codes].sum(axis=1)`` with one family's table of shape ``(markers, codes)`` and all
    profiles' codes of shape ``(persons, markers)``; the fastest adds one marker at a time.
    """
    widest = max(table.shape[1] for table in tables)
    families = [
        np.stack([np.pad(table[f], (0, widest - table.shape[1])) for table in tables])
        for f in range(min(NUMPY_FAMILIES, len(tables[0])))
    ]
    profiles, markers = np.ascontiguousarray(codes.T), np.arange(len(codes))

    def plain() -> None:
        for table in families:
            table[markers, profiles].sum(axis=1)

    def fastest() -> None:
        for table in families:
            sum(table[m][code] for m, code in enumerate(codes))

    pairs = len(families) * len(profiles)
    plain()
    return pairs / _timed(plain)[1], pairs / _timed(fastest)[1]


def _bandwidths(tables: Sequence[Array], queries: Queries, log_threshold: float, workers: int) -> tuple[float, float]:
    """Bytes of table rows per second: read by the screen, and read one after another."""
    fixed = to_fixed_point([table[:LANES] for table in tables], queries, log_threshold=log_threshold)
    total = np.zeros(fixed.rows.shape[1], dtype=np.int16)
    rows = queries.rows[:, : len(tables)]
    repeats = max(1, rows.size // len(fixed.rows))
    stream = kernels().stream_rows
    stream(fixed.rows, 1, total)

    def run(work: Callable[[int], object]) -> float:
        with ThreadPoolExecutor(workers) as pool:
            return _timed(lambda: list(pool.map(work, range(workers))))[1]

    screened = run(lambda _: screen(fixed, queries.rows))
    streamed = run(lambda _: stream(fixed.rows, repeats, np.zeros_like(total)))
    row_bytes = fixed.rows.shape[1] * fixed.rows.itemsize
    return workers * rows.size * row_bytes / screened, workers * repeats * fixed.rows.nbytes / streamed
