"""Small batches of different markers as one: the same answers as one by one."""

from __future__ import annotations

import numpy as np
import pytest

from antigone.model.assumptions.marker import Chromosome, Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families import together
from antigone.search.families.batches import Question, batches
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.families.reference_fit import Declared, judge_references
from antigone.search.families.together import join_small

FAMILY = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("FA", "male", "GF", "GM"), ("MO", "female"),
    ("MP", "male", "FA", "MO"), ("SIS", "female", "FA", "MO"),
)  # fmt: skip
STEPWISE = Stepwise(0.002)


def kit():
    """Ladders of 5 to 12 alleles, on autosomes and X, with and without a silent allele."""
    for number in range(8):
        n = 5 + number
        silent = 0.01 if number % 3 == 0 else 0.0
        frequencies = tuple((1 - silent) * (k + 1) * 2 / (n * (n + 1)) for k in range(n))
        alleles = tuple(str(8 + k) for k in range(n))
        chromosome: Chromosome = "X" if number >= 6 else "autosomal"
        yield Marker(f"M{number}", alleles, frequencies, STEPWISE, STEPWISE, silent, chromosome)


KIT = tuple(kit())


def profile(member, rng):
    genotypes = {m.name: tuple(rng.choice(m.alleles[:5], 2).tolist()) for m in KIT}
    if FAMILY[member].sex == "male":
        genotypes |= {m.name: (genotypes[m.name][0],) * 2 for m in KIT if m.chromosome == "X"}
    return Profile(member, genotypes)


def families():
    rng = np.random.default_rng(5)
    typed = [("GF", "GM"), ("SIS",), ("MO", "SIS"), ("MO", "SIS"), ("GF", "SIS")]
    return [{member: profile(member, rng) for member in members} for members in typed]


@pytest.mark.parametrize("theta", [0.0, 0.02])
def test_joined__tables_and_fits_are_those_of_each_batch_alone(monkeypatch, theta):
    targets = [Target(str(n), "MP", FAMILY, known) for n, known in enumerate(families())]
    declared = [Declared(str(n), FAMILY, known) for n, known in enumerate(families())]
    joined = log_lr_tables(targets, KIT, theta=theta), judge_references(declared, KIT, theta=theta)
    monkeypatch.setattr(together, "MOST_JOINED", -1)
    alone = log_lr_tables(targets, KIT, theta=theta), judge_references(declared, KIT, theta=theta)
    for one, other in zip(joined[0], alone[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)
    for verdicts, expected in zip(joined[1], alone[1], strict=True):
        assert [fit.log10_fit for fit in verdicts] == pytest.approx([fit.log10_fit for fit in expected], abs=1e-12)


def test_join_small__every_question_stands_at_every_marker_once():
    questions = [Question(FAMILY, known, "MP") for known in families()]
    parts = list(batches(questions, KIT))
    found = list(join_small(parts, 0.0))
    assert len(found) < len(parts)
    asked = sorted((m, row) for joined in found for m, rows, _ in joined.parts for row in rows.tolist())
    assert asked == [(m, row) for m in range(len(KIT)) for row in range(len(questions))]


def test_join_small__large_batches_stay_alone(monkeypatch):
    monkeypatch.setattr(together, "MOST_JOINED", 1)
    questions = [Question(FAMILY, known, "MP") for known in families()[2:4]]
    found = list(join_small(batches(questions, KIT), 0.0))
    assert all(len(joined.parts) == 1 for joined in found if len(joined.parts[0][1]) > 1)
