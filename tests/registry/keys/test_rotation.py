"""Rotation of the master key: whatever stops it, everything opens, and the next call finishes it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
from registry_people import LINES, inhabit, leave, readable
from registry_vaults import NOW, PASSPHRASE, SMALL
from sqlalchemy import event, func, select

from antigone.errors import BackupError, StorageError, VaultError
from antigone.registry.audit.checkpoints import sign_checkpoint, verify_history
from antigone.registry.backup.backup import backup
from antigone.registry.backup.restore import restore
from antigone.registry.keys.keyfile import change_passphrase, create_key_file, read_key_file, write_key_file
from antigone.registry.keys.vault import Vault, found_registry
from antigone.registry.rings.ring import add_ring_place, outdated_rings, read_ring, remove_ring_place
from antigone.registry.rings.rotation import Rotation, next_generation, rotate, rotate_key_file
from antigone.registry.store.database import create_registry, open_registry, snapshot, transaction
from antigone.registry.store.files import alone, read_private
from antigone.registry.store.properties import read_property
from antigone.registry.store.schema import keys


def turn(engine, folder: Path, *, batch: int = 4) -> Rotation:
    return rotate_key_file(engine, folder / "antigone.key", passphrase=PASSPHRASE, at=NOW, cost=SMALL, batch=batch)


def key_of(folder: Path) -> Vault:
    return read_key_file(folder / "antigone.key", passphrase=PASSPHRASE)


def check_all_opens(engine, folder: Path, content: object) -> None:
    """Every data key opens with the key file as it is on the disk now."""
    vault = key_of(folder)
    with snapshot(engine) as connection:
        numbers = connection.execute(select(keys.c.id)).scalars().all()
        assert len(vault.data_keys(connection, numbers)) == len(numbers) > 9
    assert readable(engine, vault) == content


def count_keys(engine) -> int:
    with snapshot(engine) as connection:
        return connection.execute(select(func.count()).select_from(keys)).scalar_one()


def check_finished(engine, folder: Path, first: Vault) -> None:
    """One generation in the key file, every data key under it, and the first master key opens nothing."""
    vault = key_of(folder)
    assert list(vault.masters) == [2]
    with snapshot(engine) as connection:
        assert connection.execute(select(keys.c.generation).distinct()).scalars().all() == [2]
        assert read_property(connection, "fingerprint") == vault.fingerprint()
        assert outdated_rings(connection) == []
        with pytest.raises(VaultError):
            first.data_keys(connection, connection.execute(select(keys.c.id)).scalars())
    assert read_ring(folder / "antigone.ring", vault).header.generation == 2


def start(engine, folder: Path) -> tuple[Vault, object]:
    """A registry with people, a key file, a ring and a backup."""
    first = Vault.new()
    create_key_file(folder / "antigone.key", first, passphrase=PASSPHRASE, cost=SMALL)
    with transaction(engine) as connection:
        found_registry(connection, first)
    inhabit(engine, first)
    backup(engine, first, archive=folder / "one.backup", ring=folder / "antigone.ring", at=NOW)
    return first, readable(engine, first)


@pytest.fixture
def house(registry_url, tmp_path):
    engine = create_registry(registry_url)
    first, content = start(engine, tmp_path)
    yield engine, tmp_path, first, content
    engine.dispose()


@pytest.mark.slow
def test_rotation__everything_opens_with_the_new_key_and_nothing_with_the_old(house):
    engine, folder, first, content = house
    done = turn(engine, folder)
    assert done == Rotation(2, count_keys(engine), ())
    check_all_opens(engine, folder, content)
    check_finished(engine, folder, first)


@pytest.mark.slow
def test_rotation__an_old_backup_restores_with_the_new_key(house):
    engine, folder, first, _ = house
    with transaction(engine) as connection:
        sign_checkpoint(connection, first, at=NOW)
    turn(engine, folder)
    leave(engine)
    again = turn(engine, folder)
    assert again.generation == 3
    vault = key_of(folder)
    restored = restore(
        folder / "r.db", vault, archive=folder / "one.backup", ring=folder / "antigone.ring", at=NOW
    )  # fmt: skip
    assert restored.erased["donors"] == 1
    assert readable(restored.engine, vault) == readable(engine, vault)
    with transaction(restored.engine) as connection:
        sign_checkpoint(connection, vault, at=NOW)
        assert verify_history(connection).number > LINES
        vault.new_key(connection)
    restored.engine.dispose()


def test_rotation__a_copied_ring_opens_nothing_more(house):
    engine, folder, _, _ = house
    shutil.copy(folder / "antigone.ring", folder / "copied.ring")
    turn(engine, folder)
    with pytest.raises((VaultError, BackupError)):
        read_ring(folder / "copied.ring", key_of(folder))


def test_rotation__a_vault_opened_before_makes_no_key_that_nobody_can_open(house):
    engine, folder, first, _ = house
    turn(engine, folder)
    with transaction(engine) as connection, pytest.raises(VaultError, match="rotated"):
        first.new_key(connection)
    with pytest.raises(VaultError):
        rotate(engine, first, at=NOW)


def test_rotation__keeps_the_old_generation_until_every_ring_is_written_over(house):
    engine, folder, first, content = house
    ring = folder / "antigone.ring"
    ring.rename(folder / "away.ring")
    ring.mkdir()
    done = turn(engine, folder)
    assert not done.finished
    assert [failed.place for failed in done.unreached] == [ring]
    assert sorted(key_of(folder).masters) == [1, 2]
    check_all_opens(engine, folder, content)
    ring.rmdir()
    (folder / "away.ring").rename(ring)
    assert turn(engine, folder) == Rotation(2, 0, ())
    check_finished(engine, folder, first)


def test_rotation__a_place_that_is_gone_for_good_can_be_forgotten(house):
    engine, folder, _, _ = house
    (folder / "antigone.ring").unlink()
    (folder / "antigone.ring").mkdir()
    assert not turn(engine, folder).finished
    with transaction(engine) as connection:
        remove_ring_place(connection, folder / "antigone.ring")
    assert turn(engine, folder).finished
    assert list(key_of(folder).masters) == [2]


def test_rotation__of_a_server_whose_key_comes_from_its_environment(house):
    engine, _, first, content = house
    both = next_generation(first)
    assert rotate(engine, both, at=NOW).wrapped == count_keys(engine)
    assert readable(engine, Vault({2: both.masters[2]})) == content
    with pytest.raises(VaultError, match="fingerprint"):
        rotate(engine, next_generation(first), at=NOW)


def test_rotation__refuses_the_key_file_of_another_registry(house):
    engine, folder, _, _ = house
    (folder / "antigone.key").unlink()
    create_key_file(folder / "antigone.key", Vault.new(), passphrase=PASSPHRASE, cost=SMALL)
    with pytest.raises(VaultError, match="fingerprint"):
        turn(engine, folder)
    assert list(key_of(folder).masters) == [1]


def test_rotation__two_at_once_lose_no_key(house):
    """Were each to make its own second generation, one of them would be lost together with what it wrapped."""
    engine, folder, first, content = house
    errors: list[Exception] = []

    def run():
        try:
            turn(engine, folder)
        except Exception as error:
            errors.append(error)

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert errors == []
    check_all_opens(engine, folder, content)
    assert len(key_of(folder).masters) == 1
    assert first.masters[1] not in key_of(folder).masters.values()


# Stopped anywhere


def in_child(action) -> int:
    """Run in a forked process; its end: 0, or the negative number of the signal that killed it."""
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at(step: int, engine) -> None:
    """Kill this process at the n-th moment at which something becomes durable, before it does."""
    passed = [0]
    sync, replace = os.fsync, Path.replace

    def pass_by(*_):
        passed[0] += 1
        if passed[0] == step:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = lambda fd: (pass_by(), sync(fd))[1]
    Path.replace = lambda path, target: (pass_by(), replace(path, target))[1]  # type: ignore[assignment, method-assign]
    event.listen(engine, "commit", pass_by)


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """A registry on SQLite that no process has open, to be copied."""
    folder = tmp_path_factory.mktemp("still")
    engine = create_registry(folder / "registry.db")
    first, content = start(engine, folder)
    with transaction(engine) as connection:
        remove_ring_place(connection, folder / "antigone.ring")
    engine.dispose()
    return folder, first, content


def copied(still, folder: Path) -> None:
    shutil.copytree(still, folder)
    engine = open_registry(folder / "registry.db")
    with transaction(engine) as connection:
        add_ring_place(connection, folder / "antigone.ring")
    engine.dispose()


@pytest.mark.slow
def test_rotation__killed_at_every_step_it_goes_on(still, tmp_path):
    original, first, content = still
    ends = []
    for step in range(1, 60):
        folder = tmp_path / str(step)
        copied(original, folder)

        def killed(folder=folder, step=step):
            engine = open_registry(folder / "registry.db")
            die_at(step, engine)
            turn(engine, folder)

        ends.append(in_child(killed))
        engine = open_registry(folder / "registry.db")
        check_all_opens(engine, folder, content)
        if list(key_of(folder).masters) != [2]:  # else it was killed after its last step
            turn(engine, folder)
            check_all_opens(engine, folder, content)
        check_finished(engine, folder, first)
        engine.dispose()
        if ends[-1] == 0:
            break
    assert len(ends) > 10
    assert ends == [-signal.SIGKILL] * (len(ends) - 1) + [0]


@pytest.mark.slow
def test_rotation__killed_at_random_moments_it_comes_to_its_end(still, tmp_path):
    original, _, content = still
    folder, chance, kills = tmp_path / "house", random.Random(7), 0
    copied(original, folder)
    for _ in range(25):
        child = os.fork()
        if child == 0:
            turn(open_registry(folder / "registry.db"), folder, batch=1)
            os._exit(0)
        time.sleep(chance.uniform(0.0, 0.05))
        os.kill(child, signal.SIGKILL)
        kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
        engine = open_registry(folder / "registry.db")
        check_all_opens(engine, folder, content)
        engine.dispose()
    assert kills > 5
    engine = open_registry(folder / "registry.db")
    while len(key_of(folder).masters) > 1:
        turn(engine, folder)
    check_all_opens(engine, folder, content)
    with snapshot(engine) as connection:
        assert (
            connection.execute(select(func.count()).where(keys.c.generation != key_of(folder).generation)).scalar() == 0
        )
    engine.dispose()


def test_alone__a_passphrase_changed_meanwhile_loses_no_generation(tmp_path):
    """Who waited for the file works on the one that was put in its place, not on the one it saw first."""
    path = tmp_path / "antigone.key"
    first = Vault.new()
    create_key_file(path, first, passphrase=PASSPHRASE, cost=SMALL)
    with alone(path):
        other = threading.Thread(
            target=change_passphrase, args=(path,), kwargs={"old": PASSPHRASE, "new": "another of words", "cost": SMALL}
        )
        other.start()
        time.sleep(0.05)
        write_key_file(path, next_generation(first), passphrase=PASSPHRASE, cost=SMALL)
    other.join()
    assert sorted(read_key_file(path, passphrase="another of words").masters) == [1, 2]


def test_alone__a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match="nowhere"), alone(tmp_path / "nowhere.key"):
        read_private(tmp_path / "nowhere.key")
