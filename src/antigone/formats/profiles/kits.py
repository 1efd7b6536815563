"""A sample that stands in several files, or more than once in one, was typed more than once: by the rule of typings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from antigone.formats.profiles.profiles import TypedSamples
from antigone.model.assumptions.observation import Replicate
from antigone.model.profile import Genotype
from antigone.model.typings.rule import combine_typings
from antigone.model.typings.typing import Typing

Shown = tuple[Replicate, ...]


@dataclass
class FurtherReadings:
    """What a sample shows beside the first reading of each marker.

    ``starts`` are the files in which the sample stands, each with how many genotypes came before it; ``again`` holds
    every further reading of a marker that differs, or stands in another file; ``amelogenin`` and ``heights`` are by
    file.
    """

    starts: list[tuple[str, int]] = field(default_factory=list)
    again: list[tuple[str, str, Shown]] = field(default_factory=list)
    amelogenin: list[tuple[str, Replicate]] = field(default_factory=list)
    heights: dict[str, float] = field(default_factory=dict)

    @property
    def is_several(self) -> bool:
        return len(self.starts) > 1 or bool(self.again)


def combine_readings(
    typed: TypedSamples,
    sample: str,
    first: Sequence[tuple[str, Genotype]],
    replicates: Mapping[str, tuple[str, Shown]],
    further: FurtherReadings,
) -> None:
    """Put the typings of a sample, and what the rule makes of them, among the typed samples.

    ``first`` has the first genotype of each marker in the order of reading, ``replicates`` the amplifications of a
    marker and the file where they begin.
    """
    typings = _apart(first, replicates, further)
    made, used = combine_typings(typings)
    typed.genotypes[sample] = made.genotypes  # type: ignore[assignment]
    typed.replicates.pop(sample, None)
    if made.replicates:
        typed.replicates[sample] = dict(made.replicates)
    for marker in made.replicates:
        typed.replicate_lines.setdefault((sample, marker), typed.first_line[sample])
    typed.amelogenin.pop(sample, None)
    if made.amelogenin:
        typed.amelogenin[sample] = made.amelogenin
    if made.peak_height is not None:
        typed.heights[sample] = made.peak_height
    if not used.is_plain:
        typed.typings[sample] = tuple(typings)
        typed.typings_used[sample] = used


def _apart(
    first: Sequence[tuple[str, Genotype]], replicates: Mapping[str, tuple[str, Shown]], further: FurtherReadings
) -> list[Typing]:
    """One typing for each file, and one more each time a marker stands there again."""
    ends = [start for _, start in further.starts[1:]] + [len(first)]
    shown: dict[str, list[dict[str, Shown]]] = {}
    for (file, start), end in zip(further.starts, ends, strict=True):
        shown[file] = [{marker: (pair,) for marker, pair in first[start:end]}]
    for marker, (file, amplified) in replicates.items():
        shown[file][0][marker] = amplified
    for file, marker, amplified in further.again:
        _first_without(shown[file], marker)[marker] = amplified
    typings = [
        _typing(file if number == 1 else f"{file}, reading {number}", markers.items())
        for file, several in shown.items()
        for number, markers in enumerate(several, 1)
    ]
    return [_with_sample(typing, further) for typing in typings]


def _first_without(several: list[dict[str, Shown]], marker: str) -> dict[str, Shown]:
    for markers in several:
        if marker not in markers:
            return markers
    several.append({})
    return several[-1]


def _typing(name: str, shown: Iterable[tuple[str, Shown]]) -> Typing:
    genotypes: dict[str, Genotype] = {}
    replicates: dict[str, Shown] = {}
    for marker, amplified in shown:
        if len(amplified) == 1 and len(amplified[0]) == 2:
            genotypes[marker] = amplified[0][0], amplified[0][1]
        else:
            replicates[marker] = amplified
    return Typing(name, genotypes, replicates)


def _with_sample(typing: Typing, further: FurtherReadings) -> Typing:
    """What the file has of the sample as a whole."""
    amelogenin = tuple(shown for file, shown in further.amelogenin if file == typing.label)
    return replace(typing, amelogenin=amelogenin, peak_height=further.heights.get(typing.label))
