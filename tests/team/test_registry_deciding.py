"""Four eyes, leaving, sharing and keeping: from a proposal to a registry that is restored."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from contextlib import closing
from dataclasses import replace

import pytest
from deciding import confirm, propose
from registry_team import (
    FIRST,
    INCIDENT,
    NOON,
    PURPOSE,
    Clock,
    audit,
    candidate,
    countersign_all,
    own_password,
    small_incident,
)
from registry_vaults import PASSPHRASE, SMALL
from sqlalchemy import text, update

from antigone.errors import (
    ChainBroken,
    Conflict,
    ConsentError,
    Forbidden,
    InputError,
    RegistryError,
    VaultError,
)
from antigone.formats.incident import read_incident
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.model.statements import names
from antigone.registry.store.schema import pairings
from antigone.team.access import leaving, opening, users
from antigone.team.access.session import Registry
from antigone.team.documents.letters import letter_material, letters_on_hold
from antigone.team.incidents.consents import withdraw_donor, withdraw_seeker
from antigone.team.incidents.exporting import export_incident, pack_incident, read_shareable
from antigone.team.incidents.families import read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.keeping.auditing import export_audit, export_checkpoint, read_audit, stream_audit
from antigone.team.keeping.keeping import back_up, join_key, restore, rotate_key, split_key, verify
from antigone.team.overview.status import read_incident as read_incident_status
from antigone.team.overview.status import read_status
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.review.reviewing import ask_to_reopen, comment, declare_parts, keep, reject, reopen, send_back
from antigone.team.runs.searching import list_runs, read_run, search
from antigone.team.views import Waiting

WARNED = " Warned that a close relative of MP is as likely, or nearly (full sibling): known."

# Four eyes


@pytest.mark.slow
def test_decide__one_proposes_and_another_confirms(after_search):
    line = candidate(after_search, "PM1", "F1")
    comment(after_search["reviewer"], line.pairing, text="sample well typed")
    first = propose(after_search["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    assert (first.state, first.version) == ("proposed", 1)
    with pytest.raises(Forbidden, match="another person"):
        confirm(after_search["geneticist"], line.pairing, version=1, reason="me again")
    done = confirm(after_search["reviewer"], line.pairing, version=1, reason="I agree")
    assert done.state == "confirmed"
    view = read_candidate(after_search["geneticist"], line.id)
    assert [(d.user, d.action, d.reason) for d in view.decisions] == [
        ("geneticist", "propose", f"all agree{WARNED}"), ("reviewer", "confirm", f"I agree{WARNED}")
    ]  # fmt: skip
    assert [(r.user, r.text) for r in view.reviews] == [("reviewer", "sample well typed")]
    assert read_status(after_search["coordinator"]).incidents[0].identified == 1


def test_decide__another_role_makes_nobody_another_person(after_search):
    line = candidate(after_search, "PM1", "F1")
    propose(after_search["second geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    users.change_role(after_search["administrator"], "second geneticist", role="reviewer")
    countersign_all(after_search.registry)
    now_reviewer = opening.session_of(after_search.registry, "second geneticist", purpose=PURPOSE)
    assert "confirm" not in read_candidate(now_reviewer, line.id).may
    with pytest.raises(Forbidden, match="another person"):
        confirm(now_reviewer, line.pairing, version=1, reason="now I may")


def test_decide__only_a_geneticist_proposes(after_search):
    line = candidate(after_search, "PM1", "F1")
    with pytest.raises(Forbidden, match="'propose' is for the geneticist"):
        propose(after_search["reviewer"], line.pairing, version=0, reason="all agree", candidate=line.id)


def test_decide__two_who_confirm_at_once_are_one_and_a_conflict(after_search, registry_url):
    line = candidate(after_search, "PM1", "F1")
    propose(after_search["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    ended: list[str] = []
    barrier = threading.Barrier(2)

    def confirm_as(code: str) -> None:
        own = opening.open_with(registry_url, after_search.registry.vault, cost=SMALL)
        session = opening.session_of(own, code, purpose=PURPOSE)
        barrier.wait()
        try:
            ended.append(confirm(session, line.pairing, version=1, reason="I agree").state)
        except Conflict:
            ended.append("conflict")
        own.close()

    threads = [threading.Thread(target=confirm_as, args=(code,)) for code in ("reviewer", "second reviewer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["confirmed", "conflict"]
    decisions = read_candidate(after_search["reviewer"], line.id).decisions
    assert [d.action for d in decisions] == ["propose", "confirm"]


def test_decide__two_persons_are_not_one_missing_person(after_search):
    for person in ("PM2", "PM3"):
        line = candidate(after_search, person, "F2")
        propose(after_search["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    first, second = candidate(after_search, "PM2", "F2"), candidate(after_search, "PM3", "F2")
    confirm(after_search["reviewer"], first.pairing, version=1, reason="I agree")
    with pytest.raises(Conflict, match="confirmed as another unidentified person"):
        confirm(after_search["reviewer"], second.pairing, version=1, reason="I agree")
    declare_parts(after_search["geneticist"], INCIDENT, "PM2", "PM3", reason="one skeleton")
    assert confirm(after_search["reviewer"], second.pairing, version=1, reason="I agree").state == "confirmed"


def test_decide__reopening_needs_two(after_search):
    line = candidate(after_search, "PM1", "F1")
    assert reject(after_search["reviewer"], line.pairing, version=0, reason="mixed up").state == "rejected"
    assert ask_to_reopen(after_search["reviewer"], line.pairing, version=1, reason="new typing").state == "reopening"
    with pytest.raises(Forbidden, match="another person"):
        reopen(after_search["reviewer"], line.pairing, version=2, reason="me again")
    assert keep(after_search["geneticist"], line.pairing, version=2, reason="no").state == "rejected"
    ask_to_reopen(after_search["reviewer"], line.pairing, version=3, reason="new typing")
    assert reopen(after_search["second reviewer"], line.pairing, version=4, reason="yes").state == "open"
    propose(after_search["geneticist"], line.pairing, version=5, reason="all agree", candidate=line.id)
    assert send_back(after_search["reviewer"], line.pairing, version=6, reason="look again").state == "open"


# To leave


def test_withdraw__closes_candidates_and_marks_runs(after_search):
    line = candidate(after_search, "PM1", "F1")
    left = withdraw_donor(after_search["coordinator"], INCIDENT, "F1", "MO")
    assert (left.samples, left.profiles, left.candidates, left.runs) == (("F1-MO",), 1, 1, 1)
    view = read_candidate(after_search["reviewer"], line.id)
    assert view.candidate is None
    assert "somebody who has left" in view.closed
    assert view.line.log10_lr is None
    assert "propose" not in read_candidate(after_search["geneticist"], line.id).may
    assert read_run(after_search["reviewer"], 1).line.state == TO_COMPUTE_AGAIN
    assert Waiting(f"run {TO_COMPUTE_AGAIN}", INCIDENT, 1) in read_status(after_search["geneticist"]).waiting
    donors = read_family(after_search["coordinator"], INCIDENT, "F1").donors
    assert [(d.member, d.erased is None) for d in donors] == [("FA", True), ("MO", False)]
    with pytest.raises(RegistryError, match="has left already"):
        withdraw_donor(after_search["coordinator"], INCIDENT, "F1", "MO")


@pytest.mark.slow
def test_withdraw__one_newer_search_repeats_all_older_ones(after_search):
    def again() -> Waiting | None:
        status = read_status(after_search["geneticist"])
        assert status.incidents[0].runs_to_repeat == int(
            any(w.what == f"run {TO_COMPUTE_AGAIN}" for w in status.waiting)
        )
        return next((waiting for waiting in status.waiting if waiting.what == f"run {TO_COMPUTE_AGAIN}"), None)

    search(after_search["geneticist"], INCIDENT)
    withdraw_donor(after_search["coordinator"], INCIDENT, "F1", "MO")
    states = [line.state for line in list_runs(after_search["geneticist"], INCIDENT).rows]
    assert states == [TO_COMPUTE_AGAIN, TO_COMPUTE_AGAIN]
    assert again() == Waiting(f"run {TO_COMPUTE_AGAIN}", INCIDENT, 1)
    search(after_search["geneticist"], INCIDENT)
    assert again() is None


def test_withdraw__a_living_seeker_leaves(after_search):
    left = withdraw_seeker(after_search["registrar"], INCIDENT, "LS1")
    assert left.samples == ("LS1",)
    assert read_status(after_search["auditor"]).incidents[0].unidentified == 5


def test_withdraw__names_the_ring_that_could_not_be_written(after_search, tmp_path):
    folder = tmp_path / "usb"
    folder.mkdir()
    back_up(after_search["administrator"], tmp_path / "a.archive", ring=folder / "r.ring")
    (folder / "r.ring").unlink()
    folder.rmdir()
    left = withdraw_donor(after_search["registrar"], INCIDENT, "F1", "MO")
    assert len(left.still_to_do) >= 1
    assert any("r.ring still holds erased keys" in one for one in left.still_to_do)
    assert verify(after_search["auditor"]).rings_outdated


def test_withdraw__is_finished_at_the_next_opening(after_search, registry_url, monkeypatch):
    """The computer stops between the erasure and what must follow it."""
    monkeypatch.setattr("antigone.team.incidents.consents.finish_leaving", lambda _registry: ())
    withdraw_donor(after_search["registrar"], INCIDENT, "F1", "MO")
    scrubbed: list[Registry] = []

    def scrub(registry: Registry) -> tuple[str, ...]:
        scrubbed.append(registry)
        return leaving.finish_leaving(registry)

    monkeypatch.setattr(opening, "finish_leaving", scrub)
    after_search.registry.close()
    opening.open_with(registry_url, after_search.registry.vault).close()
    opening.open_with(registry_url, after_search.registry.vault).close()
    assert len(scrubbed) == 1


# To share, and to tell a family


def test_export__holds_only_donors_who_agreed_to_share(after_search, tmp_path):
    done = export_incident(after_search["geneticist"], INCIDENT, tmp_path / "out")
    assert (done.unidentified, done.families, done.donors) == (5, 1, 3)
    assert done.left_out[names.SEEKERS_OF_ONE_INSTITUTION.code] == 1
    assert done.left_out[names.FAMILIES_THAT_SHARE_NOTHING.code] == 3
    assert done.left_out["donors whose consent does not cover sharing"] == 4
    assert done.left_out["donors whose consent has expired"] == 1
    read = read_incident(tmp_path / "out", None, attested_on=NOON.date())
    assert [family.code for family in read.families] == ["F3"]
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert not [code for code in (b"F1-FA", b"F2-MO", b"F4-MO", b"LS1", b"letter of 3 May") if code in everything]


def test_export__families_as_ped_and_remains_as_cmf_hold_what_may_be_shared(after_search, tmp_path):
    ped, cmf = tmp_path / "out.ped", tmp_path / "out.xml"
    done = export_incident(after_search["geneticist"], INCIDENT, ped)
    assert (done.unidentified, done.families, done.donors) == (0, 1, 3)
    assert {line.split("\t")[0] for line in ped.read_text().splitlines()[1:]} == {"F3"}
    with pytest.raises(InputError, match="remains without a genotype that CMF can hold"):
        export_incident(after_search["geneticist"], INCIDENT, cmf, laboratories=("LAB1", "LAB2", "u1"))
    assert not cmf.exists()
    assert ("geneticist", "export") in audit(after_search)
    with pytest.raises(InputError, match="1 to 10 letters"):
        export_incident(after_search["geneticist"], INCIDENT, tmp_path / "other.xml")
    assert not (tmp_path / "other.xml").exists()


def test_export__is_told_before_as_it_is_then_and_reads_nothing_sealed(after_search, tmp_path, monkeypatch):
    with monkeypatch.context() as sealed:
        sealed.setattr("antigone.registry.keys.vault.Vault.data_keys", lambda *_: pytest.fail("a key was opened"))
        told = read_shareable(after_search["geneticist"], INCIDENT)
    assert told == export_incident(after_search["geneticist"], INCIDENT, tmp_path / "out")


def test_export__packed_holds_the_files_of_the_folder_and_stands_in_the_audit(after_search, tmp_path):
    packed = pack_incident(after_search["geneticist"], INCIDENT)
    assert ("geneticist", "export") in audit(after_search)
    assert packed.shared == export_incident(after_search["geneticist"], INCIDENT, tmp_path / "out")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        inside = {name.removeprefix("incident/"): archive.read(name) for name in archive.namelist()}
    assert inside == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}


@pytest.mark.slow
def test_export__without_anybody_who_agreed_writes_nothing(team, tmp_path):
    incident = small_incident()
    import_incident(team["registrar"], INCIDENT, replace(incident, families=incident.families[:2]))
    with pytest.raises(ConsentError, match="agreed to share"):
        export_incident(team["geneticist"], INCIDENT, tmp_path / "out")
    assert read_shareable(team["geneticist"], INCIDENT).donors == 0
    assert not (tmp_path / "out").exists()
    assert ("geneticist", "export") in audit(team)


def test_letter__tells_what_two_persons_confirmed_and_nothing_else(after_search):
    line = candidate(after_search, "PM1", "F1")
    coordinator = after_search["coordinator"]

    def told(family: str) -> tuple[str, str]:
        letter = letter_material(coordinator, INCIDENT, family, "MP")
        return letter.state, letter.kind

    propose(after_search["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    assert [told(family) for family in ("F1", "F3", "F4")] == [
        ("not found", ""),
        ("not found", ""),
        ("consent needed", ""),
    ]
    confirm(after_search["reviewer"], line.pairing, version=1, reason="I agree")
    assert told("F1") == ("confirmed", "remains")
    assert letter_material(coordinator, INCIDENT, "F1", "MP").confirmed_by == ("geneticist", "reviewer")
    with pytest.raises(RegistryError, match="no missing person 'FA'"):
        letter_material(coordinator, INCIDENT, "F1", "FA")


def test_letter__is_refused_while_a_confirmed_identification_is_being_reopened(after_search):
    """The family may hold the letter that tells of it, though nobody recorded that; another one must not say the
    opposite, until the identification is decided anew."""
    team, coordinator = after_search, after_search["coordinator"]
    line = candidate(team, "PM1", "F1")
    propose(team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    confirm(team["reviewer"], line.pairing, version=1, reason="I agree")
    assert letters_on_hold(coordinator, INCIDENT, "F1") == ()
    ask_to_reopen(team["reviewer"], line.pairing, version=2, reason="new typing")
    assert letters_on_hold(coordinator, INCIDENT, "F1") == ("MP",)
    with pytest.raises(Conflict, match="an identification that was confirmed is being looked at again") as refused:
        letter_material(coordinator, INCIDENT, "F1", "MP")
    written = json.loads(read_audit(team["auditor"], action="write family letter").rows[0].subject)
    assert "looked at again" in written["refused"]
    assert not [word for word in ("PM1", "log10", "M00") if word in str(refused.value) + str(written)]
    assert letter_material(coordinator, INCIDENT, "F3", "MP").state == "not found"
    keep(team["geneticist"], line.pairing, version=3, reason="it stands")
    assert letter_material(coordinator, INCIDENT, "F1", "MP").state == "confirmed"
    ask_to_reopen(team["reviewer"], line.pairing, version=4, reason="new typing")
    reopen(team["geneticist"], line.pairing, version=5, reason="typed anew")
    assert letters_on_hold(coordinator, INCIDENT, "F1") == ("MP",)
    reject(team["geneticist"], line.pairing, version=6, reason="typed anew")
    assert letters_on_hold(coordinator, INCIDENT, "F1") == ()
    assert letter_material(coordinator, INCIDENT, "F1", "MP").state == "not found"


def test_letter__is_refused_when_no_decisions_stand_behind_a_confirmed_state(after_search):
    """Somebody wrote "confirmed" into the database: nobody is told that a person was identified."""
    line = candidate(after_search, "PM1", "F1")
    engine = after_search["coordinator"].registry.engine
    for after in ("confirmed", "open"):
        with engine.begin() as connection:
            connection.execute(update(pairings).where(pairings.c.id == line.pairing).values(state=after))
        if after == "confirmed":
            with pytest.raises(Conflict, match="no proposal of one person and confirmation of another behind it"):
                letter_material(after_search["coordinator"], INCIDENT, "F1", "MP")
    written = json.loads(read_audit(after_search["auditor"], action="write family letter").rows[0].subject)
    assert "tell the auditor" in written["refused"]
    assert letter_material(after_search["coordinator"], INCIDENT, "F1", "MP").state == "not found"


def test_letter__goes_on_while_a_rejected_pairing_is_being_reopened(after_search):
    line = candidate(after_search, "PM1", "F1")
    reject(after_search["reviewer"], line.pairing, version=0, reason="mixed up")
    ask_to_reopen(after_search["reviewer"], line.pairing, version=1, reason="new typing")
    assert letters_on_hold(after_search["coordinator"], INCIDENT, "F1") == ()
    assert letter_material(after_search["coordinator"], INCIDENT, "F1", "MP").state == "not found"
    assert read_incident_status(after_search["auditor"], INCIDENT).reopening == 0


def test_status__counts_who_was_identified_and_is_being_looked_at_again(after_search):
    """Two parts of one person are one missing person, who is still identified while one of the two stands."""
    team = after_search
    declare_parts(team["geneticist"], INCIDENT, "PM2", "PM3", reason="one skeleton")
    lines = [candidate(team, person, "F2") for person in ("PM2", "PM3")]

    def counted() -> tuple[int, int]:
        status = read_incident_status(team["auditor"], INCIDENT)
        return status.identified, status.reopening

    for line in lines:
        propose(team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
        confirm(team["reviewer"], line.pairing, version=1, reason="I agree")
    assert counted() == (1, 0)
    ask_to_reopen(team["reviewer"], lines[0].pairing, version=2, reason="new typing")
    assert counted() == (1, 0)
    assert letters_on_hold(team["coordinator"], INCIDENT, "F2") == ()
    ask_to_reopen(team["reviewer"], lines[1].pairing, version=2, reason="new typing")
    assert counted() == (0, 1)
    assert letters_on_hold(team["coordinator"], INCIDENT, "F2") == ("MP",)


# To keep


@pytest.mark.slow
def test_backup__restores_everybody_but_who_left(after_search, tmp_path):
    archive, ring = tmp_path / "a.archive", tmp_path / "a.ring"
    back_up(after_search["administrator"], archive, ring=ring)
    withdraw_donor(after_search["registrar"], INCIDENT, "F1", "MO")
    made = restore(tmp_path / "restored.db", after_search.registry.vault, archive=archive, ring=ring)
    assert made.erased["donors"] == 1
    restored = Registry(made.engine, after_search.registry.vault, after_search.clock, SMALL)
    geneticist = opening.session_of(restored, "geneticist", purpose=PURPOSE)
    closed = {c.family for c in list_candidates(geneticist, INCIDENT).rows if c.stale}
    assert closed == {"F1"}
    auditor = opening.session_of(restored, "auditor", purpose=PURPOSE)
    assert "restore" in {line.action for line in read_audit(auditor).rows}
    assert verify(auditor).lines > 0
    restored.close()


def test_verify__names_the_first_line_that_was_changed(team_at_work, tmp_path):
    export_checkpoint(team_at_work["auditor"], tmp_path / "c.json")
    assert verify(team_at_work["auditor"], checkpoints=[tmp_path / "c.json"]).checkpoints == 1
    with team_at_work.registry.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
        connection.execute(text("UPDATE audit SET purpose = 'another' WHERE number = 4"))
    with pytest.raises(ChainBroken, match="audit line 4") as refusal:
        verify(team_at_work["auditor"])
    assert refusal.value.number == 4


def test_audit__is_exported_line_by_line(team_at_work, tmp_path):
    count = export_audit(team_at_work["auditor"], tmp_path / "audit.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == list(range(1, count + 1))
    assert (tmp_path / "audit.jsonl").stat().st_mode & 0o777 == 0o600


def test_audit__is_streamed_in_blocks_of_one_state_after_the_line_that_says_who_exports(team_at_work, monkeypatch):
    monkeypatch.setattr("antigone.registry.audit.log.LINES_AT_ONCE", 3)
    auditor = team_at_work["auditor"]
    blocks = stream_audit(auditor, name="a file")
    last = read_audit(auditor).rows[1]
    assert (last.actor, last.action, last.subject) == ("auditor", "read audit", '{"export":"a file"}')
    read = [[json.loads(line) for line in block.splitlines()] for block in blocks]
    assert {len(block) for block in read[:-1]} == {3}
    assert [line["number"] for block in read for line in block] == list(range(1, last.number + 1))


@pytest.mark.slow
def test_audit__holds_no_genotype_and_no_reason(after_search):
    line = candidate(after_search, "PM1", "F1")
    propose(after_search["geneticist"], line.pairing, version=0, reason="her blue coat", candidate=line.id)
    comment(after_search["reviewer"], line.pairing, text="her blue coat")
    withdraw_seeker(after_search["registrar"], INCIDENT, "LS1")
    lines = " ".join(row.subject for row in read_audit(after_search["auditor"], size=1000).rows)
    assert not [word for word in ("M00", "M14", "blue coat", "letter of 3 May") if word in lines]


@pytest.mark.slow
def test_rotate__ends_the_sessions_and_the_new_key_opens(tmp_path):
    place, key_file, clock = tmp_path / "registry.db", tmp_path / "registry.key", Clock()
    registry = opening.init_registry(
        place, administrator="A", password="a long password", key_file=key_file, passphrase=PASSPHRASE, cost=SMALL,
        clock=clock,
    )  # fmt: skip
    session = opening.session_of(registry, "A", purpose=PURPOSE)
    users.add_user(session, "R", role="registrar", password=FIRST)
    own_password(registry, "R")
    import_incident(opening.session_of(registry, "R", purpose=PURPOSE), INCIDENT, small_incident())
    done = rotate_key(session, passphrase=PASSPHRASE)
    assert (done.generation, done.rings_unreached) == (2, ())
    with pytest.raises(VaultError, match="the key was rotated"):
        import_incident(opening.session_of(registry, "R", purpose=PURPOSE), "again", small_incident(request="another"))
    again = opening.open_registry(place, key_file=key_file, environ={}, ask=lambda: PASSPHRASE)
    other = opening.session_of(again, "R", purpose=PURPOSE)
    assert import_incident(other, "again", small_incident(request="another")).profiles == 15


def test_rotate__without_a_key_file_says_how_a_server_does_it(team):
    with pytest.raises(VaultError, match="environment gives the master key"):
        rotate_key(team["administrator"], passphrase=PASSPHRASE)


def test_escrow__enough_trustees_open_the_registry_again(team, registry_url, tmp_path):
    shares = split_key(team["administrator"], needed=2, trustees=3)
    join_key(shares[1:], key_file=tmp_path / "joined.key", passphrase=PASSPHRASE, cost=SMALL)
    joined = tmp_path / "joined.key"
    with closing(opening.open_registry(registry_url, key_file=joined, environ={}, ask=lambda: PASSPHRASE)) as opened:
        assert opening.session_of(opened, "auditor", purpose=PURPOSE).role == "auditor"
