"""Where samples help, over families of one incident: in words, and of nobody's genotypes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from antigone.casework.incident.prepare import Prepared, prepare
from antigone.casework.power import families
from antigone.casework.power.sampling import where_samples_help
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.results.power import SamplingLine, outlook_of

DAY = dt.date(2026, 12, 1)
NAMES = ("A", "B", "C", "D")


def profile(code: str, allele: str = "1") -> Profile:
    return Profile(code, dict.fromkeys(NAMES, (allele, "2")))


def family(code: str, allele: str) -> Family:
    """A typed mother, and a grandfather and a father who may be asked."""
    kin = Pedigree.of(("GF", "male"), ("FA", "male", "GF", None), ("MO", "female"), ("MP", "male", "FA", "MO"))
    return Family(code, kin, ("MP",), (Donor("MO", profile("MO", allele), Consent("C", DAY)),))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    shares = {name: {"1": 0.05, "2": 0.05, "3": 0.9} for name in NAMES}
    table = FrequencyTable("Here", shares, dict.fromkeys(NAMES, 400), "invented")
    persons = (UnidentifiedPerson("PM1", profile("PM1")),)
    incident = Incident("X", persons, (family("F1", "1"), family("F2", "3")), (table,), SearchSettings())
    return prepare(incident, today=DAY)


def test_sampling__names_the_relative_who_helps_most_and_tells_nothing_of_genotypes(prepared):
    """The father helps more than his father; the mothers' alleles differ, and the words do not."""
    able = dict.fromkeys(("F1", "F2"), ("FA", "GF"))
    answer = where_samples_help(prepared, able, missing={"F1": ["MP"], "F2": ["MP"]}, threshold=2)
    assert [(line.family, line.member) for line in answer.lines] == [("F1", "FA"), ("F2", "FA")]
    first, second = answer.lines
    assert replace(first, family="") == replace(second, family="")
    choices = families.PowerChoices("F2", candidates=("FA", "GF"), threshold=2)
    steps = families.power_of_incident(prepared, choices).steps
    assert [step.new for step in steps] == [(), ("FA",), ("GF",)]
    words = [outlook_of(step.inclusion.low) for step in steps]
    assert first == SamplingLine("F1", "MP", "FA", words[0], words[1])


def test_sampling__leaves_out_who_is_found_and_who_cannot_be_asked(prepared):
    able = {"F1": ("GF",), "F2": ("FA",)}
    answer = where_samples_help(prepared, able, missing={"F1": ["MP"]}, threshold=2)
    assert [(line.family, line.member) for line in answer.lines] == [("F1", "GF")]
    assert where_samples_help(prepared, {}, missing={"F1": ["MP"]}, threshold=2).lines == ()


def test_sampling__asks_families_of_one_shape_once(prepared, monkeypatch):
    asked = []
    step = families.Asked.step
    monkeypatch.setattr(families.Asked, "step", lambda self, new: asked.append(new) or step(self, new))
    able = dict.fromkeys(("F1", "F2"), ("FA",))
    where_samples_help(prepared, able, missing={"F1": ["MP"], "F2": ["MP"]}, threshold=2)
    assert asked == [(), ("1",)]


@pytest.mark.parametrize(
    ("inclusion", "word"), [(1, "almost surely"), (0.98, "probably"), (0.5, "perhaps"), (0.49, "hardly")]
)
def test_outlook__is_a_word_for_a_probability(inclusion, word):
    assert outlook_of(inclusion) == word
