"""Backups that a server writes: into a folder of its own, under names that carry the moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from antigone.errors import BackupError, InputError, RegistryError, StorageError
from antigone.registry.backup.archive import read_archive_header, verify_archive
from antigone.registry.backup.backup import interrupted
from antigone.registry.keys.signing import PUBLIC
from antigone.registry.store.database import snapshot
from antigone.registry.store.properties import IDENTITY, find_property, read_property
from antigone.team.access.session import Session, action
from antigone.team.keeping.keeping import back_up
from antigone.team.views import BackedUp

ENDING = ".archive"
NOT_GIVEN = (
    "this application was started without a place for backups; start it with "
    "'antigone serve --backups FOLDER --ring FILE', the two on different media"
)


@dataclass(frozen=True)
class BackupPlaces:
    """The folder of the archives, and the place of the ring, which is kept apart from them.

    Raises
    ------
    InputError
        When the ring would stand in the folder: who takes the archives away would take the keys with them.
    """

    folder: Path
    ring: Path

    def __post_init__(self) -> None:
        if self.ring.resolve().is_relative_to(self.folder.resolve()):
            raise InputError(
                f"the ring {self.ring} stands in the folder of the archives, {self.folder}; expected it apart from "
                "them, because together they need only the master key; name a place on another medium"
            )

    @property
    def on_one_medium(self) -> bool:
        """Whether both stand on one file system, as far as they are there."""
        return self.folder.is_dir() and self.ring.parent.is_dir() and (
            self.folder.stat().st_dev == self.ring.parent.stat().st_dev
        )  # fmt: skip


@dataclass(frozen=True)
class ArchiveLine:
    """An archive in the folder: its name, bytes, when it was made, and how far the audit was; ``fault`` when it is
    damaged or of another registry."""

    name: str
    size: int
    at: str
    lines: int
    fault: str


@action("back up")
def back_up_now(session: Session, places: BackupPlaces | None) -> BackedUp:
    """Write a backup into the folder, and the ring at its place. See `back_up`.

    Raises
    ------
    InputError
        When no places were given, or their media are not there.
    StorageError, BackupError
        When archive or ring cannot be written.
    """
    given = _given(places)
    for folder in (given.folder, given.ring.parent):
        if not folder.is_dir():
            raise InputError(f"the folder {folder} is not there; expected a folder of a medium; connect it, or make it")
    moment = session.registry.now()[:19].replace("-", "").replace(":", "")
    return back_up(session, given.folder / f"registry-{moment}Z{ENDING}", ring=given.ring)


@action("back up")
def list_backups(session: Session, places: BackupPlaces | None) -> tuple[ArchiveLine, ...]:
    """The archives in the folder, the newest first; none when no folder was given or it is away."""
    if places is None or not places.folder.is_dir():
        return ()
    with snapshot(session.registry.engine) as connection:
        identity = read_property(connection, IDENTITY)
    found = [_archive_line(path, identity) for path in places.folder.glob(f"*{ENDING}") if path.is_file()]
    return tuple(sorted(found, key=lambda line: (line.at, line.name), reverse=True))


@action("back up")
def list_interrupted(session: Session, places: BackupPlaces | None) -> tuple[str, ...]:
    """What interrupted backups left in the folder; the next backup removes it."""
    return () if places is None else tuple(path.name for path in interrupted(places.folder))


@action("back up")
def fetch_backup(session: Session, places: BackupPlaces | None, name: str) -> Path:
    """The path of an archive of the folder, to be taken away; that it was is a line in the audit.

    Raises
    ------
    InputError
        When no places were given.
    RegistryError
        When the folder has no archive of that name.
    """
    path = _archive(places, name)
    with session.writing("back up", {"archive": name, "taken away": True}):
        return path


@action("back up")
def check_backup(session: Session, places: BackupPlaces | None, name: str) -> int:
    """Read an archive from end to end, check its sum and this registry's signature, and say how many bytes it has.

    Raises
    ------
    InputError
        When no places were given.
    RegistryError
        When the folder has no archive of that name.
    BackupError
        When it is cut, changed, or not signed by this registry.
    """
    path = _archive(places, name)
    with session.writing("back up", {"archive": name, "to be checked": True}) as connection:
        public_key = find_property(connection, PUBLIC) or ""
    verify_archive(path, public_key=public_key)
    return path.stat().st_size


def _archive(places: BackupPlaces | None, name: str) -> Path:
    """The path of an archive of the folder; no other name leads anywhere."""
    paths = {path.name: path for path in _given(places).folder.glob(f"*{ENDING}") if path.is_file()}
    if name not in paths:
        raise RegistryError("the folder of backups has no archive of that name; look at the list again")
    return paths[name]


def _given(places: BackupPlaces | None) -> BackupPlaces:
    if places is None:
        raise InputError(NOT_GIVEN)
    return places


def _archive_line(path: Path, identity: str) -> ArchiveLine:
    size = path.stat().st_size
    try:
        header = read_archive_header(path)
    except (BackupError, StorageError):
        return ArchiveLine(path.name, size, "", 0, "it is damaged, or no archive")
    fault = "" if header.registry == identity else "it is of another registry"
    return ArchiveLine(path.name, size, header.at, header.audit_number, fault)
