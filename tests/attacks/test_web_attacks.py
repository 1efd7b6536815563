"""What an attacker tries at the application, beside what `test_web_security` holds: large bodies, logs, leftovers."""

from __future__ import annotations

import asyncio
import io
import pickle
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
from fastapi import Request
from registry_team import INCIDENT, PURPOSE
from registry_vaults import PASSPHRASE
from web_site import Site, make_site, post

from antigone.team.access.users import add_token, set_password
from antigone.web.app import TRIES, create_app
from antigone.web.jobs import uploads as reading
from antigone.web.jobs import worker
from antigone.web.jobs.jobs import Job, Jobs, write_job
from antigone.web.pages.keys import KEY_ATTEMPTS
from antigone.web.pages.runs import job_events
from antigone.web.requests.security import FORM_BYTES

BLOCK = b"x" * 65536
CODE = "0123456789abcdef"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return make_site(tmp_path_factory.mktemp("attacks"))


# Large bodies


def sent_to(site: Site, address: str, headers: dict[str, str], *, blocks: int = 100) -> tuple[int, int]:
    """Send a large body to an address: the status of the answer, and how many bytes were taken."""
    taken, status = 0, 0
    head = b'--edge\r\ncontent-disposition: form-data; name="files"; filename="profiles.csv"\r\n\r\n'

    async def receive() -> dict[str, Any]:
        nonlocal taken
        last = taken > blocks * len(BLOCK)
        body = head if not taken else b"\r\n--edge--\r\n" if last else BLOCK
        taken += len(body)
        return {"type": "http.request", "body": body, "more_body": not last}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    given = {"host": "testserver", "content-type": "multipart/form-data; boundary=edge"} | headers
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": address, "raw_path": address.encode(), "root_path": "", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "state": {},
    }  # fmt: skip
    asyncio.run(site.app(scope, receive, send))
    return status, taken


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("/import", {}, 303),
        ("/import", {"cookie": "antigone=guessed"}, 303),
        ("/api/import", {"antigone-purpose": "x"}, 401),
        ("/api/import", {"antigone-purpose": "x", "authorization": "Bearer guessed"}, 401),
    ],
)
def test_upload__of_nobody_we_know_is_answered_without_being_taken(site, address, headers, status):
    answered, taken = sent_to(site, address, headers)
    assert answered == status
    assert taken <= FORM_BYTES


@pytest.mark.slow
def test_upload__of_somebody_signed_in_is_taken_whole(site):
    cookie = site.browser("registrar").cookies["antigone"]
    token = add_token(site.team["administrator"], "registrar", name="laboratory", days=1)
    known = {"antigone-purpose": "x", "authorization": f"Bearer {token}"}
    for address, headers in (("/import", {"cookie": f"antigone={cookie}"}), ("/api/import", known)):
        assert sent_to(site, address, headers)[1] > 6_000_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "Ω" * 300 + ".csv", "\U0001f600" * 300, "." * 300, "a/" * 300])
def test_upload__under_a_name_that_no_file_system_takes_is_refused_in_words(site, name):
    answer = post(site.browser("registrar"), "/import", files=[("files", (name, b"a,b\n"))])
    assert answer.status_code == 422


# Guessing


@pytest.mark.slow
def test_key__guesses_made_at_once_do_not_pass_together(tmp_path):
    """Each counts while it is under way, and only one that was right is forgiven."""
    site = make_site(tmp_path, passphrase=PASSPHRASE)
    browser, tries = site.browser("administrator"), site.app.state.web.sign_ins
    given = {"held": PASSPHRASE, "needed": "2", "trustees": "3"}
    under_way = [tries.takes(KEY_ATTEMPTS) for _ in range(TRIES + 1)]
    assert under_way == [True] * TRIES + [False]
    assert post(browser, "/keys/split", given).status_code == 403
    tries.take_back(KEY_ATTEMPTS)
    assert {post(browser, "/keys/split", given).status_code for _ in range(3)} == {200}
    assert post(browser, "/keys/split", given | {"held": "not this one"}).status_code == 422
    assert post(browser, "/keys/split", given).status_code == 403


# What stays behind


def test_start__removes_what_an_import_left_when_the_application_was_killed(tmp_path):
    site = make_site(tmp_path)
    left = tmp_path / "work" / "import-killed" / "files"
    left.mkdir(parents=True)
    (left / "profiles.csv").write_text("a profile")
    kept = tmp_path / "work" / "0123456789abcdef.json"
    kept.write_text("{}")
    create_app(site.team.registry, site.app.state.web.settings)
    assert not left.parent.exists()
    assert kept.exists()


def test_worker__that_fails_says_nothing_of_what_it_held(tmp_path, monkeypatch, capsys):
    def broken(*_arguments: object) -> None:
        raise KeyError("TH01 6,9.3 of a family")

    make_site(tmp_path)
    monkeypatch.setattr(worker, "open_registry", lambda *_places, **_named: broken())
    path = tmp_path / "work" / f"{CODE}.json"
    write_job(path, Job(CODE, "registry.db", "geneticist", PURPOSE, INCIDENT))
    assert worker.main(path) == 1
    said = "".join(capsys.readouterr())
    assert "KeyError" in said
    assert "9.3" not in said + path.read_text("utf-8")


def test_reader__takes_no_name_that_leads_out_of_a_class():
    for name in ("Incident.__class__", "dataclass", "Incident.__init__", "Path", "Mapping"):
        text = (
            b"\x80\x04"
            + pickle.SHORT_BINUNICODE
            + bytes([len("antigone.model.incident.incident")])
            + b"antigone.model.incident.incident"
        )
        text += pickle.SHORT_BINUNICODE + bytes([len(name)]) + name.encode() + pickle.STACK_GLOBAL + pickle.STOP
        with pytest.raises((pickle.UnpicklingError, AttributeError)):
            reading._Reader(io.BytesIO(text)).load()


# Sessions


@pytest.mark.slow
def test_progress__ends_with_the_session(site):
    open_until = iter([True, False])

    async def connected() -> dict[str, str]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def told() -> list[str]:
        request = Request({"type": "http"}, connected)
        events: AsyncIterator[str] = job_events(
            site.app.state.web.jobs, CODE, request, goes_on=lambda: next(open_until)
        )
        return [event async for event in events]

    folder = site.app.state.web.settings.work
    write_job(folder / f"{CODE}.json", Job(CODE, "x", "geneticist", PURPOSE, INCIDENT, state="running", process=1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("antigone.web.jobs.jobs._is_worker", lambda *_: True)
        assert len(asyncio.run(told())) == 1
    (folder / f"{CODE}.json").unlink()


@pytest.mark.slow
def test_session__ends_when_the_password_is_changed_by_another_program(tmp_path):
    site = make_site(tmp_path)
    stolen, other = site.browser("reviewer"), site.browser("geneticist")
    set_password(site.team["administrator"], "reviewer", password="another long password")
    assert stolen.get("/").status_code == 303
    assert "ended=closed" in stolen.get("/").headers["location"]
    assert other.get("/account").status_code == 200


def test_job__of_another_worker_with_its_number_is_not_alive(tmp_path, monkeypatch):
    """A number of a process is given again; a worker of another registry is not ours to end."""
    started, ended = Jobs(tmp_path / "work", place="x"), []
    monkeypatch.setattr("antigone.web.jobs.jobs.os.kill", lambda *told: ended.append(told))
    other = b"python\0-m\0antigone.web.worker\0/other/9.json"
    monkeypatch.setattr("antigone.web.jobs.jobs.Path.read_bytes", lambda _path: other)
    job = Job(CODE, "x", "geneticist", PURPOSE, INCIDENT, state="running", process=4242)
    write_job(tmp_path / "work" / f"{CODE}.json", job)
    started.cancel(job)
    assert ended == []
