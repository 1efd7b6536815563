"""DNA records and pedigrees of the biometrics domain of NIEM 5.1 (XML)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from antigone.formats.exchange.categories import category_of, refuse_categories
from antigone.formats.exchange.declared import Declared, Member
from antigone.formats.exchange.xml import Element
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.reading.findings import Findings
from antigone.model.pedigree import Sex
from antigone.model.statements import exchange as said

_SEXES: dict[str, Sex] = {"male": "male", "m": "male", "female": "female", "f": "female"}
_SOUGHT = frozenset({"s", "sought", "missing"})
_IDS = ("dnaprofileid", "profileid", "sampleid", "")
"""Which of several identifications is the code of a profile, in this order."""


@dataclass(frozen=True)
class _Record:
    line: int
    category: str
    codes: tuple[str, ...]
    """The code of the profile first, then other codes by which a pedigree may name it."""
    element: Element


def read_niem(name: str, root: Element, findings: Findings) -> Declared:
    """The records of a transaction: unidentified persons, and relatives who stand in its pedigrees."""
    declared = Declared(name)
    records = [_record(element) for element in root.everywhere("DNARecord")]
    if refuse_categories(name, [(one.line, one.category) for one in records], findings):
        return declared
    by_code = {code: one for one in records for code in reversed(one.codes)}
    used: set[int] = set()
    for pedigree in root.everywhere("Pedigree"):
        _add_family(declared, pedigree, by_code, used, findings)
    for record in records:
        if category_of(record.category) == "unidentified":
            _check_code(name, record, findings)
            declared.unidentified.append((record.line, (record.codes[0] if record.codes else "", "unknown")))
            used.add(id(record))
    apart = [one for one in records if id(one) not in used]
    if apart:
        _refuse_apart(name, apart, findings)
    for record in records:
        if id(record) in used and record.codes:
            for line, marker, alleles in _loci(record.element):
                declared.add_genotype(line, record.codes[0], marker, alleles)
    if declared.unidentified:
        findings.notice(said.TAKEN_AS_REMAINS(number=len(declared.unidentified), file=name))
    return declared


def _record(element: Element) -> _Record:
    found: dict[str, str] = {}
    for one in (
        *element.all("DNADataIdentification"),
        *element.all("DNAEncoding", "DNASource", "DNASourceIdentification"),
    ):
        found.setdefault(_kind_of_id(one), one.value("IdentificationID"))
    codes = [code for kind in _IDS if (code := found.get(kind))]
    return _Record(element.line, element.value("DNACategoryCode"), tuple(dict.fromkeys(codes)), element)


def _kind_of_id(element: Element) -> str:
    texts = (element.value(name) for name in ("IdentificationCategoryDescriptionText", "IdentificationCategoryText"))
    return word_key(next((text for text in texts if text), ""))


def _loci(record: Element) -> Iterator[tuple[int, str, list[str]]]:
    for data in record.everywhere("DNASTRData"):
        for locus in data.all("DNALocus"):
            alleles = [one.value("DNAAlleleCall1Text") for one in locus.all("DNAAllele")]
            yield locus.line, locus.value("DNALocusName"), [allele for allele in alleles if allele]


def _add_family(
    declared: Declared, pedigree: Element, by_code: dict[str, _Record], used: set[int], findings: Findings
) -> None:
    """The members of a pedigree; parents are named by the id of an element."""
    ids = [one.value("IdentificationID") for one in pedigree.all("PedigreeIdentification")]
    family = next(filter(None, ids), f"line {pedigree.line}")
    elements = list(pedigree.all("PedigreeMember"))
    codes = {one.attributes.get("id", ""): _code(one) for one in elements}
    for element in elements:
        record = next((by_code[code] for code in _codes_of(element) if code in by_code), None)
        if record is not None:
            used.add(id(record))
        father, mother = (_parent(element, role, codes) for role in ("Father", "Mother"))
        status = word_key(element.value("PedigreeMemberStatusCode"))
        sex = _SEXES.get(word_key(element.value("PersonSexText") or element.value("PersonSexCode")), "unknown")
        sample = record.codes[0] if record else ""
        declared.members.append(
            Member(element.line, family, _code(element), sex, father, mother, status in _SOUGHT, sample)
        )
    if not any(one.missing for one in declared.members if one.family == family):
        expected, remedy = "a member with the status S (sought)", "mark the missing person in the pedigree"
        findings.problem((declared.name, pedigree.line), "", f"a pedigree, '{family}', without", expected, remedy)


def _code(member: Element) -> str:
    return next(iter(_codes_of(member)), member.attributes.get("id", ""))


def _codes_of(member: Element) -> list[str]:
    ids = {_kind_of_id(one): one.value("IdentificationID") for one in member.all("PedigreeMemberIdentification")}
    return [ids[kind] for kind in (*_IDS, *ids) if ids.get(kind)]


def _parent(member: Element, role: str, codes: dict[str, str]) -> str:
    for element in member.all(f"Pedigree{role}Identification"):
        attributes = element.attributes
        named = attributes.get("metadata") or attributes.get("ref") or attributes.get("uri", "").lstrip("#")
        return codes.get(named, named) or element.value("IdentificationID")
    return ""


def _check_code(name: str, record: _Record, findings: Findings) -> None:
    if not record.codes:
        expected, remedy = "a DNA Profile ID or a Sample ID", "export the file again with a code for each profile"
        findings.problem((name, record.line), "", "a record without a code", expected, remedy)


def _refuse_apart(name: str, apart: list[_Record], findings: Findings) -> None:
    found = f"{len(apart)} records of relatives who stand in no pedigree of the file"
    remedy = (
        "export them with their pedigree (biom:Pedigree), in which the missing person has the status S; or enter the "
    )
    remedy += "families in a case folder"
    findings.problem((name, apart[0].line), "", found, "how each is related to the missing person", remedy)
