"""What protects a browser: headers on every answer, forms that only our own pages can send, no large bodies."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from antigone.errors import Forbidden

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
ONE_YEAR = "max-age=31536000"
FORM_BYTES = 1024 * 1024
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Shield:
    """Security headers on every answer, and a limit on every body, before anything reads it.

    Parameters
    ----------
    app
        What answers.
    secure
        Whether browsers reach it under TLS.
    upload_paths, upload_bytes
        Where large bodies are expected, and how large. Elsewhere a body has at most one megabyte.
    too_large
        The answer to a body beyond the limit, for a path and its limit in bytes.
    is_known
        Whether somebody signed in, or a program with a token, sends a request. Whoever else uploads is answered as if
        they had sent nothing, before a byte of it is kept.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        secure: bool,
        upload_paths: frozenset[str],
        upload_bytes: int,
        too_large: Callable[[str, int], Response],
        is_known: Callable[[Request], bool],
    ) -> None:
        self._app, self._secure = app, secure
        self._upload_paths, self._upload_bytes = upload_paths, upload_bytes
        self._too_large, self._is_known = too_large, is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        uploads = scope["path"] in self._upload_paths
        if uploads and not await run_in_threadpool(self._is_known, Request(scope)):
            await self._app(scope, _nothing, send_with_headers)
            return
        limit = self._upload_bytes if uploads else FORM_BYTES
        if _stated_length(scope) > limit:
            await self._too_large(scope["path"], limit)(scope, receive, send_with_headers)
            return
        await self._app(scope, _limited(receive, limit), send_with_headers)

    def _add_headers(self, headers: MutableHeaders, path: str) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        headers["Cache-Control"] = "no-cache" if path.startswith("/static/") else "no-store"
        if self._secure:
            headers["Strict-Transport-Security"] = ONE_YEAR


def _stated_length(scope: Scope) -> int:
    """What the request says of its own length; nothing, or nonsense, counts as 0 and is counted while it comes."""
    stated: bytes = dict(scope["headers"]).get(b"content-length", b"0")
    return int(stated) if stated.isdigit() else 0


async def _nothing() -> Message:
    """The body of a request that has none."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _limited(receive: Receive, limit: int) -> Receive:
    """A body that ends, as if the browser had gone, when it grows beyond the limit."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return message if received <= limit else {"type": "http.disconnect"}

    return receive_limited


class FormSeal:
    """Ties the sign-in form, which has no session yet, to the browser that asked for it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def new_visit(self) -> str:
        """A value for the cookie of a browser that is not signed in."""
        return secrets.token_urlsafe(32)

    def seal(self, visit: str) -> str:
        """What the form for this browser must send back."""
        return hmac.new(self._key, visit.encode(), hashlib.sha256).hexdigest()

    def check(self, visit: str | None, sent: str) -> None:
        """Refuse a form that this browser was not given.

        Raises
        ------
        Forbidden
            When the form was made for another browser, or by another site.
        """
        check_same(self.seal(visit or ""), sent if visit else "")


def check_same(expected: str, sent: str) -> None:
    """Refuse a form whose token is not the expected one.

    Raises
    ------
    Forbidden
        When it is not; the comparison takes the same time wherever they differ.
    """
    if not hmac.compare_digest(expected.encode(), sent.encode()):
        raise Forbidden("this form is out of date, or came from another page; go back, load the page again, send again")


def check_origin(request: Request) -> None:
    """Refuse a changing request that a browser says another site has caused.

    Raises
    ------
    Forbidden
        When ``Sec-Fetch-Site`` names another site.
    """
    came_from = request.headers.get("sec-fetch-site", "same-origin")
    if request.method in CHANGING and came_from not in {"same-origin", "none"}:
        raise Forbidden("this request came from a page of another site; open Antigone itself and do it there")
