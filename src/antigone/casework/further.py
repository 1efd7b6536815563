"""One table for each pair: autosomes, Y, mtDNA and what is known beside DNA, each in its own line, and together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from antigone.casework.prepare import Prepared
from antigone.engine.circumstances import circumstance_evidence, sex_evidence
from antigone.engine.lineage import y_donors_off_line, y_evidence
from antigone.engine.mitochondrial import mt_donors_off_line, mt_evidence
from antigone.model.case import UnidentifiedPerson
from antigone.model.circumstances import CircumstanceEvidence
from antigone.model.evidence import FurtherEvidence
from antigone.model.lineage import LineageEvidence
from antigone.model.result import Candidate, EvidenceLine
from antigone.search.blind import posterior_probability
from antigone.search.family_table import Target
from antigone.search.reference_fit import ReferenceFit

LN10 = math.log(10)

INDEPENDENCE = (
    "Y, mtDNA and autosomes: independent given the declared pedigree; in persons of no known relation as tested for Y "
    "and autosomes by Walsh, Redd & Hammer 2008 (doi:10.1016/j.forsciint.2007.03.014), who recommend a theta for the "
    "autosomes (below 0.01 in most settings)",
    "all donors on one paternal or maternal line are one body of evidence; their haplotypes are never multiplied",
    "what is known beside DNA: independent of the DNA and of each other, with the error rates stated; never part of "
    "the LR of the DNA",
)
"""What lets the lines of one pair be added, in words."""


def with_further(
    candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson, prior: float
) -> Candidate:
    """The candidate with its table of evidence; without one when there is nothing beside the autosomal markers.

    The ranking and ``Candidate.posterior`` stay those of the autosomal markers.
    """
    dna = list(_lineage_lines(prepared.further, target, person))
    beside = [_circumstance_line(line) for line in _circumstances(prepared.further, target, person)]
    if not dna and not beside:
        return candidate
    words = f"{len(candidate.markers_compared)} markers; smallest population: {candidate.smallest_population}"
    autosomal = EvidenceLine("autosomal", candidate.smallest_log10_lr, words)
    together = _sum(dna := [autosomal, *dna])
    lines = [*dna, EvidenceLine("DNA together", together, _posterior(together, prior, "the DNA alone"))]
    if beside:
        moved = probability_words(_sum(beside), prior)
        words = f"the circumstances move the prior from {prior:.3g} to {moved}: "
        everything = together + _sum(beside)
        lines += beside
        lines += [EvidenceLine("all together", everything, words + _posterior(everything, prior, "all lines"))]
    return replace(candidate, evidence=tuple(lines))


def circumstance_log_odds(prepared: Prepared, targets: Sequence[Target]) -> dict[tuple[int, str, str], float]:
    """What is known beside DNA as prior log odds (natural) of each pairing (person, family, missing).

    Sex takes no part: pairings of different sexes are not formed. A pairing about which nothing is known is left out.
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
        samples = {member: profile.sample for member, profile in declared.references.items()}
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
    samples = {member: profile.sample for member, profile in target.references.items()}
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
    sex = sex_evidence(target.sex, person.sex, rates=further.sex) if further.sex else None
    if sex is not None:
        yield sex


def _circumstance_line(line: CircumstanceEvidence) -> EvidenceLine:
    return EvidenceLine(line.kind, line.log10_lr, line.words)


def _sum(lines: list[EvidenceLine]) -> float:
    return math.fsum(line.log10_lr for line in lines if line.log10_lr is not None)


def _posterior(log10_lr: float, prior: float, of: str) -> str:
    return f"posterior {probability_words(log10_lr, prior)} with {of}"


def probability_words(log10_lr: float, prior: float) -> str:
    """The posterior, never rounded to 1: from 0.9999 on, how far it is from 1.

    >>> probability_words(0.0, 0.25), probability_words(7.0, 0.5), probability_words(-math.inf, 0.5)
    ('0.2500', '1 - 1e-07', '0.0000')
    """
    short = posterior_probability(-log10_lr * LN10, prior=1 - prior)
    return f"1 - {short:.1g}" if short < 1e-4 else f"{1 - short:.4f}"
