"""The comparison by SNPs as a page and as a table."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from antigone.model.incident.incident import Incident
from antigone.model.results.snps import SnpCandidate, SnpResult
from antigone.report.charts.evidence import marker_chart
from antigone.report.pages.search import css_string, page_environment
from antigone.report.pedigree.svg import Mark, draw_pedigree
from antigone.report.tables.files import harmless_cell

MOST_SHOWN = 50
"""Pairs with a section of their own; snp_candidates.csv holds all of them."""


@dataclass(frozen=True)
class _Section:
    candidate: SnpCandidate
    drawing: str
    chart: str


def snps_csv(result: SnpResult) -> str:
    """One row for each listed pair, strongest first; log10 LRs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    thetas = sorted({theta for one in result.candidates for theta in one.by_theta})
    writer.writerow(
        [
            "rank", "unidentified", "family", "missing", "snps", "log10_lr_snps", "population", "log10_lr_unlinked",
            *(f"log10_lr_theta_{theta:g}" for theta in thetas), "log10_lr_strs", "log10_lr_together",
        ]
    )  # fmt: skip
    for one in result.candidates:
        codes = map(harmless_cell, (one.unidentified, one.family, one.missing))
        strs = "" if one.log10_str is None else f"{one.log10_str:.6f}"
        values = [f"{one.by_theta[theta]:.6f}" for theta in thetas]
        writer.writerow(
            [
                one.rank, *codes, one.snps, f"{one.log10_lr:.6f}", harmless_cell(one.population), f"{one.unlinked:.6f}",
                *values, strs, f"{one.together:.6f}",
            ]
        )  # fmt: skip
    return text.getvalue()


def snps_page(result: SnpResult, incident: Incident) -> str:
    """The page of a comparison: the table, and for each pair its pedigree and the support along the chromosomes."""
    pedigrees = {family.code: family for family in incident.families}
    sections = [
        _Section(one, _drawing(one, incident), _chart(one))
        for one in result.candidates[:MOST_SHOWN]
        if one.family in pedigrees
    ]
    template = page_environment().get_template("snps.html.j2")
    return template.render(
        result=result,
        sections=sections,
        most=MOST_SHOWN,
        page_title=css_string(f"Antigone · {result.title}"),
        page_prior=css_string(f"Theta {result.theta:g}"),
    )


def _drawing(candidate: SnpCandidate, incident: Incident) -> str:
    family = next(family for family in incident.families if family.code == candidate.family)
    donors = {donor.member for donor in family.donors if donor.consent is not None}
    marks = {member: Mark(gave_sample=True) for member in donors}
    marks[candidate.missing] = Mark(missing=True, unidentified=candidate.unidentified)
    return draw_pedigree(family.pedigree, marks=marks, title=f"Family {family.code}", chosen=candidate.missing)


def _chart(candidate: SnpCandidate) -> str:
    named = {f"chromosome {name}": value for name, value in candidate.by_chromosome.items()}
    title = f"log10 LR of {candidate.unidentified} by chromosome"
    return marker_chart(named, list(named), title=title)
