"""What a notebook shows: a pedigree as its drawing, a likelihood ratio as a table with bars."""

from __future__ import annotations

import math
from collections.abc import Collection
from html import escape

from antigone.engine.sums.ratio import LikelihoodRatio
from antigone.library.families import CandidateLrs
from antigone.model.pedigree import Pedigree
from antigone.report.charts.evidence import marker_chart
from antigone.report.pedigree.svg import Mark, draw_pedigree


def draw(pedigree: Pedigree, *, typed: Collection[str] = (), missing: Collection[str] = (), title: str = "") -> str:
    """A declared pedigree as SVG, with marks of who gave a sample and who is missing."""
    pedigree.require(*typed, *missing)
    marks = {m.id: Mark(gave_sample=m.id in typed, missing=m.id in missing) for m in pedigree}
    return draw_pedigree(pedigree, marks=marks, **({"title": title} if title else {}))


def _table(heading: str, rows: list[tuple[str, float | None]]) -> str:
    body = "".join(f"<tr><td>{escape(name)}</td><td>{_number(value)}</td></tr>" for name, value in rows)
    return f"<table><tr><th>{heading}</th><th>log10 LR</th></tr>{body}</table>"


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.4f}" if math.isfinite(value) else f"{value}"


def _bars(values: dict[str, float | None], title: str) -> str:
    shown = {name: value for name, value in values.items() if value is not None and value < math.inf}
    return marker_chart(shown, list(shown), title=title) if shown else ""


def _ratio_html(ratio: LikelihoodRatio) -> str:
    values = {row["marker"]: row["log10_lr"] for row in ratio.rows()}
    rows = [*values.items(), ("total", ratio.log10_total)]
    return _table("marker", rows) + _bars(values, "log10 LR by marker")


def _candidates_html(found: CandidateLrs) -> str:
    return _table(f"as {escape(found.missing)}", list(found.log10_lr.items())) + _bars(found.log10_lr, "log10 LR")


def _show(kind: type, name: str, way: object) -> None:
    """Notebooks ask a class for how it is shown; the classes themselves know no drawing."""
    setattr(kind, name, way)


_show(Pedigree, "_repr_svg_", draw)
_show(LikelihoodRatio, "_repr_html_", _ratio_html)
_show(CandidateLrs, "_repr_html_", _candidates_html)
