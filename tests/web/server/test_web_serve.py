"""``antigone serve``: nothing leaves this computer without TLS, and the demonstration is whole."""

from __future__ import annotations

import datetime as dt
import threading
import time
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI
from registry_team import INCIDENT, PURPOSE, small_incident
from typer.testing import CliRunner
from web_site import TestClient, make_site, sign_in

from antigone.cli import app, serving
from antigone.errors import InputError, StorageError, Unsupported
from antigone.team.access.opening import session_of
from antigone.team.access.roles import ROLES
from antigone.team.keeping.backups import BackupPlaces
from antigone.team.overview.status import list_incidents
from antigone.web.app import create_app
from antigone.web.demo import DEMO_USERS, KEY_FILE, PASSWORD, make_demo, open_demo
from antigone.web.jobs.jobs import Job, write_job
from antigone.web.requests.hosts import HostCheck, canonical, certificate_names
from antigone.web.requests.settings import WebSettings
from antigone.web.server import SECONDS_TO_FINISH, make_server

pytestmark = pytest.mark.slow

EVERYWHERE = "0.0.0.0"  # noqa: S104 - the address that needs a name


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
    seen: list[uvicorn.Config] = []
    monkeypatch.setattr("uvicorn.Server.run", lambda server: seen.append(server.config))
    serving._run(make_site(tmp_path).app, "127.0.0.1", 8417, None, None, "")
    (chosen,) = seen
    assert (chosen.host, chosen.access_log, chosen.proxy_headers) == ("127.0.0.1", False, False)
    assert chosen.timeout_graceful_shutdown == SECONDS_TO_FINISH


def test_server__ends_while_somebody_watches_a_search(tmp_path, monkeypatch):
    """Well before the answer is cut off: the stream ends by itself."""
    site = make_site(tmp_path)
    job = Job("0123456789abcdef", "x", "geneticist", PURPOSE, INCIDENT, state="running", process=1)
    write_job(tmp_path / "work" / f"{job.id}.json", job)
    monkeypatch.setattr("antigone.web.jobs.jobs._is_worker", lambda *_: True)
    server = make_server(site.app, host="127.0.0.1", port=0)
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    cookie = {"cookie": f"antigone={site.browser('geneticist').cookies['antigone']}"}
    with httpx.stream("GET", f"http://127.0.0.1:{port}/search/events?job={job.id}", headers=cookie) as answer:
        told = answer.iter_text()
        assert "event: progress" in next(told)
        begun = time.monotonic()
        server.handle_exit(15, None)
        assert "event: ended" not in "".join(told)
    running.join(60)
    assert not running.is_alive()
    assert time.monotonic() - begun < SECONDS_TO_FINISH


def make_certificate(folder: Path, *names: x509.GeneralName) -> Path:
    """A certificate with these names, and its key beside it."""
    key, called = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder(called, called, key.public_key(), 7, begins, begins + dt.timedelta(days=9))
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    path = folder / "cert.pem"
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def hosts_of(monkeypatch, *arguments: str) -> tuple[str, ...]:
    """The names that a start with these arguments gives to the application."""
    seen: list[WebSettings] = []
    monkeypatch.setattr("antigone.web.app.create_app", lambda _registry, settings: seen.append(settings))
    monkeypatch.setattr(serving, "_run", lambda *_arguments: None)
    monkeypatch.setattr(serving, "open_place", lambda *_arguments: None)
    refusal = serve("--registry", "x.db", *arguments)
    assert refusal is None, refusal
    return seen[0].hosts


def answers(hosts: tuple[str, ...], host: str) -> bool:
    """Whether an application with these names answers a request for a host."""
    checked = FastAPI()
    checked.add_middleware(HostCheck, hosts=hosts)
    return TestClient(checked).get("/", headers={"host": host}).status_code == 404


def test_serve__under_tls_answers_the_names_of_its_certificate(monkeypatch, tmp_path):
    names = x509.DNSName("dvi.example.org"), x509.IPAddress(ip_address("2001:db8::7")), x509.DNSName("*.inst.example")
    path = str(make_certificate(tmp_path, *names))
    for host in (EVERYWHERE, "::", "192.0.2.7"):
        hosts = hosts_of(monkeypatch, "--host", host, "--certificate", path, "--private-key", path)
        assert answers(hosts, "dvi.example.org")
        assert answers(hosts, "DVI.example.org.:8417")
        assert answers(hosts, "[2001:DB8:0::7]:8417")
        assert answers(hosts, "east.inst.example")
        assert answers(hosts, "192.0.2.7:8417") == (host == "192.0.2.7")
        refused = ("other.example.org", "a.b.inst.example", "inst.example", EVERYWHERE, "[::]", "2001:db8::7", "")
        assert [other for other in refused if answers(hosts, other)] == []


def test_serve__answers_the_names_that_are_given(monkeypatch, tmp_path):
    path = str(make_certificate(tmp_path))
    tls = ("--certificate", path, "--private-key", path)
    hosts = hosts_of(monkeypatch, "--host", "::", "--name", "dvi.example", "--name", "2001:db8::7", *tls)
    assert answers(hosts, "dvi.example:8417")
    assert answers(hosts, "[2001:db8::7]")
    assert answers(hosts_of(monkeypatch, "--behind-proxy", "proxy.example"), "proxy.example")
    assert answers(hosts_of(monkeypatch, "--host", "::1"), "[::1]:8417")
    assert not answers(hosts, "evil.example")


@pytest.mark.parametrize("host", [EVERYWHERE, "::"])
def test_serve__of_every_address_needs_a_name(tmp_path, host):
    path = str(make_certificate(tmp_path))
    refusal = serve("--registry", "x.db", "--host", host, "--certificate", path, "--private-key", path)
    assert isinstance(refusal, InputError)
    assert "give it with --name" in str(refusal)


@pytest.mark.parametrize("name", ["https://dvi.example", "dvi.example:8417", "", "a b", "[dvi.example]", "*", "é" * 70])
def test_canonical__refuses_what_is_no_name(name):
    with pytest.raises(InputError, match="is no name of a server"):
        canonical(name)


def test_canonical__writes_a_name_as_browsers_send_it():
    assert canonical("Bücher.example.") == "xn--bcher-kva.example"


def test_certificate_names__refuses_a_file_without_a_certificate(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read \(No such file"):
        certificate_names(tmp_path / "none.pem")
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(InputError, match="holds no certificate"):
        certificate_names(tmp_path / "cert.pem")


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
