"""A search stopped for real, and spread over real processes, gives the same bytes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

pytest.importorskip("distributed", reason="NOT TESTED: Dask is not installed (extra 'scale')")

AS_TYPED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
"""A search that a shell starts in the background hears no interrupt, nor do its children: these tests may run there."""
ANTIGONE = [sys.executable, "-c", f"{AS_TYPED}; from antigone.cli import main; main()"]
OPTIONS = ["--block-families", "2", "--on", "2030-01-01"]
LONG = 600


def run(*arguments: str | Path) -> None:
    done = subprocess.run([*ANTIGONE, *map(str, arguments)], capture_output=True, text=True, timeout=LONG, check=False)
    assert done.returncode == 0, done.stderr


def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*ANTIGONE, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def interrupted(search: subprocess.Popen[bytes]) -> int:
    """How a search ends that a user interrupts, again after ten seconds: Python may ignore a signal in a callback."""
    for _ in range(LONG // 10):
        os.killpg(search.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return search.wait(10)
    return search.wait(1)


def written(folder: Path) -> dict[str, list[str]]:
    """The lines of every file of a result but the time stamp's."""
    return {
        path.name: [
            line for line in path.read_text("utf-8").splitlines() if "created" not in line and "<time" not in line
        ]
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search") / "incident"
    run("simulate", "--families", "16", "--unidentified", "16", "--seed", "3", "--out", folder)
    return folder


@pytest.fixture(scope="module")
def expected(incident: Path) -> dict[str, list[str]]:
    out = incident.with_name("whole")
    run("search", incident, "--out", out, *OPTIONS)
    assert not (out / ".unfinished").exists()
    return written(out)


def test_search__killed_at_random_moments_resumes_to_the_same_bytes(
    incident: Path, expected: dict[str, list[str]]
) -> None:
    out, chance = incident.with_name("killed"), random.Random(7)
    resume: list[str] = []
    for _ in range(4):
        search = start("search", incident, "--out", out, *OPTIONS, *resume)
        time.sleep(chance.uniform(0.8, 2.5))
        search.kill()
        search.wait()
        assert not (out / "candidates.csv").exists() or search.returncode == 0
        resume = ["--resume"] if (out / ".unfinished" / "manifest.json").exists() else []
    run("search", incident, "--out", out, *OPTIONS, *resume)
    assert written(out) == expected
    assert not (out / ".unfinished").exists()


def test_search__interrupted_by_the_user_can_be_resumed(incident: Path, expected: dict[str, list[str]]) -> None:
    out = incident.with_name("interrupted")
    search = start("search", incident, "--out", out, *OPTIONS)
    wait_for(lambda: any(out.glob(".unfinished/block-*.npz")), search)
    assert interrupted(search) == 130
    assert any((out / ".unfinished").glob("block-*.npz"))
    run("search", incident, "--out", out, *OPTIONS, "--resume")
    assert written(out) == expected


def test_search__two_workers_give_the_same_bytes(incident: Path, expected: dict[str, list[str]]) -> None:
    out = incident.with_name("two")
    run("search", incident, "--out", out, *OPTIONS, "--workers", "2")
    assert written(out) == expected


def test_search__a_cluster_that_loses_a_worker_gives_the_same_bytes(
    incident: Path, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    out = incident.with_name("cluster")
    with cluster(tmp_path, workers=3) as (address, workers):
        search = start("search", incident, "--out", out, *OPTIONS, "--scheduler", address)
        wait_for(lambda: any(out.glob(".unfinished/block-*.npz")), search)
        os.killpg(workers[0].pid, signal.SIGKILL)
        assert search.wait(LONG) == 0
    assert written(out) == expected


def wait_for(condition: Callable[[], bool], search: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + LONG
    while not condition() and search.poll() is None and time.monotonic() < end:
        time.sleep(0.02)


@contextmanager
def cluster(folder: Path, *, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and workers, each a process of its own."""
    contact = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    common = ["--scheduler-file", str(contact), "--no-dashboard"]
    with ExitStack() as stack:
        stack.callback(stop, scheduler := launch([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *common]))
        wait_for(contact.exists, scheduler)
        started = [
            launch(
                [*dask, "worker", "--host", "127.0.0.1", "--nthreads", "1", "--nworkers", "1", "--no-nanny", *common]
            )
            for _ in range(workers)
        ]
        for worker in started:
            stack.callback(stop, worker)
        yield json.loads(contact.read_text())["address"], started


def launch(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
