"""The typings of a sample, and the work list of those that differ."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.errors import InputError
from antigone.team.incidents import typings
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed

router = APIRouter()
REPLICATES = "replicates"


@router.get("/conflicts")
def conflict_list(visit: Signed, incident: str, page: int = 1) -> HTMLResponse:
    """The samples with markers in conflict."""
    found = typings.list_conflicts(visit.session, incident, page=max(page, 1))
    return visit.page("conflicts.html.j2", incident=incident, title=title_of(visit, incident), found=found)


@router.get("/conflict")
def conflict_page(visit: Signed, incident: str, sample: str) -> HTMLResponse:
    """What each typing of one sample shows where they differ, and the ways to settle it."""
    found = typings.read_conflict(visit.session, incident, sample)
    return visit.page(
        "conflict.html.j2", incident=incident, title=title_of(visit, incident), found=found, replicates=REPLICATES
    )


@router.post("/conflict/settle")
def settle_conflict(
    visit: Signed,
    incident: Annotated[str, Form()],
    sample: Annotated[str, Form()],
    marker: Annotated[str, Form()],
    keep: Annotated[str, Form()],
    reason: Annotated[str, Form()],
) -> Response:
    """Keep one typing at a marker, or take all as replicates."""
    chosen = None if keep == REPLICATES else _number(keep)
    done = typings.settle_conflict(visit.session, incident, sample, marker, keep=chosen, reason=reason)
    left = any(one.closed is None for one in done.conflicts)
    address = "/conflict" if left else "/sample"
    return visit.go(link(address, incident=incident, sample=sample), notice=f"{marker} is settled.")


@router.post("/sample/correct")
def correct_typing(
    visit: Signed,
    incident: Annotated[str, Form()],
    sample: Annotated[str, Form()],
    typing: Annotated[str, Form()],
    marker: Annotated[str, Form()],
    reason: Annotated[str, Form()],
    alleles: Annotated[str, Form()] = "",
) -> Response:
    """Put a corrected typing in the place of one."""
    typings.correct_typing(
        visit.session, incident, sample, _number(typing), marker=marker.strip(), alleles=alleles.strip(), reason=reason
    )
    return visit.go(link("/sample", incident=incident, sample=sample), notice=f"Typing {typing} is corrected.")


@router.post("/sample/retire")
def retire_typing(
    visit: Signed,
    incident: Annotated[str, Form()],
    sample: Annotated[str, Form()],
    typing: Annotated[str, Form()],
    reason: Annotated[str, Form()],
) -> Response:
    """Take a typing out of use."""
    typings.retire_typing(visit.session, incident, sample, _number(typing), reason=reason)
    return visit.go(link("/sample", incident=incident, sample=sample), notice=f"Typing {typing} is retired.")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InputError("the number of a typing is expected; go back and choose one of the list")
    return int(text)
