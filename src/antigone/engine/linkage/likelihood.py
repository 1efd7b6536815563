"""Likelihoods of linked markers in declared pedigrees, exact for groups of any length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.doors import checked_groups, checked_markers, checked_question, checked_target, markers_left_out
from antigone.engine.linkage.network import LinkedNetwork, Loci, build_linked_network
from antigone.engine.linkage.theta import group_log_with_theta
from antigone.engine.sums.elimination import Plan, execute, make_plan
from antigone.engine.sums.factors import Typing
from antigone.engine.sums.likelihood import BLOCK, genotype_pairs, group_markers, likelihood_ratio, require_supported
from antigone.engine.sums.pruning import rows_that_matter
from antigone.engine.sums.ratio import LikelihoodRatio
from antigone.engine.sums.soft import Observations
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Marker
from antigone.model.checks import checked_theta
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile


def log_likelihood_linked(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    group: LinkageGroup,
    *,
    theta: float = 0.0,
    observations: Observations | None = None,
) -> float:
    """Natural log likelihood of the data at a group of linked markers, given a pedigree.

    In each meiosis of either sex the grandparental origin starts at either with 1/2 and switches between
    neighbouring markers with probability rho, independently of other intervals (no interference). Founders'
    haplotypes are independent at all markers (linkage equilibrium). Then every locus mutates by its own matrix. On
    the X chromosome a father passes his one haplotype on. Exact by variable elimination over alleles and origins. With
    theta the founder alleles of each locus come from an urn of its own (`engine.linkage.theta`).

    Returns
    -------
    ``-inf`` when the data are impossible under the model.

    Raises
    ------
    ModelError
        For founder inbreeding: a coefficient does not say how far a stretch that is alike by descent reaches. For
        an allele outside a marker's ladder, or a member with both a genotype and an observation at a marker.
    PlanTooLarge
        When the exact sum is larger than the stated limits.

    Examples
    --------
    A mother and two sons, X markers. If her haplotypes are aa and bb, a son has aa with (1 - rho) / 2, if they are
    ab and ba with rho / 2; both phases are equally likely.

    >>> first, second = (Marker(n, ("a", "b"), (0.5, 0.5), chromosome="X") for n in "AB")
    >>> sons = Pedigree.of(("M", "female"), ("S", "male", None, "M"), ("T", "male", None, "M"))
    >>> typed = {"M": ("a", "b"), "S": ("a", "a"), "T": ("a", "a")}
    >>> profiles = {m: Profile(m, {"A": g, "B": g}) for m, g in typed.items()}
    >>> group = LinkageGroup((first, second), (0.1,))
    >>> round(float(np.exp(log_likelihood_linked(sons, profiles, group))), 12)  # 1/4 * (0.45^2 + 0.05^2) / 2
    0.025625
    """
    [checked] = checked_groups([group])
    checked_question(pedigree, profiles, checked.markers, theta=theta, observations=observations)
    if theta > 0:
        return group_log_with_theta(pedigree, profiles, checked, theta=theta, observations=observations)
    return group_log(pedigree, profiles, checked, observations=observations)


def group_log(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    group: LinkageGroup,
    *,
    observations: Observations | None = None,
) -> float:
    """``log_likelihood_linked`` without its checks; profiles of persons who are not in the pedigree take no part."""
    network = build_linked_network(_loci(pedigree, profiles, group, (), observations))
    return float(execute(_plan(network), network.factors)[0])


def likelihood_ratio_linked(
    h1: Pedigree,
    h2: Pedigree,
    profiles: Mapping[str, Profile],
    markers: Sequence[Marker],
    *,
    groups: Sequence[LinkageGroup],
    theta: float = 0.0,
    observations: Observations | None = None,
) -> LikelihoodRatio:
    """The likelihood ratio over linkage groups and over the ``markers`` that are in none of them.

    Unlinked markers come first, then each group as one entry under its name.

    Raises
    ------
    ModelError
        When groups share a marker; and see ``log_likelihood_linked``.
    """
    checked = checked_groups(groups)
    linked = [marker for group in checked for marker in group.markers]
    checked_theta(theta)
    given = checked_markers(markers)
    names = {marker.name for marker in linked}
    single = [marker for marker in given if marker.name not in names]
    ratio = likelihood_ratio(h1, h2, profiles, single, theta=theta, observations=observations)
    logs = [
        tuple(log_likelihood_linked(p, profiles, group, theta=theta, observations=observations) for group in checked)
        for p in (h1, h2)
    ]
    return LikelihoodRatio(
        ratio.markers + tuple(group.name for group in checked),
        ratio.log_h1 + logs[0],
        ratio.log_h2 + logs[1],
        markers_left_out(profiles, (*single, *linked), observations),
    )


def log_likelihoods_of_genotypes(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    group: LinkageGroup,
    *,
    target: str,
    observations: Observations | None = None,
) -> Array:
    """Natural log of P(data, genotypes of an untyped member) for every combination of genotypes over a group.

    Returns
    -------
    One axis for each marker of the group, genotypes in the order of ``genotype_pairs`` (a silent allele is the
    last). The log-sum of all entries is ``log_likelihood_linked``.

    Raises
    ------
    ModelError
        When the target is not in the pedigree, or typed at a marker of the group; see ``log_likelihood_linked``.
    PlanTooLarge
        When the exact sum, or the table itself, is larger than the stated limits.
    """
    [checked] = checked_groups([group])
    checked_question(pedigree, profiles, checked.markers, observations=observations)
    checked_target(pedigree, target)
    loci = _loci(pedigree, profiles, group, (target,), observations)
    [row] = loci.data[0].open_members
    typed = [m.name for m, data in zip(group.markers, loci.data, strict=True) if data.typing[row] is not Typing.UNTYPED]
    if typed:
        raise ModelError(f"'{target}' is typed at {', '.join(typed)}; the genotypes of an untyped member are asked for")
    network = build_linked_network(loci)
    logs = execute(_plan(network), network.factors)[0]
    return _fold(logs, [data.ladder.size for data in loci.data]) if len(loci.shape.slots[row]) == 2 else logs


@dataclass(frozen=True)
class LinkedQuestion:
    """What is asked of a family at a linkage group: its likelihood, or that of every genotype of an untyped member."""

    pedigree: Pedigree
    profiles: Mapping[str, Profile]
    group: LinkageGroup
    observations: Observations | None = None
    target: str | None = None


def linked_answers(questions: Sequence[LinkedQuestion]) -> list[Array | None]:
    """The log likelihood of each question, an array without axes or, with a target, with one for each marker.

    The entries of an axis are the ordered genotypes ``(a, b)`` as ``a * n + b`` (on the X chromosome of a male the
    alleles): their phase is told, and nothing is summed up to unordered ones. Nothing is checked. Questions of one
    shape are one elimination; ``None`` where it is larger than the stated limits.
    """
    found: list[Array | None] = [None] * len(questions)
    alike: dict[tuple[object, ...], list[tuple[int, LinkedNetwork]]] = {}
    for number, asked in enumerate(questions):
        opened = () if asked.target is None else (asked.target,)
        network = build_linked_network(_loci(asked.pedigree, asked.profiles, asked.group, opened, asked.observations))
        alike.setdefault((network.scopes, network.sizes, network.keep), []).append((number, network))
    for those in alike.values():
        for number, logs in _executed(those):
            asked = questions[number]
            markers = len(asked.group.markers) if asked.target is not None else 0
            slots = logs.ndim // max(markers, 1)
            found[number] = logs.reshape([prod(logs.shape[m * slots : (m + 1) * slots]) for m in range(markers)])
    return found


def _executed(networks: Sequence[tuple[int, LinkedNetwork]]) -> Iterator[tuple[int, Array]]:
    """The log sums of numbered networks of one shape, as many at a time as fit into a block."""
    first = networks[0][1]
    try:
        plan = _plan(first)
    except PlanTooLarge:
        return
    most = max(1, BLOCK // plan.largest)
    for start in range(0, len(networks), most):
        some = networks[start : start + most]
        factors = [_stacked([network.factors[f] for _, network in some]) for f in range(len(first.factors))]
        logs = execute(plan, factors)
        logs = np.broadcast_to(logs, (len(some), *logs.shape[1:]))
        yield from ((number, one) for (number, _), one in zip(some, logs, strict=True))


def _stacked(factors: Sequence[Array]) -> Array:
    """One factor for each item, or one for all where they are the same."""
    first, *others = factors
    return first if all(np.array_equal(first, other) for other in others) else np.concatenate(factors)


def _loci(
    pedigree: Pedigree,
    profiles: Mapping[str, Profile],
    group: LinkageGroup,
    open_members: tuple[str, ...],
    observations: Observations | None,
) -> Loci:
    inbred = [member.id for member in pedigree if member.founder_inbreeding]
    if inbred:
        raise ModelError(
            f"founder inbreeding ({', '.join(inbred)}) has no definition for linked markers; declare the founder's "
            "parents instead, or take the markers as unlinked"
        )
    data = []
    for marker in group.markers:
        [(_, one)] = group_markers(pedigree, profiles, [marker], open_members=open_members, observations=observations)
        require_supported(one, 0.0)
        data.append(one)
    return Loci(tuple(data), tuple(tuple(rows_that_matter(one)) for one in data), group.rho)


def _plan(network: LinkedNetwork) -> Plan:
    return make_plan(network.scopes, network.sizes, network.keep).require_feasible()


def _fold(logs: Array, sizes: Sequence[int]) -> Array:
    """From two slots at each locus to unordered genotypes at each locus."""
    for locus, n in enumerate(sizes):
        first, second = genotype_pairs(n).T
        ordered = np.moveaxis(logs, (locus, locus + 1), (0, 1))
        one, other = ordered[first, second], ordered[second, first]
        other[first == second] = -np.inf
        logs = np.moveaxis(np.logaddexp(one, other), 0, locus)
    return logs
