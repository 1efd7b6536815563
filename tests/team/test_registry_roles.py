"""Who may do what: every action x every role, the table in the documentation, and the mark on every function."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from registry_team import Team, make_team

import antigone.team
from antigone.errors import AntigoneError, Forbidden
from antigone.model.review import TRANSITIONS
from antigone.registry.store import schema
from antigone.team.access.roles import ALLOWED, ROLE_OF, ROLES, Action
from antigone.team.access.session import ACTIONS, Session
from antigone.team.access.users import change_role, deactivate_user
from antigone.team.keeping.auditing import read_audit
from antigone.team.overview.status import read_status
from antigone.team.runs.searching import list_runs

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "registry.md").read_text("utf-8")
PACKAGE = "antigone.team"
MODULES = [importlib.import_module(m.name) for m in pkgutil.walk_packages(antigone.team.__path__, f"{PACKAGE}.")]


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Team:
    return make_team(str(tmp_path_factory.mktemp("roles") / "registry.db"))


class Reached(Exception):
    """The action began: its role was let through."""


def call(name: str, session: Session) -> None:
    """Call an action with nothing in its place: whoever passes the check of roles fails later, for that reason."""
    _, function = ACTIONS[name]
    parameters = list(inspect.signature(function).parameters.values())[1:]
    required = [p for p in parameters if p.default is p.empty]
    given = [None for p in required if p.kind is not p.KEYWORD_ONLY]
    named = {p.name: None for p in required if p.kind is p.KEYWORD_ONLY}
    try:
        function(session, *given, **named)
    except Forbidden as refusal:
        if "is for the" in str(refusal):
            raise
    except Exception:  # noqa: S110 - nothing in place of its data: it got past the check, and that is the question
        pass
    raise Reached


def lines(team: Team) -> list[tuple[str, str]]:
    return [(line.actor, line.action) for line in read_audit(team["auditor"], size=5).rows]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_actions__are_for_the_roles_of_the_table(name, role, team):
    action, _ = ACTIONS[name]
    if role in ALLOWED[action]:
        with pytest.raises(Reached):
            call(name, team[role])
        return
    with pytest.raises(Forbidden, match=re.escape(f"'{action}' is for the")):
        call(name, team[role])
    assert (role, f"refused: {action}") in lines(team)


def test_actions__every_public_function_with_a_session_is_one():
    marked = {function for _, function in ACTIONS.values()}
    bare = [
        f"{module.__name__}.{name}"
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and function not in marked
        if not name.startswith("_") and "Connection" not in str(inspect.signature(function))
        if any(p.annotation == "Session" for p in inspect.signature(function).parameters.values())
    ]
    assert bare == []
    assert len(marked) == len(ACTIONS) > 30


def test_actions__every_one_of_the_table_is_used():
    assert {action for action, _ in ACTIONS.values()} == set(ALLOWED)


def test_roles__are_those_of_the_database():
    assert schema.ROLES == ROLES


def test_roles__an_administrator_an_auditor_and_a_coordinator_see_no_genotype():
    genetic: tuple[Action, ...] = (
        "search", "see candidates", "see candidate", "see findings", "export", "write expert report", "solve jointly",
        "see joint",
    )  # fmt: skip
    for role in ("administrator", "auditor", "coordinator", "registrar"):
        assert [a for a in genetic if role in ALLOWED[a]] == []


def test_roles__the_table_of_the_documentation_is_the_one_in_force():
    header, *rows = re.findall(r"^\| action \|.*\|$|^\| `[a-z ]+` \|(?: *(?:yes)? *\|){6}$", PAGE, re.MULTILINE)
    roles = [cell.strip() for cell in header.split("|")[2:-1]]
    stated = {}
    for row in rows:
        action, *cells = (cell.strip() for cell in row.split("|")[1:-1])
        stated[action.strip("`")] = frozenset(role for role, cell in zip(roles, cells, strict=True) if cell == "yes")
    assert roles == list(ROLES)
    assert stated == dict(ALLOWED)


def test_session__ends_when_the_role_changes(tmp_path):
    team = make_team(str(tmp_path / "registry.db"))
    change_role(team["administrator"], "second geneticist", role="auditor")
    with pytest.raises(Forbidden, match="now auditor, this session began as geneticist; sign in again"):
        list_runs(team["second geneticist"])
    assert ("second geneticist", "refused: see runs") in lines(team)


@pytest.mark.slow
def test_session__ends_when_the_user_is_deactivated(tmp_path):
    team = make_team(str(tmp_path / "registry.db"))
    deactivate_user(team["administrator"], "reviewer")
    with pytest.raises(Forbidden, match="no active user 'reviewer'"):
        read_status(team["reviewer"])


def test_session__checks_the_user_again_inside_the_transaction(tmp_path):
    """Somebody deactivated between the check and the action does not act."""
    team = make_team(str(tmp_path / "registry.db"))
    deactivate_user(team["administrator"], "registrar")
    before = lines(team)
    with pytest.raises(AntigoneError, match="no active user"), team["registrar"].writing("import", {}):
        pytest.fail("the block was entered")
    assert ("registrar", "import") not in before + lines(team)


def test_steps__the_table_of_the_documentation_is_the_one_in_force():
    cells = [
        tuple(cell.strip() for cell in row.split("|")[1:-1])
        for row in re.findall(r"^\| `[a-z ]+` \| \w+ \| [\w ]+ \| [a-z, ]+ \| [^|]*\|$", PAGE, re.MULTILINE)
    ]
    stated = {(step.strip("`"), a, b, frozenset(by.split(", ")), who.strip("`")) for step, a, b, by, who in cells}
    in_force = {
        (t.action, t.before, t.after or "as before", ALLOWED[ROLE_OF[t.action]], t.not_by or "") for t in TRANSITIONS
    }
    assert stated == in_force
