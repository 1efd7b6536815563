"""Documents and packed incidents as answers to keep, for pages and programs alike."""

from __future__ import annotations

from fastapi.responses import Response

from antigone.papers import Paper
from antigone.team.views import Packed
from antigone.web.shared.downloads import attach


def answer_with(paper: Paper) -> Response:
    """A PDF to keep."""
    return attach(paper.content, name=paper.name, media_type="application/pdf")


def attach_packed(packed: Packed, incident: str) -> Response:
    """A packed incident to keep."""
    return attach(packed.content, name=f"{incident}-shared.zip", media_type="application/zip")
