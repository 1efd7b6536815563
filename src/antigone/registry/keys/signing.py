"""The registry's signing key (Ed25519, RFC 8032), for its checkpoints and backups.

The private half is sealed with the registry's own data key, so a rotation of the master key does not change it.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection

from antigone.registry.keys.vault import Vault, registry_key
from antigone.registry.store.properties import find_property, write_property

PUBLIC = "signing_public"
"""The name of the property that holds the public half, in hexadecimal."""
_PRIVATE = "signing_sealed"


def signing_key(connection: Connection, vault: Vault) -> Ed25519PrivateKey:
    """The signing key, made when first needed.

    Raises
    ------
    VaultError
        When it does not open.
    """
    key = registry_key(connection, vault)
    sealed = find_property(connection, _PRIVATE)
    if sealed is not None:
        return Ed25519PrivateKey.from_private_bytes(vault.unseal(key, bytes.fromhex(sealed), context=_PRIVATE))
    private = Ed25519PrivateKey.generate()
    write_property(connection, PUBLIC, private.public_key().public_bytes_raw().hex())
    write_property(connection, _PRIVATE, vault.seal(key, private.private_bytes_raw(), context=_PRIVATE).hex())
    return private


def signed_by(public_key: str, signature: str, statement: bytes) -> bool:
    """Whether the signature over ``statement`` is of that key; both in hexadecimal."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        public.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True
