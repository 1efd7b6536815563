"""One request of somebody who is signed in: who they are, what they may do, how a page answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile

from antigone.errors import Forbidden, InputError
from antigone.model.text import clean_text, unstorable_character
from antigone.team.access.opening import session_of
from antigone.team.access.session import Registry, Session
from antigone.web.jobs.jobs import Jobs
from antigone.web.requests.held import Held
from antigone.web.requests.opened import Opened
from antigone.web.requests.rendering import environment
from antigone.web.requests.security import CHANGING, FormSeal, check_origin, check_same
from antigone.web.requests.sessions import Ending, Sessions, Throttle
from antigone.web.requests.settings import WebSettings


@dataclass
class Closing:
    """Whether the application was told to end: answers that last, such as the progress of a search, end then."""

    begun: bool = False


@dataclass(frozen=True)
class Web:
    """What the pages share: the registry, who is signed in, the searches under way, and whether it is ending."""

    opened: Opened
    settings: WebSettings
    sessions: Sessions
    sign_ins: Throttle
    seal: FormSeal
    jobs: Jobs
    titles: dict[str, str] = field(default_factory=dict)
    closing: Closing = field(default_factory=Closing)
    held: Held = field(default_factory=Held)

    @property
    def registry(self) -> Registry:
        """The registry with the keys of now; refused while its master key is being changed."""
        return self.opened.registry

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; under TLS one that no other host can set."""
        return "__Host-antigone" if self.settings.secure else "antigone"

    def set_cookie(self, answer: HTMLResponse | RedirectResponse, value: str, *, name: str = "") -> None:
        """Set a cookie that scripts cannot read and other sites cannot send."""
        answer.set_cookie(
            name or self.cookie, value, httponly=True, samesite="strict", secure=self.settings.secure, path="/"
        )


OPEN_BEFORE = ("/account", "/account/password", "/sign-out")
"""What is open to somebody whose password was given to them by somebody else: to change it, and to go."""


class PasswordNeeded(Exception):
    """Somebody is signed in with a password that another person gave them, and has to choose one of their own."""


class SignInNeeded(Exception):
    """Nobody is signed in at this browser, or not any more; ``ending`` says why not any more."""

    def __init__(self, ending: Ending | None = None) -> None:
        super().__init__(ending)
        self.ending = ending


@dataclass(frozen=True)
class Visit:
    """One request, and the user who made it."""

    web: Web
    request: Request
    session: Session
    cookie: str
    csrf: str

    def page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Answer with a page."""
        shared: Mapping[str, object] = {
            "session": self.session,
            "csrf": self.csrf,
            "path": self.request.url.path,
            "notice": self.web.sessions.take_notice(self.cookie),
            "demo": self.web.settings.demo,
        }
        text = environment().get_template(template).render({**shared, **values})
        return HTMLResponse(text, status_code=status)

    def goes_on(self) -> bool:
        """Whether an answer that lasts goes on: the session is open, which asking does not prolong, and so are we."""
        return not self.web.closing.begun and self.web.sessions.find(self.cookie, click=False) is not None

    def go(self, address: str, *, notice: str = "") -> RedirectResponse:
        """Go to another page after something was done, and say there what was done."""
        if notice:
            self.web.sessions.say(self.cookie, notice)
        return RedirectResponse(address, status_code=303)


def web_of(request: Request) -> Web:
    """What the pages share."""
    web: Web = request.app.state.web
    return web


async def sent_token(request: Request) -> str:
    """The token that a form or a script of ours sends along; empty when it sends none."""
    if request.method not in CHANGING:
        return ""
    sent = request.headers.get("x-csrf-token")
    if sent is None:
        sent_field = (await request.form()).get("csrf", "")
        sent = "" if isinstance(sent_field, UploadFile) else sent_field
    return sent


async def require_printable(request: Request) -> None:
    """Refuse a form or an address that holds a character which no text may hold.

    Raises
    ------
    InputError
        With the name of each field.
    """
    sent = [*request.query_params.multi_items()]
    if request.method in CHANGING:
        sent += [(name, text) for name, text in (await request.form()).multi_items() if isinstance(text, str)]
    wrong = {name: found for name, text in sent if (found := unstorable_character(text, breaks=True))}
    if wrong:
        fields = "; ".join(f"{clean_text(name)}: {found}" for name, found in wrong.items())
        raise InputError(f"{fields}; expected text that can be printed; go back, and type it anew")


def signed_in(request: Request, token: Annotated[str, Depends(sent_token)]) -> Visit:
    """The visit of a signed-in user; a request that changes something must come from our own form.

    Raises
    ------
    SignInNeeded
        When the session ended, the user left, or their password was changed since it began.
    PasswordNeeded
        When somebody else gave the user their password.
    Forbidden
        When the form is not ours.
    """
    web = web_of(request)
    cookie = request.cookies.get(web.cookie, "")
    found = web.sessions.find(cookie, click="text/event-stream" not in request.headers.get("accept", ""))
    if found is None:
        raise SignInNeeded(web.sessions.why_ended(cookie))
    if request.method in CHANGING:
        check_origin(request)
        check_same(found.csrf, token)
    try:
        session = session_of(web.registry, found.user, purpose=found.purpose, mark=found.mark)
    except Forbidden:  # another program changed the password, or ended the access
        web.sessions.close(cookie)
        raise SignInNeeded("closed") from None
    request.state.visit = Visit(web, request, session, cookie, found.csrf)
    if session.must_change and request.url.path not in OPEN_BEFORE:
        raise PasswordNeeded
    return request.state.visit


Signed = Annotated[Visit, Depends(signed_in)]
