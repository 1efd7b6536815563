"""A search over the registry: what consent covers is read, the run is stored, its candidates are opened for review."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from antigone.casework.incident.prepare import Progress, silent
from antigone.casework.pairs.pairs import Execution
from antigone.casework.pairs.search import ALONE, SearchOutcome, search_incident
from antigone.errors import Cancelled, Conflict
from antigone.model.results.search import SearchResult
from antigone.registry.consent.coverage import Covered
from antigone.registry.lists.overview import find_run, page_of_runs
from antigone.registry.runs.blocks import (
    Unfinished,
    begin_unfinished,
    discard_unfinished,
    has_changed,
    is_taken_over,
    take_up,
)
from antigone.registry.runs.runs import end_run, finish_run, read_findings, read_result, resume_run, start_run
from antigone.registry.runs.summaries import open_missing, open_persons, with_summaries
from antigone.registry.store.database import snapshot
from antigone.registry.store.lookups import find_incident
from antigone.registry.store.statistics import refresh_statistics
from antigone.team.access.session import Registry, Session, Subject, action
from antigone.team.incidents.reading import writing_what_was_read
from antigone.team.runs.lines import from_where, run_line
from antigone.team.runs.resuming import open_sealed_blocks
from antigone.team.views import Finding, Page, RunLine, RunView

SECONDS_BETWEEN_LOOKS = 1.0
"""How often a running search looks whether somebody cancelled it."""


MOST_OPEN = 200
"""Persons without a candidate that are named, of each kind."""


def never_cancelled() -> bool:
    """The default: no one cancels the run."""
    return False


def ignore_run_number(_run: int) -> None:
    """The default: the number of the run is not passed on."""


def ignore_message(_words: str) -> None:
    """The default: where a run continues from is not passed on."""


@action("search")
def search(
    session: Session,
    incident: str,
    *,
    seed: int = 1,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = never_cancelled,
    execution: Execution = ALONE,
    started: Callable[[int], None] = ignore_run_number,
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
    work, covered = _begin(session, incident, seed, execution.block_families)
    started(work.run)
    watch = _Watch(session.registry, work, progress, cancelled)
    return _compute(session, work, incident, covered, execution=execution, watch=watch)


@action("search")
def resume_search(
    session: Session,
    run: int,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = never_cancelled,
    execution: Execution = ALONE,
    started: Callable[[int], None] = ignore_run_number,
    announce: Callable[[str], None] = ignore_message,
) -> RunView:
    """Let a run that was cancelled or failed go on, from the finished blocks that are kept of it.

    Everything is read again, as consent covers it today. When anything that the blocks rest on is not what it was,
    they are erased, and the run is computed from the beginning. A search that was not cut into blocks always is. The
    seed is that of the run. References that do not fit stay for who started the run, whoever resumes it.

    Parameters
    ----------
    session
        Who resumes it, which may be another geneticist than who started it.
    run
        Its number. One whose process has stopped is ended first, by `cancel_search`.
    progress, cancelled, execution, started
        As in `search`; into which blocks the run is cut was decided when it was started.
    announce
        Told in words from where it goes on.

    Raises
    ------
    Conflict
        When it runs, has an answer, was discarded, or when a newer search was started.
    Cancelled
        When somebody ended it again.
    RegistryError, InputError, ModelError, PlanTooLarge, Unsupported
        As in `search`.
    """
    work, covered, incident = _take_up(session, run)
    started(run)
    watch = _Watch(session.registry, work, progress, cancelled)
    return _compute(session, work, incident, covered, execution=execution, watch=watch, announce=announce)


@action("search")
def discard_search(session: Session, run: int) -> RunLine:
    """Erase what is kept of a run that has no answer. It cannot be resumed then.

    Raises
    ------
    RegistryError
        When there is no such run.
    Conflict
        When it is running, or nothing is kept of it.
    """
    subject = Subject(run=run)
    with session.writing("search", subject) as connection:
        if find_run(connection, run).state == "running":
            raise Conflict(f"run {run} is running; cancel it first, and discard then what is kept of it")
        subject["discarded"] = discard_unfinished(connection, run)
        return run_line(find_run(connection, run))


@action("search")
def cancel_search(session: Session, run: int) -> RunLine:
    """End a run that is running, in whichever process; also one whose process has stopped. It can be resumed.

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
def list_runs(session: Session, incident: str = "", *, page: int = 1, size: int = 50) -> Page[RunLine]:
    """Some runs, the newest first; of one incident when it is named."""
    with session.looking() as connection:
        rows, total = page_of_runs(connection, incident=incident, page=page, size=size)
    return Page(tuple(map(run_line, rows)), total, page, size)


@action("see runs")
def read_run(session: Session, run: int, *, whole: bool = False) -> RunView:
    """A run with its result, without candidates: threshold, chance matches, assumptions, provenance; and the first of
    those who have none.

    ``whole`` reads the line of every person into the result too: more than 10 MB for a large search.

    Raises
    ------
    RegistryError
        When there is no such run.
    """
    with session.reading("see runs", {"run": run}) as connection:
        view = run_view(connection, run)
        if view.result is None:
            return view
        if whole:
            view = replace(view, result=with_summaries(connection, run, view.result))
        persons = open_persons(connection, run, count=MOST_OPEN)
        return replace(view, unidentified=persons, missing=open_missing(connection, run, count=MOST_OPEN))


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

    def __init__(self, registry: Registry, work: Unfinished, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._registry, self._work, self._progress, self._cancelled = registry, work, progress, cancelled
        self._looked = time.monotonic()

    def __call__(self, step: str, done: int, of: int) -> None:
        self._progress(step, done, of)
        if time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._looked = time.monotonic()
            if self._cancelled() or not self._goes_on():
                raise Cancelled(
                    f"run {self._work.run} was cancelled; resume it, or start a new search, when it is wanted"
                )

    def _goes_on(self) -> bool:
        with snapshot(self._registry.engine) as connection:
            return _is_ours(connection, self._work)


def _is_ours(connection: Connection, work: Unfinished) -> bool:
    """Whether the run goes on, and no later attempt computes it."""
    running = find_run(connection, work.run).state == "running"
    return running and not is_taken_over(connection, work)


def _begin(session: Session, incident: str, seed: int, block_families: int) -> tuple[Unfinished, Covered]:
    registry, subject = session.registry, Subject(incident=incident, seed=seed, state="running")
    asked = writing_what_was_read(session, "search", subject, incident=incident)
    with asked as (connection, covered):
        run = subject["run"] = start_run(
            connection,
            incident=incident,
            started_by=session.user,
            purpose=session.purpose,
            day=registry.today(),
            at=registry.now(),
            left_out=covered.refused,
        )
        number = find_incident(connection, incident).id
        work = begin_unfinished(connection, run, incident=number, seed=seed, block_families=block_families)
    return work, covered


def _take_up(session: Session, run: int) -> tuple[Unfinished, Covered, str]:
    subject = Subject(run=run, state="running")
    with session.looking() as connection:
        incident = str(find_run(connection, run).incident)
    asked = writing_what_was_read(session, "search", subject, incident=incident)
    with asked as (connection, covered):
        resume_run(connection, run, day=session.registry.today(), left_out=covered.refused)
        work = take_up(connection, run)
        subject |= {"resumed": work.attempt - 1, "kept": work.kept}
    return work, covered, incident


def _compute(
    session: Session,
    work: Unfinished,
    incident: str,
    covered: Covered,
    *,
    execution: Execution,
    watch: Progress,
    announce: Callable[[str], None] = ignore_message,
) -> RunView:
    registry = session.registry
    try:
        kept = open_sealed_blocks(registry, work, covered.incident) if work.kept else None
        announce(from_where(work, changed=kept is not None and (kept.dropped or kept.key is None)))
        outcome = search_incident(
            covered.incident,
            today=registry.today(),
            created=registry.now(),
            command=f"antigone registry search --incident {incident} --seed {work.seed}",
            seed=work.seed,
            execution=replace(
                execution,
                block_families=work.block_families,
                checkpoint=lambda: kept or open_sealed_blocks(registry, work, covered.incident),
            ),
            progress=watch,
        )
        watch("storing the answer", 0, 1)
        return _finish(session, work, covered, outcome)
    except BaseException as error:
        _end(session, work, "cancelled" if isinstance(error, Cancelled | KeyboardInterrupt) else "failed")
        raise


def _finish(session: Session, work: Unfinished, covered: Covered, outcome: SearchOutcome) -> RunView:
    registry, run, subject = session.registry, work.run, Subject(run=work.run)
    fits = [
        {"family": fit.family, "member": fit.member, "sample": fit.sample, "log10_fit": fit.log10_fit}
        for fit in outcome.incidental
        if fit.left_out
    ]
    with session.writing("search", subject) as connection:
        if is_taken_over(connection, work):
            raise Cancelled(f"run {run} was resumed by somebody else, who will have its answer; see the list of runs")
        ended = finish_run(
            connection,
            registry.vault,
            run,
            _with_refused(outcome.result, covered),
            used=covered.incident,
            today=registry.today(),
            at=registry.now(),
            findings_text=json.dumps(fits),
            changed=has_changed(connection, work),
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


def _end(session: Session, work: Unfinished, state: str) -> None:
    """End the run, unless somebody has ended it, or has resumed it since."""
    with session.changing() as connection:
        if _is_ours(connection, work):
            end_run(connection, work.run, state=state, at=session.registry.now())
            session.note(connection, "search", {"run": work.run, "state": state})
