"""A registry to try things out: the simulated ferry accident, a user of every role, one search."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from antigone.casework.validation.demo import demo_incident
from antigone.errors import StorageError
from antigone.model.assumptions.evidence_rule import failed
from antigone.model.incident.incident import Incident
from antigone.team.access import users
from antigone.team.access.countersigning import countersign, list_changes
from antigone.team.access.opening import (
    init_registry,
    open_registry,
    open_vault,
    session_of,
    upgrade_registry,
)
from antigone.team.access.roles import ROLES, Role
from antigone.team.access.session import Registry, Session
from antigone.team.incidents.importing import import_incident, incident_code
from antigone.team.models.versions import confirm_version, propose_version
from antigone.team.review import reviewing
from antigone.team.review.candidates import list_candidates
from antigone.team.review.ruling import judge_candidate
from antigone.team.review.working_out import work_out
from antigone.team.runs.searching import search
from antigone.team.views import WARNING_CODES, CandidateLine
from antigone.web.requests.settings import DemoUser

PASSWORD = "ferry-demo-2026"  # noqa: S105 - shown on the sign-in page; the registry holds simulated persons only
FIRST_PASSWORD = "first-demo-2026"  # noqa: S105 - each user changes it while the demonstration is made
PURPOSE, AUDITOR = "demonstration", "auditor"
MOST_REVIEWED = 200
DATABASE, KEY_FILE = "registry.db", "registry.db.key"
CODES: tuple[tuple[str, Role], ...] = (*((role, role) for role in ROLES), ("geneticist-2", "geneticist"))
"""A user for each role, and a second geneticist, because nobody confirms what they proposed."""

DEMO_USERS = tuple(DemoUser(code, role, PASSWORD) for code, role in CODES)


def open_demo(folder: Path) -> Registry:
    """Open the demonstration registry of a folder, and make it first when it is not there.

    Raises
    ------
    StorageError
        When the folder holds half a demonstration.
    """
    place, key_file = folder / DATABASE, folder / KEY_FILE
    if place.exists() != key_file.exists():
        raise StorageError(f"{folder} holds half a demonstration registry; remove the folder and start again")
    if not place.exists():
        return make_demo(folder)
    upgrade_registry(place, open_vault({}, key_file=key_file, ask=lambda: PASSWORD))
    return open_registry(place, key_file=key_file, environ={}, ask=lambda: PASSWORD)


def make_demo(folder: Path, *, incident: Incident | None = None) -> Registry:
    """Make a demonstration registry: users, an incident, one search, and the beginning of its review.

    Parameters
    ----------
    folder
        Made when it is not there; closed to everybody else on this machine.
    incident
        Of simulated persons; the ferry accident when left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    first = CODES[0][0]
    registry = init_registry(
        folder / DATABASE, administrator=first, password=PASSWORD, key_file=folder / KEY_FILE, passphrase=PASSWORD
    )
    _add_users(registry)
    simulated = demo_incident()[0] if incident is None else incident
    code = incident_code(simulated.title)
    import_incident(_session_as(registry, "registrar"), code, simulated)
    _agree_on_model(registry, code)
    search(_session_as(registry, "geneticist"), code)
    _review(registry, code)
    return registry


def _add_users(registry: Registry) -> None:
    """As a team does it: a first password, another one of their own, and the auditor countersigns."""
    administrator = _session_as(registry, CODES[0][0])
    for code, role in sorted(CODES[1:], key=lambda one: one[1] != AUDITOR):  # the auditor first: a founder
        users.add_user(administrator, code, role=role, password=FIRST_PASSWORD)
        users.change_own_password(_session_as(registry, code), old=FIRST_PASSWORD, new=PASSWORD)
    for change in list_changes(_session_as(registry, AUDITOR)):
        countersign(_session_as(registry, AUDITOR), change.number)


def _agree_on_model(registry: Registry, incident: str) -> None:
    """Two geneticists agree on the model that the import brought."""
    first, second = (_session_as(registry, code) for code in ("geneticist", "geneticist-2"))
    propose_version(first, incident, 1, reason="Frequencies, theta and mutation rates as in the plan of the exercise.")
    confirm_version(second, incident, 1, reason="Compared with the plan; the hashes agree with the files.")


SEEN = dict.fromkeys(WARNING_CODES, "known; the circumstances of the exercise agree")


def _review(registry: Registry, incident: str) -> None:
    """Begin the review, so that each page has something to show: confirmed, proposed, rejected and commented."""
    first, second, reviewer = (_session_as(registry, code) for code in ("geneticist", "geneticist-2", "reviewer"))
    listed = list_candidates(first, incident, size=MOST_REVIEWED).rows
    clear = [line for line in listed if _stands_alone(line, listed)]
    ready = list(islice((line for line in clear if _meets_the_rule(first, line)), 4))
    for line in ready:
        reason = "No other candidate for either; every marker looked at."
        reviewing.propose(first, line.pairing, version=line.version, reason=reason, candidate=line.id, seen=SEEN)
    for line in ready[:2]:
        agreed = "Looked at independently; the drawing agrees with the file of the family."
        reviewing.confirm(second, line.pairing, version=line.version + 1, reason=agreed, seen=SEEN)
    for line in ready[2:3]:
        reviewing.comment(reviewer, line.pairing, text="Please compare the age estimate before this is confirmed.")
    for line in [one for one in clear if one not in ready][-1:]:
        reason = "Stature does not fit; to be looked at again with more markers."
        reviewing.reject(reviewer, line.pairing, version=line.version, reason=reason)


def _meets_the_rule(session: Session, line: CandidateLine) -> bool:
    """Whether it may be proposed, once it is worked out in full."""
    work_out(session, line.id)
    return not failed(judge_candidate(session, line.id).conditions)


def _stands_alone(line: CandidateLine, listed: Sequence[CandidateLine]) -> bool:
    """Whether nobody else is a candidate for this missing person, nor this person for anybody else."""
    place = line.family, line.missing
    rivals = [o for o in listed if o.unidentified == line.unidentified or (o.family, o.missing) == place]
    return len(rivals) == 1


def _session_as(registry: Registry, code: str) -> Session:
    return session_of(registry, code, purpose=PURPOSE)
