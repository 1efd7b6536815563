"""How a registry is kept, as the administrator sees it, on both databases; and who holds its key."""

from __future__ import annotations

import pytest
from registry_team import INCIDENT, audit
from registry_vaults import PASSPHRASE

from antigone.errors import ChainBroken, StorageError, VaultError
from antigone.registry.keys.keyfile import master_key_text
from antigone.registry.keys.vault import Vault
from antigone.team.access.opening import with_new_key, worker_key
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.keeping.auditing import make_checkpoint
from antigone.team.keeping.backups import BackupPlaces, back_up_now, list_backups
from antigone.team.keeping.keeping import (
    change_key_passphrase,
    check_key_holder,
    forget_ring,
    refresh_rings,
    split_key,
    verify,
)
from antigone.team.keeping.safekeeping import read_safekeeping


@pytest.fixture
def places(tmp_path) -> BackupPlaces:
    for name in ("disk", "stick"):
        (tmp_path / name).mkdir()
    return BackupPlaces(tmp_path / "disk", tmp_path / "stick" / "r.ring")


def test_safekeeping__of_a_new_registry_is_that_nothing_was_done(team):
    kept = read_safekeeping(team["administrator"])
    assert (kept.key, kept.generation, kept.held, kept.rings) == ("environment", 1, (1,), ())
    assert (kept.backed_up, kept.verified, kept.doubted, kept.rotated, kept.split) == (None,) * 5
    assert (kept.key_outdated, kept.unfinished, kept.shares_outdated) == (False, False, False)


def test_safekeeping__tells_who_did_what_last(team_at_work, places):
    administrator = team_at_work["administrator"]
    made = back_up_now(administrator, places)
    team_at_work.clock.later(hours=1)
    again = back_up_now(administrator, places)
    verify(team_at_work["auditor"], checkpoints=[make_checkpoint(team_at_work["auditor"], file="c")])
    split_key(administrator, needed=2, trustees=3)
    kept = read_safekeeping(administrator)
    assert kept.backed_up
    assert (kept.backed_up.by, kept.backed_up.subject["archive"]) == ("administrator", again.archive.name)
    assert kept.verified
    assert (kept.verified.by, kept.verified.subject["checkpoints"], kept.doubted) == ("auditor", 1, None)
    assert kept.split
    assert (kept.split.subject["needed"], kept.split.subject["shares"]) == (2, 3)
    listed = list_backups(administrator, places)
    assert [line.name for line in listed] == [again.archive.name, made.archive.name]
    assert [line.fault for line in listed] == ["", ""]


def test_safekeeping__a_look_at_it_leaves_no_line(team):
    before = audit(team)
    read_safekeeping(team["administrator"])
    assert [line for line in audit(team) if line[0] == "administrator"] == [
        line for line in before if line[0] == "administrator"
    ]


def test_safekeeping__a_verification_that_failed_is_doubted_until_the_next_one(team_at_work, places):
    auditor = team_at_work["auditor"]
    forged = make_checkpoint(auditor, file="c")
    with pytest.raises(ChainBroken):
        verify(auditor, checkpoints=[type(forged)(**{**vars(forged), "hash": "0" * 64})])
    kept = read_safekeeping(team_at_work["administrator"])
    assert kept.verified is None
    assert kept.doubted
    assert kept.doubted.by == "auditor"
    verify(auditor)
    assert read_safekeeping(team_at_work["administrator"]).doubted is None


def test_rings__that_are_out_of_date_are_named_until_written_or_forgotten(team_at_work, places):
    administrator = team_at_work["administrator"]
    back_up_now(administrator, places)
    stick = places.ring.parent
    stick.rename(stick.with_name("drawer"))
    withdraw_donor(team_at_work["registrar"], INCIDENT, "F1", "MO")
    (copy,) = read_safekeeping(administrator).rings
    assert (copy.place, bool(copy.reason)) == (str(places.ring), True)
    stick.with_name("drawer").rename(stick)
    (copy,) = read_safekeeping(administrator).rings
    assert copy.reason == "it was written before the last erasure"
    assert refresh_rings(administrator) == ()
    (copy,) = read_safekeeping(administrator).rings
    assert copy.reason == ""
    forget_ring(administrator, places.ring)
    assert read_safekeeping(administrator).rings == ()
    with pytest.raises(StorageError, match="no place of a ring"):
        forget_ring(administrator, places.ring)


def test_holder__who_does_not_show_the_key_is_refused_and_on_record(team):
    administrator = team["administrator"]
    check_key_holder(administrator, worker_key(team.registry))
    before = audit(team).count(("administrator", "rotate key"))
    for wrong, words in ((master_key_text(Vault.new()), "another key"), ("nonsense", "master key"), ("", "master key")):
        with pytest.raises(VaultError, match=words) as refusal:
            check_key_holder(administrator, wrong)
        assert wrong not in str(refusal.value) or not wrong
    assert audit(team).count(("administrator", "rotate key")) == before + 3


def test_key_file__what_needs_one_says_so_where_there_is_none(team):
    with pytest.raises(VaultError, match="has no passphrase"):
        change_key_passphrase(team["administrator"], old=PASSPHRASE, new=PASSPHRASE)
    with pytest.raises(VaultError, match="expected a key file"):
        with_new_key(team.registry, passphrase=PASSPHRASE)
