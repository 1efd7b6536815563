"""What remains show, and how each two readings of a marker weigh: one person, or two.

Every sample is seen through the observation model, so a reading is a probability for each true genotype. For
two readings of one marker the likelihood ratio is then a number, and all of them together a table; the likelihood
ratio of a pair of samples is a sum of look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Bools, Ints
from antigone.engine.relations import Relation, pair_probabilities
from antigone.errors import ConsentError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.search.readings.codes import Reader, encode_readings, probabilities_of, reading_at

ALTERNATIVES: tuple[Relation, ...] = ("unrelated", "siblings", "parent")
SEX_SIGN = {"female": 1, "male": -1, "unknown": 0}


@dataclass(frozen=True)
class Readings:
    """All samples as numbers, and the tables that compare them.

    ``codes`` (markers, samples) numbers the readings that occur at each marker; ``typed`` has the same shape.
    ``log_lr[population][alternative][marker]`` has shape ``(readings, readings)``: natural log LR of one person
    against the alternative; for ``parent`` the row is the parent. ``likelihoods[population][marker]`` has shape
    ``(readings, genotypes)``: P(reading | genotype); ``priors`` P(genotype). ``populations`` are the autosomal markers
    that the tables were made from, with ``theta``.
    """

    samples: tuple[UnidentifiedPerson, ...]
    markers: tuple[Marker, ...]
    codes: Ints
    typed: Bools
    log_lr: Mapping[str, Mapping[Relation, tuple[Array, ...]]]
    likelihoods: Mapping[str, tuple[Array, ...]]
    priors: Mapping[str, tuple[Array, ...]]
    populations: Mapping[str, tuple[Marker, ...]]
    theta: float

    @property
    def sex_signs(self) -> NDArray[np.int8]:
        return np.array([SEX_SIGN[sample.sex] for sample in self.samples], dtype=np.int8)


def read_remains(
    samples: Sequence[UnidentifiedPerson],
    *,
    populations: Mapping[str, Sequence[Marker]],
    observation: ObservationModel,
    theta: float = 0.0,
) -> Readings:
    """Encode remains, and tabulate every two readings under every population.

    A full genotype is the set of alleles seen. A partial one (``a/?``) says only that ``a`` was among those seen.
    Replicates weigh by the product of their probabilities, and each sample by its own rates.
    All alleles of a pair, under every hypothesis, come from one urn (theta). Autosomal markers take part.

    Raises
    ------
    ConsentError
        For a living seeker: the request of a living person is for a search for their own family and covers no
        comparison with remains or with other seekers.
    ModelError
        For an allele outside the ladder.
    """
    _refuse_the_living(samples)
    autosomal = {name: tuple(m for m in of if m.chromosome == "autosomal") for name, of in populations.items()}
    markers = next(iter(autosomal.values()))
    coding = encode_readings(samples, markers, observation=observation)
    used = [np.unique(row, return_inverse=True) for row in coding.codes]
    dense = np.array([place.ravel() for _, place in used], dtype=np.int64).reshape(coding.codes.shape)
    tables, seen, priors = {}, {}, {}
    for name, of in autosomal.items():
        parts = [_tables(reader, values, theta) for reader, (values, _) in zip(coding.readers(of), used, strict=True)]
        tables[name] = {relation: tuple(log_lr[relation] for log_lr, _, _ in parts) for relation in ALTERNATIVES}
        seen[name] = tuple(likelihood for _, likelihood, _ in parts)
        priors[name] = tuple(prior for _, _, prior in parts)
    typed = coding.typed(markers)
    return Readings(tuple(samples), tuple(markers), dense, typed, tables, seen, priors, autosomal, theta)


def _refuse_the_living(samples: Sequence[UnidentifiedPerson]) -> None:
    living = [sample.code for sample in samples if sample.kind != "remains"]
    if living:
        raise ConsentError(
            f"{', '.join(living)}: a living seeker is compared with the families of missing persons only; "
            "re-association takes remains only"
        )


def _tables(reader: Reader, used: Ints, theta: float) -> tuple[dict[Relation, Array], Array, Array]:
    """One marker: log LR of each two readings against each alternative, P(reading | genotype), P(genotype).

    Against siblings the one person is a child of the same untyped parents, so that a mutation model that is not
    stationary weighs alike on both sides. A marker typed in one sample only says nothing: its log LR is exactly 0.
    """
    marker, seen = reader.marker, reader.probabilities(used)
    prior = np.diag(pair_probabilities(marker, "same", theta=theta))
    untyped = used == reader.untyped
    log_lr: dict[Relation, Array] = {}
    for relation in ALTERNATIVES:
        pairs = pair_probabilities(marker, relation, theta=theta)
        own = pairs.sum(axis=1) if relation == "siblings" else prior
        same, apart = (seen * own) @ seen.T, seen @ pairs @ seen.T
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(same > 0, np.log(same) - np.log(apart), -np.inf)
        log_lr[relation] = np.where(untyped[:, None] | untyped[None, :], 0.0, logs)
    return log_lr, seen, prior


def observe_profile(
    person: UnidentifiedPerson, markers: Sequence[Marker], *, observation: ObservationModel
) -> dict[str, Array]:
    """By typed marker, P(what was read of the person | genotype) for every unordered genotype.

    The genotypes are the single alleles for a male on the X chromosome. The X markers of a person of unknown sex,
    who may carry one copy or two, say nothing and are not among them.
    """
    found = {}
    for marker in markers:
        reading = reading_at(person, marker, observation)
        if reading is not None:
            hemizygous = marker.chromosome == "X" and person.sex == "male"
            found[marker.name] = probabilities_of(reading, marker, hemizygous=hemizygous)
    return found
