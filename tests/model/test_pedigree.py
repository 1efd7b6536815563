"""Pedigrees: every fault with its message, and what can be asked of a pedigree that has none."""

from __future__ import annotations

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.errors import PedigreeError
from antigone.model.pedigree import Individual, Pedigree, _generations
from antigone.model.pedigree_faults import faults_of

FOUNDERS = (Individual("F", "male"), Individual("M", "female"))

FAULTS = {
    "no code": ((Individual(""),), [("", "an individual has an empty id; give every individual a code")]),
    "twice": (
        (*FOUNDERS, Individual("F", "male")),
        [("F", "individual 'F' is listed twice; keep one row")],
    ),
    "absent father": (
        (*FOUNDERS, Individual("C", "male", "X", "M")),
        [
            (
                "C",
                "individual 'C' names 'X' as father, who is not in the pedigree; add 'X' or leave the father empty",
            )
        ],
    ),
    "absent mother": (
        (*FOUNDERS, Individual("C", "male", "F", "X")),
        [
            (
                "C",
                "individual 'C' names 'X' as mother, who is not in the pedigree; add 'X' or leave the mother empty",
            )
        ],
    ),
    "an empty code as a parent": (
        (*FOUNDERS, Individual("C", "male", "", "M")),
        [("C", "individual 'C' names '' as father, who is not in the pedigree; add '' or leave the father empty")],
    ),
    "parents exchanged": (
        (*FOUNDERS, Individual("C", "male", "M", "F")),
        [
            (
                "C",
                "individual 'C' names 'M' as father, but 'M' is female; correct the sex of 'M' or name the father",
            ),
            ("C", "individual 'C' names 'F' as mother, but 'F' is male; correct the sex of 'F' or name the mother"),
        ],
    ),
    "one person as both": (
        (Individual("P"), Individual("C", "male", "P", "P")),
        [("C", "individual 'C' names 'P' as father and mother; name two persons")],
    ),
    "own parent": (
        (*FOUNDERS, Individual("C", "male", "C", "M")),
        [("C", "individual 'C' is their own ancestor; correct the parents along that line")],
    ),
    "own grandparent": (
        (*FOUNDERS, Individual("A", "male", "B", "M"), Individual("B", "male", "A"), Individual("D", "male", "A", "M")),
        [
            ("A", "individual 'A' is their own ancestor; correct the parents along that line"),
            ("B", "individual 'B' is their own ancestor; correct the parents along that line"),
        ],
    ),
    "inbreeding out of range": (
        (Individual("F", "male", founder_inbreeding=1.5),),
        [("F", "founder inbreeding of 'F' lies outside 0 to 1")],
    ),
    "inbreeding that is no number": (
        (Individual("F", "male", founder_inbreeding=float("nan")),),
        [("F", "founder inbreeding of 'F' lies outside 0 to 1")],
    ),
    "inbreeding of a child": (
        (*FOUNDERS, Individual("C", "male", "F", "M", 0.25)),
        [("C", "'C' has parents, so no founder inbreeding can be given")],
    ),
    "many at once": (
        (Individual("F", "female"), Individual("C", "male", "F"), Individual("C", "male", None, "Y")),
        [
            (
                "C",
                "individual 'C' names 'F' as father, but 'F' is female; correct the sex of 'F' or name the father",
            ),
            ("C", "individual 'C' is listed twice; keep one row"),
            (
                "C",
                "individual 'C' names 'Y' as mother, who is not in the pedigree; add 'Y' or leave the mother empty",
            ),
        ],
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_pedigree__every_fault_with_its_message(kind):
    members, faults = FAULTS[kind]
    with pytest.raises(PedigreeError) as error:
        Pedigree(members)
    assert list(error.value.faults) == faults
    assert str(error.value) == "; ".join(text for _, text in faults)


CODES = st.sampled_from(["A", "B", "C", "D", ""])
MEMBERS = st.lists(
    st.builds(
        Individual,
        CODES,
        st.sampled_from(["male", "female", "unknown"]),
        st.none() | CODES,
        st.none() | CODES,
        st.sampled_from([0.0, 0.0, 0.0, 0.5, -1.0, 2.0]),
    ),
    max_size=5,
)


@given(members=MEMBERS)
def test_pedigree__the_quick_look_refuses_exactly_what_has_a_fault(members):
    unchecked = object.__new__(Pedigree)
    object.__setattr__(unchecked, "individuals", tuple(members))
    object.__setattr__(unchecked, "_index", {member.id: member for member in members})
    faults = tuple(faults_of(unchecked))
    try:
        Pedigree(tuple(members))
        found: tuple[tuple[str, str], ...] = ()
    except PedigreeError as error:
        found = error.faults
    assert found == faults


LINE = Pedigree.of(
    ("C", "male", "P", "Q"),
    ("P", "male", "F", "M"),
    ("Q", "female"),
    ("F", "male"),
    ("M", "female"),
    ("U", "female", "F", "M"),
    ("S", "unknown"),
)


def test_parents_first__generation_by_generation_in_the_order_given():
    assert [member.id for member in LINE.parents_first] == ["Q", "F", "M", "S", "P", "U", "C"]


@given(seed=st.integers(0, 1000))
def test_parents_first__whatever_the_order(seed):
    members = list(LINE)
    random.Random(seed).shuffle(members)
    order = [member.id for member in Pedigree(tuple(members)).parents_first]
    assert sorted(order) == sorted(member.id for member in LINE)
    for member in LINE:
        assert all(order.index(p) < order.index(member.id) for p in (member.father, member.mother) if p is not None)


def test_parents_first__a_long_line_from_the_youngest_on_is_quick():
    line = [Individual(f"I{i}", "male", f"I{i + 1}" if i < 20_000 else None) for i in range(20_001)]
    generations = _generations(line)
    assert generations is not None
    assert generations["I0"] == 20_000
    assert Pedigree(tuple(line)).parents_first[0].id == "I20000"


def test_children__in_pedigree_order():
    assert LINE.children == {"C": (), "P": ("C",), "Q": ("C",), "F": ("P", "U"), "M": ("P", "U"), "U": (), "S": ()}


def test_founders__have_no_parent_in_the_pedigree():
    assert [member.id for member in LINE.founders] == ["Q", "F", "M", "S"]


@pytest.mark.parametrize(
    ("first", "second", "related"),
    [
        ("C", "F", True),
        ("F", "C", True),
        ("P", "U", True),
        ("C", "U", True),
        ("C", "C", True),
        ("F", "M", False),
        ("P", "Q", False),
        ("C", "S", False),
    ],
)
def test_are_related__an_ancestor_in_common_or_one_of_the_other(first, second, related):
    assert LINE.are_related(first, second) == related


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        ("CU", "CPQFMU"),
        ("C", "CPQFM"),
        ("P", "PFM"),
        ("Q", "Q"),
        ("FS", "FS"),
        ("", ""),
        ("CPQFMUS", "CPQFMUS"),
    ],
)
def test_without_untyped_leaves__again_and_again(keep, left):
    assert [member.id for member in LINE.without_untyped_leaves(keep)] == list(left)


def test_without_untyped_leaves__nothing_to_drop_is_the_same_pedigree():
    assert LINE.without_untyped_leaves("CPQFMUS") is LINE


def test_pedigree__is_a_collection_of_its_members():
    assert len(LINE) == 7
    assert "U" in LINE
    assert "X" not in LINE
    assert LINE["U"].mother == "M"
    with pytest.raises(KeyError):
        LINE["X"]


def test_pedigree__is_frozen_equal_by_its_members_and_survives_pickling():
    again = pickle.loads(pickle.dumps(LINE))  # noqa: S301 - our own bytes
    assert again == LINE
    assert hash(again) == hash(LINE)
    assert again["C"] == LINE["C"]
    with pytest.raises(AttributeError):
        LINE["C"].sex = "female"  # type: ignore[misc]
