"""What several tests share: see ``test_linkage``, where it is used most."""

from __future__ import annotations

from dataclasses import replace

import strategies
from hypothesis import strategies as st

from antigone.model.assumptions.linkage import (
    LinkageGroup,
)
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotype, Profile


@st.composite
def groups(
    draw: st.DrawFn, length: int, *, on_x: bool = False, most_alleles: int = 2, silent: bool = True
) -> LinkageGroup:
    rho = tuple(draw(st.sampled_from([0.0, 0.01, 0.2, 0.5])) for _ in range(length - 1))
    one = strategies.markers(most_alleles=most_alleles, on_x=on_x, silent=silent)
    return LinkageGroup(tuple(replace(draw(one), name=f"L{locus}") for locus in range(length)), rho)


@st.composite
def typings(draw: st.DrawFn, pedigree: Pedigree, group: LinkageGroup) -> dict[str, Profile]:
    """Each marker typed in its own members, so that a member may be typed at some markers only."""
    profiles: dict[str, dict[str, Genotype]] = {}
    for marker in group.markers:
        for member, profile in draw(strategies.typings(pedigree, marker)).items():
            profiles.setdefault(member, {}).update(profile.genotypes)
    return {member: Profile(f"S-{member}", genotypes) for member, genotypes in profiles.items()}
