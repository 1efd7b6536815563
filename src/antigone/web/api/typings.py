"""Several typings of one sample: seen, corrected, retired, their conflicts settled; and profiles typed in, twice."""

from __future__ import annotations

from fastapi import APIRouter

from antigone.team import views
from antigone.team.incidents import passes, typings
from antigone.web.api.access import Called
from antigone.web.api.answers import model_of
from antigone.web.api.bodies import CorrectedTyping, DiscardedPasses, RetiredTyping, SettledConflict, TypedPass
from antigone.web.shared.fields import Named, Page, PartOf, Size
from antigone.web.shared.standing import search_after_import

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


@router.get("/passes", response_model=list[model_of(views.PassLine)])  # type: ignore[misc]
def list_passes(call: Called, incident: Named) -> object:
    """The profiles of an incident that were typed in once; nothing that was typed."""
    return passes.list_passes(call.session, incident)


@router.get("/pass", response_model=model_of(views.EntryView))
def read_entry(call: Called, incident: Named, sample: Named, kit: PartOf = "") -> object:
    """The markers that are to be typed of a sample now, in the order of the kit."""
    return passes.read_entry(call.session, incident, sample, kit=kit)


@router.post("/pass", response_model=model_of(views.Entered))
def type_pass(call: Called, sent: TypedPass) -> object:
    """Keep one pass, sealed, and compare it with the earlier ones; when two agree at every marker, the profile is a
    typing of the sample, brought by an import that can be undone."""
    done = passes.type_pass(
        call.session, sent.incident, sent.sample, kit=sent.kit, markers=sent.markers, apart=sent.apart
    )
    if done.is_typing:
        search_after_import(call.web, sent.incident)
    return done


@router.post("/pass/discard", response_model=int)
def discard_passes(call: Called, sent: DiscardedPasses) -> object:
    """Discard the open passes of a sample; how many there were."""
    return passes.discard_passes(call.session, sent.incident, sent.sample)
