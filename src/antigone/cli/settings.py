"""The settings file of the command line: where a registry is and who one is, never a choice that changes an answer."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from antigone.errors import InputError, Problem

COMMON: Mapping[str, type] = {
    "registry": str,
    "key-file": str,
    "user": str,
    "purpose": str,
    "workers": int,
    "scheduler": str,
    "language": str,
}
"""What stands at the top of the file: the options of these names, of every command that has them."""
SERVE: Mapping[str, type] = {
    "host": str,
    "port": int,
    "certificate": str,
    "private-key": str,
    "behind-proxy": str,
    "name": list,
    "work": str,
    "backups": str,
    "ring": str,
    "search-new-as": str,
    "log-level": str,
    "log-json": bool,
}
"""What stands under ``[serve]``: options of ``antigone serve``."""
_WORDS = {str: "a text in quotes", int: "a whole number", list: "a list of texts", bool: "true or false"}


def settings_path(stated: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file that was named, or the user's own where there is one."""
    named = stated or (Path(environ["ANTIGONE_SETTINGS"]) if environ.get("ANTIGONE_SETTINGS") else None)
    if named is not None:
        return named
    home = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", ""), ".config")  # noqa: PTH118
    own = Path(home) / "antigone" / "settings.toml"
    return own if own.is_file() else None


def read_settings(path: Path) -> dict[str, Any]:
    """The settings of a file.

    Raises
    ------
    InputError
        With every problem of the file: it cannot be read, is no TOML, or has keys or values that are no settings.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        remedy = "correct the file, or name another one with --settings"
        raise InputError([Problem(path.name, 0, "", str(error), "a settings file in TOML", remedy)]) from None
    problems = list(_problems(content, path.name))
    if problems:
        raise InputError(problems)
    return content


def _problems(content: Mapping[str, Any], file: str) -> Iterator[Problem]:
    serve = content.get("serve", {})
    yield from _problems_of({k: v for k, v in content.items() if k != "serve"}, COMMON, file, "")
    if isinstance(serve, Mapping):
        yield from _problems_of(serve, SERVE, file, "serve.")
    else:
        yield Problem(file, 0, "serve", "no table", "[serve] with its settings below", "write [serve] in a line alone")


def _problems_of(given: Mapping[str, Any], known: Mapping[str, type], file: str, where: str) -> Iterator[Problem]:
    for key, value in given.items():
        if key not in known:
            expected = f"one of {', '.join(known)}"
            remedy = "take it out; what changes an answer, and secrets, belong into no settings file"
            yield Problem(file, 0, where + key, "no such setting", expected, remedy)
        elif type(value) is not known[key]:
            yield Problem(file, 0, where + key, f"a {type(value).__name__}", _WORDS[known[key]], "correct it")


def as_defaults(command: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as defaults of every command below ``command`` that has an option of their name."""
    if hasattr(command, "commands"):
        common = {key: value for key, value in settings.items() if key != "serve"}
        of_serve = {**common, **settings.get("serve", {})}
        return {
            name: as_defaults(one, of_serve if name == "serve" else common) for name, one in command.commands.items()
        }
    names = {(parameter.name or "").replace("_", "-"): parameter.name for parameter in command.params}
    return {names[key]: value for key, value in settings.items() if key in names}
