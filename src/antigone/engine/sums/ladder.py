"""Markers as arrays: frequencies and transmission matrices side by side, one row per item of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.mutation.matrices import matrix_of
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker


@dataclass(frozen=True)
class Ladder:
    """The alleles of one marker, or of several stacked for a batch.

    ``frequencies`` has shape ``(items, n)``, ``female`` and ``male`` ``(items, n, n)``, where ``n`` counts a
    silent allele too. Shorter ladders are padded with alleles of frequency 0 that never mutate, which changes
    no sum. ``silent`` is the index of each item's silent allele, -1 for none.
    """

    frequencies: Array
    female: Array
    male: Array
    silent: Ints
    on_x: bool

    @property
    def size(self) -> int:
        return int(self.frequencies.shape[1])

    @property
    def has_silent(self) -> bool:
        return bool(self.silent[0] >= 0)


def stack_markers(markers: Sequence[Marker]) -> Ladder:
    """Stack markers that are alike in chromosome and in having a silent allele.

    Raises
    ------
    ModelError
        When autosomal and X markers, or markers with and without a silent allele, are mixed.
    """
    kinds = {(marker.chromosome, marker.silent > 0) for marker in markers}
    if len(kinds) != 1:
        raise ModelError("markers of one batch must agree in chromosome and in having a silent allele")
    rows = [_row(marker) for marker in markers]
    n = max(len(p) for p, _, _ in rows)
    p, female, male = np.zeros((len(rows), n)), _still(len(rows), n), _still(len(rows), n)
    for number, (own, of_mothers, of_fathers) in enumerate(rows):
        size = len(own)
        p[number, :size] = own
        female[number, :size, :size] = of_mothers
        male[number, :size, :size] = of_fathers
    silent = [len(marker.alleles) if marker.silent > 0 else -1 for marker in markers]
    return Ladder(p, female, male, np.array(silent, dtype=np.int64), markers[0].chromosome == "X")


def padded(ladder: Ladder, n: int) -> Ladder:
    """The ladder with alleles of frequency 0 that never mutate, up to ``n`` in all."""
    if ladder.size == n:
        return ladder
    items, size = ladder.frequencies.shape
    p, female, male = np.zeros((items, n)), _still(items, n), _still(items, n)
    p[:, :size] = ladder.frequencies
    female[:, :size, :size] = ladder.female
    male[:, :size, :size] = ladder.male
    return Ladder(p, female, male, ladder.silent, ladder.on_x)


@lru_cache(maxsize=512)
def _row(marker: Marker) -> tuple[Array, Array, Array]:
    silent = (marker.silent,) if marker.silent > 0 else ()
    p = np.array(marker.frequencies + silent)
    female = matrix_of(marker.female, marker.alleles, marker.frequencies, marker.silent)
    male = matrix_of(marker.male, marker.alleles, marker.frequencies, marker.silent)
    return p, female, male


def _still(items: int, n: int) -> Array:
    """Matrices of ``n`` alleles that never mutate."""
    whole = np.zeros((items, n, n))
    whole[:, np.arange(n), np.arange(n)] = 1.0
    return whole
