"""Several typings of a sample as one profile: the stated rule, against a slow and obvious one."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.model.assumptions.lineage import MtDifference, MtHaplotype, YHaplotype
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.typings.rule import combine_typings, is_same_content
from antigone.model.typings.typing import AMELOGENIN, MTDNA, RATES, Settlement, Typing
from antigone.report.words.statements import say

ALLELES = ["9.3", "10", "12"]
MARKERS = ["FGA", "TH01", "vWA"]
GENOTYPES = st.tuples(st.sampled_from(ALLELES), st.sampled_from([*ALLELES, None]))
KITS = st.dictionaries(st.sampled_from(MARKERS), GENOTYPES)


def typings_of(kits):
    return [Typing(f"kit {number}", kit) for number, kit in enumerate(kits)]


def bytes_of(typing: Typing) -> str:
    return repr(
        (
            list(typing.genotypes.items()),
            typing.replicates,
            typing.amelogenin,
            typing.y,
            typing.mt,
            typing.y_seen,
            typing.mt_seen,
            typing.rates,
            typing.estimate_dropout,
            typing.peak_height,
        )
    )


def explains(genotype: tuple[str, str], read: tuple[str, str | None]) -> bool:
    """Whether a person of this genotype, without drop-out, is read so."""
    return sorted(genotype) == sorted(map(str, read)) if None not in read else read[0] in genotype


def oracle(kits, marker):
    """What the typings together say of a marker: a genotype, one allele, or nothing (they differ).

    A full genotype stands when it explains every reading of the marker; one allele when all read it alone.
    """
    read = [kit[marker] for kit in kits if marker in kit]
    full = [one for one in read if None not in one]
    if full:
        return sorted(full[0]) if all(explains(full[0], one) for one in read) else None
    return [read[0][0], None] if len(set(read)) == 1 else None


@given(st.lists(KITS, min_size=2, max_size=4))
def test_rule__is_that_of_the_slow_and_obvious_one(kits):
    made, used = combine_typings(typings_of(kits))
    for marker in {marker for kit in kits for marker in kit}:
        expected = oracle(kits, marker)
        assert (marker in made.genotypes) == (expected is not None) == (marker not in used.conflicts)
        if expected is not None:
            assert sorted(map(str, made.genotypes[marker])) == sorted(map(str, expected))


@pytest.mark.slow
@given(st.lists(KITS, min_size=2, max_size=4), st.randoms())
def test_rule__does_not_know_the_order_of_imports(kits, random):
    typings = typings_of(kits)
    shuffled = random.sample(typings, len(typings))
    assert bytes_of(combine_typings(shuffled)[0]) == bytes_of(combine_typings(typings)[0])


@given(st.lists(KITS, min_size=2, max_size=4), st.randoms())
def test_rule__does_not_know_what_typings_are_called(kits, random):
    names = random.sample(range(len(kits)), len(kits))
    renamed = [Typing(f"kit {name}", kit) for name, kit in zip(names, kits, strict=True)]
    assert bytes_of(combine_typings(renamed)[0]) == bytes_of(combine_typings(typings_of(kits))[0])


@given(KITS, KITS)
def test_rule__a_typing_twice_adds_nothing(kit, other):
    once = combine_typings(typings_of([kit, other]))[0]
    again = combine_typings(typings_of([kit, other, kit]))[0]
    assert bytes_of(again) == bytes_of(once)


@given(st.lists(KITS, min_size=2, max_size=4))
def test_used__names_every_marker_once(kits):
    used = combine_typings(typings_of(kits))[1]
    named = [*used.confirmed, *used.single, *used.conflicts]
    assert sorted(named) == sorted({marker for kit in kits for marker in kit})


def test_single_typing__is_used_as_it_is():
    typing = Typing("kit", {"vWA": ("18", "16")}, peak_height=90.0)
    made, used = combine_typings([typing])
    assert made is typing
    assert used.is_plain


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("15", None), ("15", "17"), ("15", "17")),
        (("15", None), ("15", "15"), ("15", "15")),
        (("15", None), ("15", None), ("15", None)),
        (("15", None), ("16", "17"), None),
        (("15", None), ("17", None), None),
    ],
)
def test_partial_genotype(one, other, expected):
    """One allele read, the other unknown: it is contained in a full genotype, or speaks against it."""
    made, used = combine_typings(typings_of([{"FGA": one}, {"FGA": other}]))
    assert made.genotypes.get("FGA") == expected
    assert used.confirmed == (("FGA",) if one == other else ())


def three(typing: str = "a", **more):
    return Typing(typing, {}, {"FGA": (("20", "21", "22"),)}, **more)


def test_three_alleles__are_a_conflict_with_two_and_confirmed_by_three():
    assert combine_typings([three(), three("b")])[0].replicates == {"FGA": (("20", "21", "22"),)}
    assert combine_typings([three(), Typing("b", {"FGA": ("20", "21")})])[1].conflicts == ("FGA",)


def test_declared_replicate__is_a_further_amplification():
    plain, again = Typing("a", {"FGA": ("20", "21")}), Typing("b", {"FGA": ("20", "20")}, is_replicate=True)
    for typings in permutations([plain, again, replace(again, label="c")]):
        made, used = combine_typings(typings)
        assert made.replicates == {"FGA": (("20", "20"), ("20", "20"), ("20", "21"))}
        assert (used.replicates, used.conflicts) == (("FGA",), ())
    made, used = combine_typings([again, Typing("a", {"vWA": ("16", "16")})])
    assert dict(made.genotypes) == {"FGA": ("20", "20"), "vWA": ("16", "16")}
    assert used.single == ("FGA", "vWA")


DIFFERENT = [Typing("a", {"FGA": ("20", "21")}), Typing("b", {"FGA": ("20", "20")}), Typing("c", {"FGA": ("20", "21")})]


def test_conflict__takes_no_part_although_one_reading_is_more_frequent():
    made, used = combine_typings(DIFFERENT)
    assert (dict(made.genotypes), used.conflicts, used.confirmed) == ({}, ("FGA",), ())


def test_settled__one_is_kept():
    made, used = combine_typings(DIFFERENT, {"FGA": Settlement(set_aside=frozenset("b"))})
    assert (made.genotypes["FGA"], used.settled, used.conflicts) == (("20", "21"), ("FGA",), ())


def test_settled__both_are_replicates():
    made, used = combine_typings(DIFFERENT, {"FGA": Settlement(together=frozenset("abc"))})
    assert made.replicates == {"FGA": (("20", "20"), ("20", "21"))}
    assert used.settled == ("FGA",)


def test_settled__a_further_typing_that_differs_opens_the_conflict_again():
    late = Typing("d", {"FGA": ("20", "20")})
    kept = {"FGA": Settlement(set_aside=frozenset("b"))}
    assert combine_typings([*DIFFERENT, late], kept)[1].conflicts == ("FGA",)
    together = {"FGA": Settlement(together=frozenset("abc"))}
    assert combine_typings([*DIFFERENT, late], together)[1].settled == ("FGA",)
    other = replace(late, genotypes={"FGA": ("19", "20")})
    assert combine_typings([*DIFFERENT, other], together)[1].conflicts == ("FGA",)


def test_settled__when_what_was_kept_is_retired_the_rest_stays_set_aside():
    made, used = combine_typings(DIFFERENT[1:2], {"FGA": Settlement(set_aside=frozenset("b"))})
    assert (dict(made.genotypes), used.conflicts) == ({}, ("FGA",))


def test_amelogenin__counts_once_and_is_left_out_where_it_differs():
    both, x = Typing("a", amelogenin=(("X", "Y"),)), Typing("b", amelogenin=(("X",),))
    assert combine_typings([both, replace(both, label="b")])[0].amelogenin == (("X", "Y"),)
    made, used = combine_typings([both, x])
    assert (made.amelogenin, used.conflicts) == ((), (AMELOGENIN,))


def y(name: str, seen: int | None = None, **loci: tuple[str, ...]) -> Typing:
    return Typing(name, y=YHaplotype("S", loci), y_seen=seen)


def test_y_haplotype__locus_by_locus():
    made, used = combine_typings(
        [y("a", DYS19=("14",), DYS385=("11", "14")), y("b", DYS19=("14",), DYS385=("11", "15"), DYS391=("10",))]
    )
    assert made.y == YHaplotype("S", {"DYS19": ("14",), "DYS391": ("10",)})
    assert (used.confirmed, used.single, used.conflicts) == (("DYS19",), ("DYS391",), ("DYS385",))


def test_count_of_a_haplotype__is_that_of_the_whole_one_alone():
    small, large = y("a", 3, DYS19=("14",)), y("b", 1, DYS19=("14",), DYS391=("10",))
    assert combine_typings([small, large])[0].y_seen == 1
    assert combine_typings([small, y("b", DYS391=("10",))])[0].y_seen is None


def mt(name: str, ranges, *differences: str) -> Typing:
    return Typing(name, mt=MtHaplotype("S", ranges, tuple(map(MtDifference.parse, differences))))


def test_mtdna__ranges_add_up_and_must_agree_where_both_were_typed():
    hv1, hv2 = mt("a", ((16024, 16365),), "16189C"), mt("b", ((73, 340),), "A263G")
    both = mt("c", ((16300, 200),), "73G")
    for typings in permutations([hv1, hv2]):
        merged = combine_typings(typings)[0].mt
        assert merged is not None
        assert merged.ranges == ((73, 340), (16024, 16365))
        assert [str(one) for one in merged.differences] == ["A263G", "16189C"]
    made, used = combine_typings([hv1, hv2, both])
    assert (made.mt, used.conflicts) == (None, (MTDNA,))
    assert combine_typings([hv1, hv2, both], {MTDNA: Settlement(set_aside=frozenset("c"))})[1].settled == (MTDNA,)


def test_rates__that_differ_are_the_largest_until_they_are_settled():
    low, high = ObservationRates(0.1, 0.02), ObservationRates(0.3, 0.01)
    typings = [Typing("a", rates=low), Typing("b", rates=high), Typing("c", peak_height=80.0)]
    made, used = combine_typings(typings)
    assert (made.rates, used.conflicts, made.peak_height) == (ObservationRates(0.3, 0.02), (RATES,), 80.0)
    assert combine_typings(typings, {RATES: Settlement(set_aside=frozenset("b"))})[0].rates == low
    assert combine_typings([typings[0], typings[2]])[1].single == ()


def test_content__is_the_same_in_any_order_of_writing():
    one = Typing("a", {"FGA": ("20", "21"), "vWA": ("16", "17")})
    assert is_same_content(one, Typing("b", {"vWA": ("17", "16"), "FGA": ("21", "20")}))
    assert not is_same_content(one, Typing("b", {"vWA": ("17", "16")}))


def test_doubt__when_most_of_what_was_typed_twice_differs():
    kit = dict.fromkeys(MARKERS, ("10", "12"))
    other = dict.fromkeys(MARKERS, ("11", "11"))
    assert "two persons" in say(combine_typings(typings_of([kit, other]))[1].describe("PM1"))
    few = say(combine_typings(typings_of([kit, kit | {"FGA": ("11", "11")}]))[1].describe("PM1"))
    assert "two persons" not in few
    assert "left out: FGA" in few
