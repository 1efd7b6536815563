"""The master key, the ring and the backups from a browser: made, lost, changed, split, and brought back."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from html import unescape

import pytest
from httpx import Response
from registry_team import INCIDENT, PURPOSE, audit
from registry_vaults import PASSPHRASE, SMALL
from web_house import house as house
from web_site import Site, TestClient, make_site, post, sign_in

from antigone.errors import InputError, StorageError
from antigone.registry.keys.keyfile import parse_master_key, read_key_file
from antigone.team.access import opening
from antigone.team.access.session import Registry
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.keeping import keeping
from antigone.team.keeping.backups import BackupPlaces, list_backups
from antigone.team.keeping.safekeeping import read_safekeeping
from antigone.team.review.candidates import read_candidate
from antigone.web.jobs.jobs import Job, write_job
from antigone.web.pages.keys import KEY_ATTEMPTS

OTHER_PASSPHRASE = "another five words of use"


@pytest.fixture
def administrator(house) -> TestClient:
    return house.site.browser("administrator")


def words(browser: TestClient, address: str = "/keys") -> str:
    """The words of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get(address).text)))


def told(answer: Response) -> str:
    """What a page says, in small letters: a refusal begins with a capital."""
    return unescape(answer.text).lower()


def readable(site: Site, registry: Registry | None = None) -> bool:
    """Whether what is sealed opens."""
    geneticist = opening.session_of(registry or site.app.state.web.registry, "geneticist", purpose=PURPOSE)
    return read_candidate(geneticist, site.candidate).candidate is not None


def fetch(browser: TestClient, name: str, *, held: str = PASSPHRASE) -> Response:
    """Take an archive away."""
    return post(browser, "/keys/archive", {"name": name, "held": held})


# Backups


@pytest.mark.slow
def test_back_up__is_listed_fetched_and_restores(house, administrator, tmp_path):
    assert "The first backup writes one." in words(administrator)
    archive = house.back_up(administrator)
    assert archive.name == "registry-20261123T120000Z.archive"
    page = words(administrator)
    assert archive.name in page
    assert "last backup, 12:00 UTC, by administrator 2026-11-23" in page
    fetched = fetch(administrator, archive.name)
    assert fetched.headers["content-disposition"] == f'attachment; filename="{archive.name}"'
    assert fetched.headers["cache-control"] == "no-store"
    (tmp_path / "fetched.archive").write_bytes(fetched.content)
    vault = read_key_file(house.key_file, passphrase=PASSPHRASE)
    made = keeping.restore(tmp_path / "again.db", vault, archive=tmp_path / "fetched.archive", ring=house.ring)
    with closing(Registry(made.engine, vault, house.site.team.clock, SMALL)) as registry:
        assert readable(house.site, registry)
    assert ("administrator", "back up") in audit(house.site.team)


@pytest.mark.slow
def test_back_up__carries_who_fetched_it_into_the_audit(house, administrator):
    archive = house.back_up(administrator)
    fetch(administrator, archive.name)
    auditor = house.site.browser("auditor")
    assert f"archive: {archive.name}, taken away: True" in words(auditor, "/audit?action=back+up")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["none", "../registry.db", "../registry.key", "/etc/passwd", "registry.db", "\0"])
def test_archive__gives_out_no_other_file(house, administrator, name):
    house.back_up(administrator)
    assert fetch(administrator, name).status_code == (422 if name == "\0" else 404)


@pytest.mark.slow
def test_archive__is_for_the_administrator(house, administrator):
    archive = house.back_up(administrator)
    assert fetch(house.site.browser("auditor"), archive.name).status_code == 403


@pytest.mark.slow
@pytest.mark.parametrize("held", ["not this one", ""])
def test_archive__an_administrator_who_is_not_the_keeper_of_the_key_gets_none(house, administrator, held):
    """An archive holds likelihood ratios and the audit in clear, and an administrator may see neither."""
    archive = house.back_up(administrator)
    assert administrator.get("/keys/archive", params={"name": archive.name}).status_code == 405
    answer = fetch(administrator, archive.name, held=held)
    assert answer.status_code == 422
    assert "content-disposition" not in answer.headers
    auditor = house.site.browser("auditor")
    assert "taken away" not in words(auditor, "/audit?action=back+up")
    refused = "the key was not shown" in words(auditor, "/audit?action=rotate+key")
    assert refused is bool(held)  # an empty field is no try


@pytest.mark.slow
def test_archives__of_another_registry_and_damaged_ones_are_said_to_be(house, administrator, tmp_path):
    archive = house.back_up(administrator)
    (house.archives / "cut.archive").write_bytes(archive.read_bytes()[:20])
    (house.archives / "notes.txt").write_text("not listed")
    (tmp_path / "other").mkdir()
    other = make_site(tmp_path / "other", passphrase=PASSPHRASE)
    with other.team.registry.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE properties SET value = '0' WHERE name = 'registry'")
    session = other.team["administrator"]
    listed = {line.name: line.fault for line in list_backups(session, BackupPlaces(house.archives, house.ring))}
    assert listed == {archive.name: "it is of another registry", "cut.archive": "it is damaged, or no archive"}


@pytest.mark.slow
def test_archive__is_checked_from_end_to_end(house, administrator):
    archive = house.back_up(administrator)
    assert post(administrator, "/keys/check", {"name": archive.name}).status_code == 303
    assert "is whole, and signed by this registry" in words(administrator)
    archive.write_bytes(archive.read_bytes()[:-9])
    answer = post(administrator, "/keys/check", {"name": archive.name})
    assert (answer.status_code, "it was cut or changed" in answer.text) == (409, True)
    assert post(administrator, "/keys/check", {"name": "../registry.db"}).status_code == 404


@pytest.mark.slow
def test_back_up__beside_the_ring_of_another_registry_says_what_was_written(house, administrator, tmp_path):
    (tmp_path / "other").mkdir()
    other = make_site(tmp_path / "other")
    with other.team.registry.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE properties SET value = '0' WHERE name = 'registry'")
    keeping.back_up(other.team["administrator"], tmp_path / "x.archive", ring=house.ring)
    answer = post(administrator, "/keys/back-up")
    assert answer.status_code == 409
    assert "The backup was written, but not its ring" in answer.text
    assert "Nothing was changed" not in answer.text


def test_back_up__without_a_place_says_how_one_is_given(tmp_path):
    browser = make_site(tmp_path, passphrase=PASSPHRASE).browser("administrator")
    assert "antigone serve --backups FOLDER --ring FILE" in words(browser)
    answer = post(browser, "/keys/back-up")
    assert answer.status_code == 422
    assert "started without a place for backups" in answer.text


@pytest.mark.slow
@pytest.mark.parametrize("away", ["disk", "stick"])
def test_back_up__on_a_medium_that_is_away_writes_nothing(house, administrator, away):
    (house.folder / away).rename(house.folder / "drawer")
    answer = post(administrator, "/keys/back-up")
    assert answer.status_code == 422
    assert f"{away} is not there" in unescape(answer.text)
    assert [path.name for path in house.folder.glob("*/*") if path.parent.name != "work"] == []


def test_places__a_ring_among_the_archives_is_refused(tmp_path):
    for ring in (tmp_path / "a" / "r.ring", tmp_path / "b" / ".." / "a" / "x" / "r.ring"):
        with pytest.raises(InputError, match="stands in the folder of the archives"):
            BackupPlaces(tmp_path / "a", ring)


# Copies of the ring


@pytest.mark.slow
def test_rings__one_that_was_away_is_named_and_written_again(house, administrator):
    house.back_up(administrator)
    (house.folder / "stick").rename(house.folder / "drawer")
    withdraw_donor(house.site.team["registrar"], INCIDENT, "F1", "MO")
    page = words(administrator)
    assert "A copy of the ring is out of date." in page
    post(administrator, "/keys/rings")
    assert "were not written" in words(administrator)
    (house.folder / "drawer").rename(house.folder / "stick")
    assert "written before the last erasure" in words(administrator)
    post(administrator, "/keys/rings")
    assert "Every known copy of the ring is current." in words(administrator)
    assert "out of date" not in words(administrator)


@pytest.mark.slow
def test_rings__one_whose_medium_was_destroyed_is_forgotten(house, administrator):
    house.back_up(administrator)
    house.ring.unlink()
    assert post(administrator, "/keys/rings/forget", {"place": "/nowhere/x.ring"}).status_code == 503
    assert post(administrator, "/keys/rings/forget", {"place": str(house.ring)}).status_code == 303
    assert "The first backup writes one." in words(administrator)


# Verifying


@pytest.mark.slow
def test_verify__agrees_with_a_checkpoint_that_was_kept_elsewhere(house, administrator):
    auditor = house.site.browser("auditor")
    kept = post(auditor, "/audit/checkpoint")
    assert re.fullmatch(r'attachment; filename="checkpoint-\d+\.json"', kept.headers["content-disposition"])
    for browser, address in ((administrator, "/keys"), (auditor, "/audit")):
        sent = {"checkpoints": ("kept.json", kept.content, "application/json")}
        answer = post(browser, f"{address}/verify", files=sent)
        assert answer.status_code == 303, answer.text
        assert "The audit is whole" in (said := words(browser, address))
        assert "1 checkpoint agrees" in said
    assert "last found whole, 12:00 UTC, by auditor" in words(administrator)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "status"),
    [({"hash": "0" * 64}, 409), ({"number": 2**70}, 422), ({"number": "7"}, 422), ({"hash": 5}, 422), ({"x": 1}, 422),
     ({"registry": "\udc80"}, 422)],
)  # fmt: skip
def test_verify__refuses_a_checkpoint_that_was_changed(house, administrator, change, status):
    kept = json.loads(post(house.site.browser("auditor"), "/audit/checkpoint").content)
    sent = {"checkpoints": ("kept.json", json.dumps(kept | change).encode())}
    answer = post(administrator, "/keys/verify", files=sent)
    assert answer.status_code == status
    assert ("signature that its key did not make" if status == 409 else "is not a checkpoint") in answer.text
    if status == 409:
        assert "did not find everything whole" in words(administrator)


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"\xff\xfe", b"{}", b"null", b"NaN"])
def test_verify__refuses_files_that_are_none(house, administrator, content):
    answer = post(administrator, "/keys/verify", files={"checkpoints": ("any.json", content)})
    assert answer.status_code == 422
    assert "file 1 is not a checkpoint" in told(answer)


# The master key


@pytest.mark.slow
def test_rotate__everybody_signs_in_again_and_everything_is_readable(house, administrator):
    archive, reviewer = house.back_up(administrator), house.site.browser("reviewer")
    answer = post(administrator, "/keys/rotate", {"passphrase": PASSPHRASE})
    assert answer.headers["location"] == "/sign-in?ended=key&then=%2Fkeys"
    ended = reviewer.get("/candidates?incident=ferry")
    assert "ended=key" in ended.headers["location"]
    assert "master key of the registry was changed" in reviewer.get(ended.headers["location"]).text
    assert sign_in(administrator, "administrator").status_code == 303
    assert "generation of the master key 2" in words(administrator)
    assert sign_in(reviewer, "reviewer").status_code == 303
    assert "Together" in reviewer.get(f"/candidate?id={house.site.candidate}").text
    assert sorted(parse_master_key(opening.worker_key(house.opened.registry)).masters) == [2]
    vault = read_key_file(house.key_file, passphrase=PASSPHRASE)
    made = keeping.restore(house.folder / "again.db", vault, archive=archive, ring=house.ring)
    with closing(Registry(made.engine, vault, house.site.team.clock, SMALL)) as registry:
        assert readable(house.site, registry)


@pytest.mark.slow
def test_rotate__a_wrong_passphrase_changes_nothing_and_is_limited(house, administrator):
    before = house.key_file.read_bytes()
    for _ in range(20):
        assert post(administrator, "/keys/rotate", {"passphrase": "not this one"}).status_code == 422
    answer = post(administrator, "/keys/rotate", {"passphrase": PASSPHRASE})
    assert (answer.status_code, "too many wrong" in told(answer)) == (403, True)
    assert not house.site.app.state.web.sign_ins.allows(KEY_ATTEMPTS)
    assert house.key_file.read_bytes() == before
    assert readable(house.site)
    assert "the key was not shown" in words(house.site.browser("auditor"), "/audit?action=rotate+key")


@pytest.mark.slow
def test_rotate__waits_for_what_is_computed_with_the_old_key(house, administrator, tmp_path, monkeypatch):
    monkeypatch.setattr("antigone.web.jobs.jobs._is_worker", lambda *_: True)
    job = Job("f" * 16, "x", "geneticist", PURPOSE, INCIDENT, state="running", process=1)
    write_job(tmp_path / "work" / f"{job.id}.json", job)
    answer = post(administrator, "/keys/rotate", {"passphrase": PASSPHRASE})
    assert answer.status_code == 409
    assert "a search of incident 'ferry' is under way" in told(answer)
    write_job(tmp_path / "work" / f"{job.id}.json", replace(job, state="finished"))
    assert post(administrator, "/keys/rotate", {"passphrase": PASSPHRASE}).status_code == 303


@pytest.mark.slow
def test_rotate__that_failed_half_way_leaves_all_readable_and_goes_on(house, administrator, monkeypatch):
    def full(*_arguments: object, **_named: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("antigone.registry.rings.rotation.write_rings", full)
        assert post(administrator, "/keys/rotate", {"passphrase": PASSPHRASE}).status_code == 503
    assert sorted(house.opened.registry.vault.masters) == [1, 2]
    assert readable(house.site)
    assert "The change of the master key is not at its end." in words(administrator)
    assert post(administrator, "/keys/rotate", {"passphrase": PASSPHRASE}).status_code == 303
    assert sorted(house.opened.registry.vault.masters) == [2]
    assert readable(house.site)


def test_rotate__while_it_goes_on_others_are_told_to_wait(house, administrator):
    with house.opened._alone():
        answer = administrator.get("/keys")
        assert (answer.status_code, "is being changed" in answer.text) == (503, True)
    assert administrator.get("/keys").status_code == 200


@pytest.mark.slow
def test_read_again__after_another_program_changed_the_key(house, administrator):
    key_file = house.key_file
    elsewhere = opening.open_registry(
        house.folder / "registry.db", key_file=key_file, environ={}, ask=lambda: PASSPHRASE, clock=house.site.team.clock
    )
    with closing(elsewhere):
        keeping.rotate_key(opening.session_of(elsewhere, "administrator", purpose=PURPOSE), passphrase=PASSPHRASE)
    assert "The master key was changed by another program." in words(administrator)
    assert post(administrator, "/keys/read-again", {"passphrase": "not this one"}).status_code == 422
    assert post(administrator, "/keys/read-again", {"passphrase": PASSPHRASE}).status_code == 303
    assert "changed by another program" not in words(administrator)
    assert readable(house.site)


@pytest.mark.slow
def test_passphrase__is_changed_for_the_same_key(house, administrator):
    given = {"passphrase": PASSPHRASE, "new": OTHER_PASSPHRASE, "again": OTHER_PASSPHRASE}
    assert post(administrator, "/keys/passphrase", given | {"again": "x" * 12}).status_code == 422
    assert post(administrator, "/keys/passphrase", given | {"passphrase": "not this one"}).status_code == 422
    assert post(administrator, "/keys/passphrase", given | {"new": "short", "again": "short"}).status_code == 422
    assert read_key_file(house.key_file, passphrase=PASSPHRASE).generation == 1
    assert post(administrator, "/keys/passphrase", given).status_code == 303
    assert read_key_file(house.key_file, passphrase=OTHER_PASSPHRASE).masters == house.opened.registry.vault.masters
    assert administrator.get("/keys").status_code == 200


@pytest.mark.slow
def test_split__shares_joined_again_give_the_key(house, administrator, tmp_path):
    given = {"held": PASSPHRASE, "needed": "2", "trustees": "3"}
    assert post(administrator, "/keys/split", given | {"held": "not this one"}).status_code == 422
    assert post(administrator, "/keys/split", given | {"needed": "4"}).status_code == 422
    answer = post(administrator, "/keys/split", given)
    assert answer.headers["cache-control"] == "no-store"
    shares = re.findall(r"antigone-share-1:\S+?(?=<)", answer.text)
    assert len(shares) == 3
    keeping.join_key(shares[1:], key_file=tmp_path / "joined.key", passphrase=PASSPHRASE, cost=SMALL)
    joined = read_key_file(tmp_path / "joined.key", passphrase=PASSPHRASE)
    assert joined.masters == house.opened.registry.vault.masters
    assert "any 2 of 3" in words(administrator)
    assert "shares of the trustees are of an older" not in words(administrator)
    post(administrator, "/keys/rotate", {"passphrase": PASSPHRASE})
    sign_in(administrator, "administrator")
    assert "shares of the trustees are of an older master key" in words(administrator)


@pytest.mark.slow
def test_split__no_share_stands_in_the_audit(house, administrator):
    answer = post(administrator, "/keys/split", {"held": PASSPHRASE, "needed": "2", "trustees": "2"})
    (share, _) = re.findall(r"antigone-share-1:\S+?(?=<)", answer.text)
    exported = house.site.browser("auditor").get("/audit/export").text
    assert share.split(":")[6] not in exported
    assert PASSPHRASE not in exported


@pytest.mark.slow
def test_server_key__the_next_one_is_shown_once_and_changed_over_after_a_new_start(tmp_path):
    site = make_site(tmp_path)
    browser, held = site.browser("administrator"), opening.worker_key(site.team.registry)
    assert "given by the environment" in words(browser)
    assert post(browser, "/keys/next", {"held": "1:AAAA"}).status_code == 422
    assert post(browser, "/keys/rotate-server").status_code == 422
    text = re.search(r"1:[\w+/=]+,2:[\w+/=]+", unescape(post(browser, "/keys/next", {"held": held}).text))
    assert text
    assert "generation of the master key 1" in words(browser)
    both = opening.open_with(str(tmp_path / "registry.db"), parse_master_key(text[0]), cost=SMALL)
    site.app.state.web.opened._registry = both
    assert post(browser, "/keys/rotate-server").status_code == 303
    page = words(browser)
    assert "The registry is at generation 2 of its master key" in page
    assert "take the older key out of the secret store" in page
    assert readable(site)
    newest = ",".join(part for part in text[0].split(",") if part.startswith("2:"))
    with closing(opening.open_with(str(tmp_path / "registry.db"), parse_master_key(newest))) as alone:
        assert readable(site, alone)
    both.close()


def test_server_key__what_is_typed_must_be_the_key_in_use(tmp_path):
    site = make_site(tmp_path)
    other = "1:" + "A" * 43 + "="
    answer = post(site.browser("administrator"), "/keys/split", {"held": other, "needed": "2", "trustees": "2"})
    assert answer.status_code == 422
    assert "another key than the one" in told(answer)


def test_safekeeping__tells_nothing_that_did_not_come_to_its_end(house, administrator, monkeypatch):
    def full(*_arguments: object, **_named: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr("antigone.team.keeping.keeping.backup", full)
    assert post(administrator, "/keys/back-up").status_code == 503
    kept = read_safekeeping(house.site.team["administrator"])
    assert (kept.backed_up, kept.verified, kept.rotated, kept.split) == (None, None, None, None)
    assert (kept.key, kept.generation, kept.held) == ("key file", 1, (1,))
