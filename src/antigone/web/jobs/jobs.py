"""Searches and joint solutions in processes of their own, which go on when the web application stops.

Each has one small file in the folder of work: who asked for what, how far it is, how it ended. The file holds codes
and counts; the master key goes through a pipe and never touches the disk.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from antigone.errors import Conflict
from antigone.model.results.joint import DEFAULT_PRIOR

JobKind = Literal["search", "joint", "candidate", "across", "remains"]
JobState = Literal["waiting", "running", "finished", "failed", "cancelled"]
ENDED: frozenset[JobState] = frozenset({"finished", "failed", "cancelled"})
UNDER_WAY: dict[JobKind, str] = {
    "search": "searched",
    "joint": "solved jointly",
    "across": "searched",
    "remains": "compared, remains against remains,",
}
MOST_WORKED_OUT = 3
"""Candidates of an incident that are worked out at once: each reads the whole incident."""
MOST_KEPT = 200
SECONDS_TO_END = 10.0
"""Seconds for a process to end after it was told to."""


@dataclass(frozen=True)
class Job:
    """One search, or one joint solution, that somebody asked for.

    ``run`` is its number in the registry once it began; ``step``, ``done`` and ``of`` say how far it is; ``words`` why
    it failed, or from where a resumed search goes on. ``process`` is the number of its process. A search has a
    ``seed``, or ``resumes`` the run of that number as its ``attempt``-th attempt, and may be cut into blocks of
    ``block_families`` (0: its size decides); a joint solution has a ``prior``, as `JointPrior.parse` reads it, and a
    ``population``, which is empty for the most cautious one; of ``candidate`` one stored candidate is worked out in
    full. Over several ``incidents`` the model may be that of one (``model_of``). ``asked`` is when it was asked for, in
    seconds since 1970.
    """

    id: str
    place: str
    user: str
    purpose: str
    incident: str
    seed: int = 1
    state: JobState = "waiting"
    run: int | None = None
    step: str = ""
    done: int = 0
    of: int = 0
    words: str = ""
    process: int | None = None
    kind: JobKind = "search"
    prior: str = DEFAULT_PRIOR
    population: str = ""
    resumes: bool = False
    block_families: int = 0
    attempt: int = 1
    candidate: int = 0
    asked: float = 0.0
    incidents: tuple[str, ...] = ()
    model_of: str = ""

    @property
    def passed(self) -> int:
        """Seconds since it was asked for; 0 when its file does not say when."""
        return max(round(time.time() - self.asked), 0) if self.asked else 0

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


_JOB = TypeAdapter(Job)
_CODE = re.compile(r"[0-9a-f]{16}")


def read_job(path: Path) -> Job | None:
    """A job as its file states it, or nothing when there is no such file.

    A file that holds no job, as after a power cut, is removed, so that it stands in nobody's way. Fields that another
    version of the program wrote are passed over.
    """
    try:
        return _JOB.validate_json(path.read_bytes())
    except OSError:
        return None
    except ValidationError:
        path.unlink(missing_ok=True)
        return None


def write_job(path: Path, job: Job) -> None:
    """Replace the file of a job in one step, so that no reader, and no power cut, sees half of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(job), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class Jobs:
    """The searches of one registry, by their files."""

    def __init__(self, folder: Path, *, place: str) -> None:
        self._folder, self._place = folder, place
        self._lock = threading.Lock()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start(
        self,
        *,
        user: str,
        purpose: str,
        incident: str,
        key: str,
        kind: JobKind = "search",
        seed: int = 1,
        prior: str = DEFAULT_PRIOR,
        population: str = "",
        run: int | None = None,
        attempt: int = 1,
        block_families: int = 0,
        candidate: int = 0,
        incidents: tuple[str, ...] = (),
        model_of: str = "",
    ) -> Job:
        """Start a search or a joint solution in a process of its own; with ``run``, resume that search as the
        ``attempt``-th to compute it.

        Raises
        ------
        Conflict
            When one of the same kind and incident is still under way; of candidates, when this one is, or several are.
        """
        with self._lock:
            self._refuse_a_second(incident, kind, candidate)
            self._forget_oldest()
            asked: dict[str, Any] = {"kind": kind, "prior": prior, "population": population}
            asked |= {"run": run, "resumes": run is not None, "attempt": attempt, "block_families": block_families}
            asked |= {"candidate": candidate, "asked": time.time(), "incidents": incidents, "model_of": model_of}
            job = Job(secrets.token_hex(8), self._place, user, purpose, incident, seed, **asked)
            write_job(self._path(job.id), job)
            child = self._children[job.id] = _start_process(self._path(job.id), key)
        threading.Thread(target=child.wait, daemon=True).start()  # an ended process is not left behind as a zombie
        return job

    def _refuse_a_second(self, incident: str, kind: JobKind, candidate: int) -> None:
        under_way = list(self.of(incident, kind=kind, ended=False))
        if kind == "candidate":
            if any(job.candidate == candidate for job in under_way):
                raise Conflict("this candidate is being worked out already; look at its page again in a moment")
            if len(under_way) >= MOST_WORKED_OUT:
                raise Conflict(f"{MOST_WORKED_OUT} candidates are being worked out; ask again when one is done")
        elif under_way:
            raise Conflict(f"incident '{incident}' is being {UNDER_WAY[kind]} already; wait for its end, or cancel it")

    def find(self, job: str) -> Job | None:
        """A job, with the end of a process that stopped without an error message."""
        found = read_job(self._path(job)) if _CODE.fullmatch(job) else None
        if found is None or found.has_ended or self._is_alive(found):
            return found
        found = read_job(self._path(job))  # it may have ended properly between the two looks
        if found is not None and not found.has_ended:
            remedy = "resume its run, or start it again" if found.kind == "search" and found.run else "start it again"
            found = replace(found, state="failed", words=f"its process stopped without an error message; {remedy}")
            write_job(self._path(job), found)
        return found

    def cancel(self, job: Job) -> Job:
        """End the process of a job that has not begun its run, or whose run was cancelled in the registry.

        What is returned names the run that it may have begun in this very moment.
        """
        child = self._children.get(job.id)
        process = child.pid if child is not None else job.process
        if process is not None and self._is_alive(job):
            with suppress(ProcessLookupError):  # it may end in this very moment
                os.kill(process, signal.SIGTERM)
        if child is not None:
            child.wait(SECONDS_TO_END)
        ended = read_job(self._path(job.id)) or job
        if ended.state != "finished":
            ended = replace(ended, state="cancelled")
            write_job(self._path(job.id), ended)
        return ended

    def all(self) -> Iterator[Job]:
        """Every job kept, the newest first."""
        paths = sorted(self._folder.glob("*.json"), key=_written, reverse=True)
        found = (self.find(path.stem) for path in paths)
        return (job for job in found if job is not None)

    def of(self, incident: str, *, kind: JobKind, ended: bool | None = None) -> Iterator[Job]:
        """The jobs of one kind of an incident, the newest first; ``ended`` asks for those that have, or have not."""
        mine = (job for job in self.all() if job.incident == incident and job.kind == kind)
        return (job for job in mine if ended is None or job.has_ended == ended)

    def _path(self, job: str) -> Path:
        return self._folder / f"{job}.json"

    def _is_alive(self, job: Job) -> bool:
        child = self._children.get(job.id)
        if child is not None:
            return child.poll() is None
        return job.process is not None and _is_worker(job.process, self._path(job.id))

    def _forget_oldest(self) -> None:
        ended = [job for job in self.all() if job.has_ended]
        for job in ended[MOST_KEPT:]:
            self._path(job.id).unlink(missing_ok=True)
            self._children.pop(job.id, None)


def _written(path: Path) -> float:
    """When a file was written; 0 when it was removed meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _start_process(path: Path, key: str) -> subprocess.Popen[bytes]:
    """A worker in a session of its own, so that it outlives us; it reads the master key from a pipe."""
    reading, writing = os.pipe()
    try:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ANTIGONE_")}
        environ["ANTIGONE_MASTER_KEY_FD"] = str(reading)
        command = [sys.executable, "-m", "antigone.web.jobs.worker", str(path)]
        child = subprocess.Popen(  # noqa: S603 - our own module, with a path of our own
            command, env=environ, pass_fds=(reading,), start_new_session=True, stdin=subprocess.DEVNULL
        )
        os.write(writing, key.encode())
    finally:
        os.close(reading)
        os.close(writing)
    return child


def _is_worker(process: int, path: Path) -> bool:
    """Whether a process of another start of the application still computes this job.

    Its number may be somebody else's now, also that of a worker with another job.
    """
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    return b"antigone.web.jobs.worker" in command and os.fsencode(path.name) in command
