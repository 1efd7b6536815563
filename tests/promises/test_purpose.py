"""What Antigone refuses, held as tests. docs/purpose.md says in words what each of them guards.

Each rule's tests stand under its heading. A check that looks for something forbidden is itself shown an example,
so that no test passes because its check is blind.
"""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import importlib
import pkgutil
import re
import typing
from collections import Counter
from pathlib import Path

import pytest

import antigone.model
from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.search import search_incident
from antigone.errors import ConsentError, InputError
from antigone.formats.casefolder.writer import write_case_folder
from antigone.formats.incident import read_incident
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.consent import SCOPE_IDENTIFICATION, Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.report.tables.files import results_json

PACKAGE = Path(antigone.model.__file__).parents[1]
DAY = dt.date(2026, 1, 15)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def model_classes() -> list[type]:
    """Every data class of the model."""
    names = [m.name for m in pkgutil.walk_packages(antigone.model.__path__, "antigone.model.")]
    members = [(name, c) for name in names for c in vars(importlib.import_module(name)).values()]
    return [c for name, c in members if dataclasses.is_dataclass(c) and isinstance(c, type) and c.__module__ == name]


def functions(*folders: str) -> list[Function]:
    """Every function and method, public or private, of the named layers (of all when none is named)."""
    paths = [
        p for p in PACKAGE.rglob("*.py") if not folders or p.relative_to(PACKAGE).with_suffix("").parts[0] in folders
    ]
    trees = [ast.parse(path.read_text("utf-8")) for path in paths]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, Function)]


def parameters(function: Function) -> list[str]:
    """The annotations of a function's parameters, as written."""
    a = function.args
    given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    return [ast.unparse(p.annotation) for p in given if p.annotation]


def parse_function(code: str) -> Function:
    function = ast.parse(code).body[0]
    assert isinstance(function, Function)
    return function


# Rule 1: no population database; no computation without an active consent


def test_consent__covers_its_scope_from_its_day_on():
    consent = Consent("form 12", DAY)
    assert consent.covers(SCOPE_IDENTIFICATION, DAY)
    assert not consent.covers(SCOPE_IDENTIFICATION, DAY - dt.timedelta(days=1))


def test_consent__covers_nothing_outside_its_scope():
    assert not Consent("form 12", DAY).covers("research", DAY)
    assert not Consent("form 12", DAY, scope=()).covers(SCOPE_IDENTIFICATION, DAY)


@pytest.mark.parametrize("end", ["expires", "withdrawn"])
def test_consent__ends_on_the_day_it_expires_or_is_withdrawn(end):
    last = DAY + dt.timedelta(days=10)
    consent = Consent("form 12", DAY, **{end: last})  # type: ignore[arg-type]
    assert consent.covers(SCOPE_IDENTIFICATION, last - dt.timedelta(days=1))
    assert not consent.covers(SCOPE_IDENTIFICATION, last)


def test_donor__consent_is_stated_never_assumed():
    consent = next(field for field in dataclasses.fields(Donor) if field.name == "consent")
    assert consent.default is dataclasses.MISSING
    assert consent.default_factory is dataclasses.MISSING


# End to end in test_casework: test_search__a_donor_without_active_consent_changes_no_number,
# test_search__donors_left_out_are_counted_by_reason, test_search__a_withdrawn_donor_takes_no_part_from_that_day


def test_familias__needs_an_attested_consent(tmp_path):
    path = tmp_path / "x.fam"
    path.write_text("anything", "utf-8")
    for attested in (None, "", "  "):
        with pytest.raises(ConsentError):
            read_incident(path, attested)


def incident_with_seeker(folder: Path, request: str) -> Path:
    """A case folder with one family and one living person who asks who they are."""
    table = FrequencyTable("here", {"TH01": {"6": 0.5, "7": 0.5}}, {"TH01": 200})
    family = Pedigree.of(("FA", "male"), ("MP", "male", "FA", None))
    father = Donor("FA", Profile("R1", {"TH01": ("6", "6")}), Consent("form 12", DAY))
    seeker = UnidentifiedPerson("S1", Profile("S1", {"TH01": ("6", "7")}), "male", "living", request)
    incident = Incident("One seeker", (seeker,), (Family("F", family, ("MP",), (father,)),), (table,))
    write_case_folder(incident, folder)
    return folder


def test_search__a_living_seeker_without_a_request_is_refused(tmp_path):
    with pytest.raises(InputError, match="request"):
        read_incident(incident_with_seeker(tmp_path / "without", ""))
    assert read_incident(incident_with_seeker(tmp_path / "with", "letter 3")).unidentified[0].request == "letter 3"


def test_profiles__a_sample_that_belongs_to_nobody_is_refused(tmp_path):
    """No profile is kept without a donor of a family or an unidentified person behind it."""
    folder = incident_with_seeker(tmp_path / "case", "letter 3")
    with (folder / "profiles.csv").open("a", encoding="utf-8") as file:
        file.write("X99,TH01,6,6\n")
    with pytest.raises(InputError, match="X99"):
        read_incident(folder)


# Rule 2: no search among donors


def donors_against_donors(function: Function) -> bool:
    """Whether a function takes two families, or two donors, side by side."""
    words = Counter(
        word for text in parameters(function) for word in re.findall(r"\b(?:Family|FamilyTable|Donor)\b", text)
    )
    return max(words.values(), default=0) > 1


@pytest.mark.slow
def test_search__no_function_takes_donors_against_donors():
    found = functions("search", "casework", "team", "registry", "cli")
    assert found
    assert [function.name for function in found if donors_against_donors(function)] == []


@pytest.mark.parametrize(
    "code",
    [
        "def f(a: Family, b: Family): ...",
        "def f(a: Sequence[Family], *, b: Family): ...",
        "def f(pairs: Iterable[tuple[Donor, Donor]]): ...",
        "def f(a: FamilyTable, *others: FamilyTable): ...",
    ],
)
def test_donors_against_donors__is_seen(code):
    assert donors_against_donors(parse_function(code))


def test_donors_against_donors__unidentified_against_family_is_the_job():
    assert not donors_against_donors(parse_function("def f(u: UnidentifiedPerson, families: Sequence[Family]): ..."))


def relatives_in_two_families() -> Incident:
    """Two families who do not know of each other, whose donors are twins by their profiles."""
    alleles = {"6": 0.001, "7": 0.999}
    markers = [f"M{n}" for n in range(8)]
    rare = dict.fromkeys(markers, ("6", "6"))
    families = tuple(
        Family(
            code,
            Pedigree.of(("FA", "male"), ("MP", "male", "FA", None)),
            ("MP",),
            (Donor("FA", Profile(f"R-{code}", rare), Consent("form 12", DAY)),),
        )
        for code in ("FAM-A", "FAM-B")
    )
    found = UnidentifiedPerson("PM1", Profile("PM1", dict.fromkeys(markers, ("7", "7"))))
    tables = (FrequencyTable("here", dict.fromkeys(markers, alleles), {}),)
    return Incident("Two families", (found,), families, tables, SearchSettings(mutation=DEFAULT_MUTATION))


def test_search__nothing_connects_two_families():
    """Every pair holds an unidentified person; donors alike in two families appear together nowhere."""
    incident = relatives_in_two_families()
    result = search_incident(incident, today=DAY, created="2026-01-15T00:00:00+00:00", command="").result
    assert result.candidates == ()
    assert {pair.unidentified for pair in result.pairs} == {"PM1"}
    told = results_json(result)
    assert "R-FAM-A" not in told
    assert "R-FAM-B" not in told
    assert [line for line in told.splitlines() if "FAM-A" in line and "FAM-B" in line] == []


def test_explain__a_donor_is_never_the_question():
    incident = relatives_in_two_families()
    for code in ("R-FAM-B", "FA", "FAM-B"):
        with pytest.raises(InputError, match="no unidentified person"):
            explain_pair(incident, family="FAM-A", missing="MP", sample=code, today=DAY)


# Y and mtDNA: evidence inside one declared pedigree, never a way to find or compare lines


def lineage_functions() -> list[Function]:
    """Every public function that takes haplotypes, in any layer that computes with them."""
    found = functions("engine", "search", "simulation", "casework", "team", "registry", "report", "cli")
    taking = [f for f in found if re.search(r"\b(?:YHaplotype|MtHaplotype)\b", " ".join(parameters(f)))]
    return [f for f in taking if not f.name.startswith("_")]


def lists_lines(function: Function) -> bool:
    """Whether a function takes haplotypes without one declared pedigree and its one missing member."""
    names = [p.arg for p in (*function.args.posonlyargs, *function.args.args)]
    return names[:2] != ["pedigree", "missing"] or "Pedigree" not in parameters(function)


@pytest.mark.slow
def test_lineage__every_function_takes_one_pedigree_and_one_missing_member():
    found = lineage_functions()
    assert {f.name for f in found} >= {"y_evidence", "mt_evidence"}
    assert [f.name for f in found if lists_lines(f)] == []


@pytest.mark.parametrize(
    "code",
    [
        "def sharing(haplotypes: Sequence[YHaplotype]) -> list[str]: ...",
        "def group(donors: Mapping[str, MtHaplotype]) -> dict[str, list[str]]: ...",
        "def compare(first: YHaplotype, second: YHaplotype) -> float: ...",
    ],
)
def test_lists_lines__is_seen(code):
    assert lists_lines(parse_function(code))


def test_lineage__a_reference_table_has_no_place_for_a_person():
    fields = {c.__name__: {f.name for f in dataclasses.fields(c)} for c in model_classes()}
    assert fields["YReference"] == fields["MtReference"] == {"rows"}
    assert not any({"name", "donor", "family", "member"} & fields[name] for name in fields if "Haplotype" in name)


# Rule 3: no tree building


def builds_pedigrees(function: Function) -> bool:
    """Whether a function makes a pedigree out of profiles, with no declared pedigree to start from."""
    given = " ".join(parameters(function))
    makes = re.search(r"\bPedigree\b", ast.unparse(function.returns) if function.returns else "")
    declared = re.search(r"\b(Pedigree|Family|Incident|Hypotheses)\b", given)
    return bool(makes and re.search(r"\b(Profile|Donor|UnidentifiedPerson|Genotype)\b", given) and not declared)


@pytest.mark.slow
def test_pedigrees__none_is_made_from_profiles():
    assert [function.name for function in functions() if builds_pedigrees(function)] == []


def test_builds_pedigrees__is_seen():
    assert builds_pedigrees(parse_function("def guess(people: Sequence[Profile]) -> Pedigree: ..."))
    assert not builds_pedigrees(parse_function("def place(family: Family, p: Profile) -> Pedigree: ..."))


# Rule 4: no suspects, no offenders, no crime stains


def test_samples__are_remains_or_a_living_seeker_and_nothing_else():
    assert typing.get_args(typing.get_type_hints(UnidentifiedPerson)["kind"]) == ("remains", "living")


# Rule 5: no link to who someone is in a state's eyes; no inference about a person

# fmt: off
NO_FIELD_OF_A_PERSON = {
    "address", "ancestry", "arrestee", "caste", "citizen", "citizenship", "clan", "crime", "criminal", "detainee",
    "disease", "ethnic", "ethnicity", "eye", "face", "forename", "hair", "haplogroup", "health", "household",
    "identity", "image", "name", "nationality", "offence", "offender", "offense", "passport", "permit", "phenotype",
    "phone", "photo", "picture", "police", "population", "populations", "portrait", "race", "religion", "residence",
    "skin", "social", "surname", "suspect", "tribe",
}
NO_FUNCTION = {
    "admixture", "ancestry", "appearance", "biogeographic", "ethnic", "ethnicity", "eye", "face", "haplogroup",
    "health", "phenotype", "reconstruct", "skin", "social", "surname",
}
# fmt: on
THINGS_WITH_A_NAME = {"Marker", "SourceFile"}
STATED_UNDER_POPULATIONS = {
    "FrequencyTable",
    "Candidate",
    "SamplePair",
    "PowerAnswer",
    "SnpCandidate",
}  # and every result


def forbidden_fields(model_class: type) -> list[str]:
    allowed = {"name"} if model_class.__name__ in THINGS_WITH_A_NAME else set()
    if model_class.__name__ in STATED_UNDER_POPULATIONS or model_class.__name__.endswith("Result"):
        allowed |= {"population", "populations"}
    words = {field.name: set(field.name.lower().split("_")) for field in dataclasses.fields(model_class)}
    return [field for field, parts in words.items() if parts & (NO_FIELD_OF_A_PERSON - allowed)]


def test_model__no_field_says_who_someone_is():
    wrong = {c.__name__: fields for c in model_classes() if (fields := forbidden_fields(c))}
    assert wrong == {}


def test_model__all_of_it_is_looked_at():
    names = {c.__name__ for c in model_classes()}
    assert {"Donor", "Family", "Individual", "UnidentifiedPerson", "Candidate", "Profile"} <= names


@pytest.mark.parametrize("field", ["name", "family_name", "ethnicity", "population", "face_image", "identity_number"])
def test_forbidden_fields__are_seen(field):
    assert forbidden_fields(dataclasses.make_dataclass("Individual", [field])) == [field]


def test_model__population_belongs_to_tables_and_results():
    assert forbidden_fields(dataclasses.make_dataclass("FrequencyTable", ["population"])) == []
    assert forbidden_fields(dataclasses.make_dataclass("Donor", ["population"])) == ["population"]


@pytest.mark.slow
def test_functions__none_infers_ancestry_appearance_or_health():
    found = [function.name for function in functions()]
    assert found
    assert [name for name in found if NO_FUNCTION & set(name.lower().split("_"))] == []


# Rule 6: families' secrets stay theirs

# End to end in test_casework and test_cli: test_search__a_reference_that_does_not_fit_is_in_no_output,
# test_search__a_family_with_a_misfit_reads_like_one_with_too_few_relatives,
# test_search__a_mutation_between_references_is_not_told, test_search__only_the_geneticist_gets_the_geneticist_file


def test_result__has_no_place_for_a_reference_that_does_not_fit():
    """What everybody on the case may read cannot hold an incidental finding, because no field is there for it."""
    fields = {field.name for c in model_classes() for field in dataclasses.fields(c)}
    assert fields
    assert {name for name in fields if re.search(r"fit|incidental|misattribut|paternity", name)} == set()


# Rule 7: leaving is real

# End to end in test_casework: test_search__a_withdrawn_donor_takes_no_part_from_that_day
# In test_registry_erasure: test_withdraw_donor__*; in test_backup: test_restore__of_an_old_backup_leaves_the_same_*
