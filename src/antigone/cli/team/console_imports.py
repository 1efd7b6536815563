"""What the commands of imports print: kinds with their counts, and the first codes of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from antigone.cli.team.console import print_words, table_of
from antigone.cli.terminal import words_console
from antigone.team import views
from antigone.team.incidents.importing import Listed

MOST_PRINTED = 20
"""Codes of one kind that are printed; the API and the page list more."""
IN_WORDS = {"unidentified": "unidentified persons", "profiles": "typings", "models": "changes of the model"}


def print_preview(shown: views.Preview) -> None:
    """What an import would do: counts first, then codes."""
    for notice in shown.notices:
        print_words(f"Note: {notice}.")
    new = "a new incident" if shown.is_new else "what is known of it stays"
    print_words(f"Preview of an import into incident '{shown.incident}' ({new}). Nothing was imported.")
    sections = {"Added": shown.added, "Changed": shown.changed, "Known already, left alone": shown.known}
    for title, parts in sections.items():
        counts = ", ".join(f"{part.count} {part.what}" for part in parts)
        print_words(f"{title}: {counts or 'nothing'}.")
    for title, parts in sections.items():
        for part in parts:
            print_words(f"{title}, {part.what}: {_codes(part)}.")
    asked = f"would have to be let in with a reason: {', '.join(shown.asked)}" if shown.asked else "nothing"
    print_words(f"Asked: {asked}.")
    if shown.seen:
        print_words(f"To import exactly this, repeat the command without --preview, and with --seen {shown.seen}")


def print_imports(found: Sequence[views.ImportView]) -> None:
    """The imports of an incident, the newest first, and what stands against undoing each."""
    table = table_of("import", "at", "by", "files", "new", "state")
    for one in found:
        line = one.line
        files = ", ".join(name for name, _ in line.files) or "no file"
        table.add_row(str(line.number), line.at[:16], line.by, files, _counts(line.counts), line.state)
    words_console().print(table)
    for one in found:
        if one.line.state == "undone":
            print_words(f"Import {one.line.number} was undone by {one.line.ended_by}: {one.line.reason}.")
        elif one.rests:
            print_words(f"Import {one.line.number} cannot be undone:")
            for words in one.rests:
                print_words(f"  {words}.")
        else:
            print_words(f"Import {one.line.number} can be undone: nothing rests on it.")


def print_undone(undone: views.Undone) -> None:
    """What an undoing took back."""
    rows = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in undone.removed.items())
    print_words(f"Import {undone.number} into incident '{undone.incident}' is undone. Removed: {rows or 'nothing'}.")
    print_words(f"{undone.candidates} candidates erased, {undone.runs} searches to be computed again.")
    if not undone.incident_stays:
        print_words("The incident itself came by it, and is gone too.")
    for words in undone.still_to_do:
        print_words(f"Still to do: {words}.")


def _codes(part: Listed) -> str:
    more = part.count - MOST_PRINTED
    return ", ".join(part.codes[:MOST_PRINTED]) + (f" and {more} more" if more > 0 else "")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {IN_WORDS.get(name, name)}" for name, count in counts.items()) or "nothing"
