"""Searches, and remains against remains, over several incidents of the registry that a geneticist names.

Each donor takes part only where their own consent covers it, and only a living seeker's own incident is theirs. The
answer is kept sealed, and is for a look: a pair is proposed and confirmed in one incident.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from antigone.casework.incident.prepare import Progress, silent
from antigone.casework.incident.several import combine
from antigone.casework.pairs.search import search_incident
from antigone.casework.remains.reassociate import reassociate_incident
from antigone.errors import Cancelled, InputError
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.incident.incident import Incident
from antigone.registry.consent.coverage import Covered
from antigone.registry.consent.instruments import count_lapsed_in
from antigone.registry.runs import set_runs as stored
from antigone.registry.store.database import snapshot
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.stored import REMAINS_ANSWER, SEARCH_ANSWER
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.consents import donors_in_words
from antigone.team.incidents.reading import writing_what_all_read
from antigone.team.runs.searching import ignore_run_number
from antigone.team.views import SetLine, SetView

MOST_LISTED = 50


@action("search")
def search_across(
    session: Session,
    incidents: Sequence[str],
    *,
    model_of: str = "",
    seed: int = 1,
    progress: Progress = silent,
    started: Callable[[int], None] = ignore_run_number,
) -> SetView:
    """Compare all remains of several incidents with all families of all of them.

    Consent is asked for twice: when the profiles are read, and when the answer is stored. When somebody left in
    between, nothing is stored.

    Parameters
    ----------
    session
        Who searches; the purpose is kept with the run.
    incidents
        Their codes, two or more.
    model_of
        The incident whose frequencies and settings hold for all; without it those of all must be equal.
    seed
        Seed of the simulated estimate of chance matches; no likelihood ratio depends on it.
    progress, started
        Told what is being done, and the number of the run.

    Raises
    ------
    InputError
        With fewer than two incidents, one named twice, or models that differ: with everything in which they do.
    Cancelled
        When somebody ended it.
    RegistryError, ModelError, PlanTooLarge, Unsupported
        As in ``search``. The run is then kept as failed.
    """
    codes = _checked(incidents, fewest=2)
    run, used, whole = _begin(session, "search", codes, model_of)
    started(run)

    def compute() -> str:
        outcome = search_incident(
            whole,
            today=session.registry.today(),
            created=session.registry.now(),
            command=_command("search", codes, model_of, f" --seed {seed}"),
            seed=seed,
            progress=_watched(session, run, progress),
        )
        return SEARCH_ANSWER.write(replace(outcome.result, pairs=()))

    return _compute(session, run, used, compute)


@action("search")
def reassociate_across(
    session: Session,
    incidents: Sequence[str],
    *,
    model_of: str = "",
    progress: Progress = silent,
    started: Callable[[int], None] = ignore_run_number,
) -> SetView:
    """Which remains of one or several incidents are probably parts of one person. No donor and no family is read.

    Parameters, refusals: as in `search_across`, but that one incident is enough.
    """
    codes = _checked(incidents, fewest=1)
    run, used, whole = _begin(session, "remains", codes, model_of)
    started(run)

    def compute() -> str:
        result = reassociate_incident(
            whole,
            created=session.registry.now(),
            command=_command("reassociate", codes, model_of),
            progress=_watched(session, run, progress),
        )
        return REMAINS_ANSWER.write(result)

    return _compute(session, run, used, compute)


@action("search")
def cancel_across(session: Session, run: int) -> SetLine:
    """End a run over several incidents that is running, also one whose process has stopped.

    Raises
    ------
    RegistryError
        When there is no such run.
    Conflict
        When it is not running any more.
    """
    with session.writing("search", {"run over several": run, "state": "cancelled"}) as connection:
        stored.end_set(connection, run, state="cancelled", at=session.registry.now())
        return _line(connection, stored.find_set(connection, run))


@action("see runs")
def list_across(session: Session) -> tuple[SetLine, ...]:
    """The newest runs over several incidents, the newest first, without their answers."""
    with session.looking() as connection:
        return tuple(_line(connection, row) for row in stored.list_sets(connection, limit=MOST_LISTED))


@action("see candidates")
def read_across(session: Session, run: int) -> SetView:
    """A run over several incidents with its answer. It stays closed when a donor's consent has ended since.

    Raises
    ------
    RegistryError
        When there is no such run.
    """
    subject: Subject = {"run over several": run}

    def read(connection: Connection, told: Subject) -> SetView:
        row = stored.find_set(connection, run)
        line, closed = _line(connection, row), _why_closed(session, connection, row)
        told["incidents"] = list(line.incidents)
        if closed:
            told["refused"] = closed
            return SetView(line, closed=closed)
        return _view(line, stored.open_set(connection, session.registry.vault, run))

    return session.show("see candidates", subject, read)


def _checked(incidents: Sequence[str], *, fewest: int) -> list[str]:
    codes = list(dict.fromkeys(incidents))
    if len(codes) < fewest or len(codes) < len(incidents):
        named = ", ".join(incidents) or "none"
        raise InputError(f"the incidents named are: {named}; expected {fewest} or more, each once")
    return codes


def _command(what: str, codes: Sequence[str], model_of: str, more: str = "") -> str:
    model = f" --model-of {model_of}" if model_of else ""
    return f"antigone registry {what} {' '.join(codes)}{model}{more}"


def _begin(
    session: Session, kind: stored.Kind, codes: list[str], model_of: str
) -> tuple[int, dict[str, Incident], Incident]:
    """The number of the run, each incident as it was read, and all of them as one."""
    registry, subject = session.registry, Subject(incidents=codes, kind=kind, state="running")
    asked = writing_what_all_read(session, "search", subject, incidents=codes, donors=kind == "search")
    with asked as (connection, found):
        used = {code: covered.incident for code, covered in zip(codes, found, strict=True)}
        whole, seekers = combine(used, model_of=model_of)
        run = subject["run over several"] = stored.start_set(
            connection,
            kind,
            codes,
            started_by=session.user,
            purpose=session.purpose,
            model_of=model_of,
            day=registry.today(),
            at=registry.now(),
            left_out=_added(found) | seekers,
        )
    return run, used, whole


def _added(found: Sequence[Covered]) -> dict[str, int]:
    """The donors who were refused in all incidents, by reason."""
    counts: dict[str, int] = {}
    for covered in found:
        for reason, count in covered.refused.items():
            counts[reason] = counts.get(reason, 0) + count
    return counts


def _compute(session: Session, run: int, used: dict[str, Incident], compute: Callable[[], str]) -> SetView:
    try:
        answer = compute()
        return _finish(session, run, used, answer)
    except BaseException as error:
        _end(session, run, "cancelled" if isinstance(error, Cancelled | KeyboardInterrupt) else "failed")
        raise


def _finish(session: Session, run: int, used: dict[str, Incident], answer: str) -> SetView:
    registry, subject = session.registry, Subject({"run over several": run})
    with session.writing("search", subject) as connection:
        subject["state"] = stored.finish_set(
            connection, registry.vault, run, answer, used=used, today=registry.today(), at=registry.now()
        )
        row = stored.find_set(connection, run)
        line = _line(connection, row)
    return _view(line, answer) if row.answered else SetView(line)


def _end(session: Session, run: int, state: str) -> None:
    with session.changing() as connection:
        if stored.find_set(connection, run).state == "running":
            stored.end_set(connection, run, state=state, at=session.registry.now())
            session.note(connection, "search", {"run over several": run, "state": state})


def _why_closed(session: Session, connection: Connection, row: AnyRow) -> str:
    """Everything in it rests on every donor, so it opens only while all of them are covered."""
    if not row.answered:
        return f"it is {row.state} and has no answer; start a new one"
    if row.kind == "remains":
        return ""
    numbers = stored.incidents_of(connection, row.id).values()
    day, today = row.day, session.registry.today()
    lapsed = sum(count_lapsed_in(connection, n, scope=SCOPE_IDENTIFICATION, then=day, now=today) for n in numbers)
    return f"the consent of {donors_in_words(lapsed)} has ended since; search again" if lapsed else ""


def _line(connection: Connection, row: AnyRow) -> SetLine:
    codes = tuple(stored.incidents_of(connection, row.id))
    about = (row.state, row.started, row.user_code, row.purpose, row.day, row.model_of)
    return SetLine(row.id, row.kind, codes, *about, stored.count_changes(connection, row), json.loads(row.left_out))


def _view(line: SetLine, answer: str) -> SetView:
    if line.kind == "search":
        return SetView(line, search=SEARCH_ANSWER.read(answer))
    return SetView(line, remains=REMAINS_ANSWER.read(answer))


def _watched(session: Session, run: int, progress: Progress) -> Progress:
    """Passes progress on, and ends the computation when somebody cancelled it."""

    def watch(step: str, done: int, of: int) -> None:
        progress(step, done, of)
        with snapshot(session.registry.engine) as connection:
            state = stored.find_set(connection, run).state
        if state != "running":
            raise Cancelled(f"run {run} over several incidents was cancelled; start a new one when it is wanted")

    return watch
