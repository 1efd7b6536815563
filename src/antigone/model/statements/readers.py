"""What the readers of case folders and tables assumed, and a user should see."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

MORE_LIKE_THIS = form(
    "more notices like this one",
    "{number} more notices like this one: {words_last}",
    number=Kind.WHOLE,
    words_last=Kind.STATEMENT,
)
ONLY_MOTHER_SHARED = form(
    "only the mother shared",
    "family '{family}': '{first}' and '{second}' share only the mother as declared, for a father is empty; if "
    "they are full siblings, name the father of both",
    family=Kind.TEXT,
    first=Kind.TEXT,
    second=Kind.TEXT,
)
ONLY_FATHER_SHARED = form(
    "only the father shared",
    "family '{family}': '{first}' and '{second}' share only the father as declared, for a mother is empty; if "
    "they are full siblings, name the mother of both",
    family=Kind.TEXT,
    first=Kind.TEXT,
    second=Kind.TEXT,
)
MARKER_READ_AS = form(
    "marker read as",
    "marker '{marker}' is read as '{known}' in {number} rows of {file}",
    marker=Kind.TEXT,
    known=Kind.TEXT,
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
MARKER_TAKES_NO_PART = form(
    "marker takes no part",
    "marker '{marker}' is no autosomal STR, nor one of the X with frequencies, and takes no part: {number} "
    "rows of {file}",
    marker=Kind.TEXT,
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
AMELOGENIN_COMPARED = form(
    "amelogenin compared",
    "marker '{marker}' takes no part in a likelihood ratio; what it shows is compared with the recorded sex: "
    "{number} rows of {file}",
    marker=Kind.TEXT,
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
LEFT_OUT_OF = form(
    "left out of a file",
    "left out of {file}, because not every population has their frequencies: {markers}",
    file=Kind.TEXT,
    markers=Kind.SERIES,
)
ROWS_OF_A_MARKER = form(
    "rows of a marker",
    "{marker} ({number} rows)",
    marker=Kind.TEXT,
    number=Kind.WHOLE,
)
DECIMAL_COMMA = form(
    "decimal comma in alleles",
    "a decimal comma is read as a point in {number} alleles of {file}",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
ALLELE_ACCEPTED = form(
    "allele accepted",
    "marker '{marker}': an allele far beyond its ladder is accepted by [profiles.accepted]",
    marker=Kind.TEXT,
)
READ_AS_TABLE = form(
    "read as table",
    "{name} is read as the table '{table}', by its column names",
    name=Kind.TEXT,
    table=Kind.TEXT,
)
NOT_READ = form(
    "files not read",
    "in the folder and not read: {files}",
    files=Kind.NAMES,
)
NOT_READ_AND_MORE = form(
    "files not read, and more",
    "in the folder and not read: {files} and {number} more",
    files=Kind.NAMES,
    number=Kind.WHOLE,
)
CONTROLS_LEFT_OUT = form(
    "controls left out",
    "control samples left out: {number} ({names})",
    number=Kind.WHOLE,
    names=Kind.NAMES,
)
NO_AUTOSOMAL_GENOTYPE = form(
    "no autosomal genotype",
    "sample '{code}' has no autosomal genotype in the profiles",
    code=Kind.TEXT,
)
OFF_LADDER = form(
    "off-ladder",
    "sample '{code}': off-ladder (OL), so that these markers are left out: {markers}",
    code=Kind.TEXT,
    markers=Kind.NAMES,
)
THREE_ALLELES = form(
    "three alleles in a reference",
    "sample '{code}': three alleles or more, so that these markers are left out: {markers}",
    code=Kind.TEXT,
    markers=Kind.NAMES,
)
ONE_GENOTYPE_REPEATED = counted_form(
    "genotype repeated",
    "{number} genotype of {words_samples} stands more than once, always alike, and counts once",
    "{number} genotypes of {words_samples} stand more than once, always alike, and count once",
    number=Kind.WHOLE,
    words_samples=Kind.STATEMENT,
)
SAMPLES = counted_form(
    "samples",
    "{number} sample",
    "{number} samples",
    number=Kind.WHOLE,
)
HOMOZYGOTES_STATED = counted_form(
    "one allele as homozygote, stated",
    "one allele alone is read as a homozygote in {number} genotype of unidentified persons and {references} "
    "of donors, as [profiles] one_allele states",
    "one allele alone is read as a homozygote in {number} genotypes of unidentified persons and {references} "
    "of donors, as [profiles] one_allele states",
    number=Kind.WHOLE,
    references=Kind.WHOLE,
)
HOMOZYGOTES_BY_CUSTOM = counted_form(
    "one allele as homozygote, by custom",
    "one allele alone is read as a homozygote in {number} genotype of unidentified persons and {references} "
    "of donors, as other programs write it; of a degraded sample an allele may be lost: state one_allele = "
    '"unknown" or "homozygote" under [profiles], or a drop-out rate under [observation]',
    "one allele alone is read as a homozygote in {number} genotypes of unidentified persons and {references} "
    "of donors, as other programs write it; of a degraded sample an allele may be lost: state one_allele = "
    '"unknown" or "homozygote" under [profiles], or a drop-out rate under [observation]',
    number=Kind.WHOLE,
    references=Kind.WHOLE,
)
UNKNOWN_STATED = counted_form(
    "one allele as one seen, stated",
    "one allele alone is read as one allele seen, the other not known in {number} genotype of unidentified "
    "persons and {references} of donors, as [profiles] one_allele states",
    "one allele alone is read as one allele seen, the other not known in {number} genotypes of unidentified "
    "persons and {references} of donors, as [profiles] one_allele states",
    number=Kind.WHOLE,
    references=Kind.WHOLE,
)
UNKNOWN_BY_CUSTOM = counted_form(
    "one allele as one seen, by custom",
    "one allele alone is read as one allele seen, the other not known in {number} genotype of unidentified "
    "persons and {references} of donors, as other programs write it; of a degraded sample an allele may be "
    'lost: state one_allele = "unknown" or "homozygote" under [profiles], or a drop-out rate under '
    "[observation]",
    "one allele alone is read as one allele seen, the other not known in {number} genotypes of unidentified "
    "persons and {references} of donors, as other programs write it; of a degraded sample an allele may be "
    'lost: state one_allele = "unknown" or "homozygote" under [profiles], or a drop-out rate under '
    "[observation]",
    number=Kind.WHOLE,
    references=Kind.WHOLE,
)
DONOR_OF_SEVERAL = form(
    "donor of several families",
    "sample '{code}' is of a donor of several families and takes part in each, as the consent of its row there allows",
    code=Kind.TEXT,
)
ROWS_WITHOUT_ALLELE = form(
    "rows without allele",
    "{number} rows of {file} have no allele and are read as not typed",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
EMPTY_GENOTYPES = form(
    "empty genotypes",
    "{number} genotypes of {file} are empty and are read as not typed",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
WIDE_TABLE = form(
    "wide table",
    "{file} is read as a wide table: one sample a row, {number} markers",
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
COLUMNS_NOT_READ = form(
    "columns not read",
    "columns of {file} that are not read: {names}",
    file=Kind.TEXT,
    names=Kind.QUOTED,
)
COLUMNS_BY_OTHER_NAMES = form(
    "columns by other names",
    "columns of {file} are read by other names: {names}",
    file=Kind.TEXT,
    names=Kind.SERIES,
)
COLUMN_AS = form(
    "column as",
    "'{name}' as '{column}'",
    name=Kind.TEXT,
    column=Kind.TEXT,
)
TITLES_LEFT_OUT = counted_form(
    "titles left out",
    "{number} title row above the column names of {file} left out",
    "{number} title rows above the column names of {file} left out",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
REMARKS_NOT_READ = counted_form(
    "remarks not read",
    "column '{name}' of {file} holds remarks and is not read: {number} cell",
    "column '{name}' of {file} holds remarks and is not read: {number} cells",
    name=Kind.TEXT,
    file=Kind.TEXT,
    number=Kind.WHOLE,
)
COMMENTS = counted_form(
    "comments",
    "{number} row of {file} begins with # and is read as a comment",
    "{number} rows of {file} begin with # and are comments",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
ENCODING = form(
    "encoding",
    "{file}: its encoding is taken to be {encoding}",
    file=Kind.TEXT,
    encoding=Kind.TEXT,
)
NO_WORKBOOK = form(
    "no workbook but text",
    "{file} is no workbook but text, and is read as such",
    file=Kind.TEXT,
)
SHEETS_NOT_READ = form(
    "sheets not read",
    "sheets of {file} that are not read: {names}",
    file=Kind.TEXT,
    names=Kind.NAMES,
)
M_IS_MALE = counted_form(
    "m is male",
    "sex 'M' is read as male in {number} row of {file}, not as Mujer",
    "sex 'M' is read as male in {number} rows of {file}, not as Mujer",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
ONLY_SOME_POPULATIONS = form(
    "only some populations",
    "only some populations, '{population}' among them, have frequencies of {markers}",
    population=Kind.TEXT,
    markers=Kind.NAMES,
)
KEY_NOT_READ = form(
    "key not read",
    "the case has a key '{key}', which is not read",
    key=Kind.TEXT,
)
SAMPLE_ALIKE_TWICE = form(
    "sample alike twice",
    "sample '{code}' stands more than once in {file}, alike, and counts once",
    code=Kind.TEXT,
    file=Kind.TEXT,
)
OF_INCIDENT = form(
    "notice of an incident",
    "incident '{incident}': {words_notice}",
    incident=Kind.TEXT,
    words_notice=Kind.STATEMENT,
)
SHEET_READ_AS_TABLE = form(
    "sheet read as table",
    "sheet {name} is read as the table '{table}', by its column names",
    name=Kind.TEXT,
    table=Kind.TEXT,
)
