"""Families, donors and unidentified persons: the tables of people in a case folder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from antigone.errors import PedigreeError
from antigone.formats.casefolder.declared import half_siblings
from antigone.formats.casefolder.observation import with_rates
from antigone.formats.labels.vocabulary import KINDS, SCOPES, YES_NO, word_key
from antigone.formats.profiles.profiles import TypedSamples
from antigone.formats.profiles.sexes import Sexes
from antigone.formats.reading.refusals import refused_kind
from antigone.formats.reading.tables import Columns, Table
from antigone.model.assumptions.observation import AS_READ, ObservationModel
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree

FAMILY_COLUMNS = Columns(
    needed=("family", "member", "sex", "father", "mother", "missing"),
    optional=("founder_inbreeding",),
    filled=("family", "member"),
)
DONOR_COLUMNS = Columns(
    needed=("family", "member", "sample", "consent_reference", "consent_date", "consent_scope"),
    optional=("consent_expires", "consent_withdrawn", "consent_attested_by"),
    filled=("family", "member", "sample"),
)
UNIDENTIFIED_COLUMNS = Columns(
    needed=("sample",),
    optional=("sex", "kind", "request", "dropout", "dropin", "error", "peak_height"),
    filled=("sample",),
)

_FEW = 4096
"""Consents that are kept at a time to be found again."""


@dataclass(slots=True)
class _Rows:
    """The rows of one family: its members, the line of each, and who is missing."""

    members: list[Individual] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Members:
    """One family before its donors are known; ``pedigree`` is nothing when it does not hold together."""

    code: str
    pedigree: Pedigree | None
    missing: tuple[str, ...]
    members: Container[str]
    donors: dict[str, Donor] = field(default_factory=dict)


@dataclass
class DonorSamples:
    """The sample of each donor with its first line in the table of donors, in the order of the table."""

    file: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)

    def add(self, sample: str, family: _Members | None, table: Table, line: int) -> None:
        """One person may be a donor of two families; within a family a sample is of one member."""
        if sample not in self.lines:
            self.lines[sample] = line
        elif family is None or all(donor.profile.sample != sample for donor in family.donors.values()):
            self.shared.add(sample)
        else:
            found = f"sample '{sample}' a second time in family '{family.code}'"
            table.problem(line, "sample", found, "one donor of a family for a sample", "correct the sample code")

    def tell(self, table: Table) -> None:
        for sample in sorted(self.shared):
            table.findings.notice(
                f"sample '{sample}' is of a donor of several families and takes part in each, as the consent of its "
                "row there allows"
            )


def read_families(table: Table, donors: Table, typed: TypedSamples) -> tuple[tuple[Family, ...], DonorSamples]:
    """The declared pedigrees, each with its missing members and its donors; and whose sample is whose."""
    families = _families(table)
    samples = DonorSamples(donors.name)
    consents = _Consents(donors)
    for line, (code, member, sample, *consent) in donors.texts(*DONOR_COLUMNS.needed, *DONOR_COLUMNS.optional):
        family = families.get(code)
        samples.add(sample, family, donors, line)
        if family is not None and _is_donor(family, member, donors, line):
            family.donors[member] = Donor(member, typed.reference(sample), consents.read(line, consent))
        elif family is None and families:
            # When families.csv could not be read, its own problem is the one to mend.
            expected = "a family of the table 'families'"
            donors.problem(line, "family", f"family '{code}'", expected, "correct the code or add the family")
    samples.tell(donors)
    return tuple(
        Family(family.code, family.pedigree, family.missing, tuple(family.donors.values()))
        for family in families.values()
        if family.pedigree is not None
    ), samples


def read_unidentified(
    table: Table, typed: TypedSamples, observation: ObservationModel = AS_READ
) -> tuple[UnidentifiedPerson, ...]:
    """Remains, and at most one living seeker with a written request.

    A rate that a row leaves empty is the common one of ``observation``.
    """
    persons: dict[str, UnidentifiedPerson] = {}
    living, sexes = False, Sexes(table)
    columns = (*UNIDENTIFIED_COLUMNS.needed, *UNIDENTIFIED_COLUMNS.optional)
    for line, cells in table.texts(*columns):
        person = _unidentified(table, line, cells[:4], typed, sexes)
        if any(cells[4:]):
            person = with_rates(person, table, line, cells[4:], observation)
        if persons.get(person.code) == person:
            table.findings.notice(
                f"sample '{person.code}' stands more than once in {table.name}, alike, and counts once"
            )
        elif person.code in persons:
            remedy = "keep one row; samples of one person have different codes"
            found = f"sample '{person.code}' a second time"
            table.problem(line, "sample", found, "each sample once", remedy)
        if person.kind == "living" and living:
            remedy = "compare each living seeker in an incident of their own, on their own written request"
            table.problem(line, "kind", "a second living seeker", "one in an incident", remedy)
        if persons.setdefault(person.code, person) is person:
            living |= person.kind == "living"
    sexes.finish()
    return tuple(persons.values())


def _families(table: Table) -> dict[str, _Members]:
    """Every family of the table; none when the table cannot be read to its end, and its own problem says so."""
    rows: dict[str, _Rows] = {}
    names: dict[str, str] = {}
    sexes = Sexes(table)
    for line, (code, member, sex, father, mother, missing, inbreeding) in table.texts(
        *FAMILY_COLUMNS.needed, *FAMILY_COLUMNS.optional
    ):
        family = rows.get(code)
        if family is None:
            family, names = rows.setdefault(code, _Rows()), {"": ""}
        family.lines.append(line)
        family.members.append(
            Individual(
                names.setdefault(member, member),
                sexes.read(line, sex),
                names.setdefault(father, father) or None,
                names.setdefault(mother, mother) or None,
                _inbreeding(table, line, inbreeding) if inbreeding else 0.0,
            )
        )
        if _is_yes(table, line, missing):
            family.missing.append(names[member])
    if table.broken:
        return {}
    sexes.finish()
    return {code: _family(code, rows.pop(code), table) for code in list(rows)}


def _family(code: str, rows: _Rows, table: Table) -> _Members:
    if not rows.missing:
        remedy = "write 'yes' in the column 'missing' of the person the family looks for"
        found = f"family '{code}', which has no missing member"
        table.problem(rows.lines[0], "missing", found, "at least one missing member", remedy)
    missing = tuple(rows.missing)
    try:
        pedigree = Pedigree(tuple(rows.members))
    except PedigreeError as error:
        lines = {member.id: line for member, line in zip(rows.members, rows.lines, strict=True)}
        for member, text in error.faults:
            _pedigree_problem(table, lines[member], text)
        return _Members(code, None, missing, lines)
    for notice in half_siblings(code, rows.members):
        table.findings.notice(notice)
    return _Members(code, pedigree, missing, pedigree)


def _pedigree_problem(table: Table, line: int, text: str) -> None:
    found, _, remedy = text.rpartition("; ")
    column = next((name for name in ("father", "mother") if f"as {name}" in text), "member")
    if "inbreeding" in text:
        column, found, remedy = "founder_inbreeding", text, "correct or empty the cell"
    table.problem(line, column, found, "a pedigree that holds together", remedy)


def _is_yes(table: Table, line: int, text: str) -> bool:
    answer = YES_NO.get(word_key(text))
    if answer is None:
        table.problem(line, "missing", f"'{text[:20]}'", "yes or no", "write yes or no")
    return bool(answer)


def _inbreeding(table: Table, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= 1:
        return value
    table.problem(line, "founder_inbreeding", f"'{text[:20]}'", "a number from 0 to 1", "correct the number")
    return 0.0


def _is_donor(family: _Members, member: str, table: Table, line: int) -> bool:
    """Whether a row of the donors is of a member of the family; all that is wrong with it goes to the findings."""
    if member not in family.members:
        found = f"member '{member}', who is not in family '{family.code}'"
        remedy = "correct the code or add the member to 'families'"
        table.problem(line, "member", found, "a member of the family", remedy)
        return False
    if family.pedigree is not None and member in family.missing:
        found = f"member '{member}', who is the missing person of family '{family.code}'"
        remedy = (
            "correct the member; if the sample is of a personal item, leave it out here and in the profiles: this "
            "version reads no direct reference of a missing person"
        )
        table.problem(line, "member", found, "a relative of the missing person", remedy)
    if member in family.donors:
        found = f"member '{member}' of family '{family.code}' a second time"
        table.problem(line, "member", found, "one sample for a donor", "keep the better sample")
    return True


class _Consents:
    """Consents as the table of donors states them. Days, scopes and consents that are equal are one object."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.days: dict[str, dt.date] = {}
        self.scopes: dict[str, tuple[str, ...]] = {}
        self.given: dict[tuple[str, ...], Consent] = {}

    def read(self, line: int, cells: Sequence[str]) -> Consent | None:
        """A row without a reference has no consent: it is kept and counted, and takes part in nothing."""
        key = tuple(cells)
        consent = self.given.get(key)
        if consent is None:
            problems = self.table.findings.number_of_problems
            consent = self._read(line, *cells)
            if len(self.given) == _FEW:  # one consent for many donors comes in rows that are near each other
                self.given.clear()
            if consent is not None and self.table.findings.number_of_problems == problems:
                self.given[key] = consent
        return consent

    def _read(
        self, line: int, reference: str, day: str, scopes: str, last_day: str, day_of_withdrawal: str, attested_by: str
    ) -> Consent | None:
        given = self._day(line, "consent_date", day)
        expires = self._day(line, "consent_expires", last_day)
        withdrawn = self._day(line, "consent_withdrawn", day_of_withdrawal)
        scope = self._scope(scopes)
        if not reference:
            return None
        if not day:
            remedy = "enter the day on which the consent was given, or empty the reference"
            self.table.problem(line, "consent_date", "an empty cell", "a date", remedy)
        if not scope:
            remedy = "enter what the donor agreed to; a search needs 'identification'"
            self.table.problem(line, "consent_scope", "an empty cell", "a scope", remedy)
        if given is None:
            return None
        if expires is not None and expires <= given:
            remedy = "correct one of the dates"
            found = "a day before the consent was given"
            self.table.problem(line, "consent_expires", found, "a later day", remedy)
        return Consent(reference, given, scope, expires, withdrawn, attested_by)

    def _scope(self, text: str) -> tuple[str, ...]:
        if text not in self.scopes:
            parts = (part for part in re.split(r"[\s;,|+]+", text) if part)
            self.scopes[text] = tuple(SCOPES.get(word_key(part), part) for part in parts)
        return self.scopes[text]

    def _day(self, line: int, column: str, text: str) -> dt.date | None:
        if not text:
            return None
        if text in self.days:
            return self.days[text]
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                return self.days.setdefault(text, dt.date.fromisoformat(text))
        except ValueError:
            pass
        remedy = "write year-month-day; 03/04/2026 means two different days in two countries"
        self.table.problem(line, column, f"'{text[:20]}'", "a date such as 2026-04-03", remedy)
        return None


def _unidentified(
    table: Table, line: int, cells: Sequence[str], typed: TypedSamples, sexes: Sexes
) -> UnidentifiedPerson:
    sample, sex, kind, request = cells
    written, kind = kind, KINDS.get(word_key(kind), kind.lower())
    if refused_kind(written.lower()):
        remedy = "remove the row; suspects, offenders and crime stains are never compared with families"
        table.problem(line, "kind", "a kind of sample that is refused", "remains or living", remedy)
    elif kind not in ("remains", "living"):
        table.problem(line, "kind", f"'{kind[:20]}'", "remains or living", "write one of the two words")
    elif kind == "living" and not request:
        remedy = "enter the reference of the person's own written request, or of the guardian's or court's for a child"
        table.problem(line, "request", "an empty cell for a living person", "a request", remedy)
    return UnidentifiedPerson(
        code=sample,
        profile=typed.profile(sample),
        sex=sexes.read(line, sex),
        kind="living" if kind == "living" else "remains",
        request=request,
        replicates=typed.replicates.get(sample, {}),
        peak_height=typed.heights.get(sample),
        amelogenin=typed.amelogenin.get(sample, ()),
    )
