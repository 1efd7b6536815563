"""What several tests share: see ``test_web_browser``, where it is used most."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from importlib.resources import files

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from registry_team import password_of
from web_paths import PAGES as PAGES
from web_paths import case_folder as case_folder
from web_site import Site, make_site

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.browser


AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


PICTURE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--headless", "--disable-gpu", "--no-first-run"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    made = make_site(tmp_path_factory.mktemp("browser"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    made.app.state.address = f"http://127.0.0.1:{port}"
    yield made
    server.should_exit = True
    thread.join(20)
    for child in made.app.state.web.jobs._children.values():
        child.wait(60)


@pytest.fixture
def context(browser, site) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=PICTURE, base_url=site.app.state.address)
    made.set_default_timeout(20_000)
    yield made
    made.close()


def sign_in(context: BrowserContext, user: str) -> Page:
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("User").fill(user)
    page.get_by_label("Password").fill(password_of(user))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def follow(page: Page, link: str, to: str, *, seconds: float = 20) -> None:
    """Follow a link, and wait until the scripts of the page it leads to have run: before that, a form is not heard."""
    page.get_by_role("link", name=link).click(timeout=seconds * 1000)
    page.wait_for_url(to)


def complaints(page: Page) -> list[str]:
    """What the browser itself finds wrong: a blocked script, a missing file, an error."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical; its script runs beside the policy of the page, not instead of it."""
    page.wait_for_load_state()
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")
    bad = [v for v in found["violations"] if v["impact"] in {"serious", "critical"}]
    return [f"{v['id']}: {node['html'][:160]}" for v in bad for node in v["nodes"]]
