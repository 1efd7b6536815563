"""How closely the members of a declared pedigree are related: kinship, inbreeding, identity coefficients.

These follow from the pedigree alone; no genotype enters. An absent parent is a new, unrelated founder.
"""

from __future__ import annotations

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.doors import checked_pair, checked_pedigree
from antigone.errors import ModelError, PedigreeError
from antigone.model.assumptions.marker import CHROMOSOMES, CHROMOSOMES_MEANT, Chromosome
from antigone.model.checks import checked_choice
from antigone.model.pedigree import Individual, Pedigree

Gene = tuple[str, int]
"""One of the two gene copies of a member: ``(id, 0)`` from the father, ``(id, 1)`` from the mother."""

Paths = dict[tuple[Gene, Gene, Gene, Gene], float]
"""Where the four copies of a pair were in an earlier generation, with the probability of each possibility.
Copies at the same place are identical by descent."""


def kinship_matrix(pedigree: Pedigree, *, chromosome: Chromosome = "autosomal") -> Array:
    """Kinship coefficients of all pairs: the probability that two random alleles are identical by descent.

    On the X chromosome a male has one allele, so his own entry is 1, and a father passes it to daughters only.

    Returns
    -------
    ndarray, shape (members, members)
        Symmetric, in the order of the pedigree. The diagonal is ``(1 + inbreeding) / 2``.

    Raises
    ------
    ModelError
        When the chromosome is neither of the two words.
    PedigreeError
        On the X chromosome, naming every member whose sex is neither stated nor clear from a parent's role.

    Notes
    -----
    Source: Lange, Mathematical and Statistical Methods for Genetic Analysis (2002), section 5.2,
    doi:10.1007/978-0-387-21750-5.

    Examples
    --------
    >>> trio = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO"))
    >>> kinship_matrix(trio).tolist()
    [[0.5, 0.0, 0.25], [0.0, 0.5, 0.25], [0.25, 0.25, 0.5]]
    """
    checked_pedigree(pedigree)
    checked_choice(chromosome, "the chromosome", CHROMOSOMES, meant=CHROMOSOMES_MEANT)
    one_copy = males(pedigree) if chromosome == "X" else frozenset()
    row = {member.id: i for i, member in enumerate(pedigree)}
    phi = np.zeros((len(pedigree), len(pedigree)))
    for member in pedigree.parents_first:
        i = row[member.id]
        parents = [row[p] for p in _passing_parents(member, one_copy) if p is not None]
        # later members still have zeros, so whole rows may be written
        phi[i] = phi[parents].sum(axis=0) / (1 if member.id in one_copy else 2)
        phi[:, i] = phi[i]
        both = phi[parents[0], parents[1]] if len(parents) == 2 else member.founder_inbreeding
        phi[i, i] = 1.0 if member.id in one_copy else (1 + both) / 2
    return phi


def _passing_parents(member: Individual, one_copy: frozenset[str]) -> tuple[str | None, ...]:
    return (member.mother,) if member.id in one_copy else (member.father, member.mother)


def males(pedigree: Pedigree) -> frozenset[str]:
    """The members with one X chromosome: stated male, or of unstated sex and a father.

    Raises
    ------
    PedigreeError
        Naming every member of unknown sex for whom no role, or both roles, decide.

    Examples
    --------
    >>> sorted(males(Pedigree.of(("AF",), ("CH", "female", "AF"), ("SO", "male", "AF"))))
    ['AF', 'SO']
    """
    fathers = {member.father for member in pedigree}
    mothers = {member.mother for member in pedigree}
    faults = [
        (member.id, f"the sex of individual '{member.id}' is unknown; X-chromosomal markers need it, state the sex")
        for member in pedigree
        if member.sex == "unknown" and (member.id in fathers) == (member.id in mothers)
    ]
    if faults:
        raise PedigreeError(faults)
    return frozenset(m.id for m in pedigree if m.sex == "male" or (m.sex == "unknown" and m.id in fathers))


def inbreeding_coefficients(pedigree: Pedigree) -> dict[str, float]:
    """The probability that a member's two alleles are identical by descent, for every member (autosomal).

    Examples
    --------
    >>> sibs = [("B", "male", "AF", "MO"), ("S", "female", "AF", "MO")]
    >>> incest = Pedigree.of(("AF", "male"), ("MO", "female"), *sibs, ("CH", "male", "B", "S"))
    >>> inbreeding_coefficients(incest)["CH"]
    0.25
    """
    own = 2 * np.diag(kinship_matrix(pedigree)) - 1
    return {member.id: float(f) for member, f in zip(pedigree, own, strict=True)}


def identity_coefficients(pedigree: Pedigree, pair: tuple[str, str]) -> Array:
    """Jacquard's nine condensed identity coefficients of two members (autosomal), D1 to D9.

    The four gene copies of the pair are followed back to the founders, youngest member first; copies that
    meet are identical by descent from there on. Exact up to rounding for any loops; the work grows with the
    number of places where four copies can be, at most ``(2 * members) ** 4``.

    Returns
    -------
    ndarray, shape (9,)
        Probabilities that sum to 1. D1: all four identical; D2: both inbred, not with each other; D3, D4:
        the first inbred, sharing with the second or not; D5, D6: the second inbred; D7, D8, D9: neither
        inbred, sharing 2, 1 or 0.

    Raises
    ------
    ModelError
        When a member is not in the pedigree.

    Notes
    -----
    Source: Jacquard, The Genetic Structure of Populations (1974), ch. 6, doi:10.1007/978-3-642-88415-3;
    the values agree with the recursion of Karigl (1981), Annals of Human Genetics 45, 299-305.

    Examples
    --------
    >>> sibs = [("B", "male", "AF", "MO"), ("S", "female", "AF", "MO")]
    >>> identity_coefficients(Pedigree.of(("AF", "male"), ("MO", "female"), *sibs), ("B", "S")).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.25]
    """
    first, second = checked_pair(pedigree, pair)
    paths: Paths = {((first, 0), (first, 1), (second, 0), (second, 1)): 1.0}
    for member in reversed(pedigree.parents_first):
        paths = _founder_paths(paths, member) if member.is_founder else _paths_through(paths, member)
    coefficients = np.zeros(9)
    for genes, probability in paths.items():
        coefficients[_jacquard_state(genes) - 1] += probability
    return coefficients


def _paths_through(paths: Paths, member: Individual) -> Paths:
    """Move the copies that stand at ``member`` to the parents; a copy from an absent parent stays: a new founder's."""
    for side, parent in enumerate((member.father, member.mother)):
        if parent is not None:
            paths = _spread(paths, (member.id, side), {(parent, 0): 0.5, (parent, 1): 0.5})
    return paths


def _founder_paths(paths: Paths, founder: Individual) -> Paths:
    """An inbred founder's two copies are one and the same with the probability of the inbreeding coefficient."""
    f = founder.founder_inbreeding
    return _spread(paths, (founder.id, 1), {(founder.id, 0): f, (founder.id, 1): 1 - f}) if f else paths


def _spread(paths: Paths, here: Gene, destinations: dict[Gene, float]) -> Paths:
    """Send every copy at ``here``, all together because they are one gene, to each destination in turn."""
    moved: Paths = {}
    for genes, probability in paths.items():
        if here not in genes:
            moved[genes] = moved.get(genes, 0.0) + probability
            continue
        a, b, c, d = genes
        for to, share in destinations.items():
            place = (to if a == here else a, to if b == here else b, to if c == here else c, to if d == here else d)
            moved[place] = moved.get(place, 0.0) + share * probability
    return moved


def _jacquard_state(genes: tuple[Gene, Gene, Gene, Gene]) -> int:
    a, b, c, d = genes
    shared = len({a, b} & {c, d})
    if a == b:
        if c == d:
            return 1 if shared else 2
        return 3 if shared else 4
    if c == d:
        return 5 if shared else 6
    return 9 - shared


def sharing_probabilities(pedigree: Pedigree, pair: tuple[str, str]) -> Array:
    """Probabilities kappa that two members who are not inbred share 0, 1 or 2 alleles identical by descent.

    Returns
    -------
    ndarray, shape (3,)

    Raises
    ------
    ModelError
        When a member is inbred, so that three numbers do not describe the pair, or is not in the pedigree.

    Notes
    -----
    Source: Cotterman (1940); Thompson (1975), doi:10.1111/j.1469-1809.1975.tb00120.x.

    Examples
    --------
    >>> trio = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO"))
    >>> sharing_probabilities(trio, ("AF", "CH")).tolist()
    [0.0, 1.0, 0.0]
    """
    coefficients = identity_coefficients(pedigree, pair)
    if np.any(coefficients[:6] > 0):
        raise ModelError(f"'{pair[0]}' or '{pair[1]}' is inbred; use the nine identity coefficients of the pair")
    return coefficients[8:5:-1]
