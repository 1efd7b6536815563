"""What two passes agree on, read by the readers of files as a profile that is added to a known incident."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from antigone.formats.casefolder.folder import CaseFiles
from antigone.formats.casefolder.reader import incident_of, is_table, ladders_of
from antigone.formats.labels.markers import marker_kind
from antigone.formats.passes.cells import TypedMarker
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Grid
from antigone.model.assumptions.reading import ReadingRules
from antigone.model.incident.incident import Incident

GRID = "genotype grid"
"""What the readers call it in what they say."""

__all__ = ["GRID", "ladders_of", "profile_typed_in"]


def profile_typed_in(known: Incident, sample: str, typed: Mapping[str, TypedMarker]) -> Incident:
    """An incident with nothing but the typing of one sample, under the model of the known one.

    Raises
    ------
    InputError
        With everything that the readers of a table of profiles refuse.
    """
    folder = CaseFiles(GRID, None, Findings(), is_table, adds=True)
    rows = {marker: one for marker, one in typed.items() if one.alleles}
    genotypes = {marker: one for marker, one in rows.items() if marker_kind(marker) != "Y"}
    widest = max((len(one.alleles) for one in genotypes.values()), default=2)
    heading = ("sample", "marker", *(f"allele{number}" for number in range(1, max(widest, 2) + 1)))
    if genotypes:
        lines = ([sample, marker, *one.alleles] for marker, one in genotypes.items())
        folder.sheets["profiles"] = _grid(heading, lines)
    if len(rows) > len(genotypes):
        copies = ([sample, marker, "/".join(one.alleles)] for marker, one in rows.items() if marker not in genotypes)
        folder.sheets["y_haplotypes"] = _grid(("sample", "marker", "alleles"), copies)
    rules = ReadingRules(accepted={marker: one.rare for marker, one in rows.items() if one.rare})
    with closing(folder):
        return incident_of(folder, known, rules=rules)


def _grid(heading: tuple[str, ...], lines: object) -> Grid:
    filled = ([*line, *[""] * (len(heading) - len(line))] for line in lines)  # type: ignore[attr-defined]
    return Grid(GRID, iter(list(enumerate(filled, start=2))), (1, heading))
