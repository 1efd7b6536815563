"""`antigone simulate` and `antigone demo`."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from cli_run import ON, OUTPUTS, contents, in_new_process, rows_of

pytestmark = pytest.mark.slow


def test_simulate__same_seed_same_bytes(run, tmp_path):
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        ended = run("simulate", "--families", 3, "--unidentified", 4, "--seed", seed, "--out", tmp_path / name)
        assert ended.code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two") != contents(tmp_path / "three")
    assert (tmp_path / "one-truth.csv").read_bytes() == (tmp_path / "two-truth.csv").read_bytes()


def test_simulate__refuses_to_overwrite(run, tmp_path):
    simulate = ("simulate", "--families", 2, "--unidentified", 2, "--out", tmp_path / "one")
    assert run(*simulate).code == 0
    before = contents(tmp_path)
    again = run(*simulate)
    assert again.code == 1
    assert "overwritten" in again.err
    (tmp_path / "one-truth.csv").unlink()
    assert run(*simulate).code == 1
    assert contents(tmp_path) == {name: data for name, data in before.items() if name != "one-truth.csv"}


def test_simulate__what_it_writes_is_read_again(run, tmp_path):
    run("simulate", "--families", 2, "--unidentified", 2, "--out", tmp_path / "one")
    assert run("search", tmp_path / "one", "--out", tmp_path / "out", *ON).code == 0


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = tmp_path_factory.mktemp("demo") / "demo"
    code = (
        "import re, sys\n"
        "sys.argv = ['antigone', 'demo', '--out', sys.argv[1]]\n"
        "from antigone.cli import main\n"
        "try: main()\n"
        "finally: print('PEAK', re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    return out, in_new_process(code, out)


def test_demo__ends_with_the_report_and_says_where(demo):
    out, ended = demo
    assert ended.returncode == 0, ended.stderr
    assert f"Open {out / 'report.html'}" in ended.stdout
    assert {path.name for path in out.iterdir()} == OUTPUTS | {"incident", "incident-truth.csv"}


def test_demo__takes_less_than_500_megabytes(demo):
    _, ended = demo
    peak = int(re.search(r"PEAK (\d+)", ended.stdout)[1])  # type: ignore[index]
    assert peak < 500 * 1024


def test_demo__compares_with_the_simulated_truth(demo):
    _, ended = demo
    assert "Against the simulated truth" in ended.stdout
    assert "not reported" in ended.stdout
    assert re.search(r"ordinary .* \d+\.\d to \d+\.\d ", ended.stdout)
    assert re.search(r"^Open \(\d+\): .*perhaps not reported missing", ended.stdout, re.MULTILINE)


def test_demo__nobody_is_first_in_another_family(demo):
    out, _ = demo
    truth = {row["unidentified"]: row for row in rows_of(out / "incident-truth.csv")}
    first: dict[str, str] = {}
    for row in rows_of(out / "candidates.csv"):
        first.setdefault(row["unidentified"], row["family"])
    assert len(first) > 40
    assert {code: family for code, family in first.items() if truth[code]["family"] != family} == {}


def test_demo__says_what_each_kind_of_evidence_added(demo):
    out, _ = demo
    result = json.loads((out / "results.json").read_text("utf-8"))
    kinds = {c["unidentified"]: {line["kind"] for line in c["evidence"]} for c in result["candidates"]}
    assert {"autosomal", "X", "linkage", "sex", "DNA together"} <= kinds["LS001"]
    cousins = {c["missing"]: c for c in result["candidates"] if c["unidentified"] == "LS001"}
    autosomal, x = (
        {name: line["log10_lr"] for name, c in cousins.items() for line in c["evidence"] if line["kind"] == kind}
        for kind in ("autosomal", "X")
    )
    assert autosomal["D1-MP1"] == pytest.approx(autosomal["D1-MP2"], abs=0.01)
    assert x["D1-MP1"] > x["D1-MP2"] + 1, "X tells the son's daughter from the daughter's daughter"
    assert {"autosomal", "mtDNA", "age", "all together"} <= kinds["PM901"]
    assert {"autosomal", "Y", "age", "all together"} <= kinds["PM902"]
    page = (out / "report.html").read_text("utf-8")
    assert re.search(r"The autosomal markers give log10 LR [\d.]+; the X-chromosomal markers \+[\d.]+", page)
    assert re.search(r"the mitochondrial haplotype \+[\d.]+ and the age", page)
    assert re.search(r"the Y haplotype \+[\d.]+", page)
    for source in ("10.1016/j.fsigen.2017.05.005", "10.1016/j.forsciint.2007.03.014", "HapMap genetic map"):
        assert source in page


def test_demo__never_removes_what_is_not_its_own(run, tmp_path):
    (tmp_path / "incident").mkdir()
    (tmp_path / "incident" / "incident.toml").write_text('title = "A real one"\n')
    before = contents(tmp_path)
    ended = run("demo", "--out", tmp_path)
    assert ended.code == 1
    assert "nothing is overwritten" in ended.err
    assert contents(tmp_path) == before
