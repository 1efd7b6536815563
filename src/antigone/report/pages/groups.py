"""groups.csv, groups.json and groups.html: which remains are probably parts of one person, for review."""

from __future__ import annotations

import csv
import io
import math

from antigone.model.results.file_format import GROUPS
from antigone.model.results.remains import ReassociationResult, SampleGroup
from antigone.report.pages.search import css_string, page_environment
from antigone.report.tables.files import fields_of, file_text, harmless_cell
from antigone.report.words.statements import say, say_all

MOST_ON_THE_PAGE = 200
"""Groups, conflicts and undecided pairs shown on the page; groups.csv has all groups."""

_COLUMNS = (
    "group",
    "status",
    "sample",
    "part",
    "bridges",
    "samples_in_group",
    "sex",
    "weakest_pair",
    "weakest_log10_lr_unrelated",
    "population_smallest",
    "weakest_log10_lr_siblings",
    "weakest_log10_lr_parent_child",
    "markers_in_consensus",
    "remark",
    "doubts",
)


def groups_csv(result: ReassociationResult) -> str:
    """One row for each sample of each group. Samples in no group have no row; their number is in groups.json."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for group in result.groups:
        for sample in group.samples:
            writer.writerow(_row(group, sample))
    return text.getvalue()


def _row(group: SampleGroup, sample: str) -> list[object]:
    weakest = group.weakest
    part = next((number for number, part in enumerate(group.parts, start=1) if sample in part), "")
    return [
        group.code,
        group.status,
        harmless_cell(sample),
        part,
        "yes" if sample in group.bridges else "",
        len(group.samples),
        group.sex,
        harmless_cell(f"{weakest.first} {weakest.second}"),
        f"{weakest.smallest_log10_lr:.6f}",
        weakest.smallest_population,
        f"{weakest.log10_lr_siblings:.6f}",
        f"{weakest.log10_lr_parent_child:.6f}",
        sum(marker.genotype is not None for marker in group.consensus.values()),
        say(group.remark),
        harmless_cell("; ".join(say_all(group.doubts))),
    ]


def groups_json(result: ReassociationResult) -> str:
    """The whole re-association with its provenance; ``antigone search --groups`` reads it."""
    return file_text(GROUPS, fields_of(result), result.provenance)


def render_groups(result: ReassociationResult) -> str:
    """The groups as one HTML page that needs nothing outside itself, for review. No genotype reaches the page."""
    page = page_environment().get_template("groups.html.j2").render(
        result=result,
        conflicts=[group for group in result.groups if group.status == "conflict"],
        consistent=[group for group in result.groups if group.status == "consistent"],
        threshold=math.log10(result.threshold),
        relative_threshold=math.log10(result.settings.relative_threshold),
        most=MOST_ON_THE_PAGE,
        page_title=css_string(f"Antigone · {result.title}"),
        page_prior=css_string("Groups of remains for review"),
    )  # fmt: skip
    return page + "\n"
