"""Are likelihood ratios of degraded samples honest? Simulated families, members and strangers, counted. Prints JSON.

Half of the samples are the missing person's, half a stranger's, so that the posterior at prior 1/2 is LR / (1 + LR).
``python benchmarks/observation_calibration.py [families]``, by default 20,000.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antigone.engine.frequencies import markers_of
from antigone.formats.frequencies import nist1036
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import MarkerRates, ObservationModel, ObservationRates, Replicate
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.readings.codes import encode_readings
from antigone.search.readings.dropout import estimate_dropouts
from antigone.simulation.genes import drop_gene_indices

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
FAMILY = Pedigree.of(
    ("F", "male"), ("M", "female"), ("N", "female"), ("MP", "male", "F", "M"), ("H", "female", "F", "N"), ("X", "male")
)
"""A missing man, his half-sister (typed), and a stranger: little evidence, so that much stays open."""
DEGRADED = ObservationModel(
    ObservationRates(dropout=0.3, dropin=0.02, error=0.005), {"SE33": MarkerRates(dropout_odds=2.0)}
)
FEW, MANY = ("TH01", "FGA", "SE33", "vWA"), 24


def kit(markers: int = 0) -> list[Marker]:
    """The first so many markers of one NIST table, or the few of this study."""
    table = next(table for table in nist1036() if "pooled" not in table.population)
    names = sorted(table.frequencies)[:markers] if markers else FEW
    return list(markers_of(table, names, seen={}, rule=SearchSettings().rule, mutation=DEFAULT_MUTATION))


def amplify(genes: Ints, marker: Marker, rates: ObservationRates, rng: np.random.Generator) -> Replicate:
    """What one amplification shows, drawn step by step as docs/model.md states them."""
    p = np.array(marker.frequencies) / sum(marker.frequencies)
    if rng.random() < rates.error:
        genes = rng.choice(len(p), size=2, p=p)
    seen = {int(gene) for gene in genes if rng.random() >= rates.dropout}
    if rng.random() < rates.dropin:
        seen.add(int(rng.choice(len(p), p=p)))
    return tuple(marker.alleles[gene] for gene in sorted(seen))


def observe(
    genes: Ints, markers: Sequence[Marker], observation: ObservationModel, rng: np.random.Generator, code: str
) -> UnidentifiedPerson:
    """A sample, amplified once or twice, whose drop-out lies around the common one."""
    odd = replace(observation.rates, dropout=float(rng.choice([0.15, 0.3, 0.5])))
    person = UnidentifiedPerson(code, Profile(code, {}), rates=odd)
    shown = {
        marker.name: tuple(
            amplify(genes[m], marker, observation.rates_of(person, marker.name), rng) for _ in range(1 + m % 2)
        )
        for m, marker in enumerate(markers)
    }
    return replace(person, replicates=shown)


def simulate(
    families: int,
    markers: Sequence[Marker],
    *,
    observation: ObservationModel,
    seed: int,
    estimated: bool = False,
    judged_by: ObservationModel | None = None,
) -> tuple[Array, Array]:
    """Natural log LR of the missing person and of a stranger, one of each for every family.

    ``judged_by`` computes the LRs under common rates of its own instead of those that the samples have.
    """
    rng = np.random.default_rng(seed)
    genes = drop_gene_indices(FAMILY, markers, rng=rng, count=families)
    row = {member.id: number for number, member in enumerate(FAMILY)}
    people, targets = [], []
    for number, drawn in enumerate(genes):
        people += [observe(drawn[row[who]], markers, observation, rng, f"{who}{number}") for who in ("MP", "X")]
        typed = {m.name: tuple(m.alleles[g] for g in drawn[row["H"], k]) for k, m in enumerate(markers)}
        targets.append(Target(str(number), "MP", FAMILY, {"H": Profile(f"H{number}", typed)}))  # type: ignore[arg-type]
    if estimated:
        asked = [replace(person, estimate_dropout=True) for person in people]
        people = list(estimate_dropouts(asked, populations={"P": markers}, observation=observation)[0])
    if judged_by is not None:
        people, observation = [replace(person, rates=None) for person in people], judged_by
    coding = encode_readings(people, markers, observation=observation)
    tables = log_lr_tables(targets, markers, readers=coding.readers(markers))
    which = np.arange(families)
    logs = [
        np.sum([table[which, codes[start::2]] for table, codes in zip(tables, coding.codes, strict=True)], axis=0)
        for start in (0, 1)
    ]
    return logs[0], logs[1]


def summarise(true: Array, stranger: Array) -> dict[str, object]:
    """Mean LR of strangers with its standard error, and by tenth of the posterior the share of true pairs."""
    lr = np.exp(stranger)
    posterior = 1 / (1 + np.exp(-np.concatenate([true, stranger])))
    is_true = np.repeat([1.0, 0.0], [len(true), len(stranger)])
    place = np.minimum((posterior * 10).astype(int), 9)
    tenths = []
    for tenth in range(10):
        chosen = place == tenth
        if chosen.any():
            mean, share, count = posterior[chosen].mean(), is_true[chosen].mean(), int(chosen.sum())
            error = float(np.sqrt(mean * (1 - mean) / count))
            tenths.append(
                {"pairs": count, "mean_posterior": round(float(mean), 4), "share_true": round(float(share), 4),
                 "standard_error": round(error, 4), "standard_errors_off": round(float((share - mean) / error), 2)}
            )  # fmt: skip
    return {
        "mean_lr_of_strangers": round(float(lr.mean()), 4),
        "standard_error": round(float(lr.std() / np.sqrt(len(lr))), 4),
        "mean_log10_lr_of_true_pairs": round(float(true.mean() / np.log(10)), 3),
        "tenths_of_the_posterior": tenths,
    }


def main(families: int = 20_000) -> None:
    few = kit()
    many = kit(MANY)
    print(json.dumps({
        "families": families,
        "observation": DEGRADED.describe(),
        "rates known, 4 markers": summarise(*simulate(families, few, observation=DEGRADED, seed=1)),
        "rates known, 24 markers": summarise(*simulate(families // 10, many, observation=DEGRADED, seed=2)),
        "drop-out estimated, 24 markers": summarise(
            *simulate(families // 10, many, observation=DEGRADED, seed=2, estimated=True)
        ),
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
