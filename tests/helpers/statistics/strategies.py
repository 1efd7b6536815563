"""Hypothesis strategies: pedigrees with loops, half-founders and inbreeding; markers; typings."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from antigone.engine.mutation.matrices import transition_matrix
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import (
    Custom,
    Equal,
    MutationModel,
    NoMutation,
    Proportional,
    Stepwise,
    Transformed,
)
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Genotype, Profile


@st.composite
def pedigrees(draw: st.DrawFn, most: int = 7, *, inbred_founders: bool = False) -> Pedigree:
    """Any pedigree of up to ``most`` members: parents are drawn among all earlier members, so loops happen."""
    members: list[Individual] = []
    for number in range(draw(st.integers(1, most))):
        sex = draw(st.sampled_from(["female", "male"]))
        father = draw(st.sampled_from([None, *(m.id for m in members if m.sex == "male")]))
        mother = draw(st.sampled_from([None, *(m.id for m in members if m.sex == "female")]))
        founder = father is None and mother is None
        f = draw(st.sampled_from([0.0, 0.25])) if inbred_founders and founder else 0.0
        members.append(Individual(f"P{number}", sex, father, mother, f))  # type: ignore[arg-type]
    return Pedigree(tuple(draw(st.permutations(members))))


@st.composite
def markers(
    draw: st.DrawFn, *, most_alleles: int = 3, silent: bool = True, mutation: bool = True, on_x: bool = False
) -> Marker:
    """A marker of two or more alleles, one of them perhaps a microvariant, with any mutation models."""
    labels = ("10", "11", "12.3")[: draw(st.integers(2, most_alleles))]
    weights = [draw(st.integers(1, 9)) for _ in labels]
    s = draw(st.sampled_from([0.0, 0.1])) if silent else 0.0
    p = tuple(w * (1 - s) / sum(weights) for w in weights)
    models = [draw(_models(labels, p, s)) if mutation else NoMutation() for _ in range(2)]
    return Marker("M", labels, p, models[0], models[1], s, "X" if on_x else "autosomal")


@st.composite
def _models(draw: st.DrawFn, labels: tuple[str, ...], p: tuple[float, ...], silent: float) -> MutationModel:
    rate = draw(st.sampled_from([0.001, 0.05, 0.2]))
    base: list[Any] = [
        NoMutation(),
        Equal(rate),
        Proportional(rate),
        Stepwise(rate, 0.01, 0.3),
        draw(_custom(len(labels))),
    ]
    model = draw(st.sampled_from(base))
    kind = draw(st.sampled_from([None, "PM", "MH", "BA", "PR"]))
    wished: MutationModel = Transformed(model, kind) if kind else model  # type: ignore[arg-type]
    try:
        transition_matrix(wished, labels, p, silent)
    except ModelError:
        return NoMutation()
    return wished


@st.composite
def _custom(draw: st.DrawFn, n: int) -> Custom:
    rows = [[draw(st.integers(0, 5)) + (10 if i == j else 0) for j in range(n)] for i in range(n)]
    return Custom(tuple(tuple(x / sum(row) for x in row) for row in rows))


@st.composite
def typings(draw: st.DrawFn, pedigree: Pedigree, marker: Marker, *, partial: bool = True) -> dict[str, Profile]:
    """Profiles of some members: full, partly read, or absent; males on the X have one allele."""
    profiles = {}
    for member in pedigree:
        kind = draw(st.sampled_from(["untyped", "full", "full", *(["partial"] if partial else [])]))
        if kind == "untyped":
            continue
        first, second = draw(st.tuples(*[st.sampled_from(marker.alleles)] * 2))
        if marker.chromosome == "X" and member.sex == "male":
            second = first
        genotype: Genotype = (first, None if kind == "partial" else second)
        profiles[member.id] = Profile(f"S-{member.id}", {marker.name: genotype})
    return profiles
