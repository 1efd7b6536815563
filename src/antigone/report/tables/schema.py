"""JSON Schemas of the files of results, made from the data classes they hold (JSON Schema 2020-12).

The schema of each version lies in ``report/schemas`` and is never changed afterwards; a test compares the newest one
with what is written today.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from typing import Any

from antigone.model.results.file_format import FRAGMENTS, GROUPS, JOINT, RESULTS, FileFormat
from antigone.model.results.fragments import FragmentsResult
from antigone.model.results.joint import JointResult
from antigone.model.results.remains import ReassociationResult
from antigone.model.results.search import SearchResult
from antigone.model.statements.statement import Statement

FILES: dict[str, tuple[FileFormat, type[Any]]] = {
    "results": (RESULTS, SearchResult),
    "joint": (JOINT, JointResult),
    "groups": (GROUPS, ReassociationResult),
    "fragments": (FRAGMENTS, FragmentsResult),
}
"""The files by their name: their format, and what they hold."""
_NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}]}
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: _NUMBER,
    types.NoneType: {"type": "null"},
    dt.date: {"type": "string", "format": "date"},
    Any: {},
}


def schema_of_file(name: str) -> dict[str, Any]:
    """The JSON Schema of ``results.json``, ``joint.json`` or ``groups.json`` as it is written now."""
    file_format, holds = FILES[name]
    definitions: dict[str, Any] = {}
    _schema(holds, definitions)
    whole = definitions.pop(holds.__name__)
    if name == "results":
        del whole["properties"]["pairs"]
        whole["required"].remove("pairs")
        whole["properties"]["candidates_in_all"] = {"type": "integer"}
    label = {"format": {"const": file_format.format}, "format_version": {"const": file_format.version}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{file_format.format}, version {file_format.version}",
        **whole,
        "properties": {**label, **whole["properties"]},
        "required": [*label, *whole["required"]],
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type; data classes are described once, under their names."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is Statement:
        return _statement(definitions)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(argument, definitions) for argument in arguments]}
    if origin is tuple and arguments[-1] is not ...:
        items = [_schema(argument, definitions) for argument in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin in (tuple, frozenset):
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    return _described(kind, definitions)


def _statement(definitions: dict[str, Any]) -> dict[str, Any]:
    """A statement: its words in English, and what it is made of."""
    properties = {"text": {"type": "string"}, "code": {"type": "string"}, "values": {"type": "object"}}
    definitions["Statement"] = {"type": "object", "properties": properties, "required": [*properties]}
    return {"$ref": "#/$defs/Statement"}


def _described(kind: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # so that a class which holds itself ends
        hints = typing.get_type_hints(kind)
        fields = [f.name for f in dataclasses.fields(kind) if f.init]
        properties = {"class": {"const": name}} | {f: _schema(hints[f], definitions) for f in fields}
        definitions[name] = {"type": "object", "properties": properties, "required": fields}
    return {"$ref": f"#/$defs/{name}"}
