"""What samples say against themselves and the pairing that rests on them, and what was made of their typings.

No genotype is quoted.
"""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

MALE_RECORDED = form(
    "amelogenin against recorded male",
    "sample '{sample}': Amelogenin shows a female, but male is recorded; that is {times} times as probable of "
    "a female as of a male, with the drop-out of this sample. Perhaps a mistaken record, an exchanged sample, "
    "or a Y allele that was lost or is deleted: check the record and the tube, and type again",
    sample=Kind.TEXT,
    times=Kind.LR,
)
MALE_RECORDED_AS_CERTAIN = form(
    "amelogenin against recorded male, taken as certain",
    "sample '{sample}': Amelogenin shows a female, but male is recorded; that is {times} times as probable of "
    "a female as of a male, with the drop-out of this sample. Perhaps a mistaken record, an exchanged sample, "
    "or a Y allele that was lost or is deleted: check the record and the tube, and type again. Until the "
    "record is changed, it is compared with male missing persons only",
    sample=Kind.TEXT,
    times=Kind.LR,
)
MALE_MISSING = form(
    "amelogenin against missing male",
    "Amelogenin of {sample} shows a female, but {missing} is male; that is {times} times as probable of a "
    "female as of a male, with the drop-out of each sample",
    sample=Kind.TEXT,
    missing=Kind.TEXT,
    times=Kind.LR,
)
MALE_RECORDS = form(
    "amelogenin of several against recorded male",
    "Amelogenin of {samples} together shows a female, but male is recorded for {some}; that is {times} times "
    "as probable of a female as of a male. Perhaps a mistaken record or an exchanged sample: check the records "
    "and the tubes",
    samples=Kind.NAMES,
    some=Kind.NAMES,
    times=Kind.LR,
)
FEMALE_RECORDED = form(
    "amelogenin against recorded female",
    "sample '{sample}': Amelogenin shows a male, but female is recorded; that is {times} times as probable of "
    "a male as of a female, with the drop-out of this sample. Perhaps a mistaken record, an exchanged sample, "
    "or DNA of a male in the sample: check the record and the tube, and type again",
    sample=Kind.TEXT,
    times=Kind.LR,
)
FEMALE_RECORDED_AS_CERTAIN = form(
    "amelogenin against recorded female, taken as certain",
    "sample '{sample}': Amelogenin shows a male, but female is recorded; that is {times} times as probable of "
    "a male as of a female, with the drop-out of this sample. Perhaps a mistaken record, an exchanged sample, "
    "or DNA of a male in the sample: check the record and the tube, and type again. Until the record is "
    "changed, it is compared with female missing persons only",
    sample=Kind.TEXT,
    times=Kind.LR,
)
FEMALE_MISSING = form(
    "amelogenin against missing female",
    "Amelogenin of {sample} shows a male, but {missing} is female; that is {times} times as probable of a male "
    "as of a female, with the drop-out of each sample",
    sample=Kind.TEXT,
    missing=Kind.TEXT,
    times=Kind.LR,
)
FEMALE_RECORDS = form(
    "amelogenin of several against recorded female",
    "Amelogenin of {samples} together shows a male, but female is recorded for {some}; that is {times} times "
    "as probable of a male as of a female. Perhaps a mistaken record or an exchanged sample: check the records "
    "and the tubes",
    samples=Kind.NAMES,
    some=Kind.NAMES,
    times=Kind.LR,
)
SEXES_UNFITTING = form(
    "amelogenin of several differs",
    "Amelogenin is that of a female in {samples}, and that of a male in {others}: perhaps a Y allele was lost "
    "or is deleted, perhaps not all of these samples are of one person",
    samples=Kind.LISTED,
    others=Kind.LISTED,
)
CROWDED = form(
    "three alleles or more",
    "sample '{sample}': {markers} of {typed} markers show three alleles or more; perhaps of two persons (a "
    "mixture or a contamination). Of samples of one person fewer than one in {often} show so many: type it "
    "again before anything rests on it",
    sample=Kind.TEXT,
    markers=Kind.WHOLE,
    typed=Kind.WHOLE,
    often=Kind.COUNT,
)
PERHAPS_TWINS = form(
    "perhaps twins",
    "{sample} is made of {count} samples, and {siblings} are full siblings whom the data do not tell apart; "
    "perhaps twins: identical twins have one profile, and the samples may then be of more than one of them. "
    "Ask the family whether they were twins, and look for a part of the body that occurs twice",
    sample=Kind.TEXT,
    count=Kind.WHOLE,
    siblings=Kind.LISTED,
)
MORE_SAMPLES = form(
    "more samples against themselves",
    "{number} more samples say something against themselves; it stands at each candidate",
    number=Kind.COUNT,
)

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
