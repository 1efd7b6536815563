"""The joint solution of an incident over the registry: what consent covers is read, the answer is kept sealed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from antigone.casework.incident.prepare import Progress, silent
from antigone.casework.joint.solve import joint_incident
from antigone.errors import Cancelled
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.results.joint import JointPrior, JointResult, PersonAnswer
from antigone.registry.consent.coverage import Covered
from antigone.registry.consent.instruments import count_lapsed_in
from antigone.registry.review.pairings import declared_parts
from antigone.registry.runs import joint_runs as stored
from antigone.registry.runs.joint_parts import is_in_parts, open_person, pack_joint
from antigone.registry.store.database import snapshot
from antigone.registry.store.lookups import AnyRow, find_incident
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.consents import donors_in_words
from antigone.team.incidents.reading import writing_what_was_read
from antigone.team.runs.lines import joint_line
from antigone.team.runs.parts import with_one_for_each
from antigone.team.runs.searching import ignore_run_number
from antigone.team.views import JointLine, JointOfPair, JointView

FLAT = JointPrior()
MOST_LISTED = 20


@action("solve jointly")
def solve_jointly(
    session: Session,
    incident: str,
    *,
    prior: JointPrior = FLAT,
    population: str | None = None,
    progress: Progress = silent,
    started: Callable[[int], None] = ignore_run_number,
) -> JointView:
    """One consistent answer for all unidentified persons and all families of an incident, kept sealed.

    Consent to identify is asked for twice: when the profiles are read, and when the answer is stored. When somebody
    left in between, nothing is stored: every number of a joint answer rests on everybody in it. Of remains that were
    declared parts of one person, the one with the most markers stands for all.

    Parameters
    ----------
    session
        Who asks; the purpose is kept with the run.
    incident
        The incident's code.
    prior, population
        As in ``joint_incident``.
    progress
        Told what is being done.
    started
        Told the number of the run as soon as it stands in the registry.

    Raises
    ------
    Cancelled
        When somebody ended it with `cancel_joint`.
    RegistryError, InputError, ModelError, PlanTooLarge
        See `read_incident` and ``joint_incident``. The run is then kept as failed.
    """
    run, covered, persons = _begin(session, incident, prior)
    started(run)
    try:
        result = joint_incident(
            with_one_for_each(covered.incident, persons),
            today=session.registry.today(),
            created=session.registry.now(),
            command=f"joint solution of incident {incident} in the registry, prior {prior.text}",
            prior=prior,
            population=population,
            progress=_watched(session, run, progress),
        )
        return _finish(session, run, covered, result)
    except BaseException as error:
        _end(session, run, "cancelled" if isinstance(error, Cancelled | KeyboardInterrupt) else "failed")
        raise


@action("solve jointly")
def cancel_joint(session: Session, run: int) -> JointLine:
    """End a joint run that is running, in whichever process; also one whose process has stopped.

    Raises
    ------
    RegistryError
        When there is no such joint run.
    Conflict
        When it is not running any more.
    """
    with session.writing("solve jointly", {"joint run": run, "state": "cancelled"}) as connection:
        stored.end_joint(connection, run, state="cancelled", at=session.registry.now())
        return joint_line(stored.find_joint(connection, run))


@action("see joint")
def list_joint_runs(session: Session, incident: str) -> tuple[JointLine, ...]:
    """The newest joint runs of an incident, the newest first, without their answers.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.looking() as connection:
        return tuple(map(joint_line, stored.list_joint(connection, incident, limit=MOST_LISTED)))


@action("see joint")
def read_joint(session: Session, run: int) -> JointView:
    """A joint run with its answer. It stays closed when a donor's consent has ended since.

    Raises
    ------
    RegistryError
        When there is no such joint run.
    """
    subject: Subject = {"joint run": run}

    def read(connection: Connection, told: Subject) -> JointView:
        row = stored.find_joint(connection, run)
        closed = _why_closed(session, connection, row)
        taken = stored.take_joint(connection, session.registry.vault, run) if row.answered and not closed else None
        if closed:
            told["refused"] = closed
        return JointView(joint_line(row), None if taken is None else taken.open(), closed)

    return session.show("see joint", subject, read)


@action("see joint")
def joint_of_pair(
    session: Session, incident: str, *, unidentified: str, family: str, missing: str
) -> JointOfPair | None:
    """What the newest joint answer of an incident says of one pair; None when no open answer knows both.

    Where there is no answer nothing is looked at, so the audit gets no line.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.looking() as connection:
        if stored.newest_joint(connection, incident) is None:
            return None
    pair = {"unidentified": unidentified, "family": family, "missing": missing}
    with session.reading("see joint", {"incident": incident, **pair}) as connection:
        return pair_in_joint(session, connection, incident, **pair)


def pair_in_joint(
    session: Session, connection: Connection, incident: str, *, unidentified: str, family: str, missing: str
) -> JointOfPair | None:
    """What the newest joint answer says of one pair, within another action; None when no open answer knows both."""
    pair, vault = {"unidentified": unidentified, "family": family, "missing": missing}, session.registry.vault
    run = stored.newest_joint(connection, incident)
    row = None if run is None else stored.find_joint(connection, run)
    if row is None or _why_closed(session, connection, row):
        return None
    in_parts = is_in_parts(connection, row.id)
    said = open_person(connection, vault, row.id, **pair) if in_parts else None
    taken = None if in_parts else stored.take_joint(connection, vault, row.id)
    if taken is not None:
        said = _from_whole(taken.open(), **pair)
    return None if said is None else _of_pair(joint_line(row), said, family=family, missing=missing)


def _from_whole(result: JointResult, *, unidentified: str, family: str, missing: str) -> PersonAnswer | None:
    """What is said of a person, from an answer that an older program stored whole alone."""
    places = {(answer.family, member) for answer in result.families for member in answer.missing}
    return result.by_person().get(unidentified) if (family, missing) in places else None


def _of_pair(line: JointLine, said: PersonAnswer, *, family: str, missing: str) -> JointOfPair:
    found = next((p for p in said.pairings if (p.family, p.missing) == (family, missing)), None)
    return JointOfPair(
        run=line.id,
        day=line.day,
        posterior=None if found is None else found.posterior,
        least=said.least_listed,
        log10_glr=None if found is None else found.log10_glr,
        glr_kind="exact" if found is None else found.glr_kind,
        none_of_missing=said.none_of_missing,
        error_bound=said.error_bound,
        prior=said.prior_sentence,
    )


def _why_closed(session: Session, connection: Connection, row: AnyRow) -> str:
    """Every posterior rests on every donor, so it opens only while all of them are covered."""
    if not row.answered:
        return ""
    today = session.registry.today()
    lapsed = count_lapsed_in(connection, row.incident_id, scope=SCOPE_IDENTIFICATION, then=row.day, now=today)
    return f"the consent of {donors_in_words(lapsed)} of the incident has ended since; solve it again" if lapsed else ""


def _begin(session: Session, incident: str, prior: JointPrior) -> tuple[int, Covered, tuple[frozenset[str], ...]]:
    """The number of the run, what it may use, and which remains are declared parts of one person."""
    registry = session.registry
    subject = Subject(incident=incident, prior=prior.text, state="running")
    asked = writing_what_was_read(session, "solve jointly", subject, incident=incident)
    with asked as (connection, covered):
        run = subject["joint run"] = stored.start_joint(
            connection,
            incident=incident,
            started_by=session.user,
            purpose=session.purpose,
            day=registry.today(),
            at=registry.now(),
            left_out=covered.refused,
            model=covered.version.number,
        )
        subject["model"] = covered.version.number
        persons = declared_parts(connection, find_incident(connection, incident).id)
    return run, covered, persons


def _finish(session: Session, run: int, covered: Covered, result: JointResult) -> JointView:
    registry, subject, packed = session.registry, Subject({"joint run": run}), pack_joint(result)
    with session.writing("solve jointly", subject) as connection:
        subject["state"] = stored.finish_joint(
            connection,
            registry.vault,
            run,
            packed,
            used=covered.incident,
            today=registry.today(),
            at=registry.now(),
        )
        row = stored.find_joint(connection, run)
    return JointView(joint_line(row), result if row.answered else None, "")


def _end(session: Session, run: int, state: str) -> None:
    with session.writing("solve jointly", {"joint run": run, "state": state}) as connection:
        if stored.find_joint(connection, run).state == "running":
            stored.end_joint(connection, run, state=state, at=session.registry.now())


def _watched(session: Session, run: int, progress: Progress) -> Progress:
    """Passes progress on, and ends the computation when somebody cancelled it; it speaks a few times only."""

    def watch(step: str, done: int, of: int) -> None:
        progress(step, done, of)
        with snapshot(session.registry.engine) as connection:
            state = stored.find_joint(connection, run).state
        if state != "running":
            raise Cancelled(f"joint run {run} was cancelled; start a new one when it is wanted")

    return watch
