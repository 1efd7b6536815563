"""What an auditor reads: whom a decision is about, only looks that were looks, and filters of what exists."""

from __future__ import annotations

import json
import re

from identified import identify as identify
from registry_team import INCIDENT, audit, candidate
from sqlalchemy import select
from web_site import make_site

from antigone.registry.audit.log import kinds_of_lines
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import audit as lines
from antigone.team.keeping.auditing import read_audit
from antigone.team.runs.joint import joint_of_pair, solve_jointly


def test_decisions__are_told_with_the_person_the_family_and_the_missing(after_search):
    identify(after_search)
    rows = read_audit(after_search["auditor"]).rows
    for step in ("propose", "confirm"):
        subject = json.loads(next(row.subject for row in rows if row.action == step))
        assert (subject["unidentified"], subject["family"], subject["missing"]) == ("PM1", "F1", "MP")


def test_joint__no_look_is_told_while_there_is_no_joint_answer(after_search):
    line = candidate(after_search, "PM1", "F1")
    pair = {"unidentified": line.unidentified, "family": line.family, "missing": line.missing}
    assert joint_of_pair(after_search["reviewer"], INCIDENT, **pair) is None
    assert ("reviewer", "see joint") not in audit(after_search)
    solve_jointly(after_search["geneticist"], INCIDENT)
    assert joint_of_pair(after_search["reviewer"], INCIDENT, **pair) is not None
    assert ("reviewer", "see joint") in audit(after_search)


def test_kinds__are_every_user_and_every_action_of_the_audit_once(after_search):
    identify(after_search)
    page = read_audit(after_search["auditor"])
    with snapshot(after_search.registry.engine) as connection:
        pairs = {tuple(row) for row in connection.execute(select(lines.c.actor, lines.c.action))}
        found = kinds_of_lines(connection)
    assert len(found) == len(pairs)
    assert set(found) == pairs
    assert page.actors == tuple(sorted({actor for actor, _ in pairs}))
    assert page.actions == tuple(sorted({action for _, action in pairs}))


def test_page__offers_users_and_actions_that_exist(tmp_path):
    browser = make_site(tmp_path).browser("auditor")
    page = browser.get("/audit?actor=geneticist&action=search").text
    assert re.search(r"<option selected>geneticist</option>", page)
    assert re.search(r"<option selected>search</option>", page)
    assert "<option>withdraw</option>" not in page  # nobody did that yet
    assert set(re.findall(r"<td>(\w+)</td><th scope=\"row\">(\w+)</th>", page)) == {("geneticist", "search")}
