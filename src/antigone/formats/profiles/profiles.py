"""Our own table of genotypes, one marker of one sample a row, and what is made of any such table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from antigone.formats.labels.alleles import Cell
from antigone.formats.reading.tables import Columns, Table, cell_text
from antigone.model.assumptions.observation import Replicate
from antigone.model.assumptions.reading import OneAllele
from antigone.model.profile import NOT_TYPED, Genotype, Genotypes, Profile
from antigone.model.typings.typing import Typing, TypingsUsed

_EXTRA_ALLELES = tuple(f"allele{number}" for number in range(3, 9))
PROFILE_COLUMNS = Columns(
    needed=("sample", "marker", "allele1", "allele2"),
    optional=(*_EXTRA_ALLELES, "replicate"),
    filled=("sample", "marker"),
)
NOTHING = "nothing"
"""How a row says that a marker was amplified and no allele was seen."""


Apart = tuple[int, str, tuple[Cell, ...]]
"""A row that is no plain genotype: its line, the replicate it names (or none), and its cells."""


@dataclass(frozen=True)
class ProfileRows:
    """Rows of ``(line, (sample, marker, allele1, allele2, ...))``, and the table they come from.

    ``apart`` gathers, while ``rows`` are read, those that name their replicate: ``(line, replicate, cells)``.
    ``heights`` are, by sample, the peak heights met on the way and the allele copies they stand for; ``untyped`` counts
    the rows of each sample that have no allele. ``one_allele`` is what one allele alone means; ``None`` asks.
    """

    table: Table
    rows: Iterable[tuple[int, tuple[Cell, ...]]]
    apart: list[Apart] = field(default_factory=list)
    heights: dict[str, tuple[float, int]] = field(default_factory=dict)
    untyped: dict[str, int] = field(default_factory=dict)
    one_allele: OneAllele | None = None


@dataclass
class TypedSamples:
    """What was typed in each sample, where each sample begins, and what each amplification of Amelogenin showed.

    ``replicates`` holds, by sample, the markers whose typing is more than one genotype, ``replicate_lines`` the first
    line of each; ``heights`` the mean peak height of one allele copy, where heights were read. ``files`` names the file
    of samples that begin in another one than ``file``. ``single`` counts the genotypes that were read from one allele
    alone, ``off_ladder`` holds the markers left out of each sample, ``untyped`` the rows without an allele.
    ``typings`` are those of samples that were typed more than once, ``typings_used`` what was made of them.
    """

    file: str = ""
    genotypes: dict[str, Genotypes] = field(default_factory=dict)
    replicates: dict[str, dict[str, tuple[Replicate, ...]]] = field(default_factory=dict)
    replicate_lines: dict[tuple[str, str], int] = field(default_factory=dict)
    heights: dict[str, float] = field(default_factory=dict)
    first_line: dict[str, int] = field(default_factory=dict)
    amelogenin: dict[str, tuple[Replicate, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    single: dict[str, int] = field(default_factory=dict)
    off_ladder: dict[str, list[str]] = field(default_factory=dict)
    untyped: dict[str, int] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)
    typings: dict[str, tuple[Typing, ...]] = field(default_factory=dict)
    typings_used: dict[str, TypingsUsed] = field(default_factory=dict)

    @property
    def markers(self) -> set[str]:
        """Every marker that was typed in some sample."""
        kits = {id(typed.kit): typed.kit for typed in self.genotypes.values()}
        again = {marker for markers in self.replicates.values() for marker in markers}
        return again | {marker for kit in kits.values() for marker in kit.markers}

    def seen(self) -> dict[str, set[str]]:
        """Every allele that was read, by marker, in any sample and amplification."""
        found: dict[str, set[str]] = {}
        for genotypes in self.genotypes.values():
            for marker, pair in genotypes.items():
                found.setdefault(marker, set()).update(allele for allele in pair if allele is not None)
        for markers in self.replicates.values():
            for marker, amplifications in markers.items():
                alleles = (allele for replicate in amplifications for allele in replicate)
                found.setdefault(marker, set()).update(allele for allele in alleles if allele is not None)
        return found

    def profile(self, sample: str) -> Profile:
        """The profile of a sample, empty when nothing was typed."""
        return Profile(sample, self.genotypes.get(sample, NOT_TYPED))

    def reference(self, sample: str) -> Profile:
        """The profile of a donor's sample: amplifications of a marker that show one genotype are this genotype."""
        profile = self.profile(sample)
        same = {m: g for m, shown in self.replicates.get(sample, {}).items() if (g := one_genotype(shown))}
        return Profile(sample, {**profile.genotypes, **same}) if same else profile

    def place(self, sample: str) -> tuple[str, int]:
        """The file and line where a sample begins."""
        return self.files.get(sample, self.file), self.first_line[sample]


def one_genotype(shown: Sequence[Replicate]) -> Genotype | None:
    """The genotype that all amplifications of a marker show alike; nothing where they do not."""
    first = shown[0]
    alike = all(len(one) == 2 and sorted(map(str, one)) == sorted(map(str, first)) for one in shown)
    return (first[0], first[1]) if alike else None


def profile_rows(table: Table, one_allele: OneAllele | None = None) -> ProfileRows:
    """The rows of our own ``profiles`` table."""
    further = [name for name in _EXTRA_ALLELES if name in table.columns]
    alleles = ("sample", "marker", "allele1", "allele2", *further)
    if "replicate" in table.columns:
        apart: list[Apart] = []
        return ProfileRows(table, _single(table.rows(*alleles, "replicate"), apart), apart, one_allele=one_allele)
    rows = table.rows(*alleles)
    shortened = ((line, _without_empty(cells)) for line, cells in rows) if further else rows
    return ProfileRows(table, shortened, one_allele=one_allele)


def _without_empty(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return (*cells[:4], *(cell for cell in cells[4:] if cell_text(cell)))


def _single(rows: Iterable[tuple[int, tuple[Cell, ...]]], apart: list[Apart]) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows that name no replicate; the others go into ``apart``."""
    for line, (*cells, replicate) in rows:
        if cell_text(replicate):
            apart.append((line, cell_text(replicate), _without_empty(tuple(cells))))
        else:
            yield line, _without_empty(tuple(cells))
