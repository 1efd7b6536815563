"""Every form by its code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from antigone.model.statements import (
    evidence,
    exchange,
    frequencies,
    genotypes,
    joint,
    method,
    models,
    names,
    readers,
    remains,
    samples,
    searching,
    settings,
    statement,
)
from antigone.model.statements.statement import Form

_TABLES: tuple[ModuleType, ...] = (
    statement, names, method, searching, settings, evidence, samples, joint, remains, readers,
    frequencies,
    genotypes,
    models,
    exchange,
)  # fmt: skip


def _forms() -> Mapping[str, Form]:
    forms = [one for table in _TABLES for one in vars(table).values() if isinstance(one, Form)]
    return MappingProxyType({one.code: one for one in forms})


FORMS = _forms()
"""What can be said, by code."""
