"""The model of an incident in words, and what differs between two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from antigone.casework.incident.provenance import describe_settings, hash_table
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.lineage import MtModel, YModel
from antigone.model.checks import exact_text
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident_model import IncidentModel
from antigone.model.incident.settings import SearchSettings
from antigone.model.plain import to_json
from antigone.plain_words import counted

MOST_MARKERS_NAMED = 12
NOT_COUNTED = "nothing: it takes no part"


@dataclass(frozen=True)
class _Part:
    """One choice of a model: its value, and that in words."""

    value: Any
    words: str


def model_words(model: IncidentModel) -> dict[str, str]:
    """Every choice of a model, in words, by its name; frequency tables with their source and hash."""
    return {name: part.words for name, part in _parts(model)}


def model_differences(before: IncidentModel, after: IncidentModel) -> tuple[str, ...]:
    """What differs in ``after``, one line for each choice; nothing when both are equal.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from antigone.model.incident.settings import SearchSettings
    >>> one = IncidentModel((), SearchSettings(theta=0.01), FurtherEvidence())
    >>> model_differences(one, replace(one, settings=SearchSettings(theta=0.03)))
    ('theta: 0.03 instead of 0.01',)
    """
    old, new = dict(_parts(before)), dict(_parts(after))
    lines = [*_of_tables(before, after)]
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if name.startswith(_OF_TABLE) or (one and other and one.value == other.value):
            continue
        lines.append(f"{name}: {_instead(one, other)}")
    return tuple(lines)


_OF_TABLE = "frequencies, "


def _parts(model: IncidentModel) -> Iterator[tuple[str, _Part]]:
    for table in model.tables:
        yield f"{_OF_TABLE}{table.population}", _Part(table, describe_table(table))
    yield from _of_settings(model.settings)
    yield from _of_further(model.further)


def describe_table(table: FrequencyTable) -> str:
    """A frequency table in words: its markers, its source, and the hash of its numbers."""
    silent = f", {counted(len(table.silent), 'marker')} with silent alleles" if table.silent else ""
    source = table.source or "no source stated"
    return f"{counted(len(table.frequencies), 'marker')}{silent}; {source}; SHA-256 {hash_table(table)}"


def _of_settings(settings: SearchSettings) -> Iterator[tuple[str, _Part]]:
    """The words of a result's provenance, with the values that they tell."""
    mutation = settings.mutation
    values: dict[str, Any] = {
        "theta": settings.theta,
        "mutation, mothers": mutation.female,
        "mutation, fathers": mutation.male,
        "rare and unseen alleles": settings.rule,
        "threshold of the likelihood ratio": (settings.threshold, settings.threshold_grows),
        "observation of the unidentified": settings.observation,
        "prior": settings.prior,
        "verbal scale": settings.verbal,
        "linked markers": settings.linkage,
    }
    values |= {f"mutation, {marker}": models for marker, models in mutation.by_marker.items()}
    for name, words in describe_settings(settings).items():
        yield name, _Part(values[name], words)


def _of_further(further: FurtherEvidence) -> Iterator[tuple[str, _Part]]:
    for kind, model in (("Y", further.y_model), ("mtDNA", further.mt_model)):
        yield f"{kind} haplotypes", _Part(model, NOT_COUNTED if model is None else _describe_haplotypes(model))
    rates = further.rates
    for name, one in (("age", rates.age), ("time", rates.time), ("place", rates.place), ("stature", rates.stature)):
        yield f"circumstances, {name}", _Part(one, one.describe())
    for name, finding in sorted(rates.findings.items()):
        yield f"circumstances, finding {name}", _Part(finding, finding.describe())
    yield "sex", _Part(further.sex, "no line of its own" if further.sex is None else further.sex.describe())


def _describe_haplotypes(model: YModel | MtModel) -> str:
    basis = {"StatedCounts": "counts that were looked up", "DiscreteLaplace": "a fitted mixture"}
    held = basis.get(type(model.basis).__name__, "a reference table")
    return (
        f"{model.estimator}; theta {exact_text(model.theta)}; {model.rates.describe()}; frequencies from {held}, "
        f"SHA-256 {_hash(model.basis)}"
    )


def _instead(before: _Part | None, after: _Part | None) -> str:
    if before is None or after is None:
        return f"{after.words}, not stated before" if after else f"not stated; before: {before.words if before else ''}"
    if before.words != after.words:
        return f"{after.words} instead of {before.words}"
    return f"{after.words}, with other numbers: SHA-256 {_hash(after.value)} instead of {_hash(before.value)}"


def _hash(value: Any) -> str:
    return hashlib.sha256(to_json(value).encode()).hexdigest()[:16]


def _of_tables(before: IncidentModel, after: IncidentModel) -> Iterator[str]:
    old, new = ({table.population: table for table in model.tables} for model in (before, after))
    for name in new.keys() - old.keys():
        yield f"frequencies of {name}: new ({describe_table(new[name])})"
    for name in old.keys() - new.keys():
        yield f"frequencies of {name}: no longer among the populations"
    for name in old:
        if name in new and old[name] != new[name]:
            yield f"frequencies of {name}: {'; '.join(_of_table(old[name], new[name]))}"
    if old.keys() == new.keys() and [*old] != [*new]:
        yield f"order of the populations: {', '.join(new)} instead of {', '.join(old)}"


def _of_table(before: FrequencyTable, after: FrequencyTable) -> Iterator[str]:
    old, new = before.frequencies, after.frequencies
    both = [marker for marker in old if marker in new]
    changed = [marker for marker in both if old[marker] != new[marker]]
    for words, markers in (
        ("new markers", [marker for marker in new if marker not in old]),
        ("markers that are gone", [marker for marker in old if marker not in new]),
        ("other frequencies of", changed),
        ("another number of sampled alleles of", _other(both, before.alleles_sampled, after.alleles_sampled)),
        ("other silent alleles of", _other(both, before.silent or {}, after.silent or {})),
        ("otherwise on the X chromosome", sorted(before.x_markers ^ after.x_markers)),
    ):
        if markers:
            yield f"{words} {_named(markers)}"
    if before.source != after.source:
        yield f"source '{after.source}' instead of '{before.source}'"


def _other(markers: Iterable[str], before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    return [marker for marker in markers if before.get(marker) != after.get(marker)]


def _named(markers: list[str]) -> str:
    shown = ", ".join(markers[:MOST_MARKERS_NAMED])
    more = len(markers) - MOST_MARKERS_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
