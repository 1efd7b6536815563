"""The ring: one current copy at each place, never an older one over a newer, and what it could not reach is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from registry_people import House, leave
from registry_vaults import NOW, begun_registry
from sqlalchemy import func, select

from antigone.errors import BackupError, StorageError
from antigone.registry.keys.vault import Vault
from antigone.registry.rings.ring import (
    add_ring_place,
    outdated_rings,
    read_ring_header,
    remove_ring_place,
    ring_places,
    write_rings,
)
from antigone.registry.store import schema
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.properties import read_property, write_property

VAULT = Vault.new()


@pytest.fixture
def house(registry_url, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    with begun_registry(registry_url, VAULT) as engine:
        yield House(engine, folder, VAULT)


@pytest.mark.slow
def test_rings__one_that_was_not_written_over_is_named(house, tmp_path):
    house.backup()
    stick = tmp_path / "stick"
    stick.mkdir()
    with transaction(house.engine) as connection:
        add_ring_place(connection, stick / "antigone.ring")
    assert write_rings(house.engine, VAULT, at=NOW) == ()
    away = stick.rename(tmp_path / "away")
    leave(house.engine)
    with snapshot(house.engine) as connection:
        assert {found.place for found in outdated_rings(connection)} == {house.ring, stick / "antigone.ring"}
    assert [failed.place for failed in write_rings(house.engine, VAULT, at=NOW)] == [stick / "antigone.ring"]
    away.rename(stick)
    with snapshot(house.engine) as connection:
        (found,) = outdated_rings(connection)
        assert found.reason == "it was written before the last erasure"
    assert write_rings(house.engine, VAULT, at=NOW) == ()
    with snapshot(house.engine) as connection:
        assert outdated_rings(connection) == []


@pytest.mark.slow
def test_rings__a_crash_between_erasure_and_ring_is_found(house):
    house.backup()
    with snapshot(house.engine) as connection:
        assert outdated_rings(connection) == []
    leave(house.engine)
    with snapshot(house.engine) as connection:
        assert [found.place for found in outdated_rings(connection)] == [house.ring]


@pytest.mark.slow
def test_rings__the_former_ring_is_overwritten_on_the_disk(house):
    house.backup()
    held = house.folder / "hard-link"
    held.hardlink_to(house.ring)
    leave(house.engine)
    write_rings(house.engine, VAULT, at=NOW)
    assert set(held.read_bytes()) == {0}


@pytest.mark.slow
def test_rings__one_of_a_later_state_or_another_registry_is_never_written_over(house, tmp_path):
    house.backup()
    with begun_registry(str(tmp_path / "other.db"), VAULT) as other:
        with transaction(other) as connection:
            add_ring_place(connection, house.ring)
        (failed,) = write_rings(other, VAULT, at=NOW)
        assert "ring of registry" in failed.reason
    leave(house.engine)
    write_rings(house.engine, VAULT, at=NOW)
    with transaction(house.engine) as connection:
        write_property(connection, "ring_counter", "0")
    (failed,) = write_rings(house.engine, VAULT, at=NOW)
    assert "not written over" in failed.reason


@pytest.mark.slow
def test_rings__another_file_is_never_written_over(house):
    house.ring.write_bytes(b"a letter to my sister")
    with pytest.raises(BackupError, match="no ring"):
        house.backup()
    assert house.ring.read_bytes() == b"a letter to my sister"


@pytest.mark.slow
def test_rings__a_restored_registry_knows_no_place(house):
    """So that a restore made as an exercise never writes over the ring of the registry in use."""
    house.backup()
    restored = house.restore()
    with snapshot(restored.engine) as connection:
        assert ring_places(connection) == []
    before = house.ring.read_bytes()
    assert write_rings(restored.engine, VAULT, at=NOW) == ()
    assert house.ring.read_bytes() == before
    restored.engine.dispose()


@pytest.mark.slow
def test_remove_ring_place__forgets_it(house):
    house.backup()
    with transaction(house.engine) as connection:
        with pytest.raises(StorageError, match="no place of a ring"):
            remove_ring_place(connection, Path("elsewhere.ring"))
        remove_ring_place(connection, house.ring)
        assert ring_places(connection) == []


@pytest.mark.slow
def test_ring__says_who_and_how_many_in_clear_and_no_more(house):
    house.backup()
    header = read_ring_header(house.ring)
    with snapshot(house.engine) as connection:
        assert header.registry == read_property(connection, "registry")
        count = connection.execute(select(func.count()).select_from(schema.keys)).scalar()
    assert (header.generation, header.count, header.at) == (1, count, NOW)
