"""Several mitochondrial haplotypes of one sample as one: ranges add up, and what two of them cover must agree."""

from __future__ import annotations

from collections.abc import Sequence

from antigone.model.assumptions.lineage import MT_LENGTH, MtDifference, MtHaplotype

Span = tuple[int, int]
Shows = tuple[int, int, frozenset[str]]


def merge_mt(haplotypes: Sequence[MtHaplotype]) -> MtHaplotype | None:
    """All ranges with all differences; nothing when two haplotypes differ where both were typed.

    >>> hv1 = MtHaplotype("S", ((16024, 16365),), (MtDifference.parse("16189C"),))
    >>> hv2 = MtHaplotype("S", ((73, 340),), (MtDifference.parse("A263G"),))
    >>> merge_mt([hv1, hv2]).ranges, [str(one) for one in merge_mt([hv1, hv2]).differences]
    (((73, 340), (16024, 16365)), ['A263G', '16189C'])
    >>> merge_mt([hv1, MtHaplotype("S", ((16100, 16200),), ())]) is None
    True
    """
    covered = [_positions(haplotype.ranges) for haplotype in haplotypes]
    shown = [{_shows(one) for one in haplotype.differences} for haplotype in haplotypes]
    for number, mine in enumerate(covered):
        for other in range(number):
            both = mine & covered[other]
            if any(position in both for position, _, _ in shown[number] ^ shown[other]):
                return None
    differences = sorted((one for haplotype in haplotypes for one in haplotype.differences), key=_place)
    every = {_shows(one): one for one in differences}
    sample = min(haplotype.sample for haplotype in haplotypes)
    return MtHaplotype(sample, _spans(set().union(*covered)), tuple(every.values()))


def _shows(difference: MtDifference) -> Shows:
    return (*difference.site, difference.shown)


def _place(difference: MtDifference) -> tuple[tuple[int, int], str]:
    return difference.site, difference.reference


def _positions(ranges: Sequence[Span]) -> set[int]:
    """Every position of some ranges; one that ends before it starts goes around the ring."""
    found: set[int] = set()
    for start, end in ranges:
        found.update(range(start, end + 1) if start <= end else (*range(start, MT_LENGTH + 1), *range(1, end + 1)))
    return found


def _spans(positions: set[int]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for position in sorted(positions):
        if spans and spans[-1][1] == position - 1:
            spans[-1] = spans[-1][0], position
        else:
            spans.append((position, position))
    return tuple(spans)
