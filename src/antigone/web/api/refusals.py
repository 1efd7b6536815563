"""What a program gets when something is refused: RFC 9457 problem details, with every problem found."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from antigone.errors import AntigoneError, InputError
from antigone.report.words.statements import say_all
from antigone.web.api.access import TokenNeeded
from antigone.web.requests import refusals
from antigone.web.requests.refusals import KNOWN_STATUS, MISTAKE, REFUSALS

PROBLEM_TYPE = "application/problem+json"
"""What a refusal is (RFC 9457)."""


class ProblemLine(BaseModel):
    """One thing wrong with what was sent: where, what was found, what was expected, what to do."""

    file: str = Field(description="The file, or 'request' for the call itself")
    line: int = Field(description="The line, from 1; 0 where there is none")
    column: str = Field(description="The column of a table, or the place in the request")
    found: str
    expected: str
    remedy: str


class Refusal(BaseModel):
    """Why a call was refused (RFC 9457). It names codes only, never a genotype or a name."""

    title: str = Field(description="The kind of refusal")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="Which thing, what was found, what was expected, what to do")
    problems: list[ProblemLine] = Field(description="Every problem of what was sent; often none")
    notices: list[str] = Field(default=[], description="What the readers of files assumed until then; often none")


ANY_PATH = {
    400: "The body cannot be read",
    401: "No token, or one that is unknown, revoked or expired",
    403: "The role of the token's user does not allow this, or this user may not do it",
    404: "The registry has no such thing",
    409: "It conflicts with somebody else's change, or with a decision already taken",
    413: "The body is too large",
    422: "What was sent cannot be used; `problems` holds every problem found",
    503: "The registry cannot be used just now",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": words,
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }
    for status, words in ANY_PATH.items()
}
"""The refusals that every call may get."""


def add_refusals(app: FastAPI) -> None:
    """Answer every error of an application with problem details."""
    app.add_exception_handler(TokenNeeded, _token_needed)
    app.add_exception_handler(AntigoneError, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(Exception, _mistake)


def too_large(limit: int) -> Response:
    """The refusal of a body beyond a limit of bytes."""
    return _answer(413, *refusals.too_large(limit))


def _answer(
    status: int, title: str, detail: str, problems: list[ProblemLine] | None = None, notices: Sequence[str] = ()
) -> JSONResponse:
    told = Refusal(title=title, status=status, detail=detail, problems=problems or [], notices=list(notices))
    content = told.model_dump()
    return JSONResponse(content, status_code=status, media_type=PROBLEM_TYPE)


def _token_needed(_request: Request, error: Exception) -> Response:
    answer = _answer(401, "A token is needed", str(error))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _refused(_request: Request, error: Exception) -> Response:
    status, title = next((status, title) for kind, status, title in REFUSALS if isinstance(error, kind))
    found = error.problems if isinstance(error, InputError) else ()
    notices = error.notices if isinstance(error, InputError) else ()
    return _answer(status, title, str(error), [ProblemLine(**vars(problem)) for problem in found], say_all(notices))


def _not_understood(_request: Request, error: Exception) -> Response:
    """What was sent is not said again: it may hold a password, or a name in the wrong place."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what the handler is registered for
    problems = [
        ProblemLine(
            file="request",
            line=0,
            column=".".join(map(str, one["loc"])),
            found=one["type"].replace("_", " "),
            expected=one["msg"],
            remedy="correct the request; /api/openapi.json describes it",
        )
        for one in error.errors()
    ]
    where = ", ".join(problem.column for problem in problems)
    return _answer(422, "This cannot be used as it is", f"the request is not as described: {where}", problems)


def _not_found(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what the handler is registered for
    title, words = {
        400: (
            "The body cannot be read",
            "it ends early, is too large or deep, or is no form; send it again, whole",
        ),
        404: ("There is no such call", "the address is wrong; /api/openapi.json lists every call"),
        405: ("There is no such call", "the address takes another method; /api/openapi.json lists every call"),
    }.get(error.status_code) or KNOWN_STATUS.get(error.status_code, (HTTPStatus(error.status_code).phrase, "try again"))
    answer = _answer(error.status_code, title, words)
    answer.headers.update(error.headers or {})
    return answer


def _mistake(_request: Request, _error: Exception) -> Response:
    """The error itself goes on to the log of the application around this one."""
    return _answer(500, "Antigone made a mistake", MISTAKE)
