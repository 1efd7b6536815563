"""The genotypes behind a candidate: the unidentified person beside the relatives, marker by marker."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from antigone.report.tables.genotypes import genotype_table
from antigone.report.words.sentences import explain_mutation
from antigone.team.review.genotypes import read_genotypes, show_genotypes
from antigone.team.views import GenotypesView
from antigone.web.pages.candidates import draw_hypothesis
from antigone.web.pages.dashboard import title_of
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed

router = APIRouter()


@router.get("/candidate/genotypes")
def genotype_page(visit: Signed, id: int) -> HTMLResponse:
    """The genotypes behind one candidate, as far as the user may see them."""
    view = read_genotypes(visit.session, id)
    candidate = view.material.view.candidate if view.material else None
    return visit.page(
        "genotypes.html.j2",
        incident=view.incident,
        title=title_of(visit, view.incident),
        view=view,
        line=view.line,
        table=_table(view),
        h1=draw_hypothesis(view.material.view, placed=True) if view.material else "",
        gave=candidate.references if candidate else (),
        mutation_of=lambda row: explain_mutation(candidate, row.mutation) if candidate and row.mutation else "",
    )


@router.post("/candidate/genotypes")
def choose(visit: Signed, id: Annotated[int, Form()], member: Annotated[tuple[str, ...], Form()] = ()) -> Response:
    """Choose the relatives whose genotypes the others see."""
    show_genotypes(visit.session, id, member)
    told = f"The others who review it see the genotypes of {', '.join(sorted(member))}." if member else NOBODY
    return visit.go(link("/candidate/genotypes", id=id), notice=told)


NOBODY = "Nobody but you sees genotypes behind this candidate now."


def _table(view: GenotypesView) -> object:
    material = view.material
    if material is None or material.view.candidate is None:
        return None
    return genotype_table(material.view.candidate, material.family, material.person)
