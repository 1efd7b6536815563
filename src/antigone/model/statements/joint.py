"""What the joint answer says: why, how sure, and what would decide what stays open. Never a verdict."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, form

PLACE = form(
    "place of a family",
    "{missing} of family {family}",
    missing=Kind.TEXT,
    family=Kind.TEXT,
)
NONE_OF_THE_MISSING = form(
    "none of the missing",
    "{person} can be none of the missing under the stated model; perhaps not reported missing.",
    person=Kind.TEXT,
)
NO_PLACE = form(
    "no place proposed",
    "No place is proposed for {person}; the probability of being none of the missing is {probability}.",
    person=Kind.TEXT,
    probability=Kind.PROBABILITY,
)
FITS_AS_WELL = form(
    "another fits as well",
    "{others} fits {place} as well as {holder}; they may be parts of one person, or relatives: compare the "
    "two remains, and declare them parts of one person if they are.",
    others=Kind.LISTED,
    place=Kind.STATEMENT,
    holder=Kind.TEXT,
)
FIT_AS_WELL = form(
    "others fit as well",
    "{others} fit {place} as well as {holder}; they may be parts of one person, or relatives: compare the "
    "remains, and declare them parts of one person if they are.",
    others=Kind.LISTED,
    place=Kind.STATEMENT,
    holder=Kind.TEXT,
)
FITS_LESS_WELL = form(
    "another fits less well",
    "{others} fits {place} too, though not as well as {holder}; they may be parts of one person, or "
    "relatives: compare the two remains, and declare them parts of one person if they are.",
    others=Kind.LISTED,
    place=Kind.STATEMENT,
    holder=Kind.TEXT,
)
FIT_LESS_WELL = form(
    "others fit less well",
    "{others} fit {place} too, though not as well as {holder}; they may be parts of one person, or relatives: "
    "compare the remains, and declare them parts of one person if they are.",
    others=Kind.LISTED,
    place=Kind.STATEMENT,
    holder=Kind.TEXT,
)
IN_EVERY_ASSIGNMENT = form(
    "in every assignment",
    "Every possible joint assignment has {person} as {places}.",
    person=Kind.TEXT,
    places=Kind.EITHER,
)
AT_LEAST = form(
    "factor at least",
    "The best joint assignment with {person} as {places} is at least {times} times as probable as the best "
    "one without it; which one that is stays open, because assignments of small weight were left out.",
    person=Kind.TEXT,
    places=Kind.EITHER,
    times=Kind.LR,
)
AT_MOST = form(
    "factor at most",
    "The best joint assignment with {person} as {places} is at most {times} times as probable as the best one "
    "without it; which one that is stays open, because assignments of small weight were left out.",
    person=Kind.TEXT,
    places=Kind.EITHER,
    times=Kind.LR,
)
NO_MORE_PROBABLE_THAN_ELSEWHERE = form(
    "no more probable than elsewhere",
    "The best joint assignment with {person} as {places} is no more probable than the best one without it, in "
    "which {person} is {instead}.",
    person=Kind.TEXT,
    places=Kind.EITHER,
    instead=Kind.STATEMENT,
)
NO_MORE_PROBABLE_THAN_NOWHERE = form(
    "no more probable than nowhere",
    "The best joint assignment with {person} as {places} is no more probable than the best one without it, in "
    "which {person} has no place that the samples support.",
    person=Kind.TEXT,
    places=Kind.EITHER,
)
TIMES_AS_PROBABLE_AS_ELSEWHERE = form(
    "times as probable as elsewhere",
    "The best joint assignment with {person} as {places} is {times} times as probable as the best one without "
    "it, in which {person} is {instead}.",
    person=Kind.TEXT,
    places=Kind.EITHER,
    times=Kind.LR,
    instead=Kind.STATEMENT,
)
TIMES_AS_PROBABLE_AS_NOWHERE = form(
    "times as probable as nowhere",
    "The best joint assignment with {person} as {places} is {times} times as probable as the best one without "
    "it, in which {person} has no place that the samples support.",
    person=Kind.TEXT,
    places=Kind.EITHER,
    times=Kind.LR,
)
PLACES_ALIKE = form(
    "places alike",
    "The data do not tell {places} apart. A child of one of them, or what is known of age and circumstances, could.",
    places=Kind.LISTED,
)
BELOW_THRESHOLD = form(
    "below the threshold",
    "This is below the threshold of {threshold}: the pairing stays open.",
    threshold=Kind.THRESHOLD,
)
NO_DONOR_RELATED = form(
    "no donor related",
    "No donor is related to {missing}; a parent, child or sibling of {missing} could decide.",
    missing=Kind.TEXT,
)
TYPE_ANOTHER_RELATIVE = form(
    "type another relative",
    "Type another close relative of {missing}; so far {donors} gave a sample.",
    missing=Kind.TEXT,
    donors=Kind.NAMES,
)
FEW_MARKERS_TYPED = form(
    "few markers typed",
    "Only {number} markers are typed in {person}; type more.",
    number=Kind.WHOLE,
    person=Kind.TEXT,
)
MARKERS_TYPED = form(
    "markers typed",
    "{number} markers are typed in {person}; more markers say more about distant relatives.",
    number=Kind.WHOLE,
    person=Kind.TEXT,
)
NOBODY_FOR_FAMILY = form(
    "nobody for the family",
    "The joint solution proposes nobody for this family: not found yet, or more relatives are needed.",
)
PROPOSED = form(
    "proposed",
    "The joint solution proposes {pairs}.",
    pairs=Kind.SERIES,
)
PERSON_AS = form(
    "person as",
    "{person} as {missing}",
    person=Kind.TEXT,
    missing=Kind.TEXT,
)
CAN_CHANGE_PLACES = form(
    "can change places",
    "{missing} can change places without any change in probability: the data do not tell them apart.",
    missing=Kind.LISTED,
)
NOBODY_FOR = form(
    "nobody for",
    "Nobody is proposed for {missing}: not found yet, or more relatives are needed.",
    missing=Kind.LISTED,
)
EXACT_POSTERIORS = form(
    "posteriors exact",
    "Every possible joint assignment is in the sums: the posteriors are exact.",
)
BOUNDED_POSTERIORS = form(
    "posteriors bounded",
    "Family assignments of tiny weight were left out. No posterior is further than {bound} from its exact "
    "value; this bound is proven for this incident.",
    bound=Kind.ROUGH,
)
JOINT_ASSIGNMENT = form(
    "joint assignment",
    "A joint assignment gives each unidentified person to at most one missing person, and the other way round.",
)
WEIGHT = form(
    "weight of an assignment",
    "Its weight is the likelihood of every family's references with the proposed persons in their places, "
    "over the likelihood of the same data when those persons are unrelated to the family, times the prior.",
)
PRIOR = form(
    "joint prior",
    "The prior: {words_prior}.",
    words_prior=Kind.STATEMENT,
)
UNLINKED = form(
    "joint markers unlinked",
    "Markers are taken as unlinked.",
)
GENERALISED_LR = form(
    "generalised lr",
    "The generalised LR of a pairing compares the best joint assignment with it to the best one without it.",
)
SEXES_EXCLUDE = form(
    "joint sexes exclude",
    "A pairing of different known sexes is excluded.",
)
SEXES_WEIGH = form(
    "joint sexes weigh",
    "The weight of a pairing contains what the sex of the sample says, with {words_rates}; where the known "
    "sexes differ the X-chromosomal markers say nothing.",
    words_rates=Kind.STATEMENT,
)
AS_READ = form(
    "joint genotypes as read",
    "Genotypes are taken as read, with alleles marked as not read left open.",
)
AS_READ_BUT_RATES = form(
    "joint genotypes as read, but for rates",
    "Genotypes are taken as read, with alleles marked as not read left open, but for the unidentified persons "
    "with rates.",
)
SEEN_THROUGH_RATES = form(
    "joint persons seen through rates",
    "{number} of {all} unidentified persons are seen through the stated rates of drop-out, drop-in and error: "
    "every genotype counts with the probability that it shows what was seen.",
    number=Kind.WHOLE,
    all=Kind.WHOLE,
)
X_MARKERS = form(
    "joint x markers",
    "{number} X-chromosomal markers take part: a male has one allele, from his mother. They say nothing about "
    "a person of unknown sex, nor in a family with a member whose sex is not known.",
    number=Kind.WHOLE,
)
FLAT = form(
    "prior flat",
    "every joint assignment has the same prior probability",
)
CLOSED = form(
    "prior closed",
    "every unidentified person is one of the missing, all such assignments alike",
)
ODDS = form(
    "prior odds",
    "an assignment has a prior proportional to {odds} to the power of its number of pairings",
    odds=Kind.EXACT,
)
EXPECTED = form(
    "prior expected",
    "{expected} of the {number} unidentified persons are expected to be missing persons of these families; "
    "each pairing multiplies the prior by {odds}",
    expected=Kind.EXACT,
    number=Kind.WHOLE,
    odds=Kind.TEXT,
)
OTHER_POPULATION = form(
    "another population differs",
    "With the frequencies of {populations} another joint assignment is best (it differs for {persons}); solve "
    "it with those frequencies as well",
    populations=Kind.NAMES,
    persons=Kind.NAMES,
)
LEFT_OUT = form(
    "joint left out",
    "Left out: {number} {words_reason}",
    number=Kind.WHOLE,
    words_reason=Kind.STATEMENT,
)
CIRCUMSTANCES = form(
    "joint circumstances",
    "Age, time, place, stature and findings take part as prior odds of single pairings",
)
ONE_FOR_ALL_PARTS = form(
    "one part for all",
    "{person}, with the most markers, stands for {parts}: declared parts of one person",
    person=Kind.TEXT,
    parts=Kind.NAMES,
)
