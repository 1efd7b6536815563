"""Where a result comes from: versions, hashes, choices. Enough to run it again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.lineage import Estimator, MtModel, YModel
from antigone.model.assumptions.mutation import Custom, MutationModel, Transformed
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.search import Provenance, Setting
from antigone.model.statements import samples as said_of_typings
from antigone.model.statements import settings as said
from antigone.model.statements.models import MODEL_OF_INCIDENT
from antigone.model.statements.statement import TEXT, Form, Statement
from antigone.version import full_version, libraries, system

COMPUTE = ("numpy", "numba", "llvmlite")
"""Libraries that numbers are computed with, where they are installed."""


def describe_run(incident: Incident, *, created: str, command: str, seed: int) -> Provenance:
    """The provenance of one run over an incident."""
    attested = {d.consent.attested_by for f in incident.families for d in f.donors if d.consent is not None}
    return Provenance(
        software="antigone",
        version=full_version(),
        python=f"{platform.python_version()} ({platform.python_implementation()}, {system()})",
        libraries=libraries(*COMPUTE),
        created=created,
        command=command,
        inputs={source.name: source.sha256 for source in incident.sources},
        frequencies={
            f"{t.population} ({t.source})" if t.source else t.population: hash_table(t) for t in incident.tables
        },
        settings=(
            *_named_model(incident),
            *describe_settings(incident.settings),
            *describe_further(incident.further),
            *_typings_rule(incident),
        ),
        seed=seed,
        consent_attested_by="; ".join(sorted(attested - {""})),
        choices=incident.settings,
    )


def _typings_rule(incident: Incident) -> tuple[Setting, ...]:
    """What was made of samples with several typings, where there are any; which they are, the notices say."""
    return (Setting(said_of_typings.SEVERAL(), said_of_typings.RULE()),) if incident.typings_used else ()


def _named_model(incident: Incident) -> tuple[Setting, ...]:
    return (Setting(MODEL_OF_INCIDENT(), incident.model),) if incident.model else ()


def hash_table(table: FrequencyTable) -> str:
    """SHA-256 of a frequency table's numbers, independent of the file they came from."""
    content = {
        "frequencies": {m: dict(sorted(p.items())) for m, p in sorted(table.frequencies.items())},
        "alleles_sampled": dict(sorted(table.alleles_sampled.items())),
        "silent": dict(sorted((table.silent or {}).items())),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def describe_settings(settings: SearchSettings) -> tuple[Setting, ...]:
    """Every choice of a search."""
    threshold = said.THRESHOLD_GROWS if settings.threshold_grows else said.THRESHOLD_IS
    return (
        Setting(said.THETA(), said.EXACT(number=settings.theta)),
        Setting(said.MUTATION_OF_MOTHERS(), describe_model(settings.mutation.female)),
        Setting(said.MUTATION_OF_FATHERS(), describe_model(settings.mutation.male)),
        Setting(said.RARE_ALLELES(), settings.rule.describe()),
        Setting(said.THRESHOLD(), threshold(number=settings.threshold)),
        Setting(said.OBSERVATION(), settings.observation.describe()),
        Setting(said.PRIOR(), said.FROM_PERSONS() if settings.prior is None else said.EXACT(number=settings.prior)),
        Setting(said.VERBAL_SCALE(), TEXT(text=settings.verbal.source)),
        Setting(said.LINKED_MARKERS(), said.NONE() if settings.linkage is None else settings.linkage.describe()),
        *(
            Setting(said.MUTATION_OF_A_MARKER(marker=marker), _mothers_and_fathers(female, male))
            for marker, (female, male) in sorted(settings.mutation.by_marker.items())
        ),
    )


def _mothers_and_fathers(female: MutationModel, male: MutationModel) -> Statement:
    return said.MOTHERS_AND_FATHERS(words_mothers=describe_model(female), words_fathers=describe_model(male))


def used_jointly(of_incident: Sequence[Setting], settings: SearchSettings) -> tuple[Setting, ...]:
    """What of an incident's choices a joint answer rests on: its own prior is stated beside it, its threshold is never
    raised, and linked markers and haplotypes take no part in it."""
    unused = (said.PRIOR(), said.VERBAL_SCALE(), said.LINKED_MARKERS(), said.Y_HAPLOTYPES(), said.MT_HAPLOTYPES())
    used = tuple(one for one in of_incident if one.choice not in unused)
    return replaced(used, Setting(said.THRESHOLD(), said.THRESHOLD_IS(number=settings.threshold)))


def replaced(settings: Sequence[Setting], *others: Setting) -> tuple[Setting, ...]:
    """Settings with others in the place of those of the same name; new ones come last."""
    by_name = {one.choice: one for one in (*settings, *others)}
    return tuple(by_name.values())


def describe_further(further: FurtherEvidence) -> tuple[Setting, ...]:
    """Every choice about evidence beside autosomal markers; none where there is no such evidence."""
    settings = []
    for name, model in ((said.Y_HAPLOTYPES(), further.y_model), (said.MT_HAPLOTYPES(), further.mt_model)):
        if model is not None:
            settings.append(Setting(name, describe_lineage(model)))
    if further.missing and further.unidentified:
        rates = further.rates
        for kind, one in ((said.AGE, rates.age), (said.TIME, rates.time), (said.PLACE, rates.place)):
            settings.append(Setting(said.CIRCUMSTANCES(words_kind=kind()), one.describe()))
        settings.append(Setting(said.CIRCUMSTANCES(words_kind=said.STATURE()), rates.stature.describe()))
        for finding, known in sorted(rates.findings.items()):
            settings.append(Setting(said.FINDING(name=finding), known.describe()))
    if further.sex is not None:
        settings.append(Setting(said.SEX(), further.sex.describe()))
    return tuple(settings)


def describe_lineage(model: YModel | MtModel) -> Statement:
    """The estimator, the theta and the rates of a lineage model."""
    estimator, rates = _ESTIMATORS[model.estimator](), model.rates.describe()
    return said.LINEAGE(words_estimator=estimator, theta=model.theta, words_rates=rates)


_ESTIMATORS: Mapping[Estimator, Form] = {
    "augmented count": said.AUGMENTED_COUNT,
    "clopper-pearson": said.CLOPPER_PEARSON,
    "kappa": said.KAPPA,
    "discrete laplace": said.DISCRETE_LAPLACE,
}


def describe_model(model: MutationModel) -> Statement:
    """A mutation model and its parameters.

    Examples
    --------
    >>> from antigone.model.assumptions.lineage import Estimator, MtModel, YModel
    >>> from antigone.model.assumptions.mutation import Equal
    >>> describe_model(Equal(0.002))
    Statement(code='mutation equal', values={'rate': 0.002})
    """
    if isinstance(model, Transformed):
        way = said.TRANSFORMED if model.keep_rate else said.TRANSFORMED_OTHER_RATE
        return way(words_model=describe_model(model.model), transform=model.transform)
    if isinstance(model, Custom):
        return said.CUSTOM(number=len(model.matrix))
    return said.MUTATION_MODELS[model.name](**vars(model))
