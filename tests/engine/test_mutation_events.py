"""At which meiosis a mutation happened, and how many steps: cases small enough for the hand."""

from __future__ import annotations

import pytest
import reference

from antigone.engine.sums.mutation_events import locate_mutations
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Equal, MutationModel, NoMutation, Stepwise
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotype, Profile

TRIO = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "male", "FA", "MO"))
LADDER = ("9", "9.3", "10", "11", "12", "13")
FREQUENCIES = (0.1, 0.2, 0.2, 0.2, 0.2, 0.1)
FEMALE, MALE = Stepwise(0.0005, 1e-6, 0.1), Stepwise(0.002, 1e-6, 0.1)


def marker(female: MutationModel = FEMALE, male: MutationModel = MALE, name: str = "M") -> Marker:
    return Marker(name, LADDER, FREQUENCIES, female, male)


def typed(**genotypes: Genotype) -> dict[str, Profile]:
    return {member: Profile(f"S-{member}", {"M": genotype}) for member, genotype in genotypes.items()}


def located(pedigree: Pedigree, profiles, of: Marker | None = None):
    """(parent, child, steps) of each meiosis named, most probable first."""
    found = locate_mutations(pedigree, profiles, of or marker())
    return [(step.parent, step.child, step.steps) for step in found.steps]


@pytest.mark.parametrize(("child", "steps"), [("11", 1.0), ("12", 2.0), ("9", -1.0), ("13", 3.0)])
def test_locate__father_to_child_by_its_steps(child, steps):
    profiles = typed(FA=("10", "10"), MO=(child, child), CH=(child, child))
    assert located(TRIO, profiles) == [("FA", "CH", steps)]


def test_locate__the_nearer_of_two_alleles_is_the_one_that_mutated():
    profiles = typed(FA=("9", "12"), MO=("10", "10"), CH=("10", "13"))
    assert located(TRIO, profiles) == [("FA", "CH", 1.0)]


def test_locate__mother_to_child():
    profiles = typed(FA=("10", "10"), MO=("12", "12"), CH=("10", "11"))
    assert located(TRIO, profiles) == [("MO", "CH", -1.0)]


def test_locate__two_places_share_the_probability_as_their_rates():
    """11/12 from 10/10 and 11/12's parents: either the father's 10 became 11, or the mother's did."""
    profiles = typed(FA=("10", "10"), MO=("10", "10"), CH=("10", "11"))
    found = locate_mutations(TRIO, profiles, marker()).steps
    assert [(step.parent, step.steps) for step in found] == [("FA", 1.0), ("MO", 1.0)]
    assert found[0].probability == pytest.approx(0.8, abs=0.002)
    assert found[0].probability + found[1].probability == pytest.approx(1.0, abs=0.001)


def test_locate__probability_is_bayes_theorem():
    """Father 10/10, child 10/11, mother untyped: the father passed on 10 unchanged, or anything else."""
    profiles = typed(FA=("10", "10"), CH=("10", "11"))
    often, never = marker(male=Stepwise(0.2, 1e-6, 0.1)), marker(male=NoMutation())
    unchanged = (1 - 0.2 - 1e-6) * reference.likelihood(TRIO, profiles, never)
    expected = 1 - unchanged / reference.likelihood(TRIO, profiles, often)
    [step] = locate_mutations(TRIO, profiles, often).steps
    assert (step.parent, step.child, step.steps) == ("FA", "CH", 1.0)
    assert step.probability == pytest.approx(expected, rel=1e-9)
    assert 0.05 < expected < 0.2


def test_locate__an_improbable_mutation_is_not_named():
    assert located(TRIO, typed(FA=("10", "10"), CH=("10", "11"))) == []


def test_locate__microvariant_changes_by_a_part_of_a_repeat():
    profiles = typed(FA=("9.3", "9.3"), MO=("10", "10"), CH=("10", "10"))
    assert located(TRIO, profiles) == [("FA", "CH", 0.7)]


def test_locate__through_an_untyped_person_names_both_meioses():
    """Grandfather 10/10, grandmother 10/10, grandchild's paternal allele 11: either meiosis, one step."""
    line = Pedigree.of(
        ("GF", "male"), ("GM", "female"), ("FA", "male", "GF", "GM"), ("MO", "female"), ("CH", "male", "FA", "MO")
    )
    profiles = typed(GF=("10", "10"), GM=("10", "10"), MO=("12", "12"), CH=("11", "12"))
    found = located(line, profiles)
    assert {(parent, child) for parent, child, _ in found} == {("FA", "CH"), ("GF", "FA"), ("GM", "FA")}
    assert {steps for _, _, steps in found} == {1.0}
    assert found[0][:2] == ("FA", "CH")


def test_locate__nothing_where_nothing_mutated():
    assert located(TRIO, typed(FA=("10", "11"), MO=("12", "12"), CH=("10", "12"))) == []


def test_locate__nothing_where_nothing_is_typed():
    assert located(TRIO, typed()) == []


def test_locate__nothing_is_named_when_even_mutation_does_not_explain_it():
    profiles = typed(FA=("10", "10"), MO=("12", "12"), CH=("11", "12"))
    assert located(TRIO, profiles, marker(NoMutation(), NoMutation())) == []


def test_locate__alleles_without_numbers_have_no_steps():
    snp = Marker("M", ("A", "C"), (0.5, 0.5), Equal(0.001), Equal(0.001))
    found = locate_mutations(TRIO, typed(FA=("A", "A"), MO=("C", "C"), CH=("C", "C")), snp)
    assert [(step.parent, step.child, step.steps) for step in found.steps] == [("FA", "CH", None)]


def test_locate__the_order_of_members_does_not_matter():
    profiles = typed(FA=("10", "10"), MO=("11", "12"), CH=("11", "11"))
    shuffled = Pedigree((TRIO["CH"], TRIO["MO"], TRIO["FA"]))
    assert located(shuffled, profiles) == located(TRIO, profiles) == [("FA", "CH", 1.0)]


def test_locate__untyped_relatives_beside_the_line_change_nothing():
    wide = Pedigree.of(
        ("U", "male"), ("MO", "female"), ("FA", "male"), ("W", "female"), ("H", "female", "FA", "W"),
        ("CH", "male", "FA", "MO"), ("N", "male", "U", "H"),
    )  # fmt: skip
    assert located(wide, typed(FA=("10", "10"), MO=("11", "12"), CH=("11", "11"))) == [("FA", "CH", 1.0)]
