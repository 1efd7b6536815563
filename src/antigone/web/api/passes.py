"""Profiles that are typed in, twice."""

from __future__ import annotations

from fastapi import APIRouter

from antigone.team import views
from antigone.team.incidents import passes
from antigone.web.api.access import Called
from antigone.web.api.answers import model_of
from antigone.web.api.bodies import DiscardedPasses, TypedPass
from antigone.web.shared.fields import Named, PartOf
from antigone.web.shared.standing import search_after_import

router = APIRouter()


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
