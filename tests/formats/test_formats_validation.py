"""The JSON cases of the validation corpus, and of ``antigone lr``."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from validation_case import CASE as CASE

from antigone.casework.pairs.explain import compare_hypotheses
from antigone.errors import InputError
from antigone.formats.validation.cases import Linkage, mutation_model, read_cases
from antigone.formats.validation.kinds import KINDS
from antigone.model.assumptions.mutation import (
    Custom,
    Dawid,
    Equal,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    Transformed,
)
from antigone.report.words.statements import say_all


def saved(path, content):
    file = path / "case.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_read_cases__one_case(tmp_path):
    (case,) = read_cases(saved(tmp_path, CASE))
    first, second = case.markers
    assert (case.id, case.category, case.theta) == ("mine-001", "linked_theta", 0.01)
    assert (first.silent, first.chromosome, second.chromosome) == (0.1, "autosomal", "X")
    assert (second.female, second.male) == (Equal(0.1), Custom(((1.0, 0.0), (0.0, 1.0))))
    assert case.pedigrees["H1"]["F"].founder_inbreeding == 0.25
    assert case.profiles["F"].genotypes == {"M": ("7", None), "X": ("A", "A")}
    assert case.linkage == (Linkage(("M", "X"), (0.1,)),)
    assert case.expected == {"log_LR_total": 1.5}
    assert case.raw["id"] == "mine-001"


@pytest.mark.parametrize(
    ("spec", "model"),
    [
        ({"model": "trivial"}, NoMutation()),
        ({"model": "proportional", "rate": 0.1}, Proportional(0.1)),
        ({"model": "stepwise", "rate": 0.1, "rate2": 0.01, "range": 0.5}, Stepwise(0.1, 0.01, 0.5)),
        ({"model": "onestep", "rate": 0.1}, OneStep(0.1)),
        ({"model": "dawid", "rate": 0.1, "range": 0.5}, Dawid(0.1, 0.5)),
        ({"model": "random", "seed": 1, "matrix": [[1]]}, Custom(((1.0,),))),
        ({"model": "equal", "rate": 0.1, "transform": "MH"}, Transformed(Equal(0.1), "MH")),
        (
            {"model": "equal", "rate": 0.1, "transform": "BA without rate adjustment"},
            Transformed(Equal(0.1), "BA", False),
        ),
    ],
)
def test_mutation_model__by_name(spec, model):
    assert mutation_model(spec) == model


@pytest.mark.parametrize(
    "spec", [{}, {"model": "x"}, {"model": "equal"}, {"model": "equal", "rate": 0.1, "transform": "Q"}]
)
def test_mutation_model__refuses_others(spec):
    with pytest.raises(InputError):
        mutation_model(spec)


def changed(**changes):
    case = copy.deepcopy(CASE)
    for place, value in changes.items():
        target: Any = case
        *path, last = place.split("__")
        for key in path:
            target = target[int(key) if key.isdigit() else key]
        target[int(last) if last.isdigit() else last] = value
    return case


FAULTS = {
    "sum": (changed(markers__0__frequencies=[0.4, 0.4]), "markers[0]"),
    "alleles": (changed(markers__0__alleles=["7", "7"]), "markers[0]"),
    "text as number": (changed(markers__0__frequencies=["0.4", 0.5]), "markers[0].frequencies"),
    "chromosome": (changed(markers__0__chromosome="Y"), "markers[0].chromosome"),
    "doubled marker": (changed(markers__1__name="M"), "markers[1]"),
    "sex": (changed(pedigrees__H1__0__sex="1"), "pedigrees.H1.sex"),
    "father is female": (changed(pedigrees__H1__0__sex="female"), "pedigrees.H1"),
    "three alleles": (changed(genotypes__C__M=["7", "8", "7"]), "genotypes.C.M"),
    "one allele": (changed(genotypes__C__M=["7"]), "genotypes.C.M"),
    "no first allele": (changed(genotypes__C__M=[None, "7"]), "genotypes.C.M"),
    "a male with two X alleles": (changed(genotypes__F__X=["A", "B"]), "genotypes.F.X"),
    "unknown marker": (changed(genotypes__C__Q=["7", "7"]), "genotypes.C.Q"),
    "unknown person": (changed(genotypes__Z={}), "genotypes.Z"),
    "linkage": (changed(linkage__0__rho=[0.1, 0.2]), "linkage.rho"),
    "pedigree": (changed(pedigrees__H1="x"), "pedigrees.H1"),
    "markers": (changed(markers={}), ""),
    "theta of 1": (changed(theta=1), "theta"),
    "theta below 0": (changed(theta=-0.1), "theta"),
    "theta as a text": (changed(theta=""), "theta"),
    "pedigrees as a flag": (changed(pedigrees=False), "pedigrees"),
    "rate": (changed(markers__1__mutation__female__rate=2), "markers[1].mutation.female"),
    "matrix": (changed(markers__1__mutation__male__matrix=[[1, 1], [0, 1]]), "markers[1].mutation.male"),
    "two sexes": (changed(pedigrees__H2__0__sex="male"), "pedigrees"),
    "inbreeding of nobody": (changed(founder_inbreeding__Z=0.1), "founder_inbreeding.Z"),
    "inbreeding of a child": (changed(founder_inbreeding__D=0.1), "founder_inbreeding.D"),
    "category": (changed(category="another"), "category"),
    "a victim twice": (changed(victims=[{"id": "V"}, {"id": "V"}]), "victims.id"),
    "no case": (7, "the case"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_read_cases__faults_name_the_place(tmp_path, kind):
    case, place = FAULTS[kind]
    if kind == "markers":
        case = changed(markers={"a": 1})
        place = "markers"
    with pytest.raises(InputError) as error:
        read_cases(saved(tmp_path, [CASE, case]))
    (problem,) = error.value.problems
    assert problem.file == "case.json"
    assert problem.column.startswith("case 2")
    assert problem.column.endswith(place)


def test_lr__says_which_keys_it_did_not_read(tmp_path):
    case = {key: value for key, value in CASE.items() if key not in ("linkage", "theta", "founder_inbreeding")}
    report = compare_hypotheses(saved(tmp_path, case | {"thetta": 0.01, "genotypes": {"C": {"M": ["7", "8"]}}}))
    assert say_all(report.notices) == ("the case has a key 'thetta', which is not read",)


NO_JSON = [
    ("{\n\n,", 3),
    ("", 1),
    ("[NaN]", 0),
    ("[" * 100_000, 0),
    ("[]", 0),
    ("9" * 5000, 0),
    ('{"a": 1, "a": 2}', 0),
]


@pytest.mark.parametrize(("text", "line"), NO_JSON)
def test_read_cases__no_json_has_its_line(tmp_path, text, line):
    with pytest.raises(InputError) as error:
        read_cases(saved(tmp_path, text))
    assert error.value.problems[0].line == line


@pytest.mark.slow
def test_read_cases__the_whole_corpus(shared):
    files = [file for file in sorted((shared / "validation").glob("*.json")) if file.stem != "agreement"]
    assert len(files) == 23
    assert all(case.category in KINDS for file in files for case in read_cases(file))
