"""The expert report on one candidate: for the geneticist who signs it, and for a court.

It holds everything a reader needs to judge the result and to compute it again, no genotype and no name. Numbers are
written alike in all languages, so that they can be compared with the files of the run; days are written as ISO 8601.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from antigone.model.pedigree import Individual, Pedigree
from antigone.model.review import State
from antigone.plain_words import lr_text, probability_text
from antigone.report.paper.case import Action, ExpertCase, ReviewStep, log10_words, prior_words
from antigone.report.paper.document import (
    Block,
    Document,
    Facts,
    Figure,
    Figures,
    Heading,
    Paragraph,
    Signatures,
    Table,
    Together,
    picture,
    render_pdf,
)
from antigone.report.paper.evidence import chance, data_compared, sensitivity, theta_words, weight
from antigone.report.paper.method import appendix, limits, models
from antigone.report.pedigree.svg import Mark, draw_pedigree
from antigone.report.words.language import Language, mark
from antigone.report.words.statements import say as statement_in
from antigone.report.words.statements import say_code

LONGEST_CODE = 28

STATES: Mapping[State, str] = {
    "open": mark("open: a candidate, not a conclusion"),
    "proposed": mark("proposed by one person, not yet confirmed: a candidate, not a conclusion"),
    "confirmed": mark("proposed by one person and confirmed by another"),
    "rejected": mark("rejected on review"),
    "reopening": mark("asked to be reopened: under review again"),
}
ACTIONS: Mapping[Action, str] = {
    "propose": mark("proposed"),
    "confirm": mark("confirmed"),
    "reject": mark("rejected"),
    "return": mark("returned to open"),
    "ask to reopen": mark("asked to reopen"),
    "reopen": mark("reopened"),
    "keep": mark("kept as it was"),
    "comment": mark("commented"),
}
SEXES = {"female": mark("female"), "male": mark("male"), "unknown": mark("sex unknown")}


def expert_report(
    case: ExpertCase, *, language: Language, day: dt.date, paper: Literal["a4", "us-letter"] = "a4"
) -> bytes:
    """The expert report on one candidate as PDF.

    Parameters
    ----------
    case
        The candidate, its search, the family and the unidentified person, and the review so far.
    language
        Of the whole report. A sentence of the result that the catalogue does not know is left in English.
    day
        The date of the report, which is also that of the PDF.

    Returns
    -------
    bytes
        PDF/A-2a and PDF/UA-1; the same bytes for the same arguments.
    """
    return render_pdf(compose_expert_report(case, language=language, day=day, paper=paper))


def compose_expert_report(
    case: ExpertCase, *, language: Language, day: dt.date, paper: Literal["a4", "us-letter"] = "a4"
) -> Document:
    """The expert report before it is set."""
    say, c = language.say, case.candidate
    codes = " · ".join(_cut(code) for code in (c.unidentified, c.family, c.missing))
    return Document(
        title=say("Expert report: an unidentified person and a family"),
        language=language,
        day=day,
        blocks=(
            *_opening(case, language, day),
            *_result(case, language),
            *_propositions(case, language),
            *data_compared(case, language),
            *weight(case, language),
            *sensitivity(case, language),
            *chance(case, language),
            *models(case, language),
            *limits(case, language),
            *_review(case, language),
            *appendix(case, language),
        ),
        running=(say("Expert report: {codes}", codes=codes), say("Run {identity}", identity=case.run[:12])),
        paging=say("page {page} of {pages}", page="{page}", pages="{pages}"),
        foot=say("The software proposes; persons decide."),
        paper=paper,
    )


def _cut(code: str) -> str:
    return code if len(code) <= LONGEST_CODE else code[: LONGEST_CODE - 1] + "…"


def _opening(case: ExpertCase, language: Language, day: dt.date) -> tuple[Block, ...]:
    say, c, person = language.say, case.candidate, case.person
    kinds = {"remains": say("remains"), "living": say("a living person who asked")}
    rows = (
        (say("Incident"), case.result.title),
        (say("Unidentified person"), f"{c.unidentified} ({kinds[person.kind]}, {say(SEXES[person.sex])})"),
        (say("Missing person"), f"{c.missing} ({say(SEXES[case.family.pedigree[c.missing].sex])})"),
        (say("Family"), c.family),
        (say("Compared on"), case.result.day),
        (say("Report of"), day.isoformat()),
        (say("State of the review"), say(STATES[case.state])),
    )
    return (Facts(rows),)


def _result(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    say, c, result = language.say, case.candidate, case.result
    prior = prior_words(result.prior, language)
    return (
        Heading(say("Result")),
        Paragraph(_in_words(case, language), "lead"),
        Paragraph(
            say(
                "On the verbal scale this is {verbal}. The LR is that of the markers in section “Weight of the "
                "evidence”, in the population in which it is smallest ({population}). Source of the scale: {source}.",
                verbal=statement_in(c.verbal, language),
                population=c.smallest_population,
                source=result.verbal_scale_source.rstrip("."),
            )
        ),
        Paragraph(theta_words(case, language)),
        *_together(case, language),
        Paragraph(
            say(
                "The prior probability {prior} ({reason}) and this LR together give the posterior probability "
                "{posterior}. Another prior gives another posterior; the LR stays.",
                prior=prior,
                reason=statement_in(result.prior_reason, language),
                posterior=probability_text(c.posterior),
            )
        ),
        *_jointly(case, language),
        Paragraph(
            say(
                "The result is one part of the evidence. Whether this person is identified is decided by the "
                "responsible persons and authorities, together with everything else that is known."
            ),
            "note",
        ),
    )


def _jointly(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """The posterior among all families at once, where a joint solution knows the pair."""
    say, joint = language.say, case.joint
    if joint is None:
        return ()
    if joint.posterior is None:
        words = say("Its posterior probability there is below {least}.", least=f"{joint.least:g}")
    else:
        words = say("Its posterior probability there is {posterior}.", posterior=probability_text(joint.posterior))
    where = say(
        "Joint solution {run} of {day} weighs this pairing among all families and all unidentified persons at once. "
        "Its prior: {prior}.",
        run=joint.run,
        day=joint.day.isoformat(),
        prior=statement_in(joint.prior, language),
    )
    bound = say("No posterior in it is further than {bound} from its exact value.", bound=f"{joint.error_bound:.2g}")
    return (Paragraph(" ".join((where, words, bound) if joint.error_bound else (where, words))),)


def _together(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    lines = [line for line in case.candidate.evidence if line.log10_lr is not None]
    if not lines:
        return ()
    return (
        Paragraph(
            language.say(
                "All kinds of evidence stand in a table in section “Weight of the evidence”. Its last line, “{kind}”, "
                "is log10 LR {log10_lr}.",
                log10_lr=log10_words(lines[-1].log10_lr or 0.0, language),
                kind=say_code(lines[-1].kind, language),
            )
        ),
    )


def _in_words(case: ExpertCase, language: Language) -> str:
    say, c = language.say, case.candidate
    log10_lr = c.smallest_log10_lr
    names = {"unidentified": c.unidentified, "missing": c.missing, "family": c.family}
    if log10_lr == float("-inf"):
        return say(
            "Under the model stated, the DNA results are impossible if {unidentified} is {missing} of family {family} "
            "(H1): LR 0.",
            **names,
        )
    if log10_lr < 0:
        return say(
            "The DNA results are {times} times more probable if {unidentified} is unrelated to family {family} (H2) "
            "than if {unidentified} is {missing} of that family (H1): LR {lr}.",
            times=lr_text(-log10_lr),
            lr=lr_text(log10_lr),
            **names,
        )
    return say(
        "The DNA results are {times} times more probable if {unidentified} is {missing} of family {family} (H1) than "
        "if {unidentified} is unrelated to that family (H2): LR {times}.",
        times=lr_text(log10_lr),
        **names,
    )


def _propositions(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    say, c = language.say, case.candidate
    names = {"unidentified": c.unidentified, "missing": c.missing, "family": c.family}
    h1 = say("{unidentified} is {missing}, the missing member of family {family}.", **names)
    h2 = say("{unidentified} is unrelated to family {family}.", **names)
    return (
        Heading(say("Propositions")),
        Facts((("H1", h1), ("H2", h2)), "wide"),
        Figures((_drawing(case, language, "H1"), _drawing(case, language, "H2"))),
        Paragraph(
            say(
                "Both drawings show the pedigree as the family declared it. Squares are male, circles female, diamonds "
                "of unknown sex; a filled core: gave a sample; a thick outline with a question mark: missing; double "
                "outline in colour: the unidentified person."
            ),
            "small",
        ),
    )


def _drawing(case: ExpertCase, language: Language, proposition: Literal["H1", "H2"]) -> Figure:
    """The declared pedigree with the unidentified person in the missing person's place, or beside it."""
    say, c, pedigree = language.say, case.candidate, case.family.pedigree
    marks = {m.id: Mark(gave_sample=m.id in case.donors, missing=m.id in case.family.missing) for m in pedigree}
    if proposition == "H1":
        marks[c.missing] = Mark(missing=True, unidentified=c.unidentified)
        caption = say("H1: {unidentified} in the place of {missing}", unidentified=c.unidentified, missing=c.missing)
    else:
        apart = _free_name(c.unidentified, pedigree)
        pedigree = Pedigree((*pedigree, Individual(apart, case.person.sex)))
        marks[apart] = Mark(unidentified="")
        caption = say("H2: {unidentified} apart from the family", unidentified=c.unidentified)
    return Figure(picture(draw_pedigree(pedigree, marks=marks)), f"{caption}. {_members(case, language)}", caption)


def _free_name(code: str, pedigree: Pedigree) -> str:
    """The code of the unidentified person, also where a member of the family bears the same one."""
    return code if code not in pedigree else _free_name(f"{code} ", pedigree)


def _members(case: ExpertCase, language: Language) -> str:
    """The pedigree in words, for readers who do not see the drawing."""
    return " ".join(_member(member, case, language) for member in case.family.pedigree)


def _member(member: Individual, case: ExpertCase, language: Language) -> str:
    say = language.say
    parents = [parent for parent in (member.father, member.mother) if parent is not None]
    facts = [say(SEXES[member.sex])]
    if len(parents) == 2:
        facts.append(say("child of {father} and {mother}", father=parents[0], mother=parents[1]))
    elif parents:
        facts.append(say("child of {parent}", parent=parents[0]))
    if member.id in case.donors:
        facts.append(say("gave a sample"))
    if member.id in case.family.missing:
        facts.append(say("missing"))
    return f"{member.id}: {', '.join(facts)}."


def _review(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """The steps may fill pages; where the signatures stand, the state that they confirm stands too."""
    say = language.say
    signatures = (
        Paragraph(say("State of the review: {state}.", state=say(STATES[case.state]))),
        Paragraph(
            say(
                "Two persons sign, after all other evidence was weighed. Each of them has examined the result on their "
                "own."
            )
        ),
        Signatures(
            (say("Name and function"), say("Place and date"), say("Signature")),
            (say("First person"), say("Second person")),
        ),
    )
    return (
        Heading(say("Review and signatures")),
        *_trail(case.trail, language),
        Together(signatures),
    )


def _trail(trail: tuple[ReviewStep, ...], language: Language) -> tuple[Block, ...]:
    if not trail:
        return ()
    say = language.say
    head = (say("Day"), say("User"), say("Action"), say("Reason"))
    rows = tuple((step.day.isoformat(), step.user, say(ACTIONS[step.action]), step.reason) for step in trail)
    return (Table(head, rows, (False,) * 4, (False, False, False, True)),)
