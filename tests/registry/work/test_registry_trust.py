"""`verify` after somebody wrote into the database by another way: each attack, and what is found of it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import deciding
import pytest
from registry_example import AT, begin, of_everything, put
from registry_prepared import after_search
from registry_team import INCIDENT, PURPOSE, Clock, Team, candidate
from registry_vaults import SMALL
from sqlalchemy import Connection, create_engine, insert, select, text, update

from antigone.errors import ChainBroken, NotWhole, VaultError
from antigone.model.incident.consent import Consent
from antigone.registry.audit import chain as chain
from antigone.registry.audit.proving import PROVEN_SINCE
from antigone.registry.keys.vault import Vault
from antigone.registry.store import database, schema
from antigone.registry.store.database import transaction
from antigone.registry.store.migrations import LATEST
from antigone.registry.store.properties import read_property
from antigone.team.access import opening, users
from antigone.team.incidents.consents import record_consent, withdraw_donor
from antigone.team.keeping.keeping import verify
from antigone.team.review import reviewing
from antigone.team.runs.joint import solve_jointly

PROPOSED, REJECTED = "PM1", "PM4"


@pytest.fixture
def worked(team_of: Callable[..., Team]) -> Team:
    """A registry with something of everything that somebody could want to change."""
    team = team_of("worked", _worked)
    users.deactivate_user(team["administrator"], "second reviewer")
    return team


def _worked(place: str) -> Team:
    team = after_search(place)
    solve_jointly(team["geneticist"], INCIDENT)
    for person, family in ((PROPOSED, "F1"), (REJECTED, "F3")):
        line = candidate(team, person, family)
        deciding.propose(team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
        reviewing.comment(team["reviewer"], line.pairing, text="seen")
    deciding.confirm(team["second geneticist"], candidate(team, PROPOSED, "F1").pairing, version=1, reason="yes")
    reviewing.reject(team["reviewer"], candidate(team, REJECTED, "F3").pairing, version=1, reason="no")
    users.add_token(team["administrator"], "coordinator", name="lims", days=30)
    users.revoke_token(team["administrator"], "coordinator", name="lims")
    return team


def raw(team: Team, *statements: str, **values: Any) -> None:
    """Write as somebody does who has the database, and none of its keys."""
    url = team.registry.engine.url
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        for statement in statements:
            given = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), given)
    engine.dispose()


def place_of(team: Team) -> str:
    url = team.registry.engine.url
    return url.render_as_string(hide_password=False) if url.get_backend_name() != "sqlite" else str(url.database)


def found_in(team: Team) -> str:
    with pytest.raises(ChainBroken) as refusal:
        verify(team["auditor"])
    return str(refusal.value)


def test_verify__after_honest_work_everything_is_whole(worked):
    told: list[tuple[str, int, int]] = []
    found = verify(worked["auditor"], progress=lambda *step: told.append(step))
    assert found.since == 1
    assert {name for name, _, _ in told} >= {"pairings", "profiles", "candidates", "users", "keys"}
    assert all(done == of for _, done, of in told)
    withdraw_donor(worked["registrar"], INCIDENT, "F1", "FA")
    assert verify(worked["administrator"]).lines > found.lines


ATTACKS: Mapping[str, tuple[str, str]] = {
    "a pairing is confirmed": (
        "UPDATE pairings SET state = 'confirmed', version = 2 WHERE state = 'open'",
        r"pairings row \d+: it was changed by another way",
    ),
    "a rejection is taken back": ("UPDATE pairings SET state = 'open' WHERE state = 'rejected'", "pairing .* rejected"),
    "a version is set back": ("UPDATE pairings SET version = 0 WHERE state = 'confirmed'", "pairings row"),
    "who confirmed": ("UPDATE decisions SET \"user\" = 3 WHERE action = 'confirm'", "decisions row .*changed"),
    "a reason": ("UPDATE decisions SET reason = 'other' WHERE action = 'propose'", "decisions row"),
    "the candidate of a proposal": ("UPDATE decisions SET candidate = NULL", "decisions row"),
    "a decision is removed": ("DELETE FROM decisions WHERE action = 'reject'", "decisions row .*deleted"),
    "a comment": ("UPDATE reviews SET text = 'never seen'", "reviews row"),
    "a role": ("UPDATE users SET role = 'administrator' WHERE code = 'reviewer'", "user 'reviewer'.*administrator"),
    "an ended user returns": (
        "UPDATE users SET active = true WHERE code = 'second reviewer'",
        "user 'second reviewer'",
    ),
    "a password": ("UPDATE users SET password = 'x' WHERE code = 'auditor'", r"users row \d+ \('auditor'\)"),
    "a second factor": ("UPDATE users SET one_time_secret = (SELECT wrapped FROM keys LIMIT 1)", "users row"),
    "who must change it": ("UPDATE users SET must_change = NOT must_change WHERE code = 'reviewer'", "users row"),
    "a founder": ("UPDATE users SET founder = true WHERE code = 'reviewer'", "users row"),
    "a revoked token": ("UPDATE tokens SET revoked = false", "tokens row"),
    "the end of a token": ("UPDATE tokens SET expires = '2999-01-01T00:00:00+00:00'", "tokens row"),
    "whose a token is": ('UPDATE tokens SET "user" = 1', "tokens row"),
    "a token made by its user": ("UPDATE tokens SET own = true", "tokens row"),
    "a countersignature": ("UPDATE access_changes SET countersigned_by = 1", "access_changes row"),
    "a change of access is removed": ("DELETE FROM access_changes", "access_changes row .*deleted"),
    "the scope of a consent": ("UPDATE consents SET scope = 'sharing' WHERE scope = 'court'", "consents row"),
    "the day of a consent": ("UPDATE consents SET given = '2020-01-01' WHERE id = 1", "consents row 1:"),
    "the end of a consent": ("UPDATE consents SET expires = NULL WHERE expires IS NOT NULL", "consents row"),
    "a withdrawal": ("UPDATE consents SET withdrawn = '2026-02-02' WHERE id = 1", "consents row 1:"),
    "a consent is removed": ("DELETE FROM consents WHERE id = 1", "consents row 1: it was deleted"),
    "a stored LR": ("UPDATE candidates SET log10_lr = log10_lr + 1", "candidates row"),
    "the LR of a line": ("UPDATE summaries SET line = replace(line, '1', '2')", "summaries row"),
    "a posterior": ("UPDATE candidates SET posterior = 0.999999 WHERE id = 1", "candidates row 1:"),
    "the order of candidates": ("UPDATE candidates SET rank = rank + 100", "candidates row"),
    "a stale candidate": ("UPDATE candidates SET stale = true WHERE id = 1", "candidates row 1:"),
    "a run": ("UPDATE runs SET state = 'to be computed again'", "runs row"),
    "an answer": ("UPDATE runs SET result = replace(result, '1', '2')", "runs row"),
    "whose a sample is": ("UPDATE samples SET donor = 1 WHERE donor = 2", "samples row"),
    "custody": ("UPDATE custody SET holder = 'nobody' WHERE id = 1", "custody row 1:"),
    "a pedigree": ("UPDATE members SET sex = 'male' WHERE code = 'MO'", "members row"),
    "a missing mark": ("UPDATE members SET missing = true WHERE code = 'FA'", "members row"),
    "two profiles are swapped": (
        "CREATE TEMPORARY TABLE kept AS SELECT id, sealed FROM profiles WHERE id < 3; "
        "UPDATE profiles SET sealed = (SELECT kept.sealed FROM kept WHERE kept.id = 3 - profiles.id) WHERE id < 3",
        r"profiles row 1: .*\n.*profiles row 2:",
    ),
    "two persons are swapped, keys and all": (
        "UPDATE unidentified SET key = (SELECT o.key FROM unidentified o WHERE o.id = 3 - unidentified.id), "
        "sealed = (SELECT o.sealed FROM unidentified o WHERE o.id = 3 - unidentified.id) WHERE id < 3",
        r"unidentified row 1 \('PM1'\)",
    ),
    "an erased profile": ("UPDATE profiles SET sealed = NULL WHERE id = 1", "profiles row 1:"),
    "a key is destroyed": (
        "DELETE FROM keys WHERE id = (SELECT key FROM unidentified WHERE id = 1)",
        "keys row .* it is missing, .*unidentified row 1",
    ),
    "a key is changed": (
        "UPDATE keys SET wrapped = (SELECT k.wrapped FROM keys k WHERE k.id = (SELECT key FROM unidentified "
        "WHERE id = 2)) WHERE id = (SELECT key FROM unidentified WHERE id = 1)",
        "keys row .* it does not open",
    ),
    "a key is added": (
        "INSERT INTO keys (id, wrapped, generation) SELECT 7, wrapped, 1 FROM keys LIMIT 1",
        "keys row 7",
    ),
    "a frequency": ("UPDATE models SET content = replace(content, '0.1', '0.2')", "models '.*' *: its content"),
    "models are exchanged": ("UPDATE model_versions SET state = 'refused'", "model_versions row"),
    "the seals are removed": ("DELETE FROM seals", "users row .*added by another way"),
    "the seals of a table are removed with it": (
        "DELETE FROM reviews; DELETE FROM seals WHERE kind = 'reviews'",
        "reviews: 0 rows are sealed, the audit says 2",
    ),
    "the beginning of proofs": (
        "UPDATE properties SET value = '99:x' WHERE name = 'proven_since'",
        "it has proofs",
    ),
    "the beginning of proofs is gone": ("DELETE FROM properties WHERE name = 'proven_since'", "it has proofs"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_verify__finds_what_was_written_by_another_way(worked, attack):
    statements, expected = ATTACKS[attack]
    raw(worked, *statements.split("; "))
    found = found_in(worked)
    assert re.search(expected, found), found
    assert "keep the database as it is" in found


INSERTED = {
    "decisions": 'INSERT INTO decisions (pairing, "user", at, action, before, after, reason) '
    "SELECT pairing, \"user\", at, 'confirm', 'proposed', 'confirmed', 'so' FROM decisions WHERE id = 1",
    "users": "INSERT INTO users (code, role, password, active, created) "
    "SELECT 'mallory', 'geneticist', password, active, created FROM users WHERE id = 1",
    "tokens": 'INSERT INTO tokens ("user", digest, name, expires, revoked) '
    "SELECT \"user\", 'd', 'mine', expires, revoked FROM tokens WHERE id = 1",
    "consents": "INSERT INTO consents (donor, scope, reference, given, attested_by) "
    "SELECT donor, 'court', 'C-9', given, '' FROM consents WHERE id = 1",
    "candidates": "INSERT INTO candidates (run, pairing, rank, population, markers, stale) "
    "SELECT run, pairing, 99, population, markers, stale FROM candidates WHERE id = 1",
}


@pytest.mark.parametrize("table", INSERTED)
def test_verify__finds_a_row_that_was_added(worked, table):
    raw(worked, INSERTED[table])
    assert re.search(rf"{table} row \d+.*: it was added by another way", found_in(worked))


def test_verify__names_the_line_that_wrote_the_row_last(worked):
    raw(worked, "UPDATE users SET password = 'x' WHERE code = 'administrator'")
    assert re.search(r"since audit line \d+ wrote it \('begin' by administrator on 2026-11-23", found_in(worked))


def row_with_seal(team: Team, table: str, number: int) -> dict[str, Any]:
    with team.registry.engine.connect() as connection:
        row = connection.execute(select(schema.metadata.tables[table]).where(text(f"id = {number}"))).one()
        seal = connection.execute(
            text("SELECT * FROM seals WHERE kind = :k AND number = :n"), {"k": table, "n": number}
        )
        return {"row": dict(row._mapping), "seal": dict(seal.one()._mapping)}


def put_back(team: Team, table: str, kept: Mapping[str, dict[str, Any]]) -> None:
    """Write a row and its seal as they were once."""
    engine = create_engine(team.registry.engine.url)
    target = schema.metadata.tables[table]
    with engine.begin() as connection:
        connection.execute(update(target).where(target.c.id == kept["row"]["id"]).values(**kept["row"]))
        same = (schema.seals.c.kind == table) & (schema.seals.c.number == kept["row"]["id"])
        connection.execute(update(schema.seals).where(same).values(**kept["seal"]))
    engine.dispose()


def test_verify__finds_a_row_that_was_set_back_with_its_seal(worked):
    number = worked["reviewer"].user
    before = row_with_seal(worked, "users", number)
    users.deactivate_user(worked["administrator"], "reviewer")
    put_back(worked, "users", before)
    found = found_in(worked)
    assert "users: rows were set back to an older state, together with their seals" in found
    assert "user 'reviewer': has access, which the audit says was ended" in found


def test_verify__finds_it_also_when_totals_are_set_back(worked):
    number = candidate(worked, "PM2", "F2").pairing
    before = row_with_seal(worked, "pairings", number)
    with worked.registry.engine.connect() as connection:
        total = dict(connection.execute(text("SELECT * FROM totals WHERE kind = 'pairings'")).one()._mapping)
    reviewing.reject(worked["reviewer"], number, version=0, reason="no")
    put_back(worked, "pairings", before)
    raw(worked, "UPDATE totals SET digest = :digest", digest=total["digest"])
    assert f"pairing {number}: is open after 0 decisions; the audit says rejected after 1" in found_in(worked)


DROPPED = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
    "postgresql": ["DROP TRIGGER audit_append_only ON audit"],
}


def drop_guards(team: Team) -> None:
    raw(team, *DROPPED[team.registry.engine.dialect.name])


def test_verify__finds_triggers_that_are_gone(worked):
    drop_guards(worked)
    assert re.search("database: trigger 'audit_.*' is missing", found_in(worked))


def test_verify__finds_triggers_that_are_switched_off(worked):
    if worked.registry.engine.dialect.name == "sqlite":
        raw(
            worked,
            "DROP TRIGGER audit_no_update",
            "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit WHEN 0 BEGIN SELECT 1; END",
        )
        assert "trigger 'audit_no_update' is not as the program made it" in found_in(worked)
    else:
        raw(worked, "ALTER TABLE audit DISABLE TRIGGER audit_append_only")
        assert "trigger 'audit_append_only' is switched off" in found_in(worked)


def test_verify__finds_a_trigger_of_somebody_else(worked):
    if worked.registry.engine.dialect.name == "sqlite":
        raw(worked, "CREATE TRIGGER own AFTER INSERT ON reviews BEGIN DELETE FROM reviews; END")
    else:
        raw(
            worked,
            "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER own BEFORE INSERT ON reviews FOR EACH ROW EXECUTE FUNCTION own()",
        )
    assert "trigger 'own' is not of this program" in found_in(worked)


def chain_again(connection: Connection, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write every line of the audit anew, each fitting the one before, as who has no key can."""
    lines = [dict(row._mapping) for row in connection.execute(select(schema.audit).order_by(schema.audit.c.number))]
    connection.execute(text("DELETE FROM audit"))
    previous = lines[0]["previous"]
    for line in map(change, lines):
        fields = {name: line[name] for name in ("at", "actor", "action", "purpose", "subject", "state")}
        hashed = chain.line_hash(line["number"], **fields, previous=previous)
        connection.execute(insert(schema.audit).values(**{**line, "previous": previous, "hash": hashed}))
        previous = hashed


@pytest.mark.parametrize("strip", [False, True])
def test_verify__finds_an_audit_that_was_chained_again_without_the_keys(worked, strip):
    def other(line: dict[str, Any]) -> dict[str, Any]:
        changed = {"subject": line["subject"].replace("reviewer", "auditor")}
        return {**line, **changed, **({"proof": "", "state": ""} if strip else {})}

    drop_guards(worked)
    engine = create_engine(worked.registry.engine.url)
    with engine.begin() as connection:
        chain_again(connection, other)
    engine.dispose()
    assert re.search(r"audit line \d+: it was not written by this program with the keys", found_in(worked))


def test_verify__finds_lines_cut_off_when_they_wrote_something(worked):
    drop_guards(worked)
    with worked.registry.engine.connect() as connection:
        number = connection.scalar(text("SELECT max(number) FROM audit WHERE state <> ''"))
    raw(worked, "DELETE FROM audit WHERE number >= :number", number=number)
    found = found_in(worked)
    assert "users" in found


def test_open__refuses_when_the_own_key_was_taken_away(worked):
    raw(worked, "DELETE FROM properties WHERE name = 'registry_key'")
    with pytest.raises(VaultError, match="which key is its own"):
        opening.open_with(place_of(worked), worked.registry.vault)


def test_verify__every_finding_is_told_at_once(worked):
    drop_guards(worked)
    raw(
        worked,
        "UPDATE users SET password = 'x' WHERE code = 'auditor'",
        "UPDATE consents SET scope = 'sharing' WHERE scope = 'court'",
    )
    with pytest.raises(NotWhole) as refusal:
        verify(worked["auditor"])
    text_of = "\n".join(refusal.value.findings)
    assert all(words in text_of for words in ("trigger", "users row", "consents row"))


def test_verify__names_many_rows_of_a_table_by_their_number_only(worked, monkeypatch):
    monkeypatch.setattr("antigone.registry.audit.proving.MOST_SHOWN", 2)
    raw(worked, "UPDATE custody SET holder = 'nobody'")
    found = found_in(worked)
    assert found.count("custody row") == 2
    assert "custody: 13 more rows" in found


def test_verify__reads_tables_in_blocks(worked, monkeypatch):
    monkeypatch.setattr("antigone.registry.audit.proving.BLOCK", 5)
    assert verify(worked["auditor"]).lines
    raw(worked, "DELETE FROM custody WHERE id > 9")
    assert found_in(worked).count("custody row") == 6


def test_verify__what_was_written_through_the_program_without_a_line_is_found_too(worked):
    with worked.registry.engine.begin() as connection:
        connection.execute(update(schema.custody).where(schema.custody.c.id == 1).values(holder="nobody"))
    assert "custody row 1:" in found_in(worked)


def test_record_consent__is_in_the_state_of_its_line(worked):
    record_consent(worked["registrar"], INCIDENT, "F4", "MO", consent=Consent("C-9", dt.date(2026, 2, 2)))
    with worked.registry.engine.connect() as connection:
        state = connection.scalar(text("SELECT state FROM audit ORDER BY number DESC LIMIT 1"))
        count = connection.scalar(text("SELECT count(*) FROM consents"))
        assert read_property(connection, PROVEN_SINCE).startswith("1:")
    assert json.loads(state)["consents"][0] == count
    assert verify(worked["auditor"])


OLD_USERS = {"G": "geneticist", "R": "reviewer", "A": "auditor"}


@pytest.fixture
def old_registry(registry_url) -> tuple[str, Vault]:
    """A registry with an incident, as a program of before version 0009 left it: without seals and proofs."""
    engine, vault = begin(registry_url)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM users"))
        for code, role in OLD_USERS.items():
            row = {"code": code, "role": role, "password": "none", "active": True, "created": AT}
            connection.execute(insert(schema.users).values(row))
            about = json.dumps({"add": code, "role": role})
            chain.append(connection, at=AT, actor="X", action="manage users", purpose="to begin", subject=about)
    put((engine, vault), of_everything())
    engine.dispose()
    database.upgrade(registry_url, revision="0007").dispose()
    return registry_url, vault


def test_upgrade__seals_what_is_there_and_verify_says_since_when(old_registry):
    place, vault = old_registry
    assert opening.upgrade_registry(place, vault) == ("0007", LATEST)
    registry = opening.open_with(place, vault, cost=SMALL)
    auditor = opening.session_of(registry, "A", purpose=PURPOSE)
    assert verify(auditor).since == len(OLD_USERS) + 1
    with database.snapshot(registry.engine) as connection:
        assert [*connection.scalars(select(schema.users.c.code).where(schema.users.c.founder.is_(True)))] == ["A"]
    raw(Team(registry, Clock(), {}), "UPDATE members SET sex = 'male'")
    with pytest.raises(NotWhole, match=r"members row \d+ .* since audit line 4 wrote it \('upgrade' by upgrade"):
        verify(auditor)
    registry.close()


def test_upgrade__decisions_and_users_are_compared_from_the_beginning(old_registry):
    place, vault = old_registry
    engine = create_engine(
        place.replace("postgresql:", "postgresql+psycopg:") if "://" in place else f"sqlite:///{place}"
    )
    with engine.begin() as connection:
        connection.execute(text("UPDATE users SET role = 'geneticist' WHERE code = 'R'"))
    engine.dispose()
    opening.upgrade_registry(place, vault)
    registry = opening.open_with(place, vault, cost=SMALL)
    with pytest.raises(NotWhole, match="user 'R': has the role geneticist; the audit says reviewer"):
        verify(opening.session_of(registry, "A", purpose=PURPOSE))
    registry.close()
