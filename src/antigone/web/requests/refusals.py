"""What a user sees when something is refused or fails: words, never a traceback."""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from antigone.errors import (
    AntigoneError,
    BackupError,
    ChainBroken,
    Conflict,
    ConsentError,
    Forbidden,
    InputError,
    ModelError,
    NotForRole,
    NotWhole,
    PlanTooLarge,
    RegistryError,
    StorageError,
    Unsupported,
    VaultError,
)
from antigone.web.jobs.places import places_of
from antigone.web.requests.actions import tell_not_for_role
from antigone.web.requests.rendering import environment, link
from antigone.web.requests.visits import PasswordNeeded, SignInNeeded, Visit, signed_in

log = logging.getLogger("antigone.web")
MISTAKE = "nothing was changed by this step; try again, and report it if it stays"

REFUSALS: tuple[tuple[type[AntigoneError], int, str], ...] = (
    (Forbidden, 403, "This is not open to you"),
    (Conflict, 409, "This conflicts with something else"),
    (InputError, 422, "This cannot be used as it is"),
    (ModelError, 422, "This cannot be used as it is"),
    (ConsentError, 422, "No active consent covers this"),
    (Unsupported, 422, "This version cannot do that"),
    (PlanTooLarge, 422, "This is too large to be exact"),
    (StorageError, 503, "The registry cannot be used just now"),
    (VaultError, 422, "This cannot be used as it is"),
    (NotWhole, 409, "The registry is not as its audit left it"),
    (ChainBroken, 409, "The audit is not whole"),
    (BackupError, 409, "A backup cannot be used"),
    (RegistryError, 404, "This is not in the registry"),
    (AntigoneError, 500, "Antigone refuses"),
)
KNOWN_STATUS = {
    400: ("The browser sent something unreadable", "go back, load the page again, and try again"),
    404: ("There is no such page", "the address is wrong, or what it named is not in this registry"),
    405: ("There is no such page", "go back, and use the buttons of the page"),
    413: ("This is too large", "send less at once"),
    422: ("Something is missing or not as expected", "go back, and fill in what the form asks for"),
    429: ("Too many tries", "wait five minutes, then try again"),
}


def add_refusals(app: FastAPI) -> None:
    """Give an application its pages for what is refused."""
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(PasswordNeeded, _choose_password)
    app.add_exception_handler(AntigoneError, _refused)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_middleware(LastResort)


def refusal_page(status: int, title: str, words: str, *, visit: Visit | None = None, back: str = "") -> HTMLResponse:
    """One page that says what was refused, why, and what to do; in its frame for somebody who is signed in.

    ``back`` is the page where the form was, or the link.
    """
    said = {"title": title, "words": words, "answer": status, "back": back}
    if visit is not None:
        return visit.page("refusal.html.j2", status=status, **said)
    return HTMLResponse(environment().get_template("refusal.html.j2").render(said), status_code=status)


def _answer(request: Request, status: int, title: str, words: str) -> Response:
    visit, back = _visit_of(request), _previous_page(request)
    return refusal_page(status, title, words, visit=visit, back="" if back == _asked(request) else back)


def _visit_of(request: Request) -> Visit | None:
    """Who is signed in, also where no page was found; nobody for a form that is not ours."""
    known: Visit | None = getattr(request.state, "visit", None)
    if known is not None or request.method != "GET":
        return known
    try:
        return signed_in(request, "")
    except (SignInNeeded, PasswordNeeded, AntigoneError):
        return None


def too_large(limit: int) -> tuple[str, str]:
    """What is said, as a title and in words, of a body beyond a limit of bytes."""
    title, remedy = KNOWN_STATUS[413]
    return title, f"what was sent is larger than {limit} bytes; {remedy}"


def _sign_in(request: Request, error: Exception) -> Response:
    """To the sign-in page, which says why the session ended, and leads back to the page that was open or asked for."""
    ending = error.ending if isinstance(error, SignInNeeded) else None
    lost = "yes" if ending and request.method != "GET" else ""
    wanted = _page_of(request)
    address = link("/sign-in", then=wanted if wanted != "/" else "", ended=ending, lost=lost)
    if request.headers.get("hx-request"):  # a part of a page was asked for: the whole page must go
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _choose_password(request: Request, _error: Exception) -> Response:
    """To the form for another password, whatever was asked for."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": "/account"})
    return RedirectResponse("/account", status_code=303)


def _page_of(request: Request) -> str:
    """The page that was asked for; for a form that was sent, the page it stood on, when the browser says so."""
    return _asked(request) if request.method == "GET" else _previous_page(request) or "/"


def _asked(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _previous_page(request: Request) -> str:
    """The page of ours from which a request came; empty when the browser does not say so."""
    stood = urlsplit(request.headers.get("referer", ""))
    if stood.netloc != request.url.netloc:
        return ""
    return (stood.path or "/") + (f"?{stood.query}" if stood.query else "")


def _refused(request: Request, error: Exception) -> Response:
    status, title = next((status, title) for kind, status, title in REFUSALS if isinstance(error, kind))
    words = tell_not_for_role(error) if isinstance(error, NotForRole) else str(error)
    return _answer(request, status, title, words)


def _not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, words = KNOWN_STATUS.get(status, (HTTPStatus(status).phrase, "go back, and try again"))
    return _answer(request, status, title, words)


def _not_understood(request: Request, error: Exception) -> Response:
    fields: tuple[str, ...] = ()
    if isinstance(error, RequestValidationError):
        fields = tuple(sorted({str(problem["loc"][-1]) for problem in error.errors()}))
    title, words = KNOWN_STATUS[422]
    return _answer(request, 422, title, f"{words}: {', '.join(fields)}")


class LastResort:
    """Answers an error of ours with words. Its kind and its places in the code go to the log, never what it held."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except Exception as error:
            log.error("%s at %s: %s", type(error).__name__, scope.get("path", ""), places_of(error))
            if scope["type"] == "http" and not begun:
                await refusal_page(500, "Antigone made a mistake", MISTAKE)(scope, receive, send)
