"""A small registry for tests, and an incident with something of everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Connection, Engine, insert

from antigone.model.assumptions.circumstances import Interval, MissingCircumstances, UnidentifiedCircumstances
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.lineage import (
    MtDifference,
    MtHaplotype,
    MtModel,
    MtRates,
    StatedCounts,
    YHaplotype,
    YModel,
    YRates,
)
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.consent import Consent
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, SourceFile, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.results.search import (
    Candidate,
    ChanceMatches,
    EvidenceLine,
    FamilySummary,
    MarkerMutation,
    MutationStep,
    Provenance,
    SearchResult,
    SensitivityPoint,
    UnidentifiedSummary,
)
from antigone.model.statements.method import STRONG
from antigone.model.statements.statement import TEXT
from antigone.registry.consent.coverage import Covered, read_incident
from antigone.registry.keys.vault import Vault, found_registry
from antigone.registry.people.importing import Imported, save_incident
from antigone.registry.runs.runs import Finished, finish_run, read_result, start_run
from antigone.registry.runs.summaries import with_summaries
from antigone.registry.store.database import create_registry, transaction
from antigone.registry.store.schema import users
from antigone.simulation.incident import simulate_incident

AT = "2026-03-01T10:00:00Z"
DAY = dt.date(2026, 3, 1)
Registry = tuple[Engine, Vault]
GIVEN = Consent("C-1", dt.date(2026, 1, 5), ("identification", "court"))


def begin(url: str) -> tuple[Engine, Vault]:
    """A registry with its keys and three users: a geneticist (1), a reviewer (2), another geneticist (3)."""
    engine, vault = create_registry(url), Vault.new()
    with transaction(engine) as connection:
        found_registry(connection, vault)
        roles = ("geneticist", "reviewer", "geneticist")
        rows = [
            {"id": n, "code": f"U{n}", "role": role, "password": "none", "active": True, "created": AT}
            for n, role in enumerate(roles, 1)
        ]
        connection.execute(insert(users), rows)
    return engine, vault


def put(registry: Registry, incident: Incident, code: str = "I1") -> Imported:
    engine, vault = registry
    with transaction(engine) as connection:
        return save_incident(connection, vault, incident, code=code, at=AT, holder="LAB1")


def get(registry: Registry, code: str = "I1", *, scope: str = "identification", day: dt.date = DAY) -> Covered:
    engine, vault = registry
    with transaction(engine) as connection:
        return read_incident(
            connection, vault, code, scope=scope, day=day, at=AT, actor="U1", purpose="to find the missing"
        )


def table(population: str = "Here") -> FrequencyTable:
    frequencies = {f"M{n}": {str(10 + a): 0.1 for a in range(10)} for n in range(12)}
    return FrequencyTable(population, frequencies, dict.fromkeys(frequencies, 400), "a study")


@lru_cache
def simulated(families: int = 8, unidentified: int = 10) -> Incident:
    settings = SearchSettings(threshold=100.0, theta=0.01)
    incident, _ = simulate_incident(
        families=families, unidentified=unidentified, seed=3, tables=(table(), table("There")), settings=settings
    )
    sources = (SourceFile("profiles.csv", "a" * 64), SourceFile("incident.toml", "b" * 64))
    return replace(incident, sources=sources, notices=(TEXT(text="vWA was written VWA"),))


def covered_only(incident: Incident, day: dt.date = DAY) -> Incident:
    """The incident without donors that no active consent covers."""

    def covers(donor: Donor) -> bool:
        return donor.consent is not None and donor.consent.covers("identification", day)

    families = tuple(replace(f, donors=tuple(filter(covers, f.donors))) for f in incident.families)
    return replace(incident, families=families)


@lru_cache
def of_everything() -> Incident:
    """Replicates, own rates, a living seeker, haplotypes, stated counts, circumstances, exceptions by marker."""
    pedigree = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"), ("SI", "female", "FA", "MO"))
    father = Donor("FA", Profile("F-FA", {"M0": ("10", "11"), "M1": ("12", None)}), GIVEN)
    sister = Donor("SI", Profile("F-SI", {"M0": ("10", "14")}), replace(GIVEN, expires=dt.date(2030, 1, 1)))
    people = (
        UnidentifiedPerson(
            *("PM1", Profile("PM1", {"M0": ("10", "14")}), "male"),
            rates=ObservationRates(0.3, 0.01),
            replicates={"M1": (("12",), (), ("12", "13"))},
        ),
        UnidentifiedPerson("PM2", Profile("PM2", {})),
        UnidentifiedPerson("LS1", Profile("LS1", {"M2": ("13", "13")}), "female", "living", "letter of 3 May"),
    )
    further = FurtherEvidence(
        y={"PM1": YHaplotype("PM1", {"DYS19": ("14",)}), "F-FA": YHaplotype("F-FA", {"DYS385": ("11", "14")})},
        mt={"LS1": MtHaplotype("LS1", ((16024, 576),), (MtDifference.parse("A263G"), MtDifference.parse("309.1c")))},
        y_model=YModel(YRates(by_locus={"DYS19": 0.003}), StatedCounts(1000, {"PM1": 3}, 400), "kappa"),
        mt_model=MtModel(MtRates(), StatedCounts(500, {"LS1": 0}), theta=0.01),
        missing={("F1", "MP"): MissingCircumstances(Interval(20, 20), dt.date(2025, 2, 1), frozenset({"Z", "A"}))},
        unidentified={"PM1": UnidentifiedCircumstances(place="Z", findings={"plate": True})},
    )
    base = simulated()
    mutation = replace(base.settings.mutation, by_marker={"M3": (Stepwise(0.001), Stepwise(0.01, 1e-6, 0.2))})
    return replace(
        base,
        title="Of everything",
        unidentified=people,
        families=(Family("F1", pedigree, ("MP",), (father, sister)),),
        settings=replace(base.settings, mutation=mutation, prior=0.125),
        further=further,
    )


def answer(incident: Incident, *, pairs: int = 6) -> SearchResult:
    """An invented answer to a search: the first ``pairs`` pairs as candidates, the numbers told by their rank."""
    asked = [(p.code, f.code, m) for p in incident.unidentified for f in incident.families for m in f.missing]
    found = tuple(_candidate(rank, *codes) for rank, codes in enumerate(asked[:pairs], 1))
    best = {c.unidentified: c for c in reversed(found)}, {c.family: c for c in reversed(found)}
    return SearchResult(
        title=incident.title,
        populations=("Here",),
        candidates=found,
        unidentified=tuple(_of_person(p.code, best[0].get(p.code)) for p in incident.unidentified),
        families=tuple(_of_family(f, best[1].get(f.code)) for f in incident.families),
        pairs_compared=len(asked),
        pairs_excluded_by_sex=0,
        pairs_without_data=0,
        chance=ChanceMatches(len(asked), 1e4, 0.1, 0.01, 0.001, 100, 1),
        prior=0.1,
        prior_reason=TEXT(text="invented"),
        threshold=1e4,
        left_out={},
        assumptions=(),
        notices=(),
        verbal_scale_source="none",
        provenance=Provenance("antigone", "0", "3", {}, AT, "test", {}, {}, (), 1, ""),
        day=DAY.isoformat(),
    )


def _candidate(rank: int, unidentified: str, family: str, missing: str) -> Candidate:
    by_marker = {"M0": 5.25 / rank, "M1": float("-inf")}
    mutations = (MarkerMutation("M1", (MutationStep("FA", missing, None, 0.5),)),)
    numbers = {"Here": 10.0 / rank}
    return Candidate(
        *(rank, unidentified, family, missing, numbers, "Here", {"Here": by_marker}, ("M0", "M1"), ("M2",), mutations),
        *(1 - 1e-9 * rank, STRONG(side="H1")),
        sensitivity=(SensitivityPoint("theta", "0.03", 9.0 / rank),),
        evidence=(EvidenceLine("Y", None, TEXT(text="no number")),),
    )


def _of_person(code: str, best: Candidate | None) -> UnidentifiedSummary:
    if best is None:
        return UnidentifiedSummary(code, "unknown", 12, None, None, None, 0, TEXT(text=""))
    return UnidentifiedSummary(code, "male", 12, best.family, best.missing, best.smallest_log10_lr, 1, TEXT(text=""))


def _of_family(family: Family, best: Candidate | None) -> FamilySummary:
    own = (family.code, family.missing[0], "male", len(family.donors), 0)
    if best is None:
        return FamilySummary(*own, None, None, 0, TEXT(text=""))
    return FamilySummary(*own, best.unidentified, best.smallest_log10_lr, 1, TEXT(text=""))


def run_and_store(registry: Registry, *, pairs: int = 6, code: str = "I1") -> tuple[int, SearchResult, Finished]:
    """A whole run over what is covered, with one incidental finding."""
    covered = get(registry, code)
    result = answer(covered.incident, pairs=pairs)
    run = start(registry[0], code=code, left_out=covered.refused)
    return run, result, finish(registry, run, result, covered.incident)


def whole_result(connection: Connection, run: int) -> SearchResult:
    """The answer of a run with the line of every person."""
    return with_summaries(connection, run, read_result(connection, run))


def start(engine: Engine, *, code: str = "I1", left_out: Mapping[str, int] | None = None) -> int:
    with transaction(engine) as connection:
        return start_run(
            *(connection,),
            incident=code,
            started_by=1,
            purpose="to find them",
            day=DAY,
            at=AT,
            left_out=left_out or {},
            model=1,
        )


def finish(registry: Registry, run: int, result: SearchResult, used: Incident, *, today: dt.date = DAY) -> Finished:
    engine, vault = registry
    with transaction(engine) as connection:
        return finish_run(
            *(connection, vault, run, result), used=used, today=today, at=AT, findings_text='[["F1", "FA", -5.5]]'
        )
