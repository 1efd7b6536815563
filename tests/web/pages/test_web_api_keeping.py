"""Backups, rings, checkpoints and the audit for programs, which are never given a key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from registry_team import PURPOSE
from web_house import house as house
from web_site import Site, TestClient

from antigone.team.access.roles import ROLES
from antigone.team.access.users import add_token


@dataclass(frozen=True)
class Program:
    """A program with a token of every role."""

    site: Site
    tokens: Mapping[str, str]

    def call(self, role: str, method: str, path: str, **sent: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.tokens[role]}", "Antigone-Purpose": PURPOSE}
        return TestClient(self.site.app).request(method, f"/api{path}", headers=headers, **sent)


@pytest.fixture
def program(house) -> Program:
    administrator = house.site.team["administrator"]
    return Program(house.site, {role: add_token(administrator, role, name="p", days=1) for role in ROLES})


@pytest.mark.slow
def test_program__backs_up_lists_and_writes_the_rings(house, program):
    made = program.call("administrator", "POST", "/backups")
    assert made.status_code == 201
    name = "registry-20261123T120000Z.archive"
    assert (Path(made.json()["archive"]).name, made.json()["rings_unreached"]) == (name, [])
    (listed,) = program.call("administrator", "GET", "/backups").json()
    assert (listed["name"], listed["size"], listed["fault"]) == (name, (house.archives / name).stat().st_size, "")
    house.ring.unlink()
    assert program.call("administrator", "GET", "/safekeeping").json()["rings"][0]["reason"]
    assert program.call("administrator", "POST", "/rings").json() == {"unreached": []}
    kept = program.call("administrator", "GET", "/safekeeping").json()
    assert (kept["rings"][0]["reason"], kept["backed_up"]["by"]) == ("", "administrator")


@pytest.mark.slow
def test_program__compares_with_the_checkpoints_it_was_given(program):
    kept = program.call("auditor", "POST", "/audit/checkpoint").json()
    given = {"checkpoints": [kept, kept]}
    assert program.call("auditor", "POST", "/audit/verify", json=given).json()["checkpoints"] == 2
    forged = program.call("auditor", "POST", "/audit/verify", json={"checkpoints": [kept | {"hash": "0"}]})
    assert (forged.status_code, forged.json()["title"]) == (409, "The audit is not whole")
    wrong = program.call("auditor", "POST", "/audit/verify", json={"checkpoints": [kept | {"version": 2}]})
    assert wrong.status_code == 422


@pytest.mark.slow
def test_program__exports_the_whole_audit(program):
    answer = program.call("auditor", "GET", "/audit/export")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert (lines[-1]["action"], answer.headers["content-type"]) == ("read audit", "application/jsonl")
    assert "content-length" not in answer.headers  # it is sent while it is read
