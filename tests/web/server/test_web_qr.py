"""The QR code of a device: the picture holds the modules of the text, and the page the code of its own address."""

from __future__ import annotations

import re
from html import unescape

import pytest
import segno
from web_site import make_site, post

from antigone.web.requests.qr import QUIET_ZONE, qr_code

ADDRESS = "otpauth://totp/Antigone:cleo?secret=GEZDGNBVGY3TQOJQ&issuer=Antigone&algorithm=SHA1&digits=6&period=30"


def modules_of(picture: str) -> list[list[int]]:
    """The dark modules that a picture draws, read from its path alone, without the quiet margin."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', picture)[1])  # type: ignore[index]
    seen = [[0] * side for _ in range(side)]
    path = re.search(r'fill="#000" d="([^"]+)"', picture)[1]  # type: ignore[index]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path):
        for one in range(int(x), int(x) + int(width)):
            seen[int(y)][one] = 1
    edge = slice(QUIET_ZONE, -QUIET_ZONE)
    assert sum(map(sum, seen)) == sum(sum(row[edge]) for row in seen[edge]), "the margin is light"
    return [row[edge] for row in seen[edge]]


def expected(text: str) -> list[list[int]]:
    return [list(row) for row in segno.make_qr(text, error="m").matrix]


@pytest.mark.parametrize("text", [ADDRESS, "a", "otpauth://totp/Antigone:%C3%A9va"])
def test_qr_code__draws_the_modules_of_its_text(text):
    assert modules_of(qr_code(text, title="t")) == expected(text)


def test_qr_code__has_a_name_that_is_escaped_and_does_not_hold_the_text():
    picture = qr_code(ADDRESS, title='"<Address>"')
    assert "<title>&quot;&lt;Address&gt;&quot;</title>" in picture
    assert "GEZDGNBV" not in picture


def test_account__shows_the_address_of_the_device_as_a_code_beside_the_secret(tmp_path):
    page = post(make_site(tmp_path).browser("reviewer"), "/account/codes").text
    address = unescape(re.search(r"otpauth://[^<]+", page)[0])  # type: ignore[index]
    assert address.startswith("otpauth://totp/Antigone:reviewer?secret=")
    (picture,) = re.findall(r'<svg[^>]+role="img" shape-rendering.+?</svg>', page, re.DOTALL)
    assert modules_of(picture) == expected(address)
