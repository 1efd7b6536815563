"""The API: the same actions, the same refusals, for programs; every call x every role; nothing ill-formed breaks it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import schemathesis
from deciding import SEEN
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from registry_team import INCIDENT, MARKERS, PURPOSE, small_incident
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Mount
from web_calls import call as call
from web_calls import new_token as new_token
from web_calls import site as site
from web_site import Site, TestClient, make_site

from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.review import ORDERS, Order
from antigone.team.access.roles import ALLOWED, ROLES
from antigone.team.access.users import deactivate_user, revoke_token
from antigone.team.keeping.auditing import read_audit
from antigone.team.review.reviewing import STEPS
from antigone.web.requests.security import FORM_BYTES
from antigone.web.shared.fields import Decided

UNKNOWN = {"incident": "nowhere", "family": "none", "member": "nobody", "missing": "nobody", "sample": "none"}
ONE = {"id": "A", "sex": "male"}
ALIVE = {"incident": "x", "family": "x", "missing": "x", "version": 0, "reason": "x"}
SENDER = {"institution": "Institute", "contact": "Ana, tel 1", "signed_by": "Ana"}
MODEL_STEP = {"incident": INCIDENT, "version": 999, "reason": "nobody has it"}
CALLS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    ("GET", "/status"): ("see status", {}),
    ("GET", "/incidents"): ("see status", {}),
    ("GET", "/incidents/pending"): ("see families", {"params": {"incident": INCIDENT}}),
    ("GET", "/incidents/shareable"): ("export", {"params": {"incident": INCIDENT}}),
    ("GET", "/incidents/export"): ("export", {"params": {"incident": INCIDENT}}),
    ("POST", "/import"): ("import", {"files": {"files": ("families.csv", b"nothing")}}),
    ("POST", "/import/preview"): ("import", {"files": {"files": ("families.csv", b"nothing")}}),
    ("GET", "/model"): ("see model", {"params": {"incident": INCIDENT}}),
    ("GET", "/model/comparison"): ("compare models", {"params": {"incident": INCIDENT, "version": 1}}),
    ("POST", "/model/propose"): ("propose model", {"json": MODEL_STEP}),
    ("POST", "/model/confirm"): ("confirm model", {"json": MODEL_STEP}),
    ("POST", "/model/refuse"): ("confirm model", {"json": MODEL_STEP}),
    ("POST", "/model/files"): (
        "propose model",
        {
            "files": {"files": ("incident.toml", b"[model]")},
            "data": {"incident": INCIDENT, "name": "same", "reason": "the model in force"},
        },
    ),
    ("GET", "/imports"): ("see imports", {"params": {"incident": INCIDENT}}),
    ("GET", "/imports/{number}"): ("see imports", {}),
    ("POST", "/imports/{number}/undo"): ("undo import", {"json": {"because": ""}}),
    ("GET", "/families"): ("see families", {"params": {"incident": INCIDENT}}),
    ("GET", "/family"): ("see families", {"params": {"incident": INCIDENT, "family": "F1"}}),
    ("GET", "/family/power"): ("see power", {"params": {"incident": INCIDENT, "family": "F1"}}),
    ("GET", "/incidents/sampling"): ("see sampling", {"params": {"incident": INCIDENT}}),
    ("PUT", "/family/pedigree"): (
        "import",
        {"json": {"incident": "x", "family": "x", "members": [ONE], "missing": ["A"], "seen": "0" * 16}},
    ),
    ("POST", "/family/consent"): (
        "record consent",
        {
            "json": {"incident": "x", "family": "x", "member": "x", "reference": "R", "given": "2026-01-01"}
            | {"scope": ["court"]}
        },
    ),
    ("POST", "/family/withdraw"): ("withdraw", {"json": {"incident": "x", "family": "x", "member": "x"}}),
    ("GET", "/family/elsewhere"): ("withdraw", {"params": {"incident": INCIDENT, "family": "F1", "member": "FA"}}),
    ("POST", "/family/narrow"): (
        "narrow consent",
        {"json": {"incident": "x", "family": "x", "member": "x", "scope": "sharing"}},
    ),
    ("GET", "/family/letter"): (
        "write family letter",
        {"params": {"incident": INCIDENT, "family": "F1", "missing": "MP"}},
    ),
    ("GET", "/family/letter.pdf"): (
        "write family letter",
        {"params": {"incident": INCIDENT, "family": "F1", "missing": "MP"} | SENDER},
    ),
    ("GET", "/incident/status.pdf"): ("see status", {"params": {"incident": INCIDENT}}),
    ("GET", "/candidates/{candidate}/report.pdf"): ("write expert report", {}),
    ("POST", "/joint"): ("solve jointly", {"json": {"incident": "nowhere"}}),
    ("GET", "/joint/{job}"): ("see joint", {}),
    ("GET", "/joint-runs"): ("see joint", {"params": {"incident": INCIDENT}}),
    ("GET", "/joint-runs/{run}"): ("see joint", {}),
    ("POST", "/joint-runs/{run}/cancel"): ("solve jointly", {}),
    ("POST", "/across"): ("search", {"json": {"kind": "search", "incidents": ["nowhere", "no"]}}),
    ("GET", "/across"): ("see runs", {}),
    ("GET", "/across/jobs/{job}"): ("see runs", {}),
    ("GET", "/across/{run}"): ("see candidates", {}),
    ("POST", "/across/{run}/cancel"): ("search", {}),
    ("GET", "/joint-pair"): (
        "see joint",
        {"params": {"incident": INCIDENT, "unidentified": "PM1", "family": "F1", "missing": "MP"}},
    ),
    ("GET", "/tasks"): ("see tasks", {"params": {"incident": INCIDENT}}),
    ("GET", "/compared"): ("see findings", {"params": {"incident": INCIDENT}}),
    ("POST", "/families/ask"): ("ask for a sample", {"json": {"incident": "x", "families": ["x"]}}),
    ("POST", "/family/ask/take-back"): ("ask for a sample", {"json": {"incident": "x", "family": "x"}}),
    ("POST", "/family/declined"): ("record answer", {"json": {"incident": "x", "family": "x"}}),
    ("POST", "/family/told"): (
        "record telling",
        {
            "json": {"incident": "x", "family": "x", "missing": "x", "about": "identified", "told_on": "2026-01-01"}
            | {"form": "by letter"}
        },
    ),
    ("POST", "/family/alive/report"): ("report alive", {"json": {**ALIVE, "step": "propose"}}),
    ("POST", "/family/alive/decide"): ("confirm alive", {"json": {**ALIVE, "step": "confirm"}}),
    ("GET", "/unidentified"): ("see families", {"params": {"incident": INCIDENT}}),
    ("POST", "/unidentified/withdraw"): ("withdraw", {"json": {"incident": "x", "code": "x"}}),
    ("GET", "/unidentified/elsewhere"): ("withdraw", {"params": {"incident": INCIDENT, "code": "LS1"}}),
    ("GET", "/typings"): ("see typings", {"params": {"incident": INCIDENT, "sample": "PM1"}}),
    ("GET", "/passes"): ("see passes", {"params": {"incident": INCIDENT}}),
    ("GET", "/pass"): ("type profile", {"params": {"incident": INCIDENT, "sample": "PM1"}}),
    ("POST", "/pass"): ("type profile", {"json": {"incident": INCIDENT, "sample": "PM1", "kit": "x", "markers": {}}}),
    ("POST", "/pass/discard"): ("type profile", {"json": {"incident": INCIDENT, "sample": "PM1"}}),
    ("POST", "/typings/correct"): (
        "change typings",
        {"json": {"incident": INCIDENT, "sample": "PM1", "typing": 999, "marker": "M01", "reason": "why"}},
    ),
    ("POST", "/typings/retire"): (
        "change typings",
        {"json": {"incident": INCIDENT, "sample": "PM1", "typing": 999, "reason": "why"}},
    ),
    ("GET", "/conflicts"): ("see typings", {"params": {"incident": INCIDENT}}),
    ("GET", "/conflict"): ("see conflict", {"params": {"incident": INCIDENT, "sample": "PM1"}}),
    ("POST", "/conflict/settle"): (
        "change typings",
        {"json": {"incident": INCIDENT, "sample": "PM1", "marker": "M01", "reason": "why"}},
    ),
    ("GET", "/custody"): ("see families", {"params": {"incident": INCIDENT, "sample": "PM1"}}),
    ("POST", "/custody"): (
        "record custody",
        {"json": {"incident": INCIDENT, "sample": "PM1", "event": "moved", "holder": "laboratory 2"}},
    ),
    ("GET", "/runs"): ("see runs", {}),
    ("GET", "/runs/{run}"): ("see runs", {}),
    ("POST", "/runs/{run}/cancel"): ("search", {}),
    ("POST", "/runs/{run}/resume"): ("search", {}),
    ("POST", "/runs/{run}/discard"): ("search", {}),
    ("GET", "/runs/{run}/findings"): ("see findings", {}),
    ("POST", "/searches"): ("search", {"json": {"incident": "nowhere"}}),
    ("GET", "/searches/{job}"): ("see runs", {}),
    ("GET", "/candidates"): ("see candidates", {"params": {"incident": INCIDENT}}),
    ("GET", "/candidates/{candidate}"): ("see candidate", {}),
    ("GET", "/candidates/{candidate}/genotypes"): ("see genotypes", {}),
    ("POST", "/candidates/{candidate}/genotypes/shown"): ("show genotypes", {"json": {"members": []}}),
    ("GET", "/candidates/{candidate}/rule"): ("see candidate", {}),
    ("POST", "/candidates/{candidate}/exception"): ("agree to exception", {"json": {"reason": "seen"}}),
    ("POST", "/candidates/{candidate}/work-out"): ("work out", {}),
    ("GET", "/working-out/{job}"): ("work out", {}),
    ("POST", "/pairings/{pairing}/comment"): ("comment", {"json": {"text": "looked at"}}),
    ("POST", "/pairings/{pairing}/propose"): (
        "propose",
        {"json": {"version": 99, "reason": "it fits", "candidate": 1}},
    ),
    ("POST", "/pairings/{pairing}/decide"): ("reject", {"json": {"step": "reject", "version": 99, "reason": "why"}}),
    ("POST", "/parts"): ("propose", {"json": {"incident": INCIDENT, "one": "x", "other": "y", "reason": "why"}}),
    ("GET", "/users"): ("manage users", {}),
    ("POST", "/users"): ("manage users", {"json": {"code": "new", "role": "auditor", "password": "short"}}),
    ("POST", "/users/role"): ("manage users", {"json": {"code": "nobody", "role": "auditor"}}),
    ("POST", "/users/leave"): ("manage users", {"json": {"code": "nobody"}}),
    ("POST", "/users/password"): ("manage users", {"json": {"code": "nobody", "password": "a long enough password"}}),
    ("POST", "/users/codes/reset"): ("manage users", {"json": {"code": "nobody"}}),
    ("POST", "/account/password"): ("own account", {"json": {"old": "not this one", "new": "a long enough password"}}),
    ("GET", "/tokens"): ("manage tokens", {}),
    ("POST", "/tokens"): ("manage tokens", {"json": {"code": "nobody", "name": "robot", "days": 3}}),
    ("POST", "/tokens/revoke"): ("manage tokens", {"json": {"code": "nobody", "name": "robot"}}),
    ("GET", "/access-changes"): ("countersign", {}),
    ("POST", "/access-changes/{change}/countersign"): ("countersign", {}),
    ("GET", "/audit"): ("read audit", {}),
    ("POST", "/audit/verify"): ("verify", {}),
    ("POST", "/audit/checkpoint"): ("sign checkpoint", {}),
    ("GET", "/audit/export"): ("read audit", {}),
    ("GET", "/safekeeping"): ("see safekeeping", {}),
    ("GET", "/backups"): ("back up", {}),
    ("POST", "/backups"): ("back up", {}),
    ("POST", "/rings"): ("back up", {}),
}
"""Every call, the action it needs, and a request that reaches that action and changes nothing that others rest on."""


@pytest.fixture(scope="module")
def tokens(site) -> dict[str, str]:
    return {role: new_token(site, role) for role in ROLES}


def address(site: Site, path: str) -> str:
    return path.format(run=site.run, candidate=site.candidate, pairing=1, change=99, number=1, job="0" * 16)


def api_of(site: Site) -> Any:
    return next(route.app for route in site.app.routes if isinstance(route, Mount) and route.path == "/api")


def routes(api: Any) -> Iterator[tuple[str, str]]:
    waiting = list(api.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in route.methods or ())
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        waiting.extend(getattr(inner, "routes", ()))


@pytest.mark.slow
def test_calls__each_is_in_the_table_and_in_the_description(site):
    described = {
        (method.upper(), path)
        for path, methods in TestClient(site.app).get("/api/openapi.json").json()["paths"].items()
        for method in methods
    }
    assert set(routes(api_of(site))) == described == set(CALLS)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), sorted(CALLS))
def test_calls__are_for_the_roles_of_the_action(method, path, role, site, tokens):
    action, sent = CALLS[method, path]
    answer = call(site, tokens[role], method, address(site, path), **sent)
    refused = answer.status_code == 403 and f"'{action}' is for the" in answer.json()["detail"]
    assert refused == (role not in ALLOWED[action]), answer.text  # type: ignore[index]
    assert answer.status_code < 500, answer.text


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), sorted(CALLS))
def test_calls__without_a_token_are_refused_before_anything_is_looked_at(method, path, site):
    answer = TestClient(site.app).request(method, f"/api{address(site, path)}", headers={"Antigone-Purpose": PURPOSE})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.slow
def test_tokens__that_ended_were_revoked_or_whose_user_left_open_nothing(tmp_path):
    site = make_site(tmp_path)
    administrator = site.team["administrator"]
    short, revoked, left = (
        new_token(site, "auditor", "short", 1),
        new_token(site, "auditor", "revoked"),
        new_token(site, "coordinator"),
    )
    assert {call(site, token, "GET", "/status").status_code for token in (short, revoked, left)} == {200}
    revoke_token(administrator, "auditor", name="revoked")
    deactivate_user(administrator, "coordinator")
    site.team.clock.later(days=1, seconds=1)
    answers = [call(site, token, "GET", "/status") for token in (short, revoked, left, "antigone_guess", "")]
    assert [answer.status_code for answer in answers] == [401] * 5


def test_cookies__open_nothing(site):
    browser = site.browser("geneticist")
    assert browser.get("/candidates?incident=ferry").status_code == 200
    assert browser.get("/api/status", headers={"Antigone-Purpose": PURPOSE}).status_code == 401


def test_purpose__is_needed_and_stands_in_the_audit(site, tokens):
    refused = TestClient(site.app).get("/api/status", headers={"Authorization": f"Bearer {tokens['auditor']}"})
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["column"] == "header.Antigone-Purpose"
    headers = {"Antigone-Purpose": "monthly check"}
    assert call(site, tokens["auditor"], "POST", "/audit/verify", headers=headers).json()["lines"] > 10
    newest = next(line for line in read_audit(site.team["auditor"]).rows if line.action == "verify")
    assert (newest.actor, newest.purpose) == ("auditor", "monthly check")


@pytest.mark.slow
def test_story__from_the_list_to_a_confirmed_identification(tmp_path):
    site = make_site(tmp_path)
    first, second = new_token(site, "geneticist"), new_token(site, "second geneticist")
    line = call(site, first, "GET", "/candidates", params={"incident": INCIDENT, "unidentified": "PM1"}).json()["rows"][
        0
    ]
    shown = call(site, first, "GET", f"/candidates/{line['id']}").json()
    assert shown["line"] == line
    assert len(shown["candidate"]["log10_lr_by_marker"]["Here"]) == MARKERS
    assert [donor["sample"] for donor in shown["donors"]] == ["F1-FA", "F1-MO"]
    pairing, reason = f"/pairings/{line['pairing']}", {"reason": "both parents fit"}
    assert call(site, first, "POST", f"{pairing}/comment", json={"text": "looked at"}).status_code == 204
    proposed = call(
        site, first, "POST", f"{pairing}/propose", json={"version": 0, "candidate": line["id"], "seen": SEEN} | reason
    )
    assert proposed.json() == {"id": line["pairing"], "state": "proposed", "version": 1}
    confirm = {"step": "confirm", "version": 1, "seen": SEEN} | reason
    alone = call(site, first, "POST", f"{pairing}/decide", json=confirm)
    assert alone.status_code == 403
    assert "another person" in alone.json()["detail"]
    assert call(site, second, "POST", f"{pairing}/decide", json=confirm).json()["state"] == "confirmed"
    late = call(site, second, "POST", f"{pairing}/decide", json=confirm)
    assert (late.status_code, late.json()["title"]) == (409, "This conflicts with something else")


def packed_case(folder: Path, wrong: tuple[str, str] = ("", "")) -> bytes:
    """A case folder as a zip file, with something in it written otherwise."""
    write_case_folder(small_incident(), folder)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(f"{folder.name}/{path.name}", path.read_text("utf-8").replace(*wrong))
    return packed.getvalue()


@pytest.mark.slow
def test_import__lists_every_problem_with_its_place(site, tokens, tmp_path):
    packed = packed_case(tmp_path / "wrong", wrong=("FA,male", "FA,squirrel"))
    answer = call(site, tokens["registrar"], "POST", "/import", files=[("files", ("wrong.zip", packed))])
    assert answer.status_code == 422
    problem = answer.json()["problems"][0]
    assert list(problem) == ["file", "line", "column", "found", "expected", "remedy"]
    assert problem["file"].endswith("families.csv")
    assert (problem["line"], problem["column"], problem["found"]) == (2, "sex", "'squirrel'")


@pytest.mark.slow
def test_import__takes_a_packed_case_folder(site, tokens, tmp_path):
    sent = {
        "files": [
            ("files", ("second.zip", packed_case(tmp_path / "second", wrong=("letter of 3 May", "letter of 4 May"))))
        ],
        "data": {"code": "second"},
    }
    answer = call(site, tokens["registrar"], "POST", "/import", **sent)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["families"], answer.json()["unidentified"]) == (4, 6)


@pytest.mark.slow
def test_import__is_previewed_done_exactly_so_and_undone(tmp_path):
    site = make_site(tmp_path)
    token = new_token(site, "registrar")
    packed = packed_case(tmp_path / "second", wrong=("letter of 3 May", "letter of 4 May"))
    files = {"files": [("files", ("second.zip", packed))]}
    shown = call(site, token, "POST", "/import/preview", data={"code": "second"}, **files).json()
    assert [part["count"] for part in shown["added"] if part["what"] == "families"] == [4]
    other = call(site, token, "POST", "/import", data={"code": "third", "seen": shown["seen"]}, **files)
    assert (other.status_code, "look at the preview again" in other.json()["detail"]) == (409, True)
    done = call(site, token, "POST", "/import", data={"code": "second", "seen": shown["seen"]}, **files)
    assert done.status_code == 200, done.text
    (line,) = call(site, token, "GET", "/imports", params={"incident": "second"}).json()
    assert {"families.csv", "unidentified.csv"} <= {name for name, _ in line["files"]}
    undone = call(site, token, "POST", f"/imports/{line['number']}/undo", json={"because": "a test"}).json()
    assert (undone["removed"]["families"], undone["incident_stays"]) == (4, False)
    again = call(site, token, "POST", f"/imports/{line['number']}/undo", json={"because": "a test"})
    assert again.status_code == 409


@pytest.mark.slow
def test_withdrawal__erases_and_closes_the_candidate(tmp_path):
    site = make_site(tmp_path)
    sent = {"incident": INCIDENT, "family": site.family, "member": "FA"}
    left = call(site, new_token(site, "coordinator"), "POST", "/family/withdraw", json=sent).json()
    assert left["samples"] == [f"{site.family}-FA"]
    shown = call(site, new_token(site, "geneticist"), "GET", f"/candidates/{site.candidate}").json()
    assert shown["candidate"] is None
    assert "left" in shown["closed"]


def test_search__begins_in_a_process_of_its_own(site, tokens, monkeypatch):
    started = []

    def start(path: Path, _key: str) -> Process:
        started.append(path.stem)
        return Process()

    monkeypatch.setattr("antigone.web.jobs.jobs._start_process", start)
    answer = call(site, tokens["geneticist"], "POST", "/searches", json={"incident": INCIDENT, "seed": 3})
    assert answer.status_code == 202
    job = answer.json()
    assert (started, job["state"], job["run"]) == ([job["id"]], "waiting", None)
    assert call(site, tokens["geneticist"], "GET", f"/searches/{job['id']}").json() == job
    twice = call(site, tokens["geneticist"], "POST", "/searches", json={"incident": INCIDENT})
    assert twice.status_code == 409


class Process:
    """A process that computes and computes."""

    def poll(self) -> None:
        return None

    def wait(self) -> int:
        return 0


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(set(ROLES) - {"geneticist", "reviewer"}))
def test_answers__hold_no_genotype_for_roles_that_see_none(role, site, tokens):
    """No marker, no allele, no likelihood ratio in anything such a role can read."""
    marker = re.compile(r'"M\d\d"|genotype|log10')
    for (method, path), (_, sent) in CALLS.items():
        if method == "GET":
            text = call(site, tokens[role], method, address(site, path), **sent).text
            told = re.sub(
                r"\b(see|show) genotypes\b|/genotypes|shown_genotypes", "", text
            )  # names of actions, addresses, tables
            found = marker.search(told)
            assert found is None, (path, told[max(0, found.start() - 150) : found.end() + 50])
    assert marker.search(call(site, tokens["geneticist"], "GET", f"/candidates/{site.candidate}").text)


def test_answers__are_kept_by_nobody_on_the_way(site, tokens):
    answer = call(site, tokens["geneticist"], "GET", f"/candidates/{site.candidate}")
    assert answer.headers["cache-control"] == "no-store"


def test_bodies__that_are_too_large_are_refused_in_words(site, tokens):
    answer = call(site, tokens["registrar"], "POST", "/parts", content=b"x" * (FORM_BYTES + 1))
    assert answer.status_code == 413
    assert f"is larger than {FORM_BYTES} bytes" in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("content", "kind"), [("[" * 100_000, "application/json"), ("abc", "multipart/form-data")])
def test_bodies__that_cannot_be_read_are_refused_in_words(content, kind, site, tokens):
    path = "/import" if kind.startswith("multipart") else "/family/withdraw"
    answer = call(site, tokens["registrar"], "POST", path, content=content, headers={"Content-Type": kind})
    assert answer.status_code in (400, 422)
    assert "browser" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_bodies__that_grow_too_large_on_the_way_are_refused_too(site, tokens):
    pieces = (b"x" * 100_000 for _ in range(20))
    answer = call(site, tokens["geneticist"], "POST", "/parts", content=pieces)
    assert answer.status_code == 400
    assert "too large" in answer.json()["detail"]


def test_bodies__with_a_field_too_many_are_refused_and_not_said_again(site, tokens):
    sent = {"code": "new", "role": "auditor", "password": "correct horse battery", "name": "Ann Smith"}
    answer = call(site, tokens["administrator"], "POST", "/users", json=sent)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"] == "body.name"
    assert "horse" not in answer.text
    assert "Smith" not in answer.text


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 201, ""])
def test_codes__that_no_database_can_hold_are_refused(text, site, tokens):
    body = json.dumps({"incident": text, "family": "F1", "member": "FA"})
    json_type = {"Content-Type": "application/json"}
    answer = call(site, tokens["coordinator"], "POST", "/family/withdraw", content=body, headers=json_type)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"].startswith("body")


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "9" * 5000, "1e3", "one"])
def test_numbers__that_no_row_can_have_are_refused(number, site, tokens):
    assert call(site, tokens["geneticist"], "GET", f"/runs/{number}").status_code == 422


def test_addresses__that_are_not_there_are_refused_in_the_same_form(site, tokens):
    answer = call(site, tokens["geneticist"], "GET", "/donors")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    wrong = call(site, tokens["geneticist"], "DELETE", "/users")
    assert wrong.status_code == 405
    assert wrong.headers["allow"]


def test_mistakes__of_ours_are_answered_without_a_word_of_what_was_held(site, tokens, monkeypatch):
    def broken(_session: object) -> None:
        raise ZeroDivisionError("allele 17 of PM1")

    monkeypatch.setattr("antigone.team.overview.status.read_status", broken)
    answer = call(site, tokens["geneticist"], "GET", "/status")
    assert answer.status_code == 500
    assert answer.json()["title"] == "Antigone made a mistake"
    assert "17" not in answer.text


def test_words__of_the_description_are_those_in_force():
    assert get_args(Order) == tuple(ORDERS)
    assert set(get_args(Decided)) == set(STEPS)


@pytest.mark.slow
def test_description__names_every_refusal_of_every_call(site):
    described = TestClient(site.app).get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for methods in described["paths"].values():
        for operation in methods.values():
            assert {"400", "401", "403", "404", "409", "413", "422", "503"} <= set(operation["responses"])
            assert operation["security"] == [{"token": []}]
    refusal = described["components"]["schemas"]["Refusal"]
    assert set(refusal["properties"]) == {"title", "status", "detail", "problems", "notices"}
    assert "candidates" not in described["components"]["schemas"]["SearchResult"]["properties"]


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_schemathesis__finds_no_server_error(tmp_path):
    """Whatever is sent by those who may, by the description or against it: an answer that the description names."""
    site, tried = make_site(tmp_path), []
    tokens = {role: new_token(site, role) for role in ROLES}

    def check(case: Case) -> None:
        action, _ = CALLS[case.method, case.path]
        role = min(ALLOWED[action])  # type: ignore[index]
        tried.append((case.method, case.path))
        sent = {"Authorization": f"Bearer {tokens[role]}", "Antigone-Purpose": PURPOSE}
        case.call_and_validate(headers=sent, checks=CHECKS)

    for found in schemathesis.openapi.from_asgi("/api/openapi.json", site.app).get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        for mode in GenerationMode:
            FEW(given(case=operation.as_strategy(generation_mode=mode))(check))()
    assert set(tried) == set(CALLS)


@pytest.mark.slow
def test_narrow__takes_one_purpose_back_and_says_where_else_the_donor_stands(tmp_path):
    site = make_site(tmp_path)
    token, who = new_token(site, "coordinator"), {"incident": INCIDENT, "family": "F3", "member": "MO"}
    assert call(site, token, "GET", "/family/elsewhere", params=who).json() == []
    done = call(site, token, "POST", "/family/narrow", json=who | {"scope": "sharing"}).json()
    assert (done["scope"], done["runs"], done["narrowed_elsewhere"], done["left_standing"]) == ("sharing", 0, [], [])
    again = call(site, token, "POST", "/family/narrow", json=who | {"scope": "sharing"})
    assert again.status_code == 404
    assert "nothing to take back" in again.json()["detail"]


def test_across__begins_in_a_process_of_its_own_and_is_ended(site, tokens, monkeypatch):
    monkeypatch.setattr("antigone.web.jobs.jobs._start_process", lambda _path, _key: Process())
    sent = {"kind": "remains", "incidents": [INCIDENT]}
    job = call(site, tokens["geneticist"], "POST", "/across", json=sent).json()
    assert (job["state"], job["incident"]) == ("waiting", INCIDENT)
    assert call(site, tokens["reviewer"], "GET", f"/across/jobs/{job['id']}").json() == job
    assert call(site, tokens["geneticist"], "POST", "/across", json=sent).status_code == 409
    one = call(site, tokens["geneticist"], "POST", "/across", json={"kind": "search", "incidents": [INCIDENT]})
    assert (one.status_code, "expected 2 or more" in one.text) == (422, True)
    shown = call(site, tokens["reviewer"], "GET", "/across/1").json()
    assert (shown["line"]["incidents"], shown["search"], shown["remains"]["remains"]) == ([INCIDENT], None, 5)
    assert call(site, tokens["geneticist"], "POST", "/across/1/cancel").status_code == 409
