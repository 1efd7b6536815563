"""The list of the pedsuite, Familias and FamLinkX: a marker's name, then a line for each allele."""

from __future__ import annotations

from antigone.formats.frequencies.drafts import Entry, Listing, read_value
from antigone.formats.reading.findings import Findings


def is_pedsuite(text: str) -> bool:
    r"""Whether a text begins with a name on a line of its own, and an allele and its frequency on the next.

    Examples
    --------
    >>> is_pedsuite("Penta D\n9\t0.25\n"), is_pedsuite("Allele\tTH01\n6\t0.25\n"), is_pedsuite("Title\na,b\n")
    (True, False, False)
    """
    lines = [line.strip() for line in text[:10_000].splitlines() if line.strip()][:2]
    if len(lines) < 2 or any(separator in lines[0] for separator in ",;\t"):
        return False
    words = lines[1].split()
    return len(words) == 2 and read_value(words[1]) is not None


def pedsuite_listing(name: str, text: str, findings: Findings) -> Listing:
    """Marker name on its own line, then ``allele frequency`` lines, up to a blank line."""
    listing, marker = Listing(name), ""
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if not words:
            marker = ""
        elif not marker:
            marker = content.strip()
        elif len(words) == 2:
            listing.entries.append(Entry((name, line), "", marker, words[0], words[1]))
        else:
            expected = "an allele and its frequency, or a blank line before the next marker"
            findings.problem((name, line), "", f"{len(words)} values", expected, "correct the line")
    return listing
