"""The DVI part of a Familias file: unidentified persons, and families with their hypotheses.

The sex of the literal ``Missing person`` is not stated by the format: it follows from the part the person has as a
parent, where the other parent's sex is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from antigone.errors import PedigreeError
from antigone.formats.familias.choice import (
    REFERENCE_PEDIGREE,
    FamChoice,
    FamFamily,
    FamTree,
    Relation,
    choose_tree,
    missing_of,
)
from antigone.formats.familias.loci import autosomal_name
from antigone.formats.familias.text import FamNode
from antigone.formats.labels.markers import marker_kind
from antigone.formats.reading.findings import Findings
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile
from antigone.model.statements import frequencies as said

_CORRECT_AND_SAVE = "correct it in Familias and save the file again"
_SEXES: Mapping[str, Sex] = {"male": "male", "female": "female"}
_OTHER: Mapping[Sex, Sex] = {"male": "female", "female": "male", "unknown": "unknown"}
Ladders = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class _Person:
    """A named person of a family or an unidentified one; ``shown`` is the sex that Amelogenin shows."""

    name: str
    sex: Sex
    genotypes: Mapping[str, Genotype]
    line: int
    shown: Sex


@dataclass
class _Reading:
    """What the parts of one file share while they are read.

    ``sexes_mutate_alike`` allows a missing parent of unknown sex: father and mother then count the same.
    """

    file: str
    ladders: Ladders
    consent: Consent
    choice: FamChoice
    findings: Findings
    sexes_mutate_alike: bool


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
    only_shown = 0
    for person in _persons(file, node, ladders, findings):
        if person.name in persons:
            found = f"unidentified person '{person.name}' a second time"
            findings.problem((file, person.line), "", found, "each person once", _CORRECT_AND_SAVE)
        if person.sex != "unknown" and person.shown not in ("unknown", person.sex):
            findings.notice(said.OTHER_SEX_SHOWN(code=person.name))
        only_shown += person.sex == "unknown" and person.shown != "unknown"
        persons[person.name] = UnidentifiedPerson(person.name, Profile(person.name, person.genotypes), person.sex)
    if only_shown:
        findings.notice(said.SEX_UNKNOWN_BUT_SHOWN(number=only_shown))
    return tuple(persons.values())


def dvi_families(
    file: str,
    dvi: FamNode,
    ladders: Ladders,
    consent: Consent,
    findings: Findings,
    *,
    choice: FamChoice,
    sexes_mutate_alike: bool,
) -> tuple[tuple[FamFamily, ...], tuple[Family, ...]]:
    """The reference families: as the file states them, and as they are searched, each with one pedigree.

    ``sexes_mutate_alike`` allows a missing parent of unknown sex: father and mother then count the same.
    """
    reading = _Reading(file, ladders, consent, choice, findings, sexes_mutate_alike)
    stated: list[FamFamily] = []
    families: list[Family | None] = []
    node = dvi.child("Reference Families")
    for family in node.children if node else ():
        name = family.value("Name")
        if not name or name in {one.name for one in stated}:
            found = f"family '{name}' without a name, or a second time"
            findings.problem((file, family.line), "", found, "a name for each family", _CORRECT_AND_SAVE)
        persons = list(_persons(file, family.child("Persons"), ladders, findings))
        typed = frozenset(person.name for person in persons if person.genotypes)
        names = tuple(person.name for person in persons)
        stated.append(FamFamily(file, family.line, name, tuple(_trees(file, family, findings)), names, typed))
        families.append(_family(reading, stated[-1], persons))
    return tuple(stated), tuple(family for family in families if family is not None)


def _family(reading: _Reading, stated: FamFamily, persons: list[_Person]) -> Family | None:
    tree = choose_tree(stated, reading.choice, reading.findings)
    if tree is None:
        return None
    missing = missing_of(stated, tree, reading.choice, reading.findings)
    if not missing:
        found = f"nobody missing in the pedigree '{tree.name}' of family '{stated.name}'"
        remedy = "name another pedigree, or who is missing (--missing)"
        reading.findings.problem((stated.file, tree.node.line), "", found, "an untyped missing person", remedy)
    _compare_with_reference(stated, tree, missing, reading.findings)
    pedigree = _pedigree(reading, tree, persons)
    donors = tuple(
        Donor(person.name, Profile(f"{stated.name}: {person.name}", person.genotypes), reading.consent)
        for person in persons
        if person.genotypes
    )
    return None if pedigree is None else Family(stated.name, pedigree, missing, donors)


def _trees(file: str, family: FamNode, findings: Findings) -> Iterator[FamTree]:
    node = family.child("Pedigrees")
    for child in node.children if node else ():
        yield FamTree(child.value("Name"), child, tuple(_relations(file, child, findings)))


def _persons(file: str, node: FamNode | None, ladders: Ladders, findings: Findings) -> Iterator[_Person]:
    for child in node.children if node else ():
        name = child.value("Name")
        if not name:
            findings.problem((file, child.line), "Name", "a person without a name", "a code", _CORRECT_AND_SAVE)
            continue
        sex = _SEXES.get(child.value("Gender").lower(), "unknown")
        node = child.child("DNA data")
        genotypes = dict(_genotypes(file, name, node, ladders, findings))
        yield _Person(name, sex, genotypes, child.line, _shown_sex(node))


def _shown_sex(node: FamNode | None) -> Sex:
    """The sex that Amelogenin shows."""
    entries = node.entries if node else []
    seen: set[str] = set()
    for number, (key, system, _) in enumerate(entries):
        if key == "SystemName" and marker_kind(system) == "amelogenin":
            seen |= {value.upper() for name, value, _ in entries[number + 1 : number + 3] if name != "SystemName"}
    return "male" if "Y" in seen else "female" if seen == {"X"} else "unknown"


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
            findings.problem(
                (file, line), "", f"other lines in the DNA data of '{person}'", expected, _CORRECT_AND_SAVE
            )
            return
        name = autosomal_name(system, findings)
        if name is None:
            continue
        if name not in ladders or name in seen:
            found = f"locus '{system}' of '{person}', unknown or a second time"
            findings.problem((file, line), "SystemName", found, "a locus of the database, once", _CORRECT_AND_SAVE)
        elif not all(value in ladders[name] for value in values):
            found = f"an allele of '{person}' at locus '{system}' without a frequency"
            remedy = "add the allele to the database in Familias and save the file again"
            findings.problem((file, line), "Allele1", found, "alleles of the database", remedy)
        else:
            yield name, (values[0], values[1])
        seen.add(name)


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


def _compare_with_reference(family: FamFamily, taken: FamTree, missing: tuple[str, ...], findings: Findings) -> None:
    """Familias divides by its reference pedigree; here the other side is the hypothesis, without its missing person."""
    reference = next((tree for tree in family.trees if tree.name == REFERENCE_PEDIGREE), None)
    if reference is None or len(family.typed) < 2:
        return
    if _without(missing, reference) != _without(missing, taken):
        findings.notice(said.REFERENCE_DIFFERS(family=family.name, taken=taken.name))


def _without(missing: tuple[str, ...], tree: FamTree) -> set[tuple[str, str]]:
    return {pair for pair in tree.pairs if not {*pair} & {*missing}}


def _pedigree(reading: _Reading, tree: FamTree, persons: list[_Person]) -> Pedigree | None:
    names = [person.name for person in persons]
    draft = _Draft({person.name: person.sex for person in persons}, [*tree.relations])
    for code in tree.members:
        draft.sexes.setdefault(code, "unknown")
    _settle_sexes(draft)
    for relation in tree.relations:
        _place_parent(reading, draft, relation)
    codes = [*names, *(code for code in draft.sexes if code not in names)]
    try:
        return Pedigree(tuple(Individual(c, draft.sexes[c], draft.fathers.get(c), draft.mothers.get(c)) for c in codes))
    except PedigreeError as error:
        for _, text in error.faults:
            found, where = text.rpartition("; ")[0] or text, (reading.file, tree.node.line)
            reading.findings.problem(where, "", found, "a pedigree that holds together", _CORRECT_AND_SAVE)
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


def _place_parent(reading: _Reading, draft: _Draft, relation: Relation) -> None:
    parent, child, line = relation
    sex, where = draft.sexes[parent], (reading.file, line)
    if sex == "unknown" and not reading.sexes_mutate_alike:
        remedy = "add the other parent of this child in Familias: mutation rates differ between fathers and mothers"
        found = f"'{parent}', a parent of unknown sex"
        reading.findings.problem(where, "Parent", found, "a father or a mother", remedy)
    side = draft.mothers if sex == "female" or (sex == "unknown" and child in draft.fathers) else draft.fathers
    if side.setdefault(child, parent) != parent:
        found = f"two parents of '{child}' of the same sex"
        reading.findings.problem(where, "Parent", found, "one father and one mother", _CORRECT_AND_SAVE)
