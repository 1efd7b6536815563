"""Typings of samples and their conflicts on the screen."""

from __future__ import annotations

from antigone.cli.team.console import print_words, table_of
from antigone.cli.terminal import words_console
from antigone.plain_words import counted
from antigone.team.views import ConflictPage, ConflictView, SettledLine, TypingLine, TypingsView


def print_typings(view: TypingsView) -> None:
    """The typings of a sample, and its conflicts."""
    table = table_of("number", "kit or file", "day", "by", "state", "reason")
    for one in view.typings:
        kit = f"{one.kit} (replicate)" if one.is_replicate else one.kit
        table.add_row(str(one.number), kit, one.added[:10], _by(one), _state(one), one.reason)
    words_console().print(table)
    for conflict in view.conflicts:
        print_words(_conflict(conflict))
    if not any(one.state == "valid" for one in view.typings):
        print_words(f"No typing of {view.sample} is in use: it takes part in no comparison.")


def _by(one: TypingLine) -> str:
    return f"{one.imported_by} (typed in by {', then '.join(one.typed_by)})" if one.typed_by else one.imported_by


def _state(one: TypingLine) -> str:
    corrects = f", corrects {one.corrects}" if one.corrects else ""
    ended = f" on {one.ended[:10]} by {one.ended_by}" if one.ended else ""
    return f"{one.state}{ended}{corrects}"


def _conflict(one: SettledLine) -> str:
    if not one.closed:
        return f"{one.marker}: typed differently since {one.opened[:10]}; it takes no part until it is settled."
    if one.how == "gone":
        return f"{one.marker}: the typings differed from {one.opened[:10]} to {one.closed[:10]}, and do so no more."
    words = "all are taken as replicates"
    if one.how == "kept":
        words = f"typing {', '.join(map(str, one.set_aside))} set aside"
    return f"{one.marker}: {words}, by {one.closed_by} on {one.closed[:10]}: {one.reason}"


def print_conflicts(page: ConflictPage) -> None:
    """The work list."""
    table = table_of("sample", "family", "markers", "since")
    for one in page.rows:
        table.add_row(one.sample, one.family, str(one.markers), one.since[:10])
    words_console().print(table)
    print_words(f"{counted(page.total, 'sample')} with markers that were typed differently.")


def print_conflict(view: ConflictView) -> None:
    """What each typing shows where they differ."""
    table = table_of("marker", "typing", "kit or file", "shows")
    for marker in view.markers:
        for one in marker.typings:
            table.add_row(marker.marker, str(one.number), one.kit, "; ".join(one.shown))
    words_console().print(table)
    print_words(f"{counted(view.confirmed, 'marker')} of {view.sample} read alike in several typings.")
    if view.doubt:
        print_words(f"Note: {view.doubt}; ask the laboratory.")
    for marker in view.markers:
        if not marker.may_be_replicates:
            print_words(f"{marker.marker} cannot be taken as replicates: {marker.why_not}.")
