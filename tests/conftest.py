"""What every test shares: one Hypothesis profile without chance, and the way to the shared corpus."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SHARED = Path(os.environ.get("ANTIGONE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
"""The validation corpus and real data: beside the repository, never inside it."""

_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same-every-time", _patient, derandomize=True, max_examples=60)
settings.register_profile("search", _patient, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-every-time"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the shared corpus; without it a test that needs it is skipped, and says so."""
    if not SHARED.is_dir():
        pytest.skip(f"NOT VALIDATED: the shared corpus is not at {SHARED}; set ANTIGONE_SHARED to its folder")
    return SHARED
