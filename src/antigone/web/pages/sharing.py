"""An incident for another institution: first what would be in the file and who is left out, then the file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.team.incidents.exporting import pack_incident, read_shareable
from antigone.team.views import Shared
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.rendering import plural
from antigone.web.requests.visits import Signed
from antigone.web.shared.attachments import attach_packed

router = APIRouter()


@router.get("/incident/export")
def export_page(visit: Signed, incident: str) -> HTMLResponse:
    """What an export would hold today, and who would be left out."""
    shared = read_shareable(visit.session, incident)
    return visit.page("export.html.j2", incident=incident, title=title_of(visit, incident), shared=shared)


@router.post("/incident/export")
def export(visit: Signed, incident: Annotated[str, Form()]) -> Response:
    """The file. The next page that is opened says what went into it."""
    packed = pack_incident(visit.session, incident)
    visit.web.sessions.say(visit.cookie, _sharing_words(packed.shared))
    return attach_packed(packed, incident)


def _sharing_words(shared: Shared) -> str:
    left_out = "; ".join(f"{reason}: {count}" for reason, count in shared.left_out.items())
    held = (
        f"Exported: {plural(shared.unidentified, 'unidentified person')}, {plural(shared.donors, 'donor')} of "
        f"{plural(shared.families, 'family', 'families')}."
    )
    return f"{held} Left out: {left_out or 'nobody'}."
