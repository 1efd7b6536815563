"""The joint solution as a page, as a section of the report, and as files for other programs."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Collection
from dataclasses import dataclass

from antigone.errors import InputError
from antigone.model.assumptions.choices import SHOWN_POSTERIOR
from antigone.model.incident.incident import Family, Incident
from antigone.model.results.file_format import JOINT
from antigone.model.results.joint import Assignment, Conclusion, FamilyAnswer, JointResult
from antigone.plain_words import count_text, counted, plain_text, probability_text, threshold_text
from antigone.report.charts.heatmap import draw_heatmap
from antigone.report.pages.search import css_string, page_environment
from antigone.report.pedigree.svg import Mark, draw_key, draw_pedigree
from antigone.report.tables.files import fields_of, file_text, harmless_cell
from antigone.report.words.sentences import consenting_donors
from antigone.report.words.statements import say

NOBODY = "not among them"
MOST_FAMILIES = 120
"""Families with a section of their own; joint.csv and joint.json hold all of them."""


@dataclass(frozen=True)
class FamilySection:
    """All that the page shows of one family; no matrix where nobody is proposed."""

    answer: FamilyAnswer
    drawing: str
    matrix: str
    conclusions: tuple[Conclusion, ...]


def joint_csv(result: JointResult) -> str:
    """One row for each pairing with a posterior of at least ``least_listed``, and one for each person's remainder."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            "unidentified",
            "family",
            "missing",
            "posterior",
            "log10_generalised_lr",
            "generalised_lr_is",
            "proposed",
            "status",
        ]
    )
    proposed = {(c.unidentified, c.family, m): c.status for c in result.conclusions for m in c.missing}
    for p in result.pairings:
        glr = "" if p.log10_glr is None else f"{p.log10_glr:.6f}"
        status = proposed.get((p.unidentified, p.family, p.missing), "")
        codes = map(harmless_cell, (p.unidentified, p.family, p.missing))
        writer.writerow([*codes, f"{p.posterior:.9f}", glr, p.glr_kind if glr else "", "yes" if status else "", status])
    for code, chance in result.not_among_missing.items():
        writer.writerow([harmless_cell(code), "", "", f"{chance:.9f}", "", "", "", "none of the missing"])
    return text.getvalue()


def joint_json(result: JointResult) -> str:
    """The whole joint result with its provenance; an infinite number is the string ``"inf"`` or ``"-inf"``."""
    return file_text(JOINT, fields_of(result), result.provenance)


def render_joint(result: JointResult, incident: Incident) -> str:
    """The joint solution as one self-contained page.

    Raises
    ------
    InputError
        When the result names a family that the incident does not hold.
    """
    page = page_environment().get_template("joint.html.j2").render(
        result=result,
        section=joint_section(result, incident),
        page_title=css_string(f"Antigone · {result.title}"),
        page_prior=css_string(f"Prior: {say(result.prior_sentence)}"),
    )  # fmt: skip
    return page + "\n"


def joint_section(result: JointResult, incident: Incident) -> str:
    """The joint solution as a fragment of a page: summary, proposals, alternatives, each family."""
    families = {family.code: family for family in incident.families}
    unknown = [answer.family for answer in result.families if answer.family not in families]
    if unknown:
        raise InputError(f"joint result: no family '{unknown[0]}' in the incident; render it from the incident solved")
    return page_environment().get_template("joint_section.html.j2").render(
        result=result,
        summary=summarise_joint(result),
        sections=[_section(result, answer, families[answer.family]) for answer in result.families[:MOST_FAMILIES]],
        further=max(0, len(result.families) - MOST_FAMILIES),
        alternatives=alternatives_of(result),
        keys={
            "placed": draw_key(Mark(missing=True, unidentified="")),
            "missing": draw_key(Mark(missing=True)),
            "sample": draw_key(Mark(gave_sample=True)),
        },
    )  # fmt: skip


def summarise_joint(result: JointResult) -> tuple[str, ...]:
    """The answer in three paragraphs: how sure the whole is, what is proposed, what it rests on."""
    best = result.assignments[0]
    placed = sum(conclusion.family is not None for conclusion in result.conclusions)
    settled = sum(conclusion.status.startswith("supported") for conclusion in result.conclusions)
    exact = "Every possible joint assignment is in the sums." if result.exact else (
        f"Assignments of small weight were left out: no posterior is further than {plain_text(result.error_bound)} "
        "from its exact value, and generalised LRs that could change are given as bounds."
    )  # fmt: skip
    if not best.rank_proven:
        exact += " It is not proven that no assignment left out is more probable than the best one shown."
    doubt = ""
    if best.posterior < 0.5:
        doubt = (
            " Others are together more probable: read the posterior of each pairing, not this assignment as a whole."
        )
    return (
        f"{_possible(result.assignments_possible)} possible by sex. A place in a family is proposed "
        f"for {count_text(placed)} of {count_text(len(result.conclusions))} unidentified persons; the probability of "
        f"the best assignment is {probability_text(best.posterior)}.{doubt} {exact}",
        f"{counted(settled, 'proposal')} {'reaches' if settled == 1 else 'reach'} the threshold "
        f"{threshold_text(result.threshold)} of the generalised LR. What is proposed is for review, never a decision.",
        f"The prior: {result.prior_sentence}. Frequencies: {result.population}.",
    )


def _possible(assignments: float) -> str:
    return "1 joint assignment is" if assignments == 1 else f"{_count(assignments)} joint assignments are"


def _count(number: float) -> str:
    return count_text(round(number)) if number < 1e9 else f"About {plain_text(number)}"


def _section(result: JointResult, answer: FamilyAnswer, family: Family) -> FamilySection:
    donors = consenting_donors(family, dt.date.fromisoformat(result.day))
    marks = {
        member.id: Mark(
            gave_sample=member.id in donors,
            missing=member.id in family.missing,
            unidentified=answer.proposed.get(member.id),
        )
        for member in family.pedigree
    }
    title = f"Declared pedigree of family {family.code} with the persons proposed by the joint solution"
    conclusions = tuple(c for c in result.conclusions if c.family == family.code)
    return FamilySection(
        answer,
        draw_pedigree(family.pedigree, marks=marks, title=title),
        matrix_of(result, answer).draw(answer.family),
        conclusions,
    )


@dataclass(frozen=True)
class Matrix:
    """Posteriors of one family: rows of unidentified persons, and the last one of the missing person not being among
    them; ``columns`` are the missing persons for whom somebody is proposed, and nobody else.

    A missing person for whom nobody is proposed has no numbers here: they could tell why (PURPOSE.md, rule 6).
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    further: int

    def draw(self, family: str) -> str:
        """The same as a picture; nothing without columns."""
        if not self.columns:
            return ""
        values = {
            (code, missing): chance
            for code, row in self.rows
            for missing, chance in zip(self.columns, row, strict=True)
        }
        title = f"Posterior probabilities in family {family}: unidentified persons by missing persons"
        return draw_heatmap([code for code, _ in self.rows], self.columns, values, title=title)


def matrix_of(result: JointResult, answer: FamilyAnswer, *, most: int | None = None) -> Matrix:
    """The ``most`` probable persons of a family, or all that have ``SHOWN_POSTERIOR`` somewhere in it."""
    columns = tuple(missing for missing in answer.missing if missing in answer.proposed)
    values = {
        (p.unidentified, p.missing): p.posterior
        for p in result.pairings
        if p.family == answer.family and p.missing in columns
    }
    largest: dict[str, float] = {}
    for (code, _), chance in values.items():
        largest[code] = max(chance, largest.get(code, 0.0))
    ranked = sorted((code for code in largest if largest[code] >= SHOWN_POSTERIOR), key=lambda c: (-largest[c], c))
    shown = ranked[:most]
    rows = [(code, tuple(values.get((code, missing), 0.0) for missing in columns)) for code in shown]
    nobody = (NOBODY, tuple(answer.not_found[missing] for missing in columns))
    return Matrix(columns, (*rows, nobody) if columns else (), len(ranked) - len(shown))


def alternatives_of(result: JointResult) -> tuple[tuple[Assignment, tuple[str, ...]], ...]:
    """The next best assignments, each with what it does differently.

    Missing persons for whom nobody is proposed are not named: which of them chance would fill could tell why.
    """
    proposed = {(answer.family, missing) for answer in result.families for missing in answer.proposed}
    best = result.assignments[0]
    return tuple((one, _changes_between(best, one, proposed)) for one in result.assignments[1:])


def _changes_between(best: Assignment, other: Assignment, proposed: Collection[tuple[str, str]]) -> tuple[str, ...]:
    """What another assignment does differently, person by person."""
    first, second = ({code: (family, missing) for code, family, missing in one.pairs} for one in (best, other))
    before, after = (
        {code: _place(where.get(code), proposed) for code in first.keys() | second.keys()} for where in (first, second)
    )
    changes = tuple(f"{code} {after[code]}" for code in sorted(before) if before[code] != after[code])
    return changes or ("only where nobody is proposed",)


def _place(place: tuple[str, str] | None, proposed: Collection[tuple[str, str]]) -> str:
    if place is None:
        return "stays without a place"
    return f"as {place[1]} of family {place[0]}" if place in proposed else "at a place for which nobody is proposed"
