"""The checks at the doors of the engine: what a public function is given, before anything is computed.

The kernels check nothing. Messages carry codes of persons and names of markers, never an allele.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from antigone.errors import ModelError
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Marker
from antigone.model.checks import checked_code, checked_items, checked_kind, checked_mapping, checked_theta, shown
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

_PEDIGREE = "a Pedigree; Pedigree.of((id, sex), ...) makes one"
_MARKER = "Marker(name, alleles, frequencies)"
_PROFILES = "profiles by member, such as {'AF': Profile('sample', {'TH01': ('6', '9.3')})}"
_CHANCES = "P(what was seen | genotype) of every genotype, by member and marker, as observation_probabilities gives it"


def checked_pedigree(pedigree: Any, what: str = "the pedigree") -> Pedigree:
    """A pedigree, or a refusal."""
    return checked_kind(pedigree, Pedigree, what, _PEDIGREE)


def checked_marker(marker: Any) -> Marker:
    """A marker, or a refusal."""
    return checked_kind(marker, Marker, "the marker", _MARKER)


def checked_markers(markers: Any, *, once: bool = True) -> tuple[Marker, ...]:
    """Markers as a tuple; with ``once`` each of them once."""
    given = checked_items(markers, "markers", f"a list of {_MARKER}")
    for marker in given:
        checked_marker(marker)
    twice = sorted(name for name, count in Counter(marker.name for marker in given).items() if count > 1)
    if twice and once:
        raise ModelError(f"marker {', '.join(twice)} is given twice; its evidence would count twice, give it once")
    return given


def checked_groups(groups: Any) -> tuple[LinkageGroup, ...]:
    """Groups of linked markers as a tuple, no marker in two of them."""
    given = checked_items(groups, "linkage groups", "a list of LinkageGroup(markers, rho)")
    for group in given:
        checked_kind(group, LinkageGroup, "a linkage group", "LinkageGroup(markers, rho)")
    names = [marker.name for group in given for marker in group.markers]
    if len(set(names)) != len(names):
        raise ModelError("a marker is in two linkage groups; join them into one group in map order")
    return given


def checked_question(
    pedigree: Any, profiles: Any, markers: Any, *, theta: Any = 0.0, observations: Any = None, name: str = ""
) -> tuple[Marker, ...]:
    """The markers of a likelihood, after everything it is asked about was checked; ``name`` is the hypothesis'.

    Raises
    ------
    ModelError
        For anything that is not what it should be: a theta outside 0 to 1, a profile of nobody in the pedigree, a
        marker twice, an observation that does not belong to its marker.
    """
    checked_theta(theta)
    pedigree = checked_pedigree(pedigree, name or "the pedigree")
    given = checked_markers(markers)
    for member, profile in checked_mapping(profiles, "profiles", _PROFILES).items():
        how = f"Profile(sample, {{marker: (allele, allele)}}) as the profile of {shown(member)}"
        checked_kind(profile, Profile, f"the profile of {shown(member)}", how)
    seen = {} if observations is None else checked_mapping(observations, "observations", _CHANCES)
    _require_members(pedigree, [*profiles, *(member for member in seen if member not in profiles)], name)
    for member, by_marker in seen.items():
        _check_observations(pedigree, member, by_marker, {marker.name: marker for marker in given})
    return given


def _require_members(pedigree: Pedigree, members: Iterable[Any], name: str) -> None:
    absent = [str(member) for member in members if member not in pedigree]
    if absent:
        whose = name or "the pedigree"
        raise ModelError(
            f"{whose} has no member {', '.join(absent)}; add them, unrelated if that is meant, or leave their "
            "profiles out"
        )


def _check_observations(pedigree: Pedigree, member: str, by_marker: Any, markers: Mapping[str, Marker]) -> None:
    for name, chances in checked_mapping(by_marker, f"the observations of '{member}'", _CHANCES).items():
        what = f"the observation of '{member}' at marker {shown(name)}"
        try:
            values = np.asarray(chances, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise ModelError(f"{what} is {shown(chances)}, expected {_CHANCES}") from None
        if values.ndim != 1 or not np.all((values >= 0) & (values <= 1 + 1e-9)):
            raise ModelError(f"{what} has a value that is no probability, or is no list; expected {_CHANCES}")
        genotypes = _genotypes(markers[name], male=pedigree[member].sex == "male") if name in markers else len(values)
        if len(values) != genotypes:
            raise ModelError(f"{what} has {len(values)} genotypes, expected {genotypes}")


def _genotypes(marker: Marker, *, male: bool) -> int:
    alleles = len(marker.alleles) + (marker.silent > 0)
    return alleles if male and marker.chromosome == "X" else alleles * (alleles + 1) // 2


def markers_left_out(
    profiles: Mapping[str, Profile], markers: Sequence[Marker], observations: Mapping[str, Mapping[str, Any]] | None
) -> tuple[str, ...]:
    """The markers that somebody is typed at, and that are not among ``markers``: they take no part."""
    typed: dict[str, None] = {}
    for profile in profiles.values():
        typed |= dict.fromkeys(profile.genotypes)
    for by_marker in (observations or {}).values():
        typed |= dict.fromkeys(by_marker)
    names = {marker.name for marker in markers}
    return tuple(marker for marker in typed if marker not in names)


def checked_pair(pedigree: Any, pair: Any) -> tuple[str, str]:
    """Two ids of members of a pedigree; they may be the same."""
    members = checked_items(pair, "the pair", "two ids of members, such as ('A', 'B')")
    if len(members) != 2:
        raise ModelError(f"the pair has {len(members)} ids, expected two ids of members, such as ('A', 'B')")
    first, second = members
    checked_pedigree(pedigree).require(first, second)
    return first, second


def checked_target(pedigree: Pedigree, target: Any) -> str:
    """The id of a member whose genotype is asked for."""
    code = checked_code(target, "the target")
    if code not in pedigree:
        raise ModelError(f"the pedigree has no member '{code}'; name one of its {len(pedigree)} members as the target")
    return code
