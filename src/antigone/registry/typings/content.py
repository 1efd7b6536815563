"""What is sealed of a typing, as the rule of combination takes it, and back."""

from __future__ import annotations

from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import NOT_TYPED, Profile
from antigone.model.typings.typing import Typing
from antigone.registry.typings.payloads import NOTHING_BESIDES_GENOTYPES, Beside, anonymous, pack

_NOBODY = UnidentifiedPerson("", Profile("", NOT_TYPED))


def as_typing(name: str, profile: Profile, beside: Beside, *, is_replicate: bool = False) -> Typing:
    """An unpacked typing under a name."""
    person = beside.person or _NOBODY
    return Typing(
        name,
        profile.genotypes,
        person.replicates,
        person.amelogenin,
        *(beside.y, beside.mt, beside.y_seen, beside.mt_seen),
        *(person.rates, person.estimate_dropout, person.peak_height),
        is_replicate,
    )


def as_kept(sample: str, typing: Typing) -> tuple[Profile, Beside]:
    """A typing as a profile and what stands beside it."""
    profile = Profile(sample, typing.genotypes)
    person = UnidentifiedPerson(
        "",
        profile,
        rates=typing.rates,
        estimate_dropout=typing.estimate_dropout,
        replicates=typing.replicates,
        peak_height=typing.peak_height,
        amelogenin=typing.amelogenin,
    )
    beside = Beside(typing.y, typing.mt, typing.y_seen, typing.mt_seen, anonymous(person))
    return profile, NOTHING_BESIDES_GENOTYPES if beside == NOTHING_BESIDES_GENOTYPES else beside


def packed_typing(sample: str, typing: Typing) -> bytes:
    """The bytes to seal of a typing."""
    return pack(*as_kept(sample, typing))


def is_empty(profile: Profile, beside: Beside) -> bool:
    """Whether nothing was typed."""
    return not profile.genotypes and beside == NOTHING_BESIDES_GENOTYPES
