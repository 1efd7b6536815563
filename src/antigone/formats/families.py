"""Families, donors and unidentified persons: the tables of people in a case folder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from antigone.errors import PedigreeError
from antigone.formats.findings import Findings
from antigone.formats.profiles import TypedSamples
from antigone.formats.refusals import refused_kind
from antigone.formats.tables import Columns, Row, Table
from antigone.model.case import Consent, Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile

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
UNIDENTIFIED_COLUMNS = Columns(needed=("sample",), optional=("sex", "kind", "request"), filled=("sample",))

_SEXES: Mapping[str, Sex] = {
    **{"female": "female", "f": "female", "male": "male", "m": "male"},
    **{"unknown": "unknown", "u": "unknown", "?": "unknown", "": "unknown"},
}
_YES_NO = {
    **{"yes": True, "y": True, "x": True, "true": True, "1": True},
    **{"no": False, "n": False, "false": False, "0": False, "": False},
}
Place = tuple[str, int]


@dataclass(frozen=True)
class _Members:
    """The rows of one family, by member."""

    code: str
    rows: Mapping[str, Row]
    family: Family | None


def read_families(table: Table, donors: Table, typed: TypedSamples, findings: Findings) -> tuple[Family, ...]:
    """The declared pedigrees, each with its missing members and its donors."""
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        rows.setdefault(row.text("family"), []).append(row)
    families = {code: _family(code, members, findings) for code, members in rows.items()}
    donors_of: dict[str, list[Donor]] = {code: [] for code in families}
    for row in donors.rows:
        code = row.text("family")
        if code not in families:
            # When families.csv could not be read, its own problem is the one to mend.
            if table.rows:
                expected = "a family of the table 'families'"
                findings.problem(
                    row.where, "family", f"family '{code}'", expected, "correct the code or add the family"
                )
            continue
        donor = _donor(row, families[code], donors_of[code], typed, findings)
        if donor is not None:
            donors_of[code].append(donor)
    return tuple(
        Family(members.family.code, members.family.pedigree, members.family.missing, tuple(donors_of[code]))
        for code, members in families.items()
        if members.family is not None
    )


def read_unidentified(table: Table, typed: TypedSamples, findings: Findings) -> tuple[UnidentifiedPerson, ...]:
    """Remains, and at most one living seeker with a written request."""
    persons: dict[str, UnidentifiedPerson] = {}
    for row in table.rows:
        person = _unidentified(row, typed, findings)
        if person.code in persons:
            remedy = "keep one row; samples of one person have different codes"
            findings.problem(row.where, "sample", f"sample '{person.code}' a second time", "each sample once", remedy)
        if person.kind == "living" and any(other.kind == "living" for other in persons.values()):
            remedy = "compare each living seeker in an incident of their own, on their own written request"
            findings.problem(row.where, "kind", "a second living seeker", "one in an incident", remedy)
        persons.setdefault(person.code, person)
    return tuple(persons.values())


def check_samples(
    donors: Table, unidentified: tuple[UnidentifiedPerson, ...], typed: TypedSamples, findings: Findings
) -> None:
    """Every profile belongs to one donor or one unidentified person, and to one only."""
    of_donors: dict[str, Place] = {}
    of_unidentified = {person.code for person in unidentified}
    for row in donors.rows:
        sample = row.text("sample")
        if sample in of_donors:
            found = f"sample '{sample}' a second time"
            findings.problem(row.where, "sample", found, "one donor for a sample", "correct the sample code")
        elif sample in of_unidentified:
            found = f"sample '{sample}', which is also an unidentified person"
            findings.problem(row.where, "sample", found, "one or the other", "correct the sample code")
        of_donors[sample] = row.where
    for sample, where in typed.first_row.items():
        if sample not in of_donors and sample not in of_unidentified:
            remedy = "add the sample to 'donors' or 'unidentified', or remove its rows"
            expected = "a sample of a donor or of an unidentified person"
            findings.problem(where, "sample", f"sample '{sample}', which belongs to nobody", expected, remedy)
    for sample in (*of_donors, *(person.code for person in unidentified)):
        if not typed.genotypes.get(sample):
            findings.notice(f"sample '{sample}' has no autosomal genotype in the profiles")
    for person in unidentified:
        shown = typed.amelogenin.get(person.code, person.sex)
        if person.sex != "unknown" and shown != person.sex:
            findings.notice(f"sample '{person.code}': Amelogenin shows another sex than the one declared; check both")


def _family(code: str, rows: list[Row], findings: Findings) -> _Members:
    by_member: dict[str, Row] = {}
    members = []
    for row in rows:
        by_member[row.text("member")] = row
        members.append(_individual(row, findings))
    missing = tuple(row.text("member") for row in rows if _yes_no(row, "missing", findings))
    if not missing:
        remedy = "write 'yes' in the column 'missing' of the person the family looks for"
        found = f"family '{code}', which has no missing member"
        findings.problem(rows[0].where, "missing", found, "at least one missing member", remedy)
    try:
        pedigree = Pedigree(tuple(members))
    except PedigreeError as error:
        for member, text in error.faults:
            _pedigree_problem(by_member[member], text, findings)
        return _Members(code, by_member, None)
    return _Members(code, by_member, Family(code, pedigree, missing))


def _individual(row: Row, findings: Findings) -> Individual:
    return Individual(
        id=row.text("member"),
        sex=_sex(row, findings),
        father=row.text("father") or None,
        mother=row.text("mother") or None,
        founder_inbreeding=_inbreeding(row, findings),
    )


def _pedigree_problem(row: Row, text: str, findings: Findings) -> None:
    found, _, remedy = text.rpartition("; ")
    column = next((name for name in ("father", "mother") if f"as {name}" in text), "member")
    if "inbreeding" in text:
        column, found, remedy = "founder_inbreeding", text, "correct or empty the cell"
    findings.problem(row.where, column, found, "a pedigree that holds together", remedy)


def _sex(row: Row, findings: Findings) -> Sex:
    sex = _SEXES.get(row.text("sex").lower())
    if sex is None:
        remedy = "write one of these words; 1 and 2 mean different things in different programs"
        findings.problem(row.where, "sex", f"'{row.text('sex')[:20]}'", "female, male or unknown", remedy)
    return sex or "unknown"


def _yes_no(row: Row, column: str, findings: Findings) -> bool:
    answer = _YES_NO.get(row.text(column).lower())
    if answer is None:
        findings.problem(row.where, column, f"'{row.text(column)[:20]}'", "yes or no", "write yes or no")
    return bool(answer)


def _inbreeding(row: Row, findings: Findings) -> float:
    text = row.text("founder_inbreeding") or "0"
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= 1:
        return value
    remedy = "correct the number"
    findings.problem(row.where, "founder_inbreeding", f"'{text[:20]}'", "a number from 0 to 1", remedy)
    return 0.0


def _donor(row: Row, members: _Members, before: list[Donor], typed: TypedSamples, findings: Findings) -> Donor | None:
    member, sample = row.text("member"), row.text("sample")
    if member not in members.rows:
        found = f"member '{member}', who is not in family '{members.code}'"
        remedy = "correct the code or add the member to 'families'"
        findings.problem(row.where, "member", found, "a member of the family", remedy)
        return None
    if members.family is not None and member in members.family.missing:
        found = f"member '{member}', who is the missing person of family '{members.code}'"
        remedy = "a personal item is no donor: enter its profile as an unidentified sample, or correct the row"
        findings.problem(row.where, "member", found, "a relative of the missing person", remedy)
    if any(donor.member == member for donor in before):
        found = f"member '{member}' of family '{members.code}' a second time"
        findings.problem(row.where, "member", found, "one sample for a donor", "keep the better sample")
    return Donor(member, Profile(sample, typed.genotypes.get(sample, {})), _consent(row, findings))


def _consent(row: Row, findings: Findings) -> Consent | None:
    """A row without a reference has no consent: it is kept and counted, and takes part in nothing."""
    given = _date(row, "consent_date", findings)
    expires, withdrawn = (_date(row, column, findings) for column in ("consent_expires", "consent_withdrawn"))
    scope = tuple(part for part in re.split(r"[\s;,|+]+", row.text("consent_scope")) if part)
    reference = row.text("consent_reference")
    if not reference:
        return None
    if not row.text("consent_date"):
        remedy = "enter the day on which the consent was given, or empty the reference"
        findings.problem(row.where, "consent_date", "an empty cell", "a date", remedy)
    if not scope:
        remedy = "enter what the donor agreed to; a search needs 'identification'"
        findings.problem(row.where, "consent_scope", "an empty cell", "a scope", remedy)
    if given is None:
        return None
    if expires is not None and expires <= given:
        remedy = "correct one of the dates"
        findings.problem(row.where, "consent_expires", "a day before the consent was given", "a later day", remedy)
    return Consent(reference, given, scope, expires, withdrawn, row.text("consent_attested_by"))


def _date(row: Row, column: str, findings: Findings) -> dt.date | None:
    text = row.text(column)
    if not text:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    remedy = "write year-month-day; 03/04/2026 means two different days in two countries"
    findings.problem(row.where, column, f"'{text[:20]}'", "a date such as 2026-04-03", remedy)
    return None


def _unidentified(row: Row, typed: TypedSamples, findings: Findings) -> UnidentifiedPerson:
    sample, kind, request = row.text("sample"), row.text("kind").lower() or "remains", row.text("request")
    if refused_kind(kind):
        remedy = "remove the row; suspects, offenders and crime stains are never compared with families"
        findings.problem(row.where, "kind", "a kind of sample that is refused", "remains or living", remedy)
    elif kind not in ("remains", "living"):
        findings.problem(row.where, "kind", f"'{kind[:20]}'", "remains or living", "write one of the two words")
    elif kind == "living" and not request:
        remedy = "enter the reference of the person's own written request, or of the guardian's or court's for a child"
        findings.problem(row.where, "request", "an empty cell for a living person", "a request", remedy)
    return UnidentifiedPerson(
        code=sample,
        profile=Profile(sample, typed.genotypes.get(sample, {})),
        sex=_sex(row, findings),
        kind="living" if kind == "living" else "remains",
        request=request,
    )
