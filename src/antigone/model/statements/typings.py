"""What was made of several typings of one sample. No genotype is quoted."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

SEVERAL = form("setting several typings", "several typings of a sample")
RULE = form(
    "rule of typings",
    "markers of all valid typings of a sample add up; the same genotype twice counts once; a marker with different "
    "genotypes takes no part until a geneticist has settled it",
)
TYPINGS = counted_form(
    "typings of a sample",
    "sample '{code}': {number} typing ({typings}): {list_parts}",
    "sample '{code}': {number} typings ({typings}): {list_parts}",
    code=Kind.TEXT,
    number=Kind.WHOLE,
    typings=Kind.TEXT,
    list_parts=Kind.STATEMENTS,
)
CONFIRMED_AND_SINGLE = form(
    "markers confirmed and single",
    "{words_confirmed}, {words_single}",
    words_confirmed=Kind.STATEMENT,
    words_single=Kind.STATEMENT,
)
CONFIRMED = counted_form(
    "markers confirmed",
    "{number} marker confirmed",
    "{number} markers confirmed",
    number=Kind.WHOLE,
)
CONFIRMED_NAMED = counted_form(
    "markers confirmed, named",
    "{number} marker confirmed ({markers})",
    "{number} markers confirmed ({markers})",
    number=Kind.WHOLE,
    markers=Kind.NAMES,
)
SINGLE = form(
    "markers in one typing",
    "{number} in one typing alone",
    number=Kind.WHOLE,
)
SINGLE_NAMED = form(
    "markers in one typing, named",
    "{number} in one typing alone ({markers})",
    number=Kind.WHOLE,
    markers=Kind.NAMES,
)
FURTHER = form(
    "further amplifications",
    "further amplifications: {markers}",
    markers=Kind.NAMES,
)
SETTLED = form(
    "markers settled",
    "as a geneticist settled: {markers}",
    markers=Kind.NAMES,
)
DIFFERENT = form(
    "markers that differ",
    "different, so that these markers are left out: {markers}",
    markers=Kind.NAMES,
)
PERHAPS_TWO_PERSONS = form(
    "perhaps two persons",
    "so much differs that the typings may be of two persons: ask the laboratory",
)
TYPED_AGAIN = form(
    "samples typed more than once",
    "{number} samples were typed more than once, {differ} of them with markers that differ",
    number=Kind.WHOLE,
    differ=Kind.WHOLE,
)
