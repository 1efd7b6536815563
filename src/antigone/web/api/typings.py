"""Several typings of one sample: seen, corrected, retired, and their conflicts settled."""

from __future__ import annotations

from fastapi import APIRouter

from antigone.team import views
from antigone.team.incidents import typings
from antigone.web.api.access import Called
from antigone.web.api.answers import model_of
from antigone.web.api.bodies import CorrectedTyping, RetiredTyping, SettledConflict
from antigone.web.shared.fields import Named, Page, Size

router = APIRouter()


@router.get("/typings", response_model=model_of(views.TypingsView))
def list_typings(call: Called, incident: Named, sample: Named) -> object:
    """The typings of a sample, and the markers at which they differ or differed; no genotype."""
    return typings.list_typings(call.session, incident, sample)


@router.post("/typings/correct", response_model=model_of(views.TypingsView))
def correct_typing(call: Called, sent: CorrectedTyping) -> object:
    """Put a corrected typing in the place of one; the old one stays, superseded."""
    return typings.correct_typing(
        call.session,
        sent.incident,
        sent.sample,
        sent.typing,
        marker=sent.marker,
        alleles=sent.alleles,
        reason=sent.reason,
    )


@router.post("/typings/retire", response_model=model_of(views.TypingsView))
def retire_typing(call: Called, sent: RetiredTyping) -> object:
    """Take a typing out of use."""
    return typings.retire_typing(call.session, sent.incident, sent.sample, sent.typing, reason=sent.reason)


@router.get("/conflicts", response_model=model_of(views.ConflictPage))
def list_conflicts(call: Called, incident: Named, page: Page = 1, size: Size = 50) -> object:
    """The samples whose typings differ at a marker, those that wait longest first."""
    return typings.list_conflicts(call.session, incident, page=page, size=size)


@router.get("/conflict", response_model=model_of(views.ConflictView))
def read_conflict(call: Called, incident: Named, sample: Named) -> object:
    """What each typing of a sample shows where they differ: genotypes, for the geneticist who decides."""
    return typings.read_conflict(call.session, incident, sample)


@router.post("/conflict/settle", response_model=model_of(views.TypingsView))
def settle_conflict(call: Called, sent: SettledConflict) -> object:
    """Settle a conflict at a marker: keep what one typing shows, or with `keep` null take all as replicates."""
    return typings.settle_conflict(
        call.session, sent.incident, sent.sample, sent.marker, keep=sent.keep, reason=sent.reason
    )
