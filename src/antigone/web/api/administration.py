"""Users and tokens for the administrator, the audit for the auditor. Neither sees genetic data."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from antigone.team import views
from antigone.team.access import countersigning, users
from antigone.team.access import one_time_codes as onetime
from antigone.team.keeping import auditing
from antigone.web.api.access import Called
from antigone.web.api.answers import NewToken, Revoked, model_of
from antigone.web.api.bodies import NewPassword, NewRole, NewTokenOf, NewUser, OneUser, OwnPassword, TokenOf
from antigone.web.shared.fields import Number, Page, PartOf

router = APIRouter()


@router.get("/users", response_model=list[model_of(views.UserLine)])  # type: ignore[misc]
def list_users(call: Called) -> object:
    """Everybody who is or was a user."""
    return users.list_users(call.session)


@router.post("/users", response_model=model_of(views.UserLine))
def add_user(call: Called, sent: NewUser) -> object:
    """Add a user with a first password."""
    return users.add_user(call.session, sent.code, role=sent.role, password=sent.password)


@router.post("/users/role", response_model=model_of(views.UserLine))
def change_role(call: Called, sent: NewRole) -> object:
    """Give a user another role; their sessions end."""
    changed = users.change_role(call.session, sent.code, role=sent.role)
    call.web.sessions.end_all_of(sent.code)
    return changed


@router.post("/users/leave", response_model=model_of(views.UserLine))
def deactivate_user(call: Called, sent: OneUser) -> object:
    """End a user's access, tokens included; the code stays in the history."""
    left = users.deactivate_user(call.session, sent.code)
    call.web.sessions.end_all_of(sent.code)
    return left


@router.post("/users/password", status_code=204)
def set_password(call: Called, sent: NewPassword) -> None:
    """Give a user who forgot theirs a new password."""
    users.set_password(call.session, sent.code, password=sent.password)
    call.web.sessions.end_all_of(sent.code)


@router.post("/users/codes/reset", status_code=204)
def reset_codes(call: Called, sent: OneUser) -> None:
    """Forget the device for one-time codes of a user who lost it."""
    onetime.reset_codes(call.session, sent.code)


@router.post("/account/password", status_code=204)
def change_own_password(call: Called, sent: OwnPassword) -> None:
    """Change the password of the token's own user."""
    users.change_own_password(call.session, old=sent.old, new=sent.new)
    call.web.sessions.end_all_of(call.session.code)


@router.get("/access-changes", response_model=list[model_of(views.AccessLine)])  # type: ignore[misc]
def list_changes(call: Called) -> object:
    """What administrators changed of somebody's access and nobody has countersigned, the oldest first."""
    return countersigning.list_changes(call.session)


@router.post("/access-changes/{change}/countersign", response_model=model_of(views.AccessLine))
def countersign(call: Called, change: Number) -> object:
    """Say that a change of somebody's access is right; only with a token that its user made."""
    return countersigning.countersign(call.session, change)


@router.get("/tokens", response_model=list[model_of(views.TokenLine)])  # type: ignore[misc]
def list_tokens(call: Called) -> object:
    """Every token that was given; never the token itself."""
    return users.list_tokens(call.session)


@router.post("/tokens", status_code=201, response_model=model_of(NewToken))
def add_token(call: Called, sent: NewTokenOf) -> object:
    """Make a token with which a program acts as a user for some days; it is answered once and not kept."""
    return NewToken(users.add_token(call.session, sent.code, name=sent.name, days=sent.days))


@router.post("/tokens/revoke", response_model=model_of(Revoked))
def revoke_token(call: Called, sent: TokenOf) -> object:
    """Revoke the tokens of a user by their name."""
    return Revoked(users.revoke_token(call.session, sent.code, name=sent.name))


@router.get("/audit", response_model=model_of(views.AuditPage))
def read_audit(
    call: Called,
    page: Page = 1,
    size: Annotated[int, Query(ge=1, le=1000)] = 100,
    actor: PartOf = "",
    action: PartOf = "",
) -> object:
    """Some lines of the audit, the newest first; of one user, or of one action, when they are named."""
    return auditing.read_audit(call.session, page=page, size=size, actor=actor, action=action)
