"""What the readers of frequency tables and of Familias files assumed."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

REMARK_BEFORE = form(
    "remark before the names",
    "the remark in line {lines} of {file} stands before the column names and was not read",
    lines=Kind.TEXT,
    file=Kind.TEXT,
)
REMARKS_BEFORE = form(
    "remarks before the names",
    "the remark in lines {lines} of {file} stands before the column names and was not read",
    lines=Kind.NAMES,
    file=Kind.TEXT,
)
MANY_REMARKS_BEFORE = form(
    "many remarks before the names",
    "the remark in lines {lines} and others of {file} stands before the column names and was not read",
    lines=Kind.NAMES,
    file=Kind.TEXT,
)
REMARK_AMONG = form(
    "remark among the rows",
    "the remark in line {lines} of {file} holds no allele with a frequency and was not read",
    lines=Kind.TEXT,
    file=Kind.TEXT,
)
REMARKS_AMONG = form(
    "remarks among the rows",
    "the remark in lines {lines} of {file} holds no allele with a frequency and was not read",
    lines=Kind.NAMES,
    file=Kind.TEXT,
)
MANY_REMARKS_AMONG = form(
    "many remarks among the rows",
    "the remark in lines {lines} and others of {file} holds no allele with a frequency and was not read",
    lines=Kind.NAMES,
    file=Kind.TEXT,
)
N_ALLELES_BY_REMARK = form(
    "n counts alleles by a remark",
    "N of {file} counts alleles: a remark in it says so",
    file=Kind.TEXT,
)
N_PERSONS_BY_REMARK = form(
    "n counts persons by a remark",
    "N of {file} counts persons: a remark in it says so",
    file=Kind.TEXT,
)
READ_AS_POPULATIONS = form(
    "columns read as populations",
    "columns of {file} are read as populations: {names}",
    file=Kind.TEXT,
    names=Kind.QUOTED,
)
NO_ALLELES = form(
    "rows that are no alleles",
    "of {file} these are no alleles and are not used: {names}; rare alleles have the stated floor",
    file=Kind.TEXT,
    names=Kind.QUOTED,
)
N_ALLELES = form(
    "n counts alleles",
    "N of '{population}' in {file} counts alleles: {words_why}",
    population=Kind.TEXT,
    file=Kind.TEXT,
    words_why=Kind.STATEMENT,
)
N_PERSONS = form(
    "n counts persons",
    "N of '{population}' in {file} counts persons: {words_why}",
    population=Kind.TEXT,
    file=Kind.TEXT,
    words_why=Kind.STATEMENT,
)
STATED_IN_INCIDENT = form(
    "incident.toml states it",
    "incident.toml states it",
)
STATED_ALTHOUGH = form(
    "incident.toml states it, although",
    "incident.toml states it, although {words_why}",
    words_why=Kind.STATEMENT,
)
CUSTOM_OF_FORMAT = form(
    "custom of the format",
    "this is the custom of its format",
)
WHOLE_NUMBERS = form(
    "frequencies times n whole",
    "each of {number} frequencies times N is a whole number",
    number=Kind.WHOLE,
)
HALVES = form(
    "frequencies times n halves",
    "{halves} of {number} frequencies times N are halves, and each times 2N is a whole number",
    halves=Kind.WHOLE,
    number=Kind.WHOLE,
)
N_MAKES_NO_DIFFERENCE = form(
    "n makes no difference",
    "whether N of '{population}' counts alleles or persons does not show in {file}; it makes no difference "
    "here, because no allele is rarer than the floor of either",
    population=Kind.TEXT,
    file=Kind.TEXT,
)
PERCENT = form(
    "numbers are percent",
    "the numbers of '{population}' in {file} are read as percent",
    population=Kind.TEXT,
    file=Kind.TEXT,
)
COUNTS = form(
    "numbers are counts",
    "the numbers of '{population}' in {file} are read as counts of alleles: a frequency is a count over the "
    "sum of its marker, and this sum is 2N",
    population=Kind.TEXT,
    file=Kind.TEXT,
)
SUM_OF_ROUNDED = form(
    "sum of rounded frequencies",
    "frequencies of marker '{marker}' in '{population}' ({file}) sum to {total}; they were divided by it, as "
    "rounded frequencies",
    marker=Kind.TEXT,
    population=Kind.TEXT,
    file=Kind.TEXT,
    total=Kind.TEXT,
)
SUM_COMPLETED = form(
    "sum completed",
    "frequencies of marker '{marker}' in '{population}' ({file}) sum to {total}; they were divided by it, as "
    "complete_sums of incident.toml states",
    marker=Kind.TEXT,
    population=Kind.TEXT,
    file=Kind.TEXT,
    total=Kind.TEXT,
)
NO_TABLE = form(
    "no table of frequencies",
    "{file} holds no table of frequencies and was not read",
    file=Kind.TEXT,
)
ONLY_CHOSEN_SHEETS = form(
    "only the chosen sheets",
    "of {file} only the sheets of the chosen populations were read",
    file=Kind.TEXT,
)
SIZE_NOT_STATED = form(
    "2n of no marker stated",
    "2N of any marker in '{population}' is not stated in {file}: its rare alleles have the floor that is the "
    "minimum of [frequencies]",
    population=Kind.TEXT,
    file=Kind.TEXT,
)
SIZES_NOT_STATED = form(
    "2n of markers not stated",
    "2N of {markers} in '{population}' is not stated in {file}: its rare alleles have the floor that is the "
    "minimum of [frequencies]",
    markers=Kind.NAMES,
    population=Kind.TEXT,
    file=Kind.TEXT,
)
ONLY_FREQUENCIES_USED = form(
    "only frequencies used",
    "of {file} only the allele frequencies are used: mutation rates and theta are those of the incident",
    file=Kind.TEXT,
)
STRIDER_POOLS = form(
    "pools of strider",
    "alleles '1' and '99' of {file} are STRidER's pools of rare short and rare long alleles",
    file=Kind.TEXT,
)
NO_POPULATION_NAMED = form(
    "no population named",
    "{file} names no population; it is called '{population}'",
    file=Kind.TEXT,
    population=Kind.TEXT,
)
MARKER_READ_AS = form(
    "marker of frequencies read as",
    "marker '{marker}' is read as '{known}' in {number} frequencies of {file}",
    marker=Kind.TEXT,
    known=Kind.TEXT,
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
SEX_CHROMOSOME_LEFT_OUT = form(
    "frequencies left out",
    "left out of {file}, neither of an autosome nor of the X chromosome: {markers}",
    file=Kind.TEXT,
    markers=Kind.NAMES,
)
RANGE_OF_ALLELES = form(
    "range of alleles",
    "alleles '{alleles}' of {file} are read as allele {allele}; another allele of that range has the floor of "
    "unseen alleles",
    alleles=Kind.TEXT,
    file=Kind.TEXT,
    allele=Kind.TEXT,
)
SILENT_ALLELES = form(
    "row of silent alleles",
    "the row '{name}' of {file} is read as the frequency of silent alleles",
    name=Kind.TEXT,
    file=Kind.TEXT,
)
NOT_SEEN = form(
    "cells of alleles not seen",
    "{number} cells of {file} say that an allele was not seen; they are read as empty",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
DECIMAL_COMMA = form(
    "decimal comma in frequencies",
    "a decimal comma is read as a point in {number} frequencies of {file}",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
MISSPELT = form(
    "markers perhaps misspelt",
    "no known markers, perhaps misspelt, in {file}: {markers}",
    file=Kind.TEXT,
    markers=Kind.NAMES,
)
PEDIGREE_TAKEN = form(
    "pedigree taken",
    "family '{family}': of {number} pedigrees '{taken}' is taken",
    family=Kind.TEXT,
    number=Kind.WHOLE,
    taken=Kind.TEXT,
)
NOT_SEARCHED = form(
    "members not searched",
    "family '{family}': not searched: {members} ({words_why})",
    family=Kind.TEXT,
    members=Kind.QUOTED,
    words_why=Kind.STATEMENT,
)
TAKEN_AS_RELATIVES = form(
    "taken as relatives",
    "they gave a sample, and are taken as relatives",
)
IN_NO_RELATION = form(
    "in no relation",
    "in no relation of the pedigree '{pedigree}'",
    pedigree=Kind.TEXT,
)
NOT_CALLED = form(
    "not called",
    "not called {patterns}; --missing names others",
    patterns=Kind.EITHER,
)
OTHER_SEX_SHOWN = form(
    "amelogenin shows another sex",
    "sample '{code}': Amelogenin shows another sex than the one declared; check both",
    code=Kind.TEXT,
)
SEX_UNKNOWN_BUT_SHOWN = form(
    "sex unknown but shown",
    "Gender is unknown of {number} unidentified persons of whom Amelogenin shows a sex: state it as Gender "
    "where it is sure (a lost Y allele looks female)",
    number=Kind.WHOLE,
)
REFERENCE_DIFFERS = form(
    "reference pedigree differs",
    "family '{family}': the reference pedigree relates the donors otherwise than '{taken}'; the pedigree "
    "'{taken}' is taken under both hypotheses, so the LR can differ from that of Familias",
    family=Kind.TEXT,
    taken=Kind.TEXT,
)
LAST_DIGITS_DIFFER = form(
    "last digits differ",
    "frequencies of {file} differ from {other} in the last digits; the first count",
    file=Kind.TEXT,
    other=Kind.TEXT,
)
HYPOTHESIS_IS = form(
    "hypothesis is",
    "H{number} is the pedigree '{pedigree}' of {file}",
    number=Kind.WHOLE,
    pedigree=Kind.TEXT,
    file=Kind.TEXT,
)
NOT_UTF8 = form(
    "not utf-8",
    "{file} is not UTF-8; letters with accents in codes may look wrong",
    file=Kind.TEXT,
)
AMELOGENIN_LEFT_OUT = form(
    "amelogenin left out",
    "Amelogenin is left out; the sex of a person is the one that the file states as Gender",
)
LOCUS_LEFT_OUT = form(
    "locus left out",
    "locus '{locus}' of a sex chromosome is left out: the file does not say how it is inherited",
    locus=Kind.TEXT,
)
LOCUS_READ_AS = form(
    "locus read as",
    "locus '{locus}' is read as '{known}'",
    locus=Kind.TEXT,
    known=Kind.TEXT,
)
SUM_DIVIDED = form(
    "sum divided",
    "frequencies of locus '{locus}' sum to {total}; they were divided by it",
    locus=Kind.TEXT,
    total=Kind.TEXT,
)
NO_REPEAT_NUMBER = form(
    "no repeat number",
    "locus '{locus}' has an allele without a repeat number (such as a rest allele), for which the stepwise "
    "model is not defined: the model of equal probabilities is used there, at the same rate",
    locus=Kind.TEXT,
)
MARKER_OF_ROW_ABOVE = counted_form(
    "marker of the row above",
    "1 row of {file} has no marker and is of the marker in the row above",
    "{number} rows of {file} have no marker and are of the marker in the row above",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
