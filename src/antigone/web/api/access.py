"""Who calls the API: a program with a token, which acts in the role of its user. Cookies open nothing here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from antigone.errors import AntigoneError, Forbidden
from antigone.team.access.opening import session_of_token
from antigone.team.access.session import Session
from antigone.web.requests.visits import Web

BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token that an administrator made; it ends on a day."
)


class TokenNeeded(Exception):
    """No token was sent, or one that opens nothing."""


@dataclass(frozen=True)
class Call:
    """One call of a program, and the session of the user whose token it has."""

    web: Web
    session: Session


def sent_token(sent: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]) -> str:
    """The token of a call.

    Raises
    ------
    TokenNeeded
        When there is none.
    """
    if sent is None:
        raise TokenNeeded("no token was sent; send the header 'Authorization: Bearer ...' with one")
    return sent.credentials


def called(
    request: Request,
    token: Annotated[str, Depends(sent_token)],
    purpose: Annotated[
        str,
        Header(
            alias="Antigone-Purpose",
            min_length=1,
            max_length=200,
            pattern=r"^[!-~]([ -~]*[!-~])?$",
            description="What the call is for, in a few words without names; it stands in the audit.",
        ),
    ],
) -> Call:
    """The call of a program whose token is valid.

    Raises
    ------
    TokenNeeded
        When the token is unknown, revoked or expired, or its user left.
    """
    web: Web = request.app.state.web
    try:
        return Call(web, session_of_token(web.registry, token, purpose=purpose))
    except Forbidden as error:
        raise TokenNeeded(str(error)) from None


def is_valid(web: Web, authorization: str) -> bool:
    """Whether this header holds a token that opens something, before anything else of its call is read."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return False
    try:
        session_of_token(web.registry, token.strip(), purpose="an upload")
    except AntigoneError:
        return False
    return True


Called = Annotated[Call, Depends(called)]
