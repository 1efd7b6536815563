"""`antigone manual`: the manual page, made from the commands themselves so that it is complete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from antigone import __version__
from antigone.cli.options import tell

ENDS = (
    ("0", "done"),
    ("1", "refused, or something wrong was found; the reason is on the error stream"),
    ("2", "a command or option that does not exist, or that lacks something"),
    ("3", "cannot be computed: too large to be exact, not supported here, or not defined"),
    ("130", "stopped by Ctrl-C"),
)


def manual(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="A new file, such as antigone.1; without it, it is printed.")] = None,
) -> None:
    """The manual page of every command, to be read by man: antigone manual | man -l -."""
    page = manual_page(context.find_root().command)
    if out is None:
        typer.echo(page, nl=False)
        return
    with out.open("x", encoding="utf-8") as file:
        file.write(page)
    tell(f"Written: {out}")


def manual_page(program: Any) -> str:
    """The page in the language of man (roff)."""
    lines = [
        f'.TH ANTIGONE 1 "" "antigone {__version__}" "Antigone"',
        ".SH NAME",
        _plain(f"antigone - {_first_line(program)}"),
        ".SH SYNOPSIS",
        _plain("antigone [--quiet | --verbose] [--settings FILE] COMMAND ..."),
        ".SH OPTIONS",
        *_options(program),
        ".SH COMMANDS",
        *(line for path, command in commands_of(program) for line in _section(path, command)),
        ".SH EXIT STATUS",
        *(line for code, words in ENDS for line in (".TP", code, _plain(words))),
    ]
    return "\n".join(lines) + "\n"


def commands_of(program: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words it is called by."""
    for name, command in program.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, (*path, name))
        elif not command.hidden:
            yield (*path, name), command


def _section(path: tuple[str, ...], command: Any) -> Iterator[str]:
    arguments = [one.metavar or one.name.upper() for one in command.params if one.param_type_name == "argument"]
    yield f".SS {_plain(' '.join(('antigone', *path, *arguments)))}"
    yield _plain(re.sub(r"\s+", " ", command.help or "").strip())
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    for one in command.params:
        if one.param_type_name == "option" and not one.hidden:
            yield ".TP"
            yield _plain(", ".join((*one.opts, *one.secondary_opts)))
            yield _plain(one.help or "")


def _first_line(command: Any) -> str:
    return str(command.help).strip().splitlines()[0]


def _plain(words: str) -> str:
    r"""Words that roff shows as they are: a hyphen stays one, and no line begins as an order to it.

    >>> print(_plain("--out of .fam"), _plain(".fam"))
    \-\-out of .fam \&.fam
    """
    text = words.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in (".", "'") else text
