"""Every mutation model is one class: readers take its name and its parameters from there."""

from __future__ import annotations

import pytest

from antigone.engine.mutation.matrices import transition_matrix
from antigone.errors import ModelError
from antigone.formats.casefolder.settings import incident_settings
from antigone.formats.reading.findings import Findings
from antigone.formats.validation.cases import mutation_model
from antigone.model.assumptions.mutation import (
    MODELS,
    TRANSFORMS,
    BaseModel,
    Custom,
    Dawid,
    Equal,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    Transform,
    Transformed,
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


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.name)
def test_counts_repeats__says_whether_letters_are_no_alleles_for_the_model(model: BaseModel) -> None:
    if model.counts_repeats:
        with pytest.raises(ModelError, match="are no numbers"):
            transition_matrix(model, ["A", "B"], [0.5, 0.5])
    else:
        assert transition_matrix(model, ["A", "B"], [0.5, 0.5]).shape == (2, 2)


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.name)
def test_scaled__a_third_of_the_rate_is_a_third_of_what_leaves_an_allele(model: BaseModel) -> None:
    alleles, p = ["12", "13"], [0.4, 0.6]
    whole, third = (1 - transition_matrix(one, alleles, p).diagonal() for one in (model, model.scaled(1 / 3)))
    assert third == pytest.approx(whole / 3, abs=1e-15)
    assert type(model.scaled(1.0)) is type(model)


def test_scaled__of_a_matrix_keeps_where_mutations_lead() -> None:
    assert Custom(((0.5, 0.25, 0.25), (0.0, 1.0, 0.0), (0.5, 0.0, 0.5))).scaled(0.5).matrix == (
        (0.75, 0.125, 0.125),
        (0.0, 1.0, 0.0),
        (0.25, 0.0, 0.75),
    )


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_transformed__scales_and_counts_repeats_as_its_model(transform: Transform) -> None:
    model = Transformed(Dawid(0.006, 0.3), transform, keep_rate=False)
    assert model.scaled(0.5) == Transformed(Dawid(0.003, 0.3), transform, keep_rate=False)
    assert model.counts_repeats
    assert not Transformed(Equal(0.1), transform).counts_repeats
