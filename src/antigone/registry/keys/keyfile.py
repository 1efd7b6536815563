"""The master key outside the database: a file behind a passphrase, the environment, or a file descriptor.

A key file is JSON. Its master keys are sealed with AES-256-GCM under a key that Argon2id (RFC 9106) derives from the
passphrase; everything else in it is authenticated with them. A server takes the key or the passphrase from
``ANTIGONE_MASTER_KEY`` or ``ANTIGONE_PASSPHRASE``, or from the file descriptor that the same names with ``_FD`` give.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from antigone.errors import VaultError
from antigone.registry.keys.passphrase import SALT_BYTES, STRONG, Cost, check_length, typed
from antigone.registry.keys.vault import NONCE_BYTES, Vault
from antigone.registry.store.files import alone, read_private, replacing

FORMAT = "antigone key file"
VERSION = 1
MASTER_KEY = "ANTIGONE_MASTER_KEY"
PASSPHRASE = "ANTIGONE_PASSPHRASE"  # noqa: S105 - the name of a variable


def create_key_file(path: Path, vault: Vault, *, passphrase: str, cost: Cost = STRONG) -> None:
    """Write a new key file.

    Raises
    ------
    VaultError
        When the passphrase has fewer than 12 characters, or a file of that name exists.
    StorageError
        When it cannot be written.
    """
    if path.exists():
        raise VaultError(f"{path.name} exists; a key file is never written over; choose another name")
    write_key_file(path, vault, passphrase=passphrase, cost=cost)


def write_key_file(path: Path, vault: Vault, *, passphrase: str, cost: Cost = STRONG) -> None:
    """Write a key file whole, in place of the one of that name if there is one. See `create_key_file`."""
    check_length(passphrase, "passphrase")
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    header = {
        "format": FORMAT,
        "version": VERSION,
        "generations": sorted(vault.masters),
        "argon2id": {"memory_kib": cost.memory_kib, "passes": cost.passes, "lanes": cost.lanes},
        "salt": salt.hex(),
        "nonce": nonce.hex(),
    }
    cipher = AESGCM(cost.argon2id(salt).derive(typed(passphrase)))
    sealed = cipher.encrypt(nonce, master_key_text(vault).encode(), _canonical(header))
    with replacing(path) as file:
        file.write(json.dumps({**header, "sealed": sealed.hex()}, indent=1).encode() + b"\n")


def read_key_file(path: Path, *, passphrase: str) -> Vault:
    """The vault of a key file.

    Raises
    ------
    VaultError
        When others can read the file, it is damaged or of a later version, or the passphrase is wrong.
    StorageError
        When it is not there.
    """
    content = read_private(path)
    try:
        header = json.loads(content)
        _check_version(path, header)
        sealed, salt, nonce = (bytes.fromhex(header.pop(name)) for name in ("sealed", "salt", "nonce"))
        header |= {"salt": salt.hex(), "nonce": nonce.hex()}
        cost = Cost(**header["argon2id"])
        opened = AESGCM(cost.argon2id(salt).derive(typed(passphrase))).decrypt(nonce, sealed, _canonical(header))
    except InvalidTag:
        raise VaultError(
            f"{path.name} does not open: the passphrase is wrong, or the file was changed; "
            "try again, or take another copy of the file"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VaultError(
            f"{path.name} is not a whole key file ({type(error).__name__}); it was cut or damaged; "
            "take another copy of it, or the shares of the trustees"
        ) from None
    return parse_master_key(opened.decode())


def change_passphrase(path: Path, *, old: str, new: str, cost: Cost = STRONG) -> None:
    """Seal a key file with a new passphrase; the registry needs no change. See `read_key_file` for what is refused."""
    with alone(path):
        write_key_file(path, read_key_file(path, passphrase=old), passphrase=new, cost=cost)


def open_vault(environ: Mapping[str, str], *, key_file: Path | None, ask: Callable[[], str]) -> Vault:
    """The vault from ``ANTIGONE_MASTER_KEY``, or else from the key file.

    Parameters
    ----------
    environ
        The process's environment.
    key_file
        Where the key file is, if there is one.
    ask
        Gives the passphrase when the environment does not.

    Raises
    ------
    VaultError
        When no key is given, or it cannot be used.
    """
    master = secret_from(environ, MASTER_KEY)
    if master is not None:
        return parse_master_key(master)
    if key_file is None:
        raise VaultError(f"no master key is given; expected a key file, {MASTER_KEY}, or {MASTER_KEY}_FD")
    passphrase = secret_from(environ, PASSPHRASE)
    return read_key_file(key_file, passphrase=ask() if passphrase is None else passphrase)


def secret_from(environ: Mapping[str, str], name: str) -> str | None:
    """A secret from the environment, or from the file descriptor that ``<name>_FD`` gives, without its last newline.

    Raises
    ------
    VaultError
        When both are given, or the descriptor is not open.
    """
    handle = environ.get(f"{name}_FD")
    if handle is None:
        return environ.get(name)
    if name in environ:
        raise VaultError(f"{name} and {name}_FD are both given; expected one of them; remove one")
    try:
        with os.fdopen(int(handle), "r", encoding="utf-8") as file:
            return file.read().removesuffix("\n")
    except (ValueError, OSError) as error:
        raise VaultError(
            f"{name}_FD is {handle!r}, which cannot be read ({error}); give the number of an open file descriptor"
        ) from None


def master_key_text(vault: Vault) -> str:
    """The master keys as text for a server's secret store: ``<generation>:<base64>``, separated by commas."""
    return ",".join(f"{n}:{base64.b64encode(vault.masters[n]).decode()}" for n in sorted(vault.masters))


def parse_master_key(text: str) -> Vault:
    """The vault of a text made by `master_key_text`.

    Raises
    ------
    VaultError
        When it is not of that form. The message does not repeat it.
    """
    try:
        pairs = [part.split(":", 1) for part in text.strip().split(",")]
        return Vault({int(number): base64.b64decode(key, validate=True) for number, key in pairs})
    except (ValueError, binascii.Error):
        raise VaultError(
            f"a master key of {len(text)} characters that is not of the form '<generation>:<base64>'; "
            "give it as 'antigone registry' wrote it"
        ) from None


def _canonical(header: Mapping[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _check_version(path: Path, header: Mapping[str, Any]) -> None:
    if header["format"] == FORMAT and header["version"] != VERSION:
        raise VaultError(
            f"{path.name} has version {header['version']}; this program reads version {VERSION}; use a newer one"
        )
    if header["format"] != FORMAT:
        raise ValueError
