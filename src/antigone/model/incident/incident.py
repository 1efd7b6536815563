"""An incident: unidentified persons, families of the missing, and the models they are judged under.

There is no place here for a name, an identity number, an ethnicity, a face, or a suspect.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from antigone.errors import ModelError
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.assumptions.mutation import MutationModel, NoMutation, Stepwise, checked_mutation
from antigone.model.assumptions.observation import AS_READ, ObservationModel, ObservationRates, Replicate
from antigone.model.assumptions.verbal import VerbalScale
from antigone.model.checks import checked_choice, checked_items, checked_kind, checked_number, checked_theta
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.pedigree import SEXES, Pedigree, Sex, check_sex
from antigone.model.profile import Profile

SCOPE_IDENTIFICATION = "identification"
"""The consent scope that a search for a missing relative needs."""


@dataclass(frozen=True)
class Consent:
    """A donor's consent: the instrument, when it was given, and what for.

    ``attested_by`` is filled when a file format has no consent fields and a person vouched for them.
    """

    reference: str
    date: dt.date
    scope: tuple[str, ...] = (SCOPE_IDENTIFICATION,)
    expires: dt.date | None = None
    withdrawn: dt.date | None = None
    attested_by: str = ""

    def covers(self, scope: str, on: dt.date) -> bool:
        """Whether this consent is active for ``scope`` on the day ``on``."""
        ended = [day for day in (self.expires, self.withdrawn) if day is not None]
        return scope in self.scope and self.date <= on and all(on < day for day in ended)


@dataclass(frozen=True)
class Donor:
    """A family member who gave a sample for this one search."""

    member: str
    profile: Profile
    consent: Consent | None


@dataclass(frozen=True)
class Family:
    """A declared pedigree, its missing member(s), and the donors among its members."""

    code: str
    pedigree: Pedigree
    missing: tuple[str, ...]
    donors: tuple[Donor, ...] = ()


@dataclass(frozen=True)
class UnidentifiedPerson:
    """Remains of a recovery, or one living person who asked in writing who they are.

    ``request`` is the reference of the living seeker's own written request (or a guardian's or court's).
    ``rates`` are the sample's own, ``None`` for the common ones; with ``estimate_dropout`` its drop-out is estimated
    before it is used. ``replicates`` are the markers whose typing is more than one genotype: several amplifications,
    one that showed nothing, or three alleles; such a marker has no genotype in ``profile``. ``peak_height`` is the
    mean height of one allele copy in RFU. ``amelogenin`` is what each of its amplifications showed of X and Y.
    ``parts`` are the samples of a re-associated group, whose person this is.

    Raises
    ------
    ModelError
        When the sex or the kind is none of its words, or a marker has both a genotype and replicates.
    """

    code: str
    profile: Profile
    sex: Sex = "unknown"
    kind: Literal["remains", "living"] = "remains"
    request: str = ""
    rates: ObservationRates | None = None
    estimate_dropout: bool = False
    replicates: Mapping[str, tuple[Replicate, ...]] = field(default_factory=dict)
    peak_height: float | None = None
    amelogenin: tuple[Replicate, ...] = ()
    parts: tuple[UnidentifiedPerson, ...] = ()

    def __post_init__(self) -> None:
        if self.sex not in SEXES or self.kind not in ("remains", "living"):
            check_sex(self.sex, f"sample '{self.code}'")
            checked_choice(self.kind, f"the kind of sample '{self.code}'", ("remains", "living"))
        checked_kind(self.profile, Profile, f"the profile of sample '{self.code}'", "Profile(sample, genotypes)")
        twice = sorted(self.replicates.keys() & self.profile.genotypes.keys()) if self.replicates else []
        if twice:
            raise ModelError(
                f"sample {self.code}: {', '.join(twice)} with a genotype and with replicates; give the genotype as "
                "one of the replicates"
            )

    @property
    def samples(self) -> tuple[UnidentifiedPerson, ...]:
        """The samples of this person: those of the group, else the one that it is."""
        return self.parts or (self,)

    @property
    def typed_markers(self) -> frozenset[str]:
        return frozenset((*self.profile.genotypes, *self.replicates))

    def is_typed(self, marker: str) -> bool:
        return marker in self.profile.genotypes or marker in self.replicates


@dataclass(frozen=True)
class MutationChoice:
    """The mutation models of mothers and fathers, with exceptions by marker."""

    female: MutationModel = NoMutation()
    male: MutationModel = NoMutation()
    by_marker: Mapping[str, tuple[MutationModel, MutationModel]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for models in ((self.female, self.male), *self.by_marker.values()):
            both = checked_items(models, "the models of a marker", "two, of mothers and of fathers")
            if len(both) != 2:
                raise ModelError(f"the models of a marker are {len(both)}, expected two, of mothers and of fathers")
            for model, parents in zip(both, ("mothers", "fathers"), strict=True):
                checked_mutation(model, f"the mutation model of {parents}")

    def of(self, marker: str) -> tuple[MutationModel, MutationModel]:
        """The ``(female, male)`` models of a marker."""
        return self.by_marker.get(marker, (self.female, self.male))


DEFAULT_MUTATION = MutationChoice(
    female=Stepwise(rate=0.0005, rate2=1e-6, range=0.1), male=Stepwise(rate=0.002, rate2=1e-6, range=0.1)
)
"""The mutation models of an incident that states none.

Rounded from the parent-child transmissions of Brinkmann et al. 1998 (Am. J. Hum. Genet. 62:1408-1415,
doi:10.1086/301869): about 2 mutations in 1,000 transmissions, about 17 paternal to 3 maternal, and nearly all by
one repeat. ``range = 0.1`` makes a change of one repeat ten times as likely as one of two. ``rate2`` keeps
a change of microvariant class possible, so that no single marker can exclude a relative for certain. A laboratory
that has rates of its own for its kit states them under ``[mutation]``.
"""


LEAST_PRIOR = 1e-15
"""No pair of people has a smaller prior probability; its inverse must be a number."""


@dataclass(frozen=True)
class SearchSettings:
    """Every choice that changes an answer, stated in every result.

    ``threshold`` is the likelihood ratio from which a pair is listed as a candidate for review. With
    ``threshold_grows`` a larger search raises it, so that by the bound pairs / threshold at most one chance
    candidate is expected for every ten unidentified persons. ``observation`` is how the unidentified persons'
    samples may fail to show their genotypes.
    ``prior`` is the prior probability of one pair; ``None`` takes one over the number of unidentified or
    of missing persons, whichever is larger. ``verbal`` puts a likelihood ratio into words. ``linkage`` names the
    markers that are computed as linked; ``None`` takes all as unlinked.
    """

    mutation: MutationChoice = MutationChoice()
    theta: float = 0.0
    rule: FrequencyRule = FrequencyRule()
    threshold: float = 1e4
    prior: float | None = None
    verbal: VerbalScale = field(default_factory=VerbalScale)
    threshold_grows: bool = True
    observation: ObservationModel = AS_READ
    linkage: LinkageModel | None = None

    def threshold_for(self, pairs: int, unidentified: int) -> float:
        """The threshold of a search of this size.

        >>> settings = SearchSettings()
        >>> settings.threshold_for(1_700, 60), settings.threshold_for(10**10, 50_000)
        (10000.0, 2000000.0)
        """
        if not self.threshold_grows or not unidentified:
            return self.threshold
        return max(self.threshold, 10 * pairs / unidentified)

    def __post_init__(self) -> None:
        checked_theta(self.theta)
        checked_number(self.threshold, "the threshold", "a positive likelihood ratio", holds=lambda lr: lr > 0)
        if self.prior is not None:
            expected = "a probability between 0 and 1, and not tiny (1e-15)"
            checked_number(self.prior, "the prior", expected, holds=lambda p: LEAST_PRIOR <= p < 1)
        checked_kind(self.mutation, MutationChoice, "the mutation", "MutationChoice(female, male)")
        checked_kind(self.rule, FrequencyRule, "the frequency rule", "FrequencyRule(minimum_count, minimum)")
        checked_kind(self.threshold_grows, bool, "threshold_grows", "True or False")
        checked_kind(self.observation, ObservationModel, "the observation model", "ObservationModel(rates)")


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Incident:
    """Everything one search reads. ``notices`` are things the reader did that a user should see
    (marker names it normalised, rows it left out), without genotypes. ``title_stated`` is false when the title is the
    name of a file, because the format has no place for one. ``doubts`` are, by unidentified person, what was found
    before the search that speaks against it, such as a sample of another person that is equal. ``model`` names, in a
    registry, the version of the incident's model that this is read under."""

    title: str
    unidentified: tuple[UnidentifiedPerson, ...]
    families: tuple[Family, ...]
    tables: tuple[FrequencyTable, ...]
    settings: SearchSettings = SearchSettings()
    sources: tuple[SourceFile, ...] = ()
    notices: tuple[str, ...] = ()
    further: FurtherEvidence = field(default_factory=FurtherEvidence)
    title_stated: bool = True
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    model: str = ""


@dataclass(frozen=True)
class Hypotheses:
    """Two propositions about the same typed persons: ``pedigrees['H1']`` against ``pedigrees['H2']``."""

    title: str
    pedigrees: Mapping[str, Pedigree]
    profiles: Mapping[str, Profile]
    tables: tuple[FrequencyTable, ...]
    settings: SearchSettings = SearchSettings()
    sources: tuple[SourceFile, ...] = ()
    notices: tuple[str, ...] = ()
