"""Candidates: the list of a run, and one in full with all that was said, decided, and could be instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from antigone.errors import ConsentError, InputError
from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.incident.incident import Donor, Family
from antigone.model.pedigree import Pedigree
from antigone.model.profile import NOT_TYPED, Profile
from antigone.model.results.search import Candidate, SearchResult
from antigone.model.review import STATES, TRANSITIONS, Order
from antigone.registry.changes.pending import changes_of
from antigone.registry.consent.instruments import count_lapsed, count_uncovered
from antigone.registry.consent.one_pair import read_family, read_person
from antigone.registry.lists.overview import covered_members, donors_of, find_candidate, newest_answer
from antigone.registry.review import candidates as stored
from antigone.registry.review.candidates import Newest, Only
from antigone.registry.review.pairings import (
    FOUND_ALIVE,
    Decision,
    declared_parts,
    not_agreed_on,
    read_decisions,
    read_reviews,
    stands_against,
)
from antigone.registry.review.rivals import count_rivals
from antigone.registry.runs.growth import was_added_to, was_typed_otherwise
from antigone.registry.runs.runs import read_result
from antigone.registry.store.lookups import AnyRow, find_incident, members_of
from antigone.registry.users.access import open_changes, why_no_decision
from antigone.team.access.roles import ALLOWED, ROLE_OF
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.consents import donors_in_words
from antigone.team.incidents.families import pedigree_of
from antigone.team.review.history import past_of
from antigone.team.runs.pending import in_words
from antigone.team.runs.searching import run_view
from antigone.team.views import (
    CandidateChoice,
    CandidateLine,
    CandidatePage,
    CandidateView,
    DecisionLine,
    ExpertMaterial,
    ReviewLine,
)

SCOPE_COURT = "court"
CHANGED = "{} after the search; what is shown is what the search saw; search again"
"""What a reader must know of a person or a family that is known otherwise now; the reasons stand in it."""
ADDED = "a member, a sample or a typing was added to this family, or a consent that covers its day,"
TYPED_OTHERWISE = (
    "what was typed of the unidentified person has changed after the search: a typing came, was corrected or retired, "
    "or a conflict was settled; the numbers are those of the search, so search again"
)
MOST_ALTERNATIVES = 50
"""Other candidates of the same person, and of the same missing person, shown beside one."""


@action("see candidates")
def list_candidates(
    session: Session,
    incident: str,
    *,
    run: int | None = None,
    state: str = "",
    family: str = "",
    unidentified: str = "",
    code: str = "",
    whole: bool = True,
    order: Order = "rank",
    descending: bool = False,
    page: int = 1,
    size: int = 50,
) -> CandidatePage:
    """Some candidates of a run, sorted and filtered by the database; which, `CandidateChoice` says.

    Raises
    ------
    InputError
        When there is no such state; an empty one means any.
    RegistryError
        When there is no such incident.
    """
    choice = CandidateChoice(run, state, family, unidentified, code, whole, order, descending)
    only, start = _limits(choice), (page - 1) * size
    with session.reading("see candidates", {"incident": incident, "page": page}) as connection:
        number = newest_answer(connection, incident) if run is None else run
        if number is None:
            return CandidatePage((), 0, page, size, None)
        of = _listed(connection, incident, number, choice)
        found = stored.read_candidates(
            connection, of, only=only, order=order, descending=descending, start=start, count=size
        )
        rivals = _rivals(connection, found.lines)
        answer = run_view(connection, number).result
    aside = answer.set_aside if answer else ()
    return CandidatePage(found.lines, found.total, page, size, number, isinstance(of, Newest), rivals, aside)


@action("see candidate")
def neighbours_of(
    session: Session, incident: str, candidate: int, choice: CandidateChoice
) -> tuple[int | None, int | None]:
    """The candidates before and after one in the list of an incident; None at its ends, and where it is not in it.

    Raises
    ------
    InputError
        When there is no such state.
    RegistryError
        When there is no such incident.
    """
    only = _limits(choice)
    with session.looking() as connection:
        number = newest_answer(connection, incident) if choice.run is None else choice.run
        if number is None:
            return None, None
        of = _listed(connection, incident, number, choice)
        return stored.neighbours(connection, of, candidate, only=only, order=choice.order, descending=choice.descending)


def _limits(choice: CandidateChoice) -> Only:
    state = choice.state
    if state and state not in STATES:
        raise InputError(
            f"state '{choice.state[:40]}', expected one of {', '.join(STATES)}, or none for all; correct it"
        )
    states = (state,) if state else ()
    return Only(
        states=states, family=choice.family, unidentified=choice.unidentified, code=choice.code, whole=choice.whole
    )


def _listed(connection: Connection, incident: str, number: int, choice: CandidateChoice) -> int | Newest:
    """The run of that number; the newest candidates of all runs where a state was asked for, and no run."""
    every = choice.run is None and bool(choice.state)
    return Newest(find_incident(connection, incident).id) if every else number


def _rivals(connection: Connection, lines: Sequence[CandidateLine]) -> dict[int, int]:
    """How many rivals each of these candidates has in its own run."""
    found: dict[int, int] = {}
    for run in {line.run for line in lines}:
        found |= count_rivals(connection, run, [line.id for line in lines if line.run == run])
    return found


@action("see candidate")
def read_candidate(session: Session, candidate: int) -> CandidateView:
    """A candidate in full. It stays closed when it rested on somebody who left, or whose consent has ended since.

    Raises
    ------
    RegistryError
        When there is no such candidate.
    """
    subject: Subject = {"candidate": candidate}
    return session.show(
        "see candidate", subject, lambda connection, told: view_of(session, connection, candidate, told)
    )


@action("work out")
def incident_of(session: Session, candidate: int) -> str:
    """The incident of a candidate, for whoever may have it worked out.

    Raises
    ------
    RegistryError
        When there is no such candidate.
    """
    with session.looking() as connection:
        return str(find_candidate(connection, candidate).incident)


@dataclass(frozen=True)
class Opened:
    """A stored candidate in full, the incident, and the result of the run that it belongs to."""

    candidate: Candidate
    incident: str
    result: SearchResult


def open_for_work(session: Session, connection: Connection, candidate: int) -> Opened:
    """A candidate to be worked out further.

    Raises
    ------
    ConsentError
        When it is closed.
    RegistryError
        When there is no such candidate.
    """
    row = find_candidate(connection, candidate)
    closed, opened = _opened(session, connection, row)
    if opened is None:
        raise ConsentError(f"candidate {candidate}: {closed}")
    return Opened(opened, str(row.incident), read_result(connection, row.run))


@action("write expert report")
def expert_material(session: Session, candidate: int, *, court: bool) -> ExpertMaterial:
    """What an expert report on a candidate needs; for a court only when every donor of the family agreed to that.

    Raises
    ------
    ConsentError
        When the candidate is closed, or a donor did not consent to use in court. It stands in the audit.
    InputError
        When the candidate is listed in brief, without its markers. It stands in the audit.
    RegistryError
        When there is no such candidate.
    """
    subject: Subject = {"candidate": candidate, "court": court}

    def read(connection: Connection, told: Subject) -> ExpertMaterial | ConsentError | InputError:
        view = view_of(session, connection, candidate, told)
        refused = view.closed or (_not_for_court(session, connection, candidate) if court else "")
        refusal: type[ConsentError | InputError] = ConsentError if refused else InputError
        refused = refused or in_brief(view)
        if refused:
            told["refused"] = refused
            return refusal(f"candidate {candidate}: {refused}")
        return material_of(session, connection, view)

    found = session.show("write expert report", subject, read)
    if isinstance(found, ConsentError | InputError):
        raise found
    return found


def in_brief(view: CandidateView) -> str:
    """A report without the markers would hide what it rests on."""
    if view.candidate is None or view.candidate.detailed:
        return ""
    return "it is listed in brief, without its markers; work it out in full first, on its page"


def view_of(session: Session, connection: Connection, candidate: int, subject: Subject) -> CandidateView:
    """A candidate in full, in the caller's reading; ``subject`` is completed for the audit."""
    row = find_candidate(connection, candidate)
    line = _line_of(connection, row)
    closed, opened = _opened(session, connection, row)
    subject.update({"pairing": row.pairing} | ({"refused": closed} if closed else {}))
    decisions = read_decisions(connection, row.pairing)
    barred = why_no_decision(open_changes(connection, of=session.user), own_session=session.own)
    of_person, all_of_person = _others(connection, row, Only(unidentified=row.unidentified))
    of_missing, all_of_missing = _others(connection, row, Only(family=row.family, missing=row.missing))
    return CandidateView(
        line=line,
        incident=row.incident,
        kind=row.kind,
        sex=row.sex,
        candidate=opened,
        closed=closed,
        family=_as_seen(_family(connection, row), opened),
        reviews=tuple(ReviewLine(one.at, one.user, one.text) for one in read_reviews(connection, row.pairing)),
        decisions=tuple(DecisionLine(d.at, d.user, d.action, d.before, d.after, d.reason) for d in decisions),
        of_unidentified=of_person,
        of_missing=of_missing,
        all_of_unidentified=all_of_person,
        all_of_missing=all_of_missing,
        run=run_view(connection, row.run),
        may=_may(session, line, decisions, closed=line.stale or row.found_alive, barred=barred),
        barred=barred,
        parts=_other_parts(connection, row.incident, line.unidentified),
        against=stands_against(connection, row.pairing) or not_agreed_on(connection, candidate),
        changed=_what_changed(connection, row, opened),
        history=past_of(connection, row.pairing),
    )


def _other_parts(connection: Connection, incident: str, code: str) -> tuple[str, ...]:
    persons = declared_parts(connection, find_incident(connection, incident).id)
    return tuple(sorted(next((person for person in persons if code in person), frozenset()) - {code}))


def material_of(session: Session, connection: Connection, view: CandidateView) -> ExpertMaterial:
    """A candidate that is open, with the genotypes that its search used."""
    row, vault = find_candidate(connection, view.line.id), session.registry.vault
    family = read_family(connection, vault, row.family_id, scope=SCOPE_IDENTIFICATION, day=row.day)
    return ExpertMaterial(view, _as_seen(family, view.candidate), read_person(connection, vault, row.person_id))


def _as_seen(family: Family, candidate: Candidate | None) -> Family:
    """A family without the members and donors that were added after the search; as it is where nothing was kept."""
    if candidate is None or not candidate.members:
        return family
    kin = Pedigree(tuple(member for member in family.pedigree if member.id in candidate.members))
    missing = tuple(code for code in family.missing if code in candidate.members)
    giving = tuple(donor for donor in family.donors if donor.member in candidate.references)
    return replace(family, pedigree=kin, missing=missing, donors=giving)


def _what_changed(connection: Connection, row: AnyRow, candidate: Candidate | None) -> str:
    """What a reader must know of a person or a family that changed after the search."""
    if candidate is None or not candidate.members:
        return ""
    if row.seen is not None:
        kinds = changes_of(connection, row.incident_id, person=row.person_id, family=row.family_id, after=row.seen)
        return CHANGED.format(", ".join(in_words(kinds))) if kinds else ""
    if was_typed_otherwise(connection, row.person_id, since=row.started):
        return TYPED_OTHERWISE
    added = was_added_to(
        connection, row.family_id, day=row.day, since=row.started, known=candidate.members, gave=candidate.references
    )
    return CHANGED.format(ADDED) if added else ""


def _opened(session: Session, connection: Connection, row: AnyRow) -> tuple[str, Candidate | None]:
    """Why a candidate stays closed, or the candidate; closed as well when one of its donors is covered no more."""
    closed = _why_closed(session, connection, row)
    if closed:
        return closed, None
    opened = stored.open_candidate(connection, session.registry.vault, row.id)
    now = covered_members(connection, row.family_id, day=session.registry.today(), scope=SCOPE_IDENTIFICATION)
    lapsed = len(set(opened.references) - now)
    return (_lapsed(lapsed), None) if lapsed else ("", opened)


def _lapsed(count: int) -> str:
    return f"the consent of {donors_in_words(count)} of the family has ended since; search again"


def _why_closed(session: Session, connection: Connection, row: AnyRow) -> str:
    """A candidate's markers tell genotypes of the family, so it opens only while its donors are covered."""
    if row.found_alive:
        return FOUND_ALIVE
    if row.stale:
        return "it rested on somebody who has left, or on a pedigree that was changed since; search again"
    today = session.registry.today()
    lapsed = count_lapsed(connection, row.family_id, scope=SCOPE_IDENTIFICATION, then=row.day, now=today)
    return _lapsed(lapsed) if lapsed else ""


def _not_for_court(session: Session, connection: Connection, candidate: int) -> str:
    family = find_candidate(connection, candidate).family_id
    day = session.registry.today()
    count = count_uncovered(connection, family, scope=SCOPE_COURT, among=SCOPE_IDENTIFICATION, day=day)
    return f"{donors_in_words(count)} of the family did not consent to use in court; ask them first" if count else ""


def _family(connection: Connection, row: AnyRow) -> Family:
    kin = members_of(connection, row.family_id)
    given = [one for one in donors_of(connection, row.family_id) if one.erased is None and one.sample is not None]
    donors = tuple(Donor(one.member, Profile(one.sample, NOT_TYPED), None) for one in given)
    return Family(row.family, pedigree_of(kin), tuple(m.code for m in kin if m.missing), donors)


def _line_of(connection: Connection, row: AnyRow) -> CandidateLine:
    only = Only(unidentified=row.unidentified, family=row.family, missing=row.missing)
    (line,) = stored.read_candidates(connection, row.run, only=only).lines
    return line


def _others(connection: Connection, row: AnyRow, only: Only) -> tuple[tuple[CandidateLine, ...], int]:
    """The strongest candidates within limits that this one fits too, and how many there are beside it."""
    found = stored.read_candidates(connection, row.run, only=only, count=MOST_ALTERNATIVES + 1)
    others = [line for line in found.lines if line.id != row.id]
    return tuple(others[:MOST_ALTERNATIVES]), found.total - 1


def _may(
    session: Session, line: CandidateLine, decisions: tuple[Decision, ...], *, closed: bool, barred: str
) -> tuple[str, ...]:
    """What this user can do now: by role, by state, and not against the rule of two persons."""
    steps = ["comment"] if session.role in ALLOWED["comment"] else []
    if barred:
        return tuple(steps)
    for step in TRANSITIONS:
        last = next((d for d in reversed(decisions) if d.action == step.not_by), None)
        mine = last is not None and last.user == session.code
        blocked = closed and step.action in ("propose", "confirm")
        if step.before == line.state and session.role in ALLOWED[ROLE_OF[step.action]] and not mine and not blocked:
            steps.append(step.action)
    return tuple(steps)
