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
    "{file}: {number} allele is written as a sequence and compared by its length, which is counted in the region "
    "of ForenSeq unless it stands before the sequence; the sequence itself is not kept",
    "{file}: {number} alleles are written as sequences and compared by their lengths, which are counted in the "
    "region of ForenSeq unless they stand before the sequence; the sequences themselves are not kept",
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
UAS_REPORT = form(
    "ForenSeq report",
    "{file} is read as a ForenSeq UAS report of {number} loci; alleles are compared by their lengths, and "
    "sequences and reads are not kept",
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
NEVER_READ = form(
    "never read",
    "{file} holds SNPs of ancestry or appearance, of which nothing is read: Antigone infers neither",
    file=Kind.TEXT,
)
RAZOR_LIST = form(
    "STRait Razor list",
    "{file} is read as a list of STRait Razor, {number} loci: a length is an allele from {reads} reads and a "
    "share of {share} of the most frequent one on, noise below {noise}, and between them a second allele that is "
    "not known; sequences and reads are not kept",
    file=Kind.TEXT,
    number=Kind.WHOLE,
    reads=Kind.WHOLE,
    share=Kind.PERCENT,
    noise=Kind.PERCENT,
)
NO_SEQUENCES_OF_ALLELES = form(
    "no sequences of alleles",
    "{file}: none of {number} sequences has the length that is stated with it, so they are not the alleles' own, "
    "and the stated lengths are taken",
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
SEQUENCES_CHECKED = counted_form(
    "sequences checked",
    "{file}: {number} sequence has the length that is stated with it",
    "{file}: {number} sequences have the lengths that are stated with them",
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
ROWS_OF_MORE_MARKERS = form(
    "rows of more markers",
    "{number} more markers ({rows} rows)",
    number=Kind.WHOLE,
    rows=Kind.WHOLE,
)
LINES_NOT_READ = counted_form(
    "lines not read",
    "{number} line of {file} holds no sample and is not read",
    "{number} lines of {file} hold no sample and are not read",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
Y_WITHOUT_FREQUENCIES = form(
    "Y sheet without frequencies",
    "Y-STRs of {files} are not used: nothing states how often Y haplotypes are met (the table 'y_reference', or "
    "'y_counts')",
    files=Kind.NAMES,
)
COLUMNS_STATED = form(
    "columns stated",
    "columns of {file} are read as is stated: {columns}",
    file=Kind.TEXT,
    columns=Kind.SERIES,
)
