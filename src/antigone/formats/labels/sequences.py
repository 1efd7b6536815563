"""Alleles written as sequences, and the lengths that they have: brackets, LUS+, bases.

The period of a marker's repeat, and the bases of its reported region that are no repeats, are those of the ForenSeq
region by which its alleles are named; LUS+ is that of Just & Irwin 2018, doi:10.1016/j.fsigen.2018.02.016.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from antigone.formats.labels.alleles import AlleleFault
from antigone.formats.labels.markers import normalise_marker

_REGIONS = (
    "CSF1PO 4 0, D10S1248 4 0, D12S391 4 0, D13S317 4 31, D16S539 4 0, D17S1301 4 0, D18S51 4 10, D19S433 4 26, "
    "D1S1656 4 10, D20S482 4 0, D21S11 4 11, D22S1045 3 0, D2S1338 4 0, D2S441 4 0, D3S1358 4 0, D4S2408 4 0, "
    "D5S818 4 4, D6S1043 4 0, D7S820 4 16, D8S1179 4 0, D9S1122 4 0, FGA 4 0, Penta_D 5 5, Penta_E 5 0, TH01 4 0, "
    "TPOX 4 0, vWA 4 8, DXS8378 4 0, DXS7423 4 8, DXS7132 4 0, DXS10135 4 56, DXS10074 4 0, DXS10103 4 4, HPRTB 4 0"
)
REGIONS: Mapping[str, tuple[int, int]] = {
    name: (int(period), int(beside)) for name, period, beside in (part.split() for part in _REGIONS.split(", "))
}
"""By marker, the bases of one repeat, and those of the reported region that are no repeats."""

_LUS = re.compile(r"(?P<length>[0-9]{1,3}(\.[0-9])?)(_[0-9]{1,3}(\.[0-9])?){1,4}")
_STATED = re.compile(
    r"(?:[\w-]+\[)?CE ?(?P<length>[0-9]{1,3}(\.[0-9])?)[\]_:; -]+(?:.*\s)?(?P<rest>[ACGT\[(][ACGT\[\]()0-9 ]*)"
)
_BEFORE = re.compile(r"(?P<length>[0-9]{1,3}(\.[0-9])?)\s*[:;_ -]\s*(?P<rest>[ACGT\[(].*)")
_GROUP = re.compile(
    r"[\[(](?P<a>[ACGT]{1,12})[\])]\s*(?P<n>[0-9]{1,3}(\.[0-9])?)?|(?P<b>[ACGT]+)(\[(?P<m>[0-9]{1,3})\])?"
)
_BASES = re.compile(r"[ACGT]{8,}")


def is_sequence(text: str) -> bool:
    """Whether a cell may be an allele written as a sequence.

    >>> [is_sequence(text) for text in ("15_15_0", "[TCTA]15", "TCTA[5]", "12:[ATCT]12", "9.3", "XY", "A")]
    [True, True, True, True, False, False, False]
    """
    return "_" in text or "[" in text or _BASES.search(text) is not None


def read_sequence(text: str, marker: str) -> str | None:
    """The length of an allele by its sequence; nothing for a cell of another form.

    Raises
    ------
    AlleleFault
        When the length cannot be told without more, or is another than the stated one.

    Examples
    --------
    >>> read_sequence("18_11_6_0", "D12S391"), read_sequence("[AATG]6 ATG [AATG]3", "TH01")
    ('18', '9.3')
    >>> read_sequence("TCTA [TCTG]3 [TCTA]12 TCCA TCTA", "vWA"), read_sequence("[TCTA]31.2", "SE33")
    ('16', '31.2')
    """
    if match := _LUS.fullmatch(text):
        return match["length"]
    stated = _STATED.fullmatch(text) or _BEFORE.fullmatch(text)
    rest = stated["rest"].strip() if stated else text
    groups = [] if _BASES.fullmatch(rest) else _groups(rest)
    if not groups and not _BASES.fullmatch(rest):
        return None
    counted = _of_groups(groups, marker) if groups else length_of(len(rest), marker)
    if stated and counted and counted != stated["length"]:
        found = f"a sequence at marker '{marker}' of another length than is stated with it"
        raise AlleleFault(found, "a sequence of the stated length", "correct the sequence or the length")
    if not stated and not counted:
        remedy = "state the length before it, as in 12:[ATCT]12"
        raise AlleleFault(f"a sequence at marker '{marker}'", "a marker whose repeat region is known", remedy)
    return stated["length"] if stated else counted


def length_of(bases: int, marker: str) -> str:
    """The length that so many bases of the reported region are; empty for a marker whose region is not known.

    >>> length_of(39, "TH01"), length_of(127, "D21S11"), length_of(10, "D21S11"), length_of(60, "SE33")
    ('9.3', '29', '', '')
    """
    period, beside = REGIONS.get(normalise_marker(marker), (0, 0))
    if not period or bases <= beside:
        return ""
    whole, rest = divmod(bases - beside, period)
    return f"{whole}.{rest}" if rest else str(whole)


def bracket_bases(text: str) -> int:
    """How many bases a sequence in brackets has; 0 for another text.

    >>> bracket_bases("TCTA[2]TCCA[1]TA[1]"), bracket_bases("TCTATCTA")
    (14, 0)
    """
    groups = _groups(text.replace("[]", ""))
    whole = all(number.isdigit() for _, number in groups)
    return sum(len(repeat) * int(number) for repeat, number in groups) if whole else 0


def stated_bases(length: str, marker: str) -> int:
    """The bases of so many repeats; 0 where the marker's period is not known."""
    whole, _, rest = length.partition(".")
    period = REGIONS.get(normalise_marker(marker), (0, 0))[0]
    return int(whole) * period + int(rest or 0) if whole.isdigit() and (rest or "0").isdigit() else 0


def _groups(text: str) -> list[tuple[str, str]]:
    """The repeats and how often each stands; none where something else is written."""
    plain = re.sub(r"\s+", "", text)
    found, place = [], 0
    for match in _GROUP.finditer(plain):
        if match.start() != place:
            return []
        found.append((match["a"] or match["b"], match["n"] or match["m"] or "1"))
        place = match.end()
    return found if place == len(plain) and ("[" in plain or "(" in plain) else []


def _of_groups(groups: list[tuple[str, str]], marker: str) -> str:
    """One repeat alone says its own number; several are counted in bases."""
    if len(groups) == 1:
        return groups[0][1].removesuffix(".0")
    if any("." in number for _, number in groups):
        return ""
    return length_of(sum(len(repeat) * int(number) for repeat, number in groups), marker)
