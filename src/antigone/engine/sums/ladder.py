"""Markers as arrays: frequencies and transmission matrices side by side, one row per item of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    padded = [(np.pad(p, (0, n - len(p))), _pad(f, n), _pad(m, n)) for p, f, m in rows]
    silent = [len(marker.alleles) if marker.silent > 0 else -1 for marker in markers]
    p, female, male = (np.stack(part) for part in zip(*padded, strict=True))
    return Ladder(p, female, male, np.array(silent, dtype=np.int64), markers[0].chromosome == "X")


def stack_ladders(ladders: Sequence[Ladder], items: Sequence[int]) -> Ladder:
    """Ladders of one marker each as one of a batch, each for so many items; the shorter ones padded."""
    n = max(ladder.size for ladder in ladders)
    rows = [
        (np.pad(own.frequencies[0], (0, n - own.size)), _pad(own.female[0], n), _pad(own.male[0], n), own.silent[0])
        for own in ladders
    ]
    p, female, male, silent = (np.repeat(np.stack(part), items, axis=0) for part in zip(*rows, strict=True))
    return Ladder(p, female, male, silent, on_x=ladders[0].on_x)


def _row(marker: Marker) -> tuple[Array, Array, Array]:
    silent = (marker.silent,) if marker.silent > 0 else ()
    p = np.array(marker.frequencies + silent)
    female = matrix_of(marker.female, marker.alleles, marker.frequencies, marker.silent)
    male = matrix_of(marker.male, marker.alleles, marker.frequencies, marker.silent)
    return p, female, male


def _pad(matrix: Array, n: int) -> Array:
    whole = np.eye(n)
    whole[: len(matrix), : len(matrix)] = matrix
    return whole
