"""The Pedigree standard of GA4GH in JSON, and the pedigrees of Phenopackets: families without genotypes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from antigone.formats.exchange.declared import Declared, Member
from antigone.formats.exchange.searched import check_missing, is_missing
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.reading.findings import Findings
from antigone.model.pedigree import Sex
from antigone.model.statements import exchange as said

Role = Literal["father", "mother", "parent", "child", "sibling", "none", "unread"]
_ROLES: Mapping[str, Role] = {
    **dict.fromkeys(("kin027", "biologicalmother", "mother", "ovumdonor", "kin038"), "mother"),
    **dict.fromkeys(("kin028", "biologicalfather", "father", "spermdonor"), "father"),
    **dict.fromkeys(("kin003", "biologicalparent", "parent"), "parent"),
    **dict.fromkeys(("kin032", "biologicalchild", "child"), "child"),
    **dict.fromkeys(("fullsibling",), "sibling"),
    **dict.fromkeys(
        ("partner", "spouse", "kin026", "kin022", "adoptiveparent", "fosterparent", "stepparent", "kin005",
         "gestationalcarrier", "socialparent", "relative", "kin001", "consanguineouspartner"), "none",
    ),
}  # fmt: skip
_SEXES: Mapping[str, Sex] = {
    **dict.fromkeys(("male", "m", "1", "assignedmale"), "male"),
    **dict.fromkeys(("female", "f", "2", "assignedfemale"), "female"),
}
_TABLE = "enter the pedigree of this family in the table 'families'"


def is_pedigree(document: Any) -> bool:
    """Whether a JSON document is a pedigree of GA4GH, a list of them, or a family of Phenopackets.

    >>> is_pedigree({"individuals": [], "relationships": []}), is_pedigree({"pedigree": {"persons": []}})
    (True, True)
    """
    return bool(list(_pedigrees(document)))


def read_ga4gh(name: str, document: Any, missing: Sequence[str], findings: Findings) -> Declared:
    """The families of a document; the index person is missing where nobody is named and no code says it."""
    declared = Declared(name)
    for number, pedigree in enumerate(_pedigrees(document), start=1):
        members = _Family(name, str(pedigree.get("id") or number), findings)
        for person in _items(pedigree, "persons"):
            members.add_person(person)
        for person in _items(pedigree, "individuals"):
            members.add_individual(person)
        for relation in _items(pedigree, "relationships"):
            members.relate(relation)
        _mark_missing(members, pedigree, missing, findings)
        declared.members += members.found.values()
    check_missing(declared, missing, findings)
    return declared


def _pedigrees(document: Any) -> Iterator[Mapping[str, Any]]:
    for item in document if isinstance(document, list) else [document]:
        if isinstance(item, dict):
            inside = item.get("pedigree")
            inside = inside if isinstance(inside, dict) else item
            if isinstance(inside.get("persons"), list) or isinstance(inside.get("individuals"), list):
                yield inside


def _items(pedigree: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = pedigree.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _first(item: Mapping[str, Any], *keys: str) -> str:
    """The first of several fields that holds a code; a code may stand inside an object as its ``id``."""
    for key in keys:
        value = item.get(key)
        value = value.get("id") if isinstance(value, dict) else value
        if isinstance(value, str | int) and str(value).strip() not in ("", "0"):
            return str(value).strip()
    return ""


class _Family:
    """The members of one pedigree by code, while relations are read."""

    def __init__(self, file: str, code: str, findings: Findings) -> None:
        self.file, self.code, self.findings = file, code, findings
        self.found: dict[str, Member] = {}

    def problem(self, found: str, expected: str, remedy: str) -> None:
        self.findings.problem((self.file, 0), "", f"{found} in family '{self.code}'", expected, remedy)

    def add_person(self, person: Mapping[str, Any]) -> None:
        """A person of Phenopackets, with the codes of both parents."""
        code = _first(person, "individualId", "individual_id")
        father, mother = (_first(person, f"{role}Id", f"{role}_id") for role in ("paternal", "maternal"))
        family = _first(person, "familyId", "family_id") or self.code
        self._take(Member(0, family, code, _sex(person), father, mother))

    def add_individual(self, person: Mapping[str, Any]) -> None:
        """An individual, whose code and sex may stand in an object inside it."""
        inside = [person]
        for key in ("individual", "phenopacket", "subject"):
            inside += [item for one in [*inside] if isinstance(item := one.get(key), dict)]
        code = next((code for one in inside if (code := _first(one, "id"))), "")
        known: list[Sex] = [sex for one in inside if (sex := _sex(one)) != "unknown"]
        self._take(Member(0, self.code, code, known[0] if known else "unknown"))
        for role, key in (("father", "sperm_parent"), ("mother", "egg_parent")):
            if parent := _first(person, key):
                self._set(code, role, parent)

    def _take(self, member: Member) -> None:
        if not member.code or member.code in self.found:
            found = f"the code '{member.code}' a second time" if member.code else "a person without a code"
            self.problem(found, "a code for each person", "correct the file")
            return
        self.found[member.code] = member

    def relate(self, relation: Mapping[str, Any]) -> None:
        """One relation of an individual to a relative."""
        one = _first(relation, "individual", "individualId", "individual_id")
        other = _first(relation, "relative", "relativeId", "relative_id")
        terms: list[Any] = [relation.get(key) for key in ("relation", "relationship", "biological_relationship")]
        term: Any = next(filter(None, terms), {})
        term = term[0] if isinstance(term, list) else term
        named = (term.get("label"), term.get("id")) if isinstance(term, dict) else (term, None)
        label, role = str(named[0] or named[1] or ""), _role(named)
        if not {one, other} <= self.found.keys():
            self.problem("a relation of somebody who is not among the individuals", "their codes", "correct the file")
        elif role in ("father", "mother"):
            self._set(other, role, one)
        elif role == "parent":
            self._set(other, self._by_sex(one), one)
        elif role == "child":
            self._set(one, self._by_sex(other), other)
        elif role == "none":
            self.findings.notice(said.RELATION_NOT_READ(relation=label[:40], file=self.file))
        elif not (role == "sibling" and self._share_parents(one, other)):
            self.problem(f"the relation '{label[:40]}'", "parents and children", _TABLE)

    def _set(self, child: str, role: str, parent: str) -> None:
        before = self.found[child].father if role == "father" else self.found[child].mother
        if before and before != parent:
            self.problem(f"a second {role} of '{child}'", f"one {role}", "correct the file")
        one = self.found[child]
        self.found[child] = replace(one, father=parent) if role == "father" else replace(one, mother=parent)

    def _by_sex(self, parent: str) -> str:
        sex = self.found[parent].sex
        if sex == "unknown":
            self.problem(f"'{parent}', a parent of unknown sex", "a father or a mother", "state the sex")
        return "mother" if sex == "female" else "father"

    def _share_parents(self, one: str, other: str) -> bool:
        """Whether full siblings have both parents: those of the one are those of the other."""
        of = [(self.found[code].father, self.found[code].mother) for code in (one, other)]
        known = next((parents for parents in of if all(parents)), None)
        if known is None:
            return False
        for code in (one, other):
            self._set(code, "father", known[0])
            self._set(code, "mother", known[1])
        return True


def _role(named: Sequence[Any]) -> Role:
    for text in named:
        key = word_key(str(text or ""))
        key = key.removeprefix("is").removesuffix("of") if key.startswith("is") else key
        key = key.removeprefix("kin") if key.startswith("kinkin") else key
        if key in _ROLES:
            return _ROLES[key]
    return "unread"


def _sex(person: Mapping[str, Any]) -> Sex:
    written = _first(person, "sex", "sex_assigned_at_birth")
    return _SEXES.get(word_key(written), "unknown")


def _mark_missing(members: _Family, pedigree: Mapping[str, Any], missing: Sequence[str], findings: Findings) -> None:
    sought = [code for code in members.found if is_missing(code, missing)]
    if not sought and not missing:
        sought = [code for code in _index(pedigree) if code in members.found][:1]
        for code in sought:
            family = members.found[code].family
            findings.notice(said.INDEX_IS_MISSING(family=family, code=code, file=members.file))
    for code in sought:
        members.found[code] = replace(members.found[code], missing=True)


def _index(pedigree: Mapping[str, Any]) -> list[str]:
    listed = pedigree.get("indexPatients") or pedigree.get("index_patients") or []
    named = [_first({"id": one}, "id") for one in listed] if isinstance(listed, list) else []
    return [code for code in (*named, _first(pedigree, "proband"), _first(pedigree, "consultand")) if code]
