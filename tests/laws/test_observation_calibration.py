"""Samples with 30 % drop-out: strangers have a mean LR of 1, and a posterior of 0.7 is right seven times in ten.

The simulation is that of ``benchmarks/observation_calibration.py``, with fewer families and a fixed seed.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

STUDY = Path(__file__).parents[2] / "benchmarks" / "observation_calibration.py"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("observation_calibration", STUDY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def summary(study: ModuleType) -> dict:
    return study.summarise(*study.simulate(1500, study.kit(), observation=study.DEGRADED, seed=1))


@pytest.mark.slow
def test_mean_likelihood_ratio_of_strangers__is_one_within_its_standard_error(summary: dict) -> None:
    assert summary["standard_error"] < 0.1
    assert abs(summary["mean_lr_of_strangers"] - 1) < 3 * summary["standard_error"]


def test_posterior__by_tenths_is_the_share_of_true_pairs(summary: dict) -> None:
    tenths = summary["tenths_of_the_posterior"]
    assert len(tenths) == 10
    assert all(abs(tenth["standard_errors_off"]) < 3.3 for tenth in tenths)


@pytest.mark.slow
def test_true_rates__tell_more_than_wrong_ones(study: ModuleType) -> None:
    """Samples that lost a third of their alleles, judged as if a fiftieth were lost: true pairs lose support."""
    few = study.kit()
    truth = study.DEGRADED
    careless = study.ObservationModel(study.ObservationRates(dropout=0.02, dropin=0.02, error=0.005))
    genuine = study.simulate(400, few, observation=truth, seed=3)
    wrong = study.simulate(400, few, observation=truth, seed=3, judged_by=careless)
    assert genuine[0].mean() > wrong[0].mean()
