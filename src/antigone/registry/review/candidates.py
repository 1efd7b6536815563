"""Candidates of a run, or the newest of each pairing: a list that the database sorts, filters, pages; one in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, or_, select, update

from antigone.errors import RegistryError
from antigone.model.results.search import Candidate
from antigone.model.review import Order
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.lookups import found_alive
from antigone.registry.store.schema import alive, candidates, families, members, pairings, runs, unidentified
from antigone.registry.store.stored import CANDIDATE

_STILL_MISSING = pairings.c.member.not_in(found_alive())
"""Nobody judges who is found alive."""
_COLUMNS: dict[str, ColumnElement[object]] = {
    "rank": candidates.c.rank,
    "log10_lr": candidates.c.log10_lr,
    "posterior": candidates.c.posterior,
    "markers": candidates.c.markers,
    "unidentified": unidentified.c.code,
    "family": families.c.code,
    "missing": members.c.code,
    "run": candidates.c.run,
    "state": pairings.c.state,
}


@dataclass(frozen=True)
class CandidateLine:
    """One line of the list: codes, numbers, its run, and where the question stands. No marker, no genotype.

    The numbers are ``None`` when the candidate is ``stale``: somebody it rested on has left.
    """

    id: int
    run: int
    pairing: int
    rank: int
    unidentified: str
    family: str
    missing: str
    log10_lr: float | None
    population: str
    posterior: float | None
    markers: int
    stale: bool
    state: str
    version: int


@dataclass(frozen=True)
class Page:
    """Some lines of a list, and how many the whole list has."""

    lines: tuple[CandidateLine, ...]
    total: int


@dataclass(frozen=True)
class Only:
    """Which candidates to list; what is empty does not limit. ``missing`` is a member of ``family``.

    ``code`` is that of any of the three. Where a code is not ``whole``, a part of it is enough, in any case.
    """

    least_log10_lr: float | None = None
    states: tuple[str, ...] = ()
    unidentified: str = ""
    family: str = ""
    missing: str = ""
    code: str = ""
    whole: bool = True


@dataclass(frozen=True)
class Newest:
    """Of each pairing of an incident, by its row, the newest candidate, whatever search found it."""

    incident: int


def read_candidates(
    connection: Connection,
    of: int | Newest,
    *,
    only: Only = Only(),
    order: Order = "rank",
    descending: bool = False,
    start: int = 0,
    count: int = 50,
) -> Page:
    """``count`` lines of a list from the ``start``-th on (0 is the first): of a run, or the newest candidate of each
    pairing. Nothing sealed is read.

    First the numbers of these lines are found with no more joins than order and limits need, then the lines are read.
    """
    among = _pairings(connection, only)
    within = of if isinstance(of, int) else _only_run(connection, of) or of
    every, which = isinstance(within, Newest), _which(within, among)
    of_list = _limited(select(candidates.c.id), which, only, by=_COLUMNS[order], every=every)
    counted = _limited(select(func.count()), which, only, every=every)
    if isinstance(of, Newest) and among is None and only.least_log10_lr is None:
        counted = _pairings_in(of, only.states)
    total = int(connection.scalar(counted) or 0)
    sort = _sort(order, descending=descending, every=every)
    numbers = list(connection.scalars(of_list.order_by(*sort).offset(start).limit(count)))
    rows = connection.execute(_LINES.where(candidates.c.id.in_(numbers))).mappings()
    lines = {row["id"]: CandidateLine(**row) for row in rows}
    return Page(tuple(lines[number] for number in numbers), total)


def neighbours(
    connection: Connection, of: int | Newest, number: int, *, only: Only, order: Order, descending: bool
) -> tuple[int | None, int | None]:
    """The candidates before and after one in a list; None at its ends, and where it is not in the list."""
    within = of if isinstance(of, int) else _only_run(connection, of) or of
    every, which = isinstance(within, Newest), _which(within, _pairings(connection, only))
    sort = _sort(order, descending=descending, every=every)
    before = func.lag(candidates.c.id).over(order_by=sort).label("before")
    after = func.lead(candidates.c.id).over(order_by=sort).label("after")
    listed = _limited(select(candidates.c.id, before, after), which, only, by=_COLUMNS[order], every=every).subquery()
    row = connection.execute(select(listed).where(listed.c.id == number)).one_or_none()
    return (None, None) if row is None else (row.before, row.after)


def open_candidate(connection: Connection, vault: Vault, number: int) -> Candidate:
    """One candidate in full.

    Raises
    ------
    RegistryError
        When there is none of that number, or it rested on somebody who left.
    """
    sealed, key = _sealed(connection, vault, number)
    return CANDIDATE.read(Vault.unseal(key, sealed, context=f"candidates:{number}"))


def replace_candidate(connection: Connection, vault: Vault, number: int, worked: Candidate) -> None:
    """Seal a candidate that was worked out further in the place, and under the key, of what was kept of it.

    Raises
    ------
    RegistryError
        When there is none of that number, or it rested on somebody who left.
    """
    _, key = _sealed(connection, vault, number)
    sealed = Vault.seal(key, CANDIDATE.write(worked).encode(), context=f"candidates:{number}")
    connection.execute(update(candidates).where(candidates.c.id == number).values(sealed=sealed))


def _sealed(connection: Connection, vault: Vault, number: int) -> tuple[bytes, DataKey]:
    """What is kept of a candidate, and its key."""
    row = connection.execute(select(candidates).where(candidates.c.id == number)).one_or_none()
    if row is None:
        raise RegistryError(f"the registry has no candidate {number}; list the candidates and correct the number")
    key = None if row.key is None else vault.data_keys(connection, [row.key]).get(row.key)
    if key is None or row.sealed is None:
        raise RegistryError(
            f"candidate {number} rested on somebody who has left, or on a pedigree that was changed since; search again"
        )
    return row.sealed, key


_LINES = (
    select(
        candidates.c.id,
        candidates.c.run,
        candidates.c.pairing,
        candidates.c.rank,
        unidentified.c.code.label("unidentified"),
        families.c.code.label("family"),
        members.c.code.label("missing"),
        *(candidates.c[name] for name in ("log10_lr", "population", "posterior", "markers", "stale")),
        pairings.c.state,
        pairings.c.version,
    )
    .select_from(candidates)
    .join(pairings, candidates.c.pairing == pairings.c.id)
    .join(unidentified, pairings.c.unidentified == unidentified.c.id)
    .join(members, pairings.c.member == members.c.id)
    .join(families, members.c.family == families.c.id)
)


def _sort(order: Order, *, descending: bool, every: bool) -> tuple[ColumnElement[Any], ...]:
    """What a list is sorted by; a rank is of one run, so where there are several the number decides last."""
    column = _COLUMNS[order]
    sort: ColumnElement[Any] = column.desc() if descending else column.asc()
    if order in ("log10_lr", "posterior"):
        sort = sort.nulls_last()
    return (sort, candidates.c.rank, candidates.c.id) if every else (sort, candidates.c.rank)


def _limited(
    query: Select[Any],
    which: Sequence[ColumnElement[bool]],
    only: Only,
    *,
    by: ColumnElement[Any] | None = None,
    every: bool = False,
) -> Select[Any]:
    """The candidates of a list within limits, joined with what ``by`` sorts them by; ``every``: of every run."""
    query = query.select_from(candidates)
    wanted = None if by is None else getattr(by, "table", None)
    if only.states or every or wanted in (pairings, unidentified, members, families):
        query = query.join(pairings, candidates.c.pairing == pairings.c.id)
    if wanted is unidentified:
        query = query.join(unidentified, pairings.c.unidentified == unidentified.c.id)
    if wanted in (members, families):
        query = query.join(members, pairings.c.member == members.c.id).join(families, members.c.family == families.c.id)
    if only.least_log10_lr is not None:
        query = query.where(candidates.c.log10_lr >= only.least_log10_lr)
    if only.states:
        query = query.where(pairings.c.state.in_(only.states))
    return query.where(*which)


def _which(of: int | Newest, among: Sequence[int] | Select[tuple[int]] | None) -> tuple[ColumnElement[bool], ...]:
    """The candidates of a run, or the newest of each pairing; ``among``: of these pairings alone."""
    if isinstance(of, int):
        if among is None:
            return (candidates.c.run == of,)
        if isinstance(among, Select):
            return candidates.c.pairing.in_(among), candidates.c.run == of
        # few pairings are left: "+ 0" keeps the database from reading the whole run by its index instead
        return candidates.c.pairing.in_(among), candidates.c.run + 0 == of
    same = candidates.alias()
    newest = select(func.max(same.c.id)).where(same.c.pairing == pairings.c.id).correlate(pairings).scalar_subquery()
    here = (pairings.c.incident == of.incident, candidates.c.id == newest, _STILL_MISSING)
    return here if among is None else (*here, pairings.c.id.in_(among))


def _only_run(connection: Connection, of: Newest) -> int | None:
    """The one run that has all candidates of an incident, if it is one and they are all of persons still missing; its
    list is read by its own index."""
    if connection.scalar(found_alive().where(alive.c.incident == of.incident).limit(1)) is not None:
        return None
    found_any = select(candidates.c.id).where(candidates.c.run == runs.c.id).exists()
    with_candidates = select(runs.c.id).where(runs.c.incident == of.incident, found_any).limit(2)
    numbers = connection.scalars(with_candidates).all()
    return numbers[0] if len(numbers) == 1 else None


def _pairings_in(of: Newest, states: Sequence[str]) -> Select[Any]:
    """How many pairings of an incident are in these states; each has a newest candidate, so nothing else is read."""
    query = select(func.count()).select_from(pairings).where(pairings.c.incident == of.incident, _STILL_MISSING)
    return query.where(pairings.c.state.in_(states)) if states else query


def _pairings(connection: Connection, only: Only) -> Sequence[int] | Select[tuple[int]] | None:
    """The pairings of a person, of a family, or of both, by their codes; None when neither is named.

    Those of whole codes are found first, so that the database knows how few they are when it looks for their
    candidates; of parts of codes there may be more than a query can list.
    """
    if not only.unidentified and not only.family and not only.code:
        return None
    found = select(pairings.c.id)
    person, kin = select(unidentified.c.id), select(members.c.id).join(families)
    if only.unidentified:
        found = found.where(pairings.c.unidentified.in_(person.where(_is(unidentified, only.unidentified, only))))
    if only.family:
        of_family = kin.where(_is(families, only.family, only))
        if only.missing:
            of_family = of_family.where(_is(members, only.missing, only))
        found = found.where(pairings.c.member.in_(of_family))
    if only.code:
        named = or_(_is(members, only.code, only), _is(families, only.code, only))
        fits = pairings.c.unidentified.in_(person.where(_is(unidentified, only.code, only)))
        found = found.where(or_(fits, pairings.c.member.in_(kin.where(named))))
    return connection.scalars(found).all() if only.whole else found


def _is(table: Table, code: str, only: Only) -> ColumnElement[bool]:
    """Whether the code of a row is this one, or has it as a part."""
    return table.c.code == code if only.whole else table.c.code.icontains(code, autoescape=True)
