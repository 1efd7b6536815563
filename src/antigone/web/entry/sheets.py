"""The sheet that goes with a sample: its code, for eyes and for a camera, and what is written on it by hand."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from antigone.team.incidents import custody
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.qr import qr_code
from antigone.web.requests.visits import Signed

router = APIRouter()


@router.get("/sample/sheet")
def sample_sheet(visit: Signed, incident: str, sample: str) -> HTMLResponse:
    """One sheet to print, without a name. The picture holds the sample's code alone."""
    custody.list_custody(visit.session, incident, sample)
    return visit.page(
        "sample_sheet.html.j2",
        incident=incident,
        title=title_of(visit, incident),
        sample=sample,
        picture=qr_code(sample, title="The code of the sample, for a camera"),
    )
