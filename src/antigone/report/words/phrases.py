"""Sentences that a result carries in English, said in another language.

What computes knows no language: its assumptions, remarks and settings are English sentences with numbers in them. Here
each of them stands once, with names for its parts. A sentence that follows one of these patterns is said in the
language of the report; any other is left in English, never out.
"""

from __future__ import annotations

import re
from functools import cache

from antigone.report.words.language import Language, mark

PHRASES = (
    # the search: casework.search
    mark(
        "H1: the unidentified person is the missing person of the family as declared. "
        "H2: the unidentified person is unrelated to the family."
    ),
    mark(
        "The likelihood ratio (LR) of a marker is the probability of all typed genotypes under H1 over that under H2, "
        "summed exactly over everything that is not known. Nothing is approximated."
    ),
    mark("The markers are taken as unlinked and independent, X-chromosomal ones too: their LRs are multiplied."),
    mark(
        "For the first {number} candidates the effect of known linkage between markers is stated beside the "
        "LR; no LR, rank or posterior contains it."
    ),
    mark(
        "The markers are taken as unlinked and independent, X-chromosomal ones too: their LRs are multiplied. Linkage "
        "was asked for, but it has no definition together with theta above 0, and its effect is not computed; set "
        "theta to 0 to have it."
    ),
    mark(
        "These markers are linked, with these recombination fractions: {groups}. All others are taken as unlinked and "
        "independent, X-chromosomal ones too. Founders' haplotypes are in linkage equilibrium."
    ),
    mark(
        "LR, threshold, rank and posterior contain the linkage. A linked group is one look-up in the family's table of "
        "joint genotypes; where that table would have more than {number} entries, the pair is scored again with "
        "linkage. No pair is lost: every pair is computed so that the greatest possible effect of linkage in its "
        "family could bring to the threshold. The simulated estimate of chance candidates and the sensitivity take the "
        "markers as unlinked."
    ),
    mark("Genetic map, {map_function}: {source}."),
    mark("Known to be linked, with these recombination fractions: {groups}."),
    mark(
        "Not on the genetic map, so nothing is known here of their linkage, and they are taken as unlinked: {markers}."
    ),
    mark(
        "The LR contains what the sex of the sample says: a male sample looks female with probability {dropout} (a "
        "lost Y allele of Amelogenin), any sample shows the other sex by mistake with probability {error}, and {males} "
        "of persons of no relation are male. A pair whose known sexes differ is compared, without its X-chromosomal "
        "markers."
    ),
    mark("Other missing members of a family take part as untyped members."),
    mark("Genotypes are taken as read: no allele drop-out or drop-in beyond alleles marked as not read."),
    mark(
        "Samples of the unidentified may have lost or gained alleles, and are seen through the observation model. "
        "Samples without rates of their own: {words_rates}. References are taken as read."
    ),
    mark(
        "Samples of the unidentified may have lost or gained alleles, and are seen through the observation model. "
        "Samples with rates of their own: {number}, with drop-out from {low} to {high}. "
        "Samples without rates of their own: {words_rates}. References are taken as read."
    ),
    mark(
        "Samples of the unidentified may have lost or gained alleles, and are seen through the observation model. "
        "Samples with rates of their own: {number}, with drop-out {rate}. "
        "Samples without rates of their own: {words_rates}. References are taken as read."
    ),
    mark("taken as read"),
    mark("Founders are unrelated and the population is in Hardy-Weinberg proportions (theta = 0)."),
    mark("Founders are unrelated and the population is in Hardy-Weinberg proportions, corrected by theta = {number}."),
    mark("The LR is computed in every population; the smallest one ranks the pair and gives the posterior."),
    mark("A pair whose known sexes differ is excluded without computation."),
    mark("The posterior treats each pair by itself. It is not the joint posterior of all pairs."),
    mark("one half, the largest prior that a pair is given unless one is stated"),
    mark("one over the number of unidentified persons ({number})"),
    mark("one over the number of missing persons ({number})"),
    mark("stated by the user"),
    # what samples say against themselves: casework.self_checks, casework.doubts
    mark(
        "sample '{sample}': Amelogenin shows a female, but male is recorded; that is {times} times as "
        "probable of a female as of a male, with the drop-out of this sample. Perhaps a mistaken record, an"
        " exchanged sample, or a Y allele that was lost or is deleted: check the record and the tube, and "
        "type again. Until the record is changed, it is compared with male missing persons only"
    ),
    mark(
        "sample '{sample}': Amelogenin shows a female, but male is recorded; that is {times} times as "
        "probable of a female as of a male, with the drop-out of this sample. Perhaps a mistaken record, an"
        " exchanged sample, or a Y allele that was lost or is deleted: check the record and the tube, and "
        "type again"
    ),
    mark(
        "Amelogenin of {sample} shows a female, but {missing} is male; that is {times} times as probable of"
        " a female as of a male, with the drop-out of each sample"
    ),
    mark(
        "Amelogenin of {samples} together shows a female, but male is recorded for {some}; that is {times} "
        "times as probable of a female as of a male. Perhaps a mistaken record or an exchanged sample: "
        "check the records and the tubes"
    ),
    mark(
        "sample '{sample}': Amelogenin shows a male, but female is recorded; that is {times} times as "
        "probable of a male as of a female, with the drop-out of this sample. Perhaps a mistaken record, an"
        " exchanged sample, or DNA of a male in the sample: check the record and the tube, and type again. "
        "Until the record is changed, it is compared with female missing persons only"
    ),
    mark(
        "sample '{sample}': Amelogenin shows a male, but female is recorded; that is {times} times as "
        "probable of a male as of a female, with the drop-out of this sample. Perhaps a mistaken record, an"
        " exchanged sample, or DNA of a male in the sample: check the record and the tube, and type again"
    ),
    mark(
        "Amelogenin of {sample} shows a male, but {missing} is female; that is {times} times as probable of"
        " a male as of a female, with the drop-out of each sample"
    ),
    mark(
        "Amelogenin of {samples} together shows a male, but female is recorded for {some}; that is {times} "
        "times as probable of a male as of a female. Perhaps a mistaken record or an exchanged sample: "
        "check the records and the tubes"
    ),
    mark(
        "Amelogenin is that of a female in {samples}, and that of a male in {others}: perhaps a Y allele "
        "was lost or is deleted, perhaps not all of these samples are of one person"
    ),
    mark(
        "sample '{sample}': {markers} of {typed} markers show three alleles or more; perhaps of two persons"
        " (a mixture or a contamination). Of samples of one person fewer than one in {often} show so many: "
        "type it again before anything rests on it"
    ),
    mark(
        "{sample} is made of {count} samples, and {siblings} are full siblings whom the data do not tell "
        "apart; perhaps twins: identical twins have one profile, and the samples may then be of more than "
        "one of them. Ask the family whether they were twins, and look for a part of the body that occurs "
        "twice"
    ),
    # what the search noticed: casework.search, casework.linkage, casework.prepare
    mark(
        "the threshold was raised from {low} to {high}, so that in a search of this size at most one chance candidate "
        "is expected for ten unidentified persons"
    ),
    mark(
        "{number} pairs above the threshold are not listed: each unidentified and each missing person is shown with "
        "the {most} strongest"
    ),
    mark(
        "markers and mutations are worked out for the {number} strongest candidates; any other one is worked out when "
        "it is asked for"
    ),
    mark("linkage is not computed: it has no definition together with theta above 0"),
    mark("simulated with seed {number}: no profile in this incident is a person's"),
    mark("{first} and {second}, linked: looked up in {number} candidate"),
    mark("{first} and {second}, linked: rescored in {number} candidate"),
    mark("{first} and {second}, linked: not computed in {number} candidate"),
    mark("{first} and {second}, linked: looked up in {number} candidates"),
    mark("{first} and {second}, linked: rescored in {number} candidates"),
    mark("{first} and {second}, linked: not computed in {number} candidates"),
    mark("sample '{code}': drop-out estimated as {rate} from {source} of {number} marker"),
    mark("sample '{code}': drop-out estimated as {rate} from {source} of {number} markers"),
    mark(
        "drop-out was estimated for {number} samples: {low} to {high}, median {median}; each is in the table of "
        "unidentified persons"
    ),
    mark(
        "a drop-out rate estimated from a sample itself is taken as if it were known: the LR does not contain its "
        "uncertainty; see how the LR moves with drop-out under sensitivity"
    ),
    mark("left out, no frequencies in every population: {markers}"),
    # what the readers of files assumed: formats
    mark(
        "family '{family}': '{first}' and '{second}' share only the father as declared, for a mother is "
        "empty; if they are full siblings, name the mother of both"
    ),
    mark(
        "family '{family}': '{first}' and '{second}' share only the mother as declared, for a father is "
        "empty; if they are full siblings, name the father of both"
    ),
    mark("marker '{marker}' is read as '{known}' in {number} rows of {file}"),
    mark(
        "marker '{marker}' is no autosomal STR, nor one of the X with frequencies, and takes no part: "
        "{number} rows of {file}"
    ),
    mark(
        "marker '{marker}' takes no part in a likelihood ratio; what it shows is compared with the "
        "recorded sex: {number} rows of {file}"
    ),
    mark("left out of {file}, because not every population has their frequencies: {markers}"),
    mark("a decimal comma is read as a point in {number} alleles of {file}"),
    mark("marker '{marker}': an allele far beyond its ladder is accepted by [profiles.accepted]"),
    mark("{name} is read as the table '{table}', by its column names"),
    mark("in the folder and not read: {files}"),
    mark("control samples left out: {number} ({names})"),
    mark("sample '{code}' has no autosomal genotype in the profiles"),
    mark("sample '{code}': off-ladder (OL), so that these markers are left out: {markers}"),
    mark("sample '{code}': three alleles or more, so that these markers are left out: {markers}"),
    mark("{number} rows of {file} have no allele and are read as not typed"),
    mark("{file} is read as a wide table: one sample a row, {number} markers"),
    mark("columns of {file} that are not read: {names}"),
    mark("columns of {file} are read by other names: {names}"),
    mark("N of '{population}' in {file} counts {counted}: {why}"),
    mark("the numbers of '{population}' in {file} are read as percent"),
    mark("frequencies of marker '{marker}' in '{population}' ({file}) sum to {total}; they were divided by it, {why}"),
    mark("family '{family}': of {number} pedigrees '{taken}' is taken"),
    mark("family '{family}': not searched: {members} ({why})"),
    mark("locus '{locus}' is read as '{known}'"),
    # the strength of support: model.verbal
    mark("weak support for {side}"),
    mark("moderate support for {side}"),
    mark("moderately strong support for {side}"),
    mark("strong support for {side}"),
    mark("very strong support for {side}"),
    mark("extremely strong support for {side}"),
    mark("no support for either proposition"),
    mark("impossible under H1 as modelled"),
    # settings: casework.provenance, model.frequency, model.observation
    mark("model of the incident"),
    mark("version {number} ({name}), confirmed"),
    mark("version {number} ({name}), not yet confirmed by two persons"),
    mark(
        "two persons have not agreed yet on version {number} of the model of this incident, under which this was "
        "computed; no identification is confirmed under it"
    ),
    mark("linked markers"),
    mark("none"),
    mark("mutation, mothers"),
    mark("mutation, fathers"),
    mark("mutation, {marker}"),
    mark("mothers: {words_mothers}; fathers: {words_fathers}"),
    mark("rare and unseen alleles"),
    mark("threshold of the likelihood ratio"),
    mark("{number}, raised in a large search"),
    mark("observation of the unidentified"),
    mark("prior"),
    mark("from the number of persons"),
    mark("verbal scale"),
    mark("Y haplotypes"),
    mark("mtDNA haplotypes"),
    mark("circumstances, finding {name}"),
    mark("circumstances, {words_kind}"),
    mark("error {error}, others from {low} to {high}"),
    mark("error {error}, agreement by chance {chance}"),
    mark("frequency {frequency}, missed {missed}, recorded by mistake {invented}, stated by mistake {mistaken}"),
    mark("error {error}, lost Y allele {dropout}, share of males {males}"),
    mark("{words_estimator}; theta {theta}; {words_rates}"),
    mark("augmented count"),
    mark("clopper-pearson"),
    mark("kappa"),
    mark("discrete laplace"),
    mark("mutation {rate} per locus, two steps in {share} of them"),
    mark("mutation {rate} per locus, {loci}, two steps in {share} of them"),
    mark("mutation {rate} per position, length not compared at {positions}"),
    mark("drop-out {dropout} for each allele copy, drop-in {dropin}, error {error}"),
    mark("drop-out estimated from {source}, drop-in {dropin}, error {error}"),
    mark("{words_model}, transformed {transform} without keeping the rate"),
    mark("{words_model}, transformed {transform}"),
    mark("stepwise (rate {rate}, rate2 {rate2}, range {decay})"),
    mark("equal (rate {rate})"),
    mark("proportional (rate {rate})"),
    mark("one step (rate {rate})"),
    mark("dawid (rate {rate}, range {decay})"),
    mark("custom matrix of {number} alleles"),
    mark("frequencies as in the table; an allele that is not in it is refused"),
    mark(
        "an allele rarer than {least}/(2N), or not in the table, gets the frequency {given}/(2N) "
        "({otherwise} where 2N is not stated), then rescaled to sum to 1"
    ),
    mark(
        "an allele rarer than {least}/(2N), or not in the table, gets the frequency {given}/(2N) "
        "({otherwise} where 2N is not stated), without rescaling"
    ),
    # priors of a joint solution: search.joint_prior
    mark("every joint assignment has the same prior probability"),
    mark("every unidentified person is one of the missing, all such assignments alike"),
    mark("an assignment has a prior proportional to {odds} to the power of its number of pairings"),
    mark(
        "{expected} of the {number} unidentified persons are expected to be missing persons of these families; each "
        "pairing multiplies the prior by {odds}"
    ),
    # sensitivity: search.sensitivity
    mark("mutation rates"),
    mark("drop-out"),
    # charts: report.charts
    mark("excluded (LR 0)"),
    mark("total log10 LR"),
    # kinds of evidence and their words: casework.further, engine.lineage, engine.circumstances
    mark("autosomal"),
    mark("X"),
    mark("Y"),
    mark("mtDNA"),
    mark("linkage"),
    mark("DNA together"),
    mark("all together"),
    mark("age"),
    mark("time"),
    mark("place"),
    mark("stature"),
    mark("finding"),
    mark("sex"),
    mark("{number} markers; smallest population: {population}"),
    mark("{number} marker; smallest population: {population}"),
    mark("X-chromosomal: {number} markers; same population"),
    mark("X-chromosomal: {number} marker; same population"),
    mark("correction for linked markers: {list_changes}"),
    mark("in no sum; it would change log10 LR by: {list_changes}"),
    mark("{first} and {second} not computed (not computed)"),
    mark("{first} and {second} not computed"),
    mark("{first} and {second} {change} (looked up)"),
    mark("{first} and {second} {change} (rescored)"),
    mark("posterior {probability} with the DNA alone"),
    mark("posterior {probability} with all lines"),
    mark("the circumstances move the prior from {prior} to {moved}: {words_then}"),
    mark("{number} loci; {words_basis}"),
    mark("{number} positions; {words_basis}"),
    mark("{words_basis}; not comparable: {names}"),
    mark("no count of this sample's haplotype is stated; look it up in the database and enter the count"),
    mark("upper 95 % bound of Clopper and Pearson for {seen} in {size}"),
    mark("augmented count ({seen} + 1) / ({size} + 1)"),
    mark("augmented count ({seen} + 1) / ({size} + 1), as kappa does not apply"),
    mark("kappa (1 - {singletons} / {size}) / ({size_again} + 1)"),
    mark("the fitted mixture gives this haplotype the probability 0; fit it again, or use counts"),
    mark("no haplotype of the reference table is typed at all the loci compared; use a table of these loci"),
    mark("no haplotype of the reference table covers all the positions compared; use a table of this range"),
    mark(
        "the stated count is of the whole haplotype, of which the donors share a part only; enter a reference table, "
        "or look up the shared part"
    ),
    mark("discrete Laplace mixture of {number} clusters"),
    mark("{range_estimated} years estimated, {range_stated} stated"),
    mark("{range_estimated} cm estimated, {range_stated} stated"),
    mark("{finding}: present as recorded, present as stated"),
    mark("{finding}: absent as recorded, absent as stated"),
    mark("{finding}: present as recorded, absent as stated"),
    mark("{finding}: absent as recorded, present as stated"),
    mark("found in one of the stated places"),
    mark("found in none of the stated places"),
    mark("found {days} days after last seen"),
    mark("found {days} days BEFORE last seen"),
    mark("male sample, male missing person"),
    mark("female sample, female missing person"),
    mark("male sample, female missing person"),
    mark("female sample, male missing person"),
    mark("unknown sample, male missing person"),
    mark("unknown sample, female missing person"),
    mark(
        "X-chromosomal markers and autosomes: passed on independently; in persons of no relation taken as independent, "
        "and X markers among each other too (no linkage disequilibrium), which does not hold inside the clusters of X "
        "kits: see the ISFG guidelines, Tillmar et al. 2017 (doi:10.1016/j.fsigen.2017.05.005)"
    ),
    mark("the sex that a sample shows: independent of its other markers"),
    mark(
        "Y, mtDNA and autosomes: independent given the declared pedigree; in persons of no known relation as tested "
        "for Y and autosomes by Walsh, Redd & Hammer 2008 (doi:10.1016/j.forsciint.2007.03.014), who recommend a theta "
        "for the autosomes (below 0.01 in most settings)"
    ),
    mark("all donors on one paternal or maternal line are one body of evidence; their haplotypes are never multiplied"),
    mark(
        "what is known beside DNA: independent of the DNA and of each other, with the error rates stated; never part "
        "of the LR of the DNA"
    ),
)
"""Every sentence known. A part whose name begins with ``words`` is itself such a sentence, one that begins with
``list`` several of them, with a semicolon between; a ``range`` is two numbers, a ``number`` one."""
RANGE = mark("{low} to {high}")

PART = re.compile(r"\{(\w+)\}")


def translate_sentence(text: str, language: Language) -> str:
    """A sentence of a result in this language, or as it is where no pattern fits.

    Examples
    --------
    >>> from antigone.report.words.language import read_language
    >>> translate_sentence("very strong support for H1", read_language("es"))
    'apoyo muy fuerte a H1'
    >>> translate_sentence("a sentence that nobody foresaw", read_language("es"))
    'a sentence that nobody foresaw'
    """
    for phrase in PHRASES:
        found = _pattern(phrase).fullmatch(text)
        if found:
            return language.say(
                phrase, **{name: _part(name, part, language) for name, part in found.groupdict().items()}
            )
    return text


def is_known(text: str) -> bool:
    """Whether a sentence, and each sentence inside it, follows one of the patterns."""
    for phrase in PHRASES:
        found = _pattern(phrase).fullmatch(text)
        if found:
            return all(is_known(inner) for name, part in found.groupdict().items() for inner in _inside(name, part))
    return False


def _part(name: str, part: str, language: Language) -> str:
    if name.startswith("range") and " to " in part:
        low, high = part.split(" to ", 1)
        return language.say(RANGE, low=low, high=high)
    return "; ".join(translate_sentence(inner, language) for inner in _inside(name, part)) or part


def _inside(name: str, part: str) -> list[str]:
    """The sentences inside a part of a sentence."""
    if name.startswith("list"):
        return part.split("; ")
    return [part] if name.startswith("words") else []


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    pieces = PART.split(phrase)
    return re.compile("".join(_group(p) if i % 2 else re.escape(p) for i, p in enumerate(pieces)), re.DOTALL)


def _group(name: str) -> str:
    return rf"(?P<{name}>[\d.,e+\u202f-]+)" if name == "number" else f"(?P<{name}>.+?)"
