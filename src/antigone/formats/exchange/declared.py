"""What a file of another program declares, as rows of the tables of a case folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from antigone.formats.labels.alleles import Cell
from antigone.formats.reading.tables import Cells, Grid
from antigone.model.pedigree import Sex

MOST_ALLELES = 8
_TYPED = ("sample", "marker", *(f"allele{number}" for number in range(1, MOST_ALLELES + 1)), "height1")
"""The column of heights, always empty, says that another program wrote the table: one allele alone is a rule there."""
_FAMILIES = ("family", "member", "sex", "father", "mother", "missing")
_DONORS = ("family", "member", "sample", "consent_reference", "consent_date", "consent_scope", "consent_attested_by")
_UNIDENTIFIED = ("sample", "sex")
Row = tuple[int, Cells]


@dataclass(frozen=True)
class Attested:
    """Who attests the consent of the donors of a file that has no place for it, and on which day."""

    by: str
    on: dt.date


@dataclass(frozen=True)
class Member:
    """A member of a family as it is declared; ``sample`` where the member gave one, ``line`` where it stands."""

    line: int
    family: str
    code: str
    sex: Sex
    father: str = ""
    mother: str = ""
    missing: bool = False
    sample: str = ""


@dataclass
class Declared:
    """Families, donors, unidentified persons and genotypes of one file, each with its line."""

    name: str
    members: list[Member] = field(default_factory=list)
    unidentified: list[Row] = field(default_factory=list)
    genotypes: list[Row] = field(default_factory=list)
    tables: list[Grid] = field(default_factory=list)
    """Genotypes that stand as a table in the file, to be read as any table of genotypes."""

    @property
    def has_donors(self) -> bool:
        return any(member.sample for member in self.members)

    def add_genotype(self, line: int, sample: str, marker: str, alleles: Sequence[str]) -> None:
        cells: list[Cell] = [sample, marker, *alleles[:MOST_ALLELES]]
        self.genotypes.append((line, cells + [""] * (len(_TYPED) - len(cells))))

    def typed(self) -> list[Grid]:
        """The tables of genotypes."""
        own = [_grid(self.name, _TYPED, self.genotypes)] if self.genotypes else []
        return own + self.tables

    def table(self, name: str, attested: Attested | None) -> Grid | None:
        """A table of people, nothing where the file has none of them."""
        if name == "unidentified":
            return _grid(self.name, _UNIDENTIFIED, self.unidentified) if self.unidentified else None
        if not self.members:
            return None
        if name == "families":
            return _grid(self.name, _FAMILIES, (_family_row(member) for member in self.members))
        giving = (member for member in self.members if member.sample)
        return _grid(self.name, _DONORS, (_donor_row(member, attested) for member in giving))


def _grid(name: str, columns: Sequence[str], rows: Iterable[Row]) -> Grid:
    return Grid(name, iter([*rows]), (1, columns))


def _family_row(member: Member) -> Row:
    missing = "yes" if member.missing else "no"
    return member.line, (member.family, member.code, member.sex, member.father, member.mother, missing)


def _donor_row(member: Member, attested: Attested | None) -> Row:
    consent = ("", "", "", "")
    if attested is not None:
        consent = ("attested for the whole file", attested.on.isoformat(), "identification", attested.by)
    return member.line, (member.family, member.code, member.sample, *consent)
