"""Signing in and out. The only pages for somebody who is not signed in."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from antigone.errors import Forbidden, InputError
from antigone.team.access.opening import password_mark, sign_in
from antigone.team.access.session import Session
from antigone.web.requests.rendering import environment, link
from antigone.web.requests.security import check_origin
from antigone.web.requests.visits import Signed, Web, web_of

router = APIRouter()

PURPOSE = "identification of the missing"
PASSWORD_CHECKS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
"""A password costs memory and time to check; two at once, so that guessing cannot exhaust the machine. Who waits for
them waits here, in no thread that answers for pages."""
LONGEST = 1000
ENDINGS = {
    "away": "Your session ended: for {idle} minutes nothing was clicked.",
    "long": "Your session ended: it lasted {longest} hours, the longest it may.",
    "closed": "Your session ended: your access or your password was changed.",
    "key": "Your session ended: the master key of the registry was changed, and everybody signs in again.",
    "restart": "Your session ended: Antigone was started again.",
    "password": "Your password is changed. Sign in with the new one.",
    "out": "You are signed out.",
}
"""What the sign-in page says by the word in its address; any other word says nothing."""


@router.get("/sign-in")
def ask_to_sign_in(request: Request, then: str = "/", ended: str = "", lost: bool = False) -> HTMLResponse:
    """The sign-in page; ``then`` is where to go afterwards, ``ended`` why one was signed out.

    ``lost``: a form was sent after the session had ended, so nothing of it was stored.
    """
    settings = web_of(request).settings
    words = ENDINGS.get(ended, "").format(idle=f"{settings.idle_minutes:g}", longest=f"{settings.longest_hours:g}")
    if words and lost:
        words += " What you sent last was not stored."
    if words and _own_page(then) != "/":
        words += " Sign in, and you are back where you were."
    return _sign_in_page(request, then=then, notice=words)


@router.post("/sign-in")
async def signing_in(
    request: Request,
    user: Annotated[str, Form(max_length=LONGEST)],
    password: Annotated[str, Form(max_length=LONGEST)],
    purpose: Annotated[str, Form(max_length=LONGEST)] = PURPOSE,
    one_time_code: Annotated[str, Form(max_length=LONGEST)] = "",
    sealed: Annotated[str, Form(max_length=LONGEST)] = "",
    then: Annotated[str, Form(max_length=10_000)] = "/",
) -> Response:
    """Sign in, or say that it did not succeed and nothing more."""
    web = web_of(request)
    check_origin(request)
    web.seal.check(request.cookies.get(_visit_cookie(web)), sealed)
    address = request.client.host if request.client else ""
    if not web.sign_ins.allows(address):
        return _sign_in_page(request, then=then, user=user, refusal=_too_often(), status=429)

    def checked() -> tuple[Session, str]:
        mark = password_mark(web.registry, user.strip())
        found = sign_in(web.registry, user.strip(), password=password, purpose=purpose, one_time_code=one_time_code)
        return found, mark

    try:
        session, mark = await asyncio.get_running_loop().run_in_executor(PASSWORD_CHECKS, checked)
    except (Forbidden, InputError) as error:
        web.sign_ins.count_failure(address)
        return _sign_in_page(request, then=then, user=user, refusal=str(error), status=403)
    answer = RedirectResponse(_own_page(then), status_code=303)
    web.set_cookie(answer, web.sessions.begin(session.code, purpose=session.purpose, mark=mark))
    return answer


@router.post("/sign-out")
def signing_out(visit: Signed) -> Response:
    """End the session of this browser."""
    visit.web.sessions.end(visit.cookie)
    answer = RedirectResponse(link("/sign-in", ended="out"), status_code=303)
    answer.delete_cookie(visit.web.cookie, path="/")
    return answer


def _sign_in_page(
    request: Request, *, then: str, user: str = "", notice: str = "", refusal: str = "", status: int = 200
) -> HTMLResponse:
    web = web_of(request)
    seen = request.cookies.get(_visit_cookie(web)) or web.seal.new_visit()
    text = environment().get_template("sign_in.html.j2").render(
        then=_own_page(then), user=user, notice=notice, refusal=refusal, sealed=web.seal.seal(seen),
        demo=web.settings.demo, purpose=PURPOSE,
    )  # fmt: skip
    answer = HTMLResponse(text, status_code=status)
    web.set_cookie(answer, seen, name=_visit_cookie(web))
    return answer


def _visit_cookie(web: Web) -> str:
    return f"{web.cookie}-visit"


def _own_page(address: str) -> str:
    """An address of this application; anything that could lead elsewhere becomes the first page."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if inside else "/"


def _too_often() -> str:
    return "too many tries from this computer; wait five minutes, then try again"
