"""A small incident in files: two families, and who may be their missing members."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotype, Profile

DAY = dt.date(2026, 5, 1)


GIVEN = Consent("form 7", dt.date(2026, 1, 10))


NAMES = ("A", "B", "C", "D")


LADDER = {"10": 0.1, "11": 0.2, "12": 0.3, "13": 0.4}


NORTH = FrequencyTable("north", dict.fromkeys(NAMES, LADDER), dict.fromkeys(NAMES, 400), "made by hand")


SOUTH = FrequencyTable("south", {m: dict(zip(LADDER, (0.4, 0.3, 0.2, 0.1), strict=True)) for m in NAMES}, {})


PARENTS = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"), ("SIS", "female", "FA", "MO"))


COUPLE = Pedigree.of(("MP", "female"), ("HUS", "male"), ("CH", "female", "HUS", "MP"))


def profile(sample: str, *genotypes: Genotype | None) -> Profile:
    """Genotypes at A, B, C, D in this order; ``None`` is not typed."""
    return Profile(sample, {m: g for m, g in zip(NAMES, genotypes, strict=False) if g is not None})


def donor(member: str, *genotypes: Genotype | None, consent: Consent | None = GIVEN) -> Donor:
    return Donor(member, profile(f"R-{member}", *genotypes), consent)


def incident(**changes: Any) -> Incident:
    """Two families and four unidentified persons; the first fits the first family, the last has nothing in common."""
    father = donor("FA", ("10", "10"), ("10", "11"), ("10", "12"), ("10", "10"))
    mother = donor("MO", ("11", "11"), ("10", "12"), ("11", "13"), ("11", "11"))
    husband = donor("HUS", ("13", "13"), ("13", "13"))
    child = donor("CH", ("13", "10"), ("13", "11"))
    whole = Incident(
        title="By hand",
        unidentified=(
            UnidentifiedPerson("PM1", profile("PM1", ("10", "11"), ("10", "10"), ("10", "11"), ("10", "11")), "male"),
            UnidentifiedPerson("PM2", profile("PM2", ("10", "13"), ("11", "12"), ("12", "12")), "female"),
            UnidentifiedPerson("PM3", profile("PM3", ("12", None), ("11", "12"))),
            UnidentifiedPerson("PM4", profile("PM4")),
        ),
        families=(
            Family("F1", PARENTS, ("MP",), (father, mother)),
            Family("F2", COUPLE, ("MP",), (husband, child)),
        ),
        tables=(NORTH, SOUTH),
        settings=SearchSettings(mutation=DEFAULT_MUTATION, threshold=20.0, threshold_grows=False),
    )
    return replace(whole, **changes)
