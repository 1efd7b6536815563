"""Limits of sums with theta that a test lowers, so that a small family is a large one."""

from __future__ import annotations

import pytest

from antigone.engine.forest import couple, tracing
from antigone.engine.forest import plan as forest
from antigone.engine.sums import work


def forget_plans() -> None:
    """What was planned under other limits."""
    for planned in (
        work._work_of,
        tracing._traced,
        tracing._is_traceable,
        forest.make_forest_plan,
        couple.make_couple_plan,
    ):
        planned.cache_clear()


def lower_limits(patch: pytest.MonkeyPatch) -> None:
    """Four half-brothers, whose copies have 256 ways, are a large family; three have 64.

    Their father's genotypes are not taken in turn, which would make them a small one.
    """
    patch.setattr(tracing, "MOST_STATES", 100)
    patch.setattr(work, "untyped_founders", lambda _data: [])
