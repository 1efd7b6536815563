"""Searches, candidates, and the decisions about them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from antigone.errors import RegistryError
from antigone.model.review import Order
from antigone.team import views
from antigone.team.access.opening import worker_key
from antigone.team.overview.status import read_incident
from antigone.team.review import candidates, genotypes, reviewing, ruling
from antigone.team.review.warnings import warnings_of
from antigone.team.runs import searching
from antigone.team.runs.joint import joint_of_pair
from antigone.team.views.shown import CandidateShown, shown_candidate
from antigone.web.api.access import Called
from antigone.web.api.answers import GenotypesShown, JobShown, RunShown, model_of, shown_genotypes, shown_job
from antigone.web.api.bodies import AgreedException, Decision, NewComment, NewSearch, Parts, Proposal, ShownMembers
from antigone.web.shared import resuming
from antigone.web.shared.fields import LARGEST, JobCode, Named, Number, Page, PartOf, Size, State

router = APIRouter()


@router.get("/runs", response_model=model_of(views.Page[views.RunLine]))
def list_runs(call: Called, incident: PartOf = "", page: Page = 1, size: Size = 50) -> object:
    """Some runs, the newest first; of one incident when it is named."""
    return searching.list_runs(call.session, incident, page=page, size=size)


@router.get("/runs/{run}", response_model=model_of(RunShown))
def read_run(call: Called, run: Number) -> object:
    """A run with its result: threshold, chance matches, assumptions, provenance; without candidates."""
    return searching.read_run(call.session, run, whole=True)


@router.post("/runs/{run}/cancel", response_model=model_of(views.RunLine))
def cancel_run(call: Called, run: Number) -> object:
    """End a run that is running, also one whose process has stopped; `kept` of its parts are kept, to be resumed."""
    return resuming.cancel_run(call.web, call.session, run)


@router.post("/runs/{run}/resume", status_code=202, response_model=model_of(JobShown))
def resume_run(call: Called, run: Number) -> object:
    """Resume a run that was cancelled, failed, or whose process stopped; `GET /searches/{job}` says how far it is."""
    return shown_job(resuming.resume_run(call.web, call.session, run))


@router.post("/runs/{run}/discard", response_model=model_of(views.RunLine))
def discard_run(call: Called, run: Number) -> object:
    """Erase what is kept of a run that has no answer; it cannot be resumed then."""
    return searching.discard_search(call.session, run)


@router.get("/runs/{run}/findings", response_model=list[model_of(views.Finding)])  # type: ignore[misc]
def read_findings(call: Called, run: Number) -> object:
    """References that do not fit their declared pedigree: for the geneticist who ran the search, and nobody else."""
    return searching.findings(call.session, run)


@router.post("/searches", status_code=202, response_model=model_of(JobShown))
def start_search(call: Called, sent: NewSearch) -> object:
    """Start a search in a process of its own; `GET /searches/{job}` says how far it is."""
    call.session.require("search")
    read_incident(call.session, sent.incident)
    user, purpose, key = call.session.code, call.session.purpose, worker_key(call.web.registry)
    job = call.web.jobs.start(
        user=user, purpose=purpose, incident=sent.incident, seed=sent.seed, only_new=sent.new, key=key
    )
    return shown_job(job)


@router.get("/searches/{job}", response_model=model_of(JobShown))
def watch_search(call: Called, job: JobCode) -> object:
    """How far a search is, and the number of its run once it began."""
    call.session.require("see runs")
    found = call.web.jobs.find(job)
    if found is None or found.kind != "search":
        raise RegistryError(f"search '{job}' is not known any more; see the list of runs")
    return shown_job(found)


@router.get("/candidates", response_model=model_of(views.CandidatePage))
def list_candidates(
    call: Called,
    incident: Named,
    run: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    state: State = "",
    family: PartOf = "",
    unidentified: PartOf = "",
    code: PartOf = "",
    whole: bool = True,
    order: Order = "rank",
    descending: bool = False,
    page: Page = 1,
    size: Size = 50,
) -> object:
    """Some candidates of a run, sorted and filtered. When no run is named: of the newest with an answer; or, with a
    state, the newest candidate of each pairing in that state, of whatever run. `code` is that of any person or family;
    when codes are not `whole`, a part of one is enough, in any case."""
    return candidates.list_candidates(
        call.session, incident, run=run, state=state, family=family, unidentified=unidentified,
        code=code, whole=whole, order=order, descending=descending, page=page, size=size,
    )  # fmt: skip


@router.get("/candidates/{candidate}", response_model=model_of(CandidateShown))
def read_candidate(call: Called, candidate: Number) -> object:
    """A candidate in full: evidence by marker, sensitivity, alternatives, what was said and decided."""
    found = candidates.read_candidate(call.session, candidate)
    line, joint = found.line, None
    if found.candidate:
        pair = {"unidentified": line.unidentified, "family": line.family, "missing": line.missing}
        joint = joint_of_pair(call.session, found.incident, **pair)
    return shown_candidate(found, warnings_of(found, joint))


@router.get("/candidates/{candidate}/genotypes", response_model=model_of(GenotypesShown))
def read_genotypes(call: Called, candidate: Number) -> object:
    """The genotypes behind a candidate, marker by marker: all to who ran the search, those shown to the others."""
    return shown_genotypes(genotypes.read_genotypes(call.session, candidate))


@router.get("/candidates/{candidate}/rule", response_model=model_of(views.Ruling))
def judge_candidate(call: Called, candidate: Number) -> object:
    """How a candidate meets the rule of evidence, condition by condition, and the exception that was made for it."""
    return ruling.judge_candidate(call.session, candidate)


@router.post("/candidates/{candidate}/exception", status_code=204)
def agree_to_exception(call: Called, candidate: Number, sent: AgreedException) -> None:
    """Agree, as the third person, to a proposal that does not meet the rule of evidence."""
    ruling.agree_to_exception(call.session, candidate, reason=sent.reason)


@router.post("/candidates/{candidate}/genotypes/shown", status_code=204)
def show_genotypes(call: Called, candidate: Number, sent: ShownMembers) -> None:
    """Choose the relatives whose genotypes those see who review a candidate: for the geneticist who ran the search."""
    genotypes.show_genotypes(call.session, candidate, sent.members)


@router.post("/candidates/{candidate}/work-out", status_code=202, response_model=model_of(JobShown))
def work_out(call: Called, candidate: Number) -> object:
    """Work a candidate out in full, in a process of its own; `GET /working-out/{job}` says how far it is."""
    return shown_job(resuming.start_working_out(call.web, call.session, candidate))


@router.get("/working-out/{job}", response_model=model_of(JobShown))
def watch_working_out(call: Called, job: JobCode) -> object:
    """How far a candidate is worked out; when it is finished, the candidate has all of it."""
    call.session.require("work out")
    found = call.web.jobs.find(job)
    if found is None or found.kind != "candidate":
        raise RegistryError(f"'{job}' is not known any more; read the candidate again")
    return shown_job(found)


@router.post("/pairings/{pairing}/comment", status_code=204)
def comment(call: Called, pairing: Number, sent: NewComment) -> None:
    """Say something about a pairing without deciding."""
    reviewing.comment(call.session, pairing, text=sent.text)


@router.post("/pairings/{pairing}/propose", response_model=model_of(views.PairingView))
def propose(call: Called, pairing: Number, sent: Proposal) -> object:
    """Propose an identification, on the ground of a candidate."""
    said: dict[str, Any] = {"version": sent.version, "reason": sent.reason, "seen": sent.seen}
    said["exception"] = sent.exception or ""
    return reviewing.propose(call.session, pairing, candidate=sent.candidate, **said)


@router.post("/pairings/{pairing}/decide", response_model=model_of(views.PairingView))
def decide(call: Called, pairing: Number, sent: Decision) -> object:
    """Confirm (another person than who proposed), reject, return, ask to reopen, reopen or keep."""
    said: dict[str, Any] = {"version": sent.version, "reason": sent.reason}
    if sent.step == "confirm":
        said["seen"] = sent.seen
    return reviewing.STEPS[sent.step](call.session, pairing, **said)


@router.post("/parts", status_code=204)
def declare_parts(call: Called, sent: Parts) -> None:
    """Declare two remains parts of one person, so that both may be confirmed as one missing person."""
    reviewing.declare_parts(call.session, sent.incident, sent.one, sent.other, reason=sent.reason)
