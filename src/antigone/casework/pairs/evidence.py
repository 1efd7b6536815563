"""One table for each pair: autosomes, X, Y, mtDNA and what is known beside DNA, each in its own line, and together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from antigone.casework.incident.prepare import Prepared
from antigone.engine.arrays import LN10
from antigone.engine.circumstances import circumstance_evidence, sex_evidence
from antigone.engine.lineage.mtdna import mt_donors_off_line, mt_evidence
from antigone.engine.lineage.y_str import y_donors_off_line, y_evidence
from antigone.model.assumptions.circumstances import CircumstanceEvidence, SexRates
from antigone.model.assumptions.lineage import LineageEvidence
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.results.search import Candidate, EvidenceLine
from antigone.model.statements import evidence as said
from antigone.model.statements import method
from antigone.model.statements.statement import Form, Statement
from antigone.search.families.family_table import Target
from antigone.search.families.reference_fit import ReferenceFit
from antigone.search.pairs.comparison import differ, posterior_probability

_INDEPENDENCE = {
    "X": method.X_INDEPENDENT,
    "lineage": method.LINEAGE_INDEPENDENT,
    "line": method.ONE_LINE_ONE_EVIDENCE,
    "sex": method.SEX_INDEPENDENT,
    "beside": method.BESIDE_INDEPENDENT,
}
_DNA = ("autosomal", "X", "linkage", "sex", "Y", "mtDNA")
DNA_TOGETHER, ALL_TOGETHER = "DNA together", "all together"


def independence_of(candidates: Sequence[Candidate]) -> tuple[Statement, ...]:
    """What lets the lines of these candidates be added, with its source."""
    kinds = {line.kind for candidate in candidates for line in candidate.evidence}
    wanted = {"X": "X" in kinds, "sex": "sex" in kinds}
    wanted |= dict.fromkeys(("lineage", "line"), bool(kinds & {"Y", "mtDNA"}))
    wanted["beside"] = bool(kinds - {*_DNA, DNA_TOGETHER, ALL_TOGETHER})
    return tuple(words() for key, words in _INDEPENDENCE.items() if wanted[key])


def sex_assumption(rates: SexRates | None) -> Statement:
    """How recorded sexes were treated."""
    if rates is None:
        return method.SEXES_TAKEN_AS_CERTAIN()
    return method.SEXES_WEIGHED(dropout=rates.dropout, error=rates.error, males=rates.males)


def with_further(
    candidate: Candidate, prepared: Prepared, *, target: Target, person: UnidentifiedPerson, prior: float
) -> Candidate:
    """The candidate with its table of evidence; without one when there is nothing beside the autosomal markers.

    Ranking and ``Candidate.posterior`` are those of the candidate's LR: autosomes and X, with linkage and sex where
    the search computes them.
    """
    sexes = sex_evidence(target.sex, person.sex, rates=prepared.further.sex) if prepared.further.sex else None
    words = sexes.words if sexes else None
    if words and differ(target.sex, person.sex):
        words = said.X_TAKES_NO_PART(words_sexes=words)
    typed = list(_typed_lines(candidate, prepared, person, words))
    lineage = list(_lineage_lines(prepared.further, target, person))
    beside = [_circumstance_line(line) for line in _circumstances(prepared.further, target, person)]
    if len(typed) == 1 and not lineage and not beside:
        return candidate
    dna = [*typed, *_linkage_left_out(candidate), *lineage]
    together = _sum(dna)
    lines = [*dna, EvidenceLine(DNA_TOGETHER, together, said.POSTERIOR_OF_DNA(probability=_posterior(together, prior)))]
    if beside:
        everything = together + _sum(beside)
        then = said.POSTERIOR_OF_ALL(probability=_posterior(everything, prior))
        moved = said.PRIOR_MOVED(prior=prior, moved=_posterior(_sum(beside), prior), words_then=then)
        lines += [*beside, EvidenceLine(ALL_TOGETHER, everything, moved)]
    return replace(candidate, evidence=tuple(lines))


def _typed_lines(
    candidate: Candidate, prepared: Prepared, person: UnidentifiedPerson, sexes: Statement | None
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
    words = said.MARKERS(number=count, population=population)
    if person.rates:
        rates = person.rates.describe()
        words = said.MARKERS_SEEN_THROUGH(number=count, words_rates=rates, population=population)
    yield EvidenceLine("autosomal", autosomal, words)
    if on_x:
        yield EvidenceLine("X", x, said.X_MARKERS(number=len(on_x)))
    if "linkage" in beyond:
        changes = said.LINKAGE_CORRECTION(list_changes=_changes(candidate))
        yield EvidenceLine("linkage", beyond["linkage"], changes)
    if "sex" in beyond and sexes is not None:
        yield EvidenceLine("sex", beyond["sex"], sexes)


def _linkage_left_out(candidate: Candidate) -> Iterator[EvidenceLine]:
    """A line without a number: the markers are taken as unlinked, and this is what linkage would change."""
    if candidate.linkage_log10 and not candidate.linkage_methods:
        yield EvidenceLine("linkage", None, said.LINKAGE_IN_NO_SUM(list_changes=_changes(candidate)))


_CHANGES: Mapping[str, Form] = {
    "": said.GROUP_CHANGES,
    "looked up": said.GROUP_LOOKED_UP,
    "rescored": said.GROUP_RESCORED,
}
"""What is said of the change by a linked group, by the way it was computed, or without it."""


def _changes(candidate: Candidate) -> tuple[Statement, ...]:
    """What each linked group changes, and how that was computed where the LR contains it."""
    return tuple(
        _change(tuple(name.split("|")), change, candidate.linkage_methods.get(name, ""))
        for name, change in candidate.linkage_log10.items()
    )


def _change(markers: tuple[str, ...], change: float | None, how: str) -> Statement:
    if change is None:
        return (said.GROUP_NOT_COMPUTED_HOW if how else said.GROUP_NOT_COMPUTED)(markers=markers)
    return _CHANGES[how](markers=markers, change=change)


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
        yield from _lineage_line(found, said.LOCI)
    if further.mt_model is not None and person.code in further.mt:
        mt = {member: further.mt[sample] for member, sample in samples.items() if sample in further.mt}
        found = mt_evidence(
            target.pedigree, target.missing, unidentified=further.mt[person.code], donors=mt, model=further.mt_model
        )
        yield from _lineage_line(found, said.POSITIONS)


def _lineage_line(found: LineageEvidence | None, unit: Form) -> Iterator[EvidenceLine]:
    if found is None:
        return
    words = unit(number=found.compared, words_basis=found.remark or found.basis)
    if found.not_comparable:
        words = said.NOT_COMPARABLE(words_basis=words, names=found.not_comparable)
    yield EvidenceLine(found.kind, found.log10_lr, words)


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


def _posterior(log10_lr: float, prior: float) -> float:
    return posterior_probability(log10_lr * LN10, prior=prior)
