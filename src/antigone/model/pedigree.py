"""Individuals and declared pedigrees. A pedigree is what a family declares; it is never inferred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from numbers import Real
from typing import Any, Literal, cast

from antigone.errors import ModelError, PedigreeError
from antigone.model.checks import checked_choice, checked_items, checked_number, shown
from antigone.model.pedigree_faults import faults_of

Sex = Literal["female", "male", "unknown"]
SEXES = ("female", "male", "unknown")
_CODE_OR_NONE = (str, type(None))
_SEXES_MEANT = {
    **dict.fromkeys(("f", "w", "woman", "xx", "2"), "female"),
    **dict.fromkeys(("m", "man", "xy", "1"), "male"),
    **dict.fromkeys(("", "?", "u", "none", "0"), "unknown"),
}


@dataclass(frozen=True, slots=True)
class Individual:
    """A member of a pedigree.

    A parent that is ``None`` is absent: the allele from that side is drawn from the population,
    with no mutation step. An individual with both parents absent is a founder, and only a founder
    may carry an inbreeding coefficient.

    Raises
    ------
    PedigreeError
        With every fault: an id, a father or a mother that is no text, a sex that is not one of the three words, an
        inbreeding coefficient that is no number.

    Examples
    --------
    >>> Individual("CH", "M")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    antigone.errors.PedigreeError: the sex of individual 'CH' is 'M', expected 'female', 'male' or 'unknown'; ...
    """

    id: str
    sex: Sex = "unknown"
    father: str | None = None
    mother: str | None = None
    founder_inbreeding: float = 0.0

    def __post_init__(self) -> None:
        if not self._is_plain():
            faults = list(_faults_of_values(self))
            if faults:
                raise PedigreeError((str(self.id), fault) for fault in faults)

    def _is_plain(self) -> bool:
        """Whether every value is of the usual kind, so that nothing has to be looked at more closely."""
        member: Any = self
        return (
            type(member.id) is str
            and type(member.sex) is str
            and member.sex in SEXES
            and type(member.father) in _CODE_OR_NONE
            and type(member.mother) in _CODE_OR_NONE
            and type(member.founder_inbreeding) is float
        )

    @property
    def is_founder(self) -> bool:
        return self.father is None and self.mother is None


def check_sex(sex: Any, whose: str) -> None:
    """Refuse a sex that is not one of the three words.

    Raises
    ------
    ModelError
        With the word to write, for a common spelling.
    """
    checked_choice(sex, f"the sex of {whose}", SEXES, meant=_SEXES_MEANT)


def _faults_of_values(member: Individual) -> Iterator[str]:
    whose = f"individual {shown(member.id)}"
    codes: dict[str, Any] = {"id": member.id, "father": member.father, "mother": member.mother}
    for role, code in codes.items():
        if not isinstance(code, str) and (code is not None or role == "id"):
            remedy = f"; write '{code}'" if type(code) is int else ""
            yield f"the {role} of {whose} is {shown(code)}, expected a code in quotes{remedy}"
    try:
        check_sex(member.sex, whose)
    except ModelError as error:
        yield str(error)
    f: Any = member.founder_inbreeding
    if isinstance(f, bool) or not isinstance(f, Real):
        yield f"founder inbreeding of {whose} is {shown(f)}, expected a number from 0 to 1"


@dataclass(frozen=True)
class Pedigree:
    """Individuals and their declared parents; loops, several marriages and unrelated parts are allowed.

    Raises
    ------
    PedigreeError
        With every fault: a repeated or empty id, a parent who is not in the pedigree, a father who is
        female, a mother who is male, one person as both parents, a person who is their own ancestor,
        founder inbreeding outside 0..1 or on a non-founder.

    Examples
    --------
    >>> trio = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO"))
    >>> [member.id for member in trio.founders]
    ['AF', 'MO']
    """

    individuals: tuple[Individual, ...]
    _index: dict[str, Individual] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if type(self.individuals) is not tuple or not all(type(member) is Individual for member in self.individuals):
            object.__setattr__(self, "individuals", _individuals(self.individuals))
        object.__setattr__(self, "_index", {member.id: member for member in self.individuals})
        if not _holds_together(self.individuals, self._index):
            raise PedigreeError(faults_of(self))

    @classmethod
    def of(cls, *members: tuple[str | None, ...]) -> Pedigree:
        """Build from ``(id, sex)`` and ``(id, sex, father, mother)`` tuples."""
        return cls(tuple(_individual(member) for member in members))

    @classmethod
    def nuclear(cls, father: str, mother: str, *children: str | tuple[str, Sex]) -> Pedigree:
        """Two parents and their children; a child is an id, or an id with its sex.

        >>> [member.id for member in Pedigree.nuclear("AF", "MO", "C1", ("C2", "female"))]
        ['AF', 'MO', 'C1', 'C2']
        """
        made = cls.of((father, "male"), (mother, "female"))
        for child in children:
            made = made.with_child(*((child,) if isinstance(child, str) else child), father=father, mother=mother)
        return made

    @classmethod
    def linear(cls, generations: int, *, sex: Sex = "male") -> Pedigree:
        """A straight line of so many meioses, from "1" down; nobody else is declared.

        >>> [(member.id, member.father) for member in Pedigree.linear(2)]
        [('1', None), ('2', '1'), ('3', '2')]
        """
        _require_count(generations, "generations")
        made = cls.of(("1", sex))
        for n in range(2, generations + 2):
            above = {"mother" if sex == "female" else "father": str(n - 1)}
            made = made.with_child(str(n), sex, **above)
        return made

    @classmethod
    def cousins(cls, degree: int = 1, *, removal: int = 0, half: bool = False) -> Pedigree:
        """Two cousins, "A" and "B", of a degree (1: first cousins; 0: siblings), "B" so many generations further down.

        The couple above them is "GF" and "GM"; with ``half`` they share "GF" alone.

        >>> [member.id for member in Pedigree.cousins(1)]
        ['GF', 'GM', 'A1', 'A', 'B1', 'B']
        """
        _require_count(degree + 1, "generations below the couple")
        _require_count(removal + 1, "generations that one is removed")
        made = cls.of(("GF", "male"), ("GM", "female"))
        for name, steps in (("A", degree), ("B", degree + removal)):
            mother = None if half and name == "B" else "GM"
            line = [*(f"{name}{step}" for step in range(1, steps + 1)), name]
            made = made.with_child(line[0], "male", father="GF", mother=mother)
            for above, below in pairwise(line):
                made = made.with_child(below, "male", father=above)
        return made

    def with_child(
        self, child: str, sex: Sex = "unknown", *, father: str | None = None, mother: str | None = None
    ) -> Pedigree:
        """One child more; a parent who is not declared yet is added as a founder, one that is left out is absent."""
        parents = ((father, "male"), (mother, "female"))
        new = tuple(Individual(code, role) for code, role in parents if code is not None and code not in self)  # type: ignore[arg-type]
        return Pedigree((*self.individuals, *new, Individual(child, sex, father, mother)))

    def with_parents(self, child: str, father: str, mother: str) -> Pedigree:
        """Parents of a member who is a founder; who of them is not declared yet is added.

        >>> [member.id for member in Pedigree.of(("C", "male")).with_parents("C", "F", "M")]
        ['F', 'M', 'C']
        """
        self.require(child)
        if not self[child].is_founder:
            raise PedigreeError([(child, f"individual '{child}' has parents already; name a founder")])
        parents = ((father, "male"), (mother, "female"))
        new = tuple(Individual(code, role) for code, role in parents if code not in self)  # type: ignore[arg-type]
        below = replace(self[child], father=father, mother=mother)
        return Pedigree((*new, *(below if member.id == child else member for member in self)))

    def relabelled(self, names: Mapping[str, str]) -> Pedigree:
        """The same pedigree with other ids: ``names`` by the ids of now; who is not in it keeps theirs.

        >>> [member.id for member in Pedigree.nuclear("F", "M", "C").relabelled({"C": "PM1"})]
        ['F', 'M', 'PM1']
        """
        self.require(*names)
        return Pedigree(
            tuple(
                replace(
                    member,
                    id=names.get(member.id, member.id),
                    father=None if member.father is None else names.get(member.father, member.father),
                    mother=None if member.mother is None else names.get(member.mother, member.mother),
                )
                for member in self
            )
        )

    def merged(self, other: Pedigree) -> Pedigree:
        """Both pedigrees as one: a member of the same id is the same person, whose parents one of them may leave out.

        Raises
        ------
        PedigreeError
            When they say two things of one person.

        Examples
        --------
        >>> both = Pedigree.nuclear("GF", "GM", ("F", "male")).merged(Pedigree.nuclear("F", "M", "C"))
        >>> both["F"].father, both["C"].father, len(both)
        ('GF', 'F', 5)
        """
        new = tuple(member for member in other if member.id not in self)
        return Pedigree((*(_joined(one, other) for one in self), *new))

    def __getitem__(self, member: str) -> Individual:
        return self._index[member]

    def __contains__(self, member: object) -> bool:
        return isinstance(member, str) and member in self._index

    def require(self, *members: Any) -> None:
        """Refuse ids of nobody in this pedigree.

        Raises
        ------
        ModelError
            Naming the first, and how many members the pedigree has.
        """
        for member in members:
            if member not in self:
                raise ModelError(
                    f"{shown(member)} is not in the pedigree; name one of its {len(self)} members, or add this one"
                )

    def __iter__(self) -> Iterator[Individual]:
        return iter(self.individuals)

    def __len__(self) -> int:
        return len(self.individuals)

    @cached_property
    def founders(self) -> tuple[Individual, ...]:
        return tuple(member for member in self if member.is_founder)

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The ids of each individual's children, in pedigree order."""
        found: dict[str, list[str]] = {member.id: [] for member in self}
        for member in self:
            for parent in dict.fromkeys((member.father, member.mother)):
                if parent is not None:
                    found[parent].append(member.id)
        return {member: tuple(children) for member, children in found.items()}

    @cached_property
    def parents_first(self) -> tuple[Individual, ...]:
        """The individuals ordered so that parents come before their children."""
        generation = cast(dict[str, int], _generations(self.individuals))
        return tuple(sorted(self.individuals, key=lambda member: generation[member.id]))

    def are_related(self, first: str, second: str) -> bool:
        """Whether two members share an ancestor in this pedigree, or one is the other's ancestor.

        >>> Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO")).are_related("AF", "MO")
        False
        """
        self.require(first, second)
        return not self._lineage(first).isdisjoint(self._lineage(second))

    def _lineage(self, member: str) -> set[str]:
        """A member and all ancestors."""
        found, waiting = set[str](), [member]
        while waiting:
            here = waiting.pop()
            found.add(here)
            waiting += [p for p in (self[here].father, self[here].mother) if p is not None and p not in found]
        return found

    def without_untyped_leaves(self, keep: Iterable[str]) -> Pedigree:
        """Drop, again and again, members outside ``keep`` who have no children.

        Their genotypes sum out to 1, so no likelihood changes.
        """
        kept, members = set(keep), self.individuals
        while True:
            parents = {p for m in members for p in (m.father, m.mother)}
            left = tuple(m for m in members if m.id in kept or m.id in parents)
            if len(left) == len(members):
                return self if len(left) == len(self) else Pedigree(left)
            members = left


def _require_count(number: int, what: str) -> None:
    checked_number(number, what, "a whole number of 1 or more", holds=lambda n: n >= 1 and float(n).is_integer())


def _joined(member: Individual, other: Pedigree) -> Individual:
    """What two pedigrees say of one person, where it agrees."""
    if member.id not in other:
        return member
    twin, known = other[member.id], dict[str, Any]()
    for name, nothing in (("sex", "unknown"), ("father", None), ("mother", None), ("founder_inbreeding", 0.0)):
        stated = {getattr(one, name) for one in (member, twin)} - {nothing}
        if len(stated) > 1:
            words = f"the {name} of individual '{member.id}' is two things in two pedigrees; relabel one, or correct it"
            raise PedigreeError([(member.id, words)])
        known[name] = stated.pop() if stated else nothing
    return Individual(member.id, **known)


_MEMBER = "(id, sex) or (id, sex, father, mother)"


def _individual(member: Any) -> Individual:
    """An individual from what a caller of ``Pedigree.of`` wrote for it."""
    if isinstance(member, Individual):
        return member
    try:
        parts = checked_items(member, "a member of a pedigree", _MEMBER)
    except ModelError as error:
        raise PedigreeError([("", str(error))]) from None
    if not 1 <= len(parts) <= 5:
        raise PedigreeError([("", f"a member of a pedigree has {len(parts)} parts, expected {_MEMBER}")])
    return Individual(*parts)


def _individuals(given: Any) -> tuple[Individual, ...]:
    """The members as a tuple; whatever is no individual is refused."""
    try:
        members = checked_items(given, "the members of a pedigree", "a list of individuals")
    except ModelError as error:
        raise PedigreeError([("", str(error))]) from None
    for member in members:
        if not isinstance(member, Individual):
            words = f"a member of a pedigree is {shown(member)}, expected Individual(...); use Pedigree.of for tuples"
            raise PedigreeError([("", words)])
    return members


def _holds_together(members: tuple[Individual, ...], index: dict[str, Individual]) -> bool:
    """Whether a pedigree has none of the faults, in one pass; only when it has one are they looked for by name."""
    if len(index) != len(members) or "" in index:
        return False
    seen: set[str | None] = {None}
    parents_come_first = True
    for member in members:
        father, mother = member.father, member.mother
        if father is None and mother is None:
            if not 0.0 <= member.founder_inbreeding <= 1.0:
                return False
        elif member.founder_inbreeding or father == mother:
            return False
        elif father not in seen or mother not in seen:
            parents_come_first = False
        if (father is not None and (father not in index or index[father].sex == "female")) or (
            mother is not None and (mother not in index or index[mother].sex == "male")
        ):
            return False
        seen.add(member.id)
    return parents_come_first or _generations(members) is not None


def _generations(members: Iterable[Individual]) -> dict[str, int] | None:
    """How many generations each member stands below founders, at most; nothing when someone is their own ancestor."""
    found: dict[str | None, int] = {None: -1}
    waiting = list(members)
    while waiting:
        later = []
        for member in waiting:
            if member.father in found and member.mother in found:
                found[member.id] = 1 + max(found[member.father], found[member.mother])
            else:
                later.append(member)
        if len(later) == len(waiting):
            return None
        waiting = later[::-1]  # turned round, so that a long line written from the youngest on takes two passes
    return cast(dict[str, int], found)
