"""Passes of a profile on the screen, and the prompts for one."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from antigone.cli.team.console import print_words, table_of
from antigone.cli.terminal import words_console
from antigone.plain_words import counted
from antigone.report.words.statements import say_all
from antigone.team.views import Entered, EntryView, PassLine


def ask_markers(found: EntryView) -> dict[str, str]:
    """What is typed at each marker that is asked for."""
    for why, markers in found.not_asked.items():
        print_words(f"Not asked for: {', '.join(markers)}: {why}.")
    return {marker: typer.prompt(marker, default="", show_default=False) for marker in found.markers}


def print_entered(done: Entered) -> None:
    """What became of a pass."""
    if not done.is_typing and not done.differing:
        print_words("The first pass is sealed; type the profile again, or let another person do it.")
    elif done.differing:
        print_words(f"{counted(done.agreed, 'marker')} agree; type again: {', '.join(done.differing)}.")
    elif done.was_known:
        print_words(f"Both passes agree, and {done.sample} had this typing already.")
    else:
        print_words(f"Both passes agree at {counted(done.agreed, 'marker')}: a typing of {done.sample} now.")
    for words in say_all(done.notices):
        print_words(words)


def print_passes(found: Sequence[PassLine]) -> None:
    """The list of passes that wait."""
    table = table_of("sample", "kit", "typed by", "day")
    for one in found:
        table.add_row(one.sample, one.kit, one.typed_by, one.at[:10])
    words_console().print(table)
