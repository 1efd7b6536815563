"""Frequencies as R writes them (``dput``, printed lists) and as Merlin does: each becomes a list of entries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antigone.formats.frequencies.drafts import Entry, Listing
from antigone.formats.reading.findings import Findings

_VECTOR = re.compile(
    r"[`\"']?(?<![\w.])([\w.][\w .\-/]{0,60})[`\"']?\s*=\s*(?:structure\s*\(\s*)?c\s*\(([^()]*)\)"
    r"(?:\s*,\s*\.?[Nn]ames\s*=\s*c\s*\(([^()]*)\))?"
)
_NOT_MARKERS = frozenset({"class", "names", ".Names", "row.names", "dim", "dimnames", "levels"})
_PAIR = re.compile(r"\s*[`\"']?([^`\"'=,]+?)[`\"']?\s*=\s*([^,]+)")


def is_r_list(text: str) -> bool:
    r"""Whether a text is a list of R: as ``dput`` or as ``print`` writes it.

    >>> is_r_list("x <- list(TH01 = c(`6` = 1))"), is_r_list("$TH01\n6 \n1 "), is_r_list("Allele,TH01")
    (True, True, False)
    """
    head = text[:2000]
    assigned = re.match(r"\s*(?:[\w.]+\s*(?:<-|=)\s*)?(?:structure\s*\(\s*)?list\s*\(", head)
    return assigned is not None or head.lstrip().startswith("$")


def r_listing(name: str, text: str, findings: Findings) -> Listing:
    """Every named vector of a list is a marker, its names are the alleles."""
    listing = Listing(name)
    if text.lstrip().startswith("$"):
        listing.entries += _printed(name, text)
    for found in _VECTOR.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        marker, inside, names = found[1].strip(), found[2], found[3]
        if marker in _NOT_MARKERS:
            continue
        values = [part.strip() for part in inside.split(",")]
        pairs = [(one[1], one[2]) for one in map(_PAIR.fullmatch, values) if one]
        if names is not None:
            pairs = list(zip((part.strip().strip("\"'`") for part in names.split(",")), values, strict=False))
        if len(pairs) != len(values):
            expected, remedy = "a name for each value, which is the allele", "write the list with its names"
            findings.problem((name, line), "", f"marker '{marker}' without names of alleles", expected, remedy)
            continue
        listing.entries += [Entry((name, line), "", marker, allele.strip(), value.strip()) for allele, value in pairs]
    return listing


def _printed(name: str, text: str) -> Iterator[Entry]:
    """Below ``$marker``, lines of alleles and lines of their frequencies take turns."""
    marker, alleles = "", list[str]()
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if content.startswith("$"):
            marker, alleles = content[1:].strip().strip("`"), []
        elif words and not alleles:
            alleles = words
        elif words:
            yield from (Entry((name, line), "", marker, a, v) for a, v in zip(alleles, words, strict=False))
            alleles = []


def is_merlin(text: str) -> bool:
    r"""Whether a text is a frequency file of Merlin.

    >>> is_merlin("M TH01\nA 6 0.25\n"), is_merlin("M 1\n")
    (True, False)
    """
    lines = [line.split() for line in text[:2000].splitlines() if line.strip()][:2]
    return len(lines) == 2 and lines[0][0] == "M" and len(lines[0]) == 2 and lines[1][0] in ("A", "F")


def merlin_listing(name: str, text: str, findings: Findings) -> Listing:
    """Lines ``M marker`` and ``A allele frequency``."""
    listing, marker = Listing(name), ""
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if not words:
            continue
        if words[0] == "M" and len(words) == 2:
            marker = words[1]
        elif words[0] == "A" and len(words) == 3 and marker:
            listing.entries.append(Entry((name, line), "", marker, words[1], words[2]))
        else:
            found, remedy = "a line of frequencies without alleles", "write 'A allele frequency' for each allele"
            findings.problem((name, line), "", found, "lines 'M marker' and 'A allele frequency'", remedy)
    return listing
