"""The elimination plan of one marker of one family, to be looked at before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping

from antigone.engine.doors import checked_question
from antigone.engine.sums.elimination import Plan
from antigone.engine.sums.likelihood import group_markers, plan_for, require_supported
from antigone.engine.sums.population import networks
from antigone.engine.sums.pruning import prune
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile


def elimination_plan(
    pedigree: Pedigree, profiles: Mapping[str, Profile], marker: Marker, *, theta: float = 0.0
) -> Plan:
    """The order and cost of the exact sum for one marker; ``print`` shows it.

    With theta the likelihood may be a sum over several networks; the plan is that of the first.

    Raises
    ------
    ModelError
        As for ``log_likelihood``.
    PlanTooLarge
        When the plan exceeds the stated limits, with its size.

    Examples
    --------
    >>> duo = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    >>> typed = {"C": Profile("c", {"M": ("a", "b")})}
    >>> print(elimination_plan(duo, typed, Marker("M", ("a", "b"), (0.5, 0.5))))
    4 factors, 10 multiplications, largest array 6
       2 x 1    -> (1,) (6)
       0 x 3    -> (1,) (2)
       5 x 4    -> () (2)
    """
    checked_question(pedigree, profiles, [marker], theta=theta)
    [(_, data)] = group_markers(pedigree, profiles, [marker])
    data = prune(data)
    require_supported(data, theta)
    _, network = next(networks(data, theta))
    return plan_for(data, network)
