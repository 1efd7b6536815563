"""Gene dropping: genotypes of a pedigree's members, drawn from the model the likelihoods are computed under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from antigone.engine.arrays import Array, Ints
from antigone.engine.doors import checked_groups, checked_markers, checked_pedigree
from antigone.engine.kinship import males
from antigone.engine.mutation.matrices import matrix_of
from antigone.errors import ModelError
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import MutationModel
from antigone.model.checks import checked_kind, checked_mapping, checked_number, checked_theta, shown
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import is_genotype

FullGenotype = tuple[str, str]
"""Both alleles known; a male's single allele on the X chromosome is written twice."""

GivenFounders = Mapping[str, Mapping[str, FullGenotype]]
_FOUNDERS = "genotypes by founder and marker, such as {'AF': {'TH01': ('6', '9.3')}}"


@dataclass(frozen=True)
class _Ladders:
    """Markers side by side. ``cumulative`` has shape ``(markers, n)``, the transmissions ``(markers, n, n)``."""

    cumulative: Array
    female: Array
    male: Array
    on_x: npt.NDArray[np.bool_]


def drop_genes(
    pedigree: Pedigree,
    markers: Sequence[Marker],
    *,
    rng: np.random.Generator,
    founders: GivenFounders | None = None,
    theta: float = 0.0,
    groups: Sequence[LinkageGroup] = (),
) -> dict[str, dict[str, FullGenotype]]:
    """One simulated genotype of every member at every marker, as a laboratory would see it.

    The model is that of ``drop_gene_indices``. A silent allele is not seen: with one the member looks
    homozygous, with two the marker is left out.

    Returns
    -------
    dict
        By member, then by marker: two alleles in the order of the ladder, so that nothing tells the phase.

    Examples
    --------
    >>> marker = Marker("M", ("12", "13"), (1.0, 0.0))
    >>> trio = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO"))
    >>> drop_genes(trio, [marker], rng=np.random.default_rng(1))["CH"]
    {'M': ('12', '12')}
    """
    markers = checked_markers(markers)
    genes = drop_gene_indices(pedigree, markers, rng=rng, founders=founders, theta=theta, groups=groups)[0]
    return {member.id: _seen(genes[i].tolist(), markers) for i, member in enumerate(pedigree)}


def _seen(genes: list[list[int]], markers: Sequence[Marker]) -> dict[str, FullGenotype]:
    genotypes: dict[str, FullGenotype] = {}
    for (a, b), marker in zip(genes, markers, strict=True):
        visible = sorted(allele for allele in (a, b) if allele < len(marker.alleles))
        if visible:
            genotypes[marker.name] = marker.alleles[visible[0]], marker.alleles[visible[-1]]
    return genotypes


def drop_gene_indices(
    pedigree: Pedigree,
    markers: Sequence[Marker],
    *,
    rng: np.random.Generator,
    count: int = 1,
    founders: GivenFounders | None = None,
    theta: float = 0.0,
    groups: Sequence[LinkageGroup] = (),
) -> Ints:
    """Simulated genes of ``count`` independent copies of a pedigree, one allele index for each gene.

    Founder genes, and the gene from an absent single parent, are drawn from the population: independently,
    or with ``theta`` from one urn in which ``P(a) = (n_a theta + (1 - theta) p_a) / (1 + (N - 1) theta)``
    after ``N`` draws. A parent passes on either gene with probability 1/2, then it mutates by the matrix of
    the parent's sex. Markers are unlinked but for ``groups``, in which the gene copied changes between neighbours
    with the recombination fraction.

    Parameters
    ----------
    pedigree, markers
        Who, and at which markers.
    rng
        The only source of chance; the same state gives the same answer.
    count
        How many independent families.
    founders
        Genotypes of some founders, by member and marker; what is absent is drawn. With ``theta`` they are
        the first draws from the urn.
    theta
        The coancestry of the founders' population, 0 or more and less than 1.
    groups
        Groups of linked markers, all of them among ``markers``.

    Returns
    -------
    ndarray of int, shape (count, members, markers, 2)
        ``[..., 0]`` is the father's gene, ``[..., 1]`` the mother's. An index as large as the number of the
        marker's visible alleles is its silent allele. A male's one gene on the X chromosome stands twice.

    Raises
    ------
    ModelError
        For theta outside its range or together with founder inbreeding, a marker twice or a group of others, and
        for given genotypes of members who are no founders, at other markers, or with alleles outside the ladder.
    PedigreeError
        For X-chromosomal markers and members of unknown sex.

    Notes
    -----
    Source of the urn: Balding, Nichols (1994), doi:10.1016/0379-0738(94)90222-4.

    Examples
    --------
    >>> marker = Marker("M", ("12", "13"), (0.5, 0.5))
    >>> duo = Pedigree.of(("MO", "female"), ("CH", "male", None, "MO"))
    >>> given = {"MO": {"M": ("13", "13")}}
    >>> genes = drop_gene_indices(duo, [marker], rng=np.random.default_rng(1), count=100, founders=given)
    >>> genes.shape, set(genes[:, 1, 0, 1].tolist())
    ((100, 2, 1, 2), {1})
    """
    markers, groups = _checked(pedigree, markers, rng, count, theta, groups)
    ladders = _ladders(tuple(markers))
    one_copy = males(pedigree) if ladders.on_x.any() else frozenset()
    fixed = _given_genes(pedigree, markers, {} if founders is None else founders)
    for male in one_copy & {founder for founder, _ in fixed}:
        # his one gene must not count twice in the urn
        fixed[male, 0] = np.where(ladders.on_x, -1, fixed[male, 0])
    drawn = _founder_genes(pedigree, ladders, fixed, rng=rng, count=count, theta=theta)
    column = {marker.name: i for i, marker in enumerate(markers)}
    linked = [
        (column[before.name], column[after.name], rho)
        for group in groups
        for (before, after), rho in zip(pairwise(group.markers), group.rho, strict=True)
    ]
    row = {member.id: i for i, member in enumerate(pedigree)}
    genes = np.zeros((count, len(pedigree), len(markers), 2), dtype=np.int64)
    for member in pedigree.parents_first:
        own = genes[:, row[member.id]]
        for side, (parent, passing) in enumerate(((member.father, ladders.male), (member.mother, ladders.female))):
            if parent is None:
                own[..., side] = drawn[member.id, side]
            else:
                own[..., side] = _passed_on(genes[:, row[parent]], passing, linked, rng)
        _settle(own, member, one_copy=member.id in one_copy, on_x=ladders.on_x, fixed=fixed, rng=rng)
    return genes


def _checked(
    pedigree: Any, markers: Any, rng: Any, count: Any, theta: Any, groups: Any
) -> tuple[tuple[Marker, ...], tuple[LinkageGroup, ...]]:
    """The markers and groups, after everything that is drawn from was checked."""
    checked_pedigree(pedigree)
    checked_kind(rng, np.random.Generator, "rng", "a generator, such as numpy.random.default_rng(1)")
    checked_number(count, "count", "a whole number, 0 or more", holds=lambda n: n >= 0 and n == int(n))
    if checked_theta(theta) and any(founder.founder_inbreeding for founder in pedigree.founders):
        raise ModelError("founder inbreeding is not combined with theta; set one of them to 0")
    linked = checked_groups(groups)
    given = checked_markers(markers, once=bool(linked))
    names = {marker.name for marker in given}
    absent = [marker.name for group in linked for marker in group.markers if marker.name not in names]
    if absent:
        raise ModelError(f"linked marker {', '.join(absent)} is not among the markers; add it, or leave the group out")
    return given, linked


@lru_cache(maxsize=32)
def _ladders(markers: tuple[Marker, ...]) -> _Ladders:
    n = max((len(marker.alleles) + (marker.silent > 0) for marker in markers), default=1)
    cumulative = np.ones((len(markers), n))
    female, male = np.ones((2, len(markers), n, n))
    for i, marker in enumerate(markers):
        p = [*marker.frequencies, marker.silent] if marker.silent > 0 else [*marker.frequencies]
        cumulative[i, : len(p)] = np.cumsum(p)
        for model, passing in ((marker.female, female), (marker.male, male)):
            passing[i, : len(p), : len(p)] = np.cumsum(_matrix(marker, model), axis=1)
    for cumulated in (cumulative, female, male):
        # a sum of 1 - 1e-16 would leave room for an allele beyond the last
        cumulated[cumulated > 1 - 1e-12] = 1.0
    return _Ladders(cumulative, female, male, np.array([marker.chromosome == "X" for marker in markers], dtype=bool))


def _matrix(marker: Marker, model: MutationModel) -> Array:
    return matrix_of(model, marker.alleles, marker.frequencies, marker.silent)


def _given_genes(pedigree: Pedigree, markers: Sequence[Marker], founders: GivenFounders) -> dict[tuple[str, int], Ints]:
    """By founder and side, the given allele index at every marker; -1 where nothing is given."""
    fixed: dict[tuple[str, int], Ints] = {}
    males_on_x = males(pedigree) if any(marker.chromosome == "X" for marker in markers) else frozenset()
    for member, genotypes in checked_mapping(founders, "founders", _FOUNDERS).items():
        if member not in pedigree or not pedigree[member].is_founder:
            raise ModelError(f"{shown(member)} is no founder of the pedigree; genotypes can be given for founders only")
        given = checked_mapping(genotypes, f"the genotypes of founder '{member}'", _FOUNDERS)
        absent = sorted(str(name) for name in given.keys() - {marker.name for marker in markers})
        if absent:
            raise ModelError(
                f"founder '{member}' has a genotype at {', '.join(absent)}, which is not among the markers"
            )
        pairs = [_indices(member, marker, given, member in males_on_x) for marker in markers]
        for side in (0, 1):
            fixed[member, side] = np.array([pair[side] for pair in pairs], dtype=np.int64)
    return fixed


def _indices(member: str, marker: Marker, genotypes: Mapping[str, FullGenotype], is_male: bool) -> tuple[int, int]:
    if marker.name not in genotypes:
        return -1, -1
    genotype, what = genotypes[marker.name], f"founder '{member}', marker {marker.name}"
    if not is_genotype(genotype) or genotype[1] is None:
        raise ModelError(f"{what}: expected two labels in quotes as genotype, such as ('12', '13')")
    first, second = genotype
    if first not in marker.allele_index or second not in marker.allele_index:
        raise ModelError(f"{what}: an allele given is not in the ladder; add it")
    if is_male and marker.chromosome == "X" and first != second:
        raise ModelError(f"{what}: a male has one allele on the X chromosome; write it twice")
    return marker.allele_index[first], marker.allele_index[second]


def _founder_genes(
    pedigree: Pedigree,
    ladders: _Ladders,
    fixed: Mapping[tuple[str, int], Ints],
    *,
    rng: np.random.Generator,
    count: int,
    theta: float,
) -> dict[tuple[str, int], Ints]:
    """The genes that enter the pedigree, by member and side; each has shape ``(count, markers)``."""
    places = [
        (member.id, side)
        for member in pedigree
        for side, parent in enumerate((member.father, member.mother))
        if parent is None
    ]
    genes = _pick(ladders.cumulative, rng.random((len(places), count, len(ladders.cumulative))))
    known = np.array([fixed.get(place, np.full(len(ladders.cumulative), -1)) for place in places])
    if known.size:
        genes = np.where(known[:, None, :] >= 0, known[:, None, :], genes)
    if theta and places:
        genes = _urn(genes, known >= 0, theta=theta, rng=rng)
    return dict(zip(places, genes, strict=True))


def _urn(fresh: Ints, known: npt.NDArray[np.bool_], *, theta: float, rng: np.random.Generator) -> Ints:
    """Replace fresh draws, each with its probability, by a copy of an earlier one; known genes come first.

    The urn's next draw is a uniformly chosen earlier draw with probability ``N theta / (1 + (N - 1) theta)``.
    """
    order = np.argsort(~known, axis=0, kind="stable")[:, None, :]
    drawn = np.take_along_axis(fresh, order, axis=0)
    for n in range(1, len(drawn)):
        copied = rng.random(drawn.shape[1:]) < n * theta / (1 + (n - 1) * theta)
        source = rng.integers(0, n, size=(1, *drawn.shape[1:]))
        copied &= ~np.take_along_axis(known[:, None, :], order, axis=0)[n]
        drawn[n] = np.where(copied, np.take_along_axis(drawn, source, axis=0)[0], drawn[n])
    genes = np.empty_like(drawn)
    np.put_along_axis(genes, np.broadcast_to(order, drawn.shape), drawn, axis=0)
    return genes


def _pick(cumulative: Array, chance: Array) -> Ints:
    """The first allele whose cumulative probability exceeds the chance."""
    return np.asarray((chance[..., None] >= cumulative).sum(axis=-1), dtype=np.int64)


def _passed_on(
    parent: Ints, passing: Array, linked: Sequence[tuple[int, int, float]], rng: np.random.Generator
) -> Ints:
    side = rng.integers(0, 2, size=parent.shape[:-1])
    for before, after, rho in linked:
        side[:, after] = side[:, before] ^ (rng.random(len(side)) < rho)
    allele = np.where(side == 0, parent[..., 0], parent[..., 1])
    return _pick(passing[np.arange(parent.shape[1]), allele], rng.random(allele.shape))


def _settle(
    own: Ints,
    member: Individual,
    *,
    one_copy: bool,
    on_x: npt.NDArray[np.bool_],
    fixed: Mapping[tuple[str, int], Ints],
    rng: np.random.Generator,
) -> None:
    """Make the genes of an inbred founder one, and a male's genes on the X chromosome his mother's."""
    if member.founder_inbreeding:
        same = rng.random(own.shape[:-1]) < member.founder_inbreeding
        if (member.id, 0) in fixed:
            same &= fixed[member.id, 0] < 0
        own[..., 0] = np.where(same, own[..., 1], own[..., 0])
    if one_copy:
        own[..., 0] = np.where(on_x, own[..., 1], own[..., 0])
