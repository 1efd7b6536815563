"""Who may do what: one table, read by every action, by the documentation and by the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["administrator", "registrar", "geneticist", "reviewer", "coordinator", "auditor"]
ROLES: tuple[Role, ...] = ("administrator", "registrar", "geneticist", "reviewer", "coordinator", "auditor")

Action = Literal[
    "see status",
    "see families",
    "import",
    "see imports",
    "undo import",
    "record consent",
    "narrow consent",
    "record custody",
    "withdraw",
    "search",
    "see runs",
    "solve jointly",
    "see joint",
    "see candidates",
    "see candidate",
    "work out",
    "see findings",
    "comment",
    "propose",
    "confirm",
    "reject",
    "ask to reopen",
    "reopen",
    "export",
    "write expert report",
    "write family letter",
    "manage users",
    "manage tokens",
    "countersign",
    "own account",
    "see safekeeping",
    "rotate key",
    "back up",
    "read audit",
    "sign checkpoint",
    "verify",
]

_GENETICS: frozenset[Role] = frozenset({"geneticist", "reviewer"})
_EVERYONE: frozenset[Role] = frozenset(ROLES)

ALLOWED: Mapping[Action, frozenset[Role]] = {
    "see status": _EVERYONE,
    "see families": frozenset({"registrar", "geneticist", "reviewer", "coordinator"}),
    "import": frozenset({"registrar"}),
    "see imports": frozenset({"registrar", "geneticist"}),
    "undo import": frozenset({"registrar"}),
    "record consent": frozenset({"registrar", "coordinator"}),
    "narrow consent": frozenset({"registrar", "coordinator"}),
    "record custody": frozenset({"registrar"}),
    "withdraw": frozenset({"registrar", "coordinator"}),
    "search": frozenset({"geneticist"}),
    "see runs": _GENETICS,
    "solve jointly": frozenset({"geneticist"}),
    "see joint": _GENETICS,
    "see candidates": _GENETICS,
    "see candidate": _GENETICS,
    "work out": _GENETICS,
    "see findings": frozenset({"geneticist"}),
    "comment": _GENETICS,
    "propose": frozenset({"geneticist"}),
    "confirm": _GENETICS,
    "reject": _GENETICS,
    "ask to reopen": _GENETICS,
    "reopen": _GENETICS,
    "export": frozenset({"geneticist"}),
    "write expert report": _GENETICS,
    "write family letter": frozenset({"coordinator"}),
    "manage users": frozenset({"administrator"}),
    "manage tokens": frozenset({"administrator"}),
    "countersign": frozenset({"administrator", "auditor"}),
    "own account": _EVERYONE,
    "see safekeeping": frozenset({"administrator"}),
    "rotate key": frozenset({"administrator"}),
    "back up": frozenset({"administrator"}),
    "read audit": frozenset({"auditor"}),
    "sign checkpoint": frozenset({"auditor", "administrator"}),
    "verify": frozenset({"auditor", "administrator"}),
}
"""A role is not a rank: an administrator sees no genetic data, an auditor no family, a coordinator no genotype."""
