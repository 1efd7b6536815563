"""Keys: a master key that never enters the database, and one data key for each person, wrapped by it.

A data key seals what belongs to one person, or to one candidate. To delete its row of ``keys`` is to erase all that it
sealed, in every copy. All of it is AES-256 in Galois/counter mode (NIST SP 800-38D) with nonces of 96 random bits, so
that what was changed, or moved to another row, does not open. Keys for several uses come from the master key by HKDF
with SHA-256 (RFC 5869).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, insert, select

from antigone.errors import Conflict, VaultError
from antigone.registry.store.properties import IDENTITY, find_property, read_property, write_property
from antigone.registry.store.schema import keys

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
REGISTRY_KEY = "registry_key"
"""The name of the property with the number of the key of the registry's own secrets."""
BLOCK = 1000
"""Keys read in one query: below every limit on bound values."""


@dataclass(frozen=True)
class DataKey:
    """The key of one person or one candidate. ``id`` is its row of ``keys``."""

    id: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Vault:
    """The master key in its generations, of which the highest is in use; the others are being rotated out.

    Examples
    --------
    >>> vault = Vault.new()
    >>> key = DataKey(1, bytes(32))
    >>> vault.unseal(key, vault.seal(key, b"12 13", context="profiles:7"), context="profiles:7")
    b'12 13'
    """

    masters: Mapping[int, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        lengths = {len(master) for master in self.masters.values()}
        if lengths != {KEY_BYTES} or min(self.masters) < 1:
            raise VaultError(
                f"a master key of {sorted(lengths)} bytes in generations {sorted(self.masters)}; expected {KEY_BYTES} "
                "bytes in each generation, counted from 1; give the key as it was written"
            )

    @staticmethod
    def new(generation: int = 1) -> Vault:
        """A vault with a new random master key."""
        return Vault({generation: secrets.token_bytes(KEY_BYTES)})

    @property
    def generation(self) -> int:
        """The generation in use."""
        return max(self.masters)

    def subkey(self, use: str, generation: int | None = None) -> bytes:
        """The 32 bytes that the master key of a generation (the one in use) gives for one use.

        Raises
        ------
        VaultError
            When the vault holds no such generation.
        """
        number = self.generation if generation is None else generation
        if number not in self.masters:
            raise VaultError(
                f"the master key of generation {number} is needed, this vault holds {sorted(self.masters)}; "
                "the key was rotated: read the key file again, or give the one that belongs to this copy"
            )
        return HKDF(SHA256(), KEY_BYTES, None, f"antigone {use}".encode()).derive(self.masters[number])

    def fingerprint(self, generation: int | None = None) -> str:
        """32 hexadecimal digits that tell one master key from another, and nothing about it."""
        return self.subkey("fingerprint", generation).hex()[:32]

    def new_key(self, connection: Connection) -> DataKey:
        """A new data key, kept wrapped in ``keys`` by the caller's transaction. See `new_keys`."""
        (key,) = self.new_keys(connection, 1)
        return key

    def new_keys(self, connection: Connection, count: int) -> list[DataKey]:
        """Make ``count`` new data keys, kept wrapped in ``keys`` by the caller's transaction.

        Their numbers are random, so none is ever used twice, not even after an erasure.

        Raises
        ------
        VaultError
            When the master key was rotated since this vault was opened: such keys would open for nobody.
        """
        current = int(read_property(connection, "generation"))
        made = [DataKey(secrets.randbits(62), AESGCM.generate_key(256)) for _ in range(count)]
        rows = [{"id": key.id, "wrapped": self.wrap(key, current), "generation": current} for key in made]
        if rows:
            connection.execute(insert(keys), rows)
        return made

    def data_keys(self, connection: Connection, ids: Iterable[int]) -> dict[int, DataKey]:
        """The data keys of these numbers; a number that is not in the answer was erased.

        Raises
        ------
        VaultError
            When a key is wrapped by a generation that the vault does not hold, or is damaged.
        """
        wanted: Sequence[int] = sorted(set(ids))
        found: dict[int, DataKey] = {}
        for start in range(0, len(wanted), BLOCK):
            query = select(keys).where(keys.c.id.in_(wanted[start : start + BLOCK]))
            for id_, wrapped, generation in connection.execute(query):
                found[id_] = self.unwrap(id_, wrapped, generation)
        return found

    def wrap(self, key: DataKey, generation: int) -> bytes:
        """A data key under the master key of a generation."""
        return _encrypt(self._wrapper(generation), key.secret, _key_context(key.id, generation))

    def unwrap(self, id_: int, wrapped: bytes, generation: int) -> DataKey:
        """The data key of a row of ``keys``."""
        return DataKey(id_, _decrypt(self._wrapper(generation), wrapped, _key_context(id_, generation)))

    @staticmethod
    def seal(key: DataKey, plaintext: bytes, *, context: str) -> bytes:
        """Nonce and ciphertext of ``plaintext``; it opens only with the same ``context``, such as ``profiles:17``."""
        return _encrypt(AESGCM(key.secret), plaintext, context)

    @staticmethod
    def unseal(key: DataKey, sealed: bytes, *, context: str) -> bytes:
        """What was sealed.

        Raises
        ------
        VaultError
            When it was changed, cut, moved from another row, or sealed with another key.
        """
        return _decrypt(AESGCM(key.secret), sealed, context)

    def _wrapper(self, generation: int) -> AESGCM:
        if generation not in self._wrappers:
            self._wrappers[generation] = AESGCM(self.subkey("wrap", generation))
        return self._wrappers[generation]

    @cached_property
    def _wrappers(self) -> dict[int, AESGCM]:
        return {}


def found_registry(connection: Connection, vault: Vault) -> None:
    """Give a new registry its identity, and note which master key opens it.

    Raises
    ------
    Conflict
        When the registry has an identity already.
    """
    if find_property(connection, IDENTITY) is not None:
        raise Conflict("the registry has been begun already; expected an empty one; open it, or choose another place")
    write_property(connection, IDENTITY, secrets.token_hex(16))
    write_property(connection, "generation", str(vault.generation))
    write_property(connection, "fingerprint", vault.fingerprint())


def check_vault(connection: Connection, vault: Vault) -> None:
    """Refuse a master key that is not the registry's.

    Raises
    ------
    VaultError
        When it belongs to another registry, or to a generation that is gone.
    """
    generation = int(read_property(connection, "generation"))
    if vault.fingerprint(generation) != read_property(connection, "fingerprint"):
        raise VaultError(
            f"the master key of generation {generation} has the fingerprint {vault.fingerprint(generation)}, the "
            f"registry expects {read_property(connection, 'fingerprint')}; give the key of this registry"
        )


def registry_key(connection: Connection, vault: Vault) -> DataKey:
    """The key of the registry's own secrets (its signing key, one-time secrets of users), made when first needed.

    Raises
    ------
    VaultError
        When its row of ``keys`` is gone.
    """
    number = find_property(connection, REGISTRY_KEY)
    if number is None:
        key = vault.new_key(connection)
        write_property(connection, REGISTRY_KEY, str(key.id))
        return key
    found = vault.data_keys(connection, [int(number)])
    if int(number) not in found:
        raise VaultError("the key of the registry's own secrets is missing; restore the registry from backup and ring")
    return found[int(number)]


def _key_context(id_: int, generation: int) -> str:
    return f"key:{id_}:{generation}"


def _encrypt(cipher: AESGCM, plaintext: bytes, context: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, context.encode())


def _decrypt(cipher: AESGCM, sealed: bytes, context: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):
        raise VaultError(
            f"{context} does not open: it was changed, cut, moved, or sealed with another key; "
            "run 'antigone registry verify', and restore a backup"
        ) from None
