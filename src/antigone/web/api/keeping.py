"""Keeping the registry: backups, copies of the ring, checkpoints, the audit. Nothing here takes or shows a key."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response

from antigone.team import views
from antigone.team.keeping import auditing, backups, keeping
from antigone.team.keeping.safekeeping import Safekeeping, read_safekeeping
from antigone.web.api.access import Called
from antigone.web.api.answers import model_of
from antigone.web.api.bodies import Checkpoints, CheckpointSent
from antigone.web.shared.downloads import JsonLines

router = APIRouter()


@dataclass(frozen=True)
class RingsWritten:
    """The copies of the ring that could not be written over, each with the reason; none when all are current."""

    unreached: tuple[str, ...]


@router.get("/safekeeping", response_model=model_of(Safekeeping))
def show_safekeeping(call: Called) -> object:
    """The generation of the master key, the copies of the ring, and the last backup and verification."""
    return read_safekeeping(call.session)


@router.get("/backups", response_model=list[model_of(backups.ArchiveLine)])  # type: ignore[misc]
def list_backups(call: Called) -> object:
    """The archives in the folder that the server was started with, the newest first."""
    return backups.list_backups(call.session, call.web.settings.backups)


@router.post("/backups", status_code=201, response_model=model_of(views.BackedUp))
def back_up(call: Called) -> object:
    """Write an archive into that folder, and the ring at its place, while others work."""
    return backups.back_up_now(call.session, call.web.settings.backups)


@router.post("/rings", response_model=model_of(RingsWritten))
def refresh_rings(call: Called) -> object:
    """Write the current ring over every known copy, such as one that was out of reach at a withdrawal."""
    return RingsWritten(keeping.refresh_rings(call.session))


@router.post("/audit/verify", response_model=model_of(views.Verified))
def verify(call: Called, sent: Checkpoints | None = None) -> object:
    """Check the database, the key and the whole audit, and that it agrees with checkpoints that were kept elsewhere."""
    given = [
        auditing.parse_checkpoint(one.model_dump_json(), name=f"checkpoint {number}")
        for number, one in enumerate(sent.checkpoints if sent else (), 1)
    ]
    return keeping.verify(call.session, checkpoints=given)


@router.post("/audit/checkpoint", status_code=201, response_model=CheckpointSent)
def sign_checkpoint(call: Called) -> object:
    """Sign how far the audit has grown: the content of a file for another institution to keep."""
    return auditing.checkpoint_fields(auditing.make_checkpoint(call.session, file="a program"))


@router.get("/audit/export", response_class=JsonLines)
def export_audit(call: Called) -> Response:
    """The whole audit, a line of JSON for each of its lines; who has it can verify every hash."""
    return JsonLines(auditing.stream_audit(call.session, name="audit.jsonl"))
