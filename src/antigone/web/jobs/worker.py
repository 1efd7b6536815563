"""The process of one search or joint solution: ``python -m antigone.web.jobs.worker JOB-FILE``.

The master key comes in a pipe.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from antigone.casework.pairs.pairs import Execution
from antigone.errors import AntigoneError, StorageError
from antigone.model.results.joint import JointPrior
from antigone.team.access.opening import open_registry, session_of
from antigone.team.access.session import Session
from antigone.team.review.working_out import work_out
from antigone.team.runs.across import reassociate_across, search_across
from antigone.team.runs.joint import solve_jointly
from antigone.team.runs.searching import resume_search, search
from antigone.web.jobs.jobs import Job, read_job, write_job
from antigone.web.jobs.places import places_of
from antigone.web.jobs.priority import step_aside

BETWEEN_WORDS = 0.2
"""Seconds between two writings of how far a search is."""


class Reporter:
    """Writes how far a search is into the file of its job."""

    def __init__(self, path: Path, job: Job) -> None:
        self._path, self.job, self._written = path, job, 0.0
        self.change(state="running", process=os.getpid())

    def change(self, **values: object) -> None:
        """Write the job with other values."""
        self.job = replace(self.job, **values)  # type: ignore[arg-type]
        write_job(self._path, self.job)
        self._written = time.monotonic()

    def progress(self, step: str, done: int, of: int) -> None:
        """Say how far the search is, a few times a second at most."""
        if step != self.job.step or time.monotonic() - self._written >= BETWEEN_WORDS:
            self.change(step=step, done=done, of=of)

    def started(self, run: int) -> None:
        """Say under which number the registry keeps the run."""
        self.change(run=run)


def run_job(path: Path) -> None:
    """Compute what the job asks for, and write how it ended."""
    job = read_job(path)
    if job is None:
        raise StorageError(f"{path.name} holds no job; start it again")
    reporter = Reporter(path, job)
    try:
        registry = open_registry(job.place, key_file=None, environ=os.environ, ask=_nobody)
        session = session_of(registry, job.user, purpose=job.purpose)
        _compute(session, job, reporter)
    except AntigoneError as error:
        cancelled = type(error).__name__ == "Cancelled"
        reporter.change(state="cancelled" if cancelled else "failed", words=str(error))
    except Exception as error:
        # what it says may hold data, so only its kind is written down
        reporter.change(state="failed", words=f"an error that should not happen ({type(error).__name__})")
        raise
    else:
        reporter.change(state="finished")


def _compute(session: Session, job: Job, reporter: Reporter) -> None:
    told: dict[str, Any] = {"progress": reporter.progress, "started": reporter.started}
    if job.resumes and job.run is not None:
        resume_search(session, job.run, announce=lambda words: reporter.change(words=words), **told)
        return
    if job.kind == "candidate":
        work_out(session, job.candidate, progress=reporter.progress)
        return
    if job.kind in ("across", "remains"):
        over_several = search_across if job.kind == "across" else reassociate_across
        over_several(session, job.incidents, model_of=job.model_of, **told)
        return
    if job.kind == "search":
        execution = Execution(block_families=job.block_families)
        search(session, job.incident, seed=job.seed, execution=execution, **told)
        return
    solve_jointly(
        session,
        job.incident,
        prior=JointPrior.parse(job.prior),
        population=job.population or None,
        progress=reporter.progress,
        started=reporter.started,
    )


def _nobody() -> str:
    return ""


def main(path: Path) -> int:
    """Run a job; an error of ours ends it with its kind and its places in the code, never with what it held."""
    try:
        run_job(path)
    except Exception as error:
        print(f"antigone: {type(error).__name__} at {places_of(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    step_aside()
    sys.exit(main(Path(sys.argv[1])))
