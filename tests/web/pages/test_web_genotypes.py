"""The page of the genotypes behind a candidate."""

from __future__ import annotations

import re

import pytest
from registry_team import candidate, typed
from web_site import Site, make_site, post


@pytest.fixture
def site(tmp_path) -> Site:
    return make_site(tmp_path)


def test_genotypes__of_the_person_and_the_relatives_stand_in_one_row(site):
    page = site.browser("geneticist").get(f"/candidate/genotypes?id={candidate(site.team, 'PM1', 'F1').id}").text
    (row,) = re.findall(r'<tr><th scope="row">M00</th>(.*?)</tr>', page)
    people = (typed("PM1", 1, 0, 2), typed("FA", 1, 0, 1), typed("MO", 1, 2, 3))
    shown = [re.findall(r"\d+", re.sub(r"<[^>]*>", "", cell)) for cell in row.split("</td>")[:3]]
    assert shown == [list(one.genotypes["M00"]) for one in people]


def test_genotypes__are_closed_to_a_reviewer_until_the_geneticist_of_the_search_shows_them(site):
    address = f"/candidate/genotypes?id={candidate(site.team, 'PM4', 'F3').id}"
    reviewer, geneticist = site.browser("reviewer"), site.browser("geneticist")
    assert "They stay closed" in reviewer.get(address).text
    mine = geneticist.get(address).text
    assert "SI (does not fit the declared pedigree" in mine
    assert [code for code in ("FA", "MO", "SI") if re.search(f'value="{code}" checked', mine)] == ["FA", "MO"]
    sent = {"id": address.rpartition("=")[2], "member": ["FA", "MO"]}
    assert "see the genotypes of FA, MO" in post(geneticist, "/candidate/genotypes", sent, follow_redirects=True).text
    page = reviewer.get(address).text
    assert '<th scope="col">MO</th>' in page
    assert "SI" not in re.sub(r"<title>.*?</title>", "", page).split("<main")[1].split("<figure>")[0]
