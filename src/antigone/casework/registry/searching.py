"""A search over the registry: what consent covers is read, the run is stored, its candidates are opened for review."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from antigone.casework.found import Execution
from antigone.casework.prepare import Progress, silent
from antigone.casework.registry.runlines import run_line
from antigone.casework.registry.session import Registry, Session, Subject, action
from antigone.casework.registry.views import Finding, RunLine, RunPage, RunView
from antigone.casework.search import ALONE, SearchOutcome, search_incident
from antigone.errors import Cancelled
from antigone.model.case import SCOPE_IDENTIFICATION
from antigone.model.result import SearchResult
from antigone.registry.consent import Covered, read_incident
from antigone.registry.database import snapshot
from antigone.registry.overview import find_run, page_of_runs
from antigone.registry.runs import end_run, finish_run, read_findings, read_result, start_run
from antigone.registry.statistics import refresh_statistics

SECONDS_BETWEEN_LOOKS = 1.0
"""How often a running search looks whether somebody cancelled it."""


def never() -> bool:
    """Nobody cancels."""
    return False


def unwatched(_run: int) -> None:
    """Nobody wants to know the number of the run."""


@action("search")
def search(
    session: Session,
    incident: str,
    *,
    seed: int = 1,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = never,
    execution: Execution = ALONE,
    started: Callable[[int], None] = unwatched,
) -> RunView:
    """Compare every unidentified person of an incident with every missing person, and open candidates for review.

    Consent to identify is asked for twice: when the profiles are read, and when the answer is stored. What rested on
    somebody who left in between is not stored, but counted.

    Parameters
    ----------
    session
        Who searches; the purpose is kept with the run.
    incident
        The incident's code.
    seed
        Seed of the simulated estimate of chance matches; no likelihood ratio depends on it.
    progress
        Told what is being done.
    cancelled
        Asked about once a second whether to stop. `cancel_search` in another process does the same.
    execution
        How it is computed; changes no answer.
    started
        Told the number of the run as soon as it stands in the registry.

    Raises
    ------
    Cancelled
        When somebody ended it.
    RegistryError, InputError, ModelError, PlanTooLarge, Unsupported
        See `read_incident` and ``search_incident``. The run is then kept as failed.
    """
    run, covered = _begin(session, incident, seed)
    started(run)
    watch = _Watch(session.registry, run, progress, cancelled)
    try:
        outcome = search_incident(
            covered.incident,
            today=session.registry.today(),
            created=session.registry.now(),
            command=f"antigone registry search --incident {incident} --seed {seed}",
            seed=seed,
            execution=execution,
            progress=watch,
        )
        return _finish(session, run, covered, outcome)
    except BaseException as error:
        _end(session, run, "cancelled" if isinstance(error, Cancelled | KeyboardInterrupt) else "failed")
        raise


@action("search")
def cancel_search(session: Session, run: int) -> RunLine:
    """End a run that is running, in whichever process; also one whose process is gone.

    Raises
    ------
    RegistryError
        When there is no such run.
    Conflict
        When it is not running any more.
    """
    with session.writing("search", {"run": run, "state": "cancelled"}) as connection:
        find_run(connection, run)
        end_run(connection, run, state="cancelled", at=session.registry.now())
        return run_line(find_run(connection, run))


@action("see runs")
def list_runs(session: Session, incident: str = "", *, page: int = 1, size: int = 50) -> RunPage:
    """Some runs, the newest first; of one incident when it is named."""
    with session.looking() as connection:
        rows, total = page_of_runs(connection, incident=incident, page=page, size=size)
    return RunPage(tuple(map(run_line, rows)), total, page, size)


@action("see runs")
def read_run(session: Session, run: int) -> RunView:
    """A run with its result, without candidates: threshold, chance matches, assumptions, provenance.

    Raises
    ------
    RegistryError
        When there is no such run.
    """
    with session.reading("see runs", {"run": run}) as connection:
        return run_view(connection, run)


@action("see findings")
def findings(session: Session, run: int) -> tuple[Finding, ...]:
    """References that do not fit their declared pedigree, for the geneticist who ran the search and nobody else.

    Raises
    ------
    Forbidden
        For anybody else; the attempt stands in the audit.
    RegistryError
        When the run does not exist, did not finish, or is to be computed again.
    """
    with session.reading("see findings", {"run": run}) as connection:
        text = read_findings(connection, session.registry.vault, run, user=session.user)
    return tuple(Finding(**one) for one in json.loads(text))


def run_view(connection: Connection, run: int) -> RunView:
    """A run as the registry knows it at this moment."""
    row = find_run(connection, run)
    return RunView(run_line(row), read_result(connection, run) if row.answered else None)


class _Watch:
    """Passes progress on, and ends the search when somebody cancelled it."""

    def __init__(self, registry: Registry, run: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._registry, self._run, self._progress, self._cancelled = registry, run, progress, cancelled
        self._looked = time.monotonic()

    def __call__(self, step: str, done: int, of: int) -> None:
        self._progress(step, done, of)
        if time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._looked = time.monotonic()
            if self._cancelled() or self._state() != "running":
                raise Cancelled(f"run {self._run} was cancelled; start a new search when it is wanted")

    def _state(self) -> str:
        with snapshot(self._registry.engine) as connection:
            return str(find_run(connection, self._run).state)


def _begin(session: Session, incident: str, seed: int) -> tuple[int, Covered]:
    registry, subject = session.registry, Subject(incident=incident, seed=seed, state="running")
    with session.writing("search", subject) as connection:
        covered = read_incident(
            connection,
            registry.vault,
            incident,
            scope=SCOPE_IDENTIFICATION,
            day=registry.today(),
            at=registry.now(),
            actor=session.code,
            purpose=session.purpose,
        )
        run = subject["run"] = start_run(
            connection,
            incident=incident,
            started_by=session.user,
            purpose=session.purpose,
            day=registry.today(),
            at=registry.now(),
            left_out=covered.refused,
        )
    return run, covered


def _finish(session: Session, run: int, covered: Covered, outcome: SearchOutcome) -> RunView:
    registry, subject = session.registry, Subject(run=run)
    fits = [
        {"family": fit.family, "member": fit.member, "sample": fit.sample, "log10_fit": fit.log10_fit}
        for fit in outcome.incidental
        if fit.left_out
    ]
    with session.writing("search", subject) as connection:
        ended = finish_run(
            connection,
            registry.vault,
            run,
            _with_refused(outcome.result, covered),
            used=covered.incident,
            today=registry.today(),
            at=registry.now(),
            findings_text=json.dumps(fits),
        )
        subject.update(state=ended.state, candidates=ended.stored, withheld=ended.withheld)
        view = run_view(connection, run)
    refresh_statistics(registry.engine)
    return view


def _with_refused(result: SearchResult, covered: Covered) -> SearchResult:
    """The result with the donors that were never read counted in it, as in a search over files."""
    without = covered.refused_by_family
    lines = [replace(line, donors_without_consent=without.get(line.family, 0)) for line in result.families]
    return replace(result, left_out=dict(covered.refused), families=tuple(lines))


def _end(session: Session, run: int, state: str) -> None:
    with session.writing("search", {"run": run, "state": state}) as connection:
        if find_run(connection, run).state == "running":
            end_run(connection, run, state=state, at=session.registry.now())
