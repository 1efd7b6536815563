"""The packaged table of NIST."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from antigone.formats.frequencies.tables import frequency_grids
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import read_csv
from antigone.model.assumptions.frequency import FrequencyTable

NIST_1036 = "nist1036"
"""The name under which a case folder asks for the packaged NIST table."""

NIST_1036_SOURCE = (
    "U.S. population data of NIST (1036 revised genotypes): Steffen et al. 2017, "
    "Forensic Sci. Int. Genet. 31:e36-e40, doi:10.1016/j.fsigen.2017.08.011"
)
_FILE = "nist1036_frequencies.csv"


@cache
def nist1036() -> tuple[FrequencyTable, ...]:
    """The packaged NIST table: 29 autosomal STR markers, four U.S. populations and all of them pooled.

    Public domain; counted from the genotypes of Steffen et al. 2017, doi:10.1016/j.fsigen.2017.08.011.

    Examples
    --------
    >>> [table.population for table in nist1036()][-1]
    'US pooled'
    """
    content = resources.files("antigone").joinpath(f"data/{_FILE}").read_bytes()
    findings = Findings()
    file = frequency_grids(_FILE, {"": read_csv(_FILE, content)}, findings, source=NIST_1036_SOURCE)
    findings.stop_on_problems()
    return file.tables


@cache
def nist1036_alleles() -> Mapping[str, frozenset[str]]:
    """The alleles of each marker that were seen in any of the packaged populations.

    >>> sorted(nist1036_alleles()["TH01"], key=float)
    ['5', '6', '7', '8', '9', '9.3', '10', '11']
    """
    seen: dict[str, set[str]] = {}
    for table in nist1036():
        for marker, frequencies in table.frequencies.items():
            seen.setdefault(marker, set()).update(frequencies)
    return {marker: frozenset(alleles) for marker, alleles in seen.items()}
