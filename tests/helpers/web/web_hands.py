"""Somebody at a keyboard, and a browser to sit down at: see ``test_web_browser_keyboard``, where they are used most."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from registry_team import password_of
from web_browser import PICTURE, complaints

FOCUS = """(() => {
    const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const named = here.labels?.[0] ?? here;
    return {
        tag: here.tagName, id: here.id, role: here.getAttribute("role"), inside,
        words: here.matches("[role=region], main, tbody") ? "" : (named.innerText ?? "").trim().replace(/\\s+/g, " "),
        drawn: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
})()"""
"""What has the focus, in its own words, whether it is drawn, and whether it can be seen in the window."""
FARTHEST = 25
"""How often Tab may be pressed for the next thing that somebody wants."""


@dataclass(frozen=True)
class Hands:
    """Somebody at a keyboard. ``told`` is what the browser itself complains of."""

    page: Page
    told: list[str]

    @property
    def focus(self) -> dict[str, str]:
        """What has the focus now; it must be possible to see it."""
        found: dict[str, str] = self.page.evaluate(FOCUS)
        if found["tag"] not in ("BODY", "HTML"):
            assert found["drawn"], f"the focus is not drawn on {found}"
            assert found["inside"], f"the focus is outside the window, on {found}"
        return found

    def to(self, words: str, *, back: bool = False, tag: str = "") -> Hands:
        """Press Tab until something of these words has the focus: all its words, or their beginning with ``…``."""
        seen = []
        for _ in range(FARTHEST):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            focus = self.focus
            seen.append(focus["words"])
            found = seen[-1] == words or (words.endswith("…") and seen[-1].startswith(words[:-1]))
            if found and tag in ("", focus["tag"]):
                return self
        pytest.fail(f"{FARTHEST} times Tab do not reach '{words}' on {self.page.url}, but {seen}")

    def press(self, *keys: str) -> Hands:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text: str) -> Hands:
        self.page.keyboard.type(text)
        return self

    def skip(self, words: str = "To the content") -> Hands:
        """Take a skip link, from the beginning of a page."""
        self.to(words).press("Enter")
        assert self.focus["id"] or self.focus["tag"] == "BODY"
        return self

    def reads(self, words: str | re.Pattern[str], *, seconds: float = 30) -> Hands:
        """Wait for words on the page, and for its scripts."""
        expect(self.page.locator("main")).to_contain_text(words, timeout=seconds * 1000)
        self.page.wait_for_load_state()
        return self

    def is_told(self, words: str) -> Hands:
        """Words that have the focus, so that they are read first."""
        self.reads(words)
        self.page.wait_for_function(f"words => {FOCUS}.words.includes(words)", arg=words)
        assert words in self.focus["words"]
        return self

    def is_on(self, words: str) -> Hands:
        """The focus is where it was, although a part of the page was exchanged."""
        self.page.wait_for_function(f"words => {FOCUS}.words === words", arg=words)
        assert self.focus["words"] == words
        return self

    def goes_to(self, pattern: str) -> Hands:
        self.page.wait_for_url(pattern)
        return self

    def saves(self) -> bytes:
        """What Enter downloads."""
        with self.page.expect_download() as download:
            self.press("Enter")
        return download.value.path().read_bytes()

    def sign_in(self, user: str) -> Hands:
        """The sign-in page takes the first letter: its first field has the focus."""
        return self.sign_in_here(user).goes_to("**/")

    def sign_in_here(self, user: str) -> Hands:
        """Sign in, and be on the page that was asked for."""
        self.goes_to("**/sign-in**").is_on("User")
        self.type(user).press("Tab").type(password_of(user)).press("Enter")
        self.page.wait_for_url(lambda address: "/sign-in" not in address)
        return self

    def sign_out(self) -> Hands:
        return self.to("Sign out").press("Enter").reads("You are signed out.").is_on("User")


@pytest.fixture
def sit(browser, site):
    """Sit down at a browser of one's own: its address is typed once."""
    opened = []

    def sit_down(address: str = "/") -> Hands:
        context = browser.new_context(viewport=PICTURE, base_url=site.app.state.address)
        context.set_default_timeout(20_000)
        opened.append(context)
        page = context.new_page()
        page.on("filechooser", lambda chooser: None)  # from the beginning, or the first one may open unseen
        hands = Hands(page, complaints(page))
        page.goto(address)
        return hands

    yield sit_down
    for context in opened:
        context.close()
