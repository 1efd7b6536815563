"""Users and tokens for the administrator, the audit for the auditor. Neither sees genetic data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from antigone.errors import InputError
from antigone.team.access import one_time_codes as onetime
from antigone.team.access import users
from antigone.team.access.countersigning import countersign, list_changes
from antigone.team.access.roles import ROLES
from antigone.team.keeping.auditing import (
    Checkpoint,
    checkpoint_fields,
    make_checkpoint,
    parse_checkpoint,
    read_audit,
    stream_audit,
)
from antigone.team.keeping.keeping import verify
from antigone.team.views import Verified
from antigone.web.requests.rendering import plural
from antigone.web.requests.visits import Signed
from antigone.web.shared.downloads import JsonLines, attach, disposition

router = APIRouter()
MOST_CHECKPOINTS = 100

ROLE_WORDS = {
    "administrator": "manages users, keys and backups; sees no genetic data",
    "registrar": "imports incidents, records consent and custody, and withdraws donors",
    "geneticist": "searches, proposes, and confirms what another proposed",
    "reviewer": "looks at candidates, comments, confirms or rejects",
    "coordinator": "speaks with families: consent, withdrawal, letters; sees no genotype",
    "auditor": "reads the audit, checks that it is whole, and countersigns what administrators change",
}


@router.get("/users")
def user_page(visit: Signed) -> HTMLResponse:
    """Everybody who is or was a user, and the forms to change it."""
    return _user_page(visit)


@router.post("/users/add")
def add_user(
    visit: Signed, code: Annotated[str, Form()], role: Annotated[str, Form()], password: Annotated[str, Form()]
) -> Response:
    """Add a user with a first password."""
    users.add_user(visit.session, code.strip(), role=role, password=password)
    return visit.go("/users", notice=f"User {code.strip()} was added as {role}.")


@router.post("/users/role")
def change_role(visit: Signed, code: Annotated[str, Form()], role: Annotated[str, Form()]) -> Response:
    """Give a user another role."""
    users.change_role(visit.session, code, role=role)
    visit.web.sessions.end_all_of(code)
    return visit.go("/users", notice=f"User {code} is now {role}, and signs in again.")


@router.post("/users/leave")
def deactivate_user(visit: Signed, code: Annotated[str, Form()], typed: Annotated[str, Form()]) -> Response:
    """End a user's access, after their code was typed again."""
    visit.session.require("manage users")
    if typed.strip() != code:
        raise InputError(
            f"to end an access, the code of the user is typed again; expected '{code}', found something else; go back, "
            "and type it if you mean it"
        )
    users.deactivate_user(visit.session, code)
    visit.web.sessions.end_all_of(code)
    return visit.go("/users", notice=f"User {code} has no access any more. The code stays in the history.")


@router.post("/users/return")
def reactivate_user(visit: Signed, code: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    """Give a user access again whose access was ended."""
    line = users.reactivate_user(visit.session, code, password=password)
    return visit.go("/users", notice=f"User {code} has access again as {line.role}; tell them the password in person.")


@router.post("/users/password")
def set_password(visit: Signed, code: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    """Give a user who forgot theirs a new password."""
    users.set_password(visit.session, code, password=password)
    visit.web.sessions.end_all_of(code)
    return visit.go("/users", notice=f"User {code} has a new password; tell it them in person.")


@router.post("/users/codes")
def reset_codes(visit: Signed, code: Annotated[str, Form()]) -> Response:
    """Forget the device of a user who lost it."""
    onetime.reset_codes(visit.session, code)
    return visit.go("/users", notice=f"User {code} signs in with the password alone, and can set up codes anew.")


@router.post("/users/token")
def add_token(
    visit: Signed, code: Annotated[str, Form()], name: Annotated[str, Form()], days: Annotated[int, Form()]
) -> HTMLResponse:
    """Make a token for a program and show it, once."""
    token = users.add_token(visit.session, code, name=name, days=days)
    return _user_page(visit, token=token, token_of=code)


@router.post("/users/token/revoke")
def revoke_token(visit: Signed, code: Annotated[str, Form()], name: Annotated[str, Form()]) -> Response:
    """End a token."""
    users.revoke_token(visit.session, code, name=name)
    return visit.go("/users", notice=f"The token {name} of {code} opens nothing any more.")


@router.get("/countersign")
def countersign_page(visit: Signed) -> HTMLResponse:
    """What administrators changed of somebody's access, and nobody has countersigned."""
    return visit.page("countersign.html.j2", changes=list_changes(visit.session))


@router.post("/countersign")
def sign_change(visit: Signed, change: Annotated[int, Form()]) -> Response:
    """Say that a change of somebody's access is right."""
    done = countersign(visit.session, change)
    return visit.go("/countersign", notice=f"Countersigned: {done.words}, of {done.user}.")


@router.get("/audit")
def audit_page(visit: Signed, page: int = 1, actor: str = "", action: str = "") -> HTMLResponse:
    """What was done, by whom, for which purpose; the newest first."""
    found = read_audit(visit.session, page=max(page, 1), actor=actor.strip(), action=action.strip())
    subjects = {line.number: _subject_words(line.subject) for line in found.rows}
    return visit.page("audit.html.j2", found=found, actor=actor, action=action, subjects=subjects)


@router.get("/audit/export")
def audit_file(visit: Signed) -> Response:
    """The whole audit as JSON lines, sent block by block."""
    name = "audit.jsonl"
    return JsonLines(stream_audit(visit.session, name=name), headers={"Content-Disposition": disposition(name)})


@router.post("/audit/checkpoint")
def checkpoint_file(visit: Signed) -> Response:
    """A signed statement of how far the audit has grown, for another institution to keep."""
    made = make_checkpoint(visit.session, file="a browser's download")
    content = json.dumps(checkpoint_fields(made), indent=1).encode() + b"\n"
    return attach(content, name=f"checkpoint-{made.number}.json", media_type="application/json")


@router.post("/audit/verify")
def verify_audit(visit: Signed, checkpoints: list[UploadFile] | None = None) -> Response:
    """Check the whole chain and the database, and that they agree with the checkpoints that were sent."""
    visit.session.require("verify")
    found = verify(visit.session, checkpoints=read_checkpoints(checkpoints))
    return visit.go("/audit", notice=found_whole(found))


def read_checkpoints(sent: Sequence[UploadFile] | None) -> list[Checkpoint]:
    """The checkpoints of files that were sent.

    Raises
    ------
    InputError
        When one is none, or they are too many.
    """
    files = [file for file in sent or () if file.filename]  # a form without a file sends one without a name
    if len(files) > MOST_CHECKPOINTS:
        raise InputError(f"{len(files)} checkpoints, expected at most {MOST_CHECKPOINTS} at once; send fewer")
    return [parse_checkpoint(file.file.read(), name=f"file {n}") for n, file in enumerate(files, 1)]


def found_whole(found: Verified) -> str:
    """What is said after a verification that ended well."""
    words = f"The audit is whole: {found.lines} lines follow one from another. So is the database."
    if found.since > 1:
        words += f" What was done to rows before line {found.since}, an upgrade, cannot be verified."
    if found.checkpoints:
        agree = "agrees" if found.checkpoints == 1 else "agree"
        words += f" {plural(found.checkpoints, 'checkpoint')} {agree} with them."
    if found.rings_outdated:
        words += f" Copies of the ring that may hold keys of who left: {'; '.join(found.rings_outdated)}."
    return words


def _user_page(visit: Signed, *, token: str = "", token_of: str = "") -> HTMLResponse:
    return visit.page(
        "users.html.j2",
        users=users.list_users(visit.session),
        tokens=users.list_tokens(visit.session),
        waiting={one.user for one in list_changes(visit.session)},
        roles=ROLES,
        role_words=ROLE_WORDS,
        token=token,
        token_of=token_of,
    )


def _subject_words(subject: str) -> str:
    """What a line was about: codes and counts, in words."""
    if not subject.startswith("{"):
        return subject
    return ", ".join(f"{name}: {value}" for name, value in json.loads(subject).items())
