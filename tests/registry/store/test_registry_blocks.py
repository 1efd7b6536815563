"""Finished blocks of an unfinished search: sealed on the disk, kept whole or not at all, and gone without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from erased_files import files_with as files_with
from registry_team import INCIDENT, PURPOSE
from registry_team import team_at_work as at_work
from sqlalchemy import select
from unfinished import ERASED_AT_ONCE as ERASED_AT_ONCE
from unfinished import ONE_BY_ONE as ONE_BY_ONE
from unfinished import After as After
from unfinished import cancelled_after as cancelled_after
from unfinished import kept_rows as kept_rows
from unfinished import looks_at_once as looks_at_once
from unfinished import newest as newest
from unfinished import resumed as resumed
from unfinished import scored as scored

from antigone.casework.pairs.checkpoint import pack_block
from antigone.errors import Cancelled, Conflict, RegistryError, StorageError
from antigone.registry.backup.backup import backup
from antigone.registry.backup.restore import restore
from antigone.registry.store.database import snapshot, transaction, upgrade
from antigone.registry.store.schema import blocks, keys, unfinished
from antigone.team.access import opening
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.runs.resuming import open_sealed_blocks
from antigone.team.runs.searching import resume_search, search


@pytest.mark.slow
def test_keep__a_block_that_finds_no_room_is_computed_again(team_at_work, monkeypatch, scored):
    def full(*_arguments: object, **_named: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("antigone.team.runs.resuming.keep_block", full)
        line = cancelled_after(team_at_work, 2)
    assert (line.state, line.kept, line.kept_of) == ("cancelled", 0, 4)
    resumed(team_at_work, line.id)
    assert len(scored) == 2 + 4


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0, 2, "read"])
def test_keep__nothing_is_kept_after_somebody_left(team_at_work, moment, monkeypatch):
    """Somebody leaves while the search runs: what it finds from then on is not kept either."""
    left: list[str] = []
    if moment == "read":  # after the profiles were read, and before there is a key for blocks

        def leaves_first(registry, work, incident):
            leave("comparing blocks", 0, 4)
            return open_sealed_blocks(registry, work, incident)

        monkeypatch.setattr("antigone.team.runs.searching.open_sealed_blocks", leaves_first)

    def leave(step: str, done: int, _of: int) -> None:
        if step == "comparing blocks" and (done == moment or moment == "read") and not left:
            left.append("F1")
            withdraw_donor(team_at_work["coordinator"], INCIDENT, "F1", "FA")
            assert kept_rows(team_at_work.registry) == ERASED_AT_ONCE

    after = After(4)

    def both(step: str, done: int, of: int) -> None:
        leave(step, done, of)
        after.progress(step, done, of)

    with pytest.raises(Cancelled):
        search(team_at_work["geneticist"], INCIDENT, execution=ONE_BY_ONE, progress=both, cancelled=after)
    assert left
    assert kept_rows(team_at_work.registry) == ERASED_AT_ONCE


# What is on the disk


def folder_of(registry_url: str, request: pytest.FixtureRequest) -> Path:
    if not registry_url.startswith("postgresql"):
        return Path(registry_url).parent
    server = request.getfixturevalue("postgres")
    if server.data is None:
        pytest.skip("NOT TESTED: the files of a server that is not ours cannot be read")
    server.run("CHECKPOINT")
    return Path(server.data)


@pytest.fixture
def opened(monkeypatch) -> list[bytes]:
    """Every block as it is before it is sealed."""
    from antigone.team.runs import resuming

    found: list[bytes] = []

    def packed(result):
        found.append(pack_block(result))
        return found[-1]

    monkeypatch.setattr(resuming, "pack_block", packed)
    return found


@pytest.mark.slow
def test_blocks__stand_sealed_on_the_disk_and_leave_no_byte_when_somebody_leaves(
    team_at_work, registry_url, request, opened
):
    cancelled_after(team_at_work, 4)
    with snapshot(team_at_work.registry.engine) as connection:
        key = connection.scalar(select(unfinished.c.key))
        sealed = [*connection.scalars(select(blocks.c.sealed)), *connection.scalars(select(unfinished.c.sealed))]
        wrapped = connection.scalar(select(keys.c.wrapped).where(keys.c.id == key))
        secret = team_at_work.registry.vault.data_keys(connection, [key])[key].secret
    folder = folder_of(registry_url, request)
    assert len(sealed) == 5
    assert len(opened) == 4
    assert all(files_with(folder, pattern) for pattern in (*sealed, wrapped)), "the search of files finds what is there"
    for pattern in (*opened, b"log_lr.npy", secret):
        assert files_with(folder, pattern) == []
    withdraw_donor(team_at_work["coordinator"], INCIDENT, "F1", "FA")
    for pattern in (*sealed, wrapped):
        assert files_with(folder, pattern) == []


def test_blocks__one_moved_to_another_place_does_not_open(team_at_work):
    run = cancelled_after(team_at_work, 3).id
    with transaction(team_at_work.registry.engine) as connection:
        first = connection.execute(select(blocks).order_by(blocks.c.number)).first()
        assert first is not None
        change = blocks.update().where(blocks.c.id == first.id).values(number=3)
        connection.execute(change)
    with pytest.raises(RegistryError, match=f"blocks:{run}:3 does not open"):
        resume_search(team_at_work["geneticist"], run)
    assert newest(team_at_work).state == "failed"


@pytest.mark.slow
def test_backup__holds_blocks_sealed_and_one_of_before_somebody_left_opens_none(tmp_path):
    team = at_work(str(tmp_path / "registry.db"))
    run, vault = cancelled_after(team, 3).id, team.registry.vault
    archive, ring = tmp_path / "archive", tmp_path / "ring"
    backup(team.registry.engine, vault, archive=archive, ring=ring, at=team.registry.now())
    restore(tmp_path / "before.db", vault, archive=archive, ring=ring, at=team.registry.now()).engine.dispose()
    whole = opening.open_with(tmp_path / "before.db", vault, clock=team.clock)
    geneticist = opening.session_of(whole, "geneticist", purpose=PURPOSE)
    told: list[str] = []
    assert resume_search(geneticist, run, announce=told.append).line.state == "finished"
    assert told == ["Resumed from 3 of 4 parts, which were kept."]
    withdraw_donor(team["coordinator"], INCIDENT, "F1", "FA")
    restore(tmp_path / "after.db", vault, archive=archive, ring=ring, at=team.registry.now()).engine.dispose()
    after = opening.open_with(tmp_path / "after.db", vault, clock=team.clock)
    assert kept_rows(after) == (0, 0)
    with pytest.raises(Conflict, match="cannot be resumed"):
        resume_search(opening.session_of(after, "geneticist", purpose=PURPOSE), run)
    for registry in (team.registry, whole, after):
        registry.close()


def test_migration__the_way_down_takes_the_blocks_and_their_keys(team_at_work, registry_url):
    run = cancelled_after(team_at_work).id
    with snapshot(team_at_work.registry.engine) as connection:
        key = connection.scalar(select(unfinished.c.key))
    team_at_work.registry.engine.dispose()
    upgrade(registry_url, revision="0004").dispose()
    upgrade(registry_url).dispose()
    with snapshot(team_at_work.registry.engine) as connection:
        assert connection.scalar(select(keys.c.id).where(keys.c.id == key)) is None
    with pytest.raises(Conflict, match="cannot be resumed"):
        resume_search(team_at_work["geneticist"], run)
