"""The demonstration: a simulated ferry accident from real frequencies, searched and compared with its truth."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.frequencies import markers_of
from antigone.formats.frequencies import nist1036
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.results.search import Candidate, SearchResult
from antigone.model.statements.statement import Statement
from antigone.simulation.distant import DISTANT, add_ages, add_distant_relatives
from antigone.simulation.incident import Truth, simulate_incident


def simulated_incident(*, families: int, unidentified: int, seed: int) -> tuple[Incident, Truth]:
    """A ferry accident drawn from the NIST 1036 frequencies, with the default mutation models.

    Genotypes follow the first population; the search does not know which one it was.
    """
    tables = tuple(table for table in nist1036() if "pooled" not in table.population)
    return simulate_incident(
        families=families,
        unidentified=unidentified,
        seed=seed,
        tables=tables,
        settings=SearchSettings(mutation=DEFAULT_MUTATION),
    )


DEGRADATION = ObservationRates(dropout=0.25, dropin=0.01)
"""How the demonstration's degraded samples show their genotypes."""

STREAM = 7
"""The stream of random numbers for the distant relatives, chosen so that all kinds of evidence are seen at work."""

X_MARKERS = ("DXS8378", "DXS9902", "DXS7132", "DXS9898", "DXS6809", "DXS6789", "DXS7133", "HPRTB", "DXS7423")


def invented_x_frequencies() -> dict[str, dict[str, float]]:
    """Frequencies of X-chromosomal markers for the demonstration: of no population, nine alleles in a bell shape."""
    return {
        name: {str(9 + place % 4 + k): math.comb(8, k) / 2**8 for k in range(9)} for place, name in enumerate(X_MARKERS)
    }


def demo_incident(*, seed: int = 1) -> tuple[Incident, Truth]:
    """The ferry accident with every kind of evidence: degraded samples, X, Y, mtDNA, linked markers, sex, ages.

    Autosomal frequencies are those of NIST 1036. The X-chromosomal ones, haplotypes and ages are invented.
    """
    invented = invented_x_frequencies()
    tables = tuple(
        replace(
            table,
            frequencies={**table.frequencies, **invented},
            x_markers=frozenset(invented),
            source=f"{table.source}; X-chromosomal markers: invented for the demonstration",
        )
        for table in nist1036()
        if "pooled" not in table.population
    )
    settings = SearchSettings(mutation=DEFAULT_MUTATION, linkage=LinkageModel())
    autosomal = [name for name in tables[0].frequencies if name not in invented]
    incident, truth = simulate_incident(
        families=40, unidentified=60, seed=seed, tables=tables, settings=settings, markers=autosomal,
        degradation=DEGRADATION,
    )  # fmt: skip
    rng = np.random.default_rng([seed, STREAM])
    kit, x_kit = (
        markers_of(tables[0], names, seen={}, rule=settings.rule, mutation=settings.mutation)
        for names in (autosomal, X_MARKERS)
    )
    groups = LinkageModel().groups_of(kit)
    incident, truth = add_distant_relatives(
        incident, truth, kit=kit, x_kit=x_kit, degradation=DEGRADATION, rng=rng, groups=groups
    )
    incident = add_ages(incident, truth, rng=rng)
    return replace(incident, further=replace(incident.further, sex=SexRates(0.001, dropout=0.05))), truth


@dataclass(frozen=True)
class Verdict:
    """How one kind of unidentified person fared, against the simulated truth.

    ``weakest`` and ``strongest`` are the log10 LRs of those whose true place is ranked first, if there are any.
    """

    kind: str
    persons: int
    ranked_first: int
    as_a_relative: int
    elsewhere: int
    open: int
    weakest: float | None = None
    strongest: float | None = None


def compare_with_truth(result: SearchResult, truth: Truth) -> list[Verdict]:
    """For each kind of unidentified person: how many have their true family first, and what stays open.

    ``as_a_relative`` counts persons whose strongest candidate is another missing member of their own family;
    ``elsewhere`` those whose strongest candidate is in a wrong family.
    """
    best: dict[str, Candidate] = {}
    for candidate in result.candidates:
        best.setdefault(candidate.unidentified, candidate)
    tally: dict[str, Counter[str]] = {}
    strengths: dict[str, list[float]] = {}
    for code, identity in truth.identities.items():
        kind, found = _kind(truth, code), best.get(code)
        fate = _outcome(found, identity)
        tally.setdefault(kind, Counter())[fate] += 1
        if found is not None and fate == "first":
            strengths.setdefault(kind, []).append(found.smallest_log10_lr)
    return [
        Verdict(
            kind, sum(c.values()), c["first"], c["relative"], c["elsewhere"], c["open"],
            min(strengths.get(kind, ()), default=None), max(strengths.get(kind, ()), default=None),
        )
        for kind, c in sorted(tally.items())
    ]  # fmt: skip


def why_open(result: SearchResult) -> dict[Statement, int]:
    """Why unidentified persons have no candidate, and how many for each reason, the most frequent first."""
    return dict(Counter(person.remark for person in result.unidentified if not person.candidates).most_common())


def _kind(truth: Truth, code: str) -> str:
    remark = truth.remarks.get(code, "")
    if truth.identities[code] is None:
        return "not reported missing"
    if remark == DISTANT:
        return DISTANT
    if "fragment" in remark:
        return "fragment of another sample's person"
    return "degraded" if "degraded" in remark else "ordinary"


def _outcome(candidate: Candidate | None, identity: tuple[str, str] | None) -> str:
    if candidate is None:
        return "open"
    if identity == (candidate.family, candidate.missing):
        return "first"
    return "relative" if identity is not None and identity[0] == candidate.family else "elsewhere"


def day_of_search(incident: Incident) -> dt.date:
    """A day on which every consent of a simulated incident is dated in the past."""
    dates: Sequence[dt.date] = [d.consent.date for f in incident.families for d in f.donors if d.consent is not None]
    return max(dates, default=dt.date(2020, 1, 1)) + dt.timedelta(days=30)
