"""Nothing acknowledged is lost and no action is half done: the program is ended at 200 moments, the disk gets full,
the server hangs up, and two import at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from deciding import propose
from registry_children import Say, fork
from registry_team import INCIDENT, PURPOSE, small_incident
from registry_team import team_at_work as at_work
from registry_vaults import PASSPHRASE, SMALL
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy import update as change

from antigone.errors import StorageError
from antigone.registry.audit.checkpoints import verify_history
from antigone.registry.keys.keyfile import create_key_file, read_key_file
from antigone.registry.keys.vault import Vault
from antigone.registry.rings.rotation import rotate_key_file
from antigone.registry.store import schema
from antigone.registry.store.database import check_integrity, snapshot
from antigone.team.access import opening
from antigone.team.access.leaving import is_unfinished
from antigone.team.access.session import Registry, Session
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import Imported, import_incident
from antigone.team.incidents.undoing import list_imports, undo_import
from antigone.team.overview.status import list_incidents
from antigone.team.review.candidates import list_candidates
from antigone.team.review.reviewing import comment, send_back
from antigone.team.runs.searching import search

pytestmark = pytest.mark.slow

MOMENTS = 50
"""Kills of each of the four kinds of action."""
WHOLE = Imported(unidentified=6, families=4, members=13, donors=9, consents=13, profiles=15)


@dataclass(frozen=True)
class Base:
    """A registry with a search in it, to be copied, and the key that opens every copy."""

    place: Path
    vault: Vault

    def copy(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        return Path(shutil.copy(self.place, folder / "registry.db"))


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Base:
    place = tmp_path_factory.mktemp("base") / "registry.db"
    team = at_work(str(place))
    search(team["geneticist"], INCIDENT)
    team.registry.close()
    return Base(place, team.registry.vault)


def session_of(registry: Registry, code: str) -> Session:
    return opening.session_of(registry, code, purpose=PURPOSE)


def check_whole(registry: Registry) -> None:
    """The file, the references between its rows, and the chain of the audit."""
    with snapshot(registry.engine) as connection:
        check_integrity(connection)
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        verify_history(connection)


def count(connection: Connection, table: str, **equal: object) -> int:
    found = schema.metadata.tables[table]
    return connection.scalar(select(func.count()).where(*(found.c[name] == value for name, value in equal.items()))
                             .select_from(found)) or 0  # fmt: skip


def acknowledged_at_moments(
    base: Base, folder: Path, work: Callable[[Path, Say], None], *, longest: float, seed: int
) -> Iterator[tuple[Path, list[str]]]:
    """Copies of the registry whose process was killed, and what that process had acknowledged."""
    draw, heard = Random(seed), []
    for number in range(MOMENTS):
        place = base.copy(folder / str(number))
        said = fork(lambda say, place=place: work(place, say)).killed_after(draw.uniform(0.0, longest))  # type: ignore[misc]
        heard.append(len(said))
        yield place, said
    assert min(heard) < max(heard), "every kill came at the same step; choose other moments"


# The four kinds of action


def importing(base: Base) -> Callable[[Path, Say], None]:
    def work(place: Path, say: Say) -> None:
        session = session_of(opening.open_with(place, base.vault), "registrar")
        say(".")
        for number in range(1000):
            import_incident(session, f"I{number}", small_incident(request=f"letter {number}"))
            say(f"I{number}\n")

    return work


def check_imports(registry: Registry, said: list[str]) -> None:
    with snapshot(registry.engine) as connection:
        present = set(connection.scalars(select(schema.incidents.c.code))) - {INCIDENT}
        lines = connection.scalars(select(schema.audit.c.subject).where(schema.audit.c.action == "import")).all()
        for name, number in WHOLE.counts.items():
            if name != "models":
                assert count(connection, name) == number * (1 + len(present)), name
    assert set(said) <= present
    assert len(lines) == 1 + len(present)


def test_kill__during_an_import(base, tmp_path):
    for place, said in acknowledged_at_moments(base, tmp_path / "i", importing(base), longest=0.25, seed=1):
        with closing(opening.open_with(place, base.vault)) as registry:
            check_whole(registry)
            check_imports(registry, said)


def undoing(base: Base) -> Callable[[Path, Say], None]:
    """An import, undone at once, again and again."""

    def work(place: Path, say: Say) -> None:
        session = session_of(opening.open_with(place, base.vault), "registrar")
        say(".")
        for number in range(1000):
            import_incident(session, f"I{number}", small_incident(request=f"letter {number}"))
            say("imported\n")
            (one,) = list_imports(session, f"I{number}")
            undo_import(session, one.number, because="a test")
            say(f"I{number}\n")

    return work


def test_kill__while_an_import_is_undone(base, tmp_path):
    """Each import stands whole, or is gone whole; one that was acknowledged as undone is gone."""
    for place, said in acknowledged_at_moments(base, tmp_path / "u", undoing(base), longest=0.6, seed=9):
        with closing(opening.open_with(place, base.vault)) as registry:
            check_whole(registry)
            with snapshot(registry.engine) as connection:
                present = set(connection.scalars(select(schema.incidents.c.code))) - {INCIDENT}
                states = dict(connection.execute(select(schema.imports.c.incident, schema.imports.c.state)).all())
                for name, number in WHOLE.counts.items():
                    if name != "models":
                        assert count(connection, name) == number * (1 + len(present)), name
            assert not present & set(said)
            assert present == {code for code, state in states.items() if state == "standing"} - {INCIDENT}


def reviewing(base: Base) -> Callable[[Path, Say], None]:
    def work(place: Path, say: Say) -> None:
        registry = opening.open_with(place, base.vault)
        geneticist, reviewer = session_of(registry, "geneticist"), session_of(registry, "reviewer")
        line = list_candidates(geneticist, INCIDENT).rows[0]
        say(".")
        for number in range(0, 1000, 2):
            comment(reviewer, line.pairing, text=f"T{number}")
            say(f"T{number}\n")
            propose(geneticist, line.pairing, version=number, reason=f"R{number}", candidate=line.id)
            say(f"R{number}\n")
            send_back(reviewer, line.pairing, version=number + 1, reason=f"R{number + 1}")
            say(f"R{number + 1}\n")

    return work


def check_reviews(registry: Registry, said: list[str]) -> None:
    with snapshot(registry.engine) as connection:
        texts = set(connection.scalars(select(schema.reviews.c.text)))
        steps = connection.execute(select(schema.decisions).order_by(schema.decisions.c.id)).all()
        actions = connection.scalars(select(schema.audit.c.action)).all()
        versions = connection.execute(select(schema.pairings.c.version, schema.pairings.c.state)).all()
    assert set(said) <= texts | {step.reason.split()[0] for step in steps}  # behind it stand the warnings
    assert actions.count("comment") == len(texts)
    assert actions.count("propose") + actions.count("reject") == len(steps)
    assert max(versions) == (len(steps), steps[-1].after if steps else "open")


def test_kill__during_a_review(base, tmp_path):
    for place, said in acknowledged_at_moments(base, tmp_path / "r", reviewing(base), longest=0.15, seed=2):
        with closing(opening.open_with(place, base.vault)) as registry:
            check_whole(registry)
            check_reviews(registry, said)


DONORS = tuple((family.code, donor.member) for family in small_incident().families for donor in family.donors)


def leaving(base: Base) -> Callable[[Path, Say], None]:
    def work(place: Path, say: Say) -> None:
        session = session_of(opening.open_with(place, base.vault), "registrar")
        say(".")
        for family, member in DONORS:
            withdraw_donor(session, INCIDENT, family, member)
            say(f"{family} {member}\n")

    return work


def check_leaving(registry: Registry, said: list[str]) -> None:
    """Each donor is there with everything, or gone with everything."""
    with snapshot(registry.engine) as connection:
        gone = {f"{row.family} {row.member}" for row in donors_in(connection) if is_gone(connection, registry, row)}
        lines = count(connection, "audit", action="withdraw")
        stale = connection.scalars(select(schema.candidates.c.key).where(schema.candidates.c.stale)).all()
    assert set(said) <= gone
    assert len(gone) == lines
    assert set(stale) <= {None}
    assert not is_unfinished(registry)


def donors_in(connection: Connection) -> list:
    d, m, f, s = schema.donors, schema.members, schema.families, schema.samples
    columns = (d.c.id, d.c.key, d.c.sealed, d.c.erased)
    query = select(*columns, m.c.code.label("member"), f.c.code.label("family"), s.c.id.label("sample"))
    return list(connection.execute(query.select_from(d.join(m).join(f)).join(s, s.c.donor == d.c.id)))


def is_gone(connection: Connection, registry: Registry, donor) -> bool:
    profile = connection.execute(select(schema.profiles).where(schema.profiles.c.sample == donor.sample)).one()
    consents = connection.execute(select(schema.consents).where(schema.consents.c.donor == donor.id)).all()
    if donor.erased is None:
        key = registry.vault.data_keys(connection, [donor.key])[donor.key]
        assert registry.vault.unseal(key, profile.sealed, context=f"profiles:{profile.id}")
        assert not [consent for consent in consents if consent.withdrawn]
        return False
    assert (donor.key, donor.sealed, profile.sealed) == (None, None, None)
    assert all(consent.withdrawn or consent.expires for consent in consents)
    return True


def test_kill__during_a_withdrawal(base, tmp_path):
    for place, said in acknowledged_at_moments(base, tmp_path / "w", leaving(base), longest=0.5, seed=3):
        with closing(opening.open_with(place, base.vault)) as registry:
            check_whole(registry)
            check_leaving(registry, said)


def rotating(base: Base) -> Callable[[Path, Say], None]:
    def work(place: Path, say: Say) -> None:
        key_file = place.with_name("registry.key")
        create_key_file(key_file, base.vault, passphrase=PASSPHRASE, cost=SMALL)
        registry = opening.open_with(place, base.vault)
        say(".")
        for _ in range(1000):
            at = registry.now()
            done = rotate_key_file(registry.engine, key_file, passphrase=PASSPHRASE, at=at, cost=SMALL, batch=3)
            say(f"{done.generation}\n")

    return work


def check_keys(registry: Registry, said: list[str]) -> None:
    with snapshot(registry.engine) as connection:
        numbers = list(connection.scalars(select(schema.keys.c.id)))
        assert len(registry.vault.data_keys(connection, numbers)) == len(numbers) > 10
    assert all(int(generation) <= registry.vault.generation for generation in said)


def test_kill__during_a_rotation_of_the_key(base, tmp_path):
    for place, said in acknowledged_at_moments(base, tmp_path / "k", rotating(base), longest=0.15, seed=4):
        key_file = place.with_name("registry.key")
        with closing(opening.open_with(place, read_key_file(key_file, passphrase=PASSPHRASE))) as registry:
            check_whole(registry)
            check_keys(registry, said)
            at = registry.now()
            done = rotate_key_file(registry.engine, key_file, passphrase=PASSPHRASE, at=at, cost=SMALL)
        with closing(opening.open_with(place, read_key_file(key_file, passphrase=PASSPHRASE))) as registry:
            assert registry.vault.masters.keys() == {done.generation}
            check_keys(registry, said)


# The checks themselves see what is wrong


def test_check_imports__sees_half_an_import(base, tmp_path):
    with closing(opening.open_with(base.copy(tmp_path / "x"), base.vault)) as registry:
        import_incident(session_of(registry, "registrar"), "I0", small_incident(request="I0"))
        check_imports(registry, ["I0"])
        with pytest.raises(AssertionError):
            check_imports(registry, ["I0", "I1"])
        with registry.engine.begin() as connection:
            connection.execute(text("DELETE FROM consents WHERE id = (SELECT max(id) FROM consents)"))
        with pytest.raises(AssertionError):
            check_imports(registry, ["I0"])


def test_check_reviews__sees_half_a_decision(base, tmp_path):
    with closing(opening.open_with(base.copy(tmp_path / "x"), base.vault)) as registry:
        check_reviews(registry, [])
        with registry.engine.begin() as connection:
            connection.execute(change(schema.pairings).values(version=1, state="proposed"))
        with pytest.raises(AssertionError):
            check_reviews(registry, [])


def test_check_leaving__sees_half_a_withdrawal(base, tmp_path):
    with closing(opening.open_with(base.copy(tmp_path / "x"), base.vault)) as registry:
        check_leaving(registry, [])
        with registry.engine.begin() as connection:
            connection.execute(change(schema.donors).where(schema.donors.c.id == 1).values(erased="now"))
        with pytest.raises(AssertionError):
            check_leaving(registry, [])


# A full disk, a lost connection, two at once


def test_full_disk__refuses_in_words_and_keeps_what_was_there(base, tmp_path):
    place = base.copy(tmp_path / "full")
    with closing(opening.open_with(place, base.vault)) as registry:
        with registry.engine.begin() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
        registry.engine.dispose()

        def limit(driver, _record) -> None:
            driver.execute(f"PRAGMA max_page_count = {pages + 10}")

        event.listen(registry.engine, "connect", limit)
        said: list[str] = []
        with pytest.raises(StorageError, match="the disk is full; make room and repeat"):
            import_until_refused(session_of(registry, "registrar"), said)
    with closing(opening.open_with(place, base.vault)) as registry:
        check_whole(registry)
        check_imports(registry, said)
        assert len(list_incidents(session_of(registry, "registrar"))) == 1 + len(said)
        other = small_incident(request="another")
        assert import_incident(session_of(registry, "registrar"), "again", other).profiles == 15


def import_until_refused(session: Session, said: list[str]) -> None:
    for number in range(100):
        import_incident(session, f"I{number}", small_incident(request=f"letter {number}"))
        said.append(f"I{number}")


def test_lost_connection__refuses_in_words_and_the_next_action_works(postgres):
    with postgres.database() as url:
        team = at_work(url)
        registrar = team["registrar"]
        with pytest.raises(StorageError, match="connection to the database was lost; repeat the action"):
            lose_connection(registrar, postgres)
        assert [one.title for one in list_incidents(registrar)] == ["A ferry"]
        assert import_incident(registrar, "I0", small_incident(request="I0")).profiles == 15
        team.registry.close()


def lose_connection(session: Session, server) -> None:
    """The server hangs up in the middle of an action."""
    with session.writing("import", {}) as connection:
        connection.execute(change(schema.incidents).values(title="half done"))
        server.run(f"SELECT pg_terminate_backend({connection.scalar(text('SELECT pg_backend_pid()'))})")
        connection.execute(text("SELECT 1"))


@pytest.mark.parametrize("codes", [("I0", "I0"), ("I0", "I1")], ids=["the same", "two"])
def test_two_processes__import_at_once(codes, team, registry_url):
    team.registry.close()  # no connection may be shared with a child

    def work(code: str) -> Callable[[Say], None]:
        def run(say: Say) -> None:
            with closing(opening.open_with(registry_url, team.registry.vault)) as registry:
                added = import_incident(session_of(registry, "registrar"), code, small_incident(request=code))
                say(f"{added.profiles}\n")

        return run

    children = [fork(work(code)) for code in codes]
    added = sorted(line for child in children for line in child.heard())
    assert added == (["0", "15"] if codes[0] == codes[1] else ["15", "15"])
    incidents = list_incidents(team["registrar"])
    assert [(one.code, one.donors, one.unidentified) for one in incidents] == [(c, 9, 6) for c in sorted(set(codes))]
