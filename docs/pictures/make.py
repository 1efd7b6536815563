"""The pictures of docs/web.md, made again from the demonstration registry.

``.venv/bin/python docs/pictures/make.py [NAME...]``: all pictures, or those named. It needs Chromium and the
development extras, and takes two minutes. Run it after a page has changed, look at each picture, and commit them.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from antigone.model.results.joint import JointPrior
from antigone.team.access.opening import session_of
from antigone.team.access.session import Registry
from antigone.team.keeping.backups import BackupPlaces, back_up_now
from antigone.team.keeping.keeping import split_key, verify
from antigone.team.runs.joint import solve_jointly
from antigone.web.app import create_app
from antigone.web.demo import DATABASE, PASSWORD, make_demo
from antigone.web.requests.settings import WebSettings

HERE = Path(__file__).resolve().parent
SIZE: ViewportSize = {"width": 1280, "height": 860}
INCIDENT = "Simulated-ferry-accident"
PICTURES = {
    "overview": ("reviewer", "/"),
    "candidates": ("geneticist", f"/candidates?incident={INCIDENT}"),
    "candidate": ("geneticist-2", "/candidate?id=6"),
    "family": ("coordinator", f"/family?incident={INCIDENT}&family=F08"),
    "search": ("geneticist", "/run?run=1"),
    "keys": ("administrator", "/keys"),
    "joint": ("geneticist", f"/joint?incident={INCIDENT}#families"),
}


def sign_in(browser: Browser, address: str, user: str) -> Page:
    """A page of somebody who is signed in."""
    page = browser.new_context(viewport=SIZE, base_url=address).new_page()
    page.goto("/sign-in")
    page.get_by_label("User").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def back_up(registry: Registry, places: BackupPlaces) -> None:
    """Do what the page of keys shows: a backup, a verification, a splitting of the key."""
    administrator = session_of(registry, "administrator", purpose="pictures")
    for folder in (places.folder, places.ring.parent):
        folder.mkdir(exist_ok=True)
    back_up_now(administrator, places)
    verify(administrator)
    split_key(administrator, needed=3, trustees=5)


def main(names: Sequence[str]) -> None:
    """Make the pictures of these names."""
    memory = tempfile.TemporaryDirectory(dir="/dev/shm")  # another medium, for the ring
    with tempfile.TemporaryDirectory() as name, memory as stick, sync_playwright() as playwright:
        folder = Path(name)
        registry = make_demo(folder)
        geneticist = session_of(registry, "geneticist", purpose="pictures")
        if {"candidate", "joint"} & set(names):
            solve_jointly(geneticist, INCIDENT, prior=JointPrior("odds", 0.001))
        places = BackupPlaces(folder / "backups", Path(stick) / "registry.ring")
        back_up(registry, places)
        settings = WebSettings(str(folder / DATABASE), folder / "work", backups=places)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = uvicorn.Config(create_app(registry, settings), host="127.0.0.1", port=port, log_level="warning")
        server = uvicorn.Server(config)
        threading.Thread(target=server.run, daemon=True).start()
        while not server.started:
            time.sleep(0.05)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for picture in names:
            user, path = PICTURES[picture]
            page = sign_in(browser, f"http://127.0.0.1:{port}", user)
            page.goto(path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=HERE / f"web-{picture}.png")
            page.context.close()
        browser.close()
        server.should_exit = True


if __name__ == "__main__":
    main(sys.argv[1:] or list(PICTURES))
