"""What the readers of genotype tables took a file, its columns and its marks for."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

LONG_TABLE = form(
    "long table",
    "{file} is read as a long table, one marker of one sample a row: {columns}",
    file=Kind.TEXT,
    columns=Kind.SERIES,
)
ROWS_OF_ALLELES = form(
    "rows of alleles",
    "{file} is read as a long table, one allele a row: {columns}",
    file=Kind.TEXT,
    columns=Kind.SERIES,
)
SAMPLES_OF_FILES = counted_form(
    "samples named after files",
    "{file}: {number} sample is named after its file: {names}",
    "{file}: {number} samples are named after their files: {names}",
    file=Kind.TEXT,
    number=Kind.WHOLE,
    names=Kind.NAMES,
)
NOT_KNOWN = form(
    "alleles not known",
    "{file}: cells in which no allele can be told are read as an allele that is not known, or as not typed where no "
    "allele stands beside them: {marks}",
    file=Kind.TEXT,
    marks=Kind.SERIES,
)
MARK = form("mark", "{mark} ({number} cells)", number=Kind.WHOLE, mark=Kind.TEXT)
STARRED = counted_form(
    "starred alleles",
    "{file}: {number} allele with a star is read without it; where it stands alone the other allele is not known",
    "{file}: {number} alleles with a star are read without it; where one stands alone the other allele is not known",
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
TYPES_LEFT_OUT = form(
    "control types left out",
    "{file}: samples whose type is that of a control or ladder are left out: {number} ({names})",
    file=Kind.TEXT,
    number=Kind.WHOLE,
    names=Kind.NAMES,
)
NOT_CALLED = counted_form(
    "rows not called",
    "{number} row of {file} is not called as an allele by the program that wrote it, and is left out",
    "{number} rows of {file} are not called as alleles by the program that wrote them, and are left out",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
SAMPLES_IN_COLUMN = form(
    "samples in column",
    "{file}: the column '{name}' is taken to hold the samples",
    file=Kind.TEXT,
    name=Kind.TEXT,
)
SEQUENCES_AS_LENGTHS = counted_form(
    "sequences as lengths",
    "{file}: {number} allele is written as a sequence and compared by its length; the sequence itself is not kept",
    "{file}: {number} alleles are written as sequences and compared by their lengths; the sequences themselves are not "
    "kept",
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
