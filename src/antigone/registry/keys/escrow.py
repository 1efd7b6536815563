"""The master key split among trustees: any k of n shares give it back, fewer say nothing about it.

A. Shamir, "How to share a secret", Communications of the ACM 22 (1979), 612, doi:10.1145/359168.359176; each byte on
its own, in the field of 256 elements of AES (FIPS 197, section 4). Each byte of the key is the value at 0 of a random
polynomial of degree k - 1; a share holds the values at its own number.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from antigone.errors import VaultError
from antigone.registry.keys.vault import KEY_BYTES, Vault

MOST_TRUSTEES = 16
_FORM = re.compile(
    r"antigone-share-1:g(?P<generation>\d+):(?P<fingerprint>[0-9a-f]{32}):"
    r"(?P<split>[0-9a-f]{8}):(?P<needed>\d+):(?P<number>\d+):(?P<values>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Share:
    """One trustee's part of a master key. ``split`` tells the shares of one splitting from those of another."""

    generation: int
    fingerprint: str
    split: str
    needed: int
    number: int
    values: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """One line to print and seal in an envelope; its end is a check sum against misreading."""
        body = (
            f"antigone-share-1:g{self.generation}:{self.fingerprint}:{self.split}:{self.needed}:{self.number}:"
            f"{self.values.hex()}"
        )
        return f"{body}:{_check_sum(body)}"


def split_key(vault: Vault, *, needed: int, trustees: int) -> tuple[Share, ...]:
    """Split the master key in use. After a rotation, split the new one and destroy the old shares.

    Parameters
    ----------
    vault
        Whose key.
    needed
        How many shares give the key back (k).
    trustees
        How many shares there are (n).

    Raises
    ------
    VaultError
        Unless 2 <= k <= n <= 16.
    """
    if not 2 <= needed <= trustees <= MOST_TRUSTEES:
        raise VaultError(
            f"{needed} of {trustees} trustees; expected at least 2 needed, no more than there are, and at most "
            f"{MOST_TRUSTEES} in all; choose for example 3 of 5"
        )
    master = vault.masters[vault.generation]
    powers = [master, *(secrets.token_bytes(KEY_BYTES) for _ in range(needed - 1))]
    split = secrets.token_hex(4)
    return tuple(
        Share(vault.generation, vault.fingerprint(), split, needed, number, value_at(powers, number))
        for number in range(1, trustees + 1)
    )


def join_shares(shares: Iterable[Share]) -> Vault:
    """The vault that shares give back.

    With more shares than are needed, a wrong one among them does no harm.

    Raises
    ------
    VaultError
        When they are too few, of different keys or splittings, or wrong.
    """
    given = {share.number: share for share in shares}
    kinds = {(share.generation, share.fingerprint, share.split, share.needed) for share in given.values()}
    if len(kinds) != 1:
        raise VaultError(f"the shares are of {len(kinds)} splittings; expected shares of one; ask for the newest ones")
    ((generation, fingerprint, _, needed),) = kinds
    if len(given) < needed:
        raise VaultError(f"{len(given)} different shares; expected {needed} of them; ask more trustees")
    for chosen in combinations(sorted(given), needed):
        vault = Vault({generation: value_at_zero({number: given[number].values for number in chosen})})
        if vault.fingerprint() == fingerprint:
            return vault
    raise VaultError(
        f"shares {', '.join(map(str, sorted(given)))} do not give the key {fingerprint[:8]}; one of them was changed; "
        "ask another trustee"
    )


def parse_share(text: str) -> Share:
    """A share from its line; blanks and line breaks in it do not matter.

    Raises
    ------
    VaultError
        When it is no share, or was misread. The message does not repeat it.
    """
    body, _, check = re.sub(r"\s", "", text).rpartition(":")
    found = _FORM.fullmatch(body)
    if found is None:
        raise VaultError(f"a line of {len(text)} characters that is no share; expected 'antigone-share-1:g...'")
    share = Share(
        int(found["generation"]), found["fingerprint"], found["split"], int(found["needed"]), int(found["number"]),
        bytes.fromhex(found["values"]),
    )  # fmt: skip
    if check != _check_sum(body):
        raise VaultError(f"share {share.number} was misread: its check sum differs; compare it with the paper")
    if not 1 <= share.number <= MOST_TRUSTEES or share.needed < 2 or share.generation < 1:
        raise VaultError(f"share {share.number} of {share.needed} needed is none that this program makes; ask again")
    return share


def product(a: int, b: int) -> int:
    """The product in the field of 256 elements with x^8 + x^4 + x^3 + x + 1.

    >>> hex(product(0x57, 0x83))  # FIPS 197, section 4.2
    '0xc1'
    """
    result = 0
    while b:
        result ^= a * (b & 1)
        a = (a << 1) ^ (0x11B * (a >> 7))
        b >>= 1
    return result


def inverse(a: int) -> int:
    """The element whose product with ``a`` is 1: a^254."""
    result = 1
    for _ in range(254):
        result = product(result, a)
    return result


def value_at(powers: Sequence[bytes], x: int) -> bytes:
    """The values at ``x`` of polynomials, one for each byte; ``powers[j]`` holds the factors of x^j."""
    values = bytes(len(powers[0]))
    for factors in reversed(powers):
        values = bytes(product(value, x) ^ factor for value, factor in zip(values, factors, strict=True))
    return values


def value_at_zero(points: Mapping[int, bytes]) -> bytes:
    """The values at 0 of the polynomials of least degree through ``points`` (Lagrange)."""
    total = bytes(len(next(iter(points.values()))))
    for x, values in points.items():
        weight = 1
        for other in points.keys() - {x}:
            weight = product(weight, product(other, inverse(other ^ x)))
        total = bytes(sum_ ^ product(value, weight) for sum_, value in zip(total, values, strict=True))
    return total


def _check_sum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:8]
