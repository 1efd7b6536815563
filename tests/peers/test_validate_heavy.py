"""Validation: the two cases of the shared corpus that take longest; ``test_validate`` has the others."""

from __future__ import annotations

import pytest
from corpus import HEAVY, corpus, loosened

from antigone.casework.validation.validate import validate_files

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("file", "kind"), [*zip(HEAVY, ("dvi_joint", "power_exact"), strict=True)])
def test_corpus__every_computed_value_agrees(shared, file, kind):
    checks = validate_files([path for path in corpus(shared) if path.name == file])
    assert {(check.category, check.cases, check.passed) for check in checks} == {(kind, 1, True)}
    assert loosened(checks) == []
