"""To make a registry, to open it, and to sign in: what is refused, and what is kept of it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from registry_team import FIRST, PURPOSE, own_password, password_of
from registry_vaults import PASSPHRASE, SMALL
from sqlalchemy import text

from antigone.errors import (
    Conflict,
    Forbidden,
    InputError,
    RegistryError,
    StorageError,
    VaultError,
)
from antigone.registry.audit.log import read_lines
from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import schema_of, snapshot, transaction, upgrade
from antigone.registry.store.migrations import LATEST
from antigone.team.access import opening, users
from antigone.team.keeping.auditing import read_audit

# To begin, and to sign in


def test_init__makes_database_key_file_and_administrator(tmp_path):
    place, key_file = tmp_path / "registry.db", tmp_path / "registry.key"
    made = opening.init_registry(
        place, administrator="A", password="a long password", key_file=key_file, passphrase=PASSPHRASE, cost=SMALL
    )
    made.close()
    assert [path.stat().st_mode & 0o777 for path in (place, key_file)] == [0o600, 0o600]
    registry = opening.open_registry(place, key_file=key_file, environ={}, ask=lambda: PASSPHRASE)
    session = opening.sign_in(registry, "A", password="a long password", purpose=PURPOSE)
    assert (session.role, registry.key_file) == ("administrator", key_file)


# A registry of an older Antigone


@pytest.fixture
def older(registry_url):
    """A registry with an administrator, at the place of the schema before this one."""
    vault = Vault.new()
    opening.init_registry(registry_url, administrator="A", password="a long password", vault=vault, cost=SMALL).close()
    upgrade(registry_url, revision="0003").dispose()
    return registry_url, vault


@pytest.mark.slow
def test_upgrade__brings_an_older_registry_up_and_writes_it_down(older):
    place, vault = older
    with pytest.raises(StorageError, match="registry upgrade"):
        opening.open_with(place, vault)
    assert opening.upgrade_registry(place, vault) == ("0003", LATEST)
    assert opening.upgrade_registry(place, vault) == (LATEST, LATEST)
    with closing(opening.open_with(place, vault, cost=SMALL)) as registry:
        administrator = opening.sign_in(registry, "A", password="a long password", purpose=PURPOSE)
        users.add_user(administrator, "B", role="auditor", password=FIRST)
        own_password(registry, "B")
        lines = read_audit(opening.session_of(registry, "B", purpose=PURPOSE)).rows
    assert [line.subject for line in lines if line.action == "upgrade"] == [
        json.dumps({"from": "0003", "to": LATEST, "documents renewed": 0})
    ]


@pytest.mark.slow
def test_upgrade__of_two_at_once_is_done_and_written_down_once(older, monkeypatch):
    """Both have found the older schema before either begins."""
    place, vault = older
    both = Barrier(2)

    def seen_by_both(where: str) -> str:
        found = schema_of(where)
        both.wait(30)
        return found

    monkeypatch.setattr(opening, "schema_of", seen_by_both)
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda _: opening.upgrade_registry(place, vault), range(2)))
    assert sorted(told) == [("0003", LATEST), (LATEST, LATEST)]
    with closing(opening.open_with(place, vault, cost=SMALL)) as registry, snapshot(registry.engine) as connection:
        assert [line.action for line in read_lines(connection)].count("upgrade") == 1


@pytest.mark.slow
def test_upgrade__without_the_key_of_the_registry_changes_nothing(older):
    place, _ = older
    with pytest.raises(VaultError, match="fingerprint"):
        opening.upgrade_registry(place, Vault.new())
    assert schema_of(place) == "0003"


def test_upgrade__while_an_older_program_has_it_open_lets_that_one_write_nothing(registry_url):
    """It would not erase what it does not know: somebody who leaves would stay in the tables of the newer schema."""
    made = opening.init_registry(
        registry_url, administrator="A", password="a long password", vault=Vault.new(), cost=SMALL
    )
    with closing(made) as registry:
        administrator = opening.sign_in(registry, "A", password="a long password", purpose=PURPOSE)
        with transaction(registry.engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StorageError, match="end this one"):
            users.add_user(administrator, "B", role="auditor", password="a long password")
        with snapshot(registry.engine) as connection:
            assert connection.scalar(text("SELECT count(*) FROM users")) == 1


@pytest.mark.slow
def test_open__a_registry_of_a_newer_antigone_is_not_brought_down(older):
    place, vault = older
    upgrade(place, also=lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'"))).dispose()
    for opened in (opening.open_with, opening.upgrade_registry):
        with pytest.raises(StorageError, match="newer Antigone"):
            opened(place, vault)


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short"}, {"passphrase": "short"}, {"administrator": " "}],
    ids=["password", "passphrase", "code"],
)
def test_init__leaves_nothing_when_it_is_refused(wrong, tmp_path):
    given = {"administrator": "A", "password": "a long password", "passphrase": PASSPHRASE} | wrong
    with pytest.raises(RegistryError):
        opening.init_registry(tmp_path / "registry.db", key_file=tmp_path / "registry.key", cost=SMALL, **given)
    assert list(tmp_path.iterdir()) == []


def test_init__never_writes_over_a_key_file(tmp_path):
    key_file = tmp_path / "registry.key"
    key_file.write_text("another registry's")
    with pytest.raises(VaultError, match="exists"):
        opening.init_registry(
            tmp_path / "registry.db", administrator="A", password="a long password", key_file=key_file,
            passphrase=PASSPHRASE, cost=SMALL,
        )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["registry.key"]
    assert key_file.read_text() == "another registry's"


def test_open__refuses_the_key_of_another_registry(team, registry_url):
    with pytest.raises(VaultError, match="give the key of this registry"):
        opening.open_with(registry_url, Vault.new())


def test_open__a_worker_opens_with_the_key_as_text(team, registry_url):
    environ = {"ANTIGONE_MASTER_KEY": opening.worker_key(team.registry)}
    with closing(opening.open_registry(registry_url, key_file=None, environ=environ, ask=pytest.fail)) as opened:
        assert opening.session_of(opened, "registrar", purpose=PURPOSE).role == "registrar"


def test_sign_in__needs_a_purpose(team):
    with pytest.raises(InputError, match="no purpose"):
        opening.sign_in(team.registry, "reviewer", password=password_of("reviewer"), purpose=" ")


def test_sign_in__is_refused_after_five_failures_until_they_have_passed(team):
    for _ in range(opening.MOST_FAILURES):
        with pytest.raises(Forbidden, match="unknown or the password is wrong"):
            opening.sign_in(team.registry, "reviewer", password="a wrong password", purpose=PURPOSE)
    with pytest.raises(Forbidden, match="5 failed sign-ins"):
        opening.sign_in(team.registry, "reviewer", password=password_of("reviewer"), purpose=PURPOSE)
    assert opening.sign_in(team.registry, "auditor", password=password_of("auditor"), purpose=PURPOSE)
    team.clock.later(minutes=opening.MINUTES_OF_FAILURES, seconds=1)
    assert opening.sign_in(team.registry, "reviewer", password=password_of("reviewer"), purpose=PURPOSE)


def test_sign_in__a_success_forgets_the_failures_before_it(team):
    for _ in range(3):
        for _ in range(opening.MOST_FAILURES - 1):
            with pytest.raises(Forbidden, match="unknown or the password is wrong"):
                opening.sign_in(team.registry, "reviewer", password="a wrong password", purpose=PURPOSE)
        assert opening.sign_in(team.registry, "reviewer", password=password_of("reviewer"), purpose=PURPOSE)


def test_sign_in__what_was_typed_for_an_unknown_user_is_not_kept(team):
    for _ in range(opening.MOST_FAILURES):
        with pytest.raises(Forbidden, match="unknown or the password is wrong"):
            opening.sign_in(team.registry, "my secret by mistake", password="a wrong password", purpose=PURPOSE)
    with pytest.raises(Forbidden, match="5 failed sign-ins"):
        opening.sign_in(team.registry, "my secret by mistake", password="a wrong password", purpose=PURPOSE)
    actors = {line.actor for line in read_audit(team["auditor"]).rows}
    assert any(actor.startswith("unknown ") for actor in actors)
    assert not any("secret" in actor for actor in actors)


def test_sign_in__guesses_at_the_same_moment_count_one_by_one(team):
    found: list[str] = []

    def guess() -> None:
        try:
            opening.sign_in(team.registry, "reviewer", password="a wrong password", purpose=PURPOSE)
        except Forbidden as refusal:
            found.append(str(refusal)[:20])

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count("the user is unknown ") == opening.MOST_FAILURES
    assert found.count("5 failed sign-ins of") == 8 - opening.MOST_FAILURES


def test_tokens__act_as_their_user_until_they_end(team):
    token = users.add_token(team["administrator"], "reviewer", name="a program", days=10)
    assert opening.session_of_token(team.registry, token, purpose=PURPOSE).role == "reviewer"
    with pytest.raises(Conflict, match="revoke it first"):
        users.add_token(team["administrator"], "reviewer", name="a program", days=10)
    assert users.revoke_token(team["administrator"], "reviewer", name="a program") == 1
    with pytest.raises(Forbidden, match="unknown, revoked or expired"):
        opening.session_of_token(team.registry, token, purpose=PURPOSE)
    assert [(t.user, t.name, t.revoked) for t in users.list_tokens(team["administrator"])] == [
        ("reviewer", "a program", True)
    ]


def test_tokens__none_lives_longer_than_a_year(team):
    with pytest.raises(InputError, match="for 400 days; expected 1 to 366"):
        users.add_token(team["administrator"], "reviewer", name="a program", days=400)


def test_users__the_last_administrator_stays(team):
    with pytest.raises(Conflict, match="last administrator"):
        users.deactivate_user(team["administrator"], "administrator")


def test_users__cannot_guess_the_password_of_an_open_session(team):
    for _ in range(opening.MOST_FAILURES):
        with pytest.raises(Forbidden, match="the password until now is wrong"):
            users.change_own_password(team["reviewer"], old="a wrong password", new="another long one")
    with pytest.raises(Forbidden, match="5 failed sign-ins"):
        users.change_own_password(team["reviewer"], old=password_of("reviewer"), new="another long one")


def test_users__change_their_own_password_with_the_old_one(team):
    with pytest.raises(Forbidden):
        users.change_own_password(team["reviewer"], old="a wrong password", new="another long one")
    users.change_own_password(team["reviewer"], old=password_of("reviewer"), new="another long one")
    assert opening.sign_in(team.registry, "reviewer", password="another long one", purpose=PURPOSE)
