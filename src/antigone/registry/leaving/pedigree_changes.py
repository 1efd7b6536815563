"""A family's declared pedigree, changed in place. No donor vanishes by it, and nothing moves beneath a decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from antigone.errors import Conflict
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.registry.leaving.erasure import compute_again, erase_candidates
from antigone.registry.runs.blocks import erase_blocks
from antigone.registry.runs.joint_runs import erase_joint
from antigone.registry.store.lookups import AnyRow, members_of
from antigone.registry.store.schema import donors, keys, members, pairings, runs

UNDECIDED = ("open", "rejected")
"""States of a pairing that rest on no pedigree any more, or not yet."""
Facts = tuple[str, str | None, str | None, float, bool]


@dataclass(frozen=True)
class Changed:
    """What a new pedigree changed: members by their codes, and how many candidates and runs rested on the old one."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    candidates: int = 0
    runs: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def change_pedigree(connection: Connection, family: AnyRow, pedigree: Pedigree, *, missing: Collection[str]) -> Changed:
    """Give a family another pedigree, in the caller's transaction.

    Runs of the incident are marked to be computed again. Candidates of the family lose what they rested on when a
    known member has other parents, another sex, or is gone; a member who is only added changes no likelihood.

    Parameters
    ----------
    connection, family
        The transaction, and the family's row.
    pedigree, missing
        The whole pedigree, and the codes of its missing members.

    Raises
    ------
    Conflict
        When a donor would vanish; when a member would change on whom a decision rests; when a member who was searched
        for would vanish.
    """
    before = {row.code: row for row in members_of(connection, family.id)}
    now = {one.id: (place, one) for place, one in enumerate(pedigree)}
    added = tuple(code for code in now if code not in before)
    removed = tuple(code for code in before if code not in now)
    changed = tuple(
        code for code, row in before.items() if code in now and facts_of(now[code][1], missing) != _facts(row)
    )
    gone = [before[code] for code in removed]
    _check_removal(connection, family, gone)
    if removed or changed:
        _check_decisions(connection, family)
    _remove(connection, gone)
    _write(connection, family, now, before, missing)
    made = Changed(added, changed, removed)
    return _rests_on_it(connection, family, made) if made else made


def facts_of(member: Individual, missing: Collection[str]) -> Facts:
    """What is declared of a member."""
    return member.sex, member.father, member.mother, member.founder_inbreeding, member.id in missing


def _facts(row: AnyRow) -> Facts:
    return row.sex, row.father, row.mother, row.founder_inbreeding, row.missing


def _check_removal(connection: Connection, family: AnyRow, gone: Sequence[AnyRow]) -> None:
    codes = {row.id: row.code for row in gone}
    giving = connection.scalars(select(donors.c.member).where(donors.c.member.in_(list(codes))))
    vanishing = sorted({codes[number] for number in giving})
    if vanishing:
        raise Conflict(
            f"family '{family.code}': {', '.join(vanishing)} gave a sample and would vanish from the pedigree; keep "
            "them in it; a donor leaves by withdrawing"
        )
    asked = connection.scalars(select(pairings.c.member).where(pairings.c.member.in_(list(codes))))
    searched = sorted({codes[number] for number in asked})
    if searched:
        raise Conflict(
            f"family '{family.code}': {', '.join(searched)} was searched for and would vanish from the pedigree; keep "
            "them in it, and take the mark 'missing' away if they are not missing"
        )


def find_decision(connection: Connection, family: AnyRow) -> AnyRow | None:
    """A pairing of a family that rests on its pedigree as it is: id, state; the first one of several."""
    query = select(pairings.c.id, pairings.c.state).join(members).where(members.c.family == family.id)
    return connection.execute(query.where(pairings.c.state.not_in(UNDECIDED)).order_by(pairings.c.id)).first()


def _check_decisions(connection: Connection, family: AnyRow) -> None:
    row = find_decision(connection, family)
    if row is not None:
        raise Conflict(
            f"family '{family.code}': pairing {row.id} is {row.state} and rests on the pedigree as it is; decide it, "
            "or reopen it, first; members may be added meanwhile"
        )


def _remove(connection: Connection, gone: Sequence[AnyRow]) -> None:
    """Take members away, with what was sealed of them."""
    connection.execute(delete(members).where(members.c.id.in_([row.id for row in gone])))
    connection.execute(delete(keys).where(keys.c.id.in_([row.key for row in gone if row.key is not None])))


def _write(
    connection: Connection,
    family: AnyRow,
    now: dict[str, tuple[int, Individual]],
    before: dict[str, AnyRow],
    missing: Collection[str],
) -> None:
    new = []
    for code, (place, member) in now.items():
        values = {
            "place": place,
            "sex": member.sex,
            "father": member.father,
            "mother": member.mother,
            "founder_inbreeding": member.founder_inbreeding,
            "missing": code in missing,
        }
        row = before.get(code)
        if row is None:
            new.append({"family": family.id, "code": code} | values)
        elif any(getattr(row, name) != value for name, value in values.items()):
            connection.execute(update(members).where(members.c.id == row.id).values(values))
    if new:
        connection.execute(insert(members), new)


def _rests_on_it(connection: Connection, family: AnyRow, made: Changed) -> Changed:
    """Mark what rested on the pedigree as it was. A new missing member moves every joint posterior."""
    erase_joint(connection, family.incident)
    erase_blocks(connection, family.incident)
    if made.changed or made.removed:
        of_family = select(pairings.c.id).select_from(pairings.join(members)).where(members.c.family == family.id)
        lost = erase_candidates(connection, of_family)
        again = compute_again(connection, family.incident, families={family.code}, people=set())
        return Changed(made.added, made.changed, made.removed, lost, len(again))
    answered = (runs.c.incident == family.incident) & runs.c.result.is_not(None)
    marked = connection.execute(update(runs).where(answered).values(state=TO_COMPUTE_AGAIN))
    return Changed(made.added, runs=marked.rowcount)
