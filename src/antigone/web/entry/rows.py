"""A family as it is typed: one row for each person, read as a declared family, with what is wrong beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import get_args

from antigone.errors import InputError, ModelError
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import NOT_TYPED, Profile
from antigone.web.shared.fields import day_of

SEXES: tuple[Sex, ...] = get_args(Sex)
MOST_ROWS, FIRST_ROWS, FURTHER_ROWS = 60, 8, 4
PURPOSES = (
    "identification",
    "identification, court",
    "identification, sharing",
    "identification, court, sharing",
)


@dataclass(frozen=True)
class Row:
    """What was typed of one person of a family; all of it text, as the form sends it."""

    person: str = ""
    sex: str = "unknown"
    father: str = ""
    mother: str = ""
    is_missing: str = ""
    sample: str = ""
    consent: str = ""
    day: str = ""
    purposes: str = PURPOSES[0]

    @property
    def is_empty(self) -> bool:
        return self == Row()


@dataclass
class Read:
    """The family that was read, and what is wrong: by row and field, and of the family as a whole."""

    family: Family | None = None
    faults: dict[tuple[int, str], str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def is_faulty(self) -> bool:
        return bool(self.faults or self.others)


FIELDS = tuple(one.name for one in fields(Row))


def rows_of(columns: Sequence[Sequence[str]]) -> list[Row]:
    """The rows of a form, which sends one column for each field.

    Raises
    ------
    InputError
        When the columns are not of one length, or too long.
    """
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or max(lengths) > MOST_ROWS:
        raise InputError(f"the rows came back damaged, or more than {MOST_ROWS}; load the page again")
    return [Row(*(text.strip() for text in texts)) for texts in zip(*columns, strict=True)]


def read_rows(code: str, rows: Sequence[Row]) -> Read:
    """The family that rows declare; None, and what is wrong, when they declare none."""
    read = Read()
    filled = [(place, row) for place, row in enumerate(rows) if not row.is_empty]
    people = [person for place, row in filled if (person := _person(read, place, row, rows))]
    donors = [
        donor for place, row in filled if row.sample or row.consent or row.day for donor in _donor(read, place, row)
    ]
    if not any(row.is_missing for _, row in filled):
        read.others += ("nobody is marked as missing; mark the person whom the family looks for",)
    if read.is_faulty:
        return read
    try:
        missing = tuple(row.person for _, row in filled if row.is_missing)
        read.family = Family(code, Pedigree(tuple(people)), missing, tuple(donors))
    except (InputError, ModelError) as error:
        read.others += (str(error),)
    return read


def next_code(codes: Iterable[str], first: str) -> str:
    """The code after the one with the greatest number, written alike; ``first`` when none ends with a number.

    >>> next_code(["F09", "F10", "Meyer"], "F1"), next_code([], "F1")
    ('F11', 'F1')
    """
    found = [parts for code in codes if (parts := re.fullmatch(r"(.*?)([0-9]+)", code))]
    if not found:
        return first
    last = max(found, key=lambda parts: int(parts[2]))
    return f"{last[1]}{int(last[2]) + 1:0{len(last[2])}d}"


def sex_of(text: str) -> Sex | None:
    """One of the three words; None for any other."""
    return next((sex for sex in SEXES if sex == text), None)


def _person(read: Read, place: int, row: Row, rows: Sequence[Row]) -> Individual | None:
    sex, codes = sex_of(row.sex), [one.person for one in rows if one.person]
    if not row.person:
        read.faults[place, "person"] = "a code is needed, such as MO or CH1: the row is not empty"
    elif codes.count(row.person) > 1:
        read.faults[place, "person"] = f"'{row.person}' stands in two rows; each person has one"
    if sex is None:
        read.faults[place, "sex"] = f"expected one of {', '.join(SEXES)}"
    for name in ("father", "mother"):
        parent = getattr(row, name)
        if parent and parent not in codes:
            read.faults[place, name] = f"'{parent}' has no row; add a row for them, or correct the code"
    if sex is None or not row.person:
        return None
    return Individual(row.person, sex, row.father or None, row.mother or None)


def _donor(read: Read, place: int, row: Row) -> list[Donor]:
    """The donor of a row that says something of a sample or a consent; none when a part of it is not there."""
    needed = {"sample": "the code of the sample", "consent": "the number of the form that they signed"}
    for name, what in needed.items():
        if not getattr(row, name):
            read.faults[place, name] = f"{what} is needed: a sample comes with a consent"
    if row.purposes not in PURPOSES:
        read.faults[place, "purposes"] = f"expected one of: {'; '.join(PURPOSES)}"
    try:
        day = day_of(row.day)
    except InputError:
        read.faults[place, "day"] = f"the day of the consent is needed, such as 2026-01-31; found '{row.day[:40]}'"
        return []
    consent = Consent(row.consent, day, tuple(row.purposes.split(", ")))
    return [Donor(row.person, Profile(row.sample, NOT_TYPED), consent)]
