"""``antigone serve``: nothing leaves this computer without TLS, and the demonstration is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from registry_team import small_incident
from typer.testing import CliRunner
from web_site import TestClient, sign_in

from antigone.casework.registry.backups import BackupPlaces
from antigone.casework.registry.opening import session_of
from antigone.casework.registry.roles import ROLES
from antigone.casework.registry.status import list_incidents
from antigone.cli import app, serving
from antigone.errors import InputError, StorageError, Unsupported
from antigone.web.app import create_app
from antigone.web.demo import DEMO_USERS, KEY_FILE, PASSWORD, make_demo, open_demo
from antigone.web.settings import WebSettings


def serve(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(app, ["serve", *arguments]).exception


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "without TLS"),  # noqa: S104 - the address that is refused
        (["--host", "::", "--certificate", "c.pem"], "expected both or none"),
        (["--host", "192.0.2.7", "--demo", "--behind-proxy", "dvi.example"], "its password is public"),
        ([], "no registry is named"),
        (["--backups", "b"], "one of --backups and --ring is given"),
        (["--backups", "b", "--ring", "b/r.ring"], "stands in the folder of the archives"),
    ],
)
def test_serve__refuses_what_is_not_safe(arguments, words):
    refusal = serve(*arguments)
    assert isinstance(refusal, InputError)
    assert words in str(refusal)


def test_serve__names_the_extras_that_are_missing(monkeypatch):
    monkeypatch.setattr(serving, "find_spec", lambda name: None if name == "typst" else object())
    refusal = serve("--demo")
    assert isinstance(refusal, Unsupported)
    assert "antigone[web,registry,report]" in str(refusal)


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """The demonstration over a small incident, because the real one takes half a minute to search."""
    folder: Path = tmp_path_factory.mktemp("demo") / "registry"
    make_demo(folder, incident=small_incident()).close()
    return folder


def test_demo__has_a_user_of_every_role_and_a_review_that_has_begun(demo):
    registry = open_demo(demo)
    (counts,) = list_incidents(session_of(registry, "coordinator", purpose="to test"))
    registry.close()
    assert {user.role for user in DEMO_USERS} == set(ROLES)
    assert counts.pairings["confirmed"] >= 1
    assert counts.pairings["open"] >= 1
    assert counts.runs == 1


def test_demo__signs_in_with_the_password_of_its_page(demo, tmp_path):
    registry = open_demo(demo)
    settings = WebSettings(str(demo), tmp_path / "work", hosts=("testserver",), demo=DEMO_USERS)
    browser = TestClient(create_app(registry, settings), follow_redirects=False)
    assert PASSWORD in browser.get("/sign-in").text
    assert sign_in(browser, "geneticist", PASSWORD).status_code == 303
    assert "Everybody here is simulated" in browser.get("/").text
    registry.close()


def test_demo__half_of_one_is_not_opened(tmp_path):
    (tmp_path / KEY_FILE).touch()
    with pytest.raises(StorageError, match="half a demonstration"):
        open_demo(tmp_path)


def test_run__gives_the_server_no_log_of_addresses(monkeypatch, tmp_path):
    """An address may hold codes, so it is written nowhere."""
    seen: dict[str, object] = {}
    monkeypatch.setattr("uvicorn.run", lambda app, **chosen: seen.update(chosen))
    serving._run(object(), "127.0.0.1", 8417, None, None, "")
    assert (seen["host"], seen["access_log"], seen["proxy_headers"]) == ("127.0.0.1", False, False)


def test_serve__takes_the_places_of_backups_from_who_starts_it(monkeypatch, tmp_path, demo):
    """The browser gets them from the settings, and names none itself."""
    seen: list[WebSettings] = []
    monkeypatch.setattr("antigone.web.app.create_app", lambda _registry, settings: seen.append(settings))
    monkeypatch.setattr(serving, "_run", lambda *_arguments: None)
    monkeypatch.setattr(serving, "open_place", lambda *_arguments: None)
    assert serve("--registry", "x.db", "--backups", str(tmp_path / "a"), "--ring", str(tmp_path / "b")) is None
    assert serve("--registry", "x.db") is None
    monkeypatch.setattr(serving, "DEMO_FOLDER", demo)
    monkeypatch.setattr(serving, "DEMO_BACKUPS", demo / "backups")
    monkeypatch.setattr(serving, "DEMO_RING", demo / "ring" / "r.ring")
    assert serve("--demo") is None
    given, none, shown = (settings.backups for settings in seen)
    assert (given, none) == (BackupPlaces(tmp_path / "a", tmp_path / "b"), None)
    assert shown == BackupPlaces(demo / "backups", demo / "ring" / "r.ring")
    assert (demo / "backups").is_dir()
    assert (demo / "ring").is_dir()
