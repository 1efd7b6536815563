"""The model of an incident as statements, and what differs between two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from antigone.casework.incident.provenance import describe_lineage, describe_settings, hash_table
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.lineage import DiscreteLaplace, MtModel, StatedCounts, YModel
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident_model import IncidentModel
from antigone.model.incident.settings import SearchSettings
from antigone.model.plain import to_json
from antigone.model.results.search import Setting
from antigone.model.statements import models as said
from antigone.model.statements import settings as choices
from antigone.model.statements.statement import Form, Statement

MOST_MARKERS_NAMED = 12


@dataclass(frozen=True)
class _Part:
    """One choice of a model: its value, and what is said of it."""

    value: Any
    words: Statement


def model_words(model: IncidentModel) -> tuple[Setting, ...]:
    """Every choice of a model; frequency tables with their source and hash."""
    return tuple(Setting(choice, part.words) for choice, part in _parts(model))


def model_differences(before: IncidentModel, after: IncidentModel) -> tuple[Statement, ...]:
    """What differs in ``after``, one statement for each choice; nothing when both are equal.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from antigone.model.incident.settings import SearchSettings
    >>> one = IncidentModel((), SearchSettings(theta=0.01), FurtherEvidence())
    >>> model_differences(one, replace(one, settings=SearchSettings(theta=0.03)))[0].values["choice"]
    Statement(code='setting theta', values={})
    """
    old, new = dict(_parts(before)), dict(_parts(after))
    lines = [*_of_tables(before, after)]
    for choice in dict.fromkeys((*old, *new)):
        one, other = old.get(choice), new.get(choice)
        if choice.code == said.FREQUENCIES.code or (one and other and one.value == other.value):
            continue
        lines.append(said.DIFFERS(choice=choice, words_how=_instead(one, other)))
    return tuple(lines)


def _parts(model: IncidentModel) -> Iterator[tuple[Statement, _Part]]:
    for table in model.tables:
        yield said.FREQUENCIES(population=table.population), _Part(table, describe_table(table))
    yield from _of_settings(model.settings)
    yield from _of_further(model.further)


def describe_table(table: FrequencyTable) -> Statement:
    """A frequency table: its markers, its source, and the hash of its numbers."""
    markers, digest = said.MARKERS(number=len(table.frequencies)), hash_table(table)
    if table.silent:
        markers = said.WITH_SILENT(words_markers=markers, number=len(table.silent))
    if table.source:
        return said.TABLE(words_markers=markers, source=table.source, digest=digest)
    return said.TABLE_WITHOUT_SOURCE(words_markers=markers, digest=digest)


def _of_settings(settings: SearchSettings) -> Iterator[tuple[Statement, _Part]]:
    """The settings of a result's provenance, with the values that they tell."""
    mutation = settings.mutation
    values: dict[Statement, Any] = {
        choices.THETA(): settings.theta,
        choices.MUTATION_OF_MOTHERS(): mutation.female,
        choices.MUTATION_OF_FATHERS(): mutation.male,
        choices.RARE_ALLELES(): settings.rule,
        choices.THRESHOLD(): (settings.threshold, settings.threshold_grows),
        choices.OBSERVATION(): settings.observation,
        choices.PRIOR(): settings.prior,
        choices.VERBAL_SCALE(): settings.verbal,
        choices.LINKED_MARKERS(): settings.linkage,
    }
    values |= {choices.MUTATION_OF_A_MARKER(marker=marker): models for marker, models in mutation.by_marker.items()}
    for one in describe_settings(settings):
        yield one.choice, _Part(values[one.choice], one.value)


def _of_further(further: FurtherEvidence) -> Iterator[tuple[Statement, _Part]]:
    for choice, model in ((choices.Y_HAPLOTYPES(), further.y_model), (choices.MT_HAPLOTYPES(), further.mt_model)):
        yield choice, _Part(model, said.NOT_COUNTED() if model is None else _describe_haplotypes(model))
    rates = further.rates
    kinds = ((choices.AGE, rates.age), (choices.TIME, rates.time), (choices.PLACE, rates.place))
    for kind, one in (*kinds, (choices.STATURE, rates.stature)):
        yield choices.CIRCUMSTANCES(words_kind=kind()), _Part(one, one.describe())
    for name, finding in sorted(rates.findings.items()):
        yield choices.FINDING(name=name), _Part(finding, finding.describe())
    sex = said.NO_LINE_OF_ITS_OWN() if further.sex is None else further.sex.describe()
    yield choices.SEX(), _Part(further.sex, sex)


def _describe_haplotypes(model: YModel | MtModel) -> Statement:
    basis = {StatedCounts: said.LOOKED_UP, DiscreteLaplace: said.MIXTURE}.get(type(model.basis), said.REFERENCE_TABLE)
    lineage, digest = describe_lineage(model), _hash(model.basis)
    return said.HAPLOTYPES(words_model=lineage, words_basis=basis(), digest=digest)


def _instead(before: _Part | None, after: _Part | None) -> Statement:
    if after is None:
        return said.NO_LONGER_STATED(before=before.words if before else choices.NONE())
    if before is None:
        return said.NOT_STATED_BEFORE(after=after.words)
    if before.words != after.words:
        return said.INSTEAD(after=after.words, before=before.words)
    return said.OTHER_NUMBERS(after=after.words, digest=_hash(after.value), digest_before=_hash(before.value))


def _hash(value: Any) -> str:
    return hashlib.sha256(to_json(value).encode()).hexdigest()[:16]


def _of_tables(before: IncidentModel, after: IncidentModel) -> Iterator[Statement]:
    old, new = ({table.population: table for table in model.tables} for model in (before, after))
    for name in new.keys() - old.keys():
        yield said.NEW_POPULATION(population=name, words_table=describe_table(new[name]))
    for name in old.keys() - new.keys():
        yield said.POPULATION_GONE(population=name)
    for name in old:
        if name in new and old[name] != new[name]:
            yield said.POPULATION_DIFFERS(population=name, differences=tuple(_of_table(old[name], new[name])))
    if old.keys() == new.keys() and [*old] != [*new]:
        yield said.ORDER_DIFFERS(after=tuple(new), before=tuple(old))


def _of_table(before: FrequencyTable, after: FrequencyTable) -> Iterator[Statement]:
    old, new = before.frequencies, after.frequencies
    both = [marker for marker in old if marker in new]
    kinds: tuple[tuple[Form, list[str]], ...] = (
        (said.NEW_MARKERS, [marker for marker in new if marker not in old]),
        (said.MARKERS_GONE, [marker for marker in old if marker not in new]),
        (said.OTHER_FREQUENCIES, [marker for marker in both if old[marker] != new[marker]]),
        (said.OTHER_SIZES, _other(both, before.alleles_sampled, after.alleles_sampled)),
        (said.OTHER_SILENT, _other(both, before.silent or {}, after.silent or {})),
        (said.OTHERWISE_ON_X, sorted(before.x_markers ^ after.x_markers)),
    )
    for words, markers in kinds:
        if markers:
            yield words(words_markers=_named(markers))
    if before.source != after.source:
        yield said.OTHER_SOURCE(after=after.source, before=before.source)


def _other(markers: Iterable[str], before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    return [marker for marker in markers if before.get(marker) != after.get(marker)]


def _named(markers: list[str]) -> Statement:
    shown, more = tuple(markers[:MOST_MARKERS_NAMED]), len(markers) - MOST_MARKERS_NAMED
    return said.NAMED_AND_MORE(markers=shown, number=more) if more > 0 else said.NAMED(markers=shown)
