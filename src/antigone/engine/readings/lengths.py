"""Sequence alleles that one laboratory read as sequences, and another only as lengths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.doors import checked_marker
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker


def length_probabilities(shown: tuple[str, str], marker: Marker, *, lengths: Mapping[str, str]) -> Array:
    """P(these two lengths are read | genotype of sequence alleles): 1 where the pair of lengths is the same, else 0.

    With it one person may be compared by sequence and another by length, exactly. Where nobody is read by sequence the
    lengths themselves are a marker of fewer alleles, and the LR is the same.

    Parameters
    ----------
    shown
        The lengths that were read, in either order.
    marker
        Whose alleles are sequences.
    lengths
        The length of each sequence allele.

    Returns
    -------
    Shape ``(genotypes,)`` in the order of ``genotype_pairs``, as ``observations`` of a likelihood take it.

    Raises
    ------
    ModelError
        For an allele without a length, or a length that no allele has.

    Examples
    --------
    >>> marker = Marker("M", ("12a", "12b", "13"), (0.25, 0.25, 0.5))
    >>> lengths = {"12a": "12", "12b": "12", "13": "13"}
    >>> length_probabilities(("12", "13"), marker, lengths=lengths).tolist()
    [0.0, 0.0, 1.0, 0.0, 1.0, 0.0]
    """
    checked_marker(marker)
    without = [allele for allele in marker.alleles if allele not in lengths]
    if without:
        raise ModelError(f"marker {marker.name}: {len(without)} sequence allele(s) without a length; state it for each")
    unknown = {*shown} - {*lengths.values()}
    if unknown:
        raise ModelError(
            f"marker {marker.name}: {len(unknown)} length(s) that no sequence allele has; correct the reading"
        )
    first, second = np.array([lengths[allele] for allele in marker.alleles])[genotype_pairs(len(marker.alleles)).T]
    same_order = (first == shown[0]) & (second == shown[1])
    other_order = (first == shown[1]) & (second == shown[0])
    return (same_order | other_order).astype(np.float64)
