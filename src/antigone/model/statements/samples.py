"""What samples say against themselves, and against the pairing that rests on them. No genotype is quoted."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, form

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
