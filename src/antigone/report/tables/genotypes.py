"""What was typed of an unidentified person beside what was typed of relatives, marker by marker."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from antigone.model.assumptions.observation import Replicate
from antigone.model.incident.incident import Family, UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.model.results.search import Candidate, MarkerMutation
from antigone.report.words.sentences import reportable_mutations


@dataclass(frozen=True)
class ShownAllele:
    """An allele as it was typed. ``shared`` is 1 or 2 for the first or second allele that the unidentified person shows
    at this marker, 3 for each further one, and 0 for an allele that the person does not show."""

    label: str
    shared: int = 0


@dataclass(frozen=True)
class GenotypeCell:
    """What one sample shows at one marker: an amplification is a reading, and no reading means not typed.

    ``one_known`` readings show one allele, and whether there is another is not known.
    """

    readings: tuple[tuple[ShownAllele, ...], ...] = ()
    one_known: tuple[bool, ...] = ()


@dataclass(frozen=True)
class GenotypeRow:
    """One marker: a cell for the unidentified person, then one for each relative; its log10 LR in the population where
    the candidate's is smallest, or None where the marker was not compared; and the mutation that H1 needs."""

    marker: str
    cells: tuple[GenotypeCell, ...]
    log10_lr: float | None
    mutation: MarkerMutation | None = None


@dataclass(frozen=True)
class GenotypeTable:
    """All markers that somebody shown is typed at, the compared ones first.

    ``relatives`` are the codes of those shown, in the order of the pedigree. ``beyond`` are the parts of the
    candidate's log10 LR that belong to no marker ("linkage", "sex"); with them the column adds up to ``log10_lr``.
    """

    unidentified: str
    relatives: tuple[str, ...]
    population: str
    rows: tuple[GenotypeRow, ...]
    beyond: Mapping[str, float]
    log10_lr: float


def genotype_table(
    candidate: Candidate, family: Family, person: UnidentifiedPerson, *, shown: Collection[str] | None = None
) -> GenotypeTable:
    """The genotypes behind one candidate.

    Parameters
    ----------
    candidate
        In detail, for the LRs of its markers.
    family
        Its pedigree gives the order of the relatives, its donors what they show.
    person
        The unidentified person.
    shown
        The members whose genotypes may be seen; all donors when nothing is given.
    """
    typed = {donor.member: donor.profile for donor in family.donors if shown is None or donor.member in shown}
    relatives = tuple(member.id for member in family.pedigree if member.id in typed)
    profiles = [typed[code] for code in relatives]
    by_marker = candidate.log10_lr_by_marker.get(candidate.smallest_population, {})
    mutations = {one.marker: one for one in reportable_mutations(candidate, typed)}
    rows = (
        GenotypeRow(marker, _cells(marker, person, profiles), by_marker.get(marker), mutations.get(marker))
        for marker in (*candidate.markers_compared, *candidate.markers_missing)
    )
    return GenotypeTable(
        person.code,
        relatives,
        candidate.smallest_population,
        tuple(row for row in rows if any(cell.readings for cell in row.cells)),
        {part: values[candidate.smallest_population] for part, values in candidate.log10_lr_beyond.items()},
        candidate.smallest_log10_lr,
    )


def _cells(marker: str, person: UnidentifiedPerson, relatives: Sequence[Profile]) -> tuple[GenotypeCell, ...]:
    own = tuple(_readings(marker, person))
    places = {label: min(n, 3) for n, label in enumerate(_labels(own), start=1)}
    others = ([profile.genotypes[marker]] if marker in profile.genotypes else [] for profile in relatives)
    return tuple(_cell(readings, places) for readings in (own, *others))


def _readings(marker: str, person: UnidentifiedPerson) -> Iterator[Replicate]:
    """What each amplification of each sample of this person showed."""
    for sample in person.samples:
        yield from sample.replicates.get(marker, ())
        if marker in sample.profile.genotypes:
            yield sample.profile.genotypes[marker]


def _labels(readings: Sequence[Replicate]) -> tuple[str, ...]:
    """The different alleles, in the order in which they stand in the readings."""
    return tuple(dict.fromkeys(label for reading in readings for label in reading if label is not None))


def _cell(readings: Sequence[Replicate], places: Mapping[str, int]) -> GenotypeCell:
    alleles = (
        tuple(ShownAllele(label, places.get(label, 0)) for label in reading if label is not None)
        for reading in readings
    )
    return GenotypeCell(tuple(alleles), tuple(None in reading for reading in readings))
