"""The steps of a pedigree's draft: what each adds, changes and takes away, what it refuses, and the way back."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.errors import InputError, PedigreeError
from antigone.model.pedigree import Individual, Pedigree
from antigone.report.pedigree.svg import Mark, draw_pedigree
from antigone.web.pedigrees import draft as drafts
from antigone.web.pedigrees.draft import Declared, Draft, New, State


def trio() -> Declared:
    pedigree = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "unknown", "FA", "MO"))
    return Declared(pedigree.individuals, frozenset({"CH"}))


def one(sex: str = "female") -> Declared:
    return Declared(Pedigree.of(("A", sex)).individuals)


def test_parent__stands_before_the_child_with_the_sex_of_the_role():
    after = drafts.add_parent(trio(), "FA", "mother", New())
    assert after.codes == ("MO2", "FA", "MO", "CH")
    assert (after["FA"].mother, after["MO2"].sex, after["FA"].father) == ("MO2", "female", None)


def test_parent__of_a_founder_takes_the_founder_inbreeding_away():
    before = Declared((Individual("A", "male", founder_inbreeding=0.25),))
    assert drafts.add_parent(before, "A", "father", New("F"))["A"].founder_inbreeding == 0.0


def test_parent__who_is_declared_already_is_refused():
    with pytest.raises(InputError, match="'CH' has a mother already, 'MO'"):
        drafts.add_parent(trio(), "CH", "mother", New())


@pytest.mark.parametrize(
    ("sex", "other", "father", "mother"),
    [
        ("male", "", "A", None),
        ("female", "", None, "A"),
        ("male", "B", "A", "B"),
        ("female", "B", "B", "A"),
        ("unknown", "male", "B", "A"),
    ],
)
def test_child__has_a_father_and_a_mother_by_their_sexes(sex, other, father, mother):
    second = other if other in ("male", "female") else {"male": "female", "female": "male"}[sex]
    before = Declared(Pedigree.of(("A", sex), ("B", second)).individuals)
    child = drafts.add_child(before, "A", New("C", "female"), other="B" if other else "")["C"]
    assert (child.father, child.mother, child.sex) == (father, mother, "female")


def test_child__of_somebody_of_unknown_sex_alone_is_refused():
    with pytest.raises(InputError, match="the sex of 'CH' is unknown; choose female or male first"):
        drafts.add_child(trio(), "CH", New())


def test_child__of_two_of_the_same_sex_is_refused():
    before = Declared(Pedigree.of(("A", "male"), ("B", "male")).individuals)
    with pytest.raises(InputError, match="'A' and 'B' are both male"):
        drafts.add_child(before, "A", New(), other="B")


def test_partner__becomes_the_other_parent_of_the_children_who_lack_one():
    before = drafts.add_child(drafts.add_child(one(), "A", New("C1")), "A", New("C2"))
    after = drafts.add_partner(before, "A", New("P"))
    assert [(m.id, m.father, m.mother) for m in after.members[1:]] == [
        ("C1", "P", "A"),
        ("C2", "P", "A"),
        ("P", None, None),
    ]
    assert after["P"].sex == "male"


def test_partner__of_somebody_without_such_a_child_comes_with_one():
    after = drafts.add_partner(trio(), "FA", New())
    assert (after["PA"].sex, after["CH2"].father, after["CH2"].mother) == ("female", "FA", "PA")


def test_sibling__has_both_parents_and_those_not_declared_are_added():
    after = drafts.add_sibling(one(), "A", New("S", "male"))
    assert after.codes == ("FA", "MO", "A", "S")
    assert (after["S"].father, after["S"].mother) == (after["A"].father, after["A"].mother) == ("FA", "MO")


@pytest.mark.parametrize(("shared", "other"), [("mother", "father"), ("father", "mother")])
def test_half_sibling__shares_one_parent_alone(shared, other):
    after = drafts.add_sibling(trio(), "CH", New("H"), shared=shared)
    assert getattr(after["H"], shared) == getattr(after["CH"], shared)
    assert getattr(after["H"], other) is None


def test_parents__may_be_members_so_that_loops_can_be_declared():
    cousins = drafts.add_sibling(trio(), "FA", New("UN", "male"))
    cousins = drafts.add_child(cousins, "UN", New("CO", "female"))
    cousins = drafts.set_sex(cousins, "CH", "male")
    after = drafts.add_child(cousins, "CH", New("K"), other="CO")
    assert after.pedigree.are_related("CH", "CO")
    assert drafts.set_parents(after, "K", father="", mother="CO")["K"].father is None


def test_own_ancestors__are_refused():
    with pytest.raises(PedigreeError, match="their own ancestor"):
        drafts.set_parents(drafts.set_sex(trio(), "CH", "male"), "FA", father="CH", mother="")


def test_sex__of_a_father_cannot_become_female():
    two = drafts.add_child(trio(), "FA", New("C2"), other="MO")
    with pytest.raises(InputError, match=r"^'FA' is the father of CH and C2, so they cannot be female; correct the"):
        drafts.set_sex(two, "FA", "female")
    assert drafts.set_sex(two, "FA", "unknown")["FA"].sex == "unknown"


def test_missing__is_marked_and_taken_away():
    assert drafts.turn_missing(trio(), "FA").missing == {"CH", "FA"}
    assert drafts.turn_missing(trio(), "CH").missing == set()


def test_removal__leaves_the_children_with_the_other_parent():
    after = drafts.remove(trio(), "FA")
    assert (after["CH"].father, after["CH"].mother) == (None, "MO")
    assert drafts.remove(trio(), "CH").missing == set()
    with pytest.raises(InputError, match="the last member"):
        drafts.remove(one(), "A")


def test_codes__are_proposed_once_and_never_taken_twice():
    with pytest.raises(InputError, match="'MO' is a member already"):
        drafts.add_child(trio(), "FA", New("MO"))
    after = drafts.add_sibling(one(), "A", New("FA"))
    assert sorted(after.codes) == ["A", "FA", "MO", "SI"]


def test_members__that_are_not_there_are_refused():
    with pytest.raises(InputError, match="'X' is no member of the draft"):
        drafts.turn_missing(trio(), "X")


def test_drafts__go_back_and_forth_and_a_new_step_ends_what_was_taken_back():
    begun = Draft.begin(trio())
    two = begun.step(lambda now: drafts.turn_missing(now, "FA")).step(lambda now: drafts.remove(now, "MO"))
    assert two.undo().undo().now == begun.now == begun.undo().now
    assert two.undo().undo().redo().redo() == two == two.redo()
    other = two.undo().step(lambda now: drafts.set_sex(now, "CH", "female"))
    assert (other.future, len(other.past)) == ((), 2)
    assert begun.step(lambda now: drafts.set_sex(now, "CH", "unknown")) is begun


def test_drafts__survive_the_form():
    draft = Draft.begin(trio()).step(lambda now: drafts.add_sibling(now, "FA", New("ä<&\"'")))
    assert Draft.read(draft.model_dump_json()) == draft


@pytest.mark.slow
@pytest.mark.parametrize(("members", "code", "least"), [(400, "member-", 10), (30, "\u03a9" * 20, 100), (2, "A", 300)])
def test_drafts__forget_the_oldest_before_a_form_grows_too_large(members, code, least):
    draft = Draft.begin(Declared(tuple(Individual(f"{code}{n}") for n in range(members))))
    for n in range(300):
        draft = draft.step(partial(drafts.turn_missing, member=f"{code}{n % members}"))
    assert least <= len(draft.past) <= 300
    assert draft.first.missing == ()
    for carried in (draft, draft.undo()):
        assert len(carried.model_dump_json().encode()) < drafts.LARGEST_DRAFT + 1000


def test_drafts__of_a_pedigree_that_no_form_carries_are_refused(monkeypatch):
    monkeypatch.setattr(drafts, "LARGEST_DRAFT", 1000)
    draft = Draft.begin(Declared(tuple(Individual("\u03a9" * 50 + str(n)) for n in range(4))))
    with pytest.raises(InputError, match="its codes are too long to change it here"):
        draft.step(partial(drafts.turn_missing, member=draft.now.declared.codes[0]))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"now":{"members":[],"missing":[]}}', '{"now": 1}', "\x00"])
def test_drafts__that_came_back_damaged_are_refused(text):
    with pytest.raises(InputError, match="came back damaged"):
        Draft.read(text)


STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30), st.integers(0, 30)), max_size=12)


@given(STEPS)
def test_steps__lead_from_a_pedigree_to_a_pedigree_or_are_refused(steps):
    """Any sequence of buttons: each state is a pedigree, and everybody missing is a member of it."""
    now = trio()
    for number, first, second in steps:
        member, other = (now.codes[n % len(now.codes)] for n in (first, second))
        changes = (
            lambda d, m, o: drafts.add_parent(d, m, "mother", New()),
            lambda d, m, o: drafts.add_parent(d, m, "father", New()),
            lambda d, m, o: drafts.add_child(d, m, New(sex="male"), other=o),
            lambda d, m, o: drafts.add_child(d, m, New(sex="female")),
            lambda d, m, o: drafts.add_partner(d, m, New()),
            lambda d, m, o: drafts.add_sibling(d, m, New()),
            lambda d, m, o: drafts.add_sibling(d, m, New(), shared="mother"),
            lambda d, m, o: drafts.set_parents(d, m, father=o, mother=""),
            lambda d, m, o: drafts.turn_missing(d, m),
            lambda d, m, o: drafts.remove(d, m),
        )
        with suppress(InputError):
            now = changes[number](now, member, other)
        assert len(now.pedigree) == len(set(now.codes)) > 0
        assert now.missing <= set(now.codes)
        assert State.of(now).declared == now


def test_drawing__rings_the_chosen_member_and_names_the_symbols_for_an_editor():
    pedigree = trio().pedigree
    plain, editing = draw_pedigree(pedigree, marks={}), draw_pedigree(pedigree, marks={}, chosen="CH")
    assert "data-member" not in plain
    assert re.findall(r'data-member="(\w+)"', editing) == ["FA", "MO", "CH"]
    assert editing.count("stroke-dasharray") == plain.count("stroke-dasharray") + 1
    assert draw_pedigree(pedigree, marks={"CH": Mark()}, chosen="").count("stroke-dasharray") == 0
