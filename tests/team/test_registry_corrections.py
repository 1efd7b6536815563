"""What was typed beside genotypes is corrected, taken out and retired as genotypes are: Y loci, mtDNA, Amelogenin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_example import of_everything
from registry_team import Team

from antigone.errors import InputError
from antigone.model.assumptions.lineage import MtModel, StatedCounts, YModel
from antigone.model.incident.incident import Incident
from antigone.registry.consent.coverage import read_covered
from antigone.registry.store.database import snapshot
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.typings import correct_typing, list_typings, retire_typing

CASE = "everything"


@pytest.fixture
def typed(team) -> Team:
    whole = of_everything()
    first, *others = whole.unidentified
    people = (replace(first, amelogenin=(("X",),)), *others)
    import_incident(team["registrar"], CASE, replace(whole, unidentified=people))
    return team


def correct(team: Team, sample: str, marker: str, right: str) -> None:
    (number,) = (one.number for one in list_typings(team["geneticist"], CASE, sample).typings if one.state == "valid")
    correct_typing(team["geneticist"], CASE, sample, number, marker=marker, alleles=right, reason="misread")


def used(team: Team) -> Incident:
    registry = team.registry
    with snapshot(registry.engine) as connection:
        day = registry.today()
        return read_covered(connection, registry.vault, CASE, scope="identification", day=day).incident


def looked_up(model: YModel | MtModel | None) -> dict[str, int]:
    """How often each haplotype was met, where somebody asked."""
    assert model is not None
    assert isinstance(model.basis, StatedCounts)
    return dict(model.basis.seen)


def test_correction__of_a_y_locus_and_its_count_is_asked_anew(typed):
    assert looked_up(used(typed).further.y_model) == {"PM1": 3}
    correct(typed, "PM1", "dys 19", "15")
    after = used(typed).further
    assert after.y["PM1"].loci == {"DYS19": ("15",)}
    assert looked_up(after.y_model) == {}
    assert used(typed).unidentified[0].replicates == of_everything().unidentified[0].replicates


def test_correction__of_both_copies_of_a_reference(typed):
    correct(typed, "F-FA", "DYS385", "15/11")
    assert used(typed).further.y["F-FA"].loci == {"DYS385": ("11", "15")}
    correct(typed, "F-FA", "DYS385", "")
    assert "F-FA" not in used(typed).further.y


def test_correction__of_mtdna_by_ranges_and_differences(typed):
    correct(typed, "LS1", "mtdna", "16024-576: 263G 16189C")
    after = used(typed).further
    assert after.mt["LS1"].ranges == ((16024, 576),)
    assert sorted(map(str, after.mt["LS1"].differences)) == ["16189C", "263G"]
    assert looked_up(after.mt_model) == {}


@pytest.mark.slow
def test_correction__of_amelogenin(typed):
    correct(typed, "PM1", "amel", "x/y")
    assert used(typed).unidentified[0].amelogenin == (("X", "Y"),)
    correct(typed, "PM1", "Amelogenin", "")
    assert used(typed).unidentified[0].amelogenin == ()


def test_retired__typing_takes_its_haplotypes_along(typed):
    (number,) = (one.number for one in list_typings(typed["geneticist"], CASE, "LS1").typings)
    retire_typing(typed["geneticist"], CASE, "LS1", number, reason="another person's tube")
    assert "LS1" not in used(typed).further.mt


WRONG = {
    "no locus": ("PM1", "DYS390", "24", "has no DYS390"),
    "no allele of a Y": ("PM1", "DYS19", "a lot", "one, as 14, or both copies, as 11/14"),
    "no colon": ("LS1", "mtDNA", "16024-576 263G", "a colon, and each difference to the rCRS"),
    "outside the ranges": ("LS1", "mtDNA", "73-340: 16190C", "within them"),
    "no sex chromosome": ("PM1", "Amelogenin", "Z", "write X/X, X/Y, or X/?"),
    "the same": ("PM1", "DYS19", "14", "nothing to correct"),
}


@pytest.mark.parametrize(("sample", "marker", "right", "words"), WRONG.values(), ids=WRONG)
def test_correction__that_cannot_be_read_is_refused_without_what_was_written(typed, sample, marker, right, words):
    before = used(typed)
    with pytest.raises(InputError, match=words) as refused:
        correct(typed, sample, marker, right)
    assert f"'{right}'" not in str(refused.value)
    assert used(typed) == before
