"""Likelihoods, likelihood ratios and genotype distributions of declared pedigrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from antigone.engine.arrays import Array, Ints
from antigone.engine.doors import checked_marker, checked_question, checked_target, markers_left_out
from antigone.engine.mutation.lumping import lump_unread
from antigone.engine.sums.elimination import Plan, execute, make_plan
from antigone.engine.sums.factors import UNTYPED, Data, Network, Shape, Typing, shape_of, take_items, unordered_pairs
from antigone.engine.sums.ladder import stack_markers
from antigone.engine.sums.population import networks
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.ratio import LikelihoodRatio
from antigone.engine.sums.soft import Observations, soft_weights, with_observations
from antigone.engine.sums.theta import couple_table_logs, founder_table_logs, traced_logs
from antigone.engine.sums.work import kept_variables, work_of
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotype, Profile

LONG_LADDER = 32
"""Alleles up to which markers are padded to one length; a longer ladder makes a batch of its own."""
BLOCK = 2**22
"""Elements that the largest array of one executed block may have (32 MiB of float64)."""


def log_likelihood(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    marker: Marker,
    *,
    theta: float = 0.0,
    observations: Observations | None = None,
) -> float:
    """Natural log likelihood of one marker's data, given a pedigree.

    Sum over all ordered genotypes of all members of founder probabilities, transmissions and agreement with
    what was read (Elston & Stewart 1971, doi:10.1159/000152448), exact by variable elimination. A member of
    ``observations`` was seen through an observation model (drop-out, drop-in, error) instead of being read.

    Returns
    -------
    ``-inf`` when the data are impossible under the model.

    Raises
    ------
    ModelError
        For a theta that is not 0 or more and less than 1, a profile of nobody in the pedigree, an allele outside
        the marker's ladder, theta together with founder inbreeding, or a member with both a genotype and an
        observation at one marker.
    PlanTooLarge
        When the exact sum is larger than the stated limits.

    Examples
    --------
    A heterozygous founder has probability 2 p q:

    >>> marker = Marker("M", ("a", "b"), (0.25, 0.75))
    >>> alone = Pedigree.of(("X", "male"))
    >>> round(float(np.exp(log_likelihood(alone, {"X": Profile("s", {"M": ("a", "b")})}, marker))), 12)
    0.375
    """
    checked_marker(marker)
    return log_likelihoods(pedigree, profiles, [marker], theta=theta, observations=observations)[0]


def log_likelihoods(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    observations: Observations | None = None,
) -> list[float]:
    """``log_likelihood`` of every marker, in one batch for the markers that are typed alike."""
    given = checked_question(pedigree, profiles, markers, theta=theta, observations=observations)
    return marker_logs(pedigree, profiles, given, theta=theta, observations=observations)


def marker_logs(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    observations: Observations | None = None,
) -> list[float]:
    """``log_likelihoods`` without its checks; profiles of persons who are not in the pedigree take no part.

    With theta, alleles that nobody shows are one allele where that is exact: fewer alleles, the same likelihood.
    """
    logs = [0.0] * len(markers)
    if theta > 0:
        markers = _lumped(pedigree, profiles, markers, observations or {})
    for positions, data in group_markers(pedigree, profiles, markers, observations=observations):
        for position, value in zip(positions, evaluate(data, theta=theta), strict=True):
            logs[position] = float(value)
    return logs


def _lumped(
    pedigree: Pedigree, profiles: Mapping[str, Profile], markers: Sequence[Marker], observations: Observations
) -> list[Marker]:
    """The markers with what nobody shows as one allele; whole where an observation weighs every allele."""
    own = [profile for member, profile in profiles.items() if member in pedigree]
    whole = {name for seen in observations.values() for name in seen}
    return [marker if marker.name in whole else lump_unread(marker, own) for marker in markers]


def likelihood_ratio(
    h1: Pedigree,
    h2: Pedigree,
    profiles: Mapping[str, Profile],
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    observations: Observations | None = None,
) -> LikelihoodRatio:
    """The likelihood ratio of two pedigrees over the same typed persons, for unlinked markers.

    A marker that somebody is typed at and that is not among ``markers`` takes no part; ``left_out`` of the answer
    names it.

    Raises
    ------
    ModelError
        When a typed person is missing from one of the pedigrees: the ratio would compare different data. And see
        ``log_likelihood``.

    Examples
    --------
    A child 1/1 of a tested father 1/1, mother untyped, with p = 0.1: LR = 1 / p.

    >>> trio = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "male", "AF", "MO"))
    >>> apart = Pedigree.of(("AF", "male"), ("CH", "male"))
    >>> typed = {"AF": Profile("s1", {"M": ("1", "1")}), "CH": Profile("s2", {"M": ("1", "1")})}
    >>> ratio = likelihood_ratio(trio, apart, typed, [Marker("M", ("1", "2"), (0.1, 0.9))])
    >>> round(float(np.exp(ratio.log_total)), 9)
    10.0
    """
    for name, pedigree in (("H1", h1), ("H2", h2)):
        given = checked_question(pedigree, profiles, markers, theta=theta, observations=observations, name=name)
    first, second = (marker_logs(p, profiles, given, theta=theta, observations=observations) for p in (h1, h2))
    left_out = markers_left_out(profiles, given, observations)
    return LikelihoodRatio(tuple(m.name for m in given), tuple(first), tuple(second), left_out)


def genotype_distribution(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    marker: Marker,
    *,
    target: str,
    theta: float = 0.0,
    observations: Observations | None = None,
) -> dict[tuple[str, str], float]:
    """P(genotype of an untyped member | the typed members), for every genotype with probability above 0.

    A heterozygous genotype is one entry, both orders summed; a silent allele is labelled ``"silent"``; a
    male on the X chromosome has ``(allele, allele)``.

    Raises
    ------
    ModelError
        When the target is typed at this marker, or the typed members are impossible together; and see
        ``log_likelihood``.
    """
    checked_question(pedigree, profiles, [marker], theta=theta, observations=observations)
    checked_target(pedigree, target)
    if "silent" in marker.alleles and marker.silent > 0:
        raise ModelError(
            f"marker {marker.name}: an allele named 'silent' in a model with silent alleles; give it another name"
        )
    [(_, data)] = group_markers(pedigree, profiles, [marker], open_members=(target,), observations=observations)
    if data.typing[data.open_members[0]] is not Typing.UNTYPED:
        raise ModelError(f"'{target}' is typed at {marker.name}; the genotypes of an untyped member are asked for")
    logs = evaluate(data, theta=theta)[0]
    total = np.logaddexp.reduce(logs)
    if total == -np.inf:
        raise ModelError(f"marker {marker.name}: the typed members are impossible together under the model")
    labels = (*marker.alleles, "silent")
    pairs = genotype_pairs(data.ladder.size, hemizygous=len(data.shape.slots[data.open_members[0]]) == 1)
    chances = np.exp(logs - total)
    return {(labels[a], labels[b]): float(p) for (a, b), p in zip(pairs, chances, strict=True) if p > 0}


def genotype_pairs(n: int, *, hemizygous: bool = False) -> Ints:
    """The unordered genotypes over ``n`` alleles in the order of every table, shape ``(genotypes, 2)``."""
    return np.repeat(np.arange(n)[:, None], 2, axis=1) if hemizygous else unordered_pairs(n)


def group_markers(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    markers: Sequence[Marker],
    *,
    open_members: Sequence[str] = (),
    observations: Observations | None = None,
) -> list[tuple[list[int], Data]]:
    """Batches of markers that are typed alike, with the positions of their markers."""
    observations = observations or {}
    groups: dict[tuple[Any, ...], list[tuple[int, Ints]]] = {}
    for position, marker in enumerate(markers):
        shape, ids = _shape(pedigree, marker.chromosome == "X")
        typing, observed = encode(ids, profiles, marker, hemizygous=[len(slots) == 1 for slots in shape.slots])
        typing = with_observations(typing, ids, marker, observations)
        # Where nobody is male the shapes of both chromosomes are equal, but their ladders are not of one kind.
        kind = marker.chromosome, marker.silent > 0, len(marker.alleles) > LONG_LADDER
        groups.setdefault((shape, ids, typing, kind), []).append((position, observed))
    batches = []
    for (shape, ids, typing, _), rows in groups.items():
        ladder = stack_markers([markers[position] for position, _ in rows])
        rows_open = tuple(ids.index(member) for member in open_members)
        names = [markers[position].name for position, _ in rows]
        soft = tuple(
            (row, soft_weights([observations[member][name] for name in names], shape, row, ladder.size))
            for row, member in enumerate(ids)
            if typing[row] is Typing.SOFT
        )
        data = Data(shape, ladder, typing, np.stack([row for _, row in rows]), rows_open, soft=soft)
        batches.append(([position for position, _ in rows], data))
    return batches


@lru_cache(maxsize=1024)
def _shape(pedigree: Pedigree, on_x: bool) -> tuple[Shape, tuple[str, ...]]:
    return shape_of(pedigree, on_x=on_x)


def encode(
    ids: Sequence[str], profiles: Mapping[str, Profile], marker: Marker, *, hemizygous: Sequence[bool]
) -> tuple[tuple[Typing, ...], Ints]:
    """How each member is typed at a marker, and the allele indices, shape ``(members, 2)``, -1 unknown.

    A hemizygous member's one allele stands twice.
    """
    typing, observed = list[Typing](), list[tuple[int, int]]()
    for member, single in zip(ids, hemizygous, strict=True):
        profile = profiles.get(member)
        genotype = None if profile is None else profile.genotypes.get(marker.name)
        if profile is None or genotype is None:
            typing.append(Typing.UNTYPED)
            observed.append((UNTYPED, UNTYPED))
            continue
        first, second = allele_indices(marker, genotype, profile.sample)
        second = first if single and second < 0 else second
        typing.append(Typing.PARTIAL if second < 0 else Typing.FULL)
        observed.append((first, second))
    return tuple(typing), np.array(observed, dtype=np.int64).reshape(-1, 2)


def allele_indices(marker: Marker, genotype: Genotype, sample: str) -> tuple[int, int]:
    """The indices of a genotype's alleles in the ladder, smaller first; -1 for one not read."""
    known = marker.allele_index
    read = [allele for allele in genotype if allele is not None]
    indices = sorted([known[allele] for allele in read if allele in known])
    unknown = len(read) - len(indices)
    if unknown or not read:
        raise ModelError(
            f"sample {sample}, marker {marker.name}: {unknown or 'no'} allele(s) outside the ladder of "
            f"{len(marker.alleles)} alleles; add them to the frequencies or apply a rule for unseen alleles"
        )
    return indices[0], indices[1] if len(indices) == 2 else UNTYPED


def evaluate(data: Data, *, theta: float = 0.0) -> Array:
    """Natural log likelihoods of a batch: shape ``(items,)``, or ``(items, genotypes)`` with one open member.

    The open member's genotypes come in the order of ``genotype_pairs``. Items are computed in blocks whose
    largest array stays under 32 MiB.
    """
    data = prune(data)
    require_supported(data, theta)
    blocks = [_evaluate_block(part, theta) for part in _split(data, theta)]
    return np.concatenate(blocks)


def _evaluate_block(data: Data, theta: float) -> Array:
    work = work_of(data, theta)
    if work.way == "tracing":
        return traced_logs(data, theta)
    if work.way == "couple":
        return couple_table_logs(data, theta)
    if work.way == "founder":
        return founder_table_logs(data, theta, work.founder)
    parts = (np.log(multiplicity) + _run(data, network) for multiplicity, network in networks(data, theta))
    total = reduce(np.logaddexp, parts)
    return np.broadcast_to(total, (len(data.observed), *total.shape[1:]))


def _split(data: Data, theta: float) -> list[Data]:
    """The batch in parts, so that the largest array of each stays within the stated block."""
    items = len(data.observed)
    step = max(1, BLOCK // work_of(data, theta).largest)
    if items <= max(8, step):
        return [data]
    return [take_items(data, slice(start, start + step)) for start in range(0, items, step)]


def plan_for(data: Data, network: Network) -> Plan:
    """The elimination plan of a network, the open members' variables kept; refused when it is too large."""
    return make_plan(network.scopes, network.sizes, kept_variables(data, network.variables)).require_feasible()


def _run(data: Data, network: Network) -> Array:
    plan = plan_for(data, network)
    logs = execute(plan, network.factors)
    if not data.open_members:
        return logs
    return _unordered(data, network, plan, logs)


def _unordered(data: Data, network: Network, plan: Plan, logs: Array) -> Array:
    """Fold the open member's slots into unordered genotypes, shape ``(items, genotypes)``."""
    [member] = data.open_members
    n, slots = data.ladder.size, data.shape.slots[member]
    if len(slots) == 1:
        return logs
    [*kept] = plan.keep
    if len(kept) == 2:
        first, second = genotype_pairs(n).T
        both = np.logaddexp(logs[:, first, second], logs[:, second, first])
        return np.where(first == second, logs[:, first, second], both)
    if len(network.variables[kept[0]].states[0]) == n:
        whole = np.full((len(logs), n * (n + 1) // 2), -np.inf)
        first, second = genotype_pairs(n).T
        whole[:, first == second] = logs
        return whole
    return logs


def require_supported(data: Data, theta: float) -> None:
    """Refuse what has no definition: theta with founder inbreeding, a male with two alleles on the X chromosome."""
    if theta > 0 and any(data.shape.inbreeding):
        raise ModelError("theta and founder inbreeding cannot be combined; set one of them to 0")
    for row, slots in enumerate(data.shape.slots):
        if len(slots) == 1 and (data.observed[:, row, 0] != data.observed[:, row, 1]).any():
            raise ModelError("a male has two different alleles on the X chromosome; correct the sex or the genotype")
