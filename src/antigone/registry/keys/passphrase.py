"""Passphrases and passwords: how long, how encoded, and what one guess costs."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from antigone.errors import VaultError

SHORTEST = 12
SALT_BYTES = 16
DERIVED_BYTES = 32


@dataclass(frozen=True)
class Cost:
    """What one guess costs: memory (KiB), passes over it, lanes (Argon2id, RFC 9106, section 3.1).

    Raises
    ------
    VaultError
        When it is outside what the algorithm allows, or more than any machine should spend on one guess.
    """

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        if not (8 * self.lanes <= self.memory_kib <= 1 << 22 and 1 <= self.passes <= 100 and 1 <= self.lanes <= 64):
            raise VaultError(
                f"Argon2id with {self.memory_kib} KiB, {self.passes} passes and {self.lanes} lanes; expected at most "
                "4 GiB, 100 passes and 64 lanes, and 8 KiB for each lane; the file was damaged or made by another tool"
            )

    def argon2id(self, salt: bytes) -> Argon2id:
        """The function that derives 32 bytes at this cost; it can be used once."""
        return Argon2id(
            salt=salt, length=DERIVED_BYTES, iterations=self.passes, lanes=self.lanes, memory_cost=self.memory_kib
        )


STRONG = Cost()
"""RFC 9106, section 4, second recommended option."""


def typed(passphrase: str) -> bytes:
    r"""The bytes of a passphrase; the same for one typed on another keyboard, which may compose letters otherwise.

    >>> typed("é") == typed("e\u0301")
    True
    """
    return unicodedata.normalize("NFKC", passphrase).encode()


def check_length(passphrase: str, what: str) -> None:
    """Refuse a new passphrase or password that is too short.

    Raises
    ------
    VaultError
        When it has fewer than 12 characters.
    """
    if len(passphrase) < SHORTEST:
        raise VaultError(
            f"a {what} of {len(passphrase)} characters; expected at least {SHORTEST}; take five or six random words"
        )
