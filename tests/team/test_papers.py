"""Documents on paper from a registry: what the page, the API and the command line all hand out."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from deciding import confirm, propose
from letters import SENDER as SENDER
from letters import letter as letter
from letters import read as read
from letters import team as team
from registry_team import INCIDENT, Team, audit, candidate, small_incident
from web_calls import call as call
from web_calls import new_token as new_token
from web_site import Site, make_site

from antigone.errors import Conflict, ConsentError, Forbidden, InputError, RegistryError
from antigone.model.incident.consent import Consent
from antigone.model.pedigree import Pedigree
from antigone.model.results.joint import JointPrior
from antigone.papers import sender_of, write_expert_report, write_family_letter, write_status
from antigone.plain_words import probability_text
from antigone.team.incidents.importing import import_incident
from antigone.team.review.candidates import read_candidate
from antigone.team.review.reviewing import ask_to_reopen, comment
from antigone.team.runs.joint import solve_jointly

pytestmark = pytest.mark.paper

GENOTYPE = re.compile(r"\bM\d\d\b|\d\d\s?[/,]\s?\d\d\b")
"""A marker of the small incident, or two of its alleles."""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return make_site(tmp_path_factory.mktemp("papers"))


def confirmed(team: Team) -> None:
    line = candidate(team, "PM1", "F1")
    comment(team["reviewer"], line.pairing, text="looked at")
    propose(team["geneticist"], line.pairing, version=0, reason="all agree", candidate=line.id)
    confirm(team["reviewer"], line.pairing, version=1, reason="I agree")


@pytest.mark.parametrize(
    ("prior", "told"),
    [
        (JointPrior(), "every joint assignment has the same prior probability"),
        (JointPrior("open", 3.0), "3 of the 6 unidentified persons are expected"),
    ],
)
def test_expert_report__tells_what_the_joint_solution_says_of_the_pair(prior, told, team):
    line = candidate(team, "PM1", "F1")
    assert "Joint solution" not in read(write_expert_report(team["reviewer"], line.id).content)
    solved = solve_jointly(team["geneticist"], INCIDENT, prior=prior).result
    assert solved is not None
    (found,) = (p for p in solved.pairings if (p.unidentified, p.family) == ("PM1", "F1"))
    text = read(write_expert_report(team["reviewer"], line.id).content)
    assert "Joint solution 1 of 2026-11-23 weighs this pairing among all families" in text
    assert told in text
    posterior = probability_text(found.posterior).replace("\N{NO-BREAK SPACE}", " ")
    assert f"Its posterior probability there is {posterior}." in text
    spanish = read(write_expert_report(team["reviewer"], line.id, language="es").content)
    assert "La solución conjunta 1 del 2026-11-23" in spanish
    assert told not in spanish
    rival = read(write_expert_report(team["reviewer"], candidate(team, "PM3", "F2").id).content)
    assert "Joint solution 1" in rival


def test_expert_report__holds_the_codes_the_markers_and_who_decided(team):
    confirmed(team)
    paper = write_expert_report(team["reviewer"], candidate(team, "PM1", "F1").id)
    said = read(paper.content)
    assert paper.name == "expert-report-PM1-MP.pdf"
    for words in ("PM1 is MP, the missing member of family F1", "M00", "M14", "all agree", "I agree", "looked at"):
        assert words in said
    assert "10/11" not in said


def test_expert_report__names_the_other_candidates_that_the_page_names(team):
    line = candidate(team, "PM3", "F2")
    view = read_candidate(team["reviewer"], line.id)
    (rival,) = view.of_missing
    assert rival.log10_lr is not None
    said = read(write_expert_report(team["reviewer"], line.id).content)
    assert "No other candidate of this search" not in said
    assert "Shown: 1 of 1." in said
    assert f"{rival.rank} PM2 MP, F2 {rival.log10_lr:.2f}" in said
    alone = read(write_expert_report(team["reviewer"], candidate(team, "PM1", "F1").id).content)
    assert "No other candidate of this search names PM1 or MP of family F1." in alone


def test_expert_report__for_a_court_needs_consent_for_it_and_the_audit_keeps_the_refusal(team):
    with pytest.raises(ConsentError, match="did not consent to use in court"):
        write_expert_report(team["geneticist"], candidate(team, "PM2", "F2").id, court=True)
    assert ("geneticist", "write expert report") in audit(team)
    write_expert_report(team["geneticist"], candidate(team, "PM1", "F1").id, court=True)


def test_letter__follows_the_state_and_holds_no_other_code_and_no_genotype(team):
    confirmed(team)
    news, looking, asking = letter(team, "F1"), letter(team, "F3"), letter(team, "F4")
    assert "probable identification, confirmed by two specialists" in news
    assert "We have not found your relative yet" in looking
    assert "We ask for your consent" in asking
    for family, said in (("F1", news), ("F3", looking), ("F4", asking)):
        assert f"Our reference: {family}" in said
        assert "Institute of Names" in said
        assert not GENOTYPE.search(said)
        assert not [code for code in ("PM1", "MP", "reviewer", "geneticist", "log10") if code in said]


def asked_to_reopen(team: Team) -> None:
    confirmed(team)
    ask_to_reopen(team["reviewer"], candidate(team, "PM1", "F1").pairing, version=2, reason="new typing")


def test_letter__is_not_written_while_an_identification_is_being_reopened(team):
    asked_to_reopen(team)
    with pytest.raises(Conflict, match="speak with the family in person until then"):
        letter(team, "F1")
    assert "We have not found your relative yet" in letter(team, "F3")


def test_status__counts_an_identification_that_is_being_reopened_by_itself(team):
    asked_to_reopen(team)
    said = read(write_status(team["auditor"], INCIDENT).content)
    assert "of these identified, confirmed by two persons 0" in said
    assert "of these found before, being looked at again 1" in said
    assert "of these still looked for 3" in said
    assert "de ellas halladas antes, en nueva revisión 1" in read(
        write_status(team["auditor"], INCIDENT, language="es").content
    )


def test_letter__leaves_a_line_for_the_name_when_the_family_misses_several(team):
    pedigree = Pedigree.of(
        ("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"), ("MP2", "unknown", "FA", "MO")
    )
    both = replace(small_incident().families[0], pedigree=pedigree, missing=("MP", "MP2"))
    import_incident(team["registrar"], "other", replace(small_incident(request="another"), families=(both,)))
    paper = write_family_letter(team["coordinator"], "other", family="F1", missing="MP2", sender=SENDER)
    assert paper.name == "letter-F1-MP2.pdf"
    assert "This letter is about: ____" in read(paper.content).replace("\u200b", "")
    assert "This letter is about" not in letter(team, "F1")


def test_status__who_withdrew_is_to_be_erased_and_not_asked_again(team):
    withdrawn = Consent("C", dt.date(2026, 1, 5), withdrawn=dt.date(2026, 11, 1))
    import_incident(team["registrar"], "other", small_incident(second=withdrawn, request="another"))
    said = read(write_status(team["coordinator"], "other").content)
    assert "families with a donor who withdrew: erase the donor 1 1 November 2026" in said
    assert "ask families for their consent, without which samples wait 1 1 June 2026" in said


def test_letter__speaks_spanish_too(team):
    assert "Estimada familia" in letter(team, "F3", language="es")


def test_letter__is_for_the_coordinator_and_names_whom_to_ask(team):
    with pytest.raises(Forbidden, match="'write family letter' is for the coordinator"):
        letter(team, "F1", user="geneticist")
    nobody = sender_of("Institute", contact=" ", signed_by="Ana")
    with pytest.raises(InputError, match="never left alone"):
        write_family_letter(team["coordinator"], INCIDENT, family="F1", missing="MP", sender=nobody)


def test_status__counts_says_when_it_was_searched_and_holds_no_genotype(team):
    confirmed(team)
    said = read(write_status(team["auditor"], INCIDENT).content)
    assert "Status of incident ferry" in said
    assert "Last search November 23, 2026" in said.replace("23 November 2026", "November 23, 2026")
    assert "confirmed by two persons 1" in said
    assert not GENOTYPE.search(said)


def test_status__of_an_incident_that_is_not_there_or_in_no_language(team):
    with pytest.raises(RegistryError, match="no incident 'none'"):
        write_status(team["auditor"], "none")
    with pytest.raises(InputError, match="expected one of en, es"):
        write_status(team["auditor"], INCIDENT, language="xx")


def test_api__answers_each_paper_as_a_file(site):
    sender = {"institution": "Institute", "contact": "Ana, tel 1", "signed_by": "Ana"}
    asked = {
        "reviewer": (f"/candidates/{site.candidate}/report.pdf", {"language": "es"}, "Informe"),
        "coordinator": ("/family/letter.pdf", {"family": "F1", "missing": "MP", **sender}, "Dear family"),
        "auditor": ("/incident/status.pdf", {}, "Status of incident ferry"),
    }
    for user, (path, query, words) in asked.items():
        answer = call(site, new_token(site, user), "GET", path, params={"incident": INCIDENT, **query})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert re.fullmatch(r'attachment; filename="[\w.-]+\.pdf"', answer.headers["content-disposition"])
        assert answer.headers["cache-control"] == "no-store"
        assert words in read(answer.content)


def test_api__refuses_a_paper_in_words_and_not_as_a_file(site):
    token, of_f2 = new_token(site, "geneticist"), {"incident": INCIDENT, "family": "F2", "unidentified": "PM2"}
    (line,) = call(site, token, "GET", "/candidates", params=of_f2).json()["rows"]
    answer = call(site, token, "GET", f"/candidates/{line['id']}/report.pdf", params={"court": True})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "did not consent to use in court" in answer.json()["detail"]


def test_api__says_why_no_letter_can_be_made_now(tmp_path):
    site = make_site(tmp_path)
    asked_to_reopen(site.team)
    about = {"incident": INCIDENT, "family": "F1", "missing": "MP"}
    sender = {"institution": "Institute", "contact": "Ana, tel 1", "signed_by": "Ana"}
    token = new_token(site, "coordinator")
    for path, query in (("/family/letter", about), ("/family/letter.pdf", about | sender)):
        answer = call(site, token, "GET", path, params=query)
        assert answer.status_code == 409
        assert "is being looked at again" in answer.json()["detail"]


def test_description__says_that_papers_are_pdf(site):
    described = site.browser().get("/api/openapi.json").json()["paths"]
    for path in ("/candidates/{candidate}/report.pdf", "/family/letter.pdf", "/incident/status.pdf"):
        assert list(described[path]["get"]["responses"]["200"]["content"]) == ["application/pdf"]
