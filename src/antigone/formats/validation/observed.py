"""What was seen of degraded samples in a case of the validation corpus (``observed`` and ``observation``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from antigone.errors import InputError, ModelError, Problem
from antigone.formats.validation.cases import Case
from antigone.model.assumptions.observation import ObservationRates

_RATES = {"dropout": "dropout", "drop_in": "dropin", "error": "error"}


@dataclass(frozen=True)
class Observed:
    """One person's replicates by marker (each the set of alleles seen), and the rates of the sample."""

    replicates: Mapping[str, tuple[frozenset[str], ...]]
    rates: ObservationRates


def read_observed(case: Case) -> dict[str, Observed]:
    """The observations of a case, by person; none in a case without them.

    Raises
    ------
    InputError
        When a replicate is no list of alleles, a marker is unknown, or a rate is missing or no probability.
    """
    rates, observed = (_object(case, key, case.raw.get(key)) for key in ("observation", "observed"))
    for person in rates:
        if person not in observed:
            raise _refusal(case, f"observation.{person}", "rates of somebody not observed", "what was seen of them")
    return {
        person: Observed(_replicates(case, person, seen), _rates(case, person, rates.get(person)))
        for person, seen in observed.items()
    }


def _object(case: Case, where: str, value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise _refusal(case, where, "no object", "an object in braces")
    return value or {}


def _replicates(case: Case, person: str, seen: Any) -> dict[str, tuple[frozenset[str], ...]]:
    markers = {marker.name for marker in case.markers}
    found = {}
    for marker, replicates in _object(case, f"observed.{person}", seen).items():
        if marker not in markers or not _are_lists_of_labels(replicates):
            where = f"observed.{person}.{marker}"
            raise _refusal(case, where, "an unknown marker or no list of lists", "alleles by replicate of a marker")
        found[marker] = tuple(frozenset(replicate) for replicate in replicates)
    return found


def _are_lists_of_labels(replicates: Any) -> bool:
    return isinstance(replicates, list) and all(
        isinstance(replicate, list) and all(isinstance(allele, str) for allele in replicate) for replicate in replicates
    )


def _rates(case: Case, person: str, given: Any) -> ObservationRates:
    try:
        return ObservationRates(**{name: float(given[key]) for key, name in _RATES.items()})
    except (KeyError, TypeError, ValueError, ModelError):
        expected = "dropout, drop_in and error, each between 0 and 1"
        raise _refusal(case, f"observation.{person}", "no such rates", expected) from None


def _refusal(case: Case, where: str, found: str, expected: str) -> InputError:
    return InputError([Problem(f"case {case.id}", 0, where, found, expected, "correct the case")])
