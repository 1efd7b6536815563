"""The groups of ``groups.json``, as ``antigone reassociate`` writes it and a geneticist has accepted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antigone.errors import InputError, ModelError, Problem
from antigone.formats.reading.json_documents import read_json
from antigone.formats.reading.sources import read_bytes, source_file
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.incident import SourceFile
from antigone.model.results.file_format import GROUPS
from antigone.model.results.remains import ReassociationSettings
from antigone.model.text import unstorable_character


@dataclass(frozen=True)
class AcceptedGroup:
    """Samples that stand for one person from here on, and the SHA-256 of the profiles they were grouped by."""

    code: str
    samples: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True)
class GroupsFile:
    """What a search needs of a re-association: its settings, its consistent groups, and where they were read."""

    settings: ReassociationSettings
    groups: tuple[AcceptedGroup, ...]
    source: SourceFile


def read_groups(path: Path) -> GroupsFile:
    """The settings of a re-association and its consistent groups; conflicts and groups with another status are left.

    Raises
    ------
    InputError
        When the file is no ``groups.json``, or a sample stands in two groups.
    """
    content = read_bytes(path)
    try:
        document = read_json(path.name, content)
        if problem := GROUPS.problem(document):
            raise _refusal(path, problem, "groups.json as antigone wrote it")
        settings = _settings(document["settings"])
        groups = tuple(_group(item) for item in document["groups"] if item["status"] == "consistent")
    except (ValueError, KeyError, TypeError, AttributeError, ModelError):
        raise _refusal(path, "no groups of a re-association", "groups.json as antigone wrote it") from None
    samples = [sample for group in groups for sample in group.samples]
    if len(samples) != len(set(samples)):
        raise _refusal(path, "a sample in two groups", "each sample in one group at most")
    return GroupsFile(settings, groups, source_file(path, content))


def _settings(given: Mapping[str, Any]) -> ReassociationSettings:
    return ReassociationSettings(**{**given, "rates": ObservationRates(**given["rates"])})


def _group(item: Mapping[str, Any]) -> AcceptedGroup:
    if unstorable_character(str(item["code"])):
        raise ValueError("a code holds a line break")
    return AcceptedGroup(str(item["code"]), tuple(str(code) for code in item["samples"]), str(item["fingerprint"]))


def _refusal(path: Path, found: str, expected: str) -> InputError:
    return InputError([Problem(path.name, 0, "", found, expected, "run antigone reassociate again")])
