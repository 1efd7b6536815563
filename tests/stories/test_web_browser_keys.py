"""The administrator's story in a real browser: back up, change the key, sign in again, split, bring everything back."""

from __future__ import annotations

import io
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Error, Page, expect
from pypdf import PdfReader
from registry_team import PURPOSE
from registry_vaults import PASSPHRASE, SMALL
from web_browser import browser as browser
from web_browser import complaints as complaints
from web_browser import faults as faults
from web_browser import follow
from web_browser import pytestmark as pytestmark
from web_browser import sign_in as sign_in
from web_site import Site, make_site

from antigone.registry.keys.keyfile import read_key_file
from antigone.team.access import opening
from antigone.team.access.session import Registry
from antigone.team.keeping import keeping
from antigone.team.keeping.backups import BackupPlaces
from antigone.team.review.candidates import read_candidate

__all__ = ["browser", "pytestmark"]


@contextmanager
def served(made: Site) -> Iterator[str]:
    """The address under which a site answers real browsers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    """A site with a key file, served, and places for backups."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "stick").mkdir()
    places = BackupPlaces(tmp_path / "disk", tmp_path / "stick" / "registry.ring")
    made = make_site(tmp_path, passphrase=PASSPHRASE, backups=places)
    with served(made) as made.app.state.address:
        yield made


@pytest.fixture
def context(browser, site) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=site.app.state.address, bypass_csp=True)  # for axe alone
    made.set_default_timeout(20_000)
    yield made
    made.close()


def send(page: Page, form: str, button: str, **fields: str) -> None:
    """Open the part of the page that holds a form, fill it in, and send it."""
    place = page.locator(f'form[action="{form}"]')
    place.evaluate("(one) => { one.closest('details').open = true }")
    for label, text in fields.items():
        place.get_by_label(label.replace("_", " "), exact=True).fill(text)
    place.get_by_role("button", name=button).click()


def test_story__of_the_administrator(context, site, tmp_path):
    page = sign_in(context, "administrator")
    told = complaints(page)
    follow(page, "Keys and backups", "**/keys")
    page.get_by_role("button", name="Back up now").click()
    expect(page.get_by_text("the ring is written")).to_be_visible()
    with page.expect_download() as download:
        send(page, "/keys/archive", "Download", Passphrase_of_the_key_file=PASSPHRASE)
    archive = tmp_path / "taken.archive"
    archive.write_bytes(Path(download.value.path()).read_bytes())
    send(page, "/keys/rotate", "Change the master key", Passphrase_of_the_key_file=PASSPHRASE)
    expect(page.get_by_text("the master key of the registry was changed")).to_be_visible()
    assert faults(page) == []
    page = sign_in(context, "administrator")
    told += complaints(page)
    page.goto("/keys")
    expect(page.get_by_text("generation of the master key").locator("..")).to_contain_text("2")
    reviewer = sign_in(context, "reviewer")
    reviewer.goto(f"/candidate?id={site.candidate}")
    expect(reviewer.get_by_role("heading", name=f"{site.unidentified} is {site.missing}")).to_be_visible()
    vault = read_key_file(tmp_path / "registry.key", passphrase=PASSPHRASE)
    ring = tmp_path / "stick" / "registry.ring"
    made = keeping.restore(tmp_path / "again.db", vault, archive=archive, ring=ring)
    with closing(Registry(made.engine, vault, site.team.clock, SMALL)) as restored:
        geneticist = opening.session_of(restored, "geneticist", purpose=PURPOSE)
        assert read_candidate(geneticist, site.candidate).candidate is not None
    assert told == []


def test_story__the_key_is_split_printed_and_joined(context, site, tmp_path):
    page = sign_in(context, "administrator")
    page.goto("/keys")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert faults(page) == []
    fields = {"Trustees": "4", "Needed_together": "2", "Passphrase_of_the_key_file": PASSPHRASE}
    send(page, "/keys/split", "Split the key", **fields)
    expect(page.get_by_role("heading", name="Share 4 of 4")).to_be_visible()
    assert faults(page) == []
    printed = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages]
    shares = [re.findall(r"antigone-share-1:[0-9a-g:]+", re.sub(r"\s", "", sheet)) for sheet in printed]
    assert [len(found) for found in shares] == [1] * 4, "one share on each sheet"
    keeping.join_key([shares[3][0], shares[1][0]], key_file=tmp_path / "j.key", passphrase=PASSPHRASE, cost=SMALL)
    joined = read_key_file(tmp_path / "j.key", passphrase=PASSPHRASE)
    assert joined.masters == site.app.state.web.registry.vault.masters
    page.get_by_role("link", name="They are printed").click()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # no browser keeps a share
        page.go_back()


def test_pages__of_a_server_key_have_no_serious_fault(browser, tmp_path):
    made = make_site(tmp_path)
    with served(made) as address:
        context = browser.new_context(base_url=address, bypass_csp=True)
        page = sign_in(context, "administrator")
        page.goto("/keys")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert faults(page) == []
        held = opening.worker_key(made.team.registry)
        place = page.locator('form[action="/keys/next"]')
        place.get_by_label("The master key of now").fill(held)
        place.get_by_role("button").click()
        expect(page.get_by_role("heading", name="The next master key")).to_be_visible()
        assert faults(page) == []
        context.close()
