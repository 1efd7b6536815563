"""The model of an incident: its versions, and the steps by which two persons agree on one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, UploadFile

from antigone.team import views
from antigone.team.models import comparing, versions
from antigone.web.api.access import Called
from antigone.web.api.answers import model_of
from antigone.web.api.bodies import ModelStep
from antigone.web.jobs.uploads import Stated
from antigone.web.shared.fields import LARGEST, ONE_LINE, Named
from antigone.web.shared.uploads import read_files

router = APIRouter()

Version = Annotated[int | None, Query(ge=1, le=LARGEST)]
Line = Annotated[str, Form(max_length=2000, pattern=ONE_LINE)]


@router.get("/model", response_model=model_of(views.ModelView))
def read_model(call: Called, incident: Named, version: Version = None) -> object:
    """A version of an incident's model in words, with the hashes of its frequencies; the one in force when none is
    named. `differences` say what it changes against that one, and `may` what the token's user can do with it."""
    return versions.read_model(call.session, incident, version=version)


@router.get("/model/comparison", response_model=model_of(views.ModelComparison))
def compare_versions(call: Called, incident: Named, version: Annotated[int, Query(ge=1, le=LARGEST)]) -> object:
    """The candidates under review, computed under a version and under the one in force. Nothing of it is kept; that
    somebody looked is in the audit."""
    return comparing.compare_versions(call.session, incident, version)


@router.post("/model/propose", response_model=model_of(views.ModelView))
def propose_version(call: Called, sent: ModelStep) -> object:
    """Propose a version that an import brought."""
    return versions.propose_version(call.session, sent.incident, sent.version, reason=sent.reason)


@router.post("/model/confirm", response_model=model_of(views.ModelView))
def confirm_version(call: Called, sent: ModelStep) -> object:
    """Confirm a version that another person proposed. It is in force from now on; searches under another model are to
    be computed again."""
    return versions.confirm_version(call.session, sent.incident, sent.version, reason=sent.reason)


@router.post("/model/refuse", response_model=model_of(views.ModelView))
def refuse_version(call: Called, sent: ModelStep) -> object:
    """Refuse a version, with a reason."""
    return versions.refuse_version(call.session, sent.incident, sent.version, reason=sent.reason)


@router.post("/model/files", response_model=model_of(views.ModelView))
def propose_files(call: Called, files: list[UploadFile], incident: Line, name: Line, reason: Line) -> object:
    """Propose what files state, such as an `incident.toml` and a table of frequencies, as a version with a name. What
    they do not state is as in force; persons and families in them are left aside."""
    call.session.require("propose model")
    before, web = versions.model_in_force(call.session, incident), call.web
    today = web.registry.today()
    read, _ = read_files(files, Stated(), settings=web.settings, today=today, code=incident, known=lambda _: before)
    return versions.propose_model(call.session, incident, read, name=name, reason=reason)
