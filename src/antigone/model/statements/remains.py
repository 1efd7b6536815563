"""What a re-association says: which remains are probably of one person, and what speaks against it."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

FOR_REVIEW = form(
    "parts of one person",
    "probably parts of one person; for review",
)
OR_RELATIVES = form(
    "parts of one person or relatives",
    "parts of one person or close relatives; for review",
)
CONFLICT = form(
    "conflict",
    "conflict, not merged: {words_why}; for review",
    words_why=Kind.STATEMENT,
)
CONTRADICTING = form(
    "contradicting pairs",
    "{pairs}",
    pairs=Kind.STATEMENTS,
)
PAIR_CONTRADICTS = form(
    "pair contradicts",
    "{first} and {second} contradict each other, {words_why}",
    first=Kind.TEXT,
    second=Kind.TEXT,
    words_why=Kind.STATEMENT,
)
MORE_PAIRS = form(
    "more contradicting pairs",
    "{number} more pairs",
    number=Kind.WHOLE,
)
SEXES_DIFFER = form(
    "the sexes differ",
    "the sexes differ",
)
UNRELATED_MORE_PROBABLE = form(
    "unrelated more probable",
    "two unrelated persons are more probable than one",
)
SIBLINGS_MORE_PROBABLE = form(
    "siblings more probable",
    "siblings are more probable than one person",
)
PARENT_CHILD_MORE_PROBABLE = form(
    "parent and child more probable",
    "parent and child are more probable than one person",
)
BRIDGE = form(
    "held together by one",
    "{words_pairs}; held together by {samples}, which fits both sides: perhaps mixed or contaminated, or too "
    "incomplete to tell them apart",
    words_pairs=Kind.STATEMENT,
    samples=Kind.LISTED,
)
BRIDGES = form(
    "held together by several",
    "{words_pairs}; held together by {samples}, which fit both sides: perhaps mixed or contaminated, or too "
    "incomplete to tell them apart",
    words_pairs=Kind.STATEMENT,
    samples=Kind.LISTED,
)
FITS_LEAST = form(
    "fits least",
    "{words_pairs}; {sample} fits least: it is {times} times as probable of somebody else as of one with the rest",
    words_pairs=Kind.STATEMENT,
    sample=Kind.TEXT,
    times=Kind.LR,
)
MARKERS_FIT = form(
    "markers fit, sexes do not",
    "{words_pairs}, but the markers fit one person: check the recorded sexes",
    words_pairs=Kind.STATEMENT,
)
EACH_FITS_THE_REST = form(
    "each fits the rest",
    "{words_pairs}; together with the other samples each of them fits: one person is at least {times} times "
    "as probable as any of them apart. They are perhaps too incomplete to be compared with each other",
    words_pairs=Kind.STATEMENT,
    times=Kind.LR,
)
ALIKE_SEXES_DIFFER = form(
    "alike, though sexes differ",
    "samples {first} and {second} are as alike as samples of one person (log10 LR {log10_lr}, {number} "
    "markers), though their recorded sexes differ: perhaps one person, identical twins, or an exchanged "
    "sample; compare the remains and the records",
    first=Kind.TEXT,
    second=Kind.TEXT,
    log10_lr=Kind.LOG10,
    number=Kind.WHOLE,
)
ALIKE_APART = form(
    "alike, though apart",
    "samples {first} and {second} are as alike as samples of one person (log10 LR {log10_lr}, {number} "
    "markers), though they are in no group together: perhaps one person, identical twins, or an exchanged "
    "sample; compare the remains and the records",
    first=Kind.TEXT,
    second=Kind.TEXT,
    log10_lr=Kind.LOG10,
    number=Kind.WHOLE,
)
NOT_AUTOSOMAL = form(
    "not autosomal",
    "not used by re-association, not autosomal: {markers}",
    markers=Kind.NAMES,
)
COMMON_RATES_UNUSED = form(
    "common rates unused",
    "the common rates ({words_rates}) are used by no sample: all have rates of their own",
    words_rates=Kind.STATEMENT,
)
THRESHOLD_OF_INCIDENT = form(
    "threshold of the incident",
    "the threshold of the incident",
)
TIMES_THE_PAIRS = form(
    "times the pairs",
    "{number} times the number of pairs compared",
    number=Kind.EXACT,
)
THRESHOLD_AND_REASON = form(
    "threshold and reason",
    "{number}, {words_reason}",
    number=Kind.ROUGH,
    words_reason=Kind.STATEMENT,
)
OWN_RATES = counted_form(
    "own rates of samples",
    "drop-out {dropout}, drop-in {dropin}, error {error} in {number} sample with rates of its own",
    "drop-out {dropout}, drop-in {dropin}, error {error} in {number} samples with rates of their own",
    dropout=Kind.STATEMENT,
    dropin=Kind.STATEMENT,
    error=Kind.STATEMENT,
    number=Kind.WHOLE,
)
OWN_AND_COMMON_RATES = form(
    "own and common rates",
    "{words_own}; {words_common} in the other {number}",
    words_own=Kind.STATEMENT,
    words_common=Kind.STATEMENT,
    number=Kind.WHOLE,
)
PROPOSITIONS = form(
    "remains propositions",
    "H1: two samples of remains are of one person. H2: of two unrelated persons. The same H1 is also weighed "
    "against full siblings and against parent and child.",
)
SAME_MODEL = form(
    "remains seen through one model",
    "Every sample is seen through the same observation model: {words_rates}. A partial genotype says only "
    "that its allele was among those seen.",
    words_rates=Kind.STATEMENT,
)
AUTOSOMAL = form(
    "remains markers autosomal",
    "The markers are autosomal, taken as unlinked and independent: their LRs are multiplied.",
)
ONE_POPULATION = form(
    "remains one population",
    "All alleles of a pair come from one population (theta = 0).",
)
ONE_POPULATION_WITH_THETA = form(
    "remains one population with theta",
    "All alleles of a pair come from one population with theta = {number}.",
    number=Kind.EXACT,
)
SMALLEST_DECIDES = form(
    "remains smallest decides",
    "Every LR is computed in every population; the smallest one decides.",
)
SEXES_EXCLUDE = form(
    "remains sexes exclude",
    "A pair of known, different sexes is excluded without computation.",
)
TWINS = form(
    "remains twins",
    "Identical twins have one profile: no result here can tell them from parts of one person. Other "
    "relatives, such as half-siblings, are farther away than the two that are computed.",
)
PROPOSAL = form(
    "remains are a proposal",
    "A group is a proposal. Whether samples are of one person is for a geneticist and an anthropologist to say.",
)
STANDS_FOR = form(
    "group stands for",
    "{person} stands for {samples} ({words_why})",
    person=Kind.TEXT,
    samples=Kind.NAMES,
    words_why=Kind.STATEMENT,
)
DIFFER_AT = form(
    "group differs at",
    "the samples differ at {markers}",
    markers=Kind.NAMES,
)
LEFT_OPEN = form(
    "group left open",
    "left open: {markers}",
    markers=Kind.NAMES,
)
SEX_CONTRADICTED = form(
    "group sex contradicted",
    "Amelogenin contradicts the recorded sex, so {person} is compared with missing persons of both sexes",
    person=Kind.TEXT,
)
