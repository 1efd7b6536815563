"""The names under which a browser may ask: as they are compared, as a certificate states them, and their check.

A request under another name is refused, so that no page of another site can point a browser here (DNS rebinding).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from antigone.errors import InputError

REFUSED = (
    "This server does not answer under the name that was asked for. Open it under its own name; who starts it gives "
    "further ones with --name."
)
_ASKED = re.compile(r"(\[[^\]]*\]|[^:]*)(?::[0-9]*)?")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:\*\.(?={_LABEL}\.))?{_LABEL}(?:\.{_LABEL})*")


def canonical(name: str) -> str:
    """A name or address as it is compared: in small ASCII letters, an address in its shortest form, without brackets.

    Raises
    ------
    InputError
        When it is neither, for example because it has a port.

    Examples
    --------
    >>> canonical("DVI.Example.org."), canonical("[2001:DB8::0:7]")
    ('dvi.example.org', '2001:db8::7')
    """
    bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    try:
        return ip_address(bare).compressed
    except ValueError:
        plain = _ascii(name.lower().removesuffix("."))
    if not _NAME.fullmatch(plain):
        raise InputError(f"'{name}' is no name of a server; expected one such as dvi.example.org, or an address")
    return plain


def certificate_names(path: Path) -> tuple[str, ...]:
    """The names and addresses for which a certificate was given (its subjectAltName), in canonical form.

    An entry that no browser can ask for is passed over.

    Raises
    ------
    InputError
        When the file cannot be read, or holds no certificate.
    """
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        stated = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except OSError as error:
        raise InputError(f"the certificate {path} cannot be read ({error.strerror}); correct the path") from None
    except x509.ExtensionNotFound:
        return ()
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise InputError(f"{path} holds no certificate that can be read; expected one as PEM") from None
    found = [*stated.get_values_for_type(x509.DNSName), *map(str, stated.get_values_for_type(x509.IPAddress))]
    return tuple(dict.fromkeys(canonical(name) for name in found if _is_name(name)))


class HostCheck:
    """Refuses a request that names another server in its one ``Host``.

    Parameters
    ----------
    app
        What answers.
    hosts
        Names and addresses. ``*.example.org`` stands for one name before ``.example.org``, as in a certificate.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(map(canonical, hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._knows(scope):
            await self._app(scope, receive, send)
            return
        await PlainTextResponse(REFUSED, status_code=400)(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        asked = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        found = _ASKED.fullmatch(asked[0]) if len(asked) == 1 else None
        if found is None or not _is_name(found[1]):
            return False
        name = canonical(found[1])
        return name in self._hosts or f"*.{name.partition('.')[2]}" in self._hosts


def _is_name(text: str) -> bool:
    try:
        canonical(text)
    except InputError:
        return False
    return True


def _ascii(name: str) -> str:
    """A name as browsers send it (IDNA); empty when it cannot be sent."""
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return ""
