"""The code blocks of the documentation: what kind each is, and sessions typed at a terminal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from antigone.cli import app

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Block:
    """A code block: its page, the line it opens in, the word after the fence, and its lines."""

    page: Path
    line: int
    kind: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [Block(page, text.count("\n", 0, m.start()) + 1, m[1].strip(), m[2]) for m in _BLOCK.finditer(text)]


@dataclass(frozen=True)
class Typed:
    """A line that was typed after ``$``, and what the page shows as its output."""

    words: tuple[str, ...]
    shown: str

    def differs_from(self, said: str) -> str:
        """In what the page differs from what was said; empty when it does not.

        Spaces and the ends of lines do not count, nor which day it is. A line ``...`` stands for whatever was left out.
        """
        rest, is_whole = _plain(said), "..." not in self.shown.splitlines()
        if is_whole:
            return "" if rest == _plain(self.shown) else f"it says\n{said}"
        for piece in filter(None, map(_plain, re.split(r"^\.\.\.$", self.shown, flags=re.MULTILINE))):
            _, found, rest = rest.partition(piece)
            if not found:
                return f"'{piece}' is not in\n{said}"
        return ""


def typed_in(block: Block) -> Iterator[Typed]:
    """The commands of a session, each with the lines shown below it."""
    for entry in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, shown = entry.partition("\n")
        yield Typed(tuple(shlex.split(line, comments=True)), shown)


def _plain(text: str) -> str:
    return " ".join(_DAY.sub("DAY", text).split())


def missing_options(words: list[str]) -> list[str]:
    """What of a command of Antigone does not exist: a subcommand, or an option."""
    command, rest = typer.main.get_command(app), list(words)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        if name not in command.commands:
            return [name]
        command = command.commands[name]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return [word for word in rest if word.startswith("-") and word.partition("=")[0] not in {*known, "--help"}]
