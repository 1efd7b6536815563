"""What a search rests on, and where its prior comes from."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, form

PROPOSITIONS = form(
    "propositions",
    "H1: the unidentified person is the missing person of the family as declared. "
    "H2: the unidentified person is unrelated to the family.",
)
LR_OF_A_MARKER = form(
    "lr of a marker",
    "The likelihood ratio (LR) of a marker is the probability of all typed genotypes under H1 over that under H2, "
    "summed exactly over everything that is not known. Nothing is approximated.",
)
UNLINKED = form(
    "markers unlinked",
    "The markers are taken as unlinked and independent, X-chromosomal ones too: their LRs are multiplied.",
)
UNLINKED_WITH_THETA = form(
    "markers unlinked, linkage asked for with theta",
    "The markers are taken as unlinked and independent, X-chromosomal ones too: their LRs are multiplied. Linkage "
    "was asked for, but it has no definition together with theta above 0, and its effect is not computed; set "
    "theta to 0 to have it.",
)
LINKAGE_BESIDE = form(
    "linkage stated beside the lr",
    "For the first {number} candidates the effect of known linkage between markers is stated beside the "
    "LR; no LR, rank or posterior contains it.",
    number=Kind.COUNT,
)
LINKED = form(
    "markers linked",
    "These markers are linked, with these recombination fractions: {groups}. All others are taken as unlinked and "
    "independent, X-chromosomal ones too. Founders' haplotypes are in linkage equilibrium.",
    groups=Kind.STATEMENTS,
)
LINKAGE_INSIDE = form(
    "linkage inside the lr",
    "LR, threshold, rank and posterior contain the linkage. A linked group is one look-up in the family's table of "
    "joint genotypes; where that table would have more than {number} entries, the pair is scored again with "
    "linkage. No pair is lost: every pair is computed so that the greatest possible effect of linkage in its "
    "family could bring to the threshold. The simulated estimate of chance candidates and the sensitivity take the "
    "markers as unlinked.",
    number=Kind.COUNT,
)
GENETIC_MAP = form("genetic map", "Genetic map, {map_function}: {source}.", map_function=Kind.TEXT, source=Kind.TEXT)
KNOWN_LINKED = form(
    "markers known to be linked",
    "Known to be linked, with these recombination fractions: {groups}.",
    groups=Kind.STATEMENTS,
)
NOT_ON_MAP = form(
    "markers not on the map",
    "Not on the genetic map, so nothing is known here of their linkage, and they are taken as unlinked: {markers}.",
    markers=Kind.NAMES,
)
LINKED_GROUP = form("linked group", "{markers}: {fractions}", markers=Kind.TEXT, fractions=Kind.NAMES)
NO_LINKED_GROUP = form("no linked group", "none")
SEXES_TAKEN_AS_CERTAIN = form(
    "sexes taken as certain", "A pair whose known sexes differ is excluded without computation."
)
SEXES_WEIGHED = form(
    "sexes weighed",
    "The LR contains what the sex of the sample says: a male sample looks female with probability {dropout} (a "
    "lost Y allele of Amelogenin), any sample shows the other sex by mistake with probability {error}, and {males} "
    "of persons of no relation are male. A pair whose known sexes differ is compared, without its X-chromosomal "
    "markers.",
    dropout=Kind.EXACT,
    error=Kind.EXACT,
    males=Kind.EXACT,
)
OTHERS_UNTYPED = form("other missing untyped", "Other missing members of a family take part as untyped members.")
TAKEN_AS_READ = form(
    "genotypes taken as read",
    "Genotypes are taken as read: no allele drop-out or drop-in beyond alleles marked as not read.",
)
SEEN_THROUGH_MODEL = form(
    "samples seen through the model",
    "Samples of the unidentified may have lost or gained alleles, and are seen through the observation model. "
    "Samples without rates of their own: {words_rates}. References are taken as read.",
    words_rates=Kind.STATEMENT,
)
SEEN_THROUGH_OWN_RATE = form(
    "samples seen through the model, own rate",
    "Samples of the unidentified may have lost or gained alleles, and are seen through the observation model. "
    "Samples with rates of their own: {number}, with drop-out {rate}. "
    "Samples without rates of their own: {words_rates}. References are taken as read.",
    number=Kind.WHOLE,
    rate=Kind.EXACT,
    words_rates=Kind.STATEMENT,
)
SEEN_THROUGH_OWN_RATES = form(
    "samples seen through the model, own rates",
    "Samples of the unidentified may have lost or gained alleles, and are seen through the observation model. "
    "Samples with rates of their own: {number}, with drop-out from {low} to {high}. "
    "Samples without rates of their own: {words_rates}. References are taken as read.",
    number=Kind.WHOLE,
    low=Kind.EXACT,
    high=Kind.EXACT,
    words_rates=Kind.STATEMENT,
)
AS_READ = form("taken as read", "taken as read")
HARDY_WEINBERG = form(
    "hardy-weinberg", "Founders are unrelated and the population is in Hardy-Weinberg proportions (theta = 0)."
)
HARDY_WEINBERG_WITH_THETA = form(
    "hardy-weinberg with theta",
    "Founders are unrelated and the population is in Hardy-Weinberg proportions, corrected by theta = {number}.",
    number=Kind.EXACT,
)
SMALLEST_RANKS = form(
    "smallest lr ranks",
    "The LR is computed in every population; the smallest one ranks the pair and gives the posterior.",
)
PAIR_BY_ITSELF = form(
    "pair by itself", "The posterior treats each pair by itself. It is not the joint posterior of all pairs."
)

PRIOR_LARGEST = form("prior one half", "one half, the largest prior that a pair is given unless one is stated")
PRIOR_BY_UNIDENTIFIED = form(
    "prior by unidentified persons", "one over the number of unidentified persons ({number})", number=Kind.WHOLE
)
PRIOR_BY_MISSING = form(
    "prior by missing persons", "one over the number of missing persons ({number})", number=Kind.WHOLE
)
STATED_BY_USER = form("stated by the user", "stated by the user")

X_INDEPENDENT = form(
    "x independent",
    "X-chromosomal markers and autosomes: passed on independently; in persons of no relation taken as independent, "
    "and X markers among each other too (no linkage disequilibrium), which does not hold inside the clusters of X "
    "kits: see the ISFG guidelines, Tillmar et al. 2017 (doi:10.1016/j.fsigen.2017.05.005)",
)
LINEAGE_INDEPENDENT = form(
    "lineage independent",
    "Y, mtDNA and autosomes: independent given the declared pedigree; in persons of no known relation as tested "
    "for Y and autosomes by Walsh, Redd & Hammer 2008 (doi:10.1016/j.forsciint.2007.03.014), who recommend a theta "
    "for the autosomes (below 0.01 in most settings)",
)
ONE_LINE_ONE_EVIDENCE = form(
    "one line one evidence",
    "all donors on one paternal or maternal line are one body of evidence; their haplotypes are never multiplied",
)
SEX_INDEPENDENT = form("sex independent", "the sex that a sample shows: independent of its other markers")
BESIDE_INDEPENDENT = form(
    "circumstances independent",
    "what is known beside DNA: independent of the DNA and of each other, with the error rates stated; never part "
    "of the LR of the DNA",
)

WEAK, MODERATE, MODERATELY_STRONG, STRONG, VERY_STRONG, EXTREMELY_STRONG = (
    form("weak support", "weak support for {side}", side=Kind.TEXT),
    form("moderate support", "moderate support for {side}", side=Kind.TEXT),
    form("moderately strong support", "moderately strong support for {side}", side=Kind.TEXT),
    form("strong support", "strong support for {side}", side=Kind.TEXT),
    form("very strong support", "very strong support for {side}", side=Kind.TEXT),
    form("extremely strong support", "extremely strong support for {side}", side=Kind.TEXT),
)
SUPPORT_OF_A_SCALE = form("support of a scale", "{support} for {side}", support=Kind.TEXT, side=Kind.TEXT)
NO_SUPPORT = form("no support", "no support for either proposition")
IMPOSSIBLE_UNDER_H1 = form("impossible under h1", "impossible under H1 as modelled")
