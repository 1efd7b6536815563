"""Candidates: the list, and one of them in full with its review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from antigone.errors import InputError
from antigone.model.assumptions.evidence_rule import failed
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.results.search import Candidate, SensitivityPoint
from antigone.model.review import Order
from antigone.report.charts.evidence import marker_chart, sensitivity_chart
from antigone.report.pedigree.svg import Mark
from antigone.report.words.relatives import tell_relatives, warn_of_relatives
from antigone.report.words.sentences import (
    describe_references,
    explain_linkage,
    explain_mutation,
    explain_sensitivity,
    propositions,
    reportable_mutations,
)
from antigone.team.review import reviewing
from antigone.team.review.candidates import list_candidates, neighbours_of, read_candidate
from antigone.team.review.ruling import agree_to_exception, judge_candidate
from antigone.team.review.warnings import warnings_of
from antigone.team.runs.joint import joint_of_pair
from antigone.team.views import CandidateChoice, CandidateView, JointOfPair
from antigone.web.jobs.jobs import Job
from antigone.web.pages.dashboard import ORDER, title_of
from antigone.web.pages.runs import job_events
from antigone.web.pedigrees.drawings import drawing, drawing_keys
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed, Visit
from antigone.web.shared.resuming import start_working_out

router = APIRouter()


@dataclass(frozen=True)
class Chosen:
    """What an address says of a list of candidates: which run and state, which codes, and in what order."""

    run: int | None = None
    state: str = ""
    family: str = ""
    unidentified: str = ""
    code: str = ""
    whole: bool = False
    order: Order = "rank"
    down: bool = False

    @property
    def choice(self) -> CandidateChoice:
        codes = self.family.strip(), self.unidentified.strip(), self.code.strip()
        return CandidateChoice(self.run, self.state, *codes, self.whole, self.order, self.down)

    @property
    def fields(self) -> dict[str, object]:
        """What an address carries on."""
        codes = {"family": self.family.strip(), "unidentified": self.unidentified.strip(), "code": self.code.strip()}
        return vars(self) | codes

    def within(self, run: int) -> CandidateChoice:
        """The list of a candidate of this run: where nothing was chosen, that of its run."""
        return self.choice if self.run or self.state else replace(self.choice, run=run)


SIZES = (25, 50, 100, 200)
DECISIONS = {
    "propose": (reviewing.propose, "It is proposed, and waits for another person."),
    "confirm": (reviewing.confirm, "It is confirmed."),
    "reject": (reviewing.reject, "It is rejected."),
    "return": (reviewing.send_back, "It is open again, for another look."),
    "ask to reopen": (reviewing.ask_to_reopen, "It is asked to be opened again, and waits for another person."),
    "reopen": (reviewing.reopen, "It is open again."),
    "keep": (reviewing.keep, "The decision stays as it was."),
}
NEXT_STEPS = {
    "open": "Nobody has proposed it yet. It is a candidate, not a conclusion.",
    "proposed": "One person has proposed it. It counts only after another person has confirmed it.",
    "confirmed": "Two persons have looked at it and agree.",
    "rejected": "It was looked at and rejected.",
    "reopening": "One person asks to open it again. Another person decides.",
}
STEP_WORDS = {
    "comment": "Comment only",
    "propose": "Propose this identification",
    "confirm": "Confirm",
    "reject": "Reject",
    "return": "Send back",
    "ask to reopen": "Ask to reopen",
    "reopen": "Reopen",
    "keep": "Keep the decision",
}
CHARTS_KEPT = 512


@router.get("/candidates")
def candidate_list(
    visit: Signed, incident: str, chosen: Annotated[Chosen, Depends()], page: int = 1, size: int = 50
) -> HTMLResponse:
    """The candidates of an incident, sorted, filtered and paged where they are kept."""
    rows = size if size in SIZES else 50
    found = list_candidates(visit.session, incident, **vars(chosen.choice), page=max(page, 1), size=rows)
    return visit.page(
        "candidates.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        found=found,
        chosen={"incident": incident, **chosen.fields, "size": size},
        states=ORDER,
        sizes=SIZES,
    )


@router.get("/candidate")
def candidate_page(visit: Signed, id: int, chosen: Annotated[Chosen, Depends()], job: str = "") -> HTMLResponse:
    """One candidate in full: what it rests on, what speaks against it, and its review.

    ``chosen`` is the list from which it was opened; ``job`` that which works it out in full, as long as somebody
    watches it.
    """
    found = read_candidate(visit.session, id)
    joint = _joint(visit, found) if found.candidate else None
    before, after = neighbours_of(visit.session, found.incident, id, chosen.within(found.line.run))
    return visit.page(
        "candidate.html.j2",
        job=_job_of(visit, job, id),
        chosen=chosen.fields,
        before=before,
        after=after,
        incident=found.incident,
        title=title_of(visit, found.incident),
        view=found,
        c=found.candidate,
        words_of=STEP_WORDS,
        next_step=NEXT_STEPS[found.line.state],
        history=_history(found),
        h1=draw_hypothesis(found, placed=True),
        h2=draw_hypothesis(found, placed=False),
        keys=drawing_keys(),
        joint=joint,
        warnings=warnings_of(found, joint),
        **_ruling(visit, found),
        **(_evidence(found, found.candidate) if found.candidate else {"near": ""}),
    )


@router.post("/candidate/work-out")
def work_out(visit: Signed, id: Annotated[int, Form()]) -> Response:
    """Work one candidate out in full, in a process of its own."""
    job = start_working_out(visit.web, visit.session, id)
    return visit.go(link("/candidate", id=id, job=job.id) + "#working")


@router.get("/candidate/events")
async def candidate_events(visit: Signed, request: Request, job: str) -> StreamingResponse:
    """How far it is, as server-sent events until it ends."""
    await run_in_threadpool(visit.session.require, "work out")
    found = await run_in_threadpool(visit.web.jobs.find, job)
    if found is None or found.kind != "candidate":
        raise InputError("this is not known any more; look at the page of the candidate")
    told = job_events(visit.web.jobs, job, request, goes_on=visit.goes_on)
    return StreamingResponse(told, media_type="text/event-stream")


@router.post("/candidate/comment")
def comment(
    visit: Signed, id: Annotated[int, Form()], pairing: Annotated[int, Form()], reason: Annotated[str, Form()]
) -> Response:
    """Say something about it without deciding."""
    reviewing.comment(visit.session, pairing, text=_reason(reason))
    return visit.go(link("/candidate", id=id), notice="Your comment is kept.")


@router.post("/candidate/decide")
def decide(
    visit: Signed,
    id: Annotated[int, Form()],
    pairing: Annotated[int, Form()],
    version: Annotated[int, Form()],
    decision: Annotated[str, Form()],
    reason: Annotated[str, Form()],
    exception: Annotated[str, Form()] = "",
    warning: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    word: Annotated[list[str], Form()] = [],  # noqa: B006
    ticked: Annotated[list[str], Form()] = [],  # noqa: B006
) -> Response:
    """Propose, confirm, reject, ask to reopen or reopen, with the reason and the version that was looked at; each
    warning that stands before the decision was ticked, and has a word."""
    if decision == "comment":
        return comment(visit, id, pairing, reason)
    if decision not in DECISIONS:
        raise InputError(f"decision '{decision}', expected one of {', '.join(DECISIONS)}; use the buttons of the page")
    words = dict(zip(warning, word, strict=False))
    said: dict[str, Any] = {"version": version, "reason": _reason(reason)}
    if decision in ("propose", "confirm"):
        said["seen"] = {code: words[code] for code in ticked if code in words}
    if decision == "propose":
        said |= {"candidate": id, "exception": exception}
    act, _ = DECISIONS[decision]
    act(visit.session, pairing, **said)  # type: ignore[operator]
    return visit.go(link("/candidate", id=id), notice=DECISIONS[decision][1])


@router.post("/candidate/exception")
def agree(visit: Signed, id: Annotated[int, Form()], reason: Annotated[str, Form()]) -> Response:
    """Agree, as the third person, to a proposal that does not meet the rule of evidence."""
    agree_to_exception(visit.session, id, reason=_reason(reason))
    return visit.go(link("/candidate", id=id), notice="You agreed to the exception; another person may confirm it.")


@router.post("/candidate/parts")
def declare_parts(
    visit: Signed,
    id: Annotated[int, Form()],
    incident: Annotated[str, Form()],
    one: Annotated[str, Form()],
    other: Annotated[str, Form()],
    reason: Annotated[str, Form()],
) -> Response:
    """Declare two remains parts of one person."""
    reviewing.declare_parts(visit.session, incident, one, other, reason=_reason(reason))
    return visit.go(link("/candidate", id=id), notice=f"{one} and {other} are declared parts of one person.")


def _job_of(visit: Visit, job: str, candidate: int) -> Job | None:
    """The job of this address, when it is one of this candidate."""
    found = visit.web.jobs.find(job) if job else None
    return found if found is not None and found.candidate == candidate else None


def _joint(visit: Visit, view: CandidateView) -> JointOfPair | None:
    """What the newest joint answer says of this pair; nothing while there is none."""
    line = view.line
    return joint_of_pair(
        visit.session, view.incident, unidentified=line.unidentified, family=line.family, missing=line.missing
    )


def _ruling(visit: Visit, view: CandidateView) -> dict[str, Any]:
    """How it meets the rule of evidence, while that is still to be decided."""
    if view.candidate is None or view.line.state not in ("open", "proposed"):
        return {"ruling": None, "fails": ""}
    ruling = judge_candidate(visit.session, view.line.id)
    return {"ruling": ruling, "fails": failed(ruling.conditions)}


def _reason(text: str) -> str:
    if not text.strip():
        raise InputError("no reason is given; go back, and say in a few words what you looked at and why you decide so")
    return text.strip()


def _history(view: CandidateView) -> list[dict[str, str]]:
    """Comments and decisions in the order of time."""
    said = [{"at": r.at, "user": r.user, "what": "commented", "words": r.text} for r in view.reviews]
    done = [{"at": d.at, "user": d.user, "what": f"{d.before} → {d.after}", "words": d.reason} for d in view.decisions]
    return sorted(said + done, key=lambda step: step["at"])


def _evidence(view: CandidateView, candidate: Candidate) -> dict[str, Any]:
    population = candidate.smallest_population
    donors = tuple(donor.member for donor in view.family.donors)
    title = f"log10 LR of every marker, population {population}; the table has the numbers"
    chart = _marker_chart(
        tuple(candidate.log10_lr_by_marker.get(population, {}).items()), candidate.markers_compared, title
    )
    return {
        "propositions": propositions(candidate),
        "references": describe_references(donors),
        "chart": chart if candidate.detailed else "",
        "sensitivity": _sensitivity_chart(candidate.sensitivity) if candidate.sensitivity else "",
        "least": explain_sensitivity(candidate),
        "linkage": explain_linkage(candidate),
        "near": warn_of_relatives(candidate),
        "relatives": tell_relatives(candidate),
        "mutations": [explain_mutation(candidate, m) for m in reportable_mutations(candidate, donors)],
    }


@lru_cache(maxsize=CHARTS_KEPT)
def _marker_chart(log10_lr: tuple[tuple[str, float], ...], markers: tuple[str, ...], title: str) -> Markup:
    """A chart takes a tenth of a second to draw, so the last ones are kept in memory."""
    return Markup(marker_chart(dict(log10_lr), markers, title=title))  # noqa: S704 - our own SVG, escaped there


@lru_cache(maxsize=CHARTS_KEPT)
def _sensitivity_chart(points: tuple[SensitivityPoint, ...]) -> Markup:
    title = "Total log10 LR with one assumption changed at a time"
    return Markup(sensitivity_chart(points, title=title))  # noqa: S704 - our own SVG, escaped there


def draw_hypothesis(view: CandidateView, *, placed: bool) -> Markup:
    """The declared pedigree under one proposition: with the unidentified person in it, or beside it."""
    family, line = view.family, view.line
    donors = {donor.member for donor in family.donors}
    marks = {
        member.id: Mark(
            gave_sample=member.id in donors,
            missing=member.id in family.missing,
            unidentified=line.unidentified if placed and member.id == line.missing else None,
        )
        for member in family.pedigree
    }
    pedigree, title = family.pedigree, f"H1: {line.unidentified} in the place of {line.missing}"
    if not placed:
        pedigree, stranger = _with_a_stranger(view)
        marks[stranger] = Mark(unidentified="")
        title = f"H2: {line.unidentified} is unrelated to family {line.family}"
    return drawing(pedigree, marks, title=title)


def _with_a_stranger(view: CandidateView) -> tuple[Pedigree, str]:
    """The declared pedigree, and beside it the unidentified person under a code that no member has."""
    code = view.line.unidentified
    while code in view.family.pedigree:
        code += " "
    return Pedigree((*view.family.pedigree, Individual(code, cast(Sex, view.sex)))), code
