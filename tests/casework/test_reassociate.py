"""Re-association as a user meets it, and what it refuses: donors, living seekers, close relatives taken for one."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import io
import json
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import report_example
from remains import CORE, degrade, families, incident, persons, sample
from told import settings_in_words

import antigone.search.remains.groups
import antigone.search.remains.pairs
import antigone.search.remains.readings
from antigone.casework.incident.files import GENETICIST_ONLY, write_folder
from antigone.casework.remains.groups import group_remains, name_samples
from antigone.casework.remains.reassociate import choose_settings, reassociate_incident
from antigone.cli import main
from antigone.errors import InputError, ModelError
from antigone.formats.groups import read_groups
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.results.remains import ReassociationSettings
from antigone.model.results.search import UnidentifiedSummary
from antigone.model.statements.statement import TEXT
from antigone.report.pages.groups import groups_csv, groups_json, render_groups
from antigone.report.words.statements import say, say_all
from antigone.search.remains.groups import connected_components

pytestmark = pytest.mark.slow


def run(people, *, populations=1, **choices):
    settings = ReassociationSettings(**choices)
    case = incident(people, populations=populations)
    return reassociate_incident(case, created="2026-01-01", command="test", settings=settings)


def fragments(count, rng, *, dropout, markers=CORE):
    """Two fragments of each of several unrelated persons."""
    return [
        sample(f"P{i}-{part}", degrade(genotypes, rng, dropout=dropout, markers=markers))
        for i, genotypes in enumerate(persons(count, rng))
        for part in "ab"
    ]


# What it finds


def test_reassociate__fragments_with_30_percent_dropout_find_each_other():
    result = run(fragments(60, np.random.default_rng(1), dropout=0.3), populations=2)
    grouped = [g.samples for g in result.groups]
    undecided = [(pair.first, pair.second) for pair in result.undecided]
    assert all(a.split("-")[0] == b.split("-")[0] for a, b in [*grouped, *undecided])
    assert len(grouped) + len(undecided) == 60
    assert len(grouped) >= 36
    assert {g.status for g in result.groups} == {"consistent"}


def test_reassociate__unrelated_persons_stay_apart():
    people = [sample(f"P{i}", g) for i, g in enumerate(persons(200, np.random.default_rng(2)))]
    result = run(people)
    assert (result.groups, result.links_found, result.undecided_found) == ((), 0, 0)
    assert result.ungrouped == 200


def test_reassociate__one_wrong_marker_does_not_part_a_person():
    body = persons(1, np.random.default_rng(3))[0]
    first = next(iter(body))
    people = [sample("P1", body), sample("P2", {**body, first: ("8", "8")})]
    result = run([*people, *fragments(5, np.random.default_rng(4), dropout=0)], threshold=1e6)
    assert ("P1", "P2") in [group.samples for group in result.groups]


def test_reassociate__the_threshold_follows_the_number_of_pairs():
    few = run(fragments(10, np.random.default_rng(5), dropout=0.1))
    assert few.threshold == max(1e4, 100 * few.pairs_compared)
    assert few.expected_false_links == pytest.approx(0.01)
    stated = run(fragments(10, np.random.default_rng(5), dropout=0.1), threshold=1e9)
    assert (stated.threshold, say(stated.threshold_reason)) == (1e9, "stated by the user")


# Close relatives among the dead


@pytest.mark.parametrize("markers", [8, 12, CORE])
def test_reassociate__siblings_with_partial_profiles_are_not_merged(markers):
    rng = np.random.default_rng(markers)
    people = [
        sample(f"{number}{child}", degrade(family[child], rng, dropout=0.05, markers=markers))
        for number, family in enumerate(families(150, rng))
        for child in "AB"
    ]
    result = run(people, threshold=1e4)
    assert [g.samples for g in result.groups if len({code[:-1] for code in g.samples}) == 1] == []


@pytest.mark.parametrize("markers", [8, CORE])
def test_reassociate__parent_and_child_are_not_merged(markers):
    rng = np.random.default_rng(markers)
    people = [
        sample(f"{number}{who}", degrade(family[who], rng, dropout=0.05, markers=markers))
        for number, family in enumerate(families(150, rng))
        for who in ("F", "A")
    ]
    result = run(people, threshold=1e4)
    assert [g.samples for g in result.groups if len({code[:-1] for code in g.samples}) == 1] == []


def test_reassociate__what_could_be_siblings_is_shown_as_undecided():
    family = families(1, np.random.default_rng(11))[0]
    alike = {m: g for m, g in family["A"].items() if sorted(g) == sorted(family["B"][m])}
    people = [sample("A", dict(list(alike.items())[:5])), sample("B", dict(list(alike.items())[:5]))]
    result = run(people, threshold=10.0, relative_threshold=1e6)
    assert result.groups == ()
    assert [(pair.first, pair.second) for pair in result.undecided] == [("A", "B")]
    assert "close relatives" in say(result.undecided[0].remark)


def test_reassociate__twins_cannot_be_told_apart_and_that_is_said():
    body = persons(1, np.random.default_rng(12))[0]
    result = run([sample("T1", body), sample("T2", body)])
    assert [g.samples for g in result.groups] == [("T1", "T2")]
    assert any("twins" in line for line in say_all(result.assumptions))


# Conflicts


def bridged():
    """Two persons, two fragments each, and one sample that is half the one and half the other."""
    rng = np.random.default_rng(13)
    one, other = persons(2, rng)
    names = list(one)
    mixed = {name: (one if number % 2 else other)[name] for number, name in enumerate(names)}
    left = {name: one[name] for number, name in enumerate(names) if number % 2}
    right = {name: other[name] for number, name in enumerate(names) if not number % 2}
    return [sample("A1", one), sample("A2", left), sample("B1", other), sample("B2", right), sample("M", mixed)]


def test_reassociate__two_groups_bridged_by_a_mixed_sample_are_shown_and_not_merged():
    result = run(bridged(), threshold=1e3)
    [group] = result.groups
    assert group.status == "conflict"
    assert group.bridges == ("M",)
    assert group.parts == (("A1", "A2"), ("B1", "B2"))
    assert group.consensus == {}
    assert {(p.first, p.second) for p in group.contradictions} >= {("A1", "B1")}
    assert "not merged" in say(group.remark)
    assert "M" in say(group.remark)


def test_reassociate__a_group_of_known_different_sexes_is_a_conflict():
    body = persons(1, np.random.default_rng(14))[0]
    people = [sample("P1", body, sex="male"), sample("P2", body), sample("P3", body, sex="female")]
    [group] = run(people).groups
    assert group.status == "conflict"
    assert [say(p.remark) for p in group.contradictions] == ["the sexes differ"]
    assert group.bridges == ()
    assert "P1 and P3 contradict each other, the sexes differ" in say(group.remark)
    assert "the markers fit one person: check the recorded sexes" in say(group.remark)


def test_reassociate__known_different_sexes_are_excluded_and_counted():
    body = persons(1, np.random.default_rng(15))[0]
    people = [sample("P1", body, sex="male"), sample("P2", body, sex="female"), sample("P3", {})]
    result = run(people)
    assert result.groups == ()
    assert (result.pairs_compared, result.pairs_excluded_by_sex, result.pairs_without_data) == (0, 1, 2)


def test_connected_components__a_ring_is_one():
    assert connected_components([(5, 9), (2, 9), (2, 5), (7, 7)]) == [(2, 5, 9), (7,)]


# The consensus


def test_consensus__keeps_its_sources_and_says_where_they_differ():
    body = persons(1, np.random.default_rng(16))[0]
    names = [name for name in body if body[name][0] != body[name][1]]
    half = {**body, names[0]: (body[names[0]][0], body[names[0]][0])}
    [group] = run([sample("P1", body), sample("P2", half)]).groups
    marker = group.consensus[names[0]]
    assert marker.genotype is not None
    assert sorted(map(str, marker.genotype)) == sorted(body[names[0]])
    assert marker.sources == {"P1": body[names[0]], "P2": half[names[0]]}
    assert marker.differ
    assert not group.consensus[names[1]].differ
    assert group.consensus[names[1]].posterior > 0.9999


def test_consensus__a_lone_homozygote_that_may_be_half_a_heterozygote_stays_partial():
    body = persons(1, np.random.default_rng(17))[0]
    name = next(iter(body))
    without = {m: g for m, g in body.items() if m != name}
    first = body[name][0]
    [group] = run([sample("P1", without), sample("P2", {**without, name: (first, first)})]).groups
    assert group.consensus[name].genotype == (first, None)


# Who can never enter


def test_reassociate__families_and_donors_change_nothing():
    people = fragments(6, np.random.default_rng(18), dropout=0.1)
    pedigree = Pedigree.of(("R", "male"), ("MP", "male", "R", None))
    rare = Profile("R", dict.fromkeys(people[0].profile.genotypes, ("99", "99")))
    donor = Donor("R", rare, Consent("form", dt.date(2020, 1, 1)))
    plain = incident(people, populations=1)
    with_donors = replace(plain, families=(Family("F1", pedigree, ("MP",), (donor,)),))
    both = [reassociate_incident(case, created="x", command="y") for case in (plain, with_donors)]
    assert replace(both[0], provenance=both[1].provenance) == both[1]


def test_reassociate__a_living_seeker_is_left_out_and_counted():
    body = persons(1, np.random.default_rng(19))[0]
    living = UnidentifiedPerson("L1", Profile("L1", body), kind="living", request="letter 7")
    result = run([sample("P1", body), sample("P2", body), living])
    assert [g.samples for g in result.groups] == [("P1", "P2")]
    assert (result.remains, result.living_left_out) == (2, 1)
    assert "L1" not in groups_json(result)


def test_reassociate__no_function_takes_a_donor_a_family_or_a_reference():
    for module in (antigone.search.remains.pairs, antigone.search.remains.groups, antigone.search.remains.readings):
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not names & {"Donor", "Family", "Target", "Incident", "Declared"}


def test_reassociate__nothing_says_identified_or_match():
    result = run(bridged() + fragments(3, np.random.default_rng(20), dropout=0.1), threshold=1e3)
    words = (groups_csv(result) + groups_json(result) + render_groups(result)).lower().replace("unidentified", "")
    assert "identified" not in words
    assert "match" not in words
    assert "probably parts of one person; for review" in words


# Files, and the search on groups


def test_groups_csv__has_a_row_for_each_sample():
    result = run(bridged(), threshold=1e3)
    rows = list(csv.DictReader(io.StringIO(groups_csv(result))))
    assert [(row["sample"], row["part"], row["bridges"]) for row in rows] == [
        ("A1", "1", ""),
        ("A2", "1", ""),
        ("B1", "2", ""),
        ("B2", "2", ""),
        ("M", "", "yes"),
    ]


def test_render_groups__shows_conflicts_groups_and_undecided_and_no_genotype():
    people = bridged() + fragments(4, np.random.default_rng(27), dropout=0.3)
    result = run([*people, sample("<b>", people[0].profile.genotypes)], threshold=1e3)
    page = render_groups(result)
    assert "perhaps mixed or contaminated" in page
    assert "Groups: probably parts of one person; for review" in page
    assert "Identical twins" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    shown = {m.genotype for g in result.groups for m in g.consensus.values() if m.genotype}
    assert shown
    assert not any(f"{first}/{second}" in page or f"{first}, {second}<" in page for first, second in shown)


def test_reassociate__leaves_the_geneticist_file_of_a_search_alone(tmp_path):
    (tmp_path / GENETICIST_ONLY).write_text("kept", "utf-8")
    write_folder(tmp_path, {"groups.csv": "x"}, outdated=())
    assert (tmp_path / GENETICIST_ONLY).read_text("utf-8") == "kept"


def written(result, tmp_path):
    path = tmp_path / "groups.json"
    path.write_text(groups_json(result), "utf-8")
    return path


def test_group_remains__a_group_becomes_one_person_with_the_consensus(tmp_path):
    people = fragments(4, np.random.default_rng(21), dropout=0.05)
    result = run(people)
    before = incident(people, populations=1)
    grouped = group_remains(before, written(result, tmp_path))
    assert len(grouped.incident.unidentified) == 4
    assert sorted(grouped.samples.values()) == [(f"P{i}-a", f"P{i}-b") for i in range(4)]
    for group, person in zip(result.groups, sorted(grouped.incident.unidentified, key=lambda p: p.code), strict=True):
        called = {name: m.genotype for name, m in group.consensus.items() if m.genotype is not None}
        assert dict(person.profile.genotypes) == called
    assert sum("stands for" in notice for notice in say_all(grouped.incident.notices)) == 4
    assert [source.name for source in grouped.incident.sources] == ["groups.json"]


def test_group_remains__a_conflict_is_left_as_it_is(tmp_path):
    people = bridged()
    grouped = group_remains(incident(people, populations=1), written(run(people, threshold=1e3), tmp_path))
    assert grouped.incident.unidentified == tuple(people)
    assert grouped.samples == {}


def test_group_remains__a_sample_typed_again_is_refused(tmp_path):
    people = fragments(2, np.random.default_rng(22), dropout=0.05)
    path = written(run(people), tmp_path)
    name = next(iter(people[0].profile.genotypes))
    shorter = {m: g for m, g in people[0].profile.genotypes.items() if m != name}
    with pytest.raises(InputError, match="typed again"):
        group_remains(incident([sample(people[0].code, shorter), *people[1:]]), path)


def test_group_remains__a_sample_that_is_gone_is_refused(tmp_path):
    people = fragments(2, np.random.default_rng(23), dropout=0.05)
    path = written(run(people), tmp_path)
    with pytest.raises(InputError, match="not among the remains"):
        group_remains(incident(people[1:]), path)


def test_group_remains__a_living_seeker_written_into_the_file_is_refused(tmp_path):
    people = fragments(2, np.random.default_rng(24), dropout=0.05)
    path = written(run(people), tmp_path)
    living = replace(people[0], kind="living", request="letter 7")
    with pytest.raises(InputError, match="not among the remains"):
        group_remains(incident([living, *people[1:]]), path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"groups": [], "settings": {"rates": {"dropout": 7}}}', "\xff"])
def test_read_groups__anything_else_is_refused(text, tmp_path):
    path = tmp_path / "groups.json"
    path.write_text(text, "latin-1")
    with pytest.raises(InputError, match=r"groups\.json"):
        read_groups(path)


def test_read_groups__a_sample_in_two_groups_is_refused(tmp_path):
    document = json.loads(groups_json(run(fragments(2, np.random.default_rng(25), dropout=0.05))))
    document["groups"][1]["samples"][0] = document["groups"][0]["samples"][0]
    path = tmp_path / "groups.json"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match="two groups"):
        read_groups(path)


def test_name_samples__says_in_the_remark_whom_a_group_stands_for():
    line = UnidentifiedSummary("G001", "male", 24, None, None, None, 0, TEXT(text="no pair"))
    result = replace(report_example.result(), unidentified=(line, replace(line, code="P9")))
    named = name_samples(result, {"G001": ("P1", "P2")})
    assert [say(x.remark) for x in named.unidentified] == ["no pair; group of P1, P2", "no pair"]


# Choices


def test_choose_settings__takes_the_defaults_for_what_is_not_stated():
    assert choose_settings() == ReassociationSettings()
    stated = choose_settings(dropout=0.05, threshold=1e6, relative_threshold=50.0)
    assert (stated.rates.dropout, stated.rates.dropin) == (0.05, 0.01)
    assert (stated.threshold, stated.relative_threshold) == (1e6, 50.0)


@pytest.mark.parametrize("choice", [{"threshold": 0.5}, {"relative_threshold": 0.0}, {"least_posterior": 0.3}])
def test_settings__outside_their_range_are_refused(choice):
    with pytest.raises(ModelError):
        ReassociationSettings(**choice)


def test_reassociate__fewer_than_two_remains_are_refused():
    with pytest.raises(InputError, match="two or more"):
        run([sample("P1", {})])


def test_reassociate__every_result_states_its_rates_and_thresholds():
    result = run(fragments(2, np.random.default_rng(26), dropout=0.05))
    words = settings_in_words(result.provenance.settings)
    assert words["re-association, rates of every sample"] == (
        "drop-out 0.2 for each allele copy, drop-in 0.01, error 0.005"
    )
    assert words["re-association, threshold against close relatives"] == "1000"
    assert any("drop-out 0.2 " in line for line in say_all(result.assumptions))


def test_reassociate__states_the_rates_that_were_used_and_not_those_that_were_not():
    people = fragments(2, np.random.default_rng(26), dropout=0.05)
    own = [
        replace(person, rates=ObservationRates(rate)) for person, rate in zip(people, (0.1, 0.3, 0.1, 0.2), strict=True)
    ]
    stated = ObservationRates(dropout=0.77)
    mixed = run([*own[:3], people[3]], rates=stated)
    assert say(mixed.rates_used) == (
        "drop-out from 0.1 to 0.3, drop-in 0, error 0 in 3 samples with rates of their own; "
        "drop-out 0.77 for each allele copy, drop-in 0, error 0 in the other 1"
    )
    alone = run(own, rates=stated)
    assert say(alone.rates_used) == "drop-out from 0.1 to 0.3, drop-in 0, error 0 in 4 samples with rates of their own"
    assert any("used by no sample" in notice for notice in say_all(alone.notices))
    for said in (
        say(alone.rates_used),
        *say_all(alone.assumptions),
        *settings_in_words(alone.provenance.settings).values(),
    ):
        assert "0.77" not in said
    assert not {"prior", "verbal scale", "linked markers"} & settings_in_words(alone.provenance.settings).keys()


def test_reassociate__estimated_rates_are_the_ones_stated():
    people = fragments(2, np.random.default_rng(26), dropout=0.05)
    estimated = run([replace(person, estimate_dropout=True) for person in people], rates=ObservationRates(0.77))
    assert "0.77" not in say(estimated.rates_used)
    assert say(estimated.rates_used).endswith("in 4 samples with rates of their own")


# The commands


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command as its entry point does; return its exit code and its words."""

    def run_command(*arguments):
        monkeypatch.setattr("sys.argv", ["antigone", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "160")
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run_command


def test_commands__reassociate_and_search_on_groups(command, tmp_path):
    folder, out = tmp_path / "incident", tmp_path / "out"
    assert command("simulate", "--out", folder, "--families", 12, "--unidentified", 20, "--seed", 4)[0] == 0
    code, words = command("reassociate", folder, "--out", out, "--dropin", "0.02", "--on", "2025-09-01")
    assert code == 0
    assert "probably parts of one person; for review" in words
    assert "drop-in 0.02" in words
    assert {path.name for path in out.iterdir()} == {"groups.csv", "groups.json", "groups.html"}
    assert stat.S_IMODE((out / "groups.json").stat().st_mode) == 0o600
    document = json.loads((out / "groups.json").read_text("utf-8"))
    assert document["provenance"]["command"].endswith("--dropin 0.02")
    code, words = command("search", folder, "--out", out, "--groups", out / "groups.json", "--on", "2025-09-01")
    assert code == 0
    result = json.loads((out / "results.json").read_text("utf-8"))
    groups = {group["code"]: group["samples"] for group in document["groups"]}
    assert groups
    lines = {line["code"]: line["remark"]["text"] for line in result["unidentified"]}
    assert groups.keys() <= lines.keys()
    for group, samples in groups.items():
        assert f"group of {', '.join(samples)}" in lines[group]
        assert not {*samples} & lines.keys()
        assert f"{group} stands for {', '.join(samples)}" in words
    assert "groups.json" in result["provenance"]["inputs"]


def test_commands__a_rate_that_is_no_probability_is_refused_in_words(command, tmp_path):
    folder = tmp_path / "incident"
    command("simulate", "--out", folder, "--families", 2, "--unidentified", 3)
    code, words = command("reassociate", folder, "--out", tmp_path / "out", "--dropout", "1.5")
    assert code == 1
    assert "the dropout rate is 1.5" in words
    assert not (tmp_path / "out").exists()
