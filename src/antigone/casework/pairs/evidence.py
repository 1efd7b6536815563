"""One table for each pair: autosomes, X, Y, mtDNA and what is known beside DNA, each in its own line, and together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from antigone.casework.incident.prepare import Prepared
from antigone.engine.arrays import LN10
from antigone.engine.circumstances import circumstance_evidence, sex_evidence
from antigone.engine.lineage.mtdna import mt_donors_off_line, mt_evidence
from antigone.engine.lineage.y_str import y_donors_off_line, y_evidence
from antigone.model.assumptions.circumstances import CircumstanceEvidence, SexRates
from antigone.model.assumptions.lineage import LineageEvidence
from antigone.model.checks import exact_text
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.results.search import Candidate, EvidenceLine
from antigone.plain_words import change_text, probability_text
from antigone.search.families.family_table import Target
from antigone.search.families.reference_fit import ReferenceFit
from antigone.search.pairs.comparison import differ, posterior_probability

_INDEPENDENCE = {
    "X": "X-chromosomal markers and autosomes: passed on independently; in persons of no relation taken as "
    "independent, and X markers among each other too (no linkage disequilibrium), which does not hold inside the "
    "clusters of X kits: see the ISFG guidelines, Tillmar et al. 2017 (doi:10.1016/j.fsigen.2017.05.005)",
    "lineage": "Y, mtDNA and autosomes: independent given the declared pedigree; in persons of no known relation as "
    "tested for Y and autosomes by Walsh, Redd & Hammer 2008 (doi:10.1016/j.forsciint.2007.03.014), who recommend a "
    "theta for the autosomes (below 0.01 in most settings)",
    "line": "all donors on one paternal or maternal line are one body of evidence; their haplotypes are never "
    "multiplied",
    "sex": "the sex that a sample shows: independent of its other markers",
    "beside": "what is known beside DNA: independent of the DNA and of each other, with the error rates stated; never "
    "part of the LR of the DNA",
}
_DNA = ("autosomal", "X", "linkage", "sex", "Y", "mtDNA")
DNA_TOGETHER, ALL_TOGETHER = "DNA together", "all together"


def independence_of(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """What lets the lines of these candidates be added, in words, with its source."""
    kinds = {line.kind for candidate in candidates for line in candidate.evidence}
    wanted = {"X": "X" in kinds, "sex": "sex" in kinds}
    wanted |= dict.fromkeys(("lineage", "line"), bool(kinds & {"Y", "mtDNA"}))
    wanted["beside"] = bool(kinds - {*_DNA, DNA_TOGETHER, ALL_TOGETHER})
    return tuple(words for key, words in _INDEPENDENCE.items() if wanted[key])


def sex_assumption(rates: SexRates | None) -> str:
    """How recorded sexes were treated, in words."""
    if rates is None:
        return "A pair whose known sexes differ is excluded without computation."
    return (
        "The LR contains what the sex of the sample says: a male sample looks female with probability "
        f"{exact_text(rates.dropout)} (a lost Y allele of Amelogenin), any sample shows the other sex by mistake with "
        f"probability {exact_text(rates.error)}, and {exact_text(rates.males)} of persons of no relation are male. "
        "A pair whose known sexes differ is compared, without its X-chromosomal markers."
    )


def with_further(
    candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson, prior: float
) -> Candidate:
    """The candidate with its table of evidence; without one when there is nothing beside the autosomal markers.

    Ranking and ``Candidate.posterior`` are those of the candidate's LR: autosomes and X, with linkage and sex where
    the search computes them.
    """
    sexes = sex_evidence(target.sex, person.sex, rates=prepared.further.sex) if prepared.further.sex else None
    apart = "; the X-chromosomal markers take no part" if differ(target.sex, person.sex) else ""
    typed = list(_typed_lines(candidate, prepared, person, sexes.words + apart if sexes else ""))
    lineage = list(_lineage_lines(prepared.further, target, person))
    beside = [_circumstance_line(line) for line in _circumstances(prepared.further, target, person)]
    if len(typed) == 1 and not lineage and not beside:
        return candidate
    dna = [*typed, *_linkage_left_out(candidate), *lineage]
    together = _sum(dna)
    lines = [*dna, EvidenceLine(DNA_TOGETHER, together, _posterior(together, prior, "the DNA alone"))]
    if beside:
        moved = _posterior_text(_sum(beside), prior)
        words = f"the circumstances move the prior from {probability_text(prior)} to {moved}: "
        everything = together + _sum(beside)
        lines += beside
        lines += [EvidenceLine(ALL_TOGETHER, everything, words + _posterior(everything, prior, "all lines"))]
    return replace(candidate, evidence=tuple(lines))


def _typed_lines(
    candidate: Candidate, prepared: Prepared, person: UnidentifiedPerson, sexes: str
) -> Iterator[EvidenceLine]:
    """What the candidate's LR is made of: autosomes, X, linkage and sex. The lines add up to it."""
    population = candidate.smallest_population
    chromosome = {marker.name: marker.chromosome for marker in prepared.populations[population]}
    on_x = [name for name in candidate.markers_compared if chromosome[name] == "X"]
    beyond = {kind: values[population] for kind, values in candidate.log10_lr_beyond.items()}
    x = math.fsum(candidate.log10_lr_by_marker[population][name] for name in on_x)
    autosomal = candidate.smallest_log10_lr
    if on_x or beyond:
        autosomal = math.fsum(log for name, log in candidate.log10_lr_by_marker[population].items() if name not in on_x)
    count = len(candidate.markers_compared) - len(on_x)
    read = f"; seen through {person.rates.describe()}" if person.rates else ""
    yield EvidenceLine("autosomal", autosomal, f"{_markers(count)}{read}; smallest population: {population}")
    if on_x:
        yield EvidenceLine("X", x, f"X-chromosomal: {_markers(len(on_x))}; same population")
    if "linkage" in beyond:
        changes = (
            f"{name.replace('|', ' and ')} {'not computed' if change is None else change_text(change)} "
            f"({candidate.linkage_methods[name]})"
            for name, change in candidate.linkage_log10.items()
        )
        yield EvidenceLine("linkage", beyond["linkage"], f"correction for linked markers: {'; '.join(changes)}")
    if "sex" in beyond:
        yield EvidenceLine("sex", beyond["sex"], sexes)


def _linkage_left_out(candidate: Candidate) -> Iterator[EvidenceLine]:
    """A line without a number: the markers are taken as unlinked, and this is what linkage would change."""
    if candidate.linkage_log10 and not candidate.linkage_methods:
        changes = (
            f"{name.replace('|', ' and ')} {'not computed' if change is None else change_text(change)}"
            for name, change in candidate.linkage_log10.items()
        )
        yield EvidenceLine("linkage", None, f"in no sum; it would change log10 LR by: {'; '.join(changes)}")


def _markers(count: int) -> str:
    return f"{count} marker{'' if count == 1 else 's'}"


def circumstance_log_odds(prepared: Prepared, targets: Sequence[Target]) -> dict[tuple[int, str, str], float]:
    """What is known beside DNA as prior log odds (natural) of each pairing (person, family, missing).

    The sexes are no part of it: where their rates are stated they are in the weights of the pairings. A pairing about
    which nothing is known is left out.
    """
    further, found = prepared.further, dict[tuple[int, str, str], float]()
    for target in targets:
        missing = further.missing.get((target.family, target.missing))
        for number, person in enumerate(prepared.persons):
            shown = further.unidentified.get(person.code)
            if missing and shown:
                lines = list(circumstance_evidence(missing, shown, rates=further.rates))
                if lines:
                    total = math.fsum(line.log10_lr for line in lines)
                    found[number, target.family, target.missing] = LN10 * total
    return found


def donors_off_line(prepared: Prepared) -> tuple[ReferenceFit, ...]:
    """Donors whose haplotype contradicts the others of their declared line: for the responsible geneticist alone."""
    further, found = prepared.further, list[ReferenceFit]()
    for family in prepared.families:
        declared = family.declared
        samples = {m: profile.sample for m, profile in declared.references.items() if m not in family.missing}
        y = {member: further.y[sample] for member, sample in samples.items() if sample in further.y}
        mt = {member: further.mt[sample] for member, sample in samples.items() if sample in further.mt}
        fits: dict[str, float] = {}
        for missing in family.missing:
            if further.y_model is not None:
                fits |= y_donors_off_line(declared.pedigree, missing, donors=y, model=further.y_model)
            if further.mt_model is not None:
                fits |= mt_donors_off_line(declared.pedigree, missing, donors=mt, model=further.mt_model)
        found += [ReferenceFit(declared.code, member, samples[member], fit, True) for member, fit in fits.items()]
    return tuple(found)


def _lineage_lines(further: FurtherEvidence, target: Target, person: UnidentifiedPerson) -> Iterator[EvidenceLine]:
    """Only references that fit their pedigree are among the target's, so no other donor's haplotype is looked at."""
    samples = {m: profile.sample for m, profile in target.references.items() if m != target.missing}
    if further.y_model is not None and person.code in further.y and person.sex != "female":
        y = {member: further.y[sample] for member, sample in samples.items() if sample in further.y}
        found = y_evidence(
            target.pedigree, target.missing, unidentified=further.y[person.code], donors=y, model=further.y_model
        )
        yield from _lineage_line(found, "loci")
    if further.mt_model is not None and person.code in further.mt:
        mt = {member: further.mt[sample] for member, sample in samples.items() if sample in further.mt}
        found = mt_evidence(
            target.pedigree, target.missing, unidentified=further.mt[person.code], donors=mt, model=further.mt_model
        )
        yield from _lineage_line(found, "positions")


def _lineage_line(found: LineageEvidence | None, unit: str) -> Iterator[EvidenceLine]:
    if found is None:
        return
    left = f"; not comparable: {', '.join(found.not_comparable)}" if found.not_comparable else ""
    yield EvidenceLine(found.kind, found.log10_lr, f"{found.compared} {unit}; {found.remark or found.basis}{left}")


def _circumstances(
    further: FurtherEvidence, target: Target, person: UnidentifiedPerson
) -> Iterator[CircumstanceEvidence]:
    missing, found = further.missing.get((target.family, target.missing)), further.unidentified.get(person.code)
    if missing and found:
        yield from circumstance_evidence(missing, found, rates=further.rates)


def _circumstance_line(line: CircumstanceEvidence) -> EvidenceLine:
    return EvidenceLine(line.kind, line.log10_lr, line.words)


def _sum(lines: list[EvidenceLine]) -> float:
    return math.fsum(line.log10_lr for line in lines if line.log10_lr is not None)


def _posterior(log10_lr: float, prior: float, of: str) -> str:
    return f"posterior {_posterior_text(log10_lr, prior)} with {of}"


def _posterior_text(log10_lr: float, prior: float) -> str:
    return probability_text(posterior_probability(log10_lr * LN10, prior=prior))
