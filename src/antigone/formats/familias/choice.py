"""Which pedigree of a Familias family counts, who of its members is missing, and what is said of the others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from antigone.formats.familias.text import FamNode
from antigone.formats.reading.findings import Findings
from antigone.model.statements import frequencies as said
from antigone.model.statements.statement import Statement

REFERENCE_PEDIGREE = "Reference pedigree"
MISSING = ("Missing*",)
"""Whom the DVI module of Familias calls missing: the literal 'Missing person', 'Missing male 1' and so on."""

Relation = tuple[str, str, int]
"""A parent, a child, and the line."""


@dataclass(frozen=True)
class FamChoice:
    """What the one who reads a file states of it.

    ``missing`` are the codes of missing persons, in which a star stands for any letters; ``pedigrees`` are names of
    pedigrees, or FAMILY=PEDIGREE, where several would do.
    """

    missing: tuple[str, ...] = ()
    pedigrees: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[str, ...]:
        return self.missing or MISSING

    def is_missing(self, code: str) -> bool:
        """Whether a code is that of a missing person.

        >>> [FamChoice(("M1*",)).is_missing(code) for code in ("M1", "M12", "M2")]
        [True, True, False]
        """
        return any(_fits(code, pattern) for pattern in self.patterns)

    def names(self, family: str, pedigree: str) -> bool:
        return pedigree in self.pedigrees or f"{family}={pedigree}" in self.pedigrees


@dataclass(frozen=True)
class FamTree:
    """A pedigree of a family as the file states it."""

    name: str
    node: FamNode
    relations: tuple[Relation, ...]

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset((parent, child) for parent, child, _ in self.relations)

    @property
    def members(self) -> tuple[str, ...]:
        """Who stands in a relation, in the order of the file."""
        return tuple(dict.fromkeys(code for parent, child, _ in self.relations for code in (parent, child)))

    def connects(self, missing: Iterable[str], typed: Iterable[str]) -> bool:
        """Whether a missing person is a blood relative of somebody typed."""
        known = [self._lineage(code) for code in typed]
        return any(not self._lineage(code).isdisjoint(line) for code in missing for line in known)

    def _lineage(self, code: str) -> set[str]:
        found, waiting = set[str](), [code]
        while waiting:
            here = waiting.pop()
            found.add(here)
            waiting += [parent for parent, child, _ in self.relations if child == here and parent not in found]
        return found


@dataclass(frozen=True)
class FamFamily:
    """A family of the DVI part: where it stands, its code, its pedigrees, and who of its persons is typed."""

    file: str
    line: int
    name: str
    trees: tuple[FamTree, ...]
    persons: tuple[str, ...]
    typed: frozenset[str]


def choose_tree(family: FamFamily, choice: FamChoice, findings: Findings) -> FamTree | None:
    """The pedigree that is named; else the one that connects a missing person with somebody typed.

    The reference pedigree counts when no other does. Pedigrees that differ are a problem that lists them.
    """
    where = (family.file, family.line)
    named = [tree for tree in family.trees if choice.names(family.name, tree.name)]
    able = named or _suitable(family, choice)
    if not able:
        findings.problem(where, "", *_nobody_missing(family, choice))
        return None
    if len({tree.pairs for tree in able}) > 1:
        names = ", ".join(f"'{tree.name}'" for tree in able)
        remedy = f"name one of them, such as --pedigree '{family.name}={able[-1].name}', or keep one in Familias"
        expected = "one pedigree that connects the missing with who is typed"
        findings.problem(where, "", f"family '{family.name}' with different pedigrees {names}", expected, remedy)
        return None
    _say_which(family, able[0], findings)
    return able[0]


def missing_of(family: FamFamily, tree: FamTree, choice: FamChoice, findings: Findings) -> tuple[str, ...]:
    """The missing persons of the chosen pedigree; who is not searched is said."""
    members = tree.members
    everybody = dict.fromkeys((*family.persons, *(code for one in family.trees for code in one.members)))
    called = [code for code in everybody if choice.is_missing(code)]
    typed = [code for code in called if code in family.typed]
    apart = [code for code in called if code not in family.typed and code not in members]
    untyped = [code for code in members if code not in family.typed and code not in called]
    _say_not_searched(family, typed, said.TAKEN_AS_RELATIVES(), findings)
    _say_not_searched(family, apart, said.IN_NO_RELATION(pedigree=tree.name), findings)
    patterns = tuple(f"'{pattern}'" for pattern in choice.patterns)
    _say_not_searched(family, untyped, said.NOT_CALLED(patterns=patterns), findings)
    return tuple(code for code in members if code in called and code not in family.typed)


def check_choice(families: Collection[FamFamily], choice: FamChoice, findings: Findings) -> None:
    """Every pattern and every pedigree that was named stands for something in one of the families."""
    codes = {code for family in families for code in family.persons}
    codes |= {code for family in families for tree in family.trees for code in tree.members}
    labels = {label for f in families for tree in f.trees for label in (tree.name, f"{f.name}={tree.name}")}
    for pattern in choice.missing if families else ():
        if not any(_fits(code, pattern) for code in codes):
            found = f"--missing '{pattern}', which no code in a family fits"
            expected = "the code of a member; * stands for any letters"
            findings.problem(("the command", 0), "", found, expected, "correct it")
    for name in choice.pedigrees if families else ():
        if name not in labels:
            remedy = "write the name as Familias shows it, or FAMILY=PEDIGREE"
            findings.problem(("the command", 0), "", f"--pedigree '{name}'", "the name of a pedigree", remedy)


def _suitable(family: FamFamily, choice: FamChoice) -> list[FamTree]:
    """Pedigrees that would do: those that connect before those that hold a missing person, the reference last."""
    holding = [tree for tree in family.trees if _searched(family, tree, choice)]
    connecting = [tree for tree in holding if tree.connects(_searched(family, tree, choice), family.typed)]
    able = connecting or holding
    return [tree for tree in able if tree.name != REFERENCE_PEDIGREE] or able


def _searched(family: FamFamily, tree: FamTree, choice: FamChoice) -> list[str]:
    return [code for code in tree.members if choice.is_missing(code) and code not in family.typed]


def _nobody_missing(family: FamFamily, choice: FamChoice) -> tuple[str, str, str]:
    untyped = sorted({code for tree in family.trees for code in tree.members} - family.typed)
    found = f"family '{family.name}' without an untyped member {_either(choice.patterns)} in a pedigree"
    known = f" (untyped there: {', '.join(untyped)})" if untyped else ""
    example = untyped[0] if untyped else "M*"
    remedy = f"name who is missing{known}, such as --missing '{example}', or add the missing person in Familias"
    return found, "a pedigree with a missing person", remedy


def _say_which(family: FamFamily, taken: FamTree, findings: Findings) -> None:
    others = {tree.pairs for tree in family.trees if tree.name != REFERENCE_PEDIGREE}
    if (taken.name == REFERENCE_PEDIGREE and len(family.trees) > 1) or len(others) > 1:
        findings.notice(said.PEDIGREE_TAKEN(family=family.name, number=len(family.trees), taken=taken.name))


def _say_not_searched(family: FamFamily, codes: Sequence[str], why: Statement, findings: Findings) -> None:
    if codes:
        findings.notice(said.NOT_SEARCHED(family=family.name, members=tuple(codes), words_why=why))


def _either(patterns: Sequence[str]) -> str:
    return " or ".join(f"'{pattern}'" for pattern in patterns)


def _fits(code: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), code, re.DOTALL) is not None
