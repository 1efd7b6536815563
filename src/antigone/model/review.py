"""The review of candidates and the life of a run: their states, the steps between them, and how a list is sorted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

State = Literal["open", "proposed", "confirmed", "rejected", "reopening"]
STATES: tuple[State, ...] = get_args(State)
"""Where the question stands whether an unidentified person is a missing one."""

Step = Literal["propose", "confirm", "reject", "return", "ask to reopen", "reopen", "keep"]

Order = Literal["rank", "log10_lr", "posterior", "markers", "unidentified", "family", "missing", "run", "state"]
ORDERS: tuple[Order, ...] = get_args(Order)
"""What a list of candidates can be sorted by."""

RunState = Literal["running", "finished", "failed", "cancelled", "to be computed again"]
RUN_STATES: tuple[RunState, ...] = get_args(RunState)
TO_COMPUTE_AGAIN: RunState = "to be computed again"


@dataclass(frozen=True)
class Transition:
    """One step: from which state, to which, and by somebody else than who took the step ``not_by``.

    ``after`` is empty when it goes back to the state before the step ``not_by``.
    """

    action: Step
    before: State
    after: State | Literal[""]
    not_by: Step | None = None


TRANSITIONS = (
    Transition("propose", "open", "proposed"),
    Transition("confirm", "proposed", "confirmed", not_by="propose"),
    Transition("reject", "proposed", "rejected"),
    Transition("reject", "open", "rejected"),
    Transition("return", "proposed", "open"),
    Transition("ask to reopen", "confirmed", "reopening"),
    Transition("ask to reopen", "rejected", "reopening"),
    Transition("reopen", "reopening", "open", not_by="ask to reopen"),
    Transition("keep", "reopening", ""),
)
"""Every step there is."""

STATE_AFTER: Mapping[str, State] = {step.action: step.after for step in TRANSITIONS if step.after}
"""Where a step leads; ``keep`` leads back to where it was asked to reopen."""
