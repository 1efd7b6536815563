"""The command line on real files: what a user types, what is written, what is said, and how it ends."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from dense_cases import siblings_case

from antigone.cli import app, main

pytestmark = pytest.mark.slow

ON = ("--on", "2025-09-01")
OUTPUTS = {"candidates.csv", "results.json", "report.html"}
ATTESTED = "Dr N. N., protocol 17"


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch, capsys) -> Run:
    """Run a command as its entry point does."""

    def command(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["antigone", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "160")
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return command


def in_new_process(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "160"},
    )  # fmt: skip


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def case_folder(tmp_path_factory) -> Path:
    """A small simulated incident on disk, with one misattributed father."""
    from antigone.casework.incident.files import save_incident
    from antigone.casework.validation.demo import simulated_incident

    folder = tmp_path_factory.mktemp("cases") / "ferry"
    incident, truth = simulated_incident(families=8, unidentified=10, seed=2)
    assert truth.misattributed
    save_incident(incident, truth, folder)
    return folder


@pytest.fixture(scope="module")
def searched(case_folder, tmp_path_factory) -> tuple[Path, Ended]:
    """What a search of the case folder in a process of its own wrote, and said; not to be changed."""
    out = tmp_path_factory.mktemp("searched") / "out"
    code = "import sys; sys.argv = ['antigone', *sys.argv[1:]]; from antigone.cli import main; main()"
    ended = in_new_process(code, "search", case_folder, "--out", out, *ON)
    return out, Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def editable(case_folder, tmp_path) -> Path:
    """A copy of the case folder, to be broken."""
    return Path(shutil.copytree(case_folder, tmp_path / "case"))


# --help


def test_help__starts_without_the_heavy_libraries():
    code = (
        "import sys; sys.argv = ['antigone', '--help']\n"
        "from antigone.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'jinja2', 'python_calamine', 'pandas', 'numba', 'dask'}\n"
        "print('LOADED', sorted(heavy & sys.modules.keys()))"
    )
    ended = in_new_process(code)
    assert "LOADED []" in ended.stdout
    assert "The software proposes; a person identifies." in ended.stdout


@pytest.mark.parametrize("command", ["search", "explain", "lr", "validate", "simulate", "demo"])
def test_help__every_command_has_one(run, command):
    ended = run(command, "--help")
    assert ended.code == 0
    assert f"antigone {command}" in ended.out


def test_help__every_command_and_option_is_documented():
    """docs/cli.md has a heading for each command, and its section (or the common part) names each option."""
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    common, *parts = re.split(r"^## antigone ", text, flags=re.MULTILINE)
    sections = {part.split()[0]: common + part for part in parts}
    missing = []
    for command in typer.main.get_group(app).commands.values():
        said = sections.get(str(command.name), "")
        options = [name for parameter in command.params for name in parameter.opts if name.startswith("--")]
        missing += [f"{command.name} {name}" for name in options if f"`{name}" not in said and name != "--help"]
        missing += [] if said else [str(command.name)]
    assert missing == []


@pytest.mark.parametrize("arguments", [["seek"], ["search"], ["explain", "x"], ["search", "x", "--out"]])
def test_usage__a_wrong_command_ends_with_2(run, arguments):
    ended = run(*arguments)
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_package__public_names_are_lazy_and_complete():
    ended = in_new_process(
        "import sys, antigone\n"
        "print('EARLY', 'numpy' in sys.modules)\n"
        "names = set(antigone.__all__)\n"
        "print('NAMES', all(hasattr(antigone, name) for name in names), names <= set(dir(antigone)))\n"
        "try: antigone.nothing\n"
        "except AttributeError as error: print(error)"
    )
    assert ended.stdout.splitlines() == [
        "EARLY False", "NAMES True True", "module 'antigone' has no attribute 'nothing'",
    ]  # fmt: skip


# search


def test_search__writes_its_three_files_and_nothing_else(searched):
    out, ended = searched
    assert ended.code == 0
    assert {path.name for path in out.iterdir()} == OUTPUTS
    result = json.loads((out / "results.json").read_text("utf-8"))
    rows = rows_of(out / "candidates.csv")
    assert [(c["unidentified"], c["family"], c["missing"]) for c in result["candidates"]] == [
        (row["unidentified"], row["family"], row["missing"]) for row in rows
    ]
    assert rows
    assert len(result["unidentified"]) == 10
    assert rows[0]["unidentified"] in ended.out
    assert "A candidate is a proposal for review." in ended.out
    assert not re.search(r"\bmatch(es)?\b(?! )|\bidentified as\b", ended.out)


def test_search__twice_gives_the_same_bytes_but_for_the_time_stamp(run, case_folder, searched, tmp_path):
    assert run("search", case_folder, "--out", tmp_path / "two", *ON).code == 0
    one, two = contents(searched[0]), contents(tmp_path / "two")
    assert one["candidates.csv"] == two["candidates.csv"]
    for name in OUTPUTS - {"candidates.csv"}:
        stamp = re.compile(rb"20\d\d-\d\d-\d\dT[\d:]+\+00:00")
        assert len(stamp.findall(one[name])) >= 1
        assert stamp.sub(b"NOW", one[name]) == stamp.sub(b"NOW", two[name])


def test_search__provenance_says_how_to_run_it_again(run, case_folder, tmp_path):
    run("search", case_folder, "--out", tmp_path / "out", "--seed", 7, *ON)
    provenance = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))["provenance"]
    assert provenance["command"] == f"antigone search {case_folder} --seed 7 --on 2025-09-01"
    assert provenance["seed"] == 7


def test_search__only_the_geneticist_gets_the_geneticist_file(run, case_folder, searched, tmp_path):
    out, secret = shutil.copytree(searched[0], tmp_path / "out"), tmp_path / "out" / "geneticist-only.csv"
    ordinary = contents(out)
    told = run("search", case_folder, "--out", out, "--geneticist", *ON)
    assert told.code == 0
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    [row, *_] = rows_of(secret)
    assert row["family"] == "F07"
    assert row["member"] not in told.out + told.err
    assert contents(out)["candidates.csv"] == ordinary["candidates.csv"]
    assert row["member"].encode() not in ordinary["candidates.csv"] + ordinary["results.json"]
    assert run("search", case_folder, "--out", out, *ON).code == 0
    assert not secret.exists()


@pytest.mark.parametrize("day", ["tomorrow", "2025-13-01"])
def test_search__a_day_that_is_none_ends_with_2(run, case_folder, tmp_path, day):
    ended = run("search", case_folder, "--out", tmp_path / "out", "--on", day)
    assert ended.code == 2
    assert list(tmp_path.iterdir()) == []


def test_search__before_any_consent_nobody_takes_part(run, case_folder, tmp_path):
    ended = run("search", case_folder, "--out", tmp_path / "out", "--on", "2025-03-01")
    assert ended.code == 0
    assert "donors whose consent is dated after the search" in ended.out
    result = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert (result["candidates"], result["pairs_compared"]) == ([], 0)


def test_search__an_attestation_for_a_case_folder_is_refused(run, case_folder, tmp_path):
    ended = run("search", case_folder, "--out", tmp_path / "out", "--consent-attested", ATTESTED)
    assert ended.code == 1
    assert "the table 'donors'" in ended.err
    assert list(tmp_path.iterdir()) == []


# a Familias file

FAM = """"Output from Familias, version 3.3.1"
"DO NOT EDIT!"
3.3.1 (DVI)
""
0
"Known relations"
0
0
0
0
#FALSE# (#Databases: 1 ;Theta/Kinship/Fst: 0 )
1
#TRUE#
"Coast"
"TH01"
0
0
0
0
3
0.1
0.1
0
0
#FALSE#
0
3\t(DatabaseSize = 500 , Dropout probability = 0 , Minor allele frequency = 0 )
"7"
0.25
"8"
0.5
"9.3"
0.25

[DVI]
[[Unidentified persons]]
nPersons= 2
[[[Person 1]]]
Name= V1
Gender= Male
[[[[DNA data]]]]
nSystems= 1
SystemName= TH01
Allele1= 7
Allele2= 8
[[[Person 2]]]
Name= V2
Gender= Female
[[[[DNA data]]]]
nSystems= 1
SystemName= TH01
Allele1= 9.3
Allele2= 9.3
[[Notes]]
nFamilies= 1

[[Reference Families]]
nFamilies= 1
[[[Family 1]]]
Name= Fam1
[[[[Persons]]]]
nPersons= 2
[[[[[Person 1]]]]]
Name= FA
Gender= Male
[[[[[[DNA data]]]]]]
nSystems= 1
SystemName= TH01
Allele1= 7
Allele2= 9.3
[[[[[Person 2]]]]]
Name= MO
Gender= Female
[[[[[[DNA data]]]]]]
nSystems= 1
SystemName= TH01
Allele1= 8
Allele2= 8
[[[[Pedigrees]]]]
nPedigrees= 2
[[[[[Pedigree 1]]]]]
Name= Reference pedigree
nRelations= 0
[[[[[Pedigree 2]]]]]
Name= Child
nRelations= 2
Parent= FA
Child= Missing person
Parent= MO
Child= Missing person
[Prior]
UseList= Yes
Size= 3
"""


@pytest.fixture
def fam(tmp_path) -> Path:
    path = tmp_path / "incident.fam"
    path.write_bytes(FAM.replace("\n", "\r\n").encode())
    return path


def test_search__a_familias_file_needs_an_attestation(run, fam, tmp_path):
    ended = run("search", fam, "--out", tmp_path / "out")
    assert ended.code == 1
    assert "--consent-attested" in ended.err
    assert not (tmp_path / "out").exists()


def test_search__a_familias_file_with_its_attestation(run, fam, tmp_path):
    """V1 is 7/8, and the parents 7/9.3 and 8/8 have such a child in one of two cases: 0.5 / (2 x 0.25 x 0.5) = 2."""
    ended = run("search", fam, "--out", tmp_path / "out", "--consent-attested", ATTESTED, "--geneticist")
    assert ended.code == 0
    result = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert result["provenance"]["consent_attested_by"] == ATTESTED
    assert ATTESTED in (tmp_path / "out" / "report.html").read_text("utf-8")
    told = (tmp_path / "out" / "geneticist-pairs.csv").read_text("utf-8")
    pairs = {pair["unidentified"]: pair["log10_lr Coast"] for pair in csv.DictReader(io.StringIO(told))}
    assert 10 ** float(pairs["V1"]) == pytest.approx(2.0, abs=1e-5)
    assert pairs["V2"] == "-inf"


def test_explain__a_familias_file(run, fam):
    ended = run(
        "explain", fam, "--family", "Fam1", "--missing", "Missing person", "--sample", "V1",
        "--consent-attested", ATTESTED,
    )  # fmt: skip
    assert ended.code == 0
    assert "0.30" in ended.out


# explain


def test_explain__says_the_numbers_of_the_search(run, case_folder, searched):
    first = json.loads((searched[0] / "results.json").read_text("utf-8"))["candidates"][0]
    asked = ("--family", first["family"], "--missing", first["missing"], "--sample", first["unidentified"])
    ended = run("explain", case_folder, *asked, *ON)
    assert ended.code == 0
    assert first["smallest_population"] in ended.out
    for population, log10_lr in first["log10_lr"].items():
        assert population.split()[-1] in ended.out
        assert f"{log10_lr:.2f}" in ended.out
    assert f"H1: {first['unidentified']} is {first['missing']}" in ended.out


def test_explain__a_joint_assignment_by_marker(run, case_folder, tmp_path):
    """The totals by family add up to the weight of the best assignment that joint.json states (flat prior).

    Places that chance alone fills are not told; they weigh nearly 1 (mutation models move frequencies a little).
    """
    solved = tmp_path / "joint"
    assert run("joint", case_folder, "--out", solved, *ON).code == 0
    stated = json.loads((solved / "joint.json").read_text("utf-8"))
    ended = run("explain", case_folder, "--assignment", solved / "joint.json", *ON)
    assert ended.code == 0
    proposed = [(one["unidentified"], one["family"], missing) for one in stated["conclusions"]
                for missing in one["missing"]]  # fmt: skip
    for pair in stated["assignments"][0]["pairs"]:
        assert (f"{pair[0]} as {pair[2]}" in ended.out) == (tuple(pair) in proposed)
    from antigone.casework.incident.files import load_incident
    from antigone.casework.joint.explain import explain_assignment

    today = dt.date(2025, 9, 1)
    incident = load_incident(case_folder, attested_by=None, today=today)
    explained = explain_assignment(incident, solved / "joint.json", today=today)
    total = sum(sum(one.log10_by_marker[stated["population"]].values()) for one in explained.families)
    assert total == pytest.approx(stated["assignments"][0]["log10_weight"], abs=0.01)
    assert f"{sum(explained.families[0].log10_by_marker[stated['population']].values()):.2f}" in ended.out


def test_explain__a_file_that_is_no_joint_solution_ends_with_1(run, case_folder, tmp_path):
    (tmp_path / "other.json").write_text("{}", "utf-8")
    ended = run("explain", case_folder, "--assignment", tmp_path / "other.json", *ON)
    assert ended.code == 1
    assert "no joint.json" in ended.err


def test_explain__without_a_pair_or_an_assignment_is_usage(run, case_folder):
    ended = run("explain", case_folder, "--family", "F01")
    assert ended.code == 2
    assert "--assignment" in ended.err


def test_explain__unknown_codes_end_with_1(run, case_folder):
    ended = run("explain", case_folder, "--family", "F99", "--missing", "X", "--sample", "Y", *ON)
    assert ended.code == 1
    assert "no family 'F99'" in ended.err


# lr


def case_json(**changes: object) -> dict[str, object]:
    """Child 1/1, tested father 1/1, mother untyped, p = 0.1: LR = 10."""
    members = [
        {"id": "AF", "father": None, "mother": None, "sex": "male"},
        {"id": "CH", "father": "AF", "mother": None, "sex": "female"},
    ]
    return {
        "id": "basic-duo",
        "markers": [
            {"name": "M", "chromosome": "A", "alleles": ["1", "2"], "frequencies": [0.1, 0.9], "mutation": None}
        ],
        "theta": 0,
        "founder_inbreeding": {},
        "linkage": None,
        "pedigrees": {"H1": members, "H2": [members[0], {**members[1], "father": None}]},
        "genotypes": {"AF": {"M": ["1", "1"]}, "CH": {"M": ["1", "1"]}},
        "expected": {
            "log_likelihood": {"H1": {"M": -6.907755278982137}, "H2": {"M": -9.210340371976182}},
            "log_LR": {"M": 2.302585092994046},
            "log_LR_total": 2.302585092994046,
        },
    } | changes


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_lr__a_case_in_json(run, tmp_path):
    ended = run("lr", written(tmp_path / "case.json", case_json()))
    assert ended.code == 0
    assert "1.000000" in ended.out
    assert re.search(r"total .* 10 ", ended.out)


def test_lr__of_data_that_are_impossible_under_both_hypotheses_is_not_defined_and_ends_with_1(run, tmp_path):
    """The mother 2/2 of a child 1/1 is its mother under both."""
    mother = {"id": "MO", "father": None, "mother": None, "sex": "female"}
    child = {"id": "CH", "father": "AF", "mother": "MO", "sex": "female"}
    father = {"id": "AF", "father": None, "mother": None, "sex": "male"}
    pedigrees = {"H1": [father, mother, child], "H2": [father, mother, {**child, "father": None}]}
    typed = {"AF": {"M": ["1", "1"]}, "MO": {"M": ["2", "2"]}, "CH": {"M": ["1", "1"]}}
    ended = run("lr", written(tmp_path / "case.json", case_json(pedigrees=pedigrees, genotypes=typed)))
    assert ended.code == 1
    assert "not defined" in ended.out
    assert "nan" not in ended.out


def test_lr__a_familias_file(run, shared):
    ended = run("lr", shared / "data" / "familias" / "paternity.fam")
    assert ended.code == 0
    assert "total" in ended.out


def test_lr__a_list_of_cases_is_refused_and_nothing_is_computed(run, tmp_path):
    ended = run("lr", written(tmp_path / "pairs.json", [case_json(id="A x B"), case_json(id="A x C")]))
    assert (ended.code, ended.out) == (1, "")
    assert "pairs.json: 2 cases; expected one case a call" in ended.err


def test_lr__a_list_of_one_case_is_that_case(run, tmp_path):
    ended = run("lr", written(tmp_path / "case.json", [case_json()]))
    assert ended.code == 0
    assert re.search(r"total .* 10 ", ended.out)


def test_lr__donors_in_pairs_are_refused(run, shared):
    ended = run("lr", shared / "attacks" / "lr-bulk-donor-pairs.json")
    assert (ended.code, ended.out) == (1, "")
    assert "435 cases" in ended.err


def test_lr__without_two_hypotheses_is_refused(run, tmp_path):
    only = case_json()
    only["pedigrees"] = {"H1": only["pedigrees"]["H1"]}  # type: ignore[index]
    ended = run("lr", written(tmp_path / "case.json", only))
    assert ended.code == 1
    assert "H1 and H2" in ended.err


# validate


def test_validate__agreement_ends_with_0(run, tmp_path):
    ended = run("validate", written(tmp_path / "basic.json", [case_json()]))
    assert ended.code == 0
    assert "agrees" in ended.out


def test_validate__a_tampered_value_ends_with_1(run, tmp_path):
    tampered = json.loads(json.dumps(case_json()).replace("-6.907755278982137", "-6.907755288982137"))
    ended = run("validate", written(tmp_path / "basic.json", [case_json(), tampered]))
    assert ended.code == 1
    assert "DIFFERS" in ended.out


def test_validate__a_case_that_is_too_large_ends_with_2(run, tmp_path):
    ended = run("validate", written(tmp_path / "large.json", siblings_case(12)))
    assert ended.code == 2
    assert "not supported yet: 4,194,304 inheritance patterns at each marker" in re.sub(r"\s+", " ", ended.out)


def test_validate__a_difference_outranks_what_is_not_computed(run, tmp_path):
    tampered = json.loads(json.dumps(case_json()).replace("-6.907755278982137", "-6.9"))
    large = written(tmp_path / "large.json", siblings_case(12))
    assert run("validate", large, written(tmp_path / "basic.json", tampered)).code == 1


def test_validate__a_table_beside_the_cases_is_named_not_skipped(run, tmp_path):
    beside = written(tmp_path / "summary.json", {"basic": {"largest": 1e-15}})
    cases = written(tmp_path / "basic.json", [case_json()])
    ended = run("validate", beside, cases)
    assert ended.code == 0
    assert "no cases in this file" in re.sub(r"[\s│]+", " ", ended.out)
    assert run("validate", beside).code == 1


# simulate


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


# demo


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


# Bad input


def test_bad_input__every_problem_of_every_file_at_once_and_nothing_written(run, editable, tmp_path):
    profiles = editable / "profiles.csv"
    lines = profiles.read_text("utf-8").splitlines()
    lines[1] = re.sub(r"[^,]+$", "9-Mar", lines[1])
    lines[2] = re.sub(r"[^,]+$", ">30", lines[2])
    profiles.write_text("\n".join(lines) + "\n", "utf-8")
    families = editable / "families.csv"
    families.write_text(families.read_text("utf-8").replace(",male,", ",mail,", 1), "utf-8")
    donors = editable / "donors.csv"
    donors.write_text(donors.read_text("utf-8").replace("2025-", "32.13.2025-", 1), "utf-8")
    ended = run("search", editable, "--out", tmp_path / "out", *ON)
    assert ended.code == 1
    for file, line in (("profiles.csv", 2), ("profiles.csv", 3), ("families.csv", 2), ("donors.csv", 2)):
        assert re.search(rf"{file} line {line}\b", ended.err), (file, line, ended.err)
    assert "nothing was written" in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "out").exists()
    assert ended.out == ""


def folder_for_file(folder: Path) -> None:
    (folder / "donors.csv").unlink()
    (folder / "donors.csv").mkdir()


BROKEN: dict[str, Callable[[Path], object]] = {
    "no such path": lambda folder: shutil.rmtree(folder),
    "a table is missing": lambda folder: (folder / "families.csv").unlink(),
    "no settings": lambda folder: (folder / "incident.toml").unlink(),
    "settings that are no TOML": lambda folder: (folder / "incident.toml").write_text("title = \n"),
    "an empty table": lambda folder: (folder / "profiles.csv").write_text(""),
    "binary": lambda folder: (folder / "profiles.csv").write_bytes(bytes(range(256))),
    "UTF-16": lambda folder: (folder / "profiles.csv").write_bytes("sample,marker".encode("utf-16")),
    "a folder in place of a file": folder_for_file,
    "a name column": lambda folder: (folder / "unidentified.csv").write_text("sample,sex,kind,request,name\n"),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("command", ["search", "explain"])
def test_bad_input__is_refused_in_words(run, editable, tmp_path, broken, command):
    BROKEN[broken](editable)
    more = (
        ("--out", tmp_path / "out") if command == "search" else ("--family", "F01", "--missing", "M", "--sample", "S")
    )
    ended = run(command, editable, *more, *ON)
    assert ended.code == 1
    assert ended.err.strip()
    assert "Traceback" not in ended.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["lr", "validate"])
@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", "[1]", "null", '[{"id": "basic-1"}]', "\x00"])
def test_bad_case__is_refused_in_words(run, tmp_path, command, content):
    path = tmp_path / "case.json"
    if content is not None:
        path.write_text(content)
    ended = run(command, path)
    assert ended.code == 1
    assert (ended.out + ended.err).strip()  # validate names the case in its output, and goes on with the others
    assert "Traceback" not in ended.out + ended.err


@pytest.mark.parametrize("ending", [".fam", ".xlsx", ".txt", ""])
def test_bad_file__of_any_ending_is_refused_in_words(run, tmp_path, ending):
    path = tmp_path / f"file{ending}"
    path.write_bytes(b"\x80\x03nonsense\n" * 3)
    ended = run("search", path, "--out", tmp_path / "out")
    assert ended.code == 1
    assert ended.err.strip()
    assert not (tmp_path / "out").exists()


def test_search__an_output_that_cannot_be_written_is_refused(run, case_folder, tmp_path):
    (tmp_path / "file").write_text("mine")
    ended = run("search", case_folder, "--out", tmp_path / "file", *ON)
    assert ended.code == 1
    assert "cannot be written" in ended.err
    assert contents(tmp_path) == {"file": b"mine"}


def test_console__codes_with_brackets_are_printed_as_they_are(capsys, monkeypatch):
    from antigone.casework.validation.demo import Verdict
    from antigone.cli import console

    monkeypatch.setenv("COLUMNS", "200")
    console.print_truth([Verdict("[bold]F[/bold] :smile: [x]", 1, 1, 0, 0, 0)], {})
    assert "[bold]F[/bold] :smile: [x]" in capsys.readouterr().out
