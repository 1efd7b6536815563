"""Which shape a table of genotypes has, and what each of its columns holds, told by its headings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.typing_words import NOT_READ, typing_column
from antigone.formats.labels.vocabulary import column_of, is_remark, word_key
from antigone.formats.profiles.profiles import PROFILE_COLUMNS
from antigone.formats.profiles.wide import is_wide
from antigone.formats.reading.tables import cell_text

Form = Literal["ours", "long", "rows", "wide"]
"""Our own table; one marker of one sample a row; one allele a row; one sample a row."""

_OURS = frozenset(map(word_key, (*PROFILE_COLUMNS.needed, *PROFILE_COLUMNS.optional)))
_THEIRS = ("height", "size", "panel", "dye", "area", "samplefile", "runname", "ud1", "ole", "mutation", "datapoint")
"""How names of columns begin that only other programs write."""
_OF_FREQUENCIES = frozenset({"frequency", "percent", "count", "population", "allelessampled"})
_BEST = {"sample": ("sample", "samplename", "samplecode"), "marker": ("marker", "locus"), "allele": ("ceallele",)}
"""Names that win where several columns of a table may hold the same."""
_OF_RUNS = frozenset({"height", "size", "sequence", "typed", "usercall", "filter"})
"""What only a table of readings has, and no table of frequencies."""


@dataclass(frozen=True)
class Layout:
    """A shape, and the meaning of each column; empty for one that is not read."""

    form: Form
    meanings: tuple[str, ...]

    def has(self, meaning: str) -> bool:
        return meaning in self.meanings


def layout_of(header: Sequence[Cell], mapping: Mapping[str, str] | None = None) -> Layout | None:
    """The layout of a table of genotypes; nothing for another table. ``mapping`` states meanings by heading.

    >>> layout_of(["Sample File", "Marker", "Allele 1", "Height 1", "Dye"]).meanings
    ('samplefile', 'marker', 'allele1', 'height1', '')
    >>> layout_of(["Sample", "Locus", "Allele", "Reads"]).form, layout_of(["Locus", "Allele", "Frequency"])
    ('rows', None)
    """
    texts = [cell_text(cell) for cell in header]
    if mapping is None and {"sample", "marker", "allele1"} <= set(map(column_of, texts)) and is_ours(header):
        return Layout("ours", tuple(map(column_of, texts)))
    stated = {word_key(heading): meaning for heading, meaning in (mapping or {}).items()}
    meanings = [stated.get(word_key(text), typing_column(text)) if text else "" for text in texts]
    meanings = _each_once(texts, ["" if one == NOT_READ else one for one in meanings])
    if "marker" not in meanings:
        return Layout("wide", tuple(meanings)) if is_wide(header) else None
    return _long(texts, meanings)


def _long(texts: Sequence[str], meanings: list[str]) -> Layout | None:
    found = set(meanings)
    if found.isdisjoint({"sample", "samplefile"} | _OF_RUNS):
        return None
    if "allele1" in found:
        return Layout("long", tuple("" if one in ("allele", "genotype", "height") else one for one in meanings))
    if found & {"allele", "sequence"}:
        of_frequencies = any(column_of(text) in _OF_FREQUENCIES for text in texts)
        return None if of_frequencies else Layout("rows", tuple(meanings))
    return Layout("long", tuple(meanings)) if "genotype" in found else None


def _each_once(texts: Sequence[str], meanings: list[str]) -> list[str]:
    """Each meaning for one column: several called "Allele" are numbered, of several names of samples one is taken."""
    for meaning, number in Counter(meanings).items():
        places = [place for place, one in enumerate(meanings) if one == meaning]
        if not meaning or number == 1:
            continue
        keys = [word_key(texts[place]) for place in places]
        if meaning in ("allele", "height", "size") and len(set(keys)) == 1:
            for count, place in enumerate(places, 1):
                meanings[place] = f"{meaning}{count}"
            continue
        taken = next((keys.index(name) for name in _BEST.get(meaning, ()) if name in keys), 0)
        for place in places:
            meanings[place] = meaning if place == places[taken] else ""
    return meanings


def is_ours(header: Sequence[Cell]) -> bool:
    """Whether the column names are our own, so that an empty second allele is asked about."""
    texts = [cell_text(cell) for cell in header if not is_remark(cell_text(cell))]
    keys = {word_key(text.replace("#", "number")) for text in texts}
    others = [key for key in keys - _OURS if key.startswith(_THEIRS)]
    known = {"sample", "marker"} <= set(map(column_of, texts))
    return not others and (({"sample", "marker"} <= keys and keys & {"allele1", "allele2"} != set()) or not known)
