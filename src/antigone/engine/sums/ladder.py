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
    p, female, male = _padded(rows, max(len(own) for own, _, _ in rows))
    silent = [len(marker.alleles) if marker.silent > 0 else -1 for marker in markers]
    return Ladder(p, female, male, np.array(silent, dtype=np.int64), markers[0].chromosome == "X")


def stack_ladders(ladders: Sequence[Ladder], items: Sequence[int]) -> Ladder:
    """Ladders of one marker each as one of a batch, each for so many items; the shorter ones padded."""
    n = max(ladder.size for ladder in ladders)
    rows = [(ladder.frequencies[0], ladder.female[0], ladder.male[0]) for ladder in ladders]
    each = np.repeat(np.arange(len(ladders)), items)
    p, female, male = (part[each] for part in _padded(rows, n))
    return Ladder(p, female, male, np.array([ladder.silent[0] for ladder in ladders])[each], ladders[0].on_x)


def _padded(rows: Sequence[tuple[Array, Array, Array]], n: int) -> tuple[Array, Array, Array]:
    """Frequencies and matrices side by side, with alleles of frequency 0 that never mutate up to ``n`` in all."""
    still = np.broadcast_to(np.eye(n), (len(rows), n, n))
    p, female, male = np.zeros((len(rows), n)), still.copy(), still.copy()
    for number, (own, of_mothers, of_fathers) in enumerate(rows):
        size = len(own)
        p[number, :size] = own
        female[number, :size, :size] = of_mothers
        male[number, :size, :size] = of_fathers
    return p, female, male


@lru_cache(maxsize=512)
def _row(marker: Marker) -> tuple[Array, Array, Array]:
    silent = (marker.silent,) if marker.silent > 0 else ()
    p = np.array(marker.frequencies + silent)
    female = matrix_of(marker.female, marker.alleles, marker.frequencies, marker.silent)
    male = matrix_of(marker.male, marker.alleles, marker.frequencies, marker.silent)
    return p, female, male
