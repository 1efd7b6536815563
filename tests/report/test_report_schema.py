"""Files of results say what they are, and hold what their schema says, in the version that is in the package."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from registry_team import NOON, small_incident

from antigone.casework.joint.fragments import fragments_incident
from antigone.casework.joint.solve import joint_incident
from antigone.casework.pairs.search import search_incident
from antigone.casework.remains.reassociate import reassociate_incident
from antigone.errors import InputError
from antigone.formats.groups import read_groups
from antigone.model.results.file_format import RESULTS, FileFormat
from antigone.report.pages.fragments import fragments_json
from antigone.report.pages.groups import groups_json
from antigone.report.pages.joint import joint_json
from antigone.report.tables.files import results_json
from antigone.report.tables.schema import FILES, schema_of_file

CREATED = "2026-12-01T12:00:00+00:00"


def schema_in_package(name: str, version: int) -> dict[str, object]:
    text = (files("antigone.report") / "schemas" / f"{name}-{version}.json").read_text("utf-8")
    return json.loads(text)


@pytest.mark.parametrize("name", FILES)
def test_schema__of_the_newest_version_is_in_the_package(name):
    file_format, _ = FILES[name]
    now = schema_of_file(name)
    assert schema_in_package(name, file_format.version) == now, (
        f"{name}.json is written otherwise than its schema says: raise its version in model/results/file_format.py, "
        f"read both versions, and add report/schemas/{name}-{file_format.version + 1}.json: {json.dumps(now)}"
    )
    jsonschema.Draft202012Validator.check_schema(now)


def written() -> dict[str, str]:
    """Each file of a small incident, as a command writes it."""
    incident = small_incident()
    return {
        "results": results_json(
            search_incident(incident, today=NOON.date(), created=CREATED, command="antigone").result
        ),
        "joint": joint_json(joint_incident(incident, today=NOON.date(), created=CREATED, command="antigone")),
        "groups": groups_json(reassociate_incident(incident, created=CREATED, command="antigone")),
        "fragments": fragments_json(
            fragments_incident(incident, today=NOON.date(), created=CREATED, command="antigone")
        ),
    }


@pytest.mark.slow
def test_files__hold_what_their_schemas_say():
    for name, text in written().items():
        document = json.loads(text)
        assert (document["format"], document["format_version"]) == (FILES[name][0].format, FILES[name][0].version)
        jsonschema.Draft202012Validator(schema_of_file(name)).validate(document)
        broken = {**document, "provenance": {**document["provenance"], "seed": "seven"}}
        assert not jsonschema.Draft202012Validator(schema_of_file(name)).is_valid(broken)


@pytest.mark.slow
def test_files__state_the_choices_of_the_run_as_values():
    for text in written().values():
        choices = json.loads(text)["provenance"]["choices"]
        assert choices["theta"] == small_incident().settings.theta
        assert choices["mutation"]["female"]["class"] == type(small_incident().settings.mutation.female).__name__


@pytest.mark.parametrize("name", FILES)
def test_format__of_a_file_that_names_none_is_that_of_version_1(name):
    assert FILES[name][0].problem({}) == ""


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"format": "antigone joint", "format_version": 1}, "it is of the format 'antigone joint', expected"),
        ({"format": "antigone results", "format_version": 3}, "it is of version 3, and this program reads up to 2"),
        ({"format": "antigone results", "format_version": "x"}, "it is of version 'x'"),
    ],
)
def test_format__another_one_is_refused_in_words(document, problem):
    assert problem in RESULTS.problem(document)


def test_format__stands_first_in_the_file():
    labelled = FileFormat("notes", 3).labelled({"content": 1})
    assert list(labelled.items()) == [("format", "notes"), ("format_version", 3), ("content", 1)]


def test_read_groups__of_another_format_is_refused(tmp_path):
    path: Path = tmp_path / "groups.json"
    path.write_text(json.dumps(RESULTS.labelled({"groups": [], "settings": {}})))
    with pytest.raises(InputError, match="it is of the format 'antigone results', expected 'antigone groups'"):
        read_groups(path)
