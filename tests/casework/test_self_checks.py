"""What a sample says against itself: Amelogenin by closed forms, crowded markers, and where the words are repeated."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from remains import degrade, incident, kit, persons, sample

from antigone.casework.joint.solve import joint_incident
from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.search import search_incident
from antigone.casework.remains.conflicts import explain_conflict
from antigone.casework.remains.groups import group_remains
from antigone.casework.remains.reassociate import reassociate_incident
from antigone.casework.samples.self_checks import SelfChecks
from antigone.engine.amelogenin import sex_likelihoods
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.assumptions.choices import DROPOUTS
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.observation import ObservationModel, ObservationRates, Replicate
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Pedigree, Sex
from antigone.model.profile import Profile
from antigone.model.results.remains import REMAINS_RATES, ReassociationSettings, SamplePair
from antigone.model.statements.statement import TEXT
from antigone.registry.typings.payloads import Beside, Unpacker, anonymous, pack
from antigone.report.pages.groups import groups_json
from antigone.report.pages.joint import render_joint
from antigone.report.pages.search import render_report
from antigone.report.words.language import read_language
from antigone.report.words.statements import say, say_all
from antigone.search.remains.self_check import SexReader, SexSeen, at_least, crowded_markers, unfitting_samples
from antigone.simulation.genes import drop_genes

TODAY = dt.date(2026, 1, 1)
X, Y, BOTH = ("X",), ("Y",), ("X", "Y")


# The weights of Amelogenin, by hand


@pytest.mark.parametrize("d", [0.0, 0.01, 0.2, 0.4])
def test_sex_likelihoods__with_dropout_alone(d):
    rates = ObservationRates(dropout=d)
    by_hand = {
        (): (d * d, d * d),
        X: (1 - d * d, (1 - d) * d),
        Y: (0.0, d * (1 - d)),
        BOTH: (0.0, (1 - d) ** 2),
    }
    for shown, expected in by_hand.items():
        assert sex_likelihoods([shown], rates=rates) == pytest.approx(expected, abs=1e-12)


def test_sex_likelihoods__with_dropin_and_error():
    d, c, e = 0.3, 0.02, 0.01
    female = (1 - d * d) * (c / 4)  # an X is seen, and the Y of a random person dropped in
    male = (1 - d) ** 2 + (1 - d) * d * c / 4 + d * (1 - d) * c * 3 / 4  # both seen; or one, and the other dropped in
    random = (female + male) / 2
    expected = ((1 - e) * female + e * random, (1 - e) * male + e * random)
    assert sex_likelihoods([BOTH], rates=ObservationRates(d, c, e)) == pytest.approx(expected, abs=1e-12)


def test_sex_likelihoods__sum_to_one_over_what_can_be_seen_and_multiply_over_amplifications():
    rates = ObservationRates(0.3, 0.05, 0.02)
    each = [sex_likelihoods([shown], rates=rates) for shown in ((), X, Y, BOTH)]
    assert np.sum(each, axis=0) == pytest.approx([1, 1], abs=1e-12)
    two = sex_likelihoods([X, BOTH], rates=rates)
    assert two == pytest.approx(np.prod([each[1], each[3]], axis=0), abs=1e-15)


def test_sex_seen__the_lr_is_that_of_the_two_likelihoods():
    seen = SexSeen(math.log(0.84), math.log(0.24))
    assert seen.against("male") == pytest.approx(math.log(3.5))
    assert seen.against("female") == pytest.approx(-math.log(3.5))
    assert seen.against("unknown") == 0.0
    assert not seen.contradicts("male")
    assert (seen + seen).contradicts("male")  # 12.25 to one


def test_sex_reader__a_stated_dropout_is_taken_as_it_is():
    person = replace(sample("P1", persons(1, np.random.default_rng(1))[0], sex="male"), amelogenin=(X,))
    for d in (0.05, 0.5):
        rates = ObservationRates(d, 0.01, 0.005)
        female, male = sex_likelihoods([X], rates=rates)
        seen = SexReader(kit(1), ObservationModel(rates)).read(person)
        assert seen.against("male") == pytest.approx(math.log(female / male), abs=1e-12)


def test_sex_reader__an_unstated_dropout_is_weighed_by_how_complete_the_sample_is():
    rng, whole = np.random.default_rng(2), persons(1, np.random.default_rng(2))[0]
    reader = SexReader(kit(1), ObservationModel())
    good = replace(sample("P1", whole, sex="male"), amelogenin=(X,))
    poor = replace(sample("P2", degrade(whole, rng, dropout=0.4), sex="male"), amelogenin=(X,))
    assert reader.read(good).contradicts("male")
    assert not reader.read(poor).contradicts("male")
    empty = replace(sample("P3", {}, sex="male"), amelogenin=(X,))
    chances = [sex_likelihoods([X], rates=replace(REMAINS_RATES, dropout=d)) for d in DROPOUTS]
    female, male = np.mean(chances, axis=0)
    assert reader.read(empty).against("male") == pytest.approx(math.log(female / male), abs=1e-12)


def test_odd_ones__two_clean_samples_that_show_two_sexes():
    female, male = SexSeen(0.0, math.log(0.01)), SexSeen(math.log(0.005), 0.0)
    assert unfitting_samples([female, female, male]) == [2]
    assert unfitting_samples([female, male]) == [0, 1]
    assert unfitting_samples([female, SexSeen(), female]) == []


# Three alleles


def test_at_least__is_the_binomial_tail():
    n, p, k = 24, 0.01, 3
    tail = sum(math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))
    assert at_least(k, [p] * n) == pytest.approx(tail, abs=1e-12)


def crowded(count, markers=24):
    """A sample with three alleles at some markers."""
    body = dict(list(persons(1, np.random.default_rng(3))[0].items())[:markers])
    three = {name: ((*dict.fromkeys((*body[name], "8", "9", "10")),)[:3],) for name in list(body)[:count]}
    rest = {name: pair for name, pair in body.items() if name not in three}
    return UnidentifiedPerson("PM1", Profile("PM1", rest), replicates=three)


@pytest.mark.parametrize(("count", "told"), [(1, False), (3, False), (4, True), (8, True)])
def test_crowded_markers__more_than_drop_in_explains(count, told):
    found = crowded_markers(crowded(count), ObservationModel(ObservationRates(0.1, 0.01)))
    assert (found.markers, found.typed, found.is_reported) == (count, 24, told)
    assert found.chance == pytest.approx(at_least(count, [0.01] * 24), abs=1e-15)
    lines = say_all(SelfChecks(incident([crowded(count)])).of_incident())
    assert len(lines) == told
    assert all(f"{count} of 24 markers show three alleles or more; perhaps of two persons" in line for line in lines)


def test_crowded_markers__each_amplification_may_gain_an_allele():
    person = replace(crowded(0), profile=Profile("PM1", {}), replicates={"TH01": (("6", "7"), ("6", "9"), ("6", "7"))})
    found = crowded_markers(person, ObservationModel(ObservationRates(0.1, 0.02, 0.01)))
    assert (found.markers, found.typed) == (1, 1)
    assert found.chance == pytest.approx(1 - (0.98 * 0.99) ** 3, abs=1e-15)


# Rates, over simulated samples


@pytest.mark.slow
def test_self_checks__lost_y_alleles_are_no_alarm_and_exchanged_tubes_are_found():
    """200 degraded males who lost the Y, and 60 clean tubes of the other sex, over several seeds."""
    swapped: list[tuple[Sex, Replicate]] = [("male", X), ("female", BOTH)]
    people = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        bodies = persons(65, rng)
        poor = [degrade(body, rng, dropout=0.4) for body in bodies[:50]]
        people += [replace(sample(f"D{seed}-{n}", g, sex="male"), amelogenin=(X,)) for n, g in enumerate(poor)]
        people += [
            replace(sample(f"S{seed}-{n}", g, sex=s), amelogenin=(shown,))
            for n, (g, (s, shown)) in enumerate(zip(bodies[50:], (swapped * 8)[:15], strict=True))
        ]
    told = [line.values["sample"] for line in SelfChecks(incident(people, populations=1)).of_incident()]
    assert sum(code.startswith("D") for code in told) <= 2
    assert sum(code.startswith("S") for code in told) >= 58


# Groups


def regroup(people, **choices):
    settings = ReassociationSettings(**choices)
    return reassociate_incident(incident(people, populations=1), created="c", command="t", settings=settings)


@pytest.mark.slow
def test_groups__a_sample_whose_amelogenin_is_against_its_record_is_told_at_its_group():
    body = persons(1, np.random.default_rng(5))[0]
    people = [replace(sample("P1", body, sex="male"), amelogenin=(X,)), replace(sample("P2", body), amelogenin=(X,))]
    result = regroup(people)
    [group] = result.groups
    [own] = say_all(group.doubts)
    assert own.startswith("sample 'P1': Amelogenin shows a female, but male is recorded")
    assert own in say_all(result.notices)


@pytest.mark.slow
def test_groups__samples_that_show_two_sexes_are_told_at_their_group():
    body = persons(1, np.random.default_rng(6))[0]
    [group] = regroup([replace(sample(f"P{n}", body), amelogenin=(s,)) for n, s in enumerate((X, X, BOTH))]).groups
    [line] = say_all(group.doubts)
    assert line.startswith("Amelogenin is that of a female in P0 and P1, and that of a male in P2")


@pytest.mark.slow
def test_groups__a_record_that_only_all_samples_together_contradict():
    body = persons(1, np.random.default_rng(7))[0]
    own = ObservationRates(0.3, 0.01, 0.005)
    poor = replace(sample("P1", body, sex="male"), amelogenin=(X,), rates=own)
    result = regroup([poor, *(replace(sample(f"P{n}", body), amelogenin=(X,)) for n in (2, 3))])
    [group] = result.groups
    [line] = [words for words in say_all(group.doubts) if "together shows a female" in words]
    assert "male is recorded for P1" in line


@pytest.mark.slow
def test_groups__equal_samples_of_different_recorded_sexes_are_told_though_no_link_joins_them():
    body = persons(1, np.random.default_rng(8))[0]
    people = [sample("P1", body, sex="male"), sample("P2", body, sex="male"), sample("P3", body, sex="female")]
    result = regroup(people)
    [group] = result.groups
    assert group.samples == ("P1", "P2")
    pairs = [line for line in say_all(result.notices) if "as alike as samples of one person" in line]
    assert len(pairs) == 2
    assert all("P3" in line and "their recorded sexes differ: perhaps one person" in line for line in pairs)
    assert set(say_all(group.doubts)) == set(pairs)


# Conflicts


def two_poor_ones():
    """A good sample, and two that lost different alleles at the same markers."""
    bodies = persons(40, np.random.default_rng(9))
    body = max(bodies, key=lambda one: sum(a != b for a, b in one.values()))
    names = [name for name, (a, b) in body.items() if a != b]
    shared = names[:8]
    left, right = names[8 : 8 + (len(names) - 8) // 2], names[8 + (len(names) - 8) // 2 :]
    one = {**{m: (body[m][0],) * 2 for m in shared}, **{m: body[m] for m in left}}
    other = {**{m: (body[m][1],) * 2 for m in shared}, **{m: body[m] for m in right}}
    return [sample("GOOD", body), sample("POOR1", one), sample("POOR2", other)]


@pytest.mark.slow
def test_conflict__the_pair_that_contradicts_is_named_and_not_the_good_sample_between():
    [group] = regroup(two_poor_ones(), threshold=100.0, relative_threshold=2.0).groups
    assert [(p.first, p.second) for p in group.contradictions] == [("POOR1", "POOR2")]
    assert (group.status, group.bridges) == ("conflict", ())
    assert "POOR1 and POOR2 contradict each other" in say(group.remark)
    assert "together with the other samples each of them fits" in say(group.remark)
    assert "GOOD" not in say(group.remark)


def pair(first, second, remark, log10_lr=-1.0):
    return SamplePair(first, second, {"P": log10_lr}, "P", log10_lr, log10_lr, 10, TEXT(text=remark))


def test_conflict__the_sample_that_fits_least_is_named():
    remark = say(explain_conflict([pair("A", "C", "why")], (), {"A": 3.0, "C": -math.log(50)}))
    assert "A and C contradict each other, why; C fits least: it is 50 times as probable of somebody else" in remark


def test_conflict__the_worst_pairs_stand_first_and_the_rest_is_counted():
    pairs = [pair("A", f"B{n}", "why", -n) for n in range(5)]
    remark = say(explain_conflict(pairs, ("M",), {}))
    assert remark.startswith("conflict, not merged: A and B4 contradict")
    assert "; 2 more pairs; held together by M, which fits both sides" in remark


# The search, the joint answer, and what is kept


def village(*, samples, girls=False):
    """Two missing brothers without children, their parents typed; samples of one of them, and of a stranger."""
    sex = "female" if girls else "male"
    pedigree = Pedigree.of(("F", "male"), ("M", "female"), ("A", sex, "F", "M"), ("B", sex, "F", "M"), ("N", sex))
    drawn = drop_genes(pedigree, next(iter(kit(1).values())), rng=np.random.default_rng(11))
    consent = Consent("form", dt.date(2020, 1, 1))
    donors = tuple(Donor(m, Profile(f"R-{m}", drawn[m]), consent) for m in ("F", "M"))
    declared = Pedigree(tuple(one for one in pedigree if one.id != "N"))
    people = [UnidentifiedPerson(code, Profile(code, drawn[who]), **more) for code, who, more in samples]
    return replace(incident(people, populations=1), families=(Family("F1", declared, ("A", "B"), donors),))


@pytest.mark.slow
def test_search__a_candidate_repeats_what_its_sample_says_against_itself_and_against_the_missing_person():
    case = village(samples=[("P1", "A", {"sex": "male", "amelogenin": (X,)}), ("P2", "A", {"amelogenin": (X,)})])
    found = search_incident(case, today=TODAY, created="c", command="t").result
    doubts = {c.unidentified: say_all(c.doubts) for c in found.candidates}
    assert "Amelogenin shows a female, but male is recorded" in doubts["P1"][0]
    assert doubts["P1"][0] in say_all(found.notices)
    assert doubts["P2"][0].startswith("Amelogenin of P2 shows a female, but")
    explained = explain_pair(case, family="F1", missing="A", sample="P1", today=TODAY)
    assert say_all(explained.candidate.doubts) == doubts["P1"]
    assert "What the samples say against this:" in render_report(found, case)


def test_joint__a_conclusion_repeats_it():
    case = village(samples=[("P1", "A", {"sex": "male", "amelogenin": (X,)}), ("P2", "N", {"sex": "male"})])
    result = joint_incident(case, today=TODAY, created="c", command="t")
    first, second = result.conclusions
    assert "Amelogenin shows a female, but male is recorded" in say_all(first.doubts)[0]
    assert say_all(second.doubts) == ()
    assert "Caution:" in render_joint(result, case)


def grouped(tmp_path, case, *, only=None):
    """The case with its groups, as ``--groups`` reads them; ``only`` leaves samples out of the re-association."""
    people = tuple(p for p in case.unidentified if only is None or p.code in only)
    result = reassociate_incident(replace(case, unidentified=people), created="c", command="t")
    (tmp_path / "groups.json").write_text(groups_json(result), "utf-8")
    return group_remains(case, tmp_path / "groups.json")


@pytest.mark.slow
def test_joint__a_group_that_fits_two_alike_missing_siblings_may_be_twins(tmp_path):
    case = grouped(tmp_path, village(samples=[("P1", "A", {}), ("P2", "A", {}), ("P3", "N", {})])).incident
    result = joint_incident(case, today=TODAY, created="c", command="t")
    told = {c.unidentified: say_all(c.doubts) for c in result.conclusions}
    assert "A and B are full siblings whom the data do not tell apart; perhaps twins" in told["G001"][0]
    assert told["P3"] == ()
    found = search_incident(case, today=TODAY, created="c", command="t").result
    assert all("perhaps twins" in say_all(c.doubts)[0] for c in found.candidates if c.unidentified == "G001")


def test_joint__a_lone_sample_is_not_said_to_be_of_twins():
    result = joint_incident(village(samples=[("P1", "A", {})]), today=TODAY, created="c", command="t")
    assert [say_all(c.doubts) for c in result.conclusions] == [()]


@pytest.mark.slow
def test_groups__a_sample_that_came_later_and_equals_a_group_is_told_at_both(tmp_path):
    case = village(samples=[("P1", "A", {}), ("P2", "A", {}), ("P3", "A", {}), ("P4", "N", {})])
    found = grouped(tmp_path, case, only={"P1", "P2", "P4"}).incident
    assert found.doubts.keys() == {"G001", "P3"}
    assert all("they are in no group together: perhaps one person" in line for line in say_all(found.doubts["P3"]))
    assert set(found.doubts["G001"]) <= set(found.notices)


@pytest.mark.slow
def test_groups__a_recorded_sex_that_the_group_contradicts_is_not_taken_over(tmp_path):
    clean = {"amelogenin": (X,)}
    case = village(samples=[("P1", "A", {**clean, "sex": "male"}), ("P2", "A", clean), ("P3", "N", {})], girls=True)
    found = grouped(tmp_path, case).incident
    assert [(p.code, p.sex) for p in found.unidentified] == [("G001", "unknown"), ("P3", "unknown")]
    assert any("compared with missing persons of both sexes" in line for line in say_all(found.notices))
    agreed = village(samples=[("P1", "A", {**clean, "sex": "female"}), ("P2", "A", clean)], girls=True)
    assert grouped(tmp_path, agreed).incident.unidentified[0].sex == "female"


def test_amelogenin__is_kept_sealed_with_the_typing_and_written_to_a_case_folder(tmp_path):
    shown = (X, BOTH, (), ("X", None))
    case = village(samples=[("P1", "A", {"amelogenin": shown}), ("P2", "N", {})])
    person = case.unidentified[0]
    packed = pack(person.profile, Beside(person=anonymous(person)))
    _, beside = Unpacker().unpack(packed, sample="P1")
    assert beside.person is not None
    assert beside.person.amelogenin == shown
    write_case_folder(case, tmp_path / "case")
    again = read_case_folder(tmp_path / "case")
    assert [p.amelogenin for p in again.unidentified] == [shown, ()]


def test_statements__what_samples_say_against_themselves_is_told_in_the_language_of_the_report():
    own = {"sex": "male", "amelogenin": (X,)}
    case = village(samples=[("P1", "A", own), ("P2", "A", {"amelogenin": (X,)}), ("P3", "N", {"amelogenin": (X,)})])
    checks, (one, two, _) = SelfChecks(case), case.unidentified
    other = replace(two, code="P4", sex="female", amelogenin=(BOTH,))
    told = [
        *checks.of_group([one, two]),
        *checks.of_group([two, other]),
        *checks.of_pairing(two, "A", "male"),
        *SelfChecks(incident([crowded(8)])).of_incident(),
        *SelfChecks(replace(case, further=replace(case.further, sex=SexRates(0.001)))).of_sample(one),
    ]
    assert len(told) >= 6
    spanish = read_language("es")
    assert not {say(line) for line in told} & {say(line, spanish) for line in told}


@pytest.mark.slow
def test_groups__a_sample_is_weighed_alike_at_its_group_and_among_the_notices():
    body = persons(1, np.random.default_rng(12))[0]
    one = replace(sample("P1", body, sex="male"), amelogenin=(X,), estimate_dropout=True, rates=ObservationRates())
    case = incident([one, sample("P2", body)], populations=1)
    [group] = reassociate_incident(case, created="c", command="t").groups
    assert group.doubts == SelfChecks(case).of_sample(one)
