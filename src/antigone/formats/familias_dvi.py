"""The DVI part of a Familias file: unidentified persons, and families with their hypotheses.

The missing person of every family is the literal ``Missing person``, whose sex the format does not state: it
follows from the part the person has as a parent, where the other parent's sex is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from antigone.errors import PedigreeError
from antigone.formats.familias_text import FamNode
from antigone.formats.findings import Findings
from antigone.model.case import Consent, Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile

MISSING_PERSON = "Missing person"
REFERENCE_PEDIGREE = "Reference pedigree"
_AGAIN = "correct it in Familias and save the file again"
_SEXES: Mapping[str, Sex] = {"male": "male", "female": "female"}
_OTHER: Mapping[Sex, Sex] = {"male": "female", "female": "male", "unknown": "unknown"}
Ladders = Mapping[str, Mapping[str, float]]
Relation = tuple[str, str, int]


@dataclass(frozen=True)
class _Person:
    """A named person of a family or an unidentified one."""

    name: str
    sex: Sex
    genotypes: Mapping[str, Genotype]
    line: int


@dataclass
class _Draft:
    """A pedigree while the roles of its parents are worked out: sexes by person, and (parent, child, line)."""

    sexes: dict[str, Sex]
    relations: list[Relation]
    fathers: dict[str, str] = field(default_factory=dict)
    mothers: dict[str, str] = field(default_factory=dict)


def dvi_unidentified(file: str, dvi: FamNode, ladders: Ladders, findings: Findings) -> tuple[UnidentifiedPerson, ...]:
    """The unidentified persons; all are remains, because the format knows no living seeker."""
    node = dvi.child("Unidentified persons")
    persons: dict[str, UnidentifiedPerson] = {}
    for person in _persons(file, node, ladders, findings):
        if person.name in persons:
            found = f"unidentified person '{person.name}' a second time"
            findings.problem((file, person.line), "", found, "each person once", _AGAIN)
        persons[person.name] = UnidentifiedPerson(person.name, Profile(person.name, person.genotypes), person.sex)
    return tuple(persons.values())


def dvi_families(
    file: str, dvi: FamNode, ladders: Ladders, consent: Consent, findings: Findings, *, sexes_mutate_alike: bool
) -> tuple[Family, ...]:
    """The reference families: one for each hypothesis pedigree in which the missing person stands.

    ``sexes_mutate_alike`` allows a missing parent of unknown sex: father and mother then count the same.
    """
    node = dvi.child("Reference Families")
    families: list[Family] = []
    codes: set[str] = set()
    for family in node.children if node else ():
        name = family.value("Name")
        if not name or name in codes:
            found = f"family '{name}' without a name, or a second time"
            findings.problem((file, family.line), "", found, "a name for each family", _AGAIN)
        codes.add(name)
        families.extend(_family(file, family, name, ladders, consent, findings, sexes_mutate_alike))
    return tuple(families)


def _family(
    file: str,
    node: FamNode,
    name: str,
    ladders: Ladders,
    consent: Consent,
    findings: Findings,
    sexes_mutate_alike: bool,
) -> Iterator[Family]:
    persons = list(_persons(file, node.child("Persons"), ladders, findings))
    hypotheses = _hypotheses(file, node, name, findings)
    _compare_with_reference(node, name, hypotheses, persons, findings)
    for label, pedigree_node, relations in hypotheses:
        code = name if len(hypotheses) == 1 else f"{name} / {label}"
        pedigree = _pedigree(file, pedigree_node, persons, relations, findings, sexes_mutate_alike)
        donors = tuple(
            Donor(person.name, Profile(f"{code}: {person.name}", person.genotypes), consent)
            for person in persons
            if person.genotypes and person.name != MISSING_PERSON
        )
        if pedigree is not None:
            yield Family(code, pedigree, (MISSING_PERSON,), donors)
    if len(hypotheses) > 1:
        findings.notice(f"family '{name}' has {len(hypotheses)} pedigrees for its missing person; each is searched")


def _persons(file: str, node: FamNode | None, ladders: Ladders, findings: Findings) -> Iterator[_Person]:
    for child in node.children if node else ():
        name = child.value("Name")
        if not name:
            findings.problem((file, child.line), "Name", "a person without a name", "a code", _AGAIN)
            continue
        sex = _SEXES.get(child.value("Gender").lower(), "unknown")
        yield _Person(name, sex, dict(_genotypes(file, name, child.child("DNA data"), ladders, findings)), child.line)


def _genotypes(
    file: str, person: str, node: FamNode | None, ladders: Ladders, findings: Findings
) -> Iterator[tuple[str, Genotype]]:
    entries = [entry for entry in node.entries if entry[0] != "nSystems"] if node else []
    seen: set[str] = set()
    for start in range(0, len(entries), 3):
        keys = [key for key, _, _ in entries[start : start + 3]]
        (_, system, line), values = entries[start], [value for _, value, _ in entries[start + 1 : start + 3]]
        if keys != ["SystemName", "Allele1", "Allele2"]:
            expected = "SystemName, Allele1 and Allele2, one after the other"
            findings.problem((file, line), "", f"other lines in the DNA data of '{person}'", expected, _AGAIN)
            return
        if system not in ladders or system in seen:
            found = f"locus '{system}' of '{person}', unknown or a second time"
            findings.problem((file, line), "SystemName", found, "a locus of the database, once", _AGAIN)
        elif not all(value in ladders[system] for value in values):
            found = f"an allele of '{person}' at locus '{system}' without a frequency"
            remedy = "add the allele to the database in Familias and save the file again"
            findings.problem((file, line), "Allele1", found, "alleles of the database", remedy)
        else:
            yield system, (values[0], values[1])
        seen.add(system)


def _hypotheses(file: str, family: FamNode, name: str, findings: Findings) -> list[tuple[str, FamNode, list[Relation]]]:
    """The pedigrees in which the missing person stands; the reference pedigree only when no other does."""
    node = family.child("Pedigrees")
    pedigrees = [
        (child.value("Name"), child, _relations(file, child, findings)) for child in (node.children if node else ())
    ]
    with_missing = [item for item in pedigrees if any(MISSING_PERSON in pair[:2] for pair in item[2])]
    others = [item for item in with_missing if item[0] != REFERENCE_PEDIGREE]
    if not with_missing:
        found = f"family '{name}' without '{MISSING_PERSON}' in a pedigree"
        remedy = "add the missing person to a pedigree of the family in Familias"
        findings.problem((file, family.line), "", found, "a pedigree with the missing person", remedy)
    return others or with_missing


def _relations(file: str, node: FamNode, findings: Findings) -> list[Relation]:
    entries = [entry for entry in node.entries if entry[0] not in ("Name", "nRelations")]
    relations: list[Relation] = []
    for start in range(0, len(entries), 2):
        pair = entries[start : start + 2]
        if [key for key, _, _ in pair] != ["Parent", "Child"] or not all(value for _, value, _ in pair):
            remedy = "direct relations (identity, twins) are not computed yet; remove them in Familias"
            findings.problem((file, pair[0][2]), pair[0][0], "another relation", "Parent and Child", remedy)
            return relations
        relations.append((pair[0][1], pair[1][1], pair[0][2]))
    return relations


def _compare_with_reference(
    family: FamNode,
    name: str,
    hypotheses: list[tuple[str, FamNode, list[Relation]]],
    persons: list[_Person],
    findings: Findings,
) -> None:
    """Familias divides by its reference pedigree; here the other side is the hypothesis, without its missing person."""
    node = family.child("Pedigrees")
    children = node.children if node else []
    reference = next((child for child in children if child.value("Name") == REFERENCE_PEDIGREE), None)
    if reference is None or sum(bool(person.genotypes) for person in persons) < 2:
        return
    # Whatever is wrong in the reference pedigree was stated when all pedigrees were read.
    related = _without_missing(_relations("", reference, Findings()))
    for label, _, relations in hypotheses:
        if _without_missing(relations) != related:
            findings.notice(
                f"family '{name}': the reference pedigree relates the donors otherwise than '{label}'; the pedigree "
                f"'{label}' is taken under both hypotheses, so the LR can differ from that of Familias"
            )


def _without_missing(relations: list[Relation]) -> set[tuple[str, str]]:
    return {(parent, child) for parent, child, _ in relations if MISSING_PERSON not in (parent, child)}


def _pedigree(
    file: str,
    node: FamNode,
    persons: list[_Person],
    relations: list[Relation],
    findings: Findings,
    sexes_mutate_alike: bool,
) -> Pedigree | None:
    names = [person.name for person in persons]
    draft = _Draft({person.name: person.sex for person in persons}, relations)
    for pair in relations:
        for code in pair[:2]:
            draft.sexes.setdefault(code, "unknown")
    _settle_sexes(draft)
    for relation in relations:
        _place_parent(file, draft, relation, findings, sexes_mutate_alike)
    codes = [*names, *(code for code in draft.sexes if code not in names)]
    try:
        return Pedigree(tuple(Individual(c, draft.sexes[c], draft.fathers.get(c), draft.mothers.get(c)) for c in codes))
    except PedigreeError as error:
        for _, text in error.faults:
            found = text.rpartition("; ")[0] or text
            findings.problem((file, node.line), "", found, "a pedigree that holds together", _AGAIN)
        return None


def _settle_sexes(draft: _Draft) -> None:
    """A parent of unknown sex has the sex that the other parent of a child has not; again until nothing changes."""
    partners = [
        (parent, other)
        for parent, child, _ in draft.relations
        for other, same_child, _ in draft.relations
        if child == same_child and parent != other
    ]
    settled = True
    while settled:
        settled = False
        for parent, other in partners:
            if draft.sexes[parent] == "unknown" and draft.sexes[other] != "unknown":
                draft.sexes[parent] = _OTHER[draft.sexes[other]]
                settled = True


def _place_parent(file: str, draft: _Draft, relation: Relation, findings: Findings, sexes_mutate_alike: bool) -> None:
    parent, child, line = relation
    sex = draft.sexes[parent]
    if sex == "unknown" and not sexes_mutate_alike:
        remedy = "add the other parent of this child in Familias: mutation rates differ between fathers and mothers"
        findings.problem((file, line), "Parent", f"'{parent}', a parent of unknown sex", "a father or a mother", remedy)
    side = draft.mothers if sex == "female" or (sex == "unknown" and child in draft.fathers) else draft.fathers
    if side.setdefault(child, parent) != parent:
        found = f"two parents of '{child}' of the same sex"
        findings.problem((file, line), "Parent", found, "one father and one mother", _AGAIN)
