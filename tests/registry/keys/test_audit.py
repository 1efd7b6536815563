"""The audit: every change of the past is found, and the first wrong line is named."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry_vaults import NOW, begun_registry, small_registry
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from antigone.errors import ChainBroken, InputError, StorageError
from antigone.registry.audit.chain import Head, append, audit_head, verify_audit
from antigone.registry.audit.checkpoints import (
    read_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_history,
    write_checkpoint,
)
from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.properties import IDENTITY, read_property, write_property
from antigone.registry.store.schema import audit, checkpoints

VAULT = Vault.new()
LINES = 9


def add(connection, subject="sample R1"):
    return append(connection, at=NOW, actor="geneticist-1", action="read", purpose="case 7", subject=subject)


@pytest.fixture
def engine(registry_url):
    """A registry with nine audit lines, whose triggers an attacker has removed."""
    with begun_registry(registry_url, VAULT) as engine:
        with transaction(engine) as connection:
            for number in range(LINES):
                add(connection, f"sample R{number}")
            server = connection.dialect.name == "postgresql"
            for trigger in ["audit_append_only ON audit"] if server else ["audit_no_update", "audit_no_delete"]:
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        yield engine


def by_hand(identity, rows):
    """The chain's last hash, written out once more from the description in docs/privacy.md."""
    last = hashlib.sha256(b"antigone audit " + identity.encode()).hexdigest()
    for number, at, actor, action, purpose, subject in rows:
        fields = [json.dumps(field, ensure_ascii=False) for field in (at, actor, action, purpose, subject, last)]
        last = hashlib.sha256(f"[{number},{','.join(fields)}]".encode()).hexdigest()
    return last


def rewrite_from(connection, number):
    """What an attacker with the whole database does: change a line, and make all later hashes fit again."""
    connection.execute(update(audit).where(audit.c.number == number).values(subject="sample R99"))
    rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    connection.execute(delete(audit).where(audit.c.number >= number))
    for row in rows[number - 1 :]:
        append(connection, at=row.at, actor=row.actor, action=row.action, purpose=row.purpose, subject=row.subject)


# The chain


def test_append__is_the_chain_that_the_docs_describe(engine):
    with snapshot(engine) as connection:
        rows = [tuple(row)[:6] for row in connection.execute(select(audit).order_by(audit.c.number))]
        assert audit_head(connection) == Head(LINES, by_hand(read_property(connection, IDENTITY), rows))


@pytest.mark.slow
@settings(max_examples=20)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), max_size=8))
def test_verify_audit__whatever_was_written_verifies(subjects):
    with small_registry(VAULT).begin() as connection:
        heads = [add(connection, subject) for subject in subjects]
        assert verify_audit(connection) == ([*heads, audit_head(connection)])[-1]
        assert [head.number for head in heads] == list(range(1, len(subjects) + 1))


def test_append__is_undone_with_the_action_it_tells_of(engine):
    def act_and_fail():
        with transaction(engine) as connection:
            add(connection)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        act_and_fail()
    with snapshot(engine) as connection:
        assert verify_audit(connection).number == LINES


@pytest.mark.slow
def test_append__many_at_once_make_one_chain(engine):
    def write():
        for _ in range(5):
            with transaction(engine) as connection:
                add(connection)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with snapshot(engine) as connection:
        assert verify_audit(connection).number == LINES + 20


def test_audit__the_database_itself_refuses_changes(registry_url):
    with begun_registry(registry_url, VAULT) as engine:
        with transaction(engine) as connection:
            add(connection)
        for change in (update(audit).values(actor="nobody"), delete(audit)):
            with pytest.raises(DBAPIError, match="append-only"), transaction(engine) as connection:
                connection.execute(change)


@pytest.mark.parametrize("column", ["at", "actor", "action", "purpose", "subject", "hash"])
def test_verify_audit__a_changed_field_is_found(engine, column):
    with transaction(engine) as connection:
        connection.execute(update(audit).where(audit.c.number == 4).values({column: "x"}))
        with pytest.raises(ChainBroken, match="audit line 4: its content gives the hash") as broken:
            verify_audit(connection)
    assert broken.value.number == 4


def test_verify_audit__a_changed_line_with_a_new_hash_breaks_the_next_link(engine):
    with transaction(engine) as connection:
        row = connection.execute(select(audit).where(audit.c.number == 4)).one()
        connection.execute(delete(audit).where(audit.c.number > 3))
        append(connection, at=row.at, actor="other", action=row.action, purpose=row.purpose, subject=row.subject)
        connection.execute(insert(audit).values(row._asdict() | {"number": 5}))
        with pytest.raises(ChainBroken, match="audit line 5: the hash before it is"):
            verify_audit(connection)


@pytest.mark.parametrize("number", [1, 5])
def test_verify_audit__a_removed_line_is_found(engine, number):
    with transaction(engine) as connection:
        connection.execute(delete(audit).where(audit.c.number == number))
        with pytest.raises(ChainBroken, match=f"audit line {number}: it is missing"):
            verify_audit(connection)


def test_verify_audit__the_chain_of_another_registry_is_found(engine):
    with transaction(engine) as connection:
        write_property(connection, IDENTITY, "another")
        with pytest.raises(ChainBroken, match="audit line 1"):
            verify_audit(connection)


# Checkpoints


def test_checkpoint__verifies_before_and_after_the_history_grows(engine, tmp_path):
    with transaction(engine) as connection:
        write_checkpoint(tmp_path / "c.json", sign_checkpoint(connection, VAULT, at=NOW))
        checkpoint = read_checkpoint(tmp_path / "c.json")
        assert checkpoint.number == LINES
        verify_checkpoint(connection, checkpoint)
        add(connection)
        verify_checkpoint(connection, checkpoint)
        assert verify_history(connection).number == LINES + 1


def test_checkpoint__of_an_empty_audit(registry_url):
    with begun_registry(registry_url, VAULT) as engine, transaction(engine) as connection:
        verify_checkpoint(connection, sign_checkpoint(connection, VAULT, at=NOW))


def test_checkpoint__a_removed_tail_is_found_by_it_alone(engine):
    with transaction(engine) as connection:
        exported = sign_checkpoint(connection, VAULT, at=NOW)
        connection.execute(delete(audit).where(audit.c.number > 6))
        assert verify_audit(connection).number == 6
        for check in (lambda: verify_history(connection), lambda: verify_checkpoint(connection, exported)):
            with pytest.raises(ChainBroken, match="line 9 is missing"):
                check()


def test_checkpoint__a_history_rewritten_whole_is_found_by_the_exported_one(engine):
    """The attacker has the database and the master key: rewrites, and signs again. The exported file still tells."""
    with transaction(engine) as connection:
        exported = sign_checkpoint(connection, VAULT, at=NOW)
        rewrite_from(connection, 3)
        assert verify_audit(connection).number == LINES
        connection.execute(delete(checkpoints))
        sign_checkpoint(connection, VAULT, at=NOW)
        assert verify_history(connection).number == LINES
        with pytest.raises(ChainBroken, match=f"line {LINES} had the hash"):
            verify_checkpoint(connection, exported)


def test_sign_checkpoint__a_broken_history_is_never_signed(engine):
    with transaction(engine) as connection:
        connection.execute(delete(audit).where(audit.c.number == 2))
        with pytest.raises(ChainBroken):
            sign_checkpoint(connection, VAULT, at=NOW)
        assert connection.execute(select(checkpoints)).all() == []


@pytest.mark.parametrize(
    "change", [{"number": 3}, {"hash": "0" * 64}, {"at": "2026"}, {"registry": "x"}, {"signature": "00"}]
)
def test_checkpoint__a_changed_one_is_found(engine, change):
    with transaction(engine) as connection:
        exported = sign_checkpoint(connection, VAULT, at=NOW)
        with pytest.raises(ChainBroken, match="signature that its key did not make"):
            verify_checkpoint(connection, replace(exported, **change))


def test_checkpoint__one_of_another_registry_or_signing_key_is_found(engine, tmp_path):
    with transaction(engine) as connection:
        exported = sign_checkpoint(connection, VAULT, at=NOW)
        identity = read_property(connection, IDENTITY)
        with small_registry(VAULT).begin() as other:
            foreign = sign_checkpoint(other, VAULT, at=NOW)
            write_property(other, IDENTITY, identity)
            with pytest.raises(ChainBroken, match="names the signing key"):
                verify_checkpoint(other, exported)
        with pytest.raises(ChainBroken, match="names the registry"):
            verify_checkpoint(connection, foreign)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": "antigone checkpoint", "version": 9}'])
def test_read_checkpoint__refuses_what_is_none(tmp_path, content):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a checkpoint"):
        read_checkpoint(path)
    with pytest.raises(StorageError):
        read_checkpoint(tmp_path / "nowhere.json")
