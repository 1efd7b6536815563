"""What is typed at one marker, read strictly: nothing is guessed, and no message holds an allele."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.formats.casefolder.haplotypes import y_copies
from antigone.formats.frequencies.nist import nist1036_alleles
from antigone.formats.labels.alleles import UNKNOWN, AlleleFault, is_off_ladder, is_untyped, read_allele
from antigone.formats.labels.ladders import Ladder
from antigone.formats.labels.markers import marker_kind
from antigone.formats.profiles.gathering import amelogenin_shown
from antigone.formats.profiles.marks import Marks
from antigone.formats.profiles.profiles import NOTHING

REALLY = "!"
"""What stands behind an allele far beyond the ladder that is really so."""
MOST_ALLELES = 4
_TWO_COPIES = ("DYS385", "DYF387S1")
_TWICE = f"write the allele twice for a homozygote, or {UNKNOWN} for a second one that is not known"


@dataclass(frozen=True)
class TypedMarker:
    """What one marker shows, in the one form in which two passes are compared; ``alleles`` is empty when it was not
    typed. ``rare`` are alleles far beyond the ladder that the typist marked as really so."""

    alleles: tuple[str, ...] = ()
    rare: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """As it can be typed."""
        return "/".join(f"{one}{REALLY}" if one in self.rare else one for one in self.alleles)


class CellFault(ValueError):
    """What stands at a marker cannot be used: what was expected, and what to do. It never says what was typed."""

    def __init__(self, expected: str, remedy: str) -> None:
        super().__init__(f"expected {expected}; {remedy}")
        self.expected, self.remedy = expected, remedy


def read_typed(marker: str, text: str, ladders: Mapping[str, frozenset[str]], *, reference: bool) -> TypedMarker:
    """Read the alleles of one marker, with ``/`` or a space between them.

    Parameters
    ----------
    marker
        Its name as `kits.typed_marker` gives it.
    text
        Such as ``9.3/9.3``, ``15/?``, ``nothing``; ``50!`` for an allele beyond the ladder that is really so.
    ladders
        The allele labels of the markers with frequencies.
    reference
        Of a donor: one genotype, taken as read.

    Raises
    ------
    CellFault
        When it cannot be read, or says less than is needed.

    Examples
    --------
    >>> read_typed("TH01", "9.3 6", {}, reference=True).text, read_typed("DYS391", "10", {}, reference=True).text
    ('6/9.3', '10')
    """
    parts = [part for part in text.replace("/", " ").split() if part]
    if not parts or all(is_untyped(part) for part in parts):
        return TypedMarker()
    kind = marker_kind(marker)
    if len(parts) > MOST_ALLELES:
        raise CellFault(f"at most {MOST_ALLELES} alleles", "check for a mixture; leave the marker empty")
    if any(is_off_ladder(part) for part in parts):
        raise CellFault("alleles with a number", "size an off-ladder peak by hand, or leave the marker empty")
    if kind == "amelogenin":
        return _amelogenin(parts)
    if kind == "Y":
        return _y_copies(marker, parts)
    if parts == [NOTHING] and not reference:
        return TypedMarker((NOTHING,))
    known = ladders.get(marker, frozenset())
    ladder = Ladder(known | nist1036_alleles().get(marker, frozenset()))
    return _genotype(parts, ladder, known, reference=reference)


def _amelogenin(parts: list[str]) -> TypedMarker:
    letters = list(parts[0].upper()) if len(parts) == 1 else [part.upper() for part in parts]
    if len(letters) != 2 or letters[0] == UNKNOWN or not amelogenin_shown(letters):
        raise CellFault("X X, X Y, or X ? when the second is not known", "correct it, or leave it empty")
    return TypedMarker(tuple(sorted(letters, key=lambda one: (one == UNKNOWN, one))))


def _y_copies(marker: str, parts: list[str]) -> TypedMarker:
    copies = y_copies("/".join(parts))
    if copies is None:
        raise CellFault("one allele such as 14, or the copies as 11 14", "correct it, or leave it empty")
    if marker in _TWO_COPIES and len(parts) < 2:
        raise CellFault("both copies", "type the allele twice where both copies are alike")
    return TypedMarker(tuple(copies))


def _genotype(parts: list[str], ladder: Ladder, known: frozenset[str], *, reference: bool) -> TypedMarker:
    marks = Marks()
    shown = [str(one) for one in marks.alleles(part.removesuffix(REALLY) for part in parts)]
    if not shown:
        return TypedMarker()
    if marks.starred or (marks.unknown and len(parts) != 2):
        raise CellFault("alleles without stars and parentheses", f"leave the mark out, or write {UNKNOWN}")
    if len(shown) == 1:
        raise CellFault("both alleles", _TWICE)
    if len(shown) > 2 and (reference or UNKNOWN in shown):
        raise CellFault("two alleles", "leave a marker with three alleles empty" if reference else _TWICE)
    labels = [one if one == UNKNOWN else _label(one, known) for one in shown]
    rare = frozenset(one for one in labels if one != UNKNOWN and ladder.doubt(one))
    confirmed = {_label(part[:-1], known) for part in parts if part.endswith(REALLY)}
    if rare - confirmed:
        raise CellFault("an allele within or near the ladder", f"correct it; write {REALLY} behind one that is so")
    return TypedMarker(tuple(sorted(labels, key=_place)), rare)


def _label(text: str, known: frozenset[str]) -> str:
    try:
        return read_allele(text, known=known)
    except AlleleFault as fault:
        raise CellFault("an allele such as 12 or 9.3", fault.remedy) from None


def _place(label: str) -> tuple[bool, float, str]:
    number = float(label) if label.replace(".", "", 1).isdigit() else 0.0
    return label == UNKNOWN, number, label
