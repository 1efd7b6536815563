"""Empty tables to fill in, with the headings that our readers take, and one example that is to be overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from antigone.formats.casefolder.families import DONOR_COLUMNS, FAMILY_COLUMNS, UNIDENTIFIED_COLUMNS
from antigone.formats.reading.tables import Columns

Rows = Sequence[Sequence[str]]
"""A table: its headings, then its rows."""

_FAMILY = (
    {"family": "F1", "member": "father", "sex": "male"},
    {"family": "F1", "member": "mother", "sex": "female"},
    {"family": "F1", "member": "child", "sex": "unknown", "father": "father", "mother": "mother", "missing": "yes"},
)
_DONORS = (
    {"family": "F1", "member": "father", "sample": "R1", "consent_reference": "form 1"}
    | {"consent_date": "2026-01-31", "consent_scope": "identification"},
)
_PROFILES = (
    ("sample", "marker", "allele1", "allele2"),
    ("R1", "TH01", "6", "9.3"),
    ("R1", "D21S11", "29", "30.2"),
    ("PM1", "TH01", "9.3", "9.3"),
    ("PM1", "D21S11", "30.2", "?"),
)
_FREQUENCIES = (
    ("marker", "allele", "frequency", "population", "alleles_sampled"),
    ("TH01", "6", "0.45", "ours", "400"),
    ("TH01", "9.3", "0.55", "ours", "400"),
    ("D21S11", "29", "0.5", "ours", "400"),
    ("D21S11", "30.2", "0.5", "ours", "400"),
)


def templates() -> Mapping[str, Rows]:
    """The tables of an incident, by name, in the order in which they are filled in.

    >>> templates()["profiles"][0]
    ('sample', 'marker', 'allele1', 'allele2')
    """
    return {
        "families": _filled(FAMILY_COLUMNS, _FAMILY),
        "donors": _filled(DONOR_COLUMNS, _DONORS),
        "unidentified": _filled(UNIDENTIFIED_COLUMNS, ({"sample": "PM1", "sex": "unknown"},)),
        "profiles": _PROFILES,
        "frequencies": _FREQUENCIES,
    }


def template_incident() -> Mapping[str, Rows]:
    """All of them as the sheets of one workbook, with the sheet that states the incident."""
    return {"incident": (("key", "value"), ("title", "An incident")), **templates()}


def _filled(columns: Columns, rows: Sequence[Mapping[str, str]]) -> Rows:
    headings = (*columns.needed, *columns.optional)
    return (headings, *(tuple(row.get(name, "") for name in headings) for row in rows))
