"""A search result as one self-contained page: for a geneticist, a court, and the lawyer of a family."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from antigone.errors import InputError
from antigone.model.incident.incident import Family, Incident
from antigone.model.results.search import Candidate, SearchResult
from antigone.plain_words import (
    count_text,
    log10_text,
    lr_text,
    odds_text,
    plain_text,
    probability_text,
    threshold_log10,
)
from antigone.report.charts.evidence import marker_chart, overview_chart, sensitivity_chart
from antigone.report.pedigree.svg import Mark, draw_key, draw_pedigree
from antigone.report.words.relatives import tell_relatives, warn_of_relatives
from antigone.report.words.sentences import (
    consenting_donors,
    describe_kind,
    describe_references,
    explain_alternatives,
    explain_evidence,
    explain_linkage,
    explain_mutation,
    explain_sensitivity,
    other_ranks,
    propositions,
    reportable_mutations,
    summarise,
)
from antigone.report.words.statements import said


@dataclass(frozen=True)
class CandidateView:
    """One candidate as the page shows it."""

    candidate: Candidate
    other_ranks: tuple[int, ...]
    mutations: tuple[str, ...]


@dataclass(frozen=True)
class CandidateSection:
    """All that the page says about one of the first candidates."""

    view: CandidateView
    propositions: tuple[str, str]
    alternatives: tuple[str, ...]
    references: str
    linkage: str
    drawing: str
    chart: str
    sensitivity: str
    least: str
    added: tuple[str, ...]
    near: str
    relatives: tuple[tuple[str, str, str], ...]
    kind: str


MOST_FURTHER = 10
"""Candidates after the first ones that are explained because they have X, Y or mitochondrial evidence."""
MOST_LISTED = 500
"""Rows of a table that a person may still read; the files beside the report hold all of them."""


def render_report(result: SearchResult, incident: Incident, *, top: int = 20, joint: str = "") -> str:
    """Render a search result as one HTML page that needs nothing outside itself.

    Parameters
    ----------
    result
        What the search found. The first ``MOST_LISTED`` rows of every table are shown, and how many more there are.
    incident
        What the search read; only the declared pedigrees, the missing members, who gave a sample under an
        active consent, and the kind of each unidentified person are used. No genotype reaches the page.
    top
        How many candidates, from rank 1, get a section of their own; up to ``MOST_FURTHER`` later ones that have X, Y
        or mitochondrial evidence get one too.
    joint
        The section of the joint solution (``report.joint.joint_section``), or nothing.

    Returns
    -------
    str
        The page. Two runs over the same input differ in the line of the time stamp only.

    Raises
    ------
    InputError
        When a candidate names a family, member or unidentified person that the incident does not hold.
    """
    families = {family.code: family for family in incident.families}
    views = tuple(_view(result, candidate, families) for candidate in result.candidates[:MOST_LISTED])
    sections = tuple(_section(result, incident, view, families) for view in _explained(views, top))
    page = page_environment().get_template("report.html.j2").render(
        result=result,
        summary=summarise(result),
        prior=odds_text(result.prior),
        views=views,
        sections=sections,
        top=min(top, len(views)),
        explained={section.view.candidate.rank for section in sections},
        joint=joint,
        overview=_overview(result),
        most=MOST_LISTED,
        keys=_keys(),
        open_unidentified=[summary for summary in result.unidentified if not summary.candidates],
        open_missing=[summary for summary in result.families if not summary.candidates],
        kinds={person.code: person.kind for person in incident.unidentified},
        page_title=css_string(f"Antigone · {result.title}"),
        page_prior=css_string(f"Prior of one pair: {odds_text(result.prior)}"),
    )  # fmt: skip
    return page + "\n"


def _explained(views: tuple[CandidateView, ...], top: int) -> tuple[CandidateView, ...]:
    """The first candidates, and later ones whose weak autosomal LR other markers support or contradict."""
    further = [view for view in views[top:] if {line.kind for line in view.candidate.evidence} & {"X", "Y", "mtDNA"}]
    return (*views[:top], *further[:MOST_FURTHER])


def css_string(text: str) -> str:
    r"""A CSS string literal of any text, safe inside a style element.

    Examples
    --------
    >>> css_string("a</style>")
    '"a\\00003c\\00002fstyle\\00003e"'
    """
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in text) + '"'


def page_environment(package: str = "antigone.report") -> Environment:
    """The templates of a package, with every value escaped and every missing one an error."""
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=said,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "said": said,
        "count": count_text,
        "log10": log10_text,
        "lr": lr_text,
        "number": plain_text,
        "probability": probability_text,
    }
    return environment


def _family(candidate: Candidate, families: dict[str, Family]) -> Family:
    family = families.get(candidate.family)
    if family is None or candidate.missing not in family.pedigree:
        raise InputError(
            f"result: rank {candidate.rank} names '{candidate.missing}' of family '{candidate.family}', who is not in "
            "the incident; render the report from the incident that was searched"
        )
    return family


def _view(result: SearchResult, candidate: Candidate, families: dict[str, Family]) -> CandidateView:
    donors = consenting_donors(_family(candidate, families), dt.date.fromisoformat(result.day))
    mutations = reportable_mutations(candidate, donors)
    return CandidateView(
        candidate, other_ranks(result, candidate), tuple(explain_mutation(candidate, m) for m in mutations)
    )


def _section(
    result: SearchResult, incident: Incident, view: CandidateView, families: dict[str, Family]
) -> CandidateSection:
    candidate = view.candidate
    family = _family(candidate, families)
    donors = consenting_donors(family, dt.date.fromisoformat(result.day))
    return CandidateSection(
        view=view,
        propositions=propositions(candidate),
        alternatives=explain_alternatives(result, candidate),
        references=describe_references(donors),
        linkage=explain_linkage(candidate),
        drawing=_drawing(candidate, family, donors),
        chart=_chart(candidate),
        sensitivity=_sensitivity(candidate),
        least=explain_sensitivity(candidate),
        added=explain_evidence(candidate),
        near=warn_of_relatives(candidate),
        relatives=tell_relatives(candidate),
        kind=_kind(candidate, incident),
    )


def _sensitivity(candidate: Candidate) -> str:
    title = f"Total log10 LR of rank {candidate.rank} with one assumption changed at a time"
    return sensitivity_chart(candidate.sensitivity, title=title) if candidate.sensitivity else ""


def _kind(candidate: Candidate, incident: Incident) -> str:
    for person in incident.unidentified:
        if person.code == candidate.unidentified:
            return describe_kind(person)
    raise InputError(
        f"result: rank {candidate.rank} names '{candidate.unidentified}', who is not among the unidentified persons "
        "of the incident; render the report from the incident that was searched"
    )


def _drawing(candidate: Candidate, family: Family, donors: tuple[str, ...]) -> str:
    marks = {
        member.id: Mark(
            gave_sample=member.id in donors,
            missing=member.id in family.missing,
            unidentified=candidate.unidentified if member.id == candidate.missing else None,
        )
        for member in family.pedigree
    }
    title = (
        f"Declared pedigree of family {family.code} with {candidate.unidentified} in the place of {candidate.missing}"
    )
    return draw_pedigree(family.pedigree, marks=marks, title=title)


def _chart(candidate: Candidate) -> str:
    population = candidate.smallest_population
    title = f"log10 LR of every marker for rank {candidate.rank}, population {population}; the table has the numbers"
    values = candidate.log10_lr_by_marker[population]
    return marker_chart(values, candidate.markers_compared, title=title)


def _overview(result: SearchResult) -> str:
    best = {s.code: s.best_log10_lr for s in result.unidentified if s.best_log10_lr is not None}
    title = "Best log10 LR of every unidentified person, and the threshold"
    return overview_chart(best, threshold_log10(result.threshold), title=title) if best else ""


def _keys() -> dict[str, str]:
    marks = {
        "sample": Mark(gave_sample=True),
        "missing": Mark(missing=True),
        "placed": Mark(missing=True, unidentified=""),
    }
    return {name: str(draw_key(mark)) for name, mark in marks.items()}
