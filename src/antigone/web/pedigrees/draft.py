"""The draft of a pedigree while it is edited: steps that add, change and take away, and the way back.

A draft lives in the form of the browser and is read anew each time, so the server keeps nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from antigone.errors import InputError
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.web.shared.fields import Code, NewMember

MOST_MEMBERS = 500
LARGEST_DRAFT = 500_000
"""Bytes of all states together, as the form carries them: with the codes of all donors beside them it stays below the
limit of a form."""
SHORT = {"mother": "MO", "father": "FA", "child": "CH", "partner": "PA", "sibling": "SI"}
OPPOSITE: dict[Sex, Sex] = {"female": "male", "male": "female", "unknown": "unknown"}

Shared = Literal["both", "mother", "father"]


@dataclass(frozen=True)
class Declared:
    """A pedigree and who of it is missing."""

    members: tuple[Individual, ...]
    missing: frozenset[str] = frozenset()

    def __getitem__(self, code: str) -> Individual:
        found = next((member for member in self.members if member.id == code), None)
        if found is None:
            raise InputError(f"'{code}' is no member of the draft; choose one")
        return found

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all members, in their order."""
        return tuple(member.id for member in self.members)

    def bonds(self, code: str) -> str:
        """Whose child and whose parent a member is, in words; empty when they are neither.

        >>> trio = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "female", "FA", "MO"))
        >>> Declared(trio.individuals).bonds("MO"), Declared(trio.individuals).bonds("CH")
        ('mother of CH', 'child of FA and MO')
        """
        children = {role: [m.id for m in self.members if getattr(m, role) == code] for role in ("father", "mother")}
        parents = [parent for parent in (self[code].father, self[code].mother) if parent]
        bonds = [f"{role} of {' and '.join(codes)}" for role, codes in children.items() if codes]
        return ", ".join(bonds + ([f"child of {' and '.join(parents)}"] if parents else []))

    @property
    def pedigree(self) -> Pedigree:
        """The pedigree, checked."""
        return Pedigree(self.members)


@dataclass(frozen=True)
class New:
    """What is said of a new member; without a code one is proposed."""

    code: str = ""
    sex: Sex = "unknown"


def add_parent(declared: Declared, child: str, role: Literal["mother", "father"], new: New) -> Declared:
    """Add the mother or the father of a member, before them."""
    known = getattr(declared[child], role)
    if known is not None:
        raise InputError(f"'{child}' has a {role} already, '{known}'; change the parents instead")
    code = _code(declared, new, role)
    parent = Individual(code, "female" if role == "mother" else "male")
    members = []
    for member in declared.members:
        is_child = member.id == child
        changed = replace(member, **{role: code, "founder_inbreeding": 0.0}) if is_child else member  # type: ignore[arg-type]
        members += [parent, changed] if is_child else [changed]
    return _checked(declared, tuple(members))


def add_child(declared: Declared, parent: str, new: New, *, other: str = "") -> Declared:
    """Add a child of a member and, when named, of another member."""
    code = _code(declared, new, "child")
    child = Individual(code, new.sex, *_parents(declared, parent, other))
    return _checked(declared, (*declared.members, child))


def add_partner(declared: Declared, member: str, new: New) -> Declared:
    """Add the other parent of a member's children; a common child as well, when no child lacks one.

    A pedigree knows partners by their children alone.
    """
    mine = declared[member]
    sex = OPPOSITE[mine.sex] if new.sex == "unknown" else new.sex
    code = _code(declared, new, "partner")
    alone = [m.id for m in declared.members if member in (m.father, m.mother) and None in (m.father, m.mother)]
    after = _checked(declared, (*declared.members, Individual(code, sex)))
    if not alone:
        return add_child(after, member, New(), other=code)
    for child in alone:
        father, mother = _parents(after, member, code)
        after = _with(after, child, father=father, mother=mother)
    return after


def add_sibling(declared: Declared, member: str, new: New, *, shared: Shared = "both") -> Declared:
    """Add somebody with the same parents, or with one of them; parents who are not declared yet are added."""
    code = _code(declared, new, "sibling")
    after = declared
    roles: tuple[Literal["mother", "father"], ...] = ("father", "mother") if shared == "both" else (shared,)
    for role in roles:
        if getattr(after[member], role) is None:
            after = add_parent(after, member, role, New())
    parents = {role: getattr(after[member], role) for role in roles}
    if code in after.codes:
        code = _code(after, New(), "sibling")
    return _checked(after, (*after.members, Individual(code, new.sex, **parents)))


def set_sex(declared: Declared, member: str, sex: Sex) -> Declared:
    """Say whether a member is female, male, or not known.

    Raises
    ------
    InputError
        When the member is a parent whom that sex cannot be.
    """
    role = {"female": "father", "male": "mother"}.get(sex, "")
    children = [one.id for one in declared.members if role and getattr(one, role) == member]
    if children:
        raise InputError(
            f"'{member}' is the {role} of {' and '.join(children)}, so they cannot be {sex}; correct the parents first"
        )
    return _with(declared, member, sex=sex)


def set_parents(declared: Declared, member: str, *, father: str, mother: str) -> Declared:
    """Name the parents of a member among the members; empty: not declared."""
    given = {"father": father or None, "mother": mother or None}
    inbreeding = {} if not any(given.values()) else {"founder_inbreeding": 0.0}
    return _with(declared, member, **given, **inbreeding)


def turn_missing(declared: Declared, member: str) -> Declared:
    """Mark a member as missing, or take the mark away."""
    return replace(declared, missing=declared.missing ^ {declared[member].id})


def remove(declared: Declared, member: str) -> Declared:
    """Take a member away; their children keep the other parent."""
    gone = declared[member].id
    left = [
        replace(
            one, father=None if one.father == gone else one.father, mother=None if one.mother == gone else one.mother
        )
        for one in declared.members
        if one.id != gone
    ]
    if not left:
        raise InputError(f"'{gone}' is the last member; a pedigree has at least one")
    return replace(_checked(declared, tuple(left)), missing=declared.missing - {gone})


def _parents(declared: Declared, one: str, other: str) -> tuple[str | None, str | None]:
    """Who is the father and who the mother; of one of them the sex must be known."""
    sexes = declared[one].sex, declared[other].sex if other else "unknown"
    if sexes == ("unknown", "unknown"):
        raise InputError(f"the sex of '{one}' is unknown; choose female or male first, then add the child")
    if sexes[0] == sexes[1]:
        raise InputError(f"'{one}' and '{other}' are both {sexes[0]}; choose another partner, or correct a sex")
    first_is_father = sexes[0] == "male" or sexes[1] == "female"
    father, mother = (one, other) if first_is_father else (other, one)
    return father or None, mother or None


def _with(declared: Declared, member: str, **facts: object) -> Declared:
    changed = replace(declared[member], **facts)  # type: ignore[arg-type]
    return _checked(declared, tuple(changed if one.id == member else one for one in declared.members))


def _checked(declared: Declared, members: tuple[Individual, ...]) -> Declared:
    if len(members) > MOST_MEMBERS:
        raise InputError(f"a pedigree of {len(members)} members; expected {MOST_MEMBERS} at most; split the family")
    return replace(declared, members=Pedigree(members).individuals)


def _code(declared: Declared, new: New, role: str) -> str:
    """The code that was typed, or the first free one of its kind."""
    typed, short = new.code.strip(), SHORT[role]
    if typed in declared.codes:
        raise InputError(f"'{typed}' is a member already; choose another code")
    numbered = (f"{short}{number}" for number in range(2, MOST_MEMBERS + 3))
    return typed or next(code for code in (short, *numbered) if code not in declared.codes)


class State(BaseModel):
    """One state of a draft, as the form carries it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    members: Annotated[tuple[NewMember, ...], Field(min_length=1, max_length=MOST_MEMBERS)]
    missing: tuple[Code, ...]

    @cached_property
    def size(self) -> int:
        """How many bytes of the form it takes."""
        return len(self.model_dump_json().encode())

    @staticmethod
    def of(declared: Declared) -> State:
        """What the form carries of a declared pedigree."""
        members = [NewMember(**{name: getattr(m, name) for name in NewMember.model_fields}) for m in declared.members]
        return State(members=tuple(members), missing=tuple(sorted(declared.missing)))

    @property
    def declared(self) -> Declared:
        """The declared pedigree that was carried."""
        members = tuple(Individual(**member.model_dump()) for member in self.members)
        return Declared(members, frozenset(self.missing))


class Draft(BaseModel):
    """A state, those before it, and those that were taken back; the nearest last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    now: State
    past: tuple[State, ...] = ()
    future: tuple[State, ...] = ()

    @property
    def first(self) -> State:
        """The state that the draft began from."""
        return (*self.past, self.now)[0]

    @staticmethod
    def begin(declared: Declared) -> Draft:
        """A draft in which nothing was changed."""
        return Draft(now=State.of(declared))

    @staticmethod
    def read(text: str) -> Draft:
        """The draft of a form, checked.

        Raises
        ------
        InputError
            When it is none.
        """
        try:
            return Draft.model_validate_json(text)
        except ValidationError:
            raise InputError("the draft came back damaged; load the page again, and repeat the last step") from None

    def step(self, change: Callable[[Declared], Declared]) -> Draft:
        """The draft after a change; one that changes nothing is none.

        Raises
        ------
        InputError
            When the pedigree before and after the change are more than a form can carry.
        """
        after = State.of(change(self.now.declared))
        if after == self.now:
            return self
        return Draft(now=after, past=_remembered((*self.past, self.now), room=LARGEST_DRAFT - after.size))

    def undo(self) -> Draft:
        """The state before, if there is one."""
        if not self.past:
            return self
        return Draft(now=self.past[-1], past=self.past[:-1], future=(*self.future, self.now))

    def redo(self) -> Draft:
        """What was taken back last, if there is something."""
        if not self.future:
            return self
        return Draft(now=self.future[-1], past=(*self.past, self.now), future=self.future[:-1])


def _remembered(past: tuple[State, ...], *, room: int) -> tuple[State, ...]:
    """The first state and the newest ones, as many as fit into so many bytes; at least the first and the last."""
    least = sum(state.size for state in {0: past[0], len(past) - 1: past[-1]}.values())
    if least > room:
        raise InputError(
            f"this pedigree takes {past[-1].size} bytes, expected at most a third of {LARGEST_DRAFT}; its codes are "
            "too "
            "long to change it here: import it with shorter ones, or split the family"
        )
    while sum(state.size for state in past) > room:
        past = (past[0], *past[2:])
    return past
