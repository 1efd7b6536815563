"""What several amplifications of a marker may show, and whose: refused with the reason where no model explains it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from antigone.errors import ModelError
from antigone.formats.profiles.profiles import TypedSamples, one_genotype
from antigone.formats.reading.findings import Findings
from antigone.model.assumptions.observation import ObservationModel, ObservationRates, Replicate
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.statements import readers

_RATES = "in [observation], or for the sample in 'unidentified'"
_AT = {1: ", a male, at the X-chromosomal marker", 2: " at marker"}
_SEX = {1: "correct the sex or the rows, a male has one allele; or ", 2: ""}
"""What comes first by the number of copies: two alleles of a male are more often a wrong sex than a missing rate."""


def refuse_replicates(samples: Iterable[str], typed: TypedSamples, findings: Findings) -> None:
    """References are taken as read: one genotype for each marker.

    Amplifications that are alike are one genotype; a marker with three alleles is left out. Both is said.
    """
    for sample in samples:
        three = []
        for marker, shown in typed.replicates.get(sample, {}).items():
            where, found = _place(typed, sample, marker), f"of sample '{sample}' at marker '{marker}'"
            if one_genotype(shown):
                typed.repeats[sample] = typed.repeats.get(sample, 0) + len(shown) - 1
            elif len(shown) > 1:
                remedy = "a reference is taken as read: enter the genotype that the laboratory reports"
                findings.problem(where, "replicate", f"{len(shown)} amplifications {found}", "one genotype", remedy)
            elif shown[0]:
                three.append(marker)
            else:
                remedy = "a reference is taken as read: remove the row of a marker that showed nothing"
                findings.problem(where, "allele1", f"nothing seen {found}", "a genotype", remedy)
        if three:
            findings.notice(readers.THREE_ALLELES(code=sample, markers=tuple(sorted(three))))


def check_replicates(
    persons: Iterable[UnidentifiedPerson],
    observation: ObservationModel,
    typed: TypedSamples,
    x_markers: Collection[str],
    findings: Findings,
) -> None:
    """Refuse what has probability 0 under the stated rates, whatever the true genotype is."""
    for person in persons:
        _check_rates(person, observation, typed, findings)
        for marker, shown in person.replicates.items():
            copies = 1 if marker in x_markers and person.sex == "male" else 2
            reason = why_impossible(person, marker, shown, observation, copies)
            if reason:
                column, what, remedy = reason
                found = f"{what} of sample '{person.code}'{_AT[copies]} '{marker}'"
                findings.problem(_place(typed, person.code, marker), column, found, "what the rates allow", remedy)


def _place(typed: TypedSamples, sample: str, marker: str) -> tuple[str, int]:
    return typed.files.get(sample, typed.file), typed.replicate_lines[sample, marker]


def _check_rates(
    person: UnidentifiedPerson, observation: ObservationModel, typed: TypedSamples, findings: Findings
) -> None:
    """That sample and marker combine; an estimate is tried at a value of its own."""
    estimated = person.estimate_dropout or (person.rates is None and observation.estimate)
    rates = person.rates or observation.rates
    for marker in observation.by_marker:
        try:
            observation.at_marker(ObservationRates(0.5, rates.dropin, rates.error) if estimated else rates, marker)
        except ModelError as error:
            remedy = f"state dropout_odds under [observation.markers.{marker}]"
            found = f"{error} (sample '{person.code}')"
            findings.problem((typed.file, 0), "dropout", found, "rates that combine", remedy)
            return


def _rates(person: UnidentifiedPerson, marker: str, observation: ObservationModel) -> ObservationRates:
    """The rates as far as they decide what is possible at all; an estimated drop-out is above 0."""
    rates, own = person.rates or observation.rates, observation.by_marker.get(marker)
    estimated = person.estimate_dropout or (person.rates is None and observation.estimate)
    dropout = 0.5 if estimated or (own is not None and own.dropout) else rates.dropout
    dropin = rates.dropin if own is None or own.dropin is None else own.dropin
    error = rates.error if own is None or own.error is None else own.error
    return ObservationRates(dropout, dropin, error)


def why_impossible(
    person: UnidentifiedPerson,
    marker: str,
    replicates: Collection[Replicate],
    observation: ObservationModel,
    copies: int,
) -> tuple[str, str, str] | None:
    """Why no genotype can show these amplifications under the stated rates: column, what was found, and the remedy;
    nothing where one can. ``copies`` is 1 for a male at a marker of the X chromosome."""
    rates = _rates(person, marker, observation)
    sets = [{allele for allele in replicate if allele is not None} for replicate in replicates]
    most = max(map(len, sets))
    if most > copies + (rates.dropin > 0):
        if most > copies + 1:
            remedy = "check for a mixture; leave this marker of the sample out"
        else:
            remedy = f"state a drop-in rate above 0 {_RATES}, or check for a mixture and leave the marker out"
        found = f"{most} alleles in one amplification, with drop-in {rates.dropin:g},"
        return f"allele{copies + 1}", found, _SEX[copies] + remedy
    if not rates.dropin and not rates.error and len(set.union(*sets)) > copies:
        remedy = f"{_SEX[copies]}state a drop-in or error rate above 0 {_RATES}, or check the rows"
        return "replicate", f"{len(set.union(*sets))} alleles over all amplifications, with drop-in 0,", remedy
    if rates == ObservationRates() and (not all(sets) or _differ(replicates)):
        found = "amplifications that differ" if all(sets) else "nothing seen"
        return "allele1", f"{found}, with drop-out 0,", f"state a drop-out rate above 0 {_RATES}, or remove the row"
    return None


def _differ(replicates: Collection[Replicate]) -> bool:
    """Whether the fully read amplifications show different sets."""
    return len({frozenset(replicate) for replicate in replicates if None not in replicate}) > 1
