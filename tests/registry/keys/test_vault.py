"""Keys: what opens, what does not, and that nothing opens in another place than its own."""

from __future__ import annotations

import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_vaults import PASSPHRASE, SMALL, small_registry
from sqlalchemy import create_engine, delete, select, update

from antigone.errors import Conflict, StorageError, VaultError
from antigone.registry.keys.keyfile import (
    change_passphrase,
    create_key_file,
    master_key_text,
    open_vault,
    parse_master_key,
    read_key_file,
    secret_from,
    write_key_file,
)
from antigone.registry.keys.passphrase import STRONG, Cost
from antigone.registry.keys.vault import DataKey, Vault, check_vault, found_registry, registry_key
from antigone.registry.store.files import replacing
from antigone.registry.store.properties import read_property, write_property
from antigone.registry.store.schema import keys, metadata

KEY = DataKey(1, bytes(range(32)))


def never() -> str:
    raise AssertionError("the passphrase was asked for")


# What is sealed


@given(plaintext=st.binary(max_size=200), context=st.text(max_size=20))
def test_seal__opens_with_the_same_key_and_context(plaintext, context):
    sealed = Vault.seal(KEY, plaintext, context=context)
    assert Vault.unseal(KEY, sealed, context=context) == plaintext
    assert len(sealed) == len(plaintext) + 12 + 16


@given(position=st.integers(0, 37), bit=st.integers(0, 7))
def test_unseal__refuses_every_changed_bit(position, bit):
    sealed = bytearray(Vault.seal(KEY, b"TH01 6 9.3", context="profiles:1"))
    sealed[position] ^= 1 << bit
    with pytest.raises(VaultError, match="profiles:1"):
        Vault.unseal(KEY, bytes(sealed), context="profiles:1")


@given(length=st.integers(0, 37))
def test_unseal__refuses_every_cut(length):
    with pytest.raises(VaultError):
        Vault.unseal(KEY, Vault.seal(KEY, b"TH01 6 9.3", context="profiles:1")[:length], context="profiles:1")


def test_unseal__refuses_another_row_and_another_key():
    sealed = Vault.seal(KEY, b"TH01 6 9.3", context="profiles:1")
    with pytest.raises(VaultError, match="profiles:2"):
        Vault.unseal(KEY, sealed, context="profiles:2")
    with pytest.raises(VaultError):
        Vault.unseal(DataKey(1, bytes(32)), sealed, context="profiles:1")


def test_seal__never_gives_the_same_bytes_twice():
    assert len({Vault.seal(KEY, b"the same", context="x") for _ in range(50)}) == 50


# Data keys


def test_new_keys__open_again_and_stand_wrapped_in_the_table():
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        made = vault.new_keys(connection, 2500)
        stored = connection.execute(select(keys.c.wrapped)).scalars().all()
        assert vault.data_keys(connection, [key.id for key in made]) == {key.id: key for key in made}
    assert len({key.id for key in made}) == 2500
    assert not any(key.secret in row for key, row in zip(made, stored, strict=True))


def test_new_keys__none_is_none():
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        assert vault.new_keys(connection, 0) == []


def test_data_keys__an_erased_key_is_not_there():
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        gone, kept = vault.new_keys(connection, 2)
        connection.execute(delete(keys).where(keys.c.id == gone.id))
        assert vault.data_keys(connection, [gone.id, kept.id]) == {kept.id: kept}


def test_data_keys__a_key_moved_to_another_row_does_not_open():
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        first, second = vault.new_keys(connection, 2)
        wrapped = connection.execute(select(keys.c.wrapped).where(keys.c.id == first.id)).scalar_one()
        connection.execute(update(keys).where(keys.c.id == second.id).values(wrapped=wrapped))
        with pytest.raises(VaultError, match=f"key:{second.id}:1"):
            vault.data_keys(connection, [second.id])


def test_new_key__a_vault_of_a_former_generation_is_refused():
    """A server that was running while the key was rotated would make keys that nobody can open later."""
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        write_property(connection, "generation", "2")
        with pytest.raises(VaultError, match="rotated"):
            vault.new_key(connection)


def test_data_keys__a_generation_that_the_vault_lacks_is_named():
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        key = vault.new_key(connection)
        with pytest.raises(VaultError, match=r"generation 1 is needed, this vault holds \[2\]"):
            Vault.new(2).data_keys(connection, [key.id])


def test_vault__shows_no_secret():
    vault = Vault.new()
    shown = repr(vault) + repr(KEY) + vault.fingerprint()
    assert str(vault.masters[1]) not in shown
    assert vault.masters[1].hex()[:32] not in shown
    assert "secret" not in repr(KEY)


def test_subkey__differs_by_use_and_by_master():
    vault = Vault({1: bytes(32), 2: bytes([1] * 32)})
    assert len({vault.subkey(use, n) for use in ("wrap", "ring") for n in (1, 2)}) == 4
    assert vault.subkey("ring") == vault.subkey("ring", 2)


@pytest.mark.parametrize("masters", [{1: b"short"}, {0: bytes(32)}])
def test_vault__refuses_what_is_no_master_key(masters):
    with pytest.raises(VaultError, match="expected 32 bytes"):
        Vault(masters)


# The registry's own


def test_found_registry__once_only():
    vault = Vault.new()
    with small_registry(vault).begin() as connection, pytest.raises(Conflict, match="begun already"):
        found_registry(connection, vault)


def test_check_vault__refuses_the_key_of_another_registry():
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        check_vault(connection, vault)
        with pytest.raises(VaultError, match="give the key of this registry"):
            check_vault(connection, Vault.new())


def test_registry_key__is_made_once():
    vault = Vault.new()
    with small_registry(vault).begin() as connection:
        assert registry_key(connection, vault) == registry_key(connection, vault)
        connection.execute(delete(keys))
        with pytest.raises(VaultError, match="restore"):
            registry_key(connection, vault)


def test_read_property__one_that_is_not_there_is_named():
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection, pytest.raises(StorageError, match="'generation'"):
        read_property(connection, "generation")


# The key file


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "antigone.key"
    create_key_file(path, Vault({1: bytes(32), 2: bytes([7] * 32)}), passphrase=PASSPHRASE, cost=SMALL)
    return path


def test_key_file__opens_with_its_passphrase(key_file):
    assert read_key_file(key_file, passphrase=PASSPHRASE).masters == {1: bytes(32), 2: bytes([7] * 32)}


def test_key_file__is_for_its_owner_alone_and_shows_no_key(key_file):
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert bytes([7] * 32).hex() not in key_file.read_text()
    assert [path.name for path in key_file.parent.iterdir()] == ["antigone.key"]


def test_key_file__a_wrong_passphrase_is_refused(key_file):
    with pytest.raises(VaultError, match="passphrase is wrong"):
        read_key_file(key_file, passphrase=PASSPHRASE + " ")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_key_file__one_that_others_can_read_is_refused(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(VaultError, match=f"permissions {mode:o}"):
        read_key_file(key_file, passphrase=PASSPHRASE)


def test_key_file__every_truncation_is_refused(key_file):
    whole = key_file.read_bytes()
    for length in range(len(whole) - 2):
        key_file.write_bytes(whole[:length])
        with pytest.raises(VaultError, match="antigone"):
            read_key_file(key_file, passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("generations", [1]),
        ("salt", "00" * 16),
        ("nonce", "00" * 12),
        ("sealed", "00" * 90),
        ("argon2id", {"memory_kib": 64, "passes": 1, "lanes": 1}),
        ("argon2id", {"memory_kib": 1 << 40, "passes": 1, "lanes": 1}),
        ("argon2id", 5),
        ("format", "another"),
        ("version", 2),
        ("salt", None),
    ],
)
def test_key_file__every_changed_field_is_refused(key_file, field, value):
    key_file.write_text(json.dumps(json.loads(key_file.read_text()) | {field: value}))
    with pytest.raises(VaultError):
        read_key_file(key_file, passphrase=PASSPHRASE)


def test_key_file__one_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match="nowhere"):
        read_key_file(tmp_path / "nowhere.key", passphrase=PASSPHRASE)


def test_create_key_file__never_writes_over_one(key_file):
    with pytest.raises(VaultError, match="never written over"):
        create_key_file(key_file, Vault.new(), passphrase=PASSPHRASE, cost=SMALL)


def test_create_key_file__a_short_passphrase_is_refused(tmp_path):
    with pytest.raises(VaultError, match="5 characters; expected at least 12"):
        create_key_file(tmp_path / "a.key", Vault.new(), passphrase="short", cost=SMALL)
    assert list(tmp_path.iterdir()) == []


def test_change_passphrase__keeps_the_key_and_refuses_the_old_one(key_file):
    change_passphrase(key_file, old=PASSPHRASE, new="another passphrase", cost=SMALL)
    assert read_key_file(key_file, passphrase="another passphrase").generation == 2
    with pytest.raises(VaultError):
        read_key_file(key_file, passphrase=PASSPHRASE)


def test_passphrase__is_the_same_however_its_letters_are_composed(tmp_path):
    path = tmp_path / "a.key"
    write_key_file(path, Vault.new(), passphrase="Antígonē of Thebes", cost=SMALL)
    assert read_key_file(path, passphrase="Anti\u0301gone\u0304 of Thebes").generation == 1


def test_cost__is_strong_unless_told_otherwise():
    assert Cost(memory_kib=64 * 1024, passes=3, lanes=4) == STRONG


# Servers


def test_open_vault__from_the_environment_asks_nobody():
    vault = Vault.new(3)
    environ = {"ANTIGONE_MASTER_KEY": master_key_text(vault)}
    assert open_vault(environ, key_file=None, ask=never) == vault


def test_open_vault__passphrase_from_the_environment_or_asked_for(key_file):
    environ = {"ANTIGONE_PASSPHRASE": PASSPHRASE}
    assert open_vault(environ, key_file=key_file, ask=never).generation == 2
    assert open_vault({}, key_file=key_file, ask=lambda: PASSPHRASE).generation == 2


def test_open_vault__without_any_key_says_where_one_may_come_from():
    with pytest.raises(VaultError, match="ANTIGONE_MASTER_KEY_FD"):
        open_vault({}, key_file=None, ask=never)


def test_secret_from__a_file_descriptor():
    reader, writer = os.pipe()
    os.write(writer, b"from a pipe\n")
    os.close(writer)
    assert secret_from({"ANTIGONE_PASSPHRASE_FD": str(reader)}, "ANTIGONE_PASSPHRASE") == "from a pipe"


@pytest.mark.parametrize("environ", [{"X_FD": "77"}, {"X_FD": "three"}, {"X_FD": "1", "X": "both"}])
def test_secret_from__a_bad_descriptor_or_two_sources_are_refused(environ):
    with pytest.raises(VaultError, match="X_FD"):
        secret_from(environ, "X")


@pytest.mark.parametrize("text", ["", "1", "1:", "1:AAAA", "x:" + "A" * 44, "1:?" + "A" * 43, "1:a:b"])
def test_parse_master_key__refuses_and_does_not_repeat_it(text):
    with pytest.raises(VaultError) as refused:
        parse_master_key(text)
    assert len(text) < 5 or text not in str(refused.value)


# Files written whole


def test_replacing__a_failure_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def write_and_fail():
        with replacing(path) as file:
            file.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="No space left on device"):
        write_and_fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_replacing__the_old_content_is_blanked(tmp_path):
    path, other_name = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"an old key")
    other_name.hardlink_to(path)
    with replacing(path) as file:
        file.write(b"a new key")
    assert path.read_bytes() == b"a new key"
    assert other_name.read_bytes() == bytes(10)
