"""Candidates that cannot all be true: counted for the rows of a page by the database, and named on their pages."""

from __future__ import annotations

import re
import time

import pytest
from identified import identify as identify
from registry_team import INCIDENT, candidate
from sqlalchemy import insert, select
from web_site import make_site

from antigone.registry.review.rivals import count_rivals
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import candidates, incidents, members, pairings, unidentified
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.review.reviewing import declare_parts

pytestmark = pytest.mark.slow


def test_rivals__of_two_persons_for_one_missing_are_counted_on_both(after_search):
    page = list_candidates(after_search["reviewer"], INCIDENT)
    found = {(row.unidentified, row.family): page.rivals[row.id] for row in page.rows}
    assert found[("PM2", "F2")] == found[("PM3", "F2")] == 1
    assert found[("PM1", "F1")] == 0
    view = read_candidate(after_search["reviewer"], candidate(after_search, "PM2", "F2").id)
    assert view.rivals == len(view.of_missing) == 1


def test_rivals__of_another_page_and_of_this_run_alone_count(after_search):
    """The slow and obvious version: every pair of lines of the whole list."""
    session = after_search["reviewer"]
    lines = list_candidates(session, INCIDENT).rows
    for number in range(1, len(lines) + 1):
        page = list_candidates(session, INCIDENT, page=number, size=1)
        (row,) = page.rows
        others = [one for one in lines if one.id != row.id]
        same_missing = [one for one in others if (one.family, one.missing) == (row.family, row.missing)]
        same_person = [one for one in others if one.unidentified == row.unidentified]
        assert page.rivals == {row.id: len(same_missing) + len(same_person)}


def test_rivals__of_a_page_are_counted_fast_among_very_many(after_search):
    """Twenty thousand candidates, all of them for one missing person."""
    many = 20_000
    engine = after_search.registry.engine
    with transaction(engine) as connection:
        incident = connection.scalar(select(incidents.c.id))
        member = connection.scalar(select(members.c.id).where(members.c.missing))
        first = connection.execute(select(candidates)).mappings().all()[0]
        person = connection.execute(select(unidentified)).mappings().all()[0]
        base = 1000
        people = [dict(person) | {"id": base + n, "code": f"X{n}"} for n in range(many)]
        pairs = [
            {"id": base + n, "incident": incident, "unidentified": base + n, "member": member, "state": "open",
             "version": 0} for n in range(many)
        ]  # fmt: skip
        rows = [dict(first) | {"id": base + n, "pairing": base + n, "rank": base + n} for n in range(many)]
        for table, values in ((unidentified, people), (pairings, pairs), (candidates, rows)):
            connection.execute(insert(table), values)
    with snapshot(engine) as connection:
        begun = time.process_time()
        found = count_rivals(connection, first["run"], range(base, base + 200))
    assert time.process_time() - begun < 1
    assert len(set(found.values())) == 1
    assert found[base] >= many - 1


@pytest.mark.parametrize(("who", "rivals"), [(("PM1", "F1"), 0), (("PM2", "F2"), 1)])
def test_pages__say_who_has_rivals_and_who_has_none(who, rivals, tmp_path):
    site = make_site(tmp_path)
    browser, line = site.browser("reviewer"), candidate(site.team, *who)
    listed = browser.get(f"/candidates?incident={INCIDENT}&unidentified={who[0]}")
    assert f">{who[0]}<" in listed.text
    assert ("1 rival<" in listed.text) == ("Rivals are the other" in listed.text) == (rivals == 1)
    shown = browser.get(f"/candidate?id={line.id}").text
    assert (f"No other candidate of this search names {who[0]} or MP." in shown) == (rivals == 0)
    assert bool(re.search(r"Also a candidate for MP:", shown)) == (rivals == 1)


def test_pages__warn_before_a_proposal_that_nobody_could_confirm(tmp_path):
    site = make_site(tmp_path)
    browser, line = site.browser("second geneticist"), candidate(site.team, "PM3", "F2")
    address = f"/candidate?id={line.id}"
    assert "This cannot be confirmed now" not in browser.get(address).text
    identify(site.team, "PM2", "F2", exception="the two are looked at as parts of one person")
    assert "missing &#39;MP&#39; of family &#39;F2&#39; is confirmed as another" in browser.get(address).text
    declare_parts(site.team["geneticist"], INCIDENT, "PM2", "PM3", reason="of one grave")
    assert "This cannot be confirmed now" not in browser.get(address).text
