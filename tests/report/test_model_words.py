"""Every mutation model is said in every language of a report."""

from __future__ import annotations

import pytest

from antigone.casework.incident.provenance import describe_model
from antigone.model.assumptions.mutation import (
    MODELS,
    Custom,
    Dawid,
    Equal,
    MutationModel,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    Transformed,
)
from antigone.report.words.language import languages, read_language
from antigone.report.words.statements import say

SPANISH: tuple[tuple[MutationModel, str], ...] = (
    (NoMutation(), "ninguno"),
    (Equal(0.002), "uniforme (rate 0.002)"),
    (Proportional(0.002), "proporcional (rate 0.002)"),
    (Stepwise(0.002, 1e-6, 0.1), "por pasos (rate 0.002, rate2 1e-06, range 0.1)"),
    (OneStep(0.002), "de un paso (rate 0.002)"),
    (Dawid(0.002, 0.3), "de Dawid (rate 0.002, range 0.3)"),
    (Custom(((0.9, 0.1), (0.2, 0.8))), "matriz propia de 2 alelos"),
    (Transformed(Equal(0.002), "PM"), "uniforme (rate 0.002), transformado PM"),
    (Transformed(Equal(0.002), "MH", False), "uniforme (rate 0.002), transformado MH sin conservar la tasa"),
)


def test_every_model_and_a_transform_stand_here() -> None:
    assert {type(model) for model, _ in SPANISH} == {*MODELS.values(), Transformed}


@pytest.mark.parametrize(("model", "words"), SPANISH, ids=lambda value: type(value).__name__)
def test_every_model_is_said_in_every_language(model: MutationModel, words: str) -> None:
    told = {code: say(describe_model(model), read_language(code)) for code in languages()}
    assert told["es"] == words
    assert all(text != told["en"] for code, text in told.items() if code != "en")
