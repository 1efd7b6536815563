"""The model of an incident: what is in force, what was proposed, and the two persons who agree on a version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, Response

from antigone.errors import InputError
from antigone.team.models.comparing import compare_versions
from antigone.team.models.versions import (
    confirm_version,
    model_in_force,
    propose_model,
    propose_version,
    read_model,
    refuse_version,
)
from antigone.team.views import ModelView
from antigone.web.jobs.uploads import Stated
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed
from antigone.web.shared.fields import Named
from antigone.web.shared.uploads import read_files

router = APIRouter()

FILES_PATH = "/model/files"
STEPS: Mapping[str, Callable[..., ModelView]] = {
    "propose": propose_version,
    "confirm": confirm_version,
    "refuse": refuse_version,
}
DONE = {"propose": "proposed", "confirm": "confirmed and in force", "refuse": "refused"}
STATES = {
    "brought": ("○", "not proposed yet"),
    "proposed": ("◐", "proposed, to be confirmed by somebody else"),
    "confirmed": ("●", "confirmed by two persons"),
    "refused": ("✕", "refused"),
}
"""Each state of a version, which differs in shape as well as in words."""
WHAT_WAS_DONE = {"bring": "Brought by an import", "propose": "Proposed", "confirm": "Confirmed", "refuse": "Refused"}


@router.get("/model")
def model_page(visit: Signed, incident: Named, version: int | None = None) -> HTMLResponse:
    """A version of the model in words, what it would change, and who agreed on it."""
    view = read_model(visit.session, incident, version=version)
    return visit.page(
        "model.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        view=view,
        states=STATES,
        done=WHAT_WAS_DONE,
    )


@router.get("/model/comparison")
def comparison_page(visit: Signed, incident: Named, version: int) -> HTMLResponse:
    """The candidates under review, computed under a version beside the one in force."""
    found = compare_versions(visit.session, incident, version)
    view = read_model(visit.session, incident, version=version)
    return visit.page(
        "model_comparison.html.j2", incident=incident, title=title_of(visit, incident), view=view, found=found
    )


@router.post("/model/step")
def take_step(
    visit: Signed,
    incident: Annotated[str, Form()],
    version: Annotated[int, Form()],
    step: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Propose, confirm or refuse a version."""
    if step not in STEPS:
        raise InputError(f"step '{step[:40]}', expected one of {', '.join(STEPS)}; go back and choose one")
    STEPS[step](visit.session, incident, version, reason=reason)
    return visit.go(link("/model", incident=incident, version=version), notice=f"Version {version} is {DONE[step]}.")


@router.post(FILES_PATH)
def propose_files(
    visit: Signed,
    files: list[UploadFile],
    incident: Annotated[str, Form()],
    name: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Propose the model that files state, such as an ``incident.toml`` and a table of frequencies."""
    visit.session.require("propose model")
    before = model_in_force(visit.session, incident)
    settings, today = visit.web.settings, visit.session.registry.today()
    read, _ = read_files(files, Stated(), settings=settings, today=today, code=incident, known=lambda _: before)
    view = propose_model(visit.session, incident, read, name=name, reason=reason)
    number = view.line.number
    return visit.go(link("/model", incident=incident, version=number), notice=f"Version {number} is proposed.")
