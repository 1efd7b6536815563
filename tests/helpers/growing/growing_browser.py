"""The pages as a door of a case that grows, in a real browser: each user in a window of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from growing_case import CASE, Files
from growing_doors import REASON, written
from playwright.sync_api import Browser, Page
from web_browser import sign_in


@dataclass
class Pages:
    """The application at an address."""

    browser: Browser
    address: str
    folder: Path
    sent: int = 0
    open: dict[str, Page] = field(default_factory=dict)

    def at(self, user: str, path: str, **query: object) -> Page:
        """A page, as this user sees it."""
        if user not in self.open:
            context = self.browser.new_context(base_url=self.address)
            context.set_default_timeout(60_000)
            self.open[user] = sign_in(context, user)
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self.open[user].goto(f"{path}?{asked}")
        return self.open[user]

    def _choose(self, page: Page, files: Files) -> None:
        self.sent += 1
        page.locator("#files").set_input_files(written(files, self.folder / str(self.sent)))

    def bring(self, files: Files, *, kit: str = "") -> None:
        page = self.at("registrar", "/import")
        self._choose(page, files)
        page.get_by_label("Code of the incident").fill(CASE)
        page.get_by_label("Kit of the new typings").fill(kit)
        page.get_by_role("button", name="Show what it will do").click()
        page.get_by_role("button", name="Import exactly this").click()
        page.get_by_text("Imported:").wait_for()

    def _agree(self, user: str, version: int, step: str, done: str) -> None:
        page = self.at(user, "/model", incident=CASE, version=version)
        page.locator("#reason").fill(REASON)
        page.get_by_role("button", name=step).click()
        page.get_by_text(f"Version {version} is {done}").wait_for()

    def agree_on_first_model(self) -> None:
        self._agree("geneticist", 1, "Propose", "proposed")
        self._agree("second geneticist", 1, "Confirm", "confirmed")

    def agree_on_model_of(self, files: Files, name: str) -> None:
        page = self.at("geneticist", "/model", incident=CASE)
        page.get_by_text("Propose another model").click()
        self._choose(page, files)
        page.get_by_label("Name of the version").fill(name)
        page.locator("#why").fill(REASON)
        page.get_by_role("button", name="Propose", exact=True).click()
        page.get_by_text("Version 2 is proposed").wait_for()
        self._agree("reviewer", 2, "Confirm", "confirmed")

    def search(self, *, whole: bool = False) -> None:
        page = self.at("geneticist", "/runs", incident=CASE)
        new = page.get_by_role("button", name="Search what is new")
        (page.get_by_role("button", name="Search now") if whole or not new.count() else new).click()
        page.get_by_role("link", name="To the candidates").wait_for()

    def samples_in_conflict(self) -> list[str]:
        return self.at("geneticist", "/conflicts", incident=CASE).locator("tbody th").all_inner_texts()

    def typings(self, sample: str) -> list[int]:
        page = self.at("geneticist", "/sample", incident=CASE, sample=sample)
        return [int(text) for text in page.get_by_label("Typings").locator("tbody th").all_inner_texts()]

    def settle(self, sample: str, marker: str, *, keep: int) -> None:
        page = self.at("geneticist", "/conflict", incident=CASE, sample=sample)
        page.get_by_label(re.compile(rf"Typing {keep}\b")).check()
        page.get_by_label("Why").fill(REASON)
        page.get_by_role("button", name=f"Settle {marker}").click()
        page.get_by_text(f"{marker} is settled.").wait_for()

    def correct(self, sample: str, typing: int, marker: str, alleles: str) -> None:
        page = self.at("geneticist", "/sample", incident=CASE, sample=sample)
        page.get_by_text("Correct a typing").click()
        page.locator("#correct-typing").select_option(str(typing))
        page.locator("#correct-marker").fill(marker)
        page.get_by_label("What is right").fill(alleles)
        page.locator("#correct-reason").fill(REASON)
        page.get_by_role("button", name="Correct the typing").click()
        page.get_by_text(f"Typing {typing} is corrected.").wait_for()

    def withdraw(self, family: str, member: str) -> None:
        page = self.at("coordinator", "/family", incident=CASE, family=family)
        page.get_by_text("A donor withdraws").click()
        page.locator("#withdraw-member").select_option(member)
        page.get_by_label("The code of the donor, typed again").fill(member)
        page.get_by_role("button", name="Erase this donor").click()
        page.get_by_text("is erased").wait_for()

    def shown(self) -> dict[tuple[str, str], float]:
        page = self.at("reviewer", "/candidates", incident=CASE)
        rows = [row.locator("th, td").all_inner_texts() for row in page.locator("#rows tr").all()]
        return {(row[1].split()[0], row[2]): float(row[4].split()[0]) for row in rows}
