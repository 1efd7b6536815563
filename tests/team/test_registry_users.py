"""Users: passwords and tokens are kept as hashes, and every refusal reads the same."""

from __future__ import annotations

import pytest
from registry_vaults import NOW, SMALL, begun_registry, small_registry
from sqlalchemy import func, select

from antigone.errors import Conflict, Forbidden, VaultError
from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import ROLES, tokens, users
from antigone.registry.users.accounts import (
    User,
    add_user,
    all_users,
    deactivate,
    find_claim,
    find_user,
    new_token,
    prove,
    revoke_token,
    set_password,
    set_role,
    user_of_token,
)

PASSWORD = "four words and more"
LATER = "2027-01-01T00:00:00+00:00"


@pytest.fixture
def connection():
    engine = small_registry(Vault.new())
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def person(connection, code="ana", role="geneticist") -> User:
    return add_user(connection, code=code, role=role, password=PASSWORD, at=NOW, cost=SMALL)


def test_users__sign_in_and_act_on_both_databases(registry_url):
    with begun_registry(registry_url, Vault.new()) as engine:
        with transaction(engine) as connection:
            ana = person(connection)
            token = new_token(connection, ana, name="laboratory", expires=LATER)
        with snapshot(engine) as connection:
            assert prove(find_claim(connection, "ana"), password=PASSWORD, cost=SMALL) == ana
            assert user_of_token(connection, token, at=NOW) == ana
        with transaction(engine) as connection:
            assert revoke_token(connection, ana, name="laboratory") == 1
            with pytest.raises(Forbidden):
                user_of_token(connection, token, at=NOW)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_add_user__every_role(connection, role):
    assert find_user(connection, person(connection, role=role).code).role == role


def test_add_user__refuses_an_unknown_role_a_taken_code_and_no_code(connection):
    person(connection)
    for code, role in (("ben", "emperor"), ("ana", "reviewer"), ("", "reviewer"), (" ben", "reviewer")):
        with pytest.raises(Conflict):
            person(connection, code, role)
    with pytest.raises(VaultError, match="a password of 5 characters"):
        add_user(connection, code="ben", role="reviewer", password="short", at=NOW, cost=SMALL)
    assert [user.code for user in all_users(connection)] == ["ana"]


def test_sign_in__every_refusal_reads_the_same(connection):
    person(connection)
    person(connection, "ben", "administrator")
    deactivate(connection, person(connection, "carla"))
    said = set()
    for code, password in (("ana", "wrong"), ("nobody", PASSWORD), ("carla", PASSWORD), ("ana", "")):
        with pytest.raises(Forbidden) as refused:
            prove(find_claim(connection, code), password=password, cost=SMALL)
        said.add(str(refused.value))
    assert len(said) == 1


def test_sign_in__a_guess_at_nobody_costs_a_hash_too(connection, monkeypatch):
    guesses = []
    monkeypatch.setattr("antigone.registry.users.accounts._matches", lambda password, stored: guesses.append(stored))
    with pytest.raises(Forbidden):
        prove(find_claim(connection, "nobody"), password=PASSWORD, cost=SMALL)
    assert guesses[0].startswith("$argon2id$v=19$m=32,t=1,p=1$")


def test_password__is_kept_as_a_salted_hash(connection):
    person(connection)
    person(connection, "ben")
    stored = connection.execute(select(users.c.password)).scalars().all()
    assert len(set(stored)) == 2
    assert all(text.startswith("$argon2id$") and PASSWORD not in text for text in stored)


def test_set_password__ends_the_old_one(connection):
    ana = person(connection)
    set_password(connection, ana, password="another four words", cost=SMALL)
    assert prove(find_claim(connection, "ana"), password="another four words", cost=SMALL) == ana
    with pytest.raises(Forbidden):
        prove(find_claim(connection, "ana"), password=PASSWORD, cost=SMALL)


def test_administrator__the_last_one_stays(connection):
    ana = person(connection, role="administrator")
    for leave in (lambda: deactivate(connection, ana), lambda: set_role(connection, ana, role="auditor")):
        with pytest.raises(Conflict, match="last administrator"):
            leave()
    person(connection, "ben", "administrator")
    assert set_role(connection, ana, role="auditor") == find_user(connection, "ana")


def test_deactivate__ends_tokens_and_keeps_the_code(connection):
    person(connection, "ben", "administrator")
    ana = person(connection)
    token = new_token(connection, ana, name="laboratory", expires=LATER)
    deactivate(connection, ana)
    for ask in (lambda: user_of_token(connection, token, at=NOW), lambda: find_user(connection, "ana")):
        with pytest.raises(Forbidden):
            ask()
    assert [(user.code, user.active) for user in all_users(connection)] == [("ana", False), ("ben", True)]


def test_token__expires_and_is_kept_as_a_hash(connection):
    token = new_token(connection, person(connection), name="laboratory", expires=LATER)
    kept = connection.execute(select(tokens.c.digest, tokens.c.name)).one()
    assert token not in "".join(kept)
    assert token.startswith("antigone_")
    for wrong, at in ((token, LATER), (token + "x", NOW), ("", NOW)):
        with pytest.raises(Forbidden):
            user_of_token(connection, wrong, at=at)
    assert connection.execute(select(func.count()).select_from(tokens)).scalar() == 1
