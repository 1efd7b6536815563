"""Escrow: every k of n shares give the key back, and k - 1 of them fit every key there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.errors import VaultError
from antigone.registry.keys.escrow import (
    inverse,
    join_shares,
    parse_share,
    product,
    split_key,
    value_at,
    value_at_zero,
)
from antigone.registry.keys.vault import Vault

BYTE = st.integers(0, 255)


def slow_product(a: int, b: int) -> int:
    """Polynomials over {0, 1}: multiply, then take the remainder."""
    long = 0
    for place in range(8):
        if b >> place & 1:
            long ^= a << place
    for place in range(15, 7, -1):
        if long >> place & 1:
            long ^= 0x11B << (place - 8)
    return long


@given(BYTE, BYTE, BYTE)
def test_product__is_that_of_a_field(a, b, c):
    assert product(a, b) == slow_product(a, b) == product(b, a)
    assert product(a, product(b, c)) == product(product(a, b), c)
    assert product(a, b ^ c) == product(a, b) ^ product(a, c)


def test_inverse__of_every_element():
    assert [product(a, inverse(a)) for a in range(1, 256)] == [1] * 255


@given(st.lists(st.binary(min_size=3, max_size=3), min_size=1, max_size=5))
def test_value_at_zero__is_the_first_factor(powers):
    points = {x: value_at(powers, x) for x in range(1, len(powers) + 1)}
    assert value_at_zero(points) == powers[0] == value_at(powers, 0)


@pytest.mark.parametrize(("needed", "trustees"), [(2, 2), (2, 5), (3, 5), (5, 6)])
def test_join_shares__every_subset_of_enough_and_none_of_too_few(needed, trustees):
    vault = Vault.new(4)
    shares = split_key(vault, needed=needed, trustees=trustees)
    for count in range(1, trustees + 1):
        for chosen in combinations(shares, count):
            if count >= needed:
                assert join_shares(chosen) == vault
            else:
                with pytest.raises(VaultError, match=f"expected {needed}"):
                    join_shares(chosen)


def test_shares__one_too_few_fit_every_key_equally_well():
    """For 2 of n: over all 256 random factors, a share's byte takes every value once, whatever the key's byte is."""
    for secret in (0, 1, 97, 255):
        for number in range(1, 6):
            values = Counter(value_at([bytes([secret]), bytes([factor])], number) for factor in range(256))
            assert len(values) == 256
            assert set(values.values()) == {1}


def test_shares__two_of_three_fit_every_key_equally_well():
    """For 3 of n: every pair of values of two shares goes with every byte of the key, through one polynomial."""
    seen = {value_at_zero({1: bytes([17]), 4: bytes([200]), 0: bytes([secret])}) for secret in range(256)}
    assert seen == {bytes([secret]) for secret in range(256)}


def test_shares__are_never_the_same_twice():
    vault = Vault.new()
    first, second = (split_key(vault, needed=2, trustees=3) for _ in range(2))
    assert not {share.values for share in first} & {share.values for share in second}
    assert vault.masters[1] not in {share.values for share in (*first, *second)}


def test_split_key__splits_the_generation_in_use():
    vault = Vault({1: bytes(32), 2: bytes([9] * 32)})
    assert join_shares(split_key(vault, needed=2, trustees=2)).masters == {2: bytes([9] * 32)}


@pytest.mark.parametrize(("needed", "trustees"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_split_key__refuses_what_protects_nothing(needed, trustees):
    with pytest.raises(VaultError, match="3 of 5"):
        split_key(Vault.new(), needed=needed, trustees=trustees)


def test_join_shares__a_wrong_one_is_refused_and_harmless_among_enough():
    vault = Vault.new()
    shares = split_key(vault, needed=3, trustees=5)
    wrong = replace(shares[0], values=bytes(32))
    with pytest.raises(VaultError, match="shares 1, 2, 3 do not give the key"):
        join_shares([wrong, *shares[1:3]])
    assert join_shares([wrong, *shares[1:4]]) == vault


def test_join_shares__of_two_splittings_are_refused():
    vault = Vault.new()
    first, second = (split_key(vault, needed=2, trustees=3) for _ in range(2))
    with pytest.raises(VaultError, match="2 splittings"):
        join_shares([first[0], second[1]])
    with pytest.raises(VaultError, match="0 splittings"):
        join_shares([])


def test_join_shares__the_same_one_twice_counts_once():
    shares = split_key(Vault.new(), needed=2, trustees=3)
    with pytest.raises(VaultError, match="1 different shares; expected 2"):
        join_shares([shares[0], shares[0]])


def test_share__comes_back_from_paper():
    (share, _) = split_key(Vault.new(), needed=2, trustees=2)
    text = share.text
    assert parse_share(f"  {text[:40]}\n{text[40:]}\n") == share
    assert share.values.hex() not in repr(share)


@given(st.integers(0, 200), st.sampled_from("0123456789abcdef"))
def test_parse_share__every_misread_character_is_found(place, character):
    text = split_key(Vault({1: bytes(32)}), needed=2, trustees=2)[0].text
    place %= len(text)
    misread = text[:place] + character + text[place + 1 :]
    if misread != text:
        with pytest.raises(VaultError) as refused:
            parse_share(misread)
        assert misread[-70:] not in str(refused.value)


@pytest.mark.parametrize("text", ["", "antigone-share-1:", "three words only"])
def test_parse_share__what_is_none_is_refused(text):
    with pytest.raises(VaultError, match="no share"):
        parse_share(text)
