"""The model of an incident: its versions, its parts, and what differs between two of them."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

MODEL_OF_INCIDENT = form(
    "setting model of the incident",
    "model of the incident",
)
VERSION_CONFIRMED = form(
    "version confirmed",
    "version {number} ({name}), confirmed",
    number=Kind.WHOLE,
    name=Kind.TEXT,
)
VERSION_NOT_CONFIRMED = form(
    "version not confirmed",
    "version {number} ({name}), not yet confirmed by two persons",
    number=Kind.WHOLE,
    name=Kind.TEXT,
)
NOT_AGREED = form(
    "model not agreed on",
    "two persons have not agreed yet on version {number} of the model of this incident, under which this was "
    "computed; no identification is confirmed under it",
    number=Kind.WHOLE,
)
FREQUENCIES = form(
    "setting frequencies of a population",
    "frequencies, {population}",
    population=Kind.TEXT,
)
TABLE = form(
    "frequency table",
    "{words_markers}; {source}; SHA-256 {digest}",
    words_markers=Kind.STATEMENT,
    source=Kind.TEXT,
    digest=Kind.TEXT,
)
TABLE_WITHOUT_SOURCE = form(
    "frequency table without a source",
    "{words_markers}; no source stated; SHA-256 {digest}",
    words_markers=Kind.STATEMENT,
    digest=Kind.TEXT,
)
MARKERS = counted_form(
    "markers of a table",
    "{number} marker",
    "{number} markers",
    number=Kind.COUNT,
)
WITH_SILENT = counted_form(
    "markers with silent alleles",
    "{words_markers}, {number} marker with silent alleles",
    "{words_markers}, {number} markers with silent alleles",
    words_markers=Kind.STATEMENT,
    number=Kind.COUNT,
)
NOT_COUNTED = form(
    "evidence takes no part",
    "nothing: it takes no part",
)
NO_LINE_OF_ITS_OWN = form(
    "sex without a line",
    "no line of its own",
)
HAPLOTYPES = form(
    "haplotypes counted",
    "{words_model}; frequencies from {words_basis}, SHA-256 {digest}",
    words_model=Kind.STATEMENT,
    words_basis=Kind.STATEMENT,
    digest=Kind.TEXT,
)
LOOKED_UP = form(
    "counts looked up",
    "counts that were looked up",
)
MIXTURE = form(
    "a fitted mixture",
    "a fitted mixture",
)
REFERENCE_TABLE = form(
    "a reference table",
    "a reference table",
)
DIFFERS = form(
    "choice differs",
    "{choice}: {words_how}",
    choice=Kind.STATEMENT,
    words_how=Kind.STATEMENT,
)
NOT_STATED_BEFORE = form(
    "not stated before",
    "{after}, not stated before",
    after=Kind.STATEMENT,
)
NO_LONGER_STATED = form(
    "no longer stated",
    "not stated; before: {before}",
    before=Kind.STATEMENT,
)
INSTEAD = form(
    "instead of",
    "{after} instead of {before}",
    after=Kind.STATEMENT,
    before=Kind.STATEMENT,
)
OTHER_NUMBERS = form(
    "with other numbers",
    "{after}, with other numbers: SHA-256 {digest} instead of {digest_before}",
    after=Kind.STATEMENT,
    digest=Kind.TEXT,
    digest_before=Kind.TEXT,
)
NEW_POPULATION = form(
    "new population",
    "frequencies of {population}: new ({words_table})",
    population=Kind.TEXT,
    words_table=Kind.STATEMENT,
)
POPULATION_GONE = form(
    "population gone",
    "frequencies of {population}: no longer among the populations",
    population=Kind.TEXT,
)
POPULATION_DIFFERS = form(
    "population differs",
    "frequencies of {population}: {differences}",
    population=Kind.TEXT,
    differences=Kind.STATEMENTS,
)
ORDER_DIFFERS = form(
    "order of populations differs",
    "order of the populations: {after} instead of {before}",
    after=Kind.NAMES,
    before=Kind.NAMES,
)
NEW_MARKERS = form(
    "new markers of a table",
    "new markers {words_markers}",
    words_markers=Kind.STATEMENT,
)
MARKERS_GONE = form(
    "markers of a table gone",
    "markers that are gone {words_markers}",
    words_markers=Kind.STATEMENT,
)
OTHER_FREQUENCIES = form(
    "other frequencies",
    "other frequencies of {words_markers}",
    words_markers=Kind.STATEMENT,
)
OTHER_SIZES = form(
    "other sizes",
    "another number of sampled alleles of {words_markers}",
    words_markers=Kind.STATEMENT,
)
OTHER_SILENT = form(
    "other silent alleles",
    "other silent alleles of {words_markers}",
    words_markers=Kind.STATEMENT,
)
OTHERWISE_ON_X = form(
    "otherwise on x",
    "otherwise on the X chromosome {words_markers}",
    words_markers=Kind.STATEMENT,
)
OTHER_SOURCE = form(
    "other source",
    "source '{after}' instead of '{before}'",
    after=Kind.TEXT,
    before=Kind.TEXT,
)
NAMED = form(
    "named markers",
    "{markers}",
    markers=Kind.NAMES,
)
NAMED_AND_MORE = form(
    "named markers and more",
    "{markers} and {number} more",
    markers=Kind.NAMES,
    number=Kind.WHOLE,
)
MODEL_OF = form(
    "model of another incident",
    "'{incident}', {words_version}",
    incident=Kind.TEXT,
    words_version=Kind.STATEMENT,
)
