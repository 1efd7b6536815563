"""Every unidentified person against every missing person by SNPs: all pairs, exactly, and the STR evidence beside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress, silent
from antigone.engine.arrays import LN10, Array
from antigone.engine.snp.family import SnpFamily, ask_family
from antigone.engine.snp.readings import with_floor
from antigone.errors import InputError, ModelError, PlanTooLarge
from antigone.model.assumptions.linkage import haldane, kosambi
from antigone.model.assumptions.snp_panel import SnpModel, SnpPanel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.results.search import Provenance
from antigone.model.results.snps import SnpCandidate, SnpResult
from antigone.model.statements import evidence as said
from antigone.model.statements.statement import Statement
from antigone.search.families.family_table import Target
from antigone.search.pairs.comparison import compare

SHOWN_THETAS = (0.0, 0.01, 0.05)
"""Thetas that a candidate's LR is shown under, whatever the model's."""
_MAPS = {"Haldane": haldane, "Kosambi": kosambi}
Given = Mapping[str, Array]
"""By sample shape ``(loci, 3)``: P(data | copies of allele 1), without a floor."""


@dataclass(frozen=True)
class _Case:
    """One comparison: what is read, and under which model."""

    panel: SnpPanel
    given: Given
    model: SnpModel

    def seen(self, samples: Sequence[str], population: str, error: float) -> Array:
        """With the floor of a population, shape ``(samples, loci, 3)``."""
        frequency = self.frequency(population)
        return np.stack([with_floor(self.given[sample], frequency, error) for sample in samples])

    def frequency(self, population: str) -> Array:
        return np.array(self.panel.frequencies[population])

    def asked(
        self, target: Target, population: str, *, theta: float | None = None, unlinked: bool = False
    ) -> SnpFamily:
        """The family's tables."""
        members, samples = list(target.references), [profile.sample for profile in target.references.values()]
        typed = dict(zip(members, self.seen(samples, population, self.model.reference_error), strict=True))
        return ask_family(
            target.pedigree, target.missing, typed, self.panel.snps, self.frequency(population),
            theta=self.model.theta if theta is None else theta, map_function=_MAPS[self.model.map], unlinked=unlinked,
        )  # fmt: skip


def compare_by_snps(
    prepared: Prepared, panel: SnpPanel, given: Given, model: SnpModel, *, listed_from: float, provenance: Provenance,
    progress: Progress = silent,
) -> SnpResult:  # fmt: skip
    """Compare all pairs of which both sides were read.

    Parameters
    ----------
    given
        What was read, by sample (`formats.snps.readings`).
    listed_from
        The log10 LR of the SNPs, or of SNPs and STRs together, from which a pair is listed.

    Raises
    ------
    InputError
        When no unidentified person, or no relative of a missing person, was read.
    """
    case = _Case(panel, given, model)
    persons = [person for person in prepared.persons if person.profile.sample in given]
    targets = list(_targets(prepared, given))
    if not persons or not targets:
        lacks = "unidentified person" if not persons else "relative of a missing person"
        raise InputError(f"no {lacks} of the incident has SNP readings; check the sample codes of the files")
    found: list[SnpCandidate] = []
    notices: list[Statement] = []
    for number, target in enumerate(targets):
        progress("comparing by SNPs", number, len(targets))
        try:
            found += _of_target(case, prepared, target, persons, listed_from)
        except (PlanTooLarge, ModelError) as error:
            notices.append(said.SNP_TOO_LARGE(family=target.family, missing=target.missing, reason=str(error)))
    ranked = sorted(found, key=lambda one: (-one.together, one.unidentified, one.family, one.missing))
    return SnpResult(
        prepared.incident.title,
        tuple(replace(one, rank=rank) for rank, one in enumerate(ranked, start=1)),
        tuple(panel.frequencies),
        len(panel),
        model.theta,
        listed_from,
        len(persons) * (len(targets) - len(notices)),
        (_model_words(model), said.STRS_BESIDE_SNPS()),
        tuple(notices),
        provenance,
    )


def _model_words(model: SnpModel) -> Statement:
    return said.SNP_MODEL(
        map=model.map, theta=model.theta, error=model.error, reference_error=model.reference_error,
        read_error=model.read_error,
    )  # fmt: skip


def _targets(prepared: Prepared, given: Given) -> list[Target]:
    """Missing persons with the relatives whose samples were read; a direct reference of the missing is no relative."""
    found = []
    for family in prepared.families:
        for missing in family.missing:
            read = {
                member: profile
                for member, profile in family.declared.references.items()
                if member != missing and profile.sample in given
            }
            if read:
                found.append(Target(family.declared.code, missing, family.declared.pedigree, read))
    return found


def _of_target(
    case: _Case, prepared: Prepared, target: Target, persons: Sequence[UnidentifiedPerson], listed_from: float
) -> list[SnpCandidate]:
    samples = [person.profile.sample for person in persons]
    logs = {}
    for population in case.panel.frequencies:
        family = case.asked(target, population)
        logs[population] = family.log_ratios(case.seen(samples, population, case.model.error)) / LN10
    strs = _by_strs(prepared, target, persons)
    smallest = np.min(list(logs.values()), axis=0)
    listed = [n for n in range(len(persons)) if max(smallest[n], smallest[n] + (strs[n] or 0.0)) >= listed_from]
    return [
        _candidate(case, target, persons[n], min(logs, key=lambda population: logs[population][n]), strs[n])
        for n in listed
    ]


def _by_strs(prepared: Prepared, target: Target, persons: Sequence[UnidentifiedPerson]) -> list[float | None]:
    """The log10 LR of the STR and X markers, the smallest over populations; none where nothing is in common."""
    whole = next(family.declared for family in prepared.families if family.declared.code == target.family)
    settings = prepared.incident.settings
    comparison = compare(
        [replace(target, references=whole.references)], persons, populations=prepared.populations,
        theta=settings.theta, observation=settings.observation, sex=prepared.further.sex,
    )  # fmt: skip
    logs = comparison.smallest[0] / LN10
    return [float(log) if compared else None for log, compared in zip(logs, comparison.compared[0], strict=True)]


def _candidate(
    case: _Case, target: Target, person: UnidentifiedPerson, population: str, strs: float | None
) -> SnpCandidate:
    """One listed pair, with what linkage, theta and each chromosome do."""
    seen = case.seen([person.profile.sample], population, case.model.error)
    family = case.asked(target, population)
    parts = {name: float(logs[0]) / LN10 for name, logs in family.log_ratios_by_chromosome(seen).items()}
    log10_lr = math.fsum(parts.values())
    thetas = {theta: case.asked(target, population, theta=theta).log_ratios(seen)[0] / LN10 for theta in SHOWN_THETAS}
    return SnpCandidate(
        0, person.code, target.family, target.missing, log10_lr, population,
        int((case.given[person.profile.sample] != 1.0).any(axis=1).sum()),
        float(case.asked(target, population, unlinked=True).log_ratios(seen)[0] / LN10),
        {theta: float(log) for theta, log in thetas.items()}, parts, strs, log10_lr + (strs or 0.0),
    )  # fmt: skip
