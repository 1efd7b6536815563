"""Genotypes that are typed in: kits with their markers, and the strict reading of the cells of one marker."""

from __future__ import annotations

import pytest

from antigone.formats.frequencies.nist import nist1036
from antigone.formats.labels.markers import is_known_marker, marker_kind
from antigone.formats.passes.cells import CellFault, TypedMarker, read_typed
from antigone.formats.passes.kits import kits, typed_marker
from antigone.formats.passes.profile import ladders_of, profile_typed_in
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.profile import Profile

LADDERS = ladders_of(nist1036()[-1:])


@pytest.mark.parametrize("kit", kits())
def test_kits__have_known_markers_once_in_the_spelling_that_is_used(kit):
    markers = kits()[kit]
    assert len(set(markers)) == len(markers) >= 15
    assert [typed_marker(marker) for marker in markers] == list(markers)
    assert all(is_known_marker(marker) or marker_kind(marker) == "Y" for marker in markers)


@pytest.mark.parametrize(
    ("kit", "number"),
    [
        ("GlobalFiler", 23), ("Identifiler Plus", 16), ("Investigator 24plex", 23), ("NGM Detect", 17),
        ("NGM SElect", 17), ("PowerPlex 16", 16), ("PowerPlex 21", 21), ("PowerPlex ESI 17", 17),
        ("PowerPlex ESX 17", 17), ("PowerPlex Fusion", 24), ("PowerPlex Fusion 6C", 27), ("PowerPlex Y23", 22),
        ("VeriFiler Plus", 24), ("Yfiler Plus", 25),
    ],
)  # fmt: skip
def test_kits__have_as_many_markers_as_their_makers_say_without_indels_and_sensors(kit, number):
    assert len(kits()[kit]) == number


@pytest.mark.parametrize(
    ("marker", "text", "read"),
    [
        ("TH01", "9.3 6", "6/9.3"),
        ("TH01", "9.3/9.3", "9.3/9.3"),
        ("TH01", "06 09.30", "6/9.3"),
        ("TH01", "? 6", "6/?"),
        ("TH01", "6 INC", "6/?"),
        ("TH01", "(6) 7", "7/?"),
        ("TH01", "INC", ""),
        ("TH01", "- -", ""),
        ("TH01", "", ""),
        ("TH01", "7 6 9.3", "6/7/9.3"),
        ("TH01", "nothing", "nothing"),
        ("FGA", "50.2! 22", "22/50.2"),
        ("FGA", "70! 22", "22/70!"),
        ("SE33", "29.2 30.2", "29.2/30.2"),
        ("Amelogenin", "YX", "X/Y"),
        ("Amelogenin", "X X", "X/X"),
        ("Amelogenin", "X ?", "X/?"),
        ("DYS391", "10", "10"),
        ("DYS385", "14 11", "11/14"),
    ],
)
def test_read_typed__has_one_form_for_one_reading(marker, text, read):
    shown = read_typed(marker, text, LADDERS, reference=False)
    assert shown.text == read
    assert read_typed(marker, read, LADDERS, reference=False) == shown


@pytest.mark.parametrize(
    ("marker", "text", "told"),
    [
        ("TH01", "6", "twice for a homozygote"),
        ("TH01", "93 6", "within or near the ladder"),
        ("FGA", "70 22", "write ! behind"),
        ("TH01", "9,3 6", "with a point"),
        ("TH01", "OL 6", "size an off-ladder peak"),
        ("TH01", "6* 7", "stars and parentheses"),
        ("TH01", "6 7 INC", "stars and parentheses"),
        ("TH01", "6 x", "an allele such as 12 or 9.3"),
        ("TH01", "6 7 8 9 10", "check for a mixture"),
        ("TH01", "03.Sep 6", "date"),
        ("Amelogenin", "X", "X X, X Y"),
        ("Amelogenin", "X Z", "X X, X Y"),
        ("DYS391", "ten", "one allele such as 14"),
        ("DYS385", "11", "both copies"),
    ],
)
def test_read_typed__refuses_what_says_too_little_and_never_says_what_stood_there(marker, text, told):
    with pytest.raises(CellFault) as fault:
        read_typed(marker, text, LADDERS, reference=False)
    assert told in str(fault.value)
    assert not any(f"'{part}'" in str(fault.value) for part in text.split())


@pytest.mark.parametrize("text", ["nothing", "6 7 9.3"])
def test_read_typed__a_reference_is_one_genotype(text):
    with pytest.raises(CellFault):
        read_typed("TH01", text, LADDERS, reference=True)


def test_profile_typed_in__is_an_addition_of_one_sample_under_the_same_model():
    person = UnidentifiedPerson("B1", Profile("B1", {}), "female")
    known = Incident("An incident", (person,), (), nist1036()[-1:])
    shown = {"TH01": TypedMarker(("6", "9.3")), "FGA": TypedMarker(), "Amelogenin": TypedMarker(("X", "X"))}
    (read,) = profile_typed_in(known, "B1", shown).unidentified
    assert dict(read.profile.genotypes) == {"TH01": ("6", "9.3")}
    assert (read.amelogenin, read.sex) == ((("X",),), "female")
