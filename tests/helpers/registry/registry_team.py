"""What the tests of the registry's actions share: a registry with a user for each role, and a small incident in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from registry_vaults import SMALL

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.registry.keys.vault import Vault
from antigone.team.access import opening, users
from antigone.team.access.countersigning import countersign, list_changes
from antigone.team.access.roles import ROLES
from antigone.team.access.session import Registry, Session
from antigone.team.incidents.importing import import_incident
from antigone.team.keeping.auditing import read_audit
from antigone.team.models.versions import confirm_version, propose_version, read_model
from antigone.team.review.candidates import list_candidates
from antigone.team.views import CandidateLine

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PURPOSE = "to test"
INCIDENT = "ferry"
FIRST = "given by the administrator"


def password_of(code: str) -> str:
    return f"the password of {code}"


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    now: dt.datetime = NOON

    def __call__(self) -> dt.datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@dataclass(frozen=True)
class Team:
    """A registry and a session for each role; ``second`` and ``third`` are another geneticist and reviewer."""

    registry: Registry
    clock: Clock
    sessions: Mapping[str, Session] = field(repr=False)

    def __getitem__(self, code: str) -> Session:
        return self.sessions[code]


def make_team(place: str) -> Team:
    """A new registry with its users, and nobody's data."""
    clock = Clock()
    registry = opening.init_registry(
        place,
        administrator="administrator",
        password=password_of("administrator"),
        vault=Vault.new(),
        cost=SMALL,
        clock=clock,
    )
    administrator = opening.session_of(registry, "administrator", purpose=PURPOSE)
    others = {role: role for role in ROLES[1:]} | {"second geneticist": "geneticist", "second reviewer": "reviewer"}
    for code, role in sorted(others.items(), key=lambda one: one[1] != "auditor"):
        users.add_user(administrator, code, role=role, password=FIRST)
        own_password(registry, code)
    countersign_all(registry)
    return _team(registry, clock)


def own_password(registry: Registry, code: str) -> None:
    """A user changes the first password for one of their own."""
    users.change_own_password(opening.session_of(registry, code, purpose=PURPOSE), old=FIRST, new=password_of(code))


def countersign_all(registry: Registry, *, by: str = "auditor") -> None:
    """Somebody countersigns every change of access that waits."""
    session = opening.session_of(registry, by, purpose=PURPOSE)
    for change in list_changes(session):
        countersign(session, change.number)


def reopen_team(place: str, vault: Vault) -> Team:
    """The team of a registry that is there already; its clock stands at noon."""
    clock = Clock()
    return _team(opening.open_with(place, vault, clock=clock, cost=SMALL), clock)


def _team(registry: Registry, clock: Clock) -> Team:
    codes = ("administrator", *ROLES[1:], "second geneticist", "second reviewer")
    return Team(registry, clock, {code: opening.session_of(registry, code, purpose=PURPOSE) for code in codes})


MARKERS = 15
IDENTIFY = Consent("C", dt.date(2026, 1, 5))
COURT = Consent("C-court", dt.date(2026, 1, 5), ("identification", "court"))
SHARING = Consent("C-sharing", dt.date(2026, 1, 5), ("identification", "sharing"))
ENDED = Consent("C-ended", dt.date(2026, 1, 5), expires=dt.date(2026, 6, 1))


def typed(sample: str, family: int, first: int, second: int) -> Profile:
    """A profile of two of the four alleles that a family's parents have at each marker: 0, 1 his, 2, 3 hers."""
    draw = Random(family)
    pairs = {}
    for m in range(MARKERS):
        alleles = [str(draw.randint(10, 19)) for _ in range(4)]
        pairs[f"M{m:02}"] = (min(alleles[first], alleles[second]), max(alleles[first], alleles[second]))
    return Profile(sample, pairs)


def parents(code: str, seed: int, father: Consent | None, mother: Consent | None) -> Family:
    """A father and a mother who gave samples, and their missing child."""
    pedigree = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"))
    gave = Donor("FA", typed(f"{code}-FA", seed, 0, 1), father), Donor("MO", typed(f"{code}-MO", seed, 2, 3), mother)
    return Family(code, pedigree, ("MP",), gave)


def small_incident(*, second: Consent = IDENTIFY, request: str = "letter of 3 May") -> Incident:
    """Four families and five unidentified persons.

    PM1 is the missing child of F1. PM2 and PM3 could each be that of F2. PM4 is that of F3, where a declared daughter
    is none (rule 6). F4 has no active consent, and PM5, its child, finds nobody. LS1 is a living seeker. ``second`` is
    the consent of the second family's father, ``request`` that of the living seeker.
    """
    pedigree = Pedigree.of(
        ("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"), ("SI", "female", "FA", "MO")
    )
    kin = parents("F3", 3, SHARING, SHARING)
    stranger = Donor("SI", typed("F3-SI", 8, 0, 2), SHARING)
    people = [
        UnidentifiedPerson(f"PM{n}", typed(f"PM{n}", *profile))
        for n, profile in enumerate([(1, 0, 2), (2, 0, 2), (2, 1, 3), (3, 0, 2), (4, 0, 2)], 1)
    ]
    people.append(UnidentifiedPerson("LS1", typed("LS1", 9, 0, 2), "female", "living", request))
    frequencies = {f"M{m:02}": {str(10 + a): 0.1 for a in range(10)} for m in range(MARKERS)}
    return Incident(
        "A ferry",
        tuple(people),
        (
            parents("F1", 1, COURT, COURT),
            parents("F2", 2, second, IDENTIFY),
            replace(kin, pedigree=pedigree, donors=(*kin.donors, stranger)),
            parents("F4", 4, ENDED, None),
        ),
        (FrequencyTable("Here", frequencies, dict.fromkeys(frequencies, 400), "invented"),),
        SearchSettings(mutation=DEFAULT_MUTATION, threshold=1000.0),
    )


def team_at_work(place: str) -> Team:
    """A team with the small incident imported, whose model two persons agreed on."""
    team = make_team(place)
    import_incident(team["registrar"], INCIDENT, small_incident())
    agree_on_model(team)
    return team


def agree_on_model(team: Team, incident: str = INCIDENT, version: int = 1) -> None:
    """One geneticist proposes a version, the other one confirms it."""
    if "propose" in read_model(team["geneticist"], incident, version=version).may:
        propose_version(team["geneticist"], incident, version, reason="the plan of the incident")
    confirm_version(team["second geneticist"], incident, version, reason="compared with the plan")


def candidate(team: Team, unidentified: str, family: str) -> CandidateLine:
    rows = list_candidates(team["reviewer"], INCIDENT, unidentified=unidentified, family=family).rows
    (line,) = rows
    return line


def audit(team: Team) -> list[tuple[str, str]]:
    return [(line.actor, line.action) for line in read_audit(team["auditor"], size=1000).rows]
