"""Allele frequencies, in the forms in which laboratories, papers and programs hand them on."""

from antigone.formats.frequencies.choices import FrequencyChoices
from antigone.formats.frequencies.drafts import SILENT
from antigone.formats.frequencies.layouts import LONG_COLUMNS
from antigone.formats.frequencies.nist import NIST_1036, NIST_1036_SOURCE, nist1036
from antigone.formats.frequencies.sizes import ask_sizes
from antigone.formats.frequencies.tables import FrequencyFile, frequency_file, frequency_grids, read_frequencies

__all__ = [
    "LONG_COLUMNS",
    "NIST_1036",
    "NIST_1036_SOURCE",
    "SILENT",
    "FrequencyChoices",
    "FrequencyFile",
    "ask_sizes",
    "frequency_file",
    "frequency_grids",
    "nist1036",
    "read_frequencies",
]
