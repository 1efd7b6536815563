"""What a run over several incidents shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from antigone.model.results.remains import ReassociationResult
from antigone.model.results.search import SearchResult


@dataclass(frozen=True)
class SetLine:
    """One run over several incidents: a search, or remains against remains. ``model_of``: whose model was stated to
    hold for all; ``changes``: how many changes were noted of its incidents since it read them, which it does not know;
    ``left_out``: who took no part, by reason."""

    number: int
    kind: Literal["search", "remains"]
    incidents: tuple[str, ...]
    state: str
    started: str
    started_by: str
    purpose: str
    day: dt.date
    model_of: str
    changes: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class SetView:
    """A run over several incidents with its answer: of a search, or of remains; every code in it begins with its
    incident and a slash. ``closed`` says why there is none to see."""

    line: SetLine
    search: SearchResult | None = None
    remains: ReassociationResult | None = None
    closed: str = ""
