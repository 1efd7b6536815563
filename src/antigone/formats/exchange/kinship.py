"""The pedigree of one missing person, built as words of relation declare it, with the persons whom they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from antigone.formats.exchange.declared import Member
from antigone.formats.exchange.kin_words import EXAMPLES, Side, Step, UnclearRelation, Way, way_of
from antigone.formats.reading.findings import Findings
from antigone.model.pedigree import Sex
from antigone.model.statements import exchange as said

MISSING = "Missing person"
_PLAIN: dict[Step, Step] = {"halfbrother": "brother", "halfsister": "sister", "halfsibling": "sibling"}
_SEXES: dict[Step, Sex] = {
    **dict.fromkeys(("father", "brother", "son"), "male"), **dict.fromkeys(("mother", "sister", "daughter"), "female"),
}  # fmt: skip
_UP: tuple[Side, Side] = ("father", "mother")
_SIBLINGS = ("brother", "sister", "sibling")
_OTHER: dict[str, str] = {"father": "mother", "mother": "father"}


@dataclass(frozen=True)
class Relative:
    """A donor with the words of the relation; ``shown`` is the sex that Amelogenin shows."""

    line: int
    sample: str
    words: str
    shown: Sex = "unknown"


@dataclass
class _Family:
    """One family while it is built: members by code, the relation of each typed one, and what was added."""

    file: str
    code: str
    findings: Findings
    members: dict[str, Member] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    branches: dict[tuple[str, str], str] = field(default_factory=dict)

    def problem(self, line: int, found: str, expected: str, remedy: str) -> None:
        self.findings.problem((self.file, line), "relation", found, expected, remedy)

    def add(self, code: str, sex: Sex, line: int, **parents: str) -> str:
        while code in self.members:
            code += "'"
        self.members[code] = Member(line, self.code, code, sex, **parents)  # type: ignore[arg-type]
        return code

    def parent(self, of: str, role: Step, line: int) -> str:
        """A parent of a member, added where there is none yet."""
        known = str(getattr(self.members[of], role))
        if known:
            return known
        owner = "" if of == MISSING else f" of {of}"
        code = self.add(f"{role.capitalize()}{owner}", _SEXES[role], line)
        self.members[of] = _with_parent(self.members[of], role, code)
        return code

    def rename(self, before: str, after: str) -> None:
        """Give a member another code, everywhere."""
        self.members = {
            after if code == before else code: replace(
                one,
                code=after if code == before else one.code,
                father=after if one.father == before else one.father,
                mother=after if one.mother == before else one.mother,
            )
            for code, one in self.members.items()
        }


def _with_parent(member: Member, role: str, code: str) -> Member:
    return replace(member, father=code) if role == "father" else replace(member, mother=code)


def pedigree_of_words(
    file: str, family: str, relatives: Sequence[Relative], findings: Findings, *, sex: Sex = "unknown"
) -> list[Member]:
    """The members of a family whose donors say how they are related to one missing person.

    ``sex`` is that of the missing person, where it is known.
    """
    draft = _Family(file, family, findings)
    line = relatives[0].line if relatives else 0
    draft.members[MISSING] = Member(line, family, MISSING, sex, missing=True)
    ways = [(relative, *known) for relative in relatives if (known := _way(draft, relative)) is not None]
    problems = findings.number_of_problems
    for relative, way, side in sorted(ways, key=lambda one: _order(one[1])):
        _place(draft, relative, way, side)
    _join_partner(draft)
    if findings.number_of_problems == problems:
        _tell(draft)
    return list(draft.members.values())


def _way(draft: _Family, relative: Relative) -> tuple[Way, Side | None] | None:
    try:
        return way_of(relative.words)
    except UnclearRelation as unclear:
        found = f"a relation of sample '{relative.sample}' that leaves open {unclear}"
        remedy = f"write it so that it says one place, {EXAMPLES}; or enter the pedigree in the table 'families'"
        draft.problem(relative.line, found, "one relation by blood to the missing person", remedy)
        return None


def _order(way: Way) -> tuple[bool, int, int]:
    """Forebears first, then those who are related through fewer others; a partner last."""
    return way == ("spouse",), sum(step not in _UP for step in way), len(way)


def _place(draft: _Family, relative: Relative, way: Way, side: Side | None) -> None:
    if way == ("missing",):
        draft.members[MISSING] = _giving(draft, MISSING, relative)
    elif way == ("spouse",):
        code = draft.add(relative.sample, _spouse_sex(draft, relative), relative.line)
        draft.members[code] = replace(draft.members[code], sample=relative.sample)
    else:
        here = MISSING
        for step in way[:-1]:
            here = _go(draft, here, step, relative)
        _arrive(draft, here, way[-1], side, relative)
    draft.said.append(f"{relative.sample} {relative.words.strip().strip('[](){}').lower()}")


def _go(draft: _Family, here: str, step: Step, relative: Relative) -> str:
    """The member one step further, who gave no sample of their own under this word."""
    if step in _UP:
        return draft.parent(here, step, relative.line)
    known = [code for code in _of_step(draft, here, step) if code != MISSING]
    branch = draft.branches.get((here, step))
    if branch is not None and step not in ("sibling", "child"):
        return branch
    if branch is None and not known:
        owner = "the missing person" if here == MISSING else here
        branch = _new(draft, f"{step.capitalize()} of {owner}", here, step, relative, "unknown")
        draft.branches[here, step] = branch
        if step in ("sibling", "child"):
            draft.findings.notice(
                said.BRANCH_TAKEN(family=draft.code, code=relative.sample, word=relative.words.strip(), parent=branch)
            )
        return branch
    if len(known) == 1 and step not in ("sibling", "child") and branch is None:
        draft.findings.notice(said.CHILD_OF_DONOR(family=draft.code, code=relative.sample, parent=known[0]))
        return known[0]
    found = f"a relation of sample '{relative.sample}' that leaves open whose child it is, among several"
    remedy = "enter the pedigree of this family in the table 'families', where each parent is named"
    draft.problem(relative.line, found, "one place in the pedigree", remedy)
    return known[0] if known else str(branch)


def _of_step(draft: _Family, here: str, step: Step) -> list[str]:
    """Members who already stand one such step from here."""
    member, sex = draft.members[here], _SEXES.get(step, "unknown")
    if step in _SIBLINGS:
        found = [
            one for one in draft.members.values() if one.father and one.father == member.father and one.code != here
        ]
        found = [one for one in found if one.mother == member.mother]
    else:
        found = [one for one in draft.members.values() if here in (one.father, one.mother)]
    return [one.code for one in found if sex in ("unknown", one.sex) or one.sex == "unknown"]


def _arrive(draft: _Family, here: str, step: Step, side: Side | None, relative: Relative) -> None:
    """Put a donor at the last step."""
    if step not in _UP:
        code = _new(draft, relative.sample, here, step, relative, relative.shown, side)
        draft.members[code] = _giving(draft, code, relative)
        return
    code = draft.parent(here, step, relative.line)
    if draft.members[code].sample:
        found = f"a second {step}, sample '{relative.sample}', in family '{draft.code}'"
        draft.problem(relative.line, found, f"one {step}", "correct the relation, or the family's code")
        return
    draft.rename(code, relative.sample)
    draft.members[relative.sample] = _giving(draft, relative.sample, relative)


def _giving(draft: _Family, code: str, relative: Relative) -> Member:
    return replace(draft.members[code], sample=relative.sample, line=relative.line)


def _new(
    draft: _Family, code: str, here: str, step: Step, relative: Relative, shown: Sex, side: Side | None = None
) -> str:
    """A new brother, sister or child of a member."""
    plain = _PLAIN.get(step, step)
    sex = _SEXES.get(plain, shown)
    if plain in _SIBLINGS:
        roles: tuple[Side, ...] = (side,) if side else _UP
        parents = {role: draft.parent(here, role, relative.line) for role in roles}
        return draft.add(code, sex, relative.line, **parents)
    return draft.add(code, sex, relative.line, **{_role(draft, here, relative): here})


def _role(draft: _Family, parent: str, relative: Relative) -> str:
    """Whether a member is father or mother of a child; asked where the sex is not known."""
    sex = draft.members[parent].sex
    if sex == "unknown" and parent == MISSING:
        found = f"a child, sample '{relative.sample}', of a missing person whose sex is not known"
        remedy = "enter the family in the table 'families', with the sex of the missing person"
        draft.problem(relative.line, found, "a father or a mother", remedy)
    return "mother" if sex == "female" else "father"


def _spouse_sex(draft: _Family, relative: Relative) -> Sex:
    missing = draft.members[MISSING].sex
    by_missing: Sex = {"male": "female", "female": "male"}.get(missing, "unknown")  # type: ignore[assignment]
    return relative.shown if relative.shown != "unknown" else by_missing


def _join_partner(draft: _Family) -> None:
    """The other parent of the missing person's children: the partner who gave a sample, or one who did not."""
    children = [one for one in draft.members.values() if MISSING in (one.father, one.mother)]
    if not children:
        return
    role = _OTHER["father" if children[0].father == MISSING else "mother"]
    partners = [one for one in draft.members.values() if _is_partner(draft, one, role)]
    if len(partners) > 1:
        found = f"{len(partners)} partners of the missing person, who has children, in family '{draft.code}'"
        remedy = "enter the pedigree of this family in the table 'families', where each parent is named"
        draft.problem(partners[1].line, found, "the other parent of each child", remedy)
        return
    partner = partners[0].code if partners else ""
    if not partner and len(children) > 1:
        partner = draft.add("Partner", _SEXES[role], children[0].line)  # type: ignore[index]
    for child in children if partner else ():
        draft.members[child.code] = _with_parent(draft.members[child.code], role, partner)
    if len(children) > 1 or partners:
        draft.findings.notice(said.ONE_PARTNER(family=draft.code, code=MISSING, number=len(children)))


def _is_partner(draft: _Family, member: Member, role: str) -> bool:
    """Whether a donor stands in no relation but as a partner."""
    of_others = any(member.code in (one.father, one.mother) for one in draft.members.values())
    alone = not (member.father or member.mother or of_others or member.missing)
    return alone and member.sex in ("unknown", _SEXES[role])  # type: ignore[index]


def _tell(draft: _Family) -> None:
    draft.findings.notice(said.PEDIGREE_OF_WORDS(family=draft.code, relations=tuple(draft.said)))
    added = tuple(one.code for one in draft.members.values() if not one.sample and not one.missing)
    if added:
        draft.findings.notice(said.ADDED_UNTYPED(family=draft.code, members=added))
