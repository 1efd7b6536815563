"""H1 against close relatives of the missing person: formulas, the brute-force oracle, and what must hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from strategies import markers, pedigrees, typings

from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile
from antigone.search.families.family_table import Target
from antigone.search.one_pair.relatives import close_relatives, relative_alternatives
from antigone.simulation.genes import drop_genes

MARKER = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5))
TRIO = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"))
ALONE = Pedigree.of(("MP", "male"), ("CH", "female", "MP", None))
LN10 = math.log(10)


def target(pedigree: Pedigree, **genotypes: Genotype) -> Target:
    typed = {member: Profile(f"S-{member}", {"M": genotype}) for member, genotype in genotypes.items()}
    return Target("F", "MP", pedigree, typed)


def person(genotype: Genotype, sex: Sex = "male") -> UnidentifiedPerson:
    return UnidentifiedPerson("PM", Profile("PM", {"M": genotype}), sex)


def alternatives(of: Target, who: UnidentifiedPerson, marker: Marker = MARKER, **more) -> dict[str, float]:
    found = relative_alternatives(of, who, [marker], **{"donors": set(of.references), **more})
    return {f"{one.relation} {one.partner}".strip(): one.log10_lr for one in found}


def test_sibling__cannot_be_told_apart_where_only_the_parents_gave_samples():
    found = alternatives(target(TRIO, FA=("10", "11"), MO=("11", "12")), person(("10", "12")))
    assert found["full sibling"] == pytest.approx(0.0, abs=1e-12)


def test_sibling__is_told_apart_by_a_child_of_the_missing_person():
    """The child is 10/12, its other parent unknown, the person 10/11. As the father the person passes on 10 with 1/2.
    A sibling passes on an allele that is with 1/4 the person's 10, with 1/4 their 11, with 1/2 one of the population.
    """
    p = dict(zip(MARKER.alleles, MARKER.frequencies, strict=True))
    as_father = 0.5 * p["12"]
    as_sibling = (0.25 + 0.5 * p["10"]) * p["12"] + 0.5 * p["12"] * p["10"]
    found = alternatives(target(ALONE, CH=("10", "12")), person(("10", "11")))
    assert found["full sibling"] == pytest.approx(math.log10(as_father / as_sibling), abs=1e-12)


def test_relatives__are_those_who_are_possible():
    without_samples = set(alternatives(target(TRIO), person(("10", "11"))))
    siblings = {"full sibling", "full sibling of the father", "full sibling of the mother"}
    assert without_samples == {*siblings, "father", "child"}
    typed = target(TRIO, FA=("10", "11"))
    assert set(alternatives(typed, person(("10", "11")))) == {*siblings, "child"}
    assert set(alternatives(typed, person(("10", "11"), "female"))) == {*siblings, "mother", "child"}
    assert set(alternatives(target(ALONE), person(("10", "11"), "unknown"))) == {*siblings, "father", "mother", "child"}


def test_relatives__name_no_half_sibling():
    """Where a half-sibling fits better, a declared parent may not be the parent: PURPOSE.md, rule 6."""
    for place in close_relatives(target(TRIO), "unknown", donors=()):
        relative = place.pedigree[place.member]
        assert {relative.father, relative.mother} & {"FA", "MO"} in (set(), {"FA", "MO"})


def test_relatives__a_parent_whose_sample_is_not_used_reads_like_one_whose_is():
    """Who is proposed does not tell which references were left out: PURPOSE.md, rule 6."""
    left_out = alternatives(target(TRIO, MO=("11", "12")), person(("10", "12")), donors={"FA", "MO"})
    assert set(left_out) == set(alternatives(target(TRIO, FA=("10", "11"), MO=("11", "12")), person(("10", "12"))))


def test_child__is_one_of_each_declared_partner():
    two = Pedigree.of(
        ("MP", "female"), ("A", "male"), ("B", "male"), ("C1", "male", "A", "MP"), ("C2", "female", "B", "MP")
    )
    found = alternatives(target(two, A=("10", "10")), person(("10", "11"), "female"))
    assert {"child A", "child B"} <= set(found)
    assert found["child A"] != found["child B"]


def test_relatives__an_inbred_founder_has_no_added_parents():
    inbred = Pedigree((Individual("MP", "male", None, None, 0.1), Individual("CH", "male", "MP", None)))
    assert set(alternatives(target(inbred, CH=("10", "10")), person(("10", "11")))) == {"child"}


@pytest.mark.slow
def test_relatives__with_theta_and_many_unread_alleles_are_computed():
    distant = Pedigree.of(
        ("GF", "male"), ("GM", "female"), ("FA", "male", "GF", "GM"), ("UN", "male", "GF", "GM"), ("MP", "male", "FA")
    )
    found = alternatives(target(distant, UN=("10", "11")), person(("10", "12")), theta=0.02)
    wider = Pedigree((*distant, Individual("BRO", "male", "GF", "GM")))
    as_missing, as_brother = (
        reference.likelihood(
            wider, {"UN": Profile("U", {"M": ("10", "11")}), who: Profile("P", {"M": ("10", "12")})}, MARKER, theta=0.02
        )
        for who in ("MP", "BRO")
    )
    assert found["full sibling of the father"] == pytest.approx(math.log10(as_missing / as_brother), abs=1e-12)


def test_relatives__codes_of_members_may_be_any():
    odd = Pedigree.of(("(father)", "male"), ("(child)", "female"), ("MP", "male", "(father)", "(child)"))
    assert len(alternatives(target(odd), person(("10", "11")))) == 5


def test_relatives__a_lost_allele_is_seen_through_the_observation_model():
    sure = alternatives(target(TRIO, FA=("10", "10"), MO=("12", "12")), person(("10", "10")))
    rates = ObservationRates(dropout=0.3, dropin=0.0, error=0.0)
    lossy = replace(person(("10", "10")), rates=rates)
    found = alternatives(target(TRIO, FA=("10", "10"), MO=("12", "12")), lossy)
    assert "child" not in sure or sure["child"] == -math.inf
    assert math.isfinite(found["child"])


@pytest.mark.slow
@given(st.data())
def test_relatives__agree_with_the_sum_over_all_genotypes(data):
    pedigree = data.draw(pedigrees(3))
    marker = data.draw(markers(most_alleles=2, silent=False, on_x=data.draw(st.booleans())))
    missing = data.draw(st.sampled_from([member.id for member in pedigree]))
    typed = data.draw(typings(pedigree, marker, partial=False))
    references = {member: profile for member, profile in typed.items() if member != missing}
    sex = pedigree[missing].sex
    first, second = data.draw(st.tuples(*[st.sampled_from(marker.alleles)] * 2))
    genotype = (first, first if marker.chromosome == "X" and sex == "male" else second)
    who, of = person(genotype, sex), Target("F", missing, pedigree, references)
    places = {(place.relation, place.partner): place for place in close_relatives(of, sex, donors=references)}
    for one in relative_alternatives(of, who, [marker], donors=references):
        place = places[one.relation, one.partner]
        if len(place.pedigree) > 5:  # the sum over all genotypes takes too long
            continue
        h1, other = (
            reference.likelihood(place.pedigree, {**references, at: who.profile}, marker)
            for at in (missing, place.member)
        )
        expected = math.inf if other == 0 else -math.inf if h1 == 0 else math.log10(h1 / other)
        assert one.log10_lr == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.slow
def test_law__the_mean_lr_against_a_sibling_is_one_when_it_is_the_sibling():
    """E[L(H1) / L(sibling)] = 1 under the sibling: a law of every likelihood ratio."""
    rng = np.random.default_rng(7)
    marker = replace(MARKER, female=Stepwise(0.05), male=Stepwise(0.05))
    wider = Pedigree.of(
        ("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"), ("SIB", "male", "FA", "MO"),
        ("CH", "male", "MP", None),
    )  # fmt: skip
    family = Pedigree(tuple(m for m in wider if m.id != "SIB"))
    lrs = []
    for _ in range(400):
        seen = {m: Profile(m, genotypes) for m, genotypes in drop_genes(wider, [marker], rng=rng).items()}
        of = Target("F", "MP", family, {m: seen[m] for m in ("FA", "CH")})
        lrs.append(10 ** alternatives(of, UnidentifiedPerson("PM", seen["SIB"], "male"), marker)["full sibling"])
    assert abs(np.mean(lrs) - 1) < 4 * np.std(lrs) / math.sqrt(len(lrs))
