"""What a search noticed, and what stays open of each person and why."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

THRESHOLD_RAISED = form(
    "threshold raised",
    "the threshold was raised from {low} to {high}, so that in a search of this size at most one chance candidate "
    "is expected for ten unidentified persons",
    low=Kind.THRESHOLD,
    high=Kind.THRESHOLD,
)
PAIRS_NOT_LISTED = form(
    "pairs not listed",
    "{number} pairs above the threshold are not listed: each unidentified and each missing person is shown with "
    "the {most} strongest",
    number=Kind.COUNT,
    most=Kind.WHOLE,
)
DETAILED_ARE_THE_STRONGEST = form(
    "the strongest are worked out",
    "markers and mutations are worked out for the {number} strongest candidates; any other one is worked out when "
    "it is asked for",
    number=Kind.COUNT,
)
NO_LINKAGE_WITH_THETA = form(
    "no linkage with theta", "linkage is not computed: it has no definition together with theta above 0"
)
LINKED_LOOKED_UP = counted_form(
    "linked group looked up",
    "{markers}, linked: looked up in {number} candidate",
    "{markers}, linked: looked up in {number} candidates",
    markers=Kind.LISTED,
    number=Kind.COUNT,
)
LINKED_RESCORED = counted_form(
    "linked group rescored",
    "{markers}, linked: rescored in {number} candidate",
    "{markers}, linked: rescored in {number} candidates",
    markers=Kind.LISTED,
    number=Kind.COUNT,
)
LINKED_NOT_COMPUTED = counted_form(
    "linked group not computed",
    "{markers}, linked: not computed in {number} candidate",
    "{markers}, linked: not computed in {number} candidates",
    markers=Kind.LISTED,
    number=Kind.COUNT,
)
SIMULATED = form(
    "simulated", "simulated with seed {number}: no profile in this incident is a person's", number=Kind.WHOLE
)
DROPOUT_ESTIMATED = counted_form(
    "drop-out estimated",
    "sample '{code}': drop-out estimated as {rate} from {words_source} of {number} marker",
    "sample '{code}': drop-out estimated as {rate} from {words_source} of {number} markers",
    code=Kind.TEXT,
    rate=Kind.EXACT,
    words_source=Kind.STATEMENT,
    number=Kind.WHOLE,
)
DROPOUT_ESTIMATED_BETWEEN = counted_form(
    "drop-out estimated between",
    "sample '{code}': drop-out estimated as {rate} ({low} to {high}) from {words_source} of {number} marker",
    "sample '{code}': drop-out estimated as {rate} ({low} to {high}) from {words_source} of {number} markers",
    code=Kind.TEXT,
    rate=Kind.EXACT,
    low=Kind.EXACT,
    high=Kind.EXACT,
    words_source=Kind.STATEMENT,
    number=Kind.WHOLE,
)
DROPOUTS_ESTIMATED = form(
    "drop-outs estimated",
    "drop-out was estimated for {number} samples: {low} to {high}, median {median}; each is in the table of "
    "unidentified persons",
    number=Kind.WHOLE,
    low=Kind.EXACT,
    high=Kind.EXACT,
    median=Kind.EXACT,
)
DROPOUT_TAKEN_AS_KNOWN = form(
    "estimated drop-out taken as known",
    "a drop-out rate estimated from a sample itself is taken as if it were known: the LR does not contain its "
    "uncertainty; see how the LR moves with drop-out under sensitivity",
)
WITHOUT_FREQUENCIES = form(
    "markers without frequencies", "left out, no frequencies in every population: {markers}", markers=Kind.NAMES
)
NOT_ON_MAP_NOTICE = form(
    "markers compared not on the map",
    "Not on the genetic map, so nothing is known here of their linkage, and they are taken as unlinked: {markers}",
    markers=Kind.NAMES,
)
NO_BLOOD_RELATIVE = form(
    "no blood relative",
    "family '{family}': no donor is related by blood to the missing person '{missing}' as declared, so that "
    "nobody can be compared; name the parents in the pedigree",
    family=Kind.TEXT,
    missing=Kind.TEXT,
)
MORE_WITHOUT_RELATIVE = form(
    "more without a blood relative",
    "{number} more missing persons have no donor who is related to them",
    number=Kind.WHOLE,
)

ONE_CANDIDATE = form("one candidate", "one candidate; to be reviewed")
CANDIDATES_OF_A_PERSON = form(
    "candidates of a person",
    "{number} candidates; relatives, or a family with several missing persons",
    number=Kind.WHOLE,
)
NO_MARKER_TYPED = form("no marker typed", "no marker typed; type the sample again")
NO_SHARED_MARKER = form("no shared marker", "no missing person of a possible sex shares a typed marker")
IMPOSSIBLE_AS_ANYBODY = form(
    "impossible as anybody",
    "impossible as any of the missing persons under the stated model; perhaps not reported missing",
)
TOO_FEW_MARKERS = form(
    "too few markers",
    "only {number} markers typed, too few to reach an LR of {limit}; type more markers",
    number=Kind.WHOLE,
    limit=Kind.ROUGH,
)
NOBODY_REACHES = form(
    "no missing person reaches",
    "no missing person reaches an LR of {limit}; perhaps not reported missing, or references too distant",
    limit=Kind.ROUGH,
)
CANDIDATES_OF_A_FAMILY = form(
    "candidates of a missing person",
    "{number} candidates; parts of one person, relatives, or several missing",
    number=Kind.WHOLE,
)
NO_CONSENTING_DONOR = form("no consenting donor", "no donor with an active consent; ask the family")
NOT_FOUND_LOW_POWER = form(
    "nobody reaches, more relatives needed",
    "no unidentified person reaches an LR of {limit}; with these relatives typed the right person would in {share} of "
    "simulated families: more relatives are needed",
    limit=Kind.ROUGH,
    share=Kind.PERCENT,
)
NOT_FOUND = form(
    "nobody reaches",
    "no unidentified person reaches an LR of {limit}; not found yet, or more relatives are needed",
    limit=Kind.ROUGH,
)
FAMILY_SET_ASIDE = form(
    "family not compared",
    "not compared: the family is set aside, too large to be computed exactly; see the notices",
)
TO_COMPUTE_AGAIN = form("to be computed again", "to be computed again")
WITH_GROUP = form(
    "remark with a group", "{words_remark}; group of {samples}", words_remark=Kind.STATEMENT, samples=Kind.NAMES
)
SEXES_DIFFER = form(
    "pair of different sexes", "the sexes differ: the search excludes this pair, whatever the markers say"
)
NOTHING_TO_COMPARE = form(
    "pair without data",
    "no marker can be compared: the samples say nothing for or against this pair; more relatives may",
)

SET_ASIDE = form(
    "family set aside",
    "family {family} is set aside and compared with nobody ({missing}): {words_reason}; {words_remedy}",
    family=Kind.TEXT,
    missing=Kind.NAMES,
    words_reason=Kind.STATEMENT,
    words_remedy=Kind.STATEMENT,
)
POSSIBLE_WITH = form("possible with", "it becomes possible with {alternatives}", alternatives=Kind.STATEMENT)
NO_SINGLE_CHANGE = form("no single change helps", "no single change helps")
WITH_THETA_0 = form("with theta 0", "theta 0")
WITH_ONE_MORE = form("with a sample more", "a sample of {members}", members=Kind.EITHER)
WITH_ONE_LESS = form("with a sample less", "leaving out the sample of {members}", members=Kind.EITHER)
OR_WITH = form("or with", "{first}, or with {second}", first=Kind.STATEMENT, second=Kind.STATEMENT)
TOO_MUCH_WORK = form(
    "too much work",
    "the exact sum would take about {found} multiplications (limit {limit})",
    found=Kind.ROUGH,
    limit=Kind.ROUGH,
)
TOO_LARGE_ARRAY = form(
    "too large an array",
    "the exact elimination needs an array of {found} elements (limit {limit})",
    found=Kind.COUNT,
    limit=Kind.COUNT,
)
TOO_MANY_PARTITIONS = form(
    "too many partitions",
    "the unknown founder alleles have {found} set partitions, too many to list (limit {limit})",
    found=Kind.COUNT,
    limit=Kind.COUNT,
)
TOO_MANY_UNKNOWNS = form(
    "too many unknowns",
    "the pedigree has {found} unknowns that matter (limit {limit})",
    found=Kind.COUNT,
    limit=Kind.COUNT,
)
TOO_LARGE = form("too large", "it is too large to be computed exactly")
DIRECT_REFERENCE = form(
    "direct reference",
    "family '{family}': sample '{reference}' is a direct reference of the missing person '{missing}', by consent of "
    "who handed it over, and is compared as identity; no number says whether it is theirs. Joint answers, "
    "haplotypes and linkage do not use it",
    family=Kind.TEXT,
    reference=Kind.TEXT,
    missing=Kind.TEXT,
)
MORE_DIRECT_REFERENCES = form(
    "more direct references", "{number} more missing persons have a direct reference", number=Kind.WHOLE
)
