"""Leaving is real: after an erasure no byte of a genotype, a name or a wrapped key is left where the database lives."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from erased_files import files_with as files_with
from registry_example import (
    AT,
    DAY,
    GIVEN,
    answer,
    begin,
    finish,
    get,
    of_everything,
    put,
    run_and_store,
    start,
    whole_result,
)
from sqlalchemy import select, update

from antigone.errors import InputError, RegistryError
from antigone.model.assumptions.observation import DropoutEstimate
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor
from antigone.model.profile import Profile
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.model.statements import readers
from antigone.model.statements.statement import TEXT, Statement
from antigone.registry.keys.vault import registry_key
from antigone.registry.leaving.erasure import scrub, withdraw_donor, withdraw_seeker, withdrawn_donors
from antigone.registry.people.personal import read_name, record_name
from antigone.registry.review.candidates import open_candidate, read_candidates
from antigone.registry.runs.runs import read_result
from antigone.registry.runs.summaries import without
from antigone.registry.store import database
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import (
    audit,
    candidates,
    consents,
    donors,
    findings,
    incidents,
    keys,
    members,
    metadata,
    profiles,
    runs,
    samples,
    summaries,
    unidentified,
)
from antigone.registry.store.stored import NOTICES, PERSON_LINE, SEARCH_ANSWER
from antigone.registry.typings.payloads import pack

NAME = "Ismene Labdakos"
LEAVING = {"at": AT, "actor": "U9", "purpose": "asked to leave"}
SISTER = {"incident": "I1", "family": "F1", "member": "SI"}


@pytest.fixture
def registry(registry_url):
    engine, vault = begin(registry_url)
    put((engine, vault), of_everything())
    with transaction(engine) as connection:
        record_name(connection, vault, **SISTER, name=NAME)
    yield engine, vault
    engine.dispose()


def leave(registry, **whom):
    engine, vault = registry
    with transaction(engine) as connection:
        return withdraw_donor(connection, vault, **(whom or SISTER), day=DAY, **LEAVING)


def leave_and_break(registry) -> None:
    engine, vault = registry
    with transaction(engine) as connection:
        withdraw_donor(connection, vault, **SISTER, day=DAY, **LEAVING)
        raise KeyboardInterrupt


def traces(registry, donor_code: str) -> dict[str, list[bytes]]:
    """Every sequence of bytes that belongs to a donor: in the clear, sealed, and the key."""
    engine, vault = registry
    with snapshot(engine) as connection:
        query = select(profiles.c.sealed).select_from(profiles.join(samples)).where(samples.c.code == donor_code)
        sealed = list(connection.scalars(query))
        number = select(samples.c.donor).where(samples.c.code == donor_code).scalar_subquery()
        row = connection.execute(select(donors).where(donors.c.id == number)).one()
        wrapped = connection.scalar(select(keys.c.wrapped).where(keys.c.id == row.key))
        secret = vault.data_keys(connection, [row.key])[row.key].secret
        of_candidates = connection.execute(select(candidates.c.sealed, keys.c.wrapped).join(keys)).all()
    in_the_clear = pack(of_everything().families[0].donors[1].profile)
    return {
        "genotype": [in_the_clear, in_the_clear.split(b"\x1d")[1], secret],
        "name": [NAME.encode(), NAME.encode("utf-16-le")],
        "ciphertext": [*sealed, row.sealed, *(one for one, _ in of_candidates)],
        "key": [wrapped, *(key for _, key in of_candidates)],
    }


def test_withdraw_donor__no_byte_is_left_in_any_file(registry, registry_url, request):
    engine, vault = registry
    run_and_store((engine, vault))
    server = request.getfixturevalue("postgres") if registry_url.startswith("postgresql") else None
    if server is not None and server.data is None:
        pytest.skip("NOT TESTED: the files of a server that is not ours cannot be read")
    folder = Path(registry_url).parent if server is None else server.data
    found = traces((engine, vault), "F-SI")
    assert {kind: len(patterns) for kind, patterns in found.items()} == {
        "genotype": 3, "name": 2, "ciphertext": 5, "key": 4
    }  # fmt: skip
    if server is not None:
        server.run("CHECKPOINT")
    sealed = [*found["ciphertext"], *found["key"]]
    assert all(files_with(folder, pattern) for pattern in sealed), "the search of files finds what is there"
    leave((engine, vault))
    assert scrub(engine) == ()
    for kind, patterns in found.items():
        for pattern in patterns:
            assert files_with(folder, pattern) == [], kind


def test_withdraw_donor__nothing_in_the_clear_was_ever_written(registry, registry_url, request):
    server = request.getfixturevalue("postgres") if registry_url.startswith("postgresql") else None
    folder = Path(registry_url).parent if server is None or server.data is None else server.data
    found = traces(registry, "F-SI")
    for pattern in (*found["genotype"], *found["name"]):
        assert files_with(folder, pattern) == []


def test_withdraw_donor__the_donor_is_in_no_incident_and_the_others_are(registry):
    before = get(registry).incident
    leave(registry)
    covered = get(registry)
    (family,) = before.families
    assert covered.incident.families == (replace(family, donors=family.donors[:1]),)
    assert covered.refused == {}
    assert covered.incident.unidentified == before.unidentified


def test_withdraw_donor__name_key_and_instrument_are_gone(registry):
    leave(registry)
    with snapshot(registry[0]) as connection:
        erased = connection.execute(select(donors).where(donors.c.erased.is_not(None))).one()
        assert (erased.sealed, erased.key, erased.erased) == (None, None, AT)
        assert read_name(connection, registry[1], **SISTER) == ""
        left = connection.execute(select(consents).where(consents.c.donor == erased.id)).all()
        assert {(row.reference, row.withdrawn) for row in left} == {("", DAY)}


def test_withdraw_donor__a_name_written_before_the_sample_goes_too(registry):
    engine, vault = registry
    incident = of_everything()
    (family,) = incident.families
    mother = {"incident": "I1", "family": "F1", "member": "MO"}
    with transaction(engine) as connection:
        record_name(connection, vault, **mother, name=NAME)
    donor = Donor("MO", Profile("F-MO", {"M0": ("11", "14")}), GIVEN)
    put((engine, vault), replace(incident, families=(replace(family, donors=(*family.donors, donor)),)))
    leave((engine, vault), **mother)
    with snapshot(engine) as connection:
        assert connection.scalar(select(members.c.sealed).where(members.c.code == "MO")) is None
        assert connection.scalar(select(members.c.key).where(members.c.code == "MO")) is None


def test_withdraw_donor__candidates_are_stale_and_runs_to_be_computed_again(registry):
    engine, vault = registry
    run, _, _ = run_and_store((engine, vault))
    erased = leave((engine, vault))
    assert (erased.samples, erased.profiles, erased.candidates, erased.runs) == (("F-SI",), 1, 3, (run,))
    with snapshot(engine) as connection:
        page = read_candidates(connection, run)
        assert {(line.log10_lr, line.posterior, line.stale) for line in page.lines} == {(None, None, True)}
        with pytest.raises(RegistryError, match="somebody who has left"):
            open_candidate(connection, vault, page.lines[0].id)
        assert connection.scalar(select(runs.c.state)) == TO_COMPUTE_AGAIN
        assert connection.execute(select(findings)).first() is None
        (line,) = whole_result(connection, run).families
        assert (line.best_unidentified, line.best_log10_lr, line.candidates) == (None, None, 0)


def test_withdraw_donor__a_run_that_computes_meanwhile_is_left_to_find_out(registry):
    start(registry[0])
    assert leave(registry).runs == ()


def test_withdraw_donor__the_audit_keeps_that_it_happened_and_nothing_else(registry):
    leave(registry)
    with snapshot(registry[0]) as connection:
        line = connection.execute(select(audit).order_by(audit.c.number.desc()).limit(1)).one()
    assert (line.actor, line.action, line.purpose) == ("U9", "withdraw", "asked to leave")
    assert line.subject == (
        "a donor of incident I1, family F1: samples F-SI; 1 profiles and 0 candidates erased, 0 runs to be computed "
        "again"
    )


def test_withdraw_donor__twice_or_of_nobody_is_refused(registry):
    leave(registry)
    with pytest.raises(RegistryError, match="has left already"):
        leave(registry)
    with pytest.raises(RegistryError, match="is no donor"):
        leave(registry, incident="I1", family="F1", member="MP")


def test_withdraw_donor__old_files_do_not_bring_the_donor_back(registry):
    leave(registry)
    with pytest.raises(InputError, match="'F-SI' is of a donor who has left"):
        put(registry, of_everything())
    (family,) = of_everything().families
    again = replace(family.donors[1], profile=Profile("F-SI2", {"M0": ("10", "14")}))
    with pytest.raises(InputError, match="recognised by its consent"):
        put(registry, replace(of_everything(), families=(replace(family, donors=(family.donors[0], again)),)))
    again = replace(again, consent=Consent("C-2", DAY + dt.timedelta(1)))
    put(registry, replace(of_everything(), families=(replace(family, donors=(family.donors[0], again)),)))
    later = get(registry, day=DAY + dt.timedelta(1)).incident
    assert [d.profile.sample for d in later.families[0].donors] == ["F-FA", "F-SI2"]


def test_withdraw_donor__an_error_leaves_everything_as_it_was(registry):
    before = get(registry).incident
    with pytest.raises(KeyboardInterrupt):
        leave_and_break(registry)
    assert get(registry).incident == before


def test_withdrawn_donors__are_those_whose_every_consent_was_withdrawn(registry):
    (family,) = of_everything().families
    father, sister = family.donors
    gone = replace(GIVEN, expires=dt.date(2030, 1, 1), withdrawn=dt.date(2026, 2, 1))
    files = replace(of_everything(), families=(replace(family, donors=(father, replace(sister, consent=gone))),))
    put(registry, files)
    with snapshot(registry[0]) as connection:
        assert withdrawn_donors(connection, incident="I1", day=dt.date(2026, 1, 31)) == ()
        assert withdrawn_donors(connection, incident="I1", day=DAY) == (("F1", "SI"),)
    leave(registry)
    with snapshot(registry[0]) as connection:
        assert withdrawn_donors(connection, incident="I1", day=DAY) == ()


def test_withdraw_seeker__takes_along_what_was_estimated_from_the_sample(registry):
    """The drop-out of a sample tells how it was typed; it stands in a line of the answer, and in its notices."""
    engine, vault = registry
    run, found, _ = run_and_store((engine, vault))
    of_seeker = DropoutEstimate("LS1", 0.3125, 0.2, 0.4, "completeness", 15).describe()
    notices = (of_seeker, TEXT(text="drop-out of LS10 and of PM1-LS1"))
    with transaction(engine) as connection:
        brief = replace(read_result(connection, run), notices=notices)
        line = replace(found.unidentified[2], dropout=0.3125)
        connection.execute(update(runs).values(result=SEARCH_ANSWER.write(brief)))
        mine = (summaries.c.kind == "unidentified") & (summaries.c.code == "LS1")
        connection.execute(update(summaries).where(mine).values(line=PERSON_LINE.write(line)))
        withdraw_seeker(connection, registry[1], incident="I1", code="LS1", **LEAVING)
        after = whole_result(connection, run)
    assert (after.unidentified[2].code, after.unidentified[2].dropout) == ("LS1", None)
    assert after.notices == notices[1:]
    assert without(replace(found, notices=notices), families=(), people={"LS1"}).notices == notices[1:]


def test_withdraw_donor__takes_along_who_attested_that_consent_alone(registry):
    engine, vault = registry
    run_and_store((engine, vault))
    of_sister = select(donors.c.id).join(members).where(members.c.code == SISTER["member"])
    with transaction(engine) as connection:
        connection.execute(update(consents).values(attested_by="the office"))
        connection.execute(
            update(consents).where(consents.c.donor.in_(of_sister)).values(attested_by="the sister's guardian")
        )
        (number,) = connection.scalars(select(runs.c.id))
        brief = read_result(connection, number)
        attested = replace(brief.provenance, consent_attested_by="the office; the sister's guardian")
        connection.execute(update(runs).values(result=SEARCH_ANSWER.write(replace(brief, provenance=attested))))
        withdraw_donor(connection, registry[1], **SISTER, day=DAY, **LEAVING)
        assert read_result(connection, number).provenance.consent_attested_by == "the office"


OF_NOBODY = readers.ENCODING(file="profiles.txt", encoding="UTF-16")
OF_THE_SISTER = readers.OFF_LADDER(code="F-SI", markers=("SE33",))
OF_THE_FAMILY = readers.ONLY_MOTHER_SHARED(family="F1", first="SI", second="MP")


def told(registry) -> dict[str, tuple[Statement, ...]]:
    """The notices of the incident and of its run."""
    engine, _ = registry
    with snapshot(engine) as connection:
        kept = connection.execute(select(incidents.c.notices).where(incidents.c.code == "I1")).scalar_one()
        return {"incident": NOTICES.read(kept), "run": read_result(connection, 1).notices}


@pytest.mark.parametrize("ended", [True, False], ids=["after the run", "while it runs"])
def test_withdraw_donor__takes_along_what_the_readers_said(registry_url, ended):
    engine, vault = begin(registry_url)
    whole = replace(of_everything(), notices=(OF_NOBODY, OF_THE_SISTER, OF_THE_FAMILY))
    put((engine, vault), whole)
    used = get((engine, vault)).incident
    result, run = replace(answer(used), notices=used.notices), start(engine)
    if ended:
        finish((engine, vault), run, result, used)
        assert set(told((engine, vault))["run"]) == set(whole.notices)
    leave((engine, vault))
    if not ended:
        finish((engine, vault), run, result, used)
    assert told((engine, vault)) == {"incident": (OF_NOBODY,), "run": (OF_NOBODY,)}
    engine.dispose()


def test_withdraw_seeker__is_erased_with_every_candidate(registry):
    engine, vault = registry
    run, _, _ = run_and_store((engine, vault))
    with transaction(engine) as connection:
        erased = withdraw_seeker(connection, registry[1], incident="I1", code="LS1", **LEAVING)
    assert (erased.samples, erased.candidates, erased.runs) == (("LS1",), 1, (run,))
    incident = get((engine, vault)).incident
    assert [p.code for p in incident.unidentified] == ["PM1", "PM2"]
    assert set(incident.further.mt) == set()
    with snapshot(engine) as connection:
        row = connection.execute(select(unidentified).where(unidentified.c.code == "LS1")).one()
        assert (row.request, row.sealed, row.key) == ("", None, None)
        assert whole_result(connection, run).unidentified[2].markers_typed == 0
    with pytest.raises(InputError, match="'LS1' has left the registry"):
        put((engine, vault), of_everything())


@pytest.mark.parametrize(("code", "words"), [("PM1", "is of remains"), ("PM9", "is unknown")])
def test_withdraw_seeker__is_for_living_seekers_alone(registry, code, words):
    with transaction(registry[0]) as connection, pytest.raises(RegistryError, match=words):
        withdraw_seeker(connection, registry[1], incident="I1", code=code, **LEAVING)


def test_withdraw__every_key_belongs_to_somebody(registry):
    engine, vault = registry
    run_and_store((engine, vault))
    leave((engine, vault))
    with transaction(engine) as connection:
        withdraw_seeker(connection, registry[1], incident="I1", code="LS1", **LEAVING)
    with snapshot(engine) as connection:
        used = {
            key
            for table in metadata.sorted_tables
            if "key" in table.c
            for key in connection.scalars(select(table.c.key))
            if key is not None
        }
        assert set(connection.scalars(select(keys.c.id))) == used | {registry_key(connection, vault).id}


@pytest.mark.slow
def test_scrub__says_when_another_process_holds_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_PRAGMAS", ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 50"))
    engine, vault = begin(str(tmp_path / "r.db"))
    put((engine, vault), of_everything())
    with snapshot(engine) as reader:
        reader.execute(select(keys)).all()
        leave((engine, vault))
        assert scrub(engine) == ("the write-ahead log is in use by another process: end it and repeat",)
    engine.dispose()
