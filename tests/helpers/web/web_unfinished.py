"""What several tests share: see ``test_web_resume``, where it is used most."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from registry_team import INCIDENT, PURPOSE
from unfinished import full_candidates as full_candidates
from unfinished import kept_rows as kept_rows
from waiting import until as until
from web_calls import call as call
from web_calls import new_token as new_token
from web_site import Site, make_site

from antigone.team.access.opening import worker_key
from antigone.team.runs.searching import list_runs
from antigone.team.views import RunLine
from antigone.web.jobs.jobs import Job

WORKER = """
import sys, time
from pathlib import Path
from antigone.search.pairs import distributed
from antigone.web.jobs import worker
score, done = distributed.score_block, []
def slow(families, of):
    if len(done) == {blocks}:
        time.sleep(180)
    done.append(None)
    return score(families, of)
distributed.score_block = slow
worker.run_job(Path(sys.argv[2]))
"""
"""A worker that computes so many blocks, and then one for three minutes."""


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    made = make_site(tmp_path)
    yield made
    for child in made.app.state.web.jobs._children.values():
        child.wait(60)


@contextmanager
def slow_after(blocks: int, folder: Path) -> Iterator[None]:
    """Workers that begin here stop at a block."""
    code, program = folder / "worker.py", folder / "python"
    code.write_text(WORKER.format(blocks=blocks), "utf-8")
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {code} antigone.web.jobs.worker "$3"\n', "utf-8")
    program.chmod(0o700)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("antigone.web.jobs.jobs.sys.executable", str(program))
        yield


def newest(site: Site) -> RunLine:
    return list_runs(site.team["geneticist"], INCIDENT).rows[0]


def job_of(site: Site, job: str) -> Job:
    found = site.app.state.web.jobs.find(job)
    assert found is not None
    return found


def begun(site: Site, tmp_path: Path, blocks: int = 2) -> Job:
    """A search in a process of its own that has kept some of its four blocks, and computes on."""
    with slow_after(blocks, tmp_path):
        started = site.app.state.web.jobs.start(
            user="geneticist", purpose=PURPOSE, incident=INCIDENT, seed=5, block_families=1,
            key=worker_key(site.team.registry),
        )  # fmt: skip
    until(lambda: newest(site).id == job_of(site, started.id).run)
    until(lambda: newest(site).kept == blocks)
    return job_of(site, started.id)


def kill(site: Site, job: Job) -> None:
    """End its process without a word."""
    assert job.process is not None
    os.kill(job.process, signal.SIGKILL)
    until(lambda: job_of(site, job.id).has_ended)
