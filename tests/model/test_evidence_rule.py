"""The rule of evidence: what each condition lets through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from antigone.model.assumptions.evidence_rule import PACKAGED_RULE, EvidenceFacts, failed, judge

GOOD = EvidenceFacts(
    pairs=1_000,
    false_positive_rate=1e-6,
    exact=True,
    bearing={"FA": 3.0, "MO": 2.0},
    kinds={"autosomal": 8.0},
    over_relatives=2.0,
    posterior=0.9999,
    joint=0.99,
)


def test_judge__lets_through_what_meets_every_condition():
    assert failed(judge(GOOD)) == ""


@pytest.mark.parametrize(
    ("changed", "letters"),
    [
        ({"false_positive_rate": 1.1e-5}, "a"),
        ({"false_positive_rate": 1e-5}, ""),
        ({"pairs": 10_001}, "a"),
        ({"bearing": {"MO": 5.9}}, "b"),
        ({"bearing": {"FA": 0.9, "MO": 5.9}}, "b"),
        ({"bearing": {"FA": 1.0, "MO": 5.9}}, ""),
        ({"bearing": {"MO": 5.9}, "kinds": {"autosomal": 6.0, "mtDNA": 1.2}}, ""),
        ({"bearing": {"MO": 5.9}, "kinds": {"autosomal": 6.0, "mtDNA": 0.5}}, "b"),
        ({"over_relatives": 0.99}, "c"),
        ({"over_relatives": None}, "c"),
        ({"posterior": 0.998}, "d"),
        ({"joint": 0.096}, "e"),
        ({"joint": None}, ""),
        ({"bearing": {}, "posterior": 0.5, "joint": 0.0}, "bde"),
    ],
)
def test_judge__names_the_conditions_that_do_not_hold(changed, letters):
    assert failed(judge(replace(GOOD, **changed))) == letters


def test_judge__says_what_was_found_and_what_would_mend_it():
    for one in judge(replace(GOOD, pairs=10**9, bearing={}, over_relatives=None, posterior=0.0, joint=0.0)):
        assert one.found is not None
        assert one.found.code.startswith("rule")
        assert one.holds or one.remedy is not None


def test_soldier_of_2026__one_mother_is_not_enough_in_a_search_of_a_nation():
    """55,000 records against 2,410 bodies, 20 CODIS markers: about 21 such pairs by chance alone."""
    facts = replace(GOOD, pairs=55_000 * 2_410, false_positive_rate=1.6e-7, bearing={"MO": 5.9})
    assert facts.pairs * facts.false_positive_rate == pytest.approx(21, rel=0.02)
    assert failed(judge(facts, PACKAGED_RULE)) == "ab"
