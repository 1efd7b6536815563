"""An incident by SNPs: who is compared, what is added up, and what a donor's consent decides."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_search
from typer.testing import CliRunner

from antigone.casework.incident.prepare import prepare
from antigone.casework.incident.provenance import describe_run
from antigone.casework.pairs.search import search_incident
from antigone.casework.snps.compare import compare_by_snps
from antigone.cli.application import app
from antigone.errors import InputError, ModelError
from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.assumptions.snp_panel import Snp, SnpModel, SnpPanel
from antigone.model.incident.incident import Incident
from antigone.model.results.snps import SnpResult
from antigone.simulation.snps import drop_snps, genotypes_of

SNPS = tuple(Snp(f"rs{n}", str(1 + n // 100), 1.2 * (n % 100), ("A", "G")) for n in range(400))
RNG = np.random.default_rng(11)
FREQUENCY = RNG.uniform(0.2, 0.8, len(SNPS))
PANEL = SnpPanel(
    SNPS, {"north": tuple(map(float, FREQUENCY)), "south": tuple(map(float, 0.5 + (FREQUENCY - 0.5) * 0.8))}, "invented"
)
GENES = drop_snps(small_search.PARENTS, SNPS, FREQUENCY, RNG)
GENOTYPES = {
    "R-FA": genotypes_of(GENES, "FA"),
    "R-MO": genotypes_of(GENES, "MO"),
    "PM1": genotypes_of(GENES, "MP"),
    "PM2": RNG.binomial(2, FREQUENCY),
    "PM3": RNG.binomial(2, FREQUENCY),
}
GIVEN = {sample: np.eye(3)[genotypes] for sample, genotypes in GENOTYPES.items()}


def compared(incident: Incident | None = None, given: Any = None, **changes: Any) -> SnpResult:
    whole = incident or small_search.incident()
    run = describe_run(whole, created="2026-05-01T00:00:00+00:00", command="antigone snps", seed=0)
    prepared = prepare(whole, today=small_search.DAY)
    return compare_by_snps(prepared, PANEL, given or GIVEN, SnpModel(**changes), listed_from=-math.inf, provenance=run)


def test_comparison__finds_the_son_and_adds_up():
    result = compared()
    best = result.candidates[0]
    assert (best.unidentified, best.family, best.missing, best.snps) == ("PM1", best.family, "MP", 400)
    assert best.log10_lr > 20
    assert result.compared == 3
    for one in result.candidates:
        assert math.fsum(one.by_chromosome.values()) == pytest.approx(one.log10_lr, abs=1e-9)
        assert one.by_theta[0.01] == pytest.approx(one.log10_lr, abs=1e-9)
        assert one.together == pytest.approx(one.log10_lr + (one.log10_str or 0.0), abs=1e-12)
    assert [one.rank for one in result.candidates] == [1, 2, 3]


def test_comparison__the_smallest_population_ranks():
    best = compared().candidates[0]
    alone = {name: replace(PANEL, frequencies={name: values}) for name, values in PANEL.frequencies.items()}
    run = describe_run(small_search.incident(), created="", command="", seed=0)
    prepared = prepare(small_search.incident(), today=small_search.DAY)
    logs = {
        name: compare_by_snps(prepared, panel, GIVEN, SnpModel(), listed_from=5.0, provenance=run)
        .candidates[0]
        .log10_lr
        for name, panel in alone.items()
    }
    assert best.population == min(logs, key=lambda name: logs[name])
    assert best.log10_lr == pytest.approx(min(logs.values()), abs=1e-9)


@pytest.mark.slow
def test_comparison__the_strs_are_those_of_the_search():
    strs = {(one.unidentified, one.missing): one.log10_str for one in compared().candidates}
    found = search_incident(
        replace(small_search.incident(), settings=replace(small_search.incident().settings, threshold=1e-9)),
        today=small_search.DAY, created="2026-05-01T00:00:00+00:00", command="search",
    )  # fmt: skip
    pairs = {(one.unidentified, one.missing): one.smallest_log10_lr for one in found.result.candidates}
    assert strs["PM1", "MP"] == pytest.approx(pairs["PM1", "MP"], abs=1e-9)


def test_comparison__a_donor_without_consent_takes_no_part():
    [first, *others] = small_search.incident().families
    father, mother = first.donors[:2]
    without = replace(first, donors=(replace(father, consent=None), mother))
    incident = replace(small_search.incident(), families=(without, *others))
    silent = compared(incident)
    absent = compared(given={sample: given for sample, given in GIVEN.items() if sample != "R-FA"})
    assert silent.candidates[0].log10_lr == pytest.approx(absent.candidates[0].log10_lr, abs=1e-9)
    assert silent.candidates[0].log10_lr < compared().candidates[0].log10_lr


def test_comparison__needs_both_sides():
    with pytest.raises(InputError, match="no unidentified person"):
        compared(given={"R-FA": GIVEN["R-FA"]})
    with pytest.raises(InputError, match="no relative of a missing person"):
        compared(given={"PM1": GIVEN["PM1"]})


@pytest.mark.parametrize("changes", [{"error": 0.0}, {"theta": 1.0}, {"map": "Morgan"}, {"read_error": 1.0}])
def test_model__refuses_what_would_exclude_or_has_no_meaning(changes):
    with pytest.raises(ModelError):
        SnpModel(**changes)


def in_files(tmp_path: Path) -> list[str]:
    write_case_folder(small_search.incident(), tmp_path / "case")
    with (tmp_path / "panel.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("marker", "chromosome", "cM", "allele1", "allele2", "population", "frequency1"))
        for place, snp in enumerate(SNPS):
            for name, values in PANEL.frequencies.items():
                writer.writerow((snp.marker, snp.chromosome, snp.cm, *snp.alleles, name, values[place]))
    with (tmp_path / "read.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("sample", "marker", "allele1", "allele2"))
        for sample, genotypes in {**GENOTYPES, "NOBODY": GENOTYPES["PM3"]}.items():
            for snp, ones in zip(SNPS, genotypes, strict=True):
                first, second = snp.alleles
                writer.writerow((sample, snp.marker, first if ones else second, first if ones == 2 else second))
    paths = [str(tmp_path / name) for name in ("case", "panel.csv", "read.csv")]
    return ["snps", paths[0], "--panel", paths[1], "--readings", paths[2], "--on", small_search.DAY.isoformat()]


@pytest.mark.slow
def test_command__writes_a_table_and_a_page_and_says_what_it_left_out(tmp_path):
    command = [*in_files(tmp_path), "--out", str(tmp_path / "out")]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert ended.exit_code == 0
    assert "NOBODY" in ended.output
    rows = list(csv.DictReader((tmp_path / "out" / "snp_candidates.csv").read_text("utf-8").splitlines()))
    assert [row["unidentified"] for row in rows] == ["PM1"]
    assert float(rows[0]["log10_lr_snps"]) == pytest.approx(compared().candidates[0].log10_lr, abs=1e-6)
    page = (tmp_path / "out" / "snps.html").read_text("utf-8")
    assert "1. PM1 as MP of family" in page
    assert "chromosome 4" in page
    assert "rs17" not in page
    assert CliRunner().invoke(app, command).exit_code == 0  # its own files are replaced
    (tmp_path / "out" / "snps.html").write_text("mine")
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, InputError)


@pytest.mark.slow
def test_command__as_json_on_the_day_of_consent(tmp_path):
    command = [*in_files(tmp_path), "--json", "--theta", "0.03"]
    answer = json.loads(CliRunner().invoke(app, command, catch_exceptions=False).output)
    assert answer["theta"] == 0.03
    assert answer["candidates"][0]["unidentified"] == "PM1"
    assert {"panel.csv", "read.csv"} <= answer["provenance"]["inputs"].keys()
    command[command.index("--on") + 1] = dt.date(2020, 1, 1).isoformat()
    assert isinstance(CliRunner().invoke(app, command).exception, InputError)
