"""What the commands about families print: where the missing stand, what waits, what was truly compared."""

from __future__ import annotations

from antigone.cli.team.console import NOTHING, print_page, print_words, table_of
from antigone.cli.terminal import words_console
from antigone.team import views
from antigone.team.tasks.words import STATE_WORDS, news_words, task_words


def print_standing(family: views.FamilyView) -> None:
    """Where each missing person of a family stands, whether the family knows, and what it is asked for."""
    for one in family.sought:
        news = news_words(one)
        print_words(f"Missing {one.code}: {STATE_WORDS[one.state]}{'; ' if news else ''}{news}.")
    for found in family.alive:
        if found.version:
            may = f"; you can: {', '.join(found.may)}" if found.may else ""
            print_words(f"Found alive, {found.missing}: {found.state} (version {found.version}){may}.")


def print_tasks(page: views.Page[views.Task]) -> None:
    """What waits for families."""
    table = table_of("since", "incident", "family", "what")
    for task in page.rows:
        table.add_row(str(task.since), task.incident, task.family, task_words(task))
    words_console().print(table)
    print_page(page.page, page.size, page.total, "tasks")


def print_compared(found: views.Compared | None) -> None:
    """What a search truly compared, for its geneticist."""
    if found is None:
        print_words("Nobody has searched this incident yet.")
        return
    truly = "not kept, search again" if found.pairs is None else str(found.pairs)
    print_words(f"For you alone. Run {found.run}, pairs truly compared: {truly} (others are told {found.declared}).")
    table = table_of("family", "donors with consent", "of these used", "power", "asked since")
    for one in found.families:
        power = NOTHING if one.power is None else f"{one.power:.0%}"
        table.add_row(one.family, str(one.donors), str(one.used), power, str(one.asked or NOTHING))
    words_console().print(table)
