"""How long does a page take while 50 users work, alone and while a search of 100,000 profiles runs beside them?

``python benchmarks/web.py [--postgres] [--profiles N] [--users N] [--seconds S] [--thought S] [--beside WHAT ...]``:
a registry of as many profiles (half unidentified persons, half donors) and as many candidates, served by
``antigone serve``; each user is a thread of another process that asks for the pages of a review, and looks at each of
them for ``--thought`` seconds (5) before the next: 50 users then ask for ten pages a second. One more user downloads an
expert report every few seconds. This is measured once for each ``--beside``: with ``nothing``, and with a search of
the ``large`` incident (or of a ``small`` one) at work from the beginning to the end, started from its page; when it
ends it is started again.

Prints JSON: seconds until the application answers, and for each measurement the median, the 95 % and the largest time
of each page in milliseconds, the processor's time that the server took for a request, which other work on the machine
hardly changes, and the load of the machine. PostgreSQL is a server of its own, set up as Debian does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from multiprocessing.queues import Queue
from pathlib import Path
from urllib.parse import urlencode

from registry import answer, make

from antigone.casework.validation.demo import simulated_incident
from antigone.registry.keys.vault import Vault
from antigone.registry.runs.runs import finish_run, start_run
from antigone.team.access import opening, users
from antigone.team.access.session import Registry
from antigone.team.incidents.importing import import_incident
from antigone.web.jobs.jobs import read_job

PASSWORD, PURPOSE, LARGE, SMALL = "a password to measure", "to measure", "large", "small"
HOST = "127.0.0.1"
LOOKED_AT = 2000
"""Candidates that are opened: the first ones of the list, half of them worked out in detail."""
REPORT = "expert report (PDF)"
BETWEEN_REPORTS = 4.0
PAGES = {
    "overview": "/",
    "candidates": f"/candidates?incident={LARGE}",
    "candidates, page 7 by posterior": f"/candidates?incident={LARGE}&order=posterior&down=true&page=7",
    "candidates of one state": f"/candidates?incident={LARGE}&state=open",
    "candidates of one family in one state": f"/candidates?incident={LARGE}&state=open&family=F1",
    "a candidate": "/candidate?id={candidate}",
    "families": f"/families?incident={LARGE}",
    "a family": f"/family?incident={LARGE}&family=F{{family}}",
    "unidentified persons": f"/unidentified?incident={LARGE}&page=3",
    "searches": f"/runs?incident={LARGE}",
    "a search": "/run?run=1",
}
Times = list[tuple[str, float]]


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as free:
        return str(free.getsockname()[1])


PORT = int(os.environ.setdefault("ANTIGONE_MEASURED_PORT", free_port()))
"""The same in the process of the users."""


def add_user(registry: Registry, code: str, role: str) -> None:
    """A user, who changes the first password for one of their own."""
    administrator = opening.session_of(registry, "a", purpose=PURPOSE)
    users.add_user(administrator, code, role=role, password=f"first {PASSWORD}")
    own = opening.session_of(registry, code, purpose=PURPOSE)
    users.change_own_password(own, old=f"first {PASSWORD}", new=PASSWORD)


def build(place: str, profiles: int, people: int) -> Registry:
    """A registry with one large incident and its candidates, and a small one to search."""
    registry = opening.init_registry(place, administrator="a", password=PASSWORD, vault=Vault.new())
    add_user(registry, "registrar", "registrar")
    for n in range(people + 1):
        add_user(registry, f"g{n}", "geneticist")
    registrar = opening.session_of(registry, "registrar", purpose=PURPOSE)
    incident = make(profiles, profiles // 2)
    import_incident(registrar, LARGE, incident)
    import_incident(registrar, SMALL, simulated_incident(families=10, unidentified=20, seed=1)[0])
    first = opening.session_of(registry, "g0", purpose=PURPOSE)
    at, day, none = registry.now(), registry.today(), dict[str, int]()
    with first.writing("search", {"incident": LARGE}) as connection:
        asked = {"incident": LARGE, "started_by": first.user, "purpose": PURPOSE, "day": day, "at": at}
        run = start_run(connection, **asked, left_out=none)  # type: ignore[arg-type]
        finish_run(connection, registry.vault, run, answer(incident, profiles), used=incident, today=day, at=at)
    return registry


@contextmanager
def database(folder: Path, *, postgres: bool) -> Iterator[str]:
    """Where the registry is made: a file, or an empty database of a PostgreSQL server of our own."""
    if not postgres:
        yield str(folder / "r.db")
        return
    sys.path.append(str(Path(__file__).parents[1] / "tests" / "helpers" / "registry"))
    from registry_servers import private_server

    with private_server({"listen_addresses": "''"}) as server, server.database() as url:
        yield url


@contextmanager
def served(place: str, key: str, work: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """``antigone serve`` as a server starts it: its process, and the seconds until it answered."""
    environ = dict(os.environ) | {"ANTIGONE_MASTER_KEY": key, "ANTIGONE_REGISTRY": place}
    command = [str(Path(sys.executable).with_name("antigone")), "serve", "--port", str(PORT), "--work", str(work)]
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        while not _answers():
            assert process.poll() is None
            time.sleep(0.02)
        yield process, time.perf_counter() - start
    finally:
        process.terminate()
        process.wait()


def _answers() -> bool:
    connection = HTTPConnection(HOST, PORT, timeout=60)
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False


class Browser:
    """One user's connection, signed in."""

    def __init__(self, user: str, cookie: str = "") -> None:
        self._connection = HTTPConnection(HOST, PORT, timeout=60)
        self.cookie = cookie or self._sign_in(user)

    def _sign_in(self, user: str) -> str:
        self._connection.request("GET", "/sign-in")
        page = self._connection.getresponse()
        visit = page.headers["set-cookie"].split(";")[0]
        sealed = re.search(r'name="sealed" value="(\w+)"', page.read().decode())
        assert sealed
        form = urlencode({"user": user, "password": PASSWORD, "purpose": PURPOSE, "sealed": sealed[1]})
        head = {"Cookie": visit, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", "/sign-in", form, head)
        answered = self._connection.getresponse()
        assert answered.status == 303, answered.read()
        answered.read()
        return str(answered.headers["set-cookie"].split(";")[0])

    def get(self, address: str) -> bytes:
        self._connection.request("GET", address, headers={"Cookie": self.cookie})
        page = self._connection.getresponse()
        content = page.read()
        assert page.status == 200, (address, page.status)
        return content

    def post(self, address: str, **form: object) -> None:
        self._connection.close()  # the server may have, while nobody clicked
        csrf = re.search(r'name="csrf" value="([^"]*)"', self.get("/account").decode())
        assert csrf
        head = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", address, urlencode({"csrf": csrf[1], **form}), head)
        page = self._connection.getresponse()
        page.read()
        assert page.status == 303, (address, page.status)


def work(n: int, cookie: str, *, until: float, thought: float, into: Times) -> None:
    """One user: page after page, with a moment of thought between them; users begin one after the other."""
    browser, names = Browser("", cookie), list(PAGES)
    time.sleep(thought * (n % 50) / 50)
    step = n
    while time.monotonic() < until:
        name = names[step % len(names)]
        address = PAGES[name].format(candidate=1 + (step * 37) % LOOKED_AT, family=step % 100)
        start = time.perf_counter()
        browser.get(address)
        into.append((name, time.perf_counter() - start))
        step += 1
        time.sleep(thought)


def download(cookie: str, *, until: float, into: Times) -> None:
    """The one who needs reports on paper."""
    browser, number = Browser("", cookie), 1
    while time.monotonic() < until:
        start = time.perf_counter()
        assert browser.get(f"/candidate/report.pdf?id={number}").startswith(b"%PDF")
        into.append((REPORT, time.perf_counter() - start))
        number += 1
        time.sleep(BETWEEN_REPORTS)


def crowd(cookies: Sequence[str], seconds: float, thought: float, told: Queue[Times]) -> None:
    """All users, in a process of their own, so that they do not wait for the server's interpreter."""
    times: Times = []
    until = time.monotonic() + seconds
    given = {"until": until, "thought": thought, "into": times}
    threads = [threading.Thread(target=work, args=(n, cookie), kwargs=given) for n, cookie in enumerate(cookies[1:])]
    threads.append(threading.Thread(target=download, args=(cookies[0],), kwargs={"until": until, "into": times}))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(times)


class Beside:
    """A search at work, started by the first user from its page, and started again when it ended."""

    def __init__(self, incident: str, browser: Browser, jobs: Path) -> None:
        self._incident, self._browser, self._jobs = incident, browser, jobs
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.started, self._failed = 0, ""

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        assert not self._failed, self._failed

    def far(self) -> str:
        """What the newest search does just now."""
        job = read_job(max(self._jobs.glob("*.json"), key=lambda path: path.stat().st_mtime))
        return f"{job.state}, {job.step} {job.done} of {job.of}"

    def _run(self) -> None:
        while not self._stop.is_set():
            before = set(self._jobs.glob("*.json"))
            self._browser.post("/search", incident=self._incident)
            (path,) = set(self._jobs.glob("*.json")) - before
            self.started += 1
            while not read_job(path).has_ended:
                if self._stop.wait(0.5) and read_job(path).run is not None:
                    self._browser.post("/search/cancel", job=path.stem)
                    return
            if read_job(path).state != "finished":
                self._failed = str(read_job(path))
                return


def summary(times: Sequence[float]) -> dict[str, float]:
    """Milliseconds."""
    if not times:
        return {"requests": 0}
    ordered = sorted(times)
    return {
        "requests": len(ordered),
        "median": round(1000 * statistics.median(ordered)),
        "95 %": round(1000 * ordered[int(0.95 * (len(ordered) - 1))]),
        "largest": round(1000 * ordered[-1]),
    }


def measure(
    cookies: Sequence[str], beside: str, server: int, jobs: Path, *, seconds: float, thought: float
) -> dict[str, object]:
    """All users at work for so many seconds, with this beside them."""
    spawn = multiprocessing.get_context("spawn")
    told: Queue[Times] = spawn.Queue()
    users_process = spawn.Process(target=crowd, args=(cookies, seconds, thought, told))
    with ExitStack() as stack:
        searches = None if beside == "nothing" else Beside(beside, Browser("", cookies[0]), jobs)
        if searches:
            stack.enter_context(searches)
        users_process.start()
        computed = processor_seconds(server)
        times = told.get()
        computed = processor_seconds(server) - computed
        users_process.join()
        far = searches.far() if searches else ""
        load = os.getloadavg()[0]
    pages = [taken for page, taken in times if page != REPORT]
    by_page = {name: summary([t for page, t in times if page == name]) for name in (*PAGES, REPORT)}
    return {
        "beside": beside, "searches started": searches.started if searches else 0, "the last one": far,
        "load": round(load, 1), "of the processor, a request": round(1000 * computed / len(times), 1),
        "all pages": summary(pages), "pages": by_page,
    }  # fmt: skip


def processor_seconds(process: int) -> float:
    """What a process took of the processors so far."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(asked: argparse.Namespace) -> Mapping[str, object]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = stack.enter_context(database(folder, postgres=asked.postgres))
        start = time.perf_counter()
        registry = build(place, asked.profiles, asked.users)
        built, key = time.perf_counter() - start, opening.worker_key(registry)
        registry.close()
        jobs = folder / "work"
        server, until_answer = stack.enter_context(served(place, key, jobs))
        cookies = [Browser(f"g{n}").cookie for n in range(asked.users + 1)]
        how = {"seconds": asked.seconds, "thought": asked.thought}
        measured = [measure(cookies, beside, server.pid, jobs, **how) for beside in asked.beside]
    return {
        "database": "PostgreSQL" if asked.postgres else "SQLite", "profiles": asked.profiles,
        "candidates": asked.profiles, "users": asked.users, "seconds of thought": asked.thought,
        "processors": os.cpu_count(), "seconds to build": round(built),
        "seconds until it answers": round(until_answer, 1), "measured": measured,
    }  # fmt: skip


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How long a page takes while 50 users work and a search runs.")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--thought", type=float, default=5)
    parser.add_argument("--beside", nargs="+", default=["nothing", LARGE], choices=["nothing", SMALL, LARGE])
    return parser.parse_args()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(main(arguments()), indent=2, ensure_ascii=False))
