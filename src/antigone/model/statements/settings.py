"""The choices of a search: what each is called, and what it is."""

from __future__ import annotations

from collections.abc import Mapping

from antigone.model.statements.statement import Form, Kind, form

THETA = form("setting theta", "theta")
MUTATION_OF_MOTHERS = form("setting mutation of mothers", "mutation, mothers")
MUTATION_OF_FATHERS = form("setting mutation of fathers", "mutation, fathers")
MUTATION_OF_A_MARKER = form("setting mutation of a marker", "mutation, {marker}", marker=Kind.TEXT)
RARE_ALLELES = form("setting rare alleles", "rare and unseen alleles")
THRESHOLD = form("setting threshold", "threshold of the likelihood ratio")
OBSERVATION = form("setting observation", "observation of the unidentified")
PRIOR = form("setting prior", "prior")
VERBAL_SCALE = form("setting verbal scale", "verbal scale")
LINKED_MARKERS = form("setting linked markers", "linked markers")
Y_HAPLOTYPES = form("setting y haplotypes", "Y haplotypes")
MT_HAPLOTYPES = form("setting mtdna haplotypes", "mtDNA haplotypes")
CIRCUMSTANCES = form("setting circumstances", "circumstances, {words_kind}", words_kind=Kind.STATEMENT)
FINDING = form("setting finding", "circumstances, finding {name}", name=Kind.TEXT)
SEX = form("setting sex", "sex")
REMAINS_RATES = form("setting rates of remains", "re-association, rates of every sample")
REMAINS_THRESHOLD = form("setting threshold of remains", "re-association, threshold of the likelihood ratio")
RELATIVE_THRESHOLD = form("setting threshold against relatives", "re-association, threshold against close relatives")
LEAST_POSTERIOR = form("setting least posterior", "re-association, least posterior of a consensus genotype")

EXACT = form("exact number", "{number}", number=Kind.EXACT)
THRESHOLD_IS = form("threshold", "{number}", number=Kind.THRESHOLD)
THRESHOLD_GROWS = form("threshold grows", "{number}, raised in a large search", number=Kind.THRESHOLD)
FROM_PERSONS = form("prior from persons", "from the number of persons")
NONE = form("none", "none")
SEVERAL = form("several", "{parts}", parts=Kind.STATEMENTS)
BETWEEN = form("between", "from {low} to {high}", low=Kind.EXACT, high=Kind.EXACT)

MOTHERS_AND_FATHERS = form(
    "mothers and fathers",
    "mothers: {words_mothers}; fathers: {words_fathers}",
    words_mothers=Kind.STATEMENT,
    words_fathers=Kind.STATEMENT,
)
STEPWISE = form(
    "mutation stepwise",
    "stepwise (rate {rate}, rate2 {rate2}, range {range})",
    rate=Kind.EXACT,
    rate2=Kind.EXACT,
    range=Kind.EXACT,
)
EQUAL = form("mutation equal", "equal (rate {rate})", rate=Kind.EXACT)
PROPORTIONAL = form("mutation proportional", "proportional (rate {rate})", rate=Kind.EXACT)
ONE_STEP = form("mutation one step", "one step (rate {rate})", rate=Kind.EXACT)
DAWID = form("mutation dawid", "dawid (rate {rate}, range {range})", rate=Kind.EXACT, range=Kind.EXACT)
CUSTOM = form("mutation custom", "custom matrix of {number} alleles", number=Kind.WHOLE)
NO_MUTATION = form("mutation none", "none")
MUTATION_MODELS: Mapping[str, Form] = {
    "none": NO_MUTATION,
    "equal": EQUAL,
    "proportional": PROPORTIONAL,
    "stepwise": STEPWISE,
    "onestep": ONE_STEP,
    "dawid": DAWID,
}
"""What is said of each mutation model, by its name; the values are its parameters."""
TRANSFORMED = form(
    "mutation transformed", "{words_model}, transformed {transform}", words_model=Kind.STATEMENT, transform=Kind.TEXT
)
TRANSFORMED_OTHER_RATE = form(
    "mutation transformed without the rate",
    "{words_model}, transformed {transform} without keeping the rate",
    words_model=Kind.STATEMENT,
    transform=Kind.TEXT,
)

FREQUENCIES_AS_IN_TABLE = form(
    "frequencies as in the table", "frequencies as in the table; an allele that is not in it is refused"
)
RARE_RESCALED = form(
    "rare alleles rescaled",
    "an allele rarer than {least}/(2N), or not in the table, gets the frequency {given}/(2N) "
    "({otherwise} where 2N is not stated), then rescaled to sum to 1",
    least=Kind.EXACT,
    given=Kind.EXACT,
    otherwise=Kind.EXACT,
)
RARE_NOT_RESCALED = form(
    "rare alleles not rescaled",
    "an allele rarer than {least}/(2N), or not in the table, gets the frequency {given}/(2N) "
    "({otherwise} where 2N is not stated), without rescaling",
    least=Kind.EXACT,
    given=Kind.EXACT,
    otherwise=Kind.EXACT,
)

RATES = form(
    "rates",
    "drop-out {dropout} for each allele copy, drop-in {dropin}, error {error}",
    dropout=Kind.EXACT,
    dropin=Kind.EXACT,
    error=Kind.EXACT,
)
RATES_ESTIMATED = form(
    "rates with an estimated drop-out",
    "drop-out estimated from {words_source}, drop-in {dropin}, error {error}",
    words_source=Kind.STATEMENT,
    dropin=Kind.EXACT,
    error=Kind.EXACT,
)
BY_PEAK_HEIGHT = form(
    "drop-out by peak height",
    "by peak height: logit d = {intercept} + {slope} ln H",
    intercept=Kind.EXACT,
    slope=Kind.EXACT,
)
OWN_RATES_OF_A_MARKER = form("rates of a marker", "{marker}: {rates}", marker=Kind.TEXT, rates=Kind.SERIES)
OWN_DROPOUT = form("drop-out of a marker", "dropout {number}", number=Kind.EXACT)
OWN_DROPOUT_ODDS = form("drop-out odds of a marker", "dropout_odds {number}", number=Kind.EXACT)
OWN_DROPIN = form("drop-in of a marker", "dropin {number}", number=Kind.EXACT)
OWN_ERROR = form("error of a marker", "error {number}", number=Kind.EXACT)
COMPLETENESS = form("completeness", "completeness")
PEAK_HEIGHTS = form("peak heights", "peak heights")

MAP = form(
    "map of markers",
    "{map_function}, {number} positions: {source}",
    map_function=Kind.TEXT,
    number=Kind.WHOLE,
    source=Kind.TEXT,
)
LINEAGE = form(
    "lineage model",
    "{words_estimator}; theta {theta}; {words_rates}",
    words_estimator=Kind.STATEMENT,
    theta=Kind.EXACT,
    words_rates=Kind.STATEMENT,
)
AUGMENTED_COUNT = form("augmented count", "augmented count")
CLOPPER_PEARSON = form("clopper-pearson", "clopper-pearson")
KAPPA = form("kappa", "kappa")
DISCRETE_LAPLACE = form("discrete laplace", "discrete laplace")
Y_RATES = form(
    "y rates",
    "mutation {rate} per locus, two steps in {share} of them",
    rate=Kind.EXACT,
    share=Kind.EXACT,
)
Y_RATES_BY_LOCUS = form(
    "y rates by locus",
    "mutation {rate} per locus, {loci}, two steps in {share} of them",
    rate=Kind.EXACT,
    loci=Kind.SERIES,
    share=Kind.EXACT,
)
RATE_AT_LOCUS = form("rate at a locus", "{rate} at {locus}", rate=Kind.EXACT, locus=Kind.TEXT)
MT_RATES = form(
    "mtdna rates",
    "mutation {rate} per position, length not compared at {positions}",
    rate=Kind.EXACT,
    positions=Kind.TEXT,
)
MT_RATES_ALL_LENGTHS = form(
    "mtdna rates, all lengths compared",
    "mutation {rate} per position, length not compared at none",
    rate=Kind.EXACT,
)
INTERVAL_RATES = form(
    "interval rates",
    "error {error}, others from {low} to {high}",
    error=Kind.EXACT,
    low=Kind.EXACT,
    high=Kind.EXACT,
)
AGREEMENT_RATES = form(
    "agreement rates",
    "error {error}, agreement by chance {chance}",
    error=Kind.EXACT,
    chance=Kind.EXACT,
)
FINDING_RATES = form(
    "finding rates",
    "frequency {frequency}, missed {missed}, recorded by mistake {invented}, stated by mistake {mistaken}",
    frequency=Kind.EXACT,
    missed=Kind.EXACT,
    invented=Kind.EXACT,
    mistaken=Kind.EXACT,
)
SEX_RATES = form(
    "sex rates",
    "error {error}, lost Y allele {dropout}, share of males {males}",
    error=Kind.EXACT,
    dropout=Kind.EXACT,
    males=Kind.EXACT,
)
AGE, TIME, PLACE, STATURE = (
    form("age", "age"),
    form("time", "time"),
    form("place", "place"),
    form("stature", "stature"),
)
