"""Every mutation model is one class: readers take its name and its parameters from there."""

from __future__ import annotations

import pytest

from antigone.formats.casefolder.settings import incident_settings
from antigone.formats.reading.findings import Findings
from antigone.formats.validation.cases import mutation_model
from antigone.model.assumptions.mutation import (
    MODELS,
    BaseModel,
    Custom,
    Dawid,
    Equal,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    parameters,
)

EXAMPLES: tuple[BaseModel, ...] = (
    NoMutation(),
    Equal(0.01),
    Proportional(0.02),
    Stepwise(0.003, 1e-6, 0.2),
    OneStep(0.004),
    Dawid(0.005, 0.3),
    Custom(((0.9, 0.1), (0.2, 0.8))),
)


def _written(model: BaseModel) -> dict[str, object]:
    values = dict(vars(model))
    if isinstance(model, Custom):
        values["matrix"] = [list(row) for row in model.matrix]
    return {"model": model.name, **values}


def test_every_model_has_an_example_here() -> None:
    assert {model.name: type(model) for model in EXAMPLES} == dict(MODELS)


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.name)
def test_settings_read_every_model_by_its_name_and_fields(model: BaseModel) -> None:
    findings = Findings()
    read = incident_settings("incident.toml", {"title": "T", "mutation": _written(model)}, {}, findings)
    assert (read.settings.mutation.female, read.settings.mutation.male) == (model, model)


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.name)
def test_validation_cases_read_every_model_by_its_name_and_fields(model: BaseModel) -> None:
    written = _written(model) | ({"model": "trivial"} if model == NoMutation() else {})
    assert mutation_model(written) == model


def test_parameters_are_the_fields_and_those_without_a_default_are_needed() -> None:
    assert parameters(NoMutation) == {}
    assert parameters(Stepwise) == {"rate": True, "rate2": False, "range": False}
    assert parameters(Custom) == {"matrix": True}
