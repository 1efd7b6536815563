"""What the commands over several incidents print: every code begins with its incident and a slash."""

from __future__ import annotations

from collections.abc import Sequence

from antigone.cli.console import print_groups, print_search
from antigone.cli.team.console import print_words, table_of
from antigone.cli.terminal import words_console
from antigone.plain_words import counted
from antigone.team import views

REST = "the page 'Several incidents', and the API"
KINDS = {"search": "search", "remains": "remains against remains"}


def print_sets(lines: Sequence[views.SetLine]) -> None:
    """Runs over several incidents, the newest first."""
    table = table_of("run", "what", "incidents", "state", "started", "by", "changes since")
    for line in lines:
        cells = (str(line.number), KINDS[line.kind], ", ".join(line.incidents), line.state)
        table.add_row(*cells, line.started[:16], line.started_by, str(line.changes))
    words_console().print(table)


def print_set(view: views.SetView) -> None:
    """A run over several incidents with its answer."""
    line = view.line
    model = f", under the model of '{line.model_of}'" if line.model_of else ""
    print_words(f"Run {line.number} over {', '.join(line.incidents)}{model}: {KINDS[line.kind]}, {line.state}.")
    for reason, count in line.left_out.items():
        print_words(f"Left out: {reason} ({count}).")
    if line.changes:
        print_words(f"{counted(line.changes, 'change')} noted of these incidents since, which it does not know.")
    if view.closed:
        print_words(f"Its answer stays closed: {view.closed}.")
    if view.search is not None:
        print_search(view.search, rest=REST)
    if view.remains is not None:
        print_groups(view.remains, rest=REST)
