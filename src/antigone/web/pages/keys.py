"""The master key, the ring and the backups, for the administrator. What shows or changes the key, and what
takes an archive away, asks for it first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, Response

from antigone.errors import BackupError, Forbidden, InputError, VaultError
from antigone.team.keeping import keeping
from antigone.team.keeping.backups import (
    back_up_now,
    check_backup,
    fetch_backup,
    list_backups,
    list_interrupted,
)
from antigone.team.keeping.safekeeping import read_safekeeping
from antigone.web.pages.administration import found_whole, read_checkpoints
from antigone.web.requests.rendering import link, plural
from antigone.web.requests.visits import Signed, Visit

router = APIRouter()

Held = Annotated[str, Form(max_length=10_000)]
"""What only the keeper of the key has: the passphrase of the key file, or the key itself on a server."""
KEY_ATTEMPTS = "the keeper of the key"


@router.get("/keys")
def key_page(visit: Signed) -> HTMLResponse:
    """How the registry is kept, and everything an administrator does for it."""
    return _key_page(visit)


@router.post("/keys/back-up")
def back_up(visit: Signed) -> Response:
    """Write a backup into the folder that was given at the start."""
    try:
        made = back_up_now(visit.session, visit.web.settings.backups)
    except BackupError as error:  # the archive may be there all the same
        return _key_page(visit, refusal=str(error))
    words = f"The backup {made.archive.name} holds {plural(made.rows, 'row')}; the ring is written."
    if made.removed:
        words += f" Removed was what interrupted backups had left: {', '.join(made.removed)}."
    return visit.go("/keys", notice=words + _unreached(made.rings_unreached))


@router.post("/keys/archive")
def archive_file(visit: Signed, name: Annotated[str, Form(max_length=1000)], held: Held) -> Response:
    """An archive as a file, for the keeper of the key; that it was taken away stands in the audit.

    How strong candidates are stands in it in clear, and so does the audit, which an administrator sees nowhere else.
    """
    with _guarded(visit):
        keeping.check_key_holder(visit.session, held)
    path = fetch_backup(visit.session, visit.web.settings.backups, name)
    return FileResponse(path, media_type="application/gzip", filename=path.name)


@router.post("/keys/check")
def check_archive(visit: Signed, name: Annotated[str, Form(max_length=1000)]) -> Response:
    """Read an archive from end to end."""
    try:
        size = check_backup(visit.session, visit.web.settings.backups, name)
    except BackupError as error:
        return _key_page(visit, refusal=str(error))
    return visit.go(
        "/keys", notice=f"The archive {name} is whole, and signed by this registry: {size} bytes were read."
    )


@router.post("/keys/rings")
def refresh_rings(visit: Signed) -> Response:
    """Write the current ring over every known copy."""
    unreached = keeping.refresh_rings(visit.session)
    return visit.go("/keys", notice=_unreached(unreached).strip() or "Every known copy of the ring is current.")


@router.post("/keys/rings/forget")
def forget_ring(visit: Signed, place: Annotated[str, Form(max_length=10_000)]) -> Response:
    """Forget a copy whose medium was destroyed."""
    keeping.forget_ring(visit.session, Path(place))
    return visit.go("/keys", notice=f"The copy {place} is forgotten.")


@router.post("/keys/verify")
def verify(visit: Signed, checkpoints: list[UploadFile] | None = None) -> Response:
    """Check database, key and audit, and that they agree with the checkpoints that were sent."""
    visit.session.require("verify")
    return visit.go(
        "/keys", notice=found_whole(keeping.verify(visit.session, checkpoints=read_checkpoints(checkpoints)))
    )


@router.post("/keys/rotate")
def rotate(visit: Signed, passphrase: Held) -> Response:
    """Change the master key in the key file; the application goes on with it, and everybody signs in again."""
    with _guarded(visit):
        visit.web.opened.rotate(visit.session, visit.web.jobs, passphrase=passphrase)
    visit.web.sessions.end_all()
    return visit.go(link("/sign-in", ended="key", then="/keys"))


@router.post("/keys/read-again")
def read_again(visit: Signed, passphrase: Held) -> Response:
    """Take the keys of the key file, after another program changed them."""
    with _guarded(visit):
        visit.web.opened.read_again(visit.session, passphrase=passphrase)
    return visit.go("/keys", notice="This application has the keys of now.")


@router.post("/keys/passphrase")
def change_passphrase(
    visit: Signed, passphrase: Held, new: Annotated[str, Form(max_length=1000)], again: Annotated[str, Form()]
) -> Response:
    """Seal the key file with another passphrase."""
    if new != again:
        raise InputError("the new passphrase was typed in two different ways; go back, and type it twice the same")
    with _guarded(visit):
        keeping.change_key_passphrase(visit.session, old=passphrase, new=new)
    words = "The key file has the new passphrase. Copies of it made before still open with the old one."
    return visit.go("/keys", notice=words)


@router.post("/keys/split")
def split(visit: Signed, held: Held, needed: Annotated[int, Form()], trustees: Annotated[int, Form()]) -> HTMLResponse:
    """The master key in shares, shown once, one on each printed page."""
    with _guarded(visit):
        keeping.check_key_holder(visit.session, held)
    shares = keeping.split_key(visit.session, needed=needed, trustees=trustees)
    return visit.page("shares.html.j2", shares=shares, needed=needed, day=visit.session.registry.today())


@router.post("/keys/next")
def next_key(visit: Signed, held: Held) -> HTMLResponse:
    """The next master key of a server beside the one in use, shown once; nothing is changed yet."""
    with _guarded(visit):
        keeping.check_key_holder(visit.session, held)
    return visit.page("next_key.html.j2", text=keeping.next_server_key(visit.session))


@router.post("/keys/rotate-server")
def rotate_server(visit: Signed) -> Response:
    """Bring the registry to the newest key of the environment, which this application holds beside the older one."""
    done = keeping.rotate_server_key(visit.session)
    words = f"The registry is at generation {done.generation} of its master key; {done.wrapped} keys are wrapped again."
    return visit.go("/keys", notice=words + _unreached(done.rings_unreached))


def _key_page(visit: Visit, *, refusal: str = "") -> HTMLResponse:
    return visit.page(
        "keys.html.j2",
        status=409 if refusal else 200,
        refusal=refusal,
        kept=read_safekeeping(visit.session),
        places=visit.web.settings.backups,
        archives=list_backups(visit.session, visit.web.settings.backups),
        interrupted=list_interrupted(visit.session, visit.web.settings.backups),
    )


@contextmanager
def _guarded(visit: Visit) -> Iterator[None]:
    """Count wrong passphrases and keys, and refuse to look at more of them for a while.

    Raises
    ------
    Forbidden
        For another role, whatever was typed; and after too many wrong ones.
    """
    visit.session.require("rotate key")
    tries = visit.web.sign_ins
    if not tries.takes(KEY_ATTEMPTS):
        raise Forbidden("too many wrong passphrases or keys; wait five minutes, then try again")
    try:
        yield
    except VaultError:
        raise
    except BaseException:
        tries.take_back(KEY_ATTEMPTS)
        raise
    tries.take_back(KEY_ATTEMPTS)


def _unreached(rings: Sequence[str]) -> str:
    return f" These copies of the ring were not written: {'; '.join(rings)}." if rings else ""
