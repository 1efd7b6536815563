"""Changing a declared pedigree in place. The draft stays in the browser's form; nothing is stored until it is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from antigone.errors import Conflict, InputError
from antigone.model.pedigree import Individual, Sex
from antigone.report.pedigree.svg import Mark
from antigone.team.incidents.families import read_family
from antigone.team.incidents.pedigrees import (
    decision_on_pedigree,
    describe_lost_relations,
    lost_relations,
    pedigree_version,
    save_pedigree,
)
from antigone.team.overview.status import read_incident
from antigone.web.pedigrees import draft as drafts
from antigone.web.pedigrees.draft import Declared, Draft, New
from antigone.web.pedigrees.drawings import drawing, drawing_keys
from antigone.web.requests.rendering import link
from antigone.web.requests.visits import Signed, Visit

router = APIRouter()

SEXES: tuple[Sex, ...] = get_args(Sex)


@dataclass(frozen=True)
class Asked:
    """What the form says beside the draft: the chosen member, and what to do with them."""

    member: str
    new: New
    other: str
    sex: str
    father: str
    mother: str


CHANGES: Mapping[str, Callable[[Declared, Asked], Declared]] = {
    "mother": lambda now, asked: drafts.add_parent(now, asked.member, "mother", asked.new),
    "father": lambda now, asked: drafts.add_parent(now, asked.member, "father", asked.new),
    "child": lambda now, asked: drafts.add_child(now, asked.member, asked.new, other=asked.other),
    "partner": lambda now, asked: drafts.add_partner(now, asked.member, asked.new),
    "sibling": lambda now, asked: drafts.add_sibling(now, asked.member, asked.new),
    "half by mother": lambda now, asked: drafts.add_sibling(now, asked.member, asked.new, shared="mother"),
    "half by father": lambda now, asked: drafts.add_sibling(now, asked.member, asked.new, shared="father"),
    "sex": lambda now, asked: drafts.set_sex(now, asked.member, _sex(asked.sex)),
    "parents": lambda now, asked: drafts.set_parents(now, asked.member, father=asked.father, mother=asked.mother),
    "missing": lambda now, asked: drafts.turn_missing(now, asked.member),
    "remove": lambda now, asked: drafts.remove(now, asked.member),
}
"""Every step of the editor, as the buttons name it."""


@router.get("/family/edit")
def edit_family(visit: Signed, incident: str, family: str) -> HTMLResponse:
    """The editor, with the pedigree as it is declared now."""
    visit.session.require("import")
    found = read_family(visit.session, incident, family)
    draft = Draft.begin(Declared(found.pedigree.individuals, frozenset(found.missing)))
    seen = pedigree_version(found.pedigree, found.missing)
    chosen = (*found.missing, found.pedigree.individuals[0].id)[0]
    donors = tuple(line.member for line in found.donors if not line.erased)
    return _page(visit, Editor(incident, family, seen, draft, chosen, donors))


@dataclass(frozen=True)
class Editor:
    """What the page shows: the family, the version the draft began from, the draft, the chosen member, the donors."""

    incident: str
    family: str
    seen: str
    draft: Draft
    chosen: str
    donors: tuple[str, ...]


@router.post("/family/edit")
def step(
    visit: Signed,
    incident: Annotated[str, Form()],
    family: Annotated[str, Form()],
    seen: Annotated[str, Form()],
    draft: Annotated[str, Form()],
    member: Annotated[str, Form()],
    donors: Annotated[list[str] | None, Form()] = None,
    do: Annotated[str, Form()] = "choose",
    code: Annotated[str, Form()] = "",
    new_sex: Annotated[str, Form()] = "unknown",
    other: Annotated[str, Form()] = "",
    sex: Annotated[str, Form()] = "unknown",
    father: Annotated[str, Form()] = "",
    mother: Annotated[str, Form()] = "",
    severing: Annotated[bool, Form()] = False,
) -> Response:
    """One step of the draft, or the end of it: saved, or refused with the draft as it was."""
    visit.session.require("import")
    before = Editor(incident, family, seen, Draft.read(draft), member, tuple(donors or ()))
    try:
        if do == "save":
            return _save(visit, before, severing=severing)
        asked = Asked(member, New(code, _sex(new_sex)), other, sex, father, mother)
        after = _after(before.draft, do, asked)
    except (InputError, Conflict) as error:
        return _page(visit, before, refusal=str(error))
    return _page(visit, Editor(incident, family, seen, after, member, before.donors), done=_words(before.draft, after))


def _after(draft: Draft, do: str, asked: Asked) -> Draft:
    if do == "undo":
        return draft.undo()
    if do == "redo":
        return draft.redo()
    if do == "choose":
        return draft
    if do not in CHANGES:
        raise InputError(f"step '{do[:20]}', expected one of the buttons of the page; load the page again")
    return draft.step(lambda now: CHANGES[do](now, asked))


def _save(visit: Visit, editor: Editor, *, severing: bool) -> Response:
    now = editor.draft.now.declared
    save_pedigree(
        visit.session,
        editor.incident,
        editor.family,
        pedigree=now.pedigree,
        missing=now.missing,
        seen=editor.seen,
        severing=severing,
    )
    address = link("/family", incident=editor.incident, family=editor.family)
    notice = "The pedigree is saved. Searches that rested on it must be computed again."
    if not visit.request.headers.get("hx-request"):
        return visit.go(address, notice=notice)
    visit.web.sessions.say(visit.cookie, notice)
    return Response(status_code=204, headers={"HX-Redirect": address})


def _page(visit: Visit, editor: Editor, *, refusal: str = "", done: str = "") -> HTMLResponse:
    now = editor.draft.now.declared
    chosen = editor.chosen if editor.chosen in now.codes else now.codes[0]
    return visit.page(
        "pedigree_edit.html.j2",
        status=422 if refusal else 200,
        incident=editor.incident,
        counts=read_incident(visit.session, editor.incident),
        editor=editor,
        now=now,
        chosen=now[chosen],
        carried=editor.draft.model_dump_json(),
        changed=bool(editor.draft.past),
        drawing=_drawing(now, chosen, editor.donors),
        keys=drawing_keys(),
        fathers=_others(now, chosen, "female"),
        mothers=_others(now, chosen, "male"),
        partners=_others(now, chosen, now[chosen].sex),
        likely=_known_partner(now, now[chosen]),
        sexes=SEXES,
        refusal=refusal,
        done=done,
        cut=_cut(editor),
        decided=decision_on_pedigree(visit.session, editor.incident, editor.family),
    )


def _cut(editor: Editor) -> str:
    """Who is no longer related to whom, compared with the pedigree that the draft began from; empty when nobody."""
    was, now = editor.draft.first.declared, editor.draft.now.declared
    staying = [code for code in editor.donors if code in now.codes]
    return describe_lost_relations(lost_relations(was.pedigree, now.pedigree, missing=now.missing, donors=staying))


def _drawing(now: Declared, chosen: str, donors: tuple[str, ...]) -> Markup:
    marks = {code: Mark(gave_sample=code in donors, missing=code in now.missing) for code in now.codes}
    return drawing(now.pedigree, marks, title="The pedigree as drafted", chosen=chosen)


def _others(now: Declared, chosen: str, sex: Sex) -> tuple[str, ...]:
    """The other members who are not of a sex; all of them when it is unknown."""
    return tuple(m.id for m in now.members if m.id != chosen and (m.sex != sex or sex == "unknown"))


def _known_partner(now: Declared, chosen: Individual) -> str:
    """The other parent of the last child of a member; empty when there is none."""
    parents = [(m.father, m.mother) for m in now.members if chosen.id in (m.father, m.mother)]
    others = [one for pair in parents for one in pair if one is not None and one != chosen.id]
    return others[-1] if others else ""


def _sex(text: str) -> Sex:
    found = next((sex for sex in SEXES if sex == text), None)
    if found is None:
        raise InputError(f"sex '{text[:20]}', expected one of {', '.join(SEXES)}; choose one of them")
    return found


def _words(before: Draft, after: Draft) -> str:
    """What the last step did, for those who do not see the drawing change."""
    was, now = before.now.declared, after.now.declared
    added = [code for code in now.codes if code not in was.codes]
    gone = [f"{code} ({bonds})" if (bonds := was.bonds(code)) else code for code in was.codes if code not in now.codes]
    changed = [
        code
        for code in now.codes
        if code in was.codes and (was[code] != now[code] or (code in was.missing) != (code in now.missing))
    ]
    said = (("Added", added), ("Removed", gone), ("Changed", [] if added or gone else changed))
    return ". ".join(f"{verb}: {', '.join(codes)}" for verb, codes in said if codes)
