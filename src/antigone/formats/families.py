"""Families, donors and unidentified persons: the tables of people in a case folder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from antigone.errors import PedigreeError
from antigone.formats.findings import Findings
from antigone.formats.observation import with_rates
from antigone.formats.profiles import TypedSamples
from antigone.formats.refusals import refused_kind
from antigone.formats.tables import Columns, Table
from antigone.model.case import Consent, Donor, Family, UnidentifiedPerson
from antigone.model.observation import AS_READ, ObservationModel
from antigone.model.pedigree import Individual, Pedigree, Sex

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

_SEXES: Mapping[str, Sex] = {
    **{"female": "female", "f": "female", "male": "male", "m": "male"},
    **{"unknown": "unknown", "u": "unknown", "?": "unknown", "": "unknown"},
}
_YES_NO = {
    **{"yes": True, "y": True, "x": True, "true": True, "1": True},
    **{"no": False, "n": False, "false": False, "0": False, "": False},
}
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
    """The sample of each donor with its line in the table of donors, in the order of the table."""

    file: str = ""
    samples: list[tuple[str, int]] = field(default_factory=list)


def read_families(table: Table, donors: Table, typed: TypedSamples) -> tuple[tuple[Family, ...], DonorSamples]:
    """The declared pedigrees, each with its missing members and its donors; and whose sample is whose."""
    families = _families(table)
    samples = DonorSamples(donors.name)
    consents = _Consents(donors)
    for line, (code, member, sample, *consent) in donors.texts(*DONOR_COLUMNS.needed, *DONOR_COLUMNS.optional):
        samples.samples.append((sample, line))
        family = families.get(code)
        if family is not None and _is_donor(family, member, donors, line):
            family.donors[member] = Donor(member, typed.profile(sample), consents.read(line, consent))
        elif family is None and families:
            # When families.csv could not be read, its own problem is the one to mend.
            expected = "a family of the table 'families'"
            donors.problem(line, "family", f"family '{code}'", expected, "correct the code or add the family")
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
    living = False
    columns = (*UNIDENTIFIED_COLUMNS.needed, *UNIDENTIFIED_COLUMNS.optional)
    for line, cells in table.texts(*columns):
        person = _unidentified(table, line, cells[:4], typed)
        if any(cells[4:]):
            person = with_rates(person, table, line, cells[4:], observation)
        if person.code in persons:
            remedy = "keep one row; samples of one person have different codes"
            found = f"sample '{person.code}' a second time"
            table.problem(line, "sample", found, "each sample once", remedy)
        if person.kind == "living" and living:
            remedy = "compare each living seeker in an incident of their own, on their own written request"
            table.problem(line, "kind", "a second living seeker", "one in an incident", remedy)
        if persons.setdefault(person.code, person) is person:
            living |= person.kind == "living"
    return tuple(persons.values())


def check_samples(
    donors: DonorSamples,
    unidentified: tuple[UnidentifiedPerson, ...],
    typed: TypedSamples,
    findings: Findings,
    *,
    all_known: bool = True,
) -> None:
    """Every profile belongs to one donor or one unidentified person, and to one only.

    Without ``all_known`` a table of persons could not be read: then no profile is said to belong to nobody, because
    the table is what there is to mend.
    """
    of_donors: dict[str, None] = {}
    of_unidentified = {person.code for person in unidentified}
    for sample, line in donors.samples:
        where = donors.file, line
        if sample in of_donors:
            found = f"sample '{sample}' a second time"
            findings.problem(where, "sample", found, "one donor for a sample", "correct the sample code")
        elif sample in of_unidentified:
            found = f"sample '{sample}', which is also an unidentified person"
            findings.problem(where, "sample", found, "one or the other", "correct the sample code")
        of_donors[sample] = None
    for sample, line in typed.first_line.items():
        if all_known and sample not in of_donors and sample not in of_unidentified:
            remedy = "add the sample to 'donors' or 'unidentified', or remove its rows"
            expected = "a sample of a donor or of an unidentified person"
            found = f"sample '{sample}', which belongs to nobody"
            findings.problem((typed.file, line), "sample", found, expected, remedy)
    for sample in (*of_donors, *(person.code for person in unidentified)):
        if not typed.genotypes.get(sample) and sample not in typed.replicates:
            findings.notice(f"sample '{sample}' has no autosomal genotype in the profiles")


def check_hemizygous(
    families: tuple[Family, ...],
    unidentified: tuple[UnidentifiedPerson, ...],
    x_markers: frozenset[str],
    typed: TypedSamples,
    findings: Findings,
) -> None:
    """A male has one allele at a marker of the X chromosome, written twice."""
    men = [(p.profile.sample, p.profile.genotypes) for p in unidentified if p.sex == "male"]
    men += [
        (donor.profile.sample, donor.profile.genotypes)
        for family in families
        for donor in family.donors
        if family.pedigree[donor.member].sex == "male"
    ]
    for sample, genotypes in men:
        for marker in sorted(x_markers & genotypes.keys()):
            first, second = genotypes[marker]
            if second not in (None, first):
                found = f"two different alleles of sample '{sample}', a male, at the X-chromosomal marker '{marker}'"
                remedy = "correct the sex or the genotype; a male's one allele is written twice"
                where = typed.file, typed.first_line[sample]
                findings.problem(where, "allele2", found, "one allele", remedy)


def _families(table: Table) -> dict[str, _Members]:
    """Every family of the table; none when the table cannot be read to its end, and its own problem says so."""
    rows: dict[str, _Rows] = {}
    names: dict[str, str] = {}
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
                _sex(table, line, sex),
                names.setdefault(father, father) or None,
                names.setdefault(mother, mother) or None,
                _inbreeding(table, line, inbreeding) if inbreeding else 0.0,
            )
        )
        if _is_yes(table, line, missing):
            family.missing.append(names[member])
    if table.broken:
        return {}
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
    return _Members(code, pedigree, missing, pedigree)


def _pedigree_problem(table: Table, line: int, text: str) -> None:
    found, _, remedy = text.rpartition("; ")
    column = next((name for name in ("father", "mother") if f"as {name}" in text), "member")
    if "inbreeding" in text:
        column, found, remedy = "founder_inbreeding", text, "correct or empty the cell"
    table.problem(line, column, found, "a pedigree that holds together", remedy)


def _sex(table: Table, line: int, text: str) -> Sex:
    sex = _SEXES.get(text.lower())
    if sex is None:
        remedy = "write one of these words; 1 and 2 mean different things in different programs"
        table.problem(line, "sex", f"'{text[:20]}'", "female, male or unknown", remedy)
    return sex or "unknown"


def _is_yes(table: Table, line: int, text: str) -> bool:
    answer = _YES_NO.get(text.lower())
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
        remedy = "a personal item is no donor: enter its profile as an unidentified sample, or correct the row"
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
            self.scopes[text] = tuple(part for part in re.split(r"[\s;,|+]+", text) if part)
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


def _unidentified(table: Table, line: int, cells: Sequence[str], typed: TypedSamples) -> UnidentifiedPerson:
    sample, sex, kind, request = cells
    kind = kind.lower() or "remains"
    if refused_kind(kind):
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
        sex=_sex(table, line, sex),
        kind="living" if kind == "living" else "remains",
        request=request,
        replicates=typed.replicates.get(sample, {}),
        peak_height=typed.heights.get(sample),
        amelogenin=typed.amelogenin.get(sample, ()),
    )
