"""What a restore does not bring back: tokens and access that were ended; and archives that are not whole."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from registry_team import INCIDENT, PURPOSE, Team

from antigone.errors import BackupError, Forbidden, InputError
from antigone.registry.backup import archive as archives
from antigone.registry.store.files import replacing
from antigone.team.access import opening, users
from antigone.team.access.session import Registry
from antigone.team.keeping.auditing import read_audit
from antigone.team.keeping.backups import BackupPlaces, back_up_now, list_interrupted
from antigone.team.keeping.keeping import back_up, list_archived_users, restore, verify
from antigone.team.overview.status import read_status

AFTER = ("administrator", "auditor", "geneticist")


@pytest.fixture
def kept(team_at_work: Team, tmp_path: Path) -> tuple[Team, Path, Path, str]:
    """A backup, after which a token was revoked and a user left."""
    team, archive, ring = team_at_work, tmp_path / "a.archive", tmp_path / "a.ring"
    token = users.add_own_token(team["geneticist"], name="lims", days=30)
    back_up(team["administrator"], archive, ring=ring)
    users.revoke_own_token(team["geneticist"], name="lims")
    users.deactivate_user(team["administrator"], "reviewer")
    return team, archive, ring, token


def opened(team: Team, place: Path) -> Registry:
    return opening.open_with(place, team.registry.vault, clock=team.clock)


@pytest.mark.slow
def test_restore__revives_no_token_and_nobody_who_is_no_user_today(kept, tmp_path):
    team, archive, ring, token = kept
    made = restore(tmp_path / "b.db", team.registry.vault, archive=archive, ring=ring, today=AFTER, clock=team.clock)
    assert made.access.users == AFTER
    assert set(made.access.ended) == {"registrar", "reviewer", "coordinator", "second geneticist", "second reviewer"}
    assert made.access.tokens == 1
    again = opened(team, tmp_path / "b.db")
    with pytest.raises(Forbidden, match="revoked"):
        opening.session_of_token(again, token, purpose=PURPOSE)
    with pytest.raises(Forbidden, match="no active user 'reviewer'"):
        opening.session_of(again, "reviewer", purpose=PURPOSE)
    auditor = opening.session_of(again, "auditor", purpose=PURPOSE)
    (line,) = [line for line in read_audit(auditor).rows if line.action == "restore"]
    assert json.loads(line.subject)["users ended"] == list(made.access.ended)
    assert verify(auditor).lines
    assert read_status(auditor).incidents[0].code == INCIDENT


@pytest.mark.slow
def test_restore__without_a_list_ends_tokens_alone(kept, tmp_path):
    team, archive, ring, _ = kept
    made = restore(tmp_path / "b.db", team.registry.vault, archive=archive, ring=ring, clock=team.clock)
    assert (made.access.ended, made.access.tokens, "reviewer" in made.access.users) == ((), 1, True)


@pytest.mark.parametrize(
    ("today", "words"),
    [(["administrator", "nobody"], "no users with access: nobody"), (["auditor"], "no administrator")],
)
def test_restore__of_a_wrong_list_is_refused_and_nothing_is_written(kept, tmp_path, today, words):
    team, archive, ring, _ = kept
    with pytest.raises(InputError, match=words):
        restore(tmp_path / "b.db", team.registry.vault, archive=archive, ring=ring, today=today)
    assert not (tmp_path / "b.db").exists()


@pytest.mark.slow
def test_archived_users__are_those_with_access_on_that_day(kept):
    _, archive, _, _ = kept
    assert ("reviewer", "reviewer") in list_archived_users(archive)


@pytest.fixture
def places(tmp_path: Path) -> BackupPlaces:
    (tmp_path / "disk").mkdir()
    (tmp_path / "stick").mkdir()
    return BackupPlaces(tmp_path / "disk", tmp_path / "stick" / "a.ring")


def interrupt(folder: Path, name: str, content: bytes) -> Path:
    path = folder / f".{name}.part"
    path.write_bytes(content)
    return path


def test_backup__removes_what_interrupted_ones_left_and_nothing_else(team, places):
    first = back_up_now(team["administrator"], places).archive
    team.clock.later(minutes=1)
    begun = interrupt(places.folder, "registry-1.archive", first.read_bytes()[:2000])
    empty = interrupt(places.folder, "registry-2.archive", b"")
    foreign = interrupt(places.folder, "film.mkv", b"of another program")
    assert list_interrupted(team["administrator"], places) == (begun.name, empty.name)
    made = back_up_now(team["administrator"], places)
    assert made.removed == (begun.name, empty.name)
    assert {path.name for path in places.folder.iterdir()} == {first.name, made.archive.name, foreign.name}


def test_backup__leaves_alone_what_another_process_is_writing(team, places):
    with replacing(places.folder / "registry-9.archive") as file:
        file.write(b"")
        assert list_interrupted(team["administrator"], places) == ()
        assert back_up_now(team["administrator"], places).removed == ()
        assert (places.folder / ".registry-9.archive.part").exists()


def test_archive__a_line_that_would_fill_the_memory_is_refused(kept, tmp_path, monkeypatch):
    _, archive, _, _ = kept
    monkeypatch.setattr(archives, "LONGEST_LINE", 1000)
    with pytest.raises(BackupError, match="a line of it has more than 1000 bytes"):
        list(archives._lines(archive, longest=archives.LONGEST_LINE))
    bomb = tmp_path / "bomb.archive"
    with gzip.open(bomb, "wb") as stream:
        stream.write(b"0" * (archives.LONGEST_HEADER + 1))
    with pytest.raises(BackupError, match=f"a line of it has more than {archives.LONGEST_HEADER} bytes"):
        archives.read_archive_header(bomb)


def test_archive__lines_are_bounded_in_rows_and_in_bytes(monkeypatch):
    monkeypatch.setattr(archives, "MOST_CELL_BYTES", 100)
    rows = [[n, b"x" * 40] for n in range(5)] + [[5, b"y" * 400], [6, "z"]]
    lines = list(archives._lines_of(iter(rows)))
    assert [[row[0] for row in line] for line in lines] == [[0, 1], [2, 3], [4], [5], [6]]
    assert [len(line) for line in archives._lines_of([n] for n in range(archives.BLOCK + 1))] == [archives.BLOCK, 1]


def test_archive__a_row_that_could_not_be_restored_is_not_written(team, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LONGEST_LINE", 200)
    with pytest.raises(BackupError, match="one row has more than 200 bytes"):
        back_up(team["administrator"], tmp_path / "a.archive", ring=tmp_path / "a.ring")
    assert not list(tmp_path.glob("*.archive*"))
