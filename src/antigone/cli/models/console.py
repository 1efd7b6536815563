"""What `antigone registry model` prints."""

from __future__ import annotations

from antigone.cli.team.console import print_words, table_of
from antigone.cli.terminal import words_console
from antigone.plain_words import change_text, log10_text, probability_text
from antigone.report.words.statements import say, say_all
from antigone.team import views

NONE_GIVEN = "none"
WHAT_WAS_DONE = {
    "bring": "brought by an import",
    "propose": "proposed",
    "confirm": "confirmed",
    "refuse": "refused",
}
"""What each step of a version is called, before the name of who took it."""


def print_model(view: views.ModelView) -> None:
    """A version: what it says, what it would change, who agreed on it; and the versions there are."""
    print_words(f"Model of '{view.incident}', {version_words(view.line)}.")
    for one in view.words:
        print_words(f"  {say(one.choice)}: {say(one.value)}")
    print_differences(view)
    for step in view.steps:
        by = f" by {step.user}" if step.user else ""
        print_words(f"{step.at[:10]} {WHAT_WAS_DONE[step.action]}{by}: {step.reason}")
    table = table_of("version", "name", "state", "in force from", "until")
    for line in view.versions:
        since, until = (moment[:16].replace("T", " ") if moment else "" for moment in (line.since, line.until))
        table.add_row(str(line.number), line.name, line.state, since, until)
    words_console().print(table)
    for step_name in view.may:
        print_words(f"You can {step_name} it: --{step_name} {view.line.number} --reason '...'")
    if view.barred:
        print_words(f"You take part in no decision now: {view.barred}.")


def version_words(line: views.ModelLine) -> str:
    """A version by its number, its name and where it stands."""
    force = "in force" if line.in_force else "not in force"
    agreed = "confirmed" if line.state == "confirmed" else f"{line.state}, not confirmed by two persons"
    return f"version {line.number} ({line.name}): {force}, {agreed}"


def print_differences(view: views.ModelView) -> None:
    """What a version would change, in words; nothing for the one in force."""
    if view.line.in_force:
        return
    print_words(f"Version {view.line.number} against the version in force:")
    for line in say_all(view.differences) or ("nothing: it is the same model",):
        print_words(f"  {line}")


def print_comparison(found: views.ModelComparison) -> None:
    """The candidates under review under both versions."""
    before, after = f"log10 LR, version {found.in_force}", f"version {found.version}"
    table = table_of("candidate", "pair", "state", before, after, "change", f"posterior, {found.in_force}", after)
    for pair in found.pairs:
        numbers = [log10_text(one.log10_lr) if one else NONE_GIVEN for one in (pair.before, pair.after)]
        posteriors = [probability_text(one.posterior) if one else NONE_GIVEN for one in (pair.before, pair.after)]
        change = NONE_GIVEN if pair.change is None else change_text(pair.change)
        who = f"{pair.unidentified} as {pair.missing} of {pair.family}"
        table.add_row(str(pair.candidate), who, pair.state, *numbers, change, *posteriors)
    words_console().print(table)
    if found.total > len(found.pairs):
        print_words(f"The {len(found.pairs)} strongest of {found.total} candidates under review.")
    print_words("Nothing was changed or kept: these numbers are of what was typed and is consented to today.")
