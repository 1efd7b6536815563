"""The lines of a pair's table of evidence, and what was assumed and left out where pairs are compared by SNPs."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

MARKERS = counted_form(
    "markers of a population",
    "{number} marker; smallest population: {population}",
    "{number} markers; smallest population: {population}",
    number=Kind.WHOLE,
    population=Kind.TEXT,
)
MARKERS_SEEN_THROUGH = counted_form(
    "markers seen through rates",
    "{number} marker; seen through {words_rates}; smallest population: {population}",
    "{number} markers; seen through {words_rates}; smallest population: {population}",
    number=Kind.WHOLE,
    words_rates=Kind.STATEMENT,
    population=Kind.TEXT,
)
X_MARKERS = counted_form(
    "x markers",
    "X-chromosomal: {number} marker; same population",
    "X-chromosomal: {number} markers; same population",
    number=Kind.WHOLE,
)
LINKAGE_CORRECTION = form(
    "linkage correction", "correction for linked markers: {list_changes}", list_changes=Kind.STATEMENTS
)
LINKAGE_IN_NO_SUM = form(
    "linkage in no sum", "in no sum; it would change log10 LR by: {list_changes}", list_changes=Kind.STATEMENTS
)
GROUP_NOT_COMPUTED = form("change of a group not computed", "{markers} not computed", markers=Kind.LISTED)
GROUP_NOT_COMPUTED_HOW = form(
    "change of a group not computed, how", "{markers} not computed (not computed)", markers=Kind.LISTED
)
GROUP_CHANGES = form("change of a group", "{markers} {change}", markers=Kind.LISTED, change=Kind.CHANGE)
GROUP_LOOKED_UP = form(
    "change of a group, looked up", "{markers} {change} (looked up)", markers=Kind.LISTED, change=Kind.CHANGE
)
GROUP_RESCORED = form(
    "change of a group, rescored", "{markers} {change} (rescored)", markers=Kind.LISTED, change=Kind.CHANGE
)
POSTERIOR_OF_DNA = form(
    "posterior of the dna", "posterior {probability} with the DNA alone", probability=Kind.PROBABILITY
)
POSTERIOR_OF_ALL = form(
    "posterior of all lines", "posterior {probability} with all lines", probability=Kind.PROBABILITY
)
PRIOR_MOVED = form(
    "prior moved by circumstances",
    "the circumstances move the prior from {prior} to {moved}: {words_then}",
    prior=Kind.PROBABILITY,
    moved=Kind.PROBABILITY,
    words_then=Kind.STATEMENT,
)
LOCI = form("loci compared", "{number} loci; {words_basis}", number=Kind.WHOLE, words_basis=Kind.STATEMENT)
POSITIONS = form(
    "positions compared", "{number} positions; {words_basis}", number=Kind.WHOLE, words_basis=Kind.STATEMENT
)
NOT_COMPARABLE = form(
    "loci not comparable",
    "{words_basis}; not comparable: {names}",
    words_basis=Kind.STATEMENT,
    names=Kind.NAMES,
)
NOT_LOOKED_UP = form(
    "haplotype not looked up",
    "no count of this sample's haplotype is stated; look it up in the database and enter the count",
)
BOUND_OF_CLOPPER_PEARSON = form(
    "bound of clopper and pearson",
    "upper 95 % bound of Clopper and Pearson for {seen} in {size}",
    seen=Kind.WHOLE,
    size=Kind.WHOLE,
)
AUGMENTED = form("augmented count of", "augmented count ({seen} + 1) / ({size} + 1)", seen=Kind.WHOLE, size=Kind.WHOLE)
AUGMENTED_FOR_KAPPA = form(
    "augmented count of, for kappa",
    "augmented count ({seen} + 1) / ({size} + 1), as kappa does not apply",
    seen=Kind.WHOLE,
    size=Kind.WHOLE,
)
KAPPA_OF = form(
    "kappa of",
    "kappa (1 - {singletons} / {size}) / ({size} + 1)",
    singletons=Kind.WHOLE,
    size=Kind.WHOLE,
)
MIXTURE = form("mixture of clusters", "discrete Laplace mixture of {number} clusters", number=Kind.WHOLE)
NO_CHANCE = form(
    "haplotype without probability",
    "the fitted mixture gives this haplotype the probability 0; fit it again, or use counts",
)
NO_ROW_AT_LOCI = form(
    "no row at the loci",
    "no haplotype of the reference table is typed at all the loci compared; use a table of these loci",
)
NO_ROW_AT_POSITIONS = form(
    "no row at the positions",
    "no haplotype of the reference table covers all the positions compared; use a table of this range",
)
COUNT_OF_MORE = form(
    "count of the whole haplotype",
    "the stated count is of the whole haplotype, of which the donors share a part only; enter a reference table, "
    "or look up the shared part",
)
YEARS = form(
    "years",
    "{range_estimated} years estimated, {range_stated} stated",
    range_estimated=Kind.STATEMENT,
    range_stated=Kind.STATEMENT,
)
CENTIMETRES = form(
    "centimetres",
    "{range_estimated} cm estimated, {range_stated} stated",
    range_estimated=Kind.STATEMENT,
    range_stated=Kind.STATEMENT,
)
RANGE = form("range", "{low} to {high}", low=Kind.EXACT, high=Kind.EXACT)
FINDING_BOTH = form("finding present, present", "{finding}: present as recorded, present as stated", finding=Kind.TEXT)
FINDING_NEITHER = form("finding absent, absent", "{finding}: absent as recorded, absent as stated", finding=Kind.TEXT)
FINDING_RECORDED = form(
    "finding present, absent", "{finding}: present as recorded, absent as stated", finding=Kind.TEXT
)
FINDING_STATED = form("finding absent, present", "{finding}: absent as recorded, present as stated", finding=Kind.TEXT)
IN_A_STATED_PLACE = form("in a stated place", "found in one of the stated places")
IN_NO_STATED_PLACE = form("in no stated place", "found in none of the stated places")
DAYS_AFTER = form("days after", "found {days} days after last seen", days=Kind.WHOLE)
DAYS_BEFORE = form("days before", "found {days} days BEFORE last seen", days=Kind.WHOLE)
MALE_MALE = form("male sample, male", "male sample, male missing person")
FEMALE_FEMALE = form("female sample, female", "female sample, female missing person")
MALE_FEMALE = form("male sample, female", "male sample, female missing person")
FEMALE_MALE = form("female sample, male", "female sample, male missing person")
X_TAKES_NO_PART = form(
    "x takes no part",
    "{words_sexes}; the X-chromosomal markers take no part",
    words_sexes=Kind.STATEMENT,
)

SNP_KEPT_OUT = counted_form(
    "snps of ancestry or appearance",
    "{number} SNP of the panel is known for ancestry or appearance and was dropped unread",
    "{number} SNPs of the panel are known for ancestry or appearance and were dropped unread",
    number=Kind.WHOLE,
)
SNP_LEFT_OUT = form(
    "snps left out",
    "SNPs of {file} left out because {words_reason}: {names}",
    file=Kind.TEXT,
    words_reason=Kind.STATEMENT,
    names=Kind.NAMES,
)
SNP_OFF_THE_MAP = form("snp off the map", "their position in cM is empty")
SNP_SAME_ON_BOTH_STRANDS = form(
    "snp same on both strands",
    "their alleles are A and T, or C and G, so that the strand of a genotype cannot be told",
)
SNP_MORE_THAN_TWO = form("snp of more than two alleles", "they have more than two alleles")
SNP_NOT_VARIABLE = form("snp not variable", "an allele has frequency 0 in a population")
SNP_NOT_ON_PANEL = counted_form(
    "readings not on the panel",
    "{number} reading of {file} is at no SNP of the panel and was not used",
    "{number} readings of {file} are at no SNP of the panel and were not used",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
SNP_NOBODYS = form(
    "snp samples of nobody",
    "{file}: samples that belong to nobody of the incident, or to a donor without consent, were not used: {names}",
    file=Kind.TEXT,
    names=Kind.NAMES,
)
SNP_MODEL = form(
    "snp model",
    "SNPs are linked by {map} on the panel's positions; theta {theta}; with probability {error} a reading is a random "
    "person's ({reference_error} in relatives), so that one wrong reading excludes nobody; a read is wrong with "
    "probability {read_error}",
    map=Kind.TEXT,
    theta=Kind.EXACT,
    error=Kind.EXACT,
    reference_error=Kind.EXACT,
    read_error=Kind.EXACT,
)
STRS_BESIDE_SNPS = form(
    "strs beside snps",
    "the STR evidence is added as independent: linkage between STRs and SNPs of one chromosome is not in the sum",
)
SNP_TOO_LARGE = form(
    "snp family too large",
    "family '{family}', {missing}: {reason}",
    family=Kind.TEXT,
    missing=Kind.TEXT,
    reason=Kind.TEXT,
)
RULE_CHANCE = form(
    "rule chance",
    "{pairs} pairs were compared; with this family's references chance alone makes at most {expected} as strong as "
    "this one (allowed: {allowed})",
    pairs=Kind.COUNT,
    expected=Kind.ROUGH,
    allowed=Kind.EXACT,
)
RULE_CHANCE_BOUND = form(
    "rule chance bound",
    "{pairs} pairs were compared; by the bound 1 / LR chance alone makes at most {expected} as strong as this one "
    "(allowed: {allowed})",
    pairs=Kind.COUNT,
    expected=Kind.ROUGH,
    allowed=Kind.EXACT,
)
RULE_DONORS = form(
    "rule donors",
    "the LR changes by a factor of {factor} or more without the reference of {donors}",
    donors=Kind.LISTED,
    factor=Kind.EXACT,
)
RULE_NO_DONOR = form(
    "rule no donor",
    "the LR changes by a factor of {factor} or more without the reference of nobody",
    factor=Kind.EXACT,
)
RULE_RELATIVES = form(
    "rule relatives",
    "the smallest log10 LR against a close relative of the missing person is {log10_lr} (needed: {least})",
    log10_lr=Kind.LOG10,
    least=Kind.EXACT,
)
RULE_NOT_WORKED_OUT = form(
    "rule not worked out", "how it stands against close relatives of the missing person was not worked out"
)
RULE_POSTERIOR = form(
    "rule posterior",
    "the posterior of the pair is {posterior} (needed: {least})",
    posterior=Kind.PROBABILITY,
    least=Kind.EXACT,
)
RULE_NO_JOINT = form("rule no joint", "no joint solution knows the pair")
RULE_JOINT = form(
    "rule joint",
    "its posterior in the joint solution is {posterior} (needed: {least})",
    posterior=Kind.PROBABILITY,
    least=Kind.EXACT,
)
RULE_TYPE_MORE = form("rule type more", "type more markers, or another close relative of the missing person")
RULE_ASK_ANOTHER = form(
    "rule ask another", "type another close relative of the missing person, or a second kind of DNA (Y, mtDNA)"
)
RULE_WORK_OUT = form("rule work out", "work the candidate out in full")
RULE_LOOK_AT_JOINT = form("rule look at joint", "look at the joint solution: another assignment explains more")
