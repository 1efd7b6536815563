"""Joint identification of an incident: asking for it, watching it, its answers."""

from __future__ import annotations

from fastapi import APIRouter

from antigone.errors import RegistryError
from antigone.model.results.joint import JointPrior
from antigone.team import views
from antigone.team.access.opening import worker_key
from antigone.team.overview.status import read_incident
from antigone.team.runs import joint
from antigone.web.api.access import Called
from antigone.web.api.answers import JobShown, model_of, shown_job
from antigone.web.api.bodies import NewJoint
from antigone.web.shared.fields import JobCode, Named, Number
from antigone.web.shared.run_control import end_process

router = APIRouter()


@router.post("/joint", status_code=202, response_model=model_of(JobShown))
def start_joint(call: Called, sent: NewJoint) -> object:
    """Start a joint solution in a process of its own; `GET /joint/{job}` says how far it is."""
    session = call.session
    session.require("solve jointly")
    JointPrior.parse(sent.prior)
    read_incident(session, sent.incident)
    started = call.web.jobs.start(
        user=session.code,
        purpose=session.purpose,
        incident=sent.incident,
        key=worker_key(call.web.registry),
        kind="joint",
        prior=sent.prior.strip(),
        population=sent.population.strip(),
    )
    return shown_job(started)


@router.get("/joint/{job}", response_model=model_of(JobShown))
def watch_joint(call: Called, job: JobCode) -> object:
    """How far a joint solution is, and the number of its run once it began."""
    call.session.require("see joint")
    found = call.web.jobs.find(job)
    if found is None or found.kind != "joint":
        raise RegistryError(f"joint solution '{job}' is not known any more; see the list of joint runs")
    return shown_job(found)


@router.get("/joint-runs", response_model=list[model_of(views.JointLine)])  # type: ignore[misc]
def list_joint_runs(call: Called, incident: Named) -> object:
    """The newest joint runs of an incident, the newest first, without their answers."""
    return joint.list_joint_runs(call.session, incident)


@router.get("/joint-runs/{run}", response_model=model_of(views.JointView))
def read_joint(call: Called, run: Number) -> object:
    """A joint run with its answer, which is that of joint.json; null when there is none, or `closed` says why."""
    return joint.read_joint(call.session, run)


@router.post("/joint-runs/{run}/cancel", response_model=model_of(views.JointLine))
def cancel_joint(call: Called, run: Number) -> object:
    """End a joint run that is running, also one whose process has stopped; nothing of it is kept."""
    line = joint.cancel_joint(call.session, run)
    end_process(call.web, line)
    return line


@router.get("/joint-pair", response_model=model_of(views.JointOfPair) | None)
def joint_of_pair(call: Called, incident: Named, unidentified: Named, family: Named, missing: Named) -> object:
    """What the newest joint answer says of one pair; null when no open answer knows both."""
    return joint.joint_of_pair(call.session, incident, unidentified=unidentified, family=family, missing=missing)
