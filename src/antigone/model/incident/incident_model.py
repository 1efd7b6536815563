"""The model of an incident: everything that its answers rest on and that belongs to no person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.lineage import StatedCounts
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings


@dataclass(frozen=True)
class IncidentModel:
    """Frequencies, settings, and what weighs the evidence beside autosomal profiles.

    ``further`` has models and rates alone: no haplotype, no circumstance, no count of anybody.
    """

    tables: tuple[FrequencyTable, ...]
    settings: SearchSettings
    further: FurtherEvidence


def model_of(incident: Incident) -> IncidentModel:
    """The model of an incident, without what was typed or is known of anybody."""
    further = replace(incident.further, y={}, mt={}, missing={}, unidentified={})
    y_model, mt_model = _with_counts(further.y_model, {}), _with_counts(further.mt_model, {})
    return IncidentModel(incident.tables, incident.settings, replace(further, y_model=y_model, mt_model=mt_model))


def under_model(
    incident: Incident, model: IncidentModel, *, y_seen: Mapping[str, int], mt_seen: Mapping[str, int]
) -> Incident:
    """The same persons under a model; ``y_seen`` and ``mt_seen`` are how often the haplotype of a sample was met."""
    further = replace(
        incident.further,
        y_model=_with_counts(model.further.y_model, y_seen),
        mt_model=_with_counts(model.further.mt_model, mt_seen),
        rates=model.further.rates,
        sex=model.further.sex,
    )
    return replace(incident, tables=model.tables, settings=model.settings, further=further)


def _with_counts(model: Any, seen: Mapping[str, int]) -> Any:
    """A model of haplotypes whose basis, where it states counts, has these."""
    if model is None or not isinstance(model.basis, StatedCounts):
        return model
    return replace(model, basis=replace(model.basis, seen=seen))
