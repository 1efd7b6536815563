"""One's own account: another password, and one-time codes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.errors import Conflict, Forbidden, InputError
from antigone.team.access import one_time_codes as onetime
from antigone.team.access.countersigning import why_no_decision
from antigone.team.access.users import (
    MOST_DAYS,
    add_own_token,
    change_own_password,
    list_own_tokens,
    revoke_own_token,
)
from antigone.web.requests.qr import qr_code
from antigone.web.requests.visits import Signed, Visit

router = APIRouter()


@router.get("/account")
def account(visit: Signed) -> HTMLResponse:
    """Who is signed in, in which role, for which purpose; and the form for another password and codes."""
    return _account(visit)


def _account(visit: Visit, *, status: int = 200, wrong: str = "", token: str = "") -> HTMLResponse:
    """The page; ``wrong`` is what was wrong with the password that was typed, ``token`` one that was just made."""
    return visit.page(
        "account.html.j2",
        status=status,
        uses_codes=not visit.session.must_change and onetime.uses_codes(visit.session),
        enrolment=None,
        refusal="",
        wrong=wrong,
        tokens=() if visit.session.must_change else list_own_tokens(visit.session),
        token=token,
        barred="" if visit.session.must_change else why_no_decision(visit.session),
        longest=MOST_DAYS,
    )


@router.post("/account/token")
def add_token(visit: Signed, name: Annotated[str, Form(max_length=100)], days: Annotated[int, Form()]) -> HTMLResponse:
    """Make a token of one's own and show it, once."""
    return _account(visit, token=add_own_token(visit.session, name=name.strip(), days=days))


@router.post("/account/token/revoke")
def revoke_token(visit: Signed, name: Annotated[str, Form()]) -> Response:
    """Revoke a token that acts in one's own name."""
    count = revoke_own_token(visit.session, name=name)
    return visit.go("/account", notice="It is revoked." if count else "There was no such token any more.")


@router.post("/account/password")
def change_password(
    visit: Signed, old: Annotated[str, Form()], new: Annotated[str, Form()], again: Annotated[str, Form()]
) -> Response:
    """Change one's own password; every other session of this user ends."""
    if new != again:
        raise InputError("the new password was typed in two different ways; go back, and type it twice the same")
    try:
        change_own_password(visit.session, old=old, new=new)
    except (Forbidden, Conflict) as error:
        return _account(visit, status=403, wrong=str(error))
    visit.web.sessions.end_all_of(visit.session.code)
    return visit.go("/sign-in?ended=password")


@router.post("/account/codes")
def begin_codes(visit: Signed) -> HTMLResponse:
    """Draw a secret for a device and show it, once; a code of the device confirms it."""
    begun = onetime.begin_codes(visit.session)
    picture = qr_code(begun.address, title="QR code of the secret, for the camera of your device")
    return visit.page("account.html.j2", uses_codes=False, enrolment=begun, picture=picture, refusal="")


@router.post("/account/codes/confirm")
def confirm_codes(visit: Signed, one_time_code: Annotated[str, Form(max_length=20)]) -> Response:
    """Ask for codes from now on; a wrong one is typed again, the device keeps its secret."""
    try:
        onetime.confirm_codes(visit.session, code=one_time_code)
    except InputError as error:
        return visit.page("account.html.j2", status=422, uses_codes=False, enrolment=None, refusal=str(error))
    return visit.go("/account", notice="Your sign-in asks for a one-time code from now on.")
