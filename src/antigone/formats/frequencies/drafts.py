"""What a frequency file lists, population by population, before its numbers are understood."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from antigone.formats.frequencies.choices import Counted, Unit
from antigone.formats.frequencies.words import Field
from antigone.formats.labels.alleles import AlleleFault, Cell, read_allele
from antigone.formats.labels.markers import is_known_marker, marker_kind, normalise_marker
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import cell_text
from antigone.model.statements import frequencies as said

SILENT = "silent"
"""The allele label under which our frequency table gives the frequency of a silent allele."""

MOST_NAMES = 10
"""Names of unknown markers that a notice lists."""

LARGEST_NUMBER = 1_000_000_000
"""No count of alleles reaches it."""

Place = tuple[str, int]

_SILENT_WORDS = frozenset({SILENT, "null", "nul", "nulo", "0"})
_NOT_SEEN = frozenset({"-", "--", "–", "—", ".", "nd", "n.d.", "na", "n/a", "n.a."})
_RANGE = re.compile(r"([<>≤≥]=?)\s*([0-9]{1,3})(\.[0-9])?")


@dataclass(frozen=True)
class Entry:
    """One number of a file with the place it stands at; ``count`` where the file gives it beside a frequency."""

    where: Place
    population: str
    marker: str
    allele: Cell
    value: str
    count: str = ""


@dataclass(frozen=True)
class Size:
    """How many were typed, of one marker, or of all with the empty name; ``kind`` says what was counted."""

    where: Place
    population: str
    marker: str
    number: str
    kind: Field


@dataclass
class Listing:
    """Everything that one table lists. ``n_counts`` is what its N counts by the custom of its format."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    unit: Unit = ""
    n_counts: Counted = ""


@dataclass(frozen=True)
class Value:
    """A printed number, half a unit of its last printed decimal, and the count that stands beside it."""

    number: float
    half: float
    where: Place
    count: str = ""


@dataclass
class Draft:
    """One population: numbers by marker and allele, and the sizes of its samples."""

    name: str
    unit: Unit = ""
    n_counts: Counted = ""
    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """Markers with a number or an allele that could not be read: the others would sum to anything but 1."""

    def where(self, marker: str) -> Place:
        return next(iter(self.values[marker].values())).where


def read_value(text: str) -> tuple[float, float] | None:
    """A number and half a unit of its last decimal; a comma in it is a decimal comma.

    Examples
    --------
    >>> read_value("0.25"), read_value("7,5"), read_value("12"), read_value("many")
    ((0.25, 0.005), (7.5, 0.05), (12.0, 0.5), None)
    """
    try:
        number = Decimal(text.replace(",", ".", 1))
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not (exponent > -300 and 0 <= number < LARGEST_NUMBER):
        return None
    return float(number), 0.5 * 10.0 ** min(exponent, 0)


def is_not_seen(text: str) -> bool:
    """Whether a cell says that an allele was not seen: empty, a dash, or 0."""
    found = None if text.lower() in _NOT_SEEN or not text else read_value(text.rstrip("% "))
    return not text or text.lower() in _NOT_SEEN or (found is not None and found[0] == 0)


def drafts_of(listing: Listing, population: str, findings: Findings) -> dict[str, Draft]:
    """The drafts of a listing by population; entries that name none belong to ``population``."""
    return _Gathering(listing, population, findings).drafts()


class _Gathering:
    """Entries on their way into drafts, and what is to be said of them together."""

    def __init__(self, listing: Listing, population: str, findings: Findings) -> None:
        self.listing, self.population, self.findings = listing, population, findings
        self.found: dict[str, Draft] = {}
        self.renamed: Counter[tuple[str, str]] = Counter()
        self.left_out: Counter[str] = Counter()
        self.ranges: dict[str, str] = {}
        self.silent: set[str] = set()
        self.commas = self.not_seen = 0
        self.unnamed = False

    def drafts(self) -> dict[str, Draft]:
        for entry in self.listing.entries:
            self._add(entry)
        for size in self.listing.sizes:
            self._add_size(size)
        self._say()
        return self.found

    def _draft(self, population: str) -> Draft:
        fresh = Draft(self.listing.name, self.listing.unit, self.listing.n_counts)
        return self.found.setdefault(population or self.population, fresh)

    def _add(self, entry: Entry) -> None:
        marker = normalise_marker(entry.marker)
        if marker_kind(marker) in ("Y", "amelogenin"):
            self.left_out[entry.marker] += 1
            return
        draft = self._draft(entry.population)
        self.unnamed |= not entry.population
        if entry.value.lower() in _NOT_SEEN:
            self.not_seen += 1
            return
        value, allele = self._value(entry, draft), self._allele(entry)
        self.renamed[entry.marker, marker] += marker != entry.marker
        if value is None or allele is None:
            draft.broken.add(marker)
            return
        alleles = draft.values.setdefault(marker, {})
        if allele in alleles:
            found = f"an allele of marker '{marker}' a second time"
            self.findings.problem(entry.where, "allele", found, "one row", "remove one of the rows")
            draft.broken.add(marker)
        alleles[allele] = value

    def _value(self, entry: Entry, draft: Draft) -> Value | None:
        text = entry.value
        if text.endswith("%"):
            draft.unit, text = "percent", text.rstrip("% ")
        found = read_value(text)
        if found is None:
            remedy = "correct the frequency; write a decimal point"
            self.findings.problem(entry.where, "frequency", f"'{text[:20]}'", "a number from 0 to 1", remedy)
            return None
        self.commas += "," in text
        return Value(*found, entry.where, entry.count)

    def _allele(self, entry: Entry) -> str | None:
        """A repeat number, or any short word, because the table itself defines it."""
        text = cell_text(entry.allele)
        if text.lower() in _SILENT_WORDS:
            if text != SILENT:
                self.silent.add(text)
            return SILENT
        beyond = _RANGE.fullmatch(text)
        if beyond:
            label = _outside_range(beyond)
            if label:
                self.ranges[text] = label
                return label
        try:
            return read_allele(entry.allele, decimal_comma=True)
        except AlleleFault as fault:
            if isinstance(entry.allele, str) and text.replace(" ", "").isalpha() and not text.upper().startswith("OL"):
                return text
            self.findings.problem(entry.where, "allele", fault.found, fault.expected, fault.remedy)
            return None

    def _add_size(self, size: Size) -> None:
        drafts = [self._draft(size.population)] if size.population else self.found.values()
        places = [(draft.sizes, marker) for draft in drafts for marker in _markers_of(size, draft)]
        for sizes, marker in places:
            before = sizes.setdefault(marker, size)
            if (before.number, before.kind) != (size.number, size.kind):
                self.findings.problem(
                    size.where,
                    size.kind,
                    f"another number than in the rows before, for marker '{marker}'",
                    "one number for each marker and population",
                    f"correct {size.kind}",
                )

    def _say(self) -> None:
        name, notice = self.listing.name, self.findings.notice
        if self.unnamed:
            notice(said.NO_POPULATION_NAMED(file=name, population=self.population))
        for (written, marker), rows in self.renamed.items():
            if rows:
                notice(said.MARKER_READ_AS(marker=written, known=marker, number=rows, file=name))
        if self.left_out:
            notice(said.SEX_CHROMOSOME_LEFT_OUT(file=name, markers=tuple(sorted(self.left_out))))
        self._say_unknown_markers()
        for text, label in self.ranges.items():
            notice(said.RANGE_OF_ALLELES(alleles=text, file=name, allele=label))
        if self.silent:
            notice(said.SILENT_ALLELES(name=min(self.silent), file=name))
        if self.not_seen:
            notice(said.NOT_SEEN(number=self.not_seen, file=name))
        if self.commas:
            notice(said.DECIMAL_COMMA(number=self.commas, file=name))

    def _say_unknown_markers(self) -> None:
        """Among known markers, a name that nobody uses is perhaps misspelt."""
        markers = {marker for draft in self.found.values() for marker in draft.values}
        unknown = sorted(marker for marker in markers if not is_known_marker(marker) and marker_kind(marker) != "X")
        if unknown and len(unknown) < len(markers):
            names = [f"'{marker}'" for marker in unknown[:MOST_NAMES]] + ["..."] * (len(unknown) > MOST_NAMES)
            self.findings.notice(said.MISSPELT(file=self.listing.name, markers=tuple(names)))


def _markers_of(size: Size, draft: Draft) -> list[str]:
    marker = normalise_marker(size.marker)
    return [marker] if marker in draft.values else [] if marker else list(draft.values)


def _outside_range(found: re.Match[str]) -> str:
    """The whole number of repeats next to the limit of a range, within it; nothing below 1.

    >>> [_outside_range(_RANGE.fullmatch(text)) for text in (">27", "<8", ">9.3", "<9.3", "≥30", "<1")]
    ['28', '7', '10', '9', '30', '']
    """
    sign, limit = found[1], float(found[2] + (found[3] or ""))
    with_limit = sign in ("≤", "≥", "<=", ">=") and limit.is_integer()
    beyond = math.floor(limit) + 1 if sign[0] in ">≥" else math.ceil(limit) - 1
    label = int(limit) if with_limit else beyond
    return str(label) if label > 0 else ""
