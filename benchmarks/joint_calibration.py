"""Is a posterior of 0.9 right nine times in ten? Incidents drawn from the prior, solved jointly, counted by posterior.

Prints JSON; ``--figure PATH`` also writes the plot of docs/joint.md.
``python benchmarks/joint_calibration.py [incidents] [--figure docs/joint-calibration.svg]``.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from antigone.engine.frequencies import markers_of
from antigone.formats.frequencies import nist1036
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Sex
from antigone.model.results.joint import JointPrior
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import solve_joint
from antigone.search.joint.question import FamilyQuestion
from antigone.search.joint.screen import family_tables
from antigone.simulation.disaster import FAMILY_KINDS, DrawnIncident, draw_from_prior

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
LEAST = 0.001
ODDS = 0.5


def small_kit() -> list[Marker]:
    """Five markers: few enough that much stays open."""
    table = next(table for table in nist1036() if "pooled" not in table.population)
    names = ("TPOX", "CSF1PO", "D5S818", "D3S1358", "TH01")
    return list(markers_of(table, names, seen={}, rule=SearchSettings().rule, mutation=DEFAULT_MUTATION))


def pairing_posteriors(drawn: DrawnIncident, kit: list[Marker]) -> list[tuple[float, bool]]:
    """The posterior of every pairing, and whether it is true."""
    persons = Persons(
        tuple(p.code for p in drawn.persons),
        tuple(p.sex for p in drawn.persons),
        tuple(p.profile for p in drawn.persons),
        tuple(kit),
    )
    questions = [
        FamilyQuestion(
            family.code,
            family.pedigree,
            family.missing,
            {donor.member: donor.profile for donor in family.donors},
            tuple(
                tuple(p for p, sex in enumerate(persons.sexes) if sex == family.pedigree[m].sex) for m in family.missing
            ),
        )
        for family in drawn.families
    ]
    tables, prices = family_tables(questions, persons, kit)
    posterior = solve_joint(tables, persons, prior=JointPrior("odds", ODDS), prices=prices, count=1)
    assert posterior.exact
    found = []
    for question, answer in zip(questions, posterior.families, strict=True):
        for j, missing in enumerate(question.missing):
            truth = drawn.truth.get((question.code, missing))
            found += [
                (float(answer.posterior[j, p]), persons.codes[p] == truth)
                for p in range(len(persons.codes))
                if answer.posterior[j, p] >= LEAST
            ]
    return found


def calibrate(incidents: int, seed: int = 1) -> list[dict[str, float]]:
    """By bin of the posterior: how many pairings, their mean posterior, the share that is true, its standard error."""
    rng, kit = np.random.default_rng(seed), small_kit()
    found: list[tuple[float, bool]] = []
    for _ in range(incidents):
        kinds = rng.integers(0, len(FAMILY_KINDS), size=3).tolist()
        sexes: list[Sex] = ["female" if rng.random() < 0.5 else "male" for _ in range(5)]
        found += pairing_posteriors(draw_from_prior(kinds, sexes, odds=ODDS, kit=kit, rng=rng), kit)
    posterior, true = np.array([p for p, _ in found]), np.array([t for _, t in found])
    rows = []
    for low, high in pairwise(EDGES):
        here = (posterior >= low) & ((posterior < high) | (high == 1.0))
        mean = float(posterior[here].mean()) if here.any() else float("nan")
        error = float(np.sqrt((posterior[here] * (1 - posterior[here])).sum()) / max(1, here.sum()))
        share = float(true[here].mean()) if here.any() else float("nan")
        rows.append({"from": low, "to": high, "pairings": int(here.sum()), "mean": mean, "true": share, "error": error})
    return rows


def draw_figure(rows: list[dict[str, float]]) -> str:
    """Posterior against the share that is true, with two standard errors; the diagonal is perfect calibration."""

    def x(value: float) -> float:
        return 50 + 300 * value

    def y(value: float) -> float:
        return 330 - 300 * value

    body = [
        '<rect x="50" y="30" width="300" height="300" fill="none" stroke="#888"/>',
        '<line x1="50" y1="330" x2="350" y2="30" stroke="#888" stroke-dasharray="4 4"/>',
        '<text x="200" y="365" text-anchor="middle">posterior of a pairing</text>',
        '<text x="14" y="180" text-anchor="middle" transform="rotate(-90 14 180)">share that is true</text>',
    ]
    for tick in (0.0, 0.5, 1.0):
        body.append(f'<text x="{x(tick):.0f}" y="346" text-anchor="middle">{tick:g}</text>')
        body.append(f'<text x="44" y="{y(tick) + 4:.0f}" text-anchor="end">{tick:g}</text>')
    for row in rows:
        top, bottom = min(1.0, row["true"] + 2 * row["error"]), max(0.0, row["true"] - 2 * row["error"])
        place = f'x1="{x(row["mean"]):.1f}" x2="{x(row["mean"]):.1f}"'
        body.append(f'<line {place} y1="{y(top):.1f}" y2="{y(bottom):.1f}" stroke="#2b5c7d"/>')
        body.append(f'<circle cx="{x(row["mean"]):.1f}" cy="{y(row["true"]):.1f}" r="4" fill="#2b5c7d"/>')
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="380" height="380" font-family="sans-serif" font-size="12">'
    return head + '<rect width="380" height="380" fill="#fff"/>' + "".join(body) + "</svg>\n"


def main(arguments: list[str]) -> None:
    numbers = [int(word) for word in arguments if word.isdigit()]
    incidents = numbers[0] if numbers else 500
    rows = calibrate(incidents)
    if "--figure" in arguments:
        Path(arguments[arguments.index("--figure") + 1]).write_text(draw_figure(rows), encoding="utf-8")
    print(json.dumps({"incidents": incidents, "prior": f"odds={ODDS}", "bins": rows}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
