"""Exact, explained DNA identification of the missing: unidentified persons against the families who look for them.

The names below are the public ones. They are imported when they are first used, so that ``antigone --help`` starts
at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from antigone.engine.kinship import (
        identity_coefficients,
        inbreeding_coefficients,
        kinship_matrix,
        sharing_probabilities,
    )
    from antigone.engine.sums.likelihood import (
        genotype_distribution,
        likelihood_ratio,
        log_likelihood,
        log_likelihoods,
    )
    from antigone.engine.sums.plan import elimination_plan
    from antigone.engine.sums.ratio import LikelihoodRatio
    from antigone.errors import AntigoneError
    from antigone.formats.frequencies.tables import read_frequencies
    from antigone.library.families import CandidateLrs, missing_person_lr
    from antigone.library.incidents import joint_incident, read_incident, search_incident
    from antigone.library.matrices import TransitionMatrix, transition_matrix
    from antigone.library.power import Power, inclusion_power, power
    from antigone.library.reading import Case, DeclaredFamily, markers_of, nist1036, read_familias, read_ped
    from antigone.library.shown import draw
    from antigone.library.tables import to_arrow, to_pandas
    from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
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
    from antigone.model.incident.settings import MutationChoice
    from antigone.model.pedigree import Individual, Pedigree
    from antigone.model.profile import Profile
    from antigone.search.power.exclusion import exclusion_power
    from antigone.simulation.genes import drop_genes
    from antigone.simulation.given import simulate

__all__ = [
    "AntigoneError",
    "CandidateLrs",
    "Case",
    "Custom",
    "Dawid",
    "DeclaredFamily",
    "Equal",
    "FrequencyRule",
    "FrequencyTable",
    "Individual",
    "LikelihoodRatio",
    "Marker",
    "MutationChoice",
    "NoMutation",
    "OneStep",
    "Pedigree",
    "Power",
    "Profile",
    "Proportional",
    "Stepwise",
    "Transformed",
    "TransitionMatrix",
    "__version__",
    "draw",
    "drop_genes",
    "elimination_plan",
    "exclusion_power",
    "genotype_distribution",
    "identity_coefficients",
    "inbreeding_coefficients",
    "inclusion_power",
    "joint_incident",
    "kinship_matrix",
    "likelihood_ratio",
    "log_likelihood",
    "log_likelihoods",
    "markers_of",
    "missing_person_lr",
    "nist1036",
    "power",
    "read_familias",
    "read_frequencies",
    "read_incident",
    "read_ped",
    "search_incident",
    "sharing_probabilities",
    "simulate",
    "to_arrow",
    "to_pandas",
    "transition_matrix",
]

_HOME = {
    "AntigoneError": "errors",
    "CandidateLrs": "library.families",
    "Case": "library.reading",
    "DeclaredFamily": "library.reading",
    "FrequencyRule": "model.assumptions.frequency",
    "FrequencyTable": "model.assumptions.frequency",
    "Individual": "model.pedigree",
    "LikelihoodRatio": "engine.sums.ratio",
    "Marker": "model.assumptions.marker",
    "MutationChoice": "model.incident.settings",
    "Pedigree": "model.pedigree",
    "Power": "library.power",
    "Profile": "model.profile",
    "TransitionMatrix": "library.matrices",
    "draw": "library.shown",
    "drop_genes": "simulation.genes",
    "elimination_plan": "engine.sums.plan",
    "exclusion_power": "search.power.exclusion",
    "genotype_distribution": "engine.sums.likelihood",
    "identity_coefficients": "engine.kinship",
    "inbreeding_coefficients": "engine.kinship",
    "inclusion_power": "library.power",
    "joint_incident": "library.incidents",
    "kinship_matrix": "engine.kinship",
    "likelihood_ratio": "engine.sums.likelihood",
    "log_likelihood": "engine.sums.likelihood",
    "log_likelihoods": "engine.sums.likelihood",
    "markers_of": "library.reading",
    "missing_person_lr": "library.families",
    "nist1036": "library.reading",
    "power": "library.power",
    "read_familias": "library.reading",
    "read_frequencies": "formats.frequencies.tables",
    "read_incident": "library.incidents",
    "read_ped": "library.reading",
    "search_incident": "library.incidents",
    "sharing_probabilities": "engine.kinship",
    "simulate": "simulation.given",
    "to_arrow": "library.tables",
    "to_pandas": "library.tables",
    "transition_matrix": "library.matrices",
}
_HOME |= dict.fromkeys(
    ("Custom", "Dawid", "Equal", "NoMutation", "OneStep", "Proportional", "Stepwise", "Transformed"),
    "model.assumptions.mutation",
)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'antigone' has no attribute '{name}'")
    import_module("antigone.library.shown")  # what a notebook shows of the classes
    return getattr(import_module(f"antigone.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
