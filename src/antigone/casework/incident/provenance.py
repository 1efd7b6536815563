"""Where a result comes from: versions, hashes, choices. Enough to run it again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version

from antigone import __version__
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.mutation import Custom, MutationModel, Transformed
from antigone.model.checks import exact_text
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.search import Provenance
from antigone.plain_words import threshold_text

MODEL_OF_INCIDENT = "model of the incident"
"""Under which name a result of a registry says which version of the model it was computed with."""


def describe_run(incident: Incident, *, created: str, command: str, seed: int) -> Provenance:
    """The provenance of one run over an incident."""
    attested = {d.consent.attested_by for f in incident.families for d in f.donors if d.consent is not None}
    return Provenance(
        software="antigone",
        version=__version__,
        python=platform.python_version(),
        libraries={"numpy": version("numpy")},
        created=created,
        command=command,
        inputs={source.name: source.sha256 for source in incident.sources},
        frequencies={
            f"{t.population} ({t.source})" if t.source else t.population: hash_table(t) for t in incident.tables
        },
        settings=_named_model(incident) | describe_settings(incident.settings) | describe_further(incident.further),
        seed=seed,
        consent_attested_by="; ".join(sorted(attested - {""})),
        choices=incident.settings,
    )


def _named_model(incident: Incident) -> dict[str, str]:
    return {MODEL_OF_INCIDENT: incident.model} if incident.model else {}


def hash_table(table: FrequencyTable) -> str:
    """SHA-256 of a frequency table's numbers, independent of the file they came from."""
    content = {
        "frequencies": {m: dict(sorted(p.items())) for m, p in sorted(table.frequencies.items())},
        "alleles_sampled": dict(sorted(table.alleles_sampled.items())),
        "silent": dict(sorted((table.silent or {}).items())),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def describe_settings(settings: SearchSettings) -> dict[str, str]:
    """Every choice of a search, in words."""
    words = {
        "theta": exact_text(settings.theta),
        "mutation, mothers": describe_model(settings.mutation.female),
        "mutation, fathers": describe_model(settings.mutation.male),
        "rare and unseen alleles": settings.rule.describe(),
        "threshold of the likelihood ratio": threshold_text(settings.threshold)
        + (", raised in a large search" if settings.threshold_grows else ""),
        "observation of the unidentified": settings.observation.describe(),
        "prior": "from the number of persons" if settings.prior is None else exact_text(settings.prior),
        "verbal scale": settings.verbal.source,
        "linked markers": "none" if settings.linkage is None else settings.linkage.describe(),
    }
    for marker, (female, male) in sorted(settings.mutation.by_marker.items()):
        words[f"mutation, {marker}"] = f"mothers: {describe_model(female)}; fathers: {describe_model(male)}"
    return words


def used_jointly(of_incident: Mapping[str, str], settings: SearchSettings) -> dict[str, str]:
    """What of an incident's choices a joint answer rests on: its own prior is stated beside it, its threshold is never
    raised, and linked markers and haplotypes take no part in it."""
    not_used = ("prior", "verbal scale", "linked markers", "Y haplotypes", "mtDNA haplotypes")
    used = {name: words for name, words in of_incident.items() if name not in not_used}
    return used | {"threshold of the likelihood ratio": threshold_text(settings.threshold)}


def describe_further(further: FurtherEvidence) -> dict[str, str]:
    """Every choice about evidence beside autosomal markers, in words; none where there is no such evidence."""
    words = {}
    for kind, model in (("Y", further.y_model), ("mtDNA", further.mt_model)):
        if model is not None:
            theta = exact_text(model.theta)
            words[f"{kind} haplotypes"] = f"{model.estimator}; theta {theta}; {model.rates.describe()}"
    if further.missing and further.unidentified:
        rates = further.rates
        for name, one in (("age", rates.age), ("time", rates.time), ("place", rates.place), ("stature", rates.stature)):
            words[f"circumstances, {name}"] = one.describe()
        for name, finding in sorted(rates.findings.items()):
            words[f"circumstances, finding {name}"] = finding.describe()
    if further.sex is not None:
        words["sex"] = further.sex.describe()
    return words


def describe_model(model: MutationModel) -> str:
    """A mutation model and its parameters, in words.

    Examples
    --------
    >>> from antigone.model.assumptions.mutation import Stepwise
    >>> describe_model(Stepwise(0.002, 1e-6))
    'stepwise (rate 0.002, rate2 1e-06, range 0.1)'
    """
    if isinstance(model, Transformed):
        rate = "" if model.keep_rate else " without keeping the rate"
        return f"{describe_model(model.model)}, transformed {model.transform}{rate}"
    if isinstance(model, Custom):
        return f"custom matrix of {len(model.matrix)} alleles"
    name = {"NoMutation": "none", "OneStep": "one step"}.get(type(model).__name__, type(model).__name__.lower())
    values = ", ".join(f"{key} {exact_text(value)}" for key, value in vars(model).items())
    return f"{name} ({values})" if values else name
