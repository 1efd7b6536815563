"""Exact, explained DNA identification of the missing: unidentified persons against the families who look for them.

The names below are the public ones. They are imported when they are first used, so that ``antigone --help`` starts
at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from antigone.engine.kinship import identity_coefficients, inbreeding_coefficients, kinship_matrix
    from antigone.engine.sums.likelihood import (
        genotype_distribution,
        likelihood_ratio,
        log_likelihood,
        log_likelihoods,
    )
    from antigone.engine.sums.plan import elimination_plan
    from antigone.engine.sums.ratio import LikelihoodRatio
    from antigone.errors import AntigoneError
    from antigone.model.assumptions.marker import Marker
    from antigone.model.assumptions.mutation import (
        Custom,
        Dawid,
        Equal,
        NoMutation,
        OneStep,
        Proportional,
        Stepwise,
        Transformed,
    )
    from antigone.model.pedigree import Individual, Pedigree
    from antigone.model.profile import Profile
    from antigone.simulation.genes import drop_genes

__all__ = [
    "AntigoneError",
    "Custom",
    "Dawid",
    "Equal",
    "Individual",
    "LikelihoodRatio",
    "Marker",
    "NoMutation",
    "OneStep",
    "Pedigree",
    "Profile",
    "Proportional",
    "Stepwise",
    "Transformed",
    "__version__",
    "drop_genes",
    "elimination_plan",
    "genotype_distribution",
    "identity_coefficients",
    "inbreeding_coefficients",
    "kinship_matrix",
    "likelihood_ratio",
    "log_likelihood",
    "log_likelihoods",
]

_HOME = {
    "AntigoneError": "errors",
    "Individual": "model.pedigree",
    "LikelihoodRatio": "engine.sums.ratio",
    "Marker": "model.assumptions.marker",
    "Pedigree": "model.pedigree",
    "Profile": "model.profile",
    "drop_genes": "simulation.genes",
    "elimination_plan": "engine.sums.plan",
    "genotype_distribution": "engine.sums.likelihood",
    "identity_coefficients": "engine.kinship",
    "inbreeding_coefficients": "engine.kinship",
    "kinship_matrix": "engine.kinship",
    "likelihood_ratio": "engine.sums.likelihood",
    "log_likelihood": "engine.sums.likelihood",
    "log_likelihoods": "engine.sums.likelihood",
}
_HOME |= dict.fromkeys(
    ("Custom", "Dawid", "Equal", "NoMutation", "OneStep", "Proportional", "Stepwise", "Transformed"),
    "model.assumptions.mutation",
)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'antigone' has no attribute '{name}'")
    return getattr(import_module(f"antigone.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
