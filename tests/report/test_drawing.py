"""Pedigree drawings: every member, nothing on top of anything else, always the same."""

from __future__ import annotations

import itertools
import random
import time
import xml.etree.ElementTree as ET

import pytest
import report_example as example
from hypothesis import given
from hypothesis import strategies as st
from strategies import pedigrees

from antigone.model.pedigree import Individual, Pedigree
from antigone.report.pedigree.coordinates import isotonic
from antigone.report.pedigree.diagram import Rows, build_diagram, slot
from antigone.report.pedigree.generations import generations, parts, related_couples, unions
from antigone.report.pedigree.layout import LABEL_LINE, RADIUS, Label, Layout, lay_out
from antigone.report.pedigree.ordering import count_crossings, order_rows
from antigone.report.pedigree.routing import Wire, assign_tracks
from antigone.report.pedigree.svg import Mark, describe_pedigree, draw_key, draw_pedigree

SHAPES = {"male": "rect", "female": "circle", "unknown": "polygon"}
EXAMPLES = [
    example.PARENTS, example.GRANDPARENTS, example.HALF_SIBLINGS, example.COUSINS, example.ONE_PARENT,
    example.UNCLE_AND_NIECE, example.FATHER_AND_DAUGHTER, example.LARGE,
]  # fmt: skip


@st.composite
def declared_families(draw: st.DrawFn, most: int = 30) -> Pedigree:
    """What families declare: couples with children, whose children marry in turn; no relatives among partners."""
    rows: list[tuple[str, ...]] = [("A", "male"), ("B", "female")]
    couples = [("A", "B")]
    for number in range(draw(st.integers(1, most // 2))):
        father, mother = draw(st.sampled_from(couples))
        sex = draw(st.sampled_from(["female", "male"]))
        rows.append((f"C{number}", sex, father, mother))
        if len(rows) < most and draw(st.booleans()):
            rows.append((f"S{number}", "male" if sex == "female" else "female"))
            couples.append((f"S{number}", f"C{number}") if sex == "female" else (f"C{number}", f"S{number}"))
    return Pedigree.of(*rows[:most])


HALF_SIBLINGS = Pedigree.of(
    ("A", "male"), ("B", "female"), ("C", "female"), ("D", "male"), ("E", "female"),
    ("1", "male", "A", "B"), ("2", "female", "A", "B"), ("3", "male", "A", "B"), ("4", "female", "A", "C"),
    ("5", "male", "A", "C"), ("6", "female", "D", "E"), ("7", "male", "D", "E"), ("8", "female", "D", "E"),
    ("9", "female", "3", "6"), ("10", "male", "5", "8"),
)  # fmt: skip
Segment = tuple[tuple[float, float], tuple[float, float]]


def inner_marriages(count: int, founders: int) -> Pedigree:
    """Each child has two parents among those born shortly before, so that nearly every line crosses others."""
    chance, born = random.Random(1), {"male": list[str](), "female": list[str]()}
    rows: list[tuple[str, ...]] = []
    for number in range(count):
        sex = ("male", "female")[number % 2] if number < founders else chance.choice(("male", "female"))
        parents = [chance.choice(born[role][-count // 6 :]) for role in ("male", "female") if number >= founders]
        rows.append((f"P{number}", sex, *parents))
        born[sex].append(f"P{number}")
    return Pedigree.of(*rows)


def laid_out(pedigree: Pedigree, width: float = 40.0) -> Layout:
    return lay_out(pedigree, {member.id: Label(width, 1) for member in pedigree})


def overlaps(layout: Layout, width: float) -> list[tuple[str, str]]:
    """Pairs of symbols, with their labels, that stand on one another."""
    high = 2 * RADIUS + LABEL_LINE
    return [
        (a.member, b.member)
        for a, b in itertools.combinations(layout.symbols, 2)
        if abs(a.x - b.x) < width and abs(a.y - b.y) < high
    ]


def struck_symbols(layout: Layout) -> list[str]:
    """Symbols that a line of descent passes through, beside its end in the middle of the child's symbol."""
    struck = []
    for line in layout.lines:
        if line.kind == "descent":
            (x1, y1), *_, (x2, y2) = line.points
            struck += [
                s.member
                for s in layout.symbols
                if min(x1, x2) - RADIUS < s.x < max(x1, x2) + RADIUS
                and min(y1, y2) < s.y + RADIUS
                and max(y1, y2) > s.y - RADIUS
                and (x2, y2) != (s.x, s.y)
            ]
    return struck


@pytest.mark.slow
@given(pedigrees(most=30))
def test_lay_out__any_pedigree_has_room_for_every_symbol(pedigree):
    layout = laid_out(pedigree)
    assert {s.member for s in layout.symbols} == {m.id for m in pedigree}
    assert len([s for s in layout.symbols if not s.again]) == len(pedigree)
    assert overlaps(layout, 40.0) == []
    assert struck_symbols(layout) == []
    assert unbridged(layout) == [], "without a bridge a child looks like one of another couple"
    assert all(19.9 < s.x < layout.width - 19.9 and RADIUS < s.y < layout.height for s in layout.symbols)


@given(declared_families())
def test_lay_out__declared_families_are_drawn_once_and_children_below(pedigree):
    layout = laid_out(pedigree)
    place = {s.member: s for s in layout.symbols}
    assert len(layout.symbols) == len(pedigree)
    assert overlaps(layout, 40.0) == []
    assert struck_symbols(layout) == []
    for union in unions(pedigree):
        heights = {place[parent].y for parent in union.parents}
        assert len(heights) == 1
        assert all(place[child].y > max(heights) for child in union.children)


@pytest.mark.slow
@given(declared_families())
def test_lay_out__declared_families_cross_no_lines(pedigree):
    crossed = [
        (one, other)
        for one, other in itertools.permutations(
            [line.points for line in laid_out(pedigree).lines if line.kind == "descent"], 2
        )
        if one[0][1] == one[1][1]
        and other[0][0] == other[1][0]
        and one[0][0] + 1 < other[0][0] < one[1][0] - 1
        and other[0][1] + 1 < one[0][1] < other[1][1] - 1
    ]
    assert crossed == []


def across_and_down(layout: Layout) -> tuple[list[Segment], list[Segment]]:
    """The straight pieces of the lines of descent."""
    pieces = [piece for line in layout.lines if line.kind == "descent" for piece in itertools.pairwise(line.points)]
    across = [(one, other) for one, other in pieces if one[1] == other[1]]
    return across, [(one, other) for one, other in pieces if one[0] == other[0]]


def unbridged(layout: Layout) -> list[tuple[Segment, Segment]]:
    across, down = across_and_down(layout)
    return [
        ((left, right), (top, bottom))
        for (left, right), (top, bottom) in itertools.product(across, down)
        if left[0] + 0.1 < top[0] < right[0] - 0.1 and top[1] + 0.1 < left[1] < bottom[1] - 0.1
    ]


def test_lay_out__half_siblings_who_married_into_another_family_have_bridges():
    layout = laid_out(HALF_SIBLINGS)
    bridged = [line for line in layout.lines if line.kind == "descent" and len(line.points) > 2]
    assert unbridged(layout) == []
    assert bridged
    assert all(line.points[0][0] == line.points[-1][0] for line in bridged)


@pytest.mark.parametrize("pedigree", EXAMPLES, ids=range(len(EXAMPLES)))
def test_draw_pedigree__draws_every_member_in_the_shape_of_their_sex(pedigree):
    svg = ET.fromstring(draw_pedigree(pedigree, marks={}))  # noqa: S314 - our own output
    drawn: dict[str, str] = {}
    for group in svg.iter("g"):
        drawn[group.findtext("text", "")] = group[1].tag
    assert drawn == {member.id: SHAPES[member.sex] for member in pedigree}


@pytest.mark.slow
@given(pedigrees(most=12))
def test_draw_pedigree__same_bytes_and_well_formed(pedigree):
    marks = {pedigree.individuals[0].id: Mark(gave_sample=True)}
    svg = draw_pedigree(pedigree, marks=marks)
    assert svg == draw_pedigree(Pedigree(pedigree.individuals), marks=dict(marks))
    assert ET.fromstring(svg).get("role") == "img"  # noqa: S314 - our own output


def test_draw_pedigree__related_parents_get_a_double_line():
    lines = {line.kind for line in laid_out(example.COUSINS).lines}
    assert lines == {"mating", "consanguineous", "descent"}
    assert "consanguineous" not in {line.kind for line in laid_out(example.LARGE).lines}
    assert 'stroke-width="6"' in draw_pedigree(example.COUSINS, marks={})


def test_draw_pedigree__a_member_of_two_generations_is_drawn_again_with_a_dashed_line():
    layout = laid_out(example.FATHER_AND_DAUGHTER)
    assert [s.member for s in layout.symbols if s.again] == ["F"]
    assert [line.kind for line in layout.lines].count("again") == 1
    assert "stroke-dasharray" in draw_pedigree(example.FATHER_AND_DAUGHTER, marks={})


def test_draw_pedigree__three_partners_of_one_person_are_all_joined():
    layout = laid_out(example.HALF_SIBLINGS)
    assert [line.kind for line in layout.lines].count("mating") == 3
    assert not any(s.again for s in layout.symbols)


def test_draw_pedigree__marks_are_told_by_shape_and_in_words():
    marks = {
        "FA": Mark(gave_sample=True),
        "MP1": Mark(missing=True, unidentified="PM012"),
        "SIS": Mark(missing=True),
    }
    svg = draw_pedigree(example.PARENTS, marks=marks)
    assert svg.count(">?</text>") == 2
    assert ">PM012</text>" in svg
    assert "MP1: male, child of FA and MO, missing, PM012 is placed here by the proposition." in svg
    assert "FA: male, gave a sample." in describe_pedigree(example.PARENTS, marks)


def test_draw_pedigree__who_is_unrelated_is_said_to_stand_beside_the_family():
    """The drawing of H2, for those who hear it."""
    apart = Pedigree((*example.PARENTS, Individual("PM012", "male")))
    svg = draw_pedigree(apart, marks={"PM012": Mark(unidentified="")})
    assert svg.count("PM012: male, drawn next to the family.") == 2, "in the description, and at the symbol"
    assert "placed here" not in svg
    assert "<desc>4 members." in svg, "who is unrelated is none of them"
    assert "></text>" not in svg


def test_draw_pedigree__escapes_codes_and_shortens_long_ones():
    hostile, long = '<b>"x"&', "GRANDMOTHER-OF-THE-MOTHER-NUMBER-0001234567"
    svg = draw_pedigree(Pedigree.of((hostile, "male"), (long, "female")), marks={})
    ET.fromstring(svg)  # noqa: S314 - our own output
    assert "<b>" not in svg
    assert "…" in svg
    assert f"{long}: female." in svg


@pytest.mark.slow
@pytest.mark.parametrize(("count", "founders", "seconds"), [(30, 8, 0.5), (500, 62, 10.0), (500, 4, 10.0)])
def test_draw_pedigree__of_many_inner_marriages_takes_little_of_the_processor(count, founders, seconds):
    """Five times what it takes; before its work was bounded, 250 members took 29 s, and 400 did not end in 200 s."""
    pedigree = inner_marriages(count, founders)
    begun = time.process_time()
    drawn = draw_pedigree(pedigree, marks={})
    assert time.process_time() - begun < seconds
    assert drawn == draw_pedigree(inner_marriages(count, founders), marks={})


def crossings(pedigree: Pedigree, rows: Rows) -> int:
    """The lines between rows that cross, pair by pair."""
    members, families = tuple(m.id for m in pedigree), unions(pedigree)
    diagram = build_diagram(members, families, generations(members, families))
    place = [{item: n for n, item in enumerate(itertools.chain.from_iterable(row))} for row in rows]
    count = 0
    for gap in range(diagram.height - 1):
        blocks = {item: block for block in rows[gap] for item in block}
        lines = [
            (place[gap][blocks[net.source[0]][0]] + slot(diagram, blocks[net.source[0]], net.source),
             place[gap + 1][target])
            for net in diagram.nets if net.row == gap for target in net.targets
        ]  # fmt: skip
        count += sum(a[0] < b[0] and a[1] > b[1] for a, b in itertools.permutations(lines, 2))
    return count


@pytest.mark.parametrize("founders", [4, 6, 8, 12])
def test_order_rows__no_exchange_of_two_blocks_would_remove_a_crossing(founders):
    """As long as its work is not spent, the counting by the two blocks alone agrees with counting all lines anew."""
    pedigree = inner_marriages(20, founders)
    members, families = tuple(m.id for m in pedigree), unions(pedigree)
    rows = order_rows(build_diagram(members, families, generations(members, families)))
    fewest = crossings(pedigree, rows)
    for row in rows:
        for i, j in itertools.combinations(range(len(row)), 2):
            row[i], row[j] = row[j], row[i]
            assert crossings(pedigree, rows) >= fewest
            row[i], row[j] = row[j], row[i]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_count_crossings__counts_each_pair_that_crosses(lines):
    crossed = sum(a[0] < b[0] and a[1] > b[1] for a, b in itertools.permutations(lines, 2))
    assert count_crossings([(float(a), float(b)) for a, b in lines]) == crossed


def test_draw_key__is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in draw_key(Mark(missing=True))


def test_parts__unconnected_members_stand_apart():
    assert parts(example.ONE_PARENT) == (("MO", "MP1", "SIB"), ("MGM", "AUNT"))


def test_generations__partners_share_a_row_even_when_uncle_and_niece():
    families = unions(example.UNCLE_AND_NIECE)
    rows = generations(tuple(m.id for m in example.UNCLE_AND_NIECE), families)
    assert rows == {"GF": 0, "GM": 0, "U": 2, "S": 1, "T": 1, "N": 2, "MP1": 3}
    related = related_couples(example.UNCLE_AND_NIECE)
    assert [union in related for union in families] == [False, False, True]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20))
def test_isotonic__does_not_decrease_and_keeps_the_sum(values):
    fitted = isotonic(values, [1.0] * len(values))
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(fitted))
    assert sum(fitted) == pytest.approx(sum(values), abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 40), st.lists(st.integers(0, 40), min_size=1, max_size=4)), max_size=9))
def test_assign_tracks__overlapping_lines_get_different_heights(ends):
    wires = [Wire(10.0 * start, tuple(10.0 * x for x in xs)) for start, xs in ends]
    tracks = assign_tracks(wires)
    for (one, a), (other, b) in itertools.combinations(zip(wires, tracks, strict=True), 2):
        if not (one.is_straight or other.is_straight) and one.left < other.right and other.left < one.right:
            assert a != b
