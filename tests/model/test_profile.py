"""Genotypes that share their kit are a mapping like any other."""

from __future__ import annotations

import copy
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.errors import ModelError
from antigone.model.profile import NOT_TYPED, Genotype, Genotypes, Kit, Profile

PLAIN: dict[str, Genotype] = {"vWA": ("16", None), "TH01": ("6", "9.3"), "FGA": ("20", "22.2")}
ALLELES = st.sampled_from(["6", "9.3", "16"])
MAPPINGS = st.dictionaries(st.sampled_from("ABCDEF"), st.tuples(ALLELES, st.none() | ALLELES))


def compact(plain: dict[str, Genotype]) -> Genotypes:
    return Genotypes(Kit(plain), list(plain.values()))


@given(plain=MAPPINGS, other=MAPPINGS)
def test_genotypes__answer_as_a_dict_does(plain, other):
    typed = compact(plain)
    assert dict(typed) == plain
    assert list(typed) == list(plain)
    assert list(typed.items()) == list(plain.items())
    assert list(typed.values()) == list(plain.values())
    assert typed.keys() == plain.keys()
    assert len(typed) == len(plain)
    assert bool(typed) == bool(plain)
    assert {**typed} == plain
    for marker in "ABCDEFG":
        assert (marker in typed) == (marker in plain)
        assert typed.get(marker) == plain.get(marker)
        assert typed.get(marker, ("0", "0")) == plain.get(marker, ("0", "0"))
    for answer in (typed == other, other == typed, typed == compact(other)):
        assert answer == (plain == other)
    for item in (*plain.items(), ("A", ("1", "1"))):
        assert (item in typed.items()) == (item in plain.items())
        assert (item[1] in typed.values()) == (item[1] in plain.values())


def test_genotypes__the_order_of_markers_makes_no_difference():
    turned = dict(reversed(PLAIN.items()))
    assert list(turned) != list(PLAIN)
    assert compact(turned) == compact(PLAIN) == turned
    assert compact(PLAIN) != {**PLAIN, "FGA": ("20", "20")}
    assert compact(PLAIN) != 1


def test_genotypes__a_marker_that_was_not_typed_is_a_key_error():
    with pytest.raises(KeyError, match="D1S1656"):
        compact(PLAIN)["D1S1656"]


def test_genotypes__are_not_hashable_as_a_dict_is_not():
    with pytest.raises(TypeError):
        hash(compact(PLAIN))


def test_genotypes__one_for_each_marker():
    with pytest.raises(ModelError, match="1 genotypes for the 3 markers"):
        Genotypes(Kit(PLAIN), [("6", "6")])


def test_genotypes__pickled_together_share_their_kit():
    kit = Kit(PLAIN)
    profiles = [Profile(code, Genotypes(kit, list(PLAIN.values()))) for code in ("R1", "R2")]
    first, second = pickle.loads(pickle.dumps(profiles))  # noqa: S301 - our own bytes
    assert [first, second] == profiles
    assert isinstance(first.genotypes, Genotypes)
    assert first.genotypes.kit is second.genotypes.kit
    assert copy.deepcopy(first) == first


def test_genotypes__no_representation_holds_an_allele():
    assert repr(Profile("R1", compact(PLAIN))) == "Profile(sample='R1', genotypes=Genotypes of 3 markers)"


def test_genotypes__compact_means_small():
    kit = Kit(f"M{i}" for i in range(24))
    typed = Genotypes(kit, [("6", "9.3")] * 24)
    plain = dict(typed)
    assert sys.getsizeof(typed) + sys.getsizeof(typed.pairs) < sys.getsizeof(plain) / 2


def test_kit__equality_and_representation():
    assert Kit("AB") == Kit(["A", "B"]) != Kit("BA")
    assert Kit("AB") != ("A", "B")
    assert hash(Kit("AB")) == hash(Kit("AB"))
    assert repr(Kit("AB")) == "Kit(['A', 'B'])"
    assert len(Kit("AB")) == 2


def test_not_typed__is_empty():
    assert NOT_TYPED == {}
    assert not NOT_TYPED
