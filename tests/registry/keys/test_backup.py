"""Backup and restore: everything comes back, but nobody who left."""

from __future__ import annotations

import gzip
import json
import stat
from base64 import b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry_example import AT
from registry_people import LATER, LINES, House, everything, leave, readable, seeker_leaves
from registry_vaults import NOW, begun_registry
from sqlalchemy import insert, select

from antigone.errors import BackupError, RegistryError, StorageError, VaultError
from antigone.registry.audit.checkpoints import sign_checkpoint, verify_checkpoint, verify_history
from antigone.registry.backup.archive import read_archive_header
from antigone.registry.backup.backup import backup
from antigone.registry.backup.restore import restore
from antigone.registry.keys.vault import Vault
from antigone.registry.rings.ring import (
    read_ring,
    ring_places,
    write_rings,
)
from antigone.registry.store import schema
from antigone.registry.store.database import snapshot, transaction

VAULT = Vault.new()


@pytest.fixture
def house(registry_url, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    with begun_registry(registry_url, VAULT) as engine:
        yield House(engine, folder, VAULT)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """One backup on SQLite, for the tests that only damage it."""
    folder = tmp_path_factory.mktemp("kept")
    with begun_registry(str(folder / "registry.db"), VAULT) as engine:
        house = House(engine, folder, VAULT)
        house.backup()
        yield house


# What comes back


@pytest.mark.slow
def test_restore__brings_everything_back(house):
    with transaction(house.engine) as connection:
        checkpoint = sign_checkpoint(connection, VAULT, at=NOW)
    summary = house.backup()
    assert summary.unreached == ()
    assert summary.rows["profiles"] == 4
    restored = house.restore()
    assert (restored.erased, restored.head.number) == ({}, LINES + 1)
    with snapshot(house.engine) as before, snapshot(restored.engine) as after:
        old, new = everything(before), everything(after)
        assert {name for name in old if old[name] != new[name]} == {"properties"}
        assert verify_history(after) == verify_history(before)
        verify_checkpoint(after, checkpoint)
    assert readable(restored.engine, VAULT) == house.content
    restored.engine.dispose()


@pytest.mark.slow
def test_restore__on_the_other_database_and_going_on_there(house, request, tmp_path):
    """A backup of SQLite is restored to PostgreSQL, or the other way round, and numbers go on after the last one."""
    place = str(tmp_path / "other.db")
    if house.engine.dialect.name == "sqlite" and request.config.getoption("--postgres"):
        place = request.getfixturevalue("restore_to_postgres")
    house.backup()
    restored = house.restore(place=place)
    with transaction(restored.engine) as connection:
        connection.execute(insert(schema.incidents).values(code="I2", title="new", created=NOW))
        assert verify_history(connection).number == LINES + 1
    assert readable(restored.engine, VAULT) == house.content
    restored.engine.dispose()


@pytest.fixture
def restore_to_postgres(request):
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.mark.slow
def test_backup__while_others_write(house, monkeypatch):
    """A donor who leaves while the archive is written is in it whole, and yet leaves, because the ring comes last."""
    from antigone.registry.backup import archive

    tables, seen = schema.metadata.sorted_tables, []

    def arrive():
        for table in tables:
            if table is schema.samples:
                leave(house.engine)
                seen.append(table)
            yield table

    monkeypatch.setattr(archive, "metadata", type("Tables", (), {"sorted_tables": arrive()}))
    house.backup()
    monkeypatch.undo()
    assert seen
    restored = house.restore()
    assert restored.head.number == LINES + 1
    assert restored.erased["donors"] == 1
    restored.engine.dispose()


@pytest.mark.slow
def test_backup__holds_no_key_and_is_for_its_owner_alone(house):
    house.backup()
    with snapshot(house.engine) as connection:
        wrapped = connection.execute(select(schema.keys.c.wrapped)).scalars().all()
    content = gzip.decompress((house.folder / "one.backup").read_bytes())
    tables = [json.loads(line)["table"] for line in content.splitlines() if line.startswith(b'{"table"')]
    assert set(tables) == set(schema.metadata.tables) - {"keys"}
    assert len(wrapped) > 9
    assert not any(b64encode(key) in content or key in content for key in wrapped)
    for name in ("one.backup", "antigone.ring"):
        assert stat.S_IMODE((house.folder / name).stat().st_mode) == 0o600
    assert not any(key in house.ring.read_bytes() for key in wrapped)


# Who left


@pytest.mark.slow
@pytest.mark.parametrize("goes", [leave, seeker_leaves])
def test_restore__of_an_old_backup_leaves_the_same_as_leaving_itself(house, goes):
    """Every row is what it is in the registry that was never lost, but for the moment, and what the audit tells."""
    house.backup()
    old_ring = house.ring.read_bytes()
    goes(house.engine)
    assert write_rings(house.engine, VAULT, at=NOW) == ()
    restored = house.restore()
    assert restored.erased["candidates"] > 0
    with snapshot(house.engine) as before, snapshot(restored.engine) as after:
        old, new = everything(before), everything(after)
        assert {name for name in old if plain(old[name]) != plain(new[name])} == {
            "properties",
            "audit",
            "seals",
            "totals",
        }
        assert [row[2:6] for row in new["audit"][LINES + 1 :]] == [
            ("restore", "withdraw", "left after the backup was made", old["audit"][-1][5])
        ]
        assert verify_history(after).number == LINES + 2
    assert readable(restored.engine, VAULT) == readable(house.engine, VAULT)
    restored.engine.dispose()
    assert old_ring != house.ring.read_bytes()


def plain(rows):
    """Rows but for the moment of an erasure, which is that of the restoring."""
    return (
        str(rows).replace(LATER, "then").replace(AT, "then").replace("2027, 6, 1", "then").replace("2026, 3, 1", "then")
    )


@pytest.mark.slow
def test_restore__leaves_no_byte_of_who_left_in_clear_or_under_a_key(house):
    """The old archive holds ciphertext whose key is nowhere; the restored file does not hold even that."""
    with snapshot(house.engine) as connection:
        donors = select(schema.donors.c.id).join(schema.members).where(schema.members.c.code == "FA")
        taken = select(schema.profiles.c.sealed).join(schema.samples).where(schema.samples.c.donor.in_(donors))
        (sealed,) = connection.execute(taken).scalars()
        key = connection.execute(select(schema.donors.c.key).where(schema.donors.c.id.in_(donors))).scalar_one()
        wrapped = connection.execute(select(schema.keys.c.wrapped).where(schema.keys.c.id == key)).scalar_one()
    house.backup()
    assert b64encode(sealed) in gzip.decompress((house.folder / "one.backup").read_bytes())
    leave(house.engine)
    write_rings(house.engine, VAULT, at=NOW)
    place = house.folder / "new.db"
    restored = house.restore(place=place)
    restored.engine.dispose()
    assert restored.left == ()
    assert key not in read_ring(house.ring, VAULT).keys
    for path in house.folder.glob("new.db*"):
        content = path.read_bytes()
        assert sealed not in content
        assert wrapped not in content


# What is refused


def refused(house, match, kind: type[RegistryError] = BackupError, **change):
    place = house.folder / "refused.db"
    with pytest.raises(kind, match=match):
        house.restore(**{"place": place, **change})
    assert [path.name for path in house.folder.glob("refused.db*")] == []


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_restore__refuses_every_changed_byte_of_the_archive(kept, where, bit):
    content = bytearray((kept.folder / "one.backup").read_bytes())
    content[10 + int(where * (len(content) - 10))] ^= 1 << bit  # the first ten are gzip's own: they say nothing
    (kept.folder / "bad.backup").write_bytes(content)
    refused(kept, "bad", name="bad.backup")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True))
def test_restore__refuses_every_cut_archive_and_ring(kept, where):
    for name, path in (("bad.backup", kept.folder / "one.backup"), ("bad.ring", kept.ring)):
        content = path.read_bytes()
        (kept.folder / name).write_bytes(content[: int(where * len(content))])
        (kept.folder / name).chmod(0o600)
    refused(kept, "bad", name="bad.backup")
    refused(kept, "bad", ring=kept.folder / "bad.ring")


@pytest.mark.parametrize("remove", [3, -1])
def test_restore__refuses_an_archive_put_together_by_hand(kept, remove):
    lines = gzip.decompress((kept.folder / "one.backup").read_bytes()).splitlines(keepends=True)
    del lines[remove]
    (kept.folder / "bad.backup").write_bytes(gzip.compress(b"".join(lines)))
    refused(kept, "cannot be restored", name="bad.backup")


def test_restore__refuses_another_key_another_ring_and_a_file_that_is_there(kept, tmp_path):
    refused(kept, "does not open", vault=Vault.new())
    refused(kept, "generation 1 is needed", VaultError, vault=Vault.new(2))
    with begun_registry(str(tmp_path / "other.db"), VAULT) as engine:
        backup(engine, VAULT, archive=tmp_path / "other.backup", ring=tmp_path / "other.ring", at=NOW)
    refused(kept, "is of registry", ring=tmp_path / "other.ring")
    refused(kept, "cannot be read", StorageError, name="nowhere.backup")
    there = kept.folder / "there.db"
    there.write_bytes(b"something else")
    with pytest.raises(StorageError, match="exists"):
        kept.restore(place=there)
    assert there.read_bytes() == b"something else"


def test_restore__refuses_a_ring_that_others_can_read(kept):
    loose = kept.folder / "loose.ring"
    loose.write_bytes(kept.ring.read_bytes())
    loose.chmod(0o644)
    refused(kept, "permissions 644", VaultError, ring=loose)


@pytest.mark.slow
def test_restore__refuses_a_backup_of_a_newer_program(tmp_path):
    from sqlalchemy import text

    with begun_registry(str(tmp_path / "registry.db"), VAULT) as engine:
        with transaction(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        backup(engine, VAULT, archive=tmp_path / "a.backup", ring=tmp_path / "a.ring", at=NOW)
    with pytest.raises(BackupError, match="'9999'"):
        restore(tmp_path / "new.db", VAULT, archive=tmp_path / "a.backup", ring=tmp_path / "a.ring", at=NOW)
    assert not (tmp_path / "new.db").exists()


@pytest.mark.slow
def test_restore__of_an_older_schema_is_brought_up_to_date(tmp_path, monkeypatch):
    """A backup made before a column was added restores, and gains the column."""
    from sqlalchemy import MetaData, inspect

    from antigone.registry.backup import archive
    from antigone.registry.keys.vault import found_registry
    from antigone.registry.rings import ring as ring_file
    from antigone.registry.store.database import create_registry

    engine = create_registry(tmp_path / "old.db", revision="0001")
    old = MetaData()
    old.reflect(engine)
    with transaction(engine) as connection:
        found_registry(connection, VAULT)
        connection.execute(insert(old.tables["incidents"]).values(code="I1", title="old", created=NOW))
    old.remove(old.tables["alembic_version"])
    monkeypatch.setattr(archive, "metadata", old)
    monkeypatch.setattr(archive, "keys", old.tables["keys"])
    monkeypatch.setattr(ring_file, "VERSION", 1)
    monkeypatch.setattr(ring_file, "all_departures", lambda connection: ())
    monkeypatch.setattr(ring_file, "_write_departures", lambda digested: b"")
    backup(engine, VAULT, archive=tmp_path / "a.backup", ring=tmp_path / "a.ring", at=NOW)
    monkeypatch.undo()
    engine.dispose()
    assert read_archive_header(tmp_path / "a.backup").schema == "0001"
    restored = restore(tmp_path / "new.db", VAULT, archive=tmp_path / "a.backup", ring=tmp_path / "a.ring", at=NOW)
    assert "notices" in {column["name"] for column in inspect(restored.engine).get_columns("incidents")}
    with snapshot(restored.engine) as connection:
        assert connection.execute(select(schema.incidents.c.title)).scalar_one() == "old"
    restored.engine.dispose()


def test_backup__refuses_a_name_that_is_taken_and_leaves_nothing_half(house, monkeypatch):
    (house.folder / "one.backup").write_bytes(b"")
    with pytest.raises(StorageError, match="never written over"):
        house.backup()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("antigone.registry.backup.backup.write_archive", full)
    with pytest.raises(StorageError, match="No space left"):
        house.backup("two.backup")
    assert [path.name for path in house.folder.iterdir()] == ["one.backup"]


@pytest.mark.slow
def test_backup__refuses_the_key_of_another_registry(house):
    with pytest.raises(VaultError, match="fingerprint"):
        backup(house.engine, Vault.new(), archive=house.folder / "a", ring=house.ring, at=NOW)
    with snapshot(house.engine) as connection:
        assert ring_places(connection) == []
