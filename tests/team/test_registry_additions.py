"""Additions to a known incident: a part of a folder is enough, and what it does not state is the incident's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import xlsxwriter
from registry_team import INCIDENT, NOON, Team, small_incident, typed

from antigone.casework.incident.files import load_incident, read_title
from antigone.errors import InputError
from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.plain import to_json
from antigone.registry.review.candidates import open_candidate, read_candidates
from antigone.registry.store.database import snapshot
from antigone.report.words.statements import say_all
from antigone.team.incidents.importing import Imported, import_incident, known_incident
from antigone.team.models.versions import model_in_force, propose_model, read_model
from antigone.team.runs.searching import search

DONORS = "family,member,sample,consent_reference,consent_date,consent_scope\n"
FAMILIES = "family,member,sex,father,mother,missing\n"
PROFILES = "sample,marker,allele1,allele2\n"


def rows_of(sample: str, family: int, first: int, second: int) -> str:
    """The rows of a profile in the table ``profiles``."""
    genotypes = typed(sample, family, first, second).genotypes
    return "".join(f"{sample},{marker},{a},{b}\n" for marker, (a, b) in genotypes.items())


@pytest.fixture
def team(team_of) -> Team:
    """The small incident, as it is read from a case folder."""
    made: Team = team_of("incident")
    return made


@pytest.fixture
def add(team, tmp_path) -> Callable[..., Imported]:
    """Writes files into a folder and imports it into the incident."""

    def imported(*, only: str = "", code: str = INCIDENT, **files: str) -> Imported:
        folder = tmp_path / f"week-{Random().random()}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(text, "utf-8")
        return read_and_import(team, folder / only if only else folder, code)

    return imported


def read_and_import(team: Team, path: Path, code: str = INCIDENT) -> Imported:
    registrar = team["registrar"]
    read = load_incident(path, attested_by=None, today=NOON.date(), known=known_incident(registrar, code))
    return import_incident(registrar, code, read)


def ratios(team: Team) -> dict[tuple[str, str], str]:
    """Every candidate of a new search in full, by person and family."""
    run = search(team["geneticist"], INCIDENT).line.id
    with snapshot(team.registry.engine) as connection:
        lines = read_candidates(connection, run, count=100).lines
        vault = team.registry.vault
        return {(one.unidentified, one.family): to_json(open_candidate(connection, vault, one.id)) for one in lines}


@pytest.mark.slow
def test_import__of_new_remains_alone(team, add):
    added = add(unidentified__csv="sample\nPM9\n", profiles__csv=PROFILES + rows_of("PM9", 1, 0, 2))
    assert added == Imported(unidentified=1, profiles=1)
    assert ("PM9", "F1") in ratios(team)


@pytest.mark.slow
def test_import__of_new_remains_leaves_every_ratio_as_it_was(team, add):
    """What was 15.85 became 19.27: an addition brought the defaults of a folder without settings into force."""
    before = ratios(team)
    add(unidentified__csv="sample\nPM9\n", profiles__csv=PROFILES + rows_of("PM9", 4, 1, 2))
    add(
        incident__toml='[model]\ntheta = 0.03\n[mutation]\nmodel = "equal"\nrate = 0.01\n[search]\nprior = 0.01\n',
        unidentified__csv="sample\nPM10\n",
        profiles__csv=PROFILES + rows_of("PM10", 4, 1, 3),
    )
    after = ratios(team)
    same = {pair: _without_rank(text) for pair, text in before.items()}
    assert {pair: _without_rank(after[pair]) for pair in same} == same
    assert read_model(team["geneticist"], INCIDENT).line.number == 1


def _without_rank(text: str) -> str:
    """A candidate without what depends on how many others there are: its rank, and the prior in its posterior."""
    import json

    plain = json.loads(text)
    return json.dumps({name: value for name, value in plain.items() if name not in ("rank", "posterior")})


def test_import__says_what_a_folder_states_otherwise_and_nothing_else(add):
    added = add(
        incident__toml="[model]\ntheta = 0.03\n[search]\nthreshold = 1000\n",
        unidentified__csv="sample\nPM9\n",
        profiles__csv=PROFILES + rows_of("PM9", 1, 0, 2),
    )
    assert added.models == 1
    assert say_all(added.model)[1:] == ("theta: 0.03 instead of 0",)


@pytest.mark.parametrize(
    "stated",
    [
        "",
        'title = "A ferry"\n',
        "[model]\ntheta = 0\n",
        "[search]\nthreshold = 1000\n",
        "[frequencies]\nminimum_count = 5\n",
        '[mutation.female]\nmodel = "stepwise"\nrate = 0.0005\nrate2 = 1e-6\nrange = 0.1\n'
        '[mutation.male]\nmodel = "stepwise"\nrate = 0.002\nrate2 = 1e-6\nrange = 0.1\n',
        '[linkage]\nuse = "none"\n',
        "[observation]\ndropin = 0\n",
    ],
)
def test_import__what_is_stated_as_it_is_in_force_is_no_other_model(add, stated):
    added = add(
        incident__toml=stated, unidentified__csv="sample\nPM9\n", profiles__csv=PROFILES + rows_of("PM9", 1, 0, 2)
    )
    assert (added.models, added.model) == (0, ())


def test_import__of_a_donor_of_a_new_family_alone(team, add):
    added = add(
        families__csv=FAMILIES + "F9,FA,male,,,no\nF9,MO,female,,,no\nF9,MP,unknown,FA,MO,yes\n",
        donors__csv=DONORS + "F9,FA,F9-FA,C-9,2026-01-05,identification\n",
        profiles__csv=PROFILES + rows_of("F9-FA", 9, 0, 1),
    )
    assert added == Imported(families=1, members=3, donors=1, consents=1, profiles=1)


def test_import__of_a_sister_of_a_known_family_names_her_alone(team, add):
    added = add(
        families__csv=FAMILIES + "F1,SI,female,FA,MO,no\n",
        donors__csv=DONORS + "F1,SI,F1-SI,C-9,2026-01-05,identification\n",
        profiles__csv=PROFILES + rows_of("F1-SI", 1, 0, 3),
    )
    assert added == Imported(members=1, donors=1, consents=1, profiles=1)


def test_import__of_a_family_that_names_its_missing_must_be_whole(add):
    """Rows that name a missing person are a family of their own: it may be another one with the same code."""
    with pytest.raises(InputError, match="family 'F1' has another pedigree: member 'FA' is gone"):
        add(families__csv=FAMILIES + "F1,XX,male,,,yes\n")


def test_import__of_a_donor_of_a_known_member_needs_no_family(team, add):
    added = add(
        donors__csv=DONORS + "F4,MO,F4-MO2,C-9,2026-01-05,identification\n",
        profiles__csv=PROFILES + rows_of("F4-MO2", 4, 2, 3),
    )
    assert (added.families, added.consents, added.profiles) == (0, 1, 1)


def test_import__of_profiles_of_known_samples_alone(add):
    """Of a donor and of remains, without repeating who they are; equal ones are nothing new."""
    assert add(profiles__csv=PROFILES + rows_of("PM1", 1, 0, 2) + rows_of("F1-FA", 1, 0, 1)) == Imported()
    assert add(profiles__csv=PROFILES + "PM1,M00,10,11\nF1-FA,M00,10,11\n") == Imported(profiles=2)


@pytest.mark.slow
def test_import__of_a_known_person_without_a_profile_types_nothing(team, add):
    before = ratios(team)
    assert add(unidentified__csv="sample,sex\nPM1,unknown\nPM2,unknown\n") == Imported()
    assert ratios(team) == before


def test_import__of_a_profile_of_nobody_is_refused(add):
    with pytest.raises(InputError, match="sample 'PM99', which belongs to nobody"):
        add(profiles__csv=PROFILES + "PM99,M00,10,11\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["profiles.csv", "week5.csv", "run 7.txt"])
def test_import__of_one_file(add, name):
    assert add(only=name, **{name.replace(".", "__"): PROFILES + "PM1,M00,10,11\n"}) == Imported(profiles=1)


def test_import__of_several_files(team, tmp_path):
    (tmp_path / "bodies.csv").write_text("sample,sex\nPM9,male\n")
    (tmp_path / "kit.csv").write_text(PROFILES + "PM9,M00,10,11\n")
    known = known_incident(team["registrar"], INCIDENT)
    read = load_incident(
        [tmp_path / "bodies.csv", tmp_path / "kit.csv"], attested_by=None, today=NOON.date(), known=known
    )
    assert import_incident(team["registrar"], INCIDENT, read) == Imported(unidentified=1, profiles=1)


@pytest.mark.parametrize("sheet", ["profiles", "Sheet1"])
def test_import__of_one_workbook(team, tmp_path, sheet):
    with xlsxwriter.Workbook(tmp_path / "week.xlsx") as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate((["sample", "marker", "allele1", "allele2"], ["PM1", "M00", "10", "11"])):
            page.write_row(number, 0, row)
    assert read_and_import(team, tmp_path / "week.xlsx") == Imported(profiles=1)


def test_import__of_circumstances_of_known_persons_alone(team, add):
    add(
        circumstances_unidentified__csv="sample,place\nPM1,harbour\n",
        circumstances_missing__csv="family,member,places\nF1,MP,harbour\n",
    )
    assert "harbour" in to_json(search_incident_read(team))


def search_incident_read(team: Team) -> object:
    from registry_team import PURPOSE

    from antigone.registry.consent.coverage import read_incident
    from antigone.registry.store.database import transaction

    with transaction(team.registry.engine) as connection:
        covered = read_incident(
            connection, team.registry.vault, INCIDENT, scope="identification", day=NOON.date(), at="now", actor="x",
            purpose=PURPOSE,
        )  # fmt: skip
    return covered.incident.further.unidentified, tuple(covered.incident.further.missing.values())


def test_import__of_nothing_says_what_it_could_be(add):
    with pytest.raises(InputError, match="nothing of an incident; expected a table such as 'profiles'"):
        add(readme__txt="hello\n")


def test_import__of_a_part_of_a_new_incident_says_what_is_missing(add):
    with pytest.raises(InputError) as refused:
        add(code="other", profiles__csv=PROFILES + "PM1,M00,10,11\n")
    told = str(refused.value)
    for words in ("no settings", "no table 'donors'", "no table 'families'", "no table 'unidentified'", "(--as)"):
        assert words in told
    with pytest.raises(InputError, match=r"a file alone can only be added to an incident of a registry"):
        add(only="week5.csv", code="other", week5__csv=PROFILES + "PM1,M00,10,11\n")


def test_read_title__is_that_of_the_settings_or_empty(tmp_path):
    write_case_folder(small_incident(), tmp_path / "case")
    assert read_title(tmp_path / "case") == "A ferry"
    (tmp_path / "part").mkdir()
    assert read_title(tmp_path / "part") == read_title(tmp_path / "nowhere") == ""


@pytest.mark.slow
def test_import__of_a_familias_week_is_no_other_model(team, shared, tmp_path):
    files = shared / "field" / "inputs" / "fam"
    for name in ("fam01.fam", "case_week2.fam", "only_bodies.fam", "only_families.fam"):
        known = known_incident(team["registrar"], "fam")
        read = load_incident(files / name, attested_by="a test", today=NOON.date(), known=known)
        added = import_incident(team["registrar"], "fam", read)
        assert added.models == (name == "fam01.fam"), name


def test_propose_model__from_a_folder_with_what_is_to_change(team, tmp_path):
    (tmp_path / "incident.toml").write_text("[model]\ntheta = 0.03\n")
    before = model_in_force(team["geneticist"], INCIDENT)
    read = load_incident(tmp_path / "incident.toml", attested_by=None, today=NOON.date(), known=before)
    view = propose_model(team["geneticist"], INCIDENT, read, name="theta 0.03", reason="the plan")
    assert say_all(view.differences) == ("theta: 0.03 instead of 0",)
