"""How long does a page take while 50 users work and a search runs?

``python benchmarks/web.py [PROFILES [USERS [SECONDS [THOUGHT]]]]``: a registry of as many profiles (half unidentified
persons, half donors) and as many candidates, served by one process; each user is a thread of another process that asks
for the pages of a review, and looks at each of them for ``THOUGHT`` seconds (5) before the next: 50 users then ask for
ten pages a second. Searches of a small incident of the same registry run beside them, one after the other. Prints JSON:
how many requests, and the median, the 95 % and the largest time of each page in milliseconds; and the processor's time
that the server took for a request, which other work on the machine hardly changes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import warnings
from http.client import HTTPConnection
from multiprocessing.queues import Queue
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
from registry import answer, make

from antigone.casework.demo import simulated_incident
from antigone.casework.registry import opening, users
from antigone.casework.registry.importing import import_incident
from antigone.casework.registry.session import Registry
from antigone.cli.serving import KEEP_ALIVE
from antigone.registry.database import transaction
from antigone.registry.runs import finish_run, start_run
from antigone.registry.vault import Vault
from antigone.web.app import create_app
from antigone.web.jobs import Jobs
from antigone.web.settings import WebSettings

PASSWORD, PURPOSE, LARGE, SMALL = "a password to measure", "to measure", "large", "small"
HOST, PORT = "127.0.0.1", 8499
PAGES = {
    "overview": "/",
    "candidates": f"/candidates?incident={LARGE}",
    "candidates, page 7 by posterior": f"/candidates?incident={LARGE}&order=posterior&down=true&page=7",
    "candidates of one state": f"/candidates?incident={LARGE}&state=open&family=F1",
    "a candidate": "/candidate?id={candidate}",
    "families": f"/families?incident={LARGE}",
    "a family": f"/family?incident={LARGE}&family=F{{family}}",
    "unidentified persons": f"/unidentified?incident={LARGE}&page=3",
    "searches": f"/runs?incident={LARGE}",
}


def build(folder: Path, profiles: int, people: int) -> Registry:
    """A registry with one large incident and its candidates, and a small one to search."""
    registry = opening.init_registry(folder / "r.db", administrator="a", password=PASSWORD, vault=Vault.new())
    administrator = opening.session_of(registry, "a", purpose=PURPOSE)
    users.add_user(administrator, "registrar", role="registrar", password=PASSWORD)
    for n in range(people):
        users.add_user(administrator, f"g{n}", role="geneticist", password=PASSWORD)
    registrar = opening.session_of(registry, "registrar", purpose=PURPOSE)
    incident = make(profiles, profiles // 2)
    import_incident(registrar, LARGE, incident)
    import_incident(registrar, SMALL, simulated_incident(families=10, unidentified=20, seed=1)[0])
    first = opening.session_of(registry, "g0", purpose=PURPOSE)
    with transaction(registry.engine) as connection:
        at, day, none = registry.now(), registry.today(), dict[str, int]()
        run = start_run(
            connection,
            incident=LARGE,
            started_by=first.user,
            purpose=PURPOSE,
            day=day,
            at=at,
            left_out=none,
        )
        finish_run(connection, registry.vault, run, answer(incident, profiles), used=incident, today=day, at=at)
    return registry


def serve(registry: Registry, folder: Path) -> uvicorn.Server:
    """The application in a thread of this process."""
    settings = WebSettings(str(folder / "r.db"), folder / "work")
    app = create_app(registry, settings)
    config = uvicorn.Config(app, host=HOST, port=PORT, log_level="warning", timeout_keep_alive=KEEP_ALIVE)
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server


def sign_in(user: str) -> str:
    """The cookie of a user's session."""
    connection = HTTPConnection(HOST, PORT, timeout=60)
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    visit = page.headers["set-cookie"].split(";")[0]
    sealed = re.search(r'name="sealed" value="(\w+)"', page.read().decode())
    assert sealed
    form = urlencode({"user": user, "password": PASSWORD, "purpose": PURPOSE, "sealed": sealed[1]})
    head = {"Cookie": visit, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, head)
    answered = connection.getresponse()
    assert answered.status == 303, answered.read()
    return answered.headers["set-cookie"].split(";")[0]


def work(n: int, cookie: str, *, until: float, thought: float, candidates: int, into: list[tuple[str, float]]) -> None:
    """One user: page after page, with a moment of thought between them; users begin one after the other."""
    connection, names = HTTPConnection(HOST, PORT, timeout=60), list(PAGES)
    time.sleep(thought * (n % 50) / 50)
    step = n
    while time.monotonic() < until:
        name = names[step % len(names)]
        start = time.perf_counter()
        address = PAGES[name].format(candidate=1 + (step * 37) % candidates, family=step % 100)
        connection.request("GET", address, headers={"Cookie": cookie})
        page = connection.getresponse()
        page.read()
        assert page.status == 200, (name, page.status)
        into.append((name, time.perf_counter() - start))
        step += 1
        time.sleep(thought)


def crowd(
    cookies: list[str], seconds: float, thought: float, candidates: int, told: Queue[list[tuple[str, float]]]
) -> None:
    """All users, in a process of their own, so that they do not wait for the server's interpreter."""
    times: list[tuple[str, float]] = []
    until = time.monotonic() + seconds
    given = {"until": until, "thought": thought, "candidates": candidates, "into": times}
    threads = [threading.Thread(target=work, args=(n, cookie), kwargs=given) for n, cookie in enumerate(cookies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(times)


def search_on(jobs: Jobs, key: str, stop: threading.Event) -> None:
    """One search after the other, each in a process of its own."""
    while not stop.is_set():
        job = jobs.start(user="g0", purpose=PURPOSE, incident=SMALL, seed=1, key=key)
        while (found := jobs.find(job.id)) is not None and not found.has_ended:
            time.sleep(0.2)
        assert found is not None
        assert found.state == "finished", found


def summary(times: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(times)
    return {
        "requests": len(ordered),
        "median": round(1000 * statistics.median(ordered)),
        "95 %": round(1000 * ordered[int(0.95 * (len(ordered) - 1))]),
        "largest": round(1000 * ordered[-1]),
    }


def main(profiles: int, people: int, seconds: float, thought: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        registry = build(folder, profiles, people)
        built = time.perf_counter() - start
        server = serve(registry, folder)
        app_jobs = server.config.app.state.web.jobs  # type: ignore[union-attr]
        cookies = [sign_in(f"g{n}") for n in range(people)]
        key = opening.worker_key(registry)
        stop = threading.Event()
        searching = threading.Thread(target=search_on, args=(app_jobs, key, stop))
        searching.start()
        told: Queue[list[tuple[str, float]]] = multiprocessing.get_context("spawn").Queue()
        users_process = multiprocessing.get_context("spawn").Process(
            target=crowd, args=(cookies, seconds, thought, profiles, told)
        )
        users_process.start()
        computed = time.process_time()
        times = told.get()
        computed = time.process_time() - computed
        users_process.join()
        stop.set()
        searching.join()
        searches = len(list(app_jobs.all()))
        server.should_exit = True
    by_page = {name: summary([t for page, t in times if page == name]) for name in PAGES}
    return {
        "profiles": profiles, "candidates": profiles, "users": people, "seconds of thought": thought,
        "processors": os.cpu_count(), "of the processor, a request": round(1000 * computed / len(times), 1),
        "load": os.getloadavg()[0], "seconds to build": round(built), "searches beside": searches,
        "all": summary([t for _, t in times]), "pages": by_page,
    }  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    given = [*sys.argv[1:], *("100000", "50", "60", "5")[len(sys.argv) - 1 :]]
    print(json.dumps(main(int(given[0]), int(given[1]), float(given[2]), float(given[3])), indent=2))
