"""Families, unidentified persons, consents, custody, and what leaves the registry about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from antigone.model.pedigree import Pedigree
from antigone.registry.leaving.elsewhere import Elsewhere
from antigone.registry.lists.identified import MissingLine


@dataclass(frozen=True)
class FamilyLine:
    """A family in a list; ``sought`` says how the question of each missing member stands."""

    code: str
    members: int
    missing: tuple[str, ...]
    donors: int
    donors_without_consent: int
    sought: tuple[MissingLine, ...] = ()


@dataclass(frozen=True)
class ConsentLine:
    """One scope of one instrument; ``active`` on the day of the look."""

    scope: str
    reference: str
    given: dt.date
    expires: dt.date | None
    withdrawn: dt.date | None
    attested_by: str
    active: bool


@dataclass(frozen=True)
class DonorLine:
    """A donor of a family; ``covered``: an active consent to identify; ``withdrew``: took every consent back and is not
    erased yet. ``erased``: when they left."""

    member: str
    samples: tuple[str, ...]
    consents: tuple[ConsentLine, ...]
    covered: bool
    erased: str | None
    withdrew: bool = False


@dataclass(frozen=True)
class FamilyView:
    """A declared pedigree, its missing members with how the question of each stands, and its donors; codes only."""

    incident: str
    code: str
    pedigree: Pedigree
    missing: tuple[str, ...]
    donors: tuple[DonorLine, ...]
    sought: tuple[MissingLine, ...] = ()


@dataclass(frozen=True)
class UnidentifiedLine:
    """An unidentified person in a list; ``typings``: how many profiles are kept of their sample."""

    code: str
    kind: str
    sex: str
    typings: int
    erased: str | None


@dataclass(frozen=True)
class CustodyLine:
    """Who held a sample from when on."""

    at: str
    event: str
    holder: str
    recorded_by: str


@dataclass(frozen=True)
class Left:
    """What a withdrawal erased, and ``still_to_do``: what somebody must do by hand, such as a ring out of reach.

    ``erased_elsewhere`` was erased as the same person; ``left_standing`` may be the same, and was not."""

    who: str
    samples: tuple[str, ...]
    profiles: int
    candidates: int
    runs: int
    still_to_do: tuple[str, ...]
    erased_elsewhere: tuple[Elsewhere, ...] = ()
    left_standing: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True)
class Narrowed:
    """What taking one purpose back changed, in every incident where the same donor stands. ``exports``: how often the
    incidents were exported since the registry began, which only the recipients can undo."""

    who: str
    scope: str
    candidates: int
    runs: int
    exports: int
    still_to_do: tuple[str, ...]
    narrowed_elsewhere: tuple[Elsewhere, ...] = ()
    left_standing: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True)
class Shared:
    """What another institution is given: remains, families, donors; and who is left out by reason."""

    unidentified: int
    families: int
    donors: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class Packed:
    """A case folder for another institution in one file (zip), and what it holds."""

    shared: Shared
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """What a letter to a family may say of one missing person; no genotype, no number, no finding.

    ``kind`` of the person who was found, "remains" or "living"; empty when nobody was. ``confirmed_by``: the two users
    who proposed and confirmed it. ``several_missing``: the family misses more than this one person.
    """

    incident: str
    family: str
    missing: str
    state: str
    kind: str
    confirmed_by: tuple[str, ...]
    several_missing: bool = False
