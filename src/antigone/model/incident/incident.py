"""An incident: unidentified persons, families of the missing, and the models they are judged under.

There is no place here for a name, an identity number, an ethnicity, a face, or a suspect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from antigone.errors import ModelError
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.observation import ObservationRates, Replicate
from antigone.model.checks import checked_choice, checked_kind
from antigone.model.incident.consent import Consent
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import SEXES, Pedigree, Sex, check_sex
from antigone.model.profile import Profile
from antigone.model.typings.typing import Typing, TypingsUsed


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
class SourceFile:
    """A file that was read: its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Incident:
    """Everything one search reads. ``notices`` are things the reader did that a user should see
    (marker names it normalised, rows it left out), without genotypes. ``title_stated`` is false when the title is the
    name of a file, because the format has no place for one. ``doubts`` are, by unidentified person, what was found
    before the search that speaks against it, such as a sample of another person that is equal. ``typings`` holds, of
    samples that were typed more than once, each typing; what was made of them is in the profiles, and ``typings_used``
    tells how, of the samples of which there is something to say. ``profiles_in`` names the file of the others."""

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
    typings: Mapping[str, tuple[Typing, ...]] = field(default_factory=dict)
    typings_used: Mapping[str, TypingsUsed] = field(default_factory=dict)
    profiles_in: str = ""


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
