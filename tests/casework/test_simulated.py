"""Simulated incidents: they are removed alone, compared with the truth, and the same for the same seed."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

import pytest
from casework_search import ferry as ferry
from casework_search import outputs, search
from small_search import incident

from antigone.casework.incident.files import remove_simulated
from antigone.casework.validation.demo import compare_with_truth, simulated_incident, why_open
from antigone.errors import InputError
from antigone.formats.casefolder.writer import write_case_folder
from antigone.report.tables.files import pairs_csv


def test_remove_simulated__removes_only_a_simulation(tmp_path):
    own = tmp_path / "incident"
    write_case_folder(incident(title="Real"), own)
    (tmp_path / "incident-truth.csv").write_text("mine")
    with pytest.raises(InputError, match="not an earlier demonstration's"):
        remove_simulated(own, "Simulated ferry accident")
    assert (own / "incident.toml").exists()
    remove_simulated(own, "Real")
    assert list(tmp_path.iterdir()) == []
    remove_simulated(own, "Real")


@pytest.mark.slow
def test_compare_with_truth__counts_every_unidentified_person_once(ferry):
    made, truth, outcome = ferry
    verdicts = compare_with_truth(outcome.result, truth)
    assert sum(v.persons for v in verdicts) == len(made.unidentified)
    assert all(v.persons == v.ranked_first + v.as_a_relative + v.elsewhere + v.open for v in verdicts)
    assert sum(v.ranked_first for v in verdicts) > 0
    assert [v.ranked_first for v in verdicts if v.kind == "not reported missing"] in ([], [0])
    assert all((v.weakest is None) == (v.ranked_first == 0) for v in verdicts)
    assert sum(why_open(outcome.result).values()) == sum(v.open for v in verdicts)


def test_simulated_incident__same_seed_same_incident():
    def made(seed):
        return simulated_incident(families=2, unidentified=2, seed=seed)

    assert made(4) == made(4)
    assert made(4) != made(5)


@pytest.mark.slow
def test_results_json__is_json_and_holds_everything():
    told = json.loads(outputs(incident())["results.json"])
    result = search(incident()).result
    assert set(told) >= set(asdict(result)) - {"pairs"}
    assert "pairs" not in told


def test_pairs_csv__lists_every_pair_for_the_geneticist():
    result = search(incident()).result
    header, *rows = csv.reader(io.StringIO(pairs_csv(result)))
    assert header[:4] == ["unidentified", "family", "missing", "status"]
    assert len(rows) == 8
    assert [row[3] for row in rows].count("compared") == result.pairs_compared
    assert all((row[3] == "compared") == bool(row[4]) for row in rows)
