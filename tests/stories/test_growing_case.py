"""A case that grows step by step answers, after each step, as a fresh registry that was given everything at once: by
the command line, by the API and in a browser, on SQLite and on PostgreSQL."""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

import pytest
import uvicorn
from fastapi import FastAPI
from forked_jobs import ForkedJob
from growing_answers import Answer, answer_of, answers_at_once
from growing_browser import Pages
from growing_case import STORY, Door
from growing_doors import Api, CommandLine
from registry_team import Team
from registry_vaults import PASSPHRASE, SMALL
from waiting import until
from web_browser import browser as browser
from web_site import TestClient

from antigone.registry.keys.keyfile import create_key_file
from antigone.team.access.users import add_own_token
from antigone.web.app import create_app
from antigone.web.requests.settings import WebSettings

pytestmark = pytest.mark.slow

ROUNDED = {"the command line": 0.005, "the API": 1e-9, "a browser": 0.005}
"""How exact each door shows a log10 LR."""


@pytest.fixture(autouse=True)
def forked(monkeypatch):
    monkeypatch.setattr("antigone.web.jobs.jobs._start_process", ForkedJob)


@pytest.fixture(scope="session")
def at_once(prepared_files, tmp_path_factory) -> dict[str, Answer]:
    return answers_at_once(prepared_files, tmp_path_factory.mktemp("at-once"))


def live_through(door: Door, team: Team, at_once: dict[str, Answer], *, shown_within: float) -> None:
    """Take every step of the story, and compare after each."""
    for step in STORY:
        step.happens(door)
        found, expected = answer_of(team), at_once[step.name]
        assert found.keys() == expected.keys(), step.name
        for pair, numbers in expected.items():
            assert found[pair] == pytest.approx(numbers, abs=1e-9, rel=0), (step.name, pair)
        shown = door.shown()
        assert shown.keys() == expected.keys(), step.name
        for pair, value in shown.items():
            assert value == pytest.approx(expected[pair]["log10 LR, Here"], abs=shown_within), (step.name, pair)


def test_steps__each_changes_what_is_found(at_once):
    """A step that changed nothing would show nothing; only what a conflict left out is the same as before it."""
    answers = list(at_once.values())
    assert all(before != after for before, after in pairwise(answers))
    assert all(("PM1", "F1") in answer and ("PM2", "F2") in answer for answer in answers)
    assert all(math.isfinite(value) for answer in answers for numbers in answer.values() for value in numbers.values())


def test_growing_case__by_the_command_line(team, registry_url, at_once, tmp_path, capsys, monkeypatch):
    create_key_file(tmp_path / "case.key", team.registry.vault, passphrase=PASSPHRASE, cost=SMALL)
    door = CommandLine(registry_url, tmp_path / "case.key", tmp_path / "files", capsys, monkeypatch)
    live_through(door, team, at_once, shown_within=ROUNDED["the command line"])


def test_growing_case__by_the_api(team, registry_url, at_once, tmp_path):
    settings = WebSettings(registry_url, tmp_path / "work", hosts=("testserver",))
    users = ("registrar", "geneticist", "second geneticist", "reviewer", "coordinator")
    tokens = {user: add_own_token(team[user], name="program", days=30) for user in users}
    door = Api(TestClient(create_app(team.registry, settings)), tokens)
    live_through(door, team, at_once, shown_within=ROUNDED["the API"])


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address at which an application is served, in a thread."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.mark.browser
def test_growing_case__in_a_browser(team, registry_url, at_once, tmp_path, browser):
    with served(create_app(team.registry, WebSettings(registry_url, tmp_path / "work"))) as address:
        door = Pages(browser, address, tmp_path / "files")
        live_through(door, team, at_once, shown_within=ROUNDED["a browser"])
        for page in door.open.values():
            page.context.close()
