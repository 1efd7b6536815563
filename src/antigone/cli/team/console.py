"""What the commands of a registry print: tables of codes, counts and states."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from antigone.cli.terminal import words_console
from antigone.model.statements.statement import Statement
from antigone.plain_words import counted
from antigone.report.words.statements import say
from antigone.team import views
from antigone.team.incidents.importing import Imported
from antigone.team.tasks.words import STATE_WORDS, news_words, task_words

NOTHING = "none"
HASH_SHOWN = 12

MOST_PENDING = 200
MOST_TASKS = 200
"""Lines of one kind that a status prints; of more it says how many there are."""


def print_progress(step: str, done: int, of: int) -> None:
    """One line that is written over, where somebody watches."""
    if of and sys.stderr.isatty():
        sys.stderr.write(f"\r{step:<28} {done}/{of}" + ("\n" if done == of else ""))
        sys.stderr.flush()


def print_imported(code: str, added: Imported, notices: Sequence[Statement]) -> None:
    """What an import added."""
    counts = [f"{count} {name}" for name, count in added.counts.items() if count]
    for notice in notices:
        print_words(f"Note: {say(notice)}.")
    print_words(f"Incident '{code}': new are {', '.join(counts)}." if counts else f"Incident '{code}': nothing new.")
    print_model_said(added.model)


def print_model_said(lines: Sequence[Statement]) -> None:
    """What came of the model that an import read: what is said first, then what differs."""
    for first in lines[:1]:
        print_words(f"Model: {say(first)}.")
    for line in lines[1:]:
        print_words(f"  {say(line)}")


def print_status(status: views.Status) -> None:
    """Incidents, what waits for the user, what is blocked, what is running."""
    table = table_of("incident", "unidentified", "missing", "families", "donors", "without consent", "runs", "pairings")
    for one in status.incidents:
        states = ", ".join(f"{count} {state}" for state, count in sorted(one.pairings.items()))
        counts = (one.unidentified, _missing(one), one.families, one.donors, one.donors_without_consent, one.runs)
        table.add_row(one.code, *map(str, counts), states)
    words_console().print(table)
    for one in status.incidents:
        if one.persons_to_search or one.families_to_search:
            persons = f"{counted(one.persons_to_search, 'person')} not searched yet"
            kin = "1 family" if one.families_to_search == 1 else f"{one.families_to_search} families"
            print_words(f"To be searched in {one.code}: {persons}, {kin} to be searched again.")
    for one_fallen in status.fallen:
        print_words(f"LOOK AGAIN in {one_fallen.incident}: {one_fallen.words} (candidate {one_fallen.candidate}).")
    for waiting in status.waiting:
        print_words(f"Waits for you in {waiting.incident}: {waiting.count} {waiting.what}.")
    for task in status.tasks[:MOST_TASKS]:
        print_words(f"For a family of {task.incident}, since {task.since}: {task_words(task)}")
    if len(status.tasks) > MOST_TASKS:
        print_words(f"Only the first {MOST_TASKS} of {len(status.tasks)} are shown; see antigone registry tasks.")
    for weak in status.weak[:MOST_TASKS]:
        print_words(
            f"Too little power in {weak.incident}: the donors of family {weak.family} would show the right person in "
            f"only {weak.percent} of 100 cases; ask the family for one more sample (antigone registry ask)."
        )
    if len(status.weak) > MOST_TASKS:
        print_words(f"Only the first {MOST_TASKS} of {len(status.weak)} families with too little power are shown.")
    for run in status.running:
        print_words(f"Running: run {run.id} of {run.incident}, by {run.started_by} since {moment(run.started)}.")


def print_pending(pending: views.PendingView) -> None:
    """What is to be searched, and why."""
    if pending.nothing:
        print_words(f"Nothing: search {pending.run} has seen everything as it is known now.")
    for reason in pending.everybody:
        print_words(f"Everybody: {reason}.")
    for kind, lines in (("person", pending.persons), ("family", pending.families)):
        for one in lines[:MOST_PENDING]:
            print_words(f"{kind.capitalize()} {one.code}: {'; '.join(one.reasons)}.")
        if len(lines) > MOST_PENDING:
            print_words(f"The first {MOST_PENDING} of {len(lines)} are shown.")
    if pending.left:
        print_words(f"Persons who left, and count no longer: {pending.left}.")
    if not pending.nothing:
        print_words(f"To search it: antigone registry search --new --incident {pending.incident}")


def _missing(one: views.IncidentStatus) -> str:
    """How many are missing, and of these found."""
    found = [(one.identified, "identified"), (one.found_alive, "found alive"), (one.to_be_told, "to be told")]
    said = ", ".join(f"{count} {words}" for count, words in found if count)
    return f"{one.missing} ({said})" if said else str(one.missing)


def print_families(page: views.Page[views.FamilyLine]) -> None:
    """Some families."""
    table = table_of("family", "members", "missing", "donors", "without consent")
    for one in page.rows:
        missing = "; ".join(f"{sought.code} {STATE_WORDS[sought.state]}" for sought in one.sought)
        table.add_row(one.code, str(one.members), missing, str(one.donors), str(one.donors_without_consent))
    words_console().print(table)
    print_page(page.page, page.size, page.total, "families")


def print_family(family: views.FamilyView) -> None:
    """A family's pedigree, donors and consents."""
    table = table_of("member", "sex", "father", "mother", "samples", "consents")
    donors = {donor.member: donor for donor in family.donors if donor.erased is None}
    for member in family.pedigree:
        donor = donors.get(member.id)
        role = "missing" if member.id in family.missing else " ".join(donor.samples) if donor else ""
        said = "; ".join(map(_consent, donor.consents)) or "no consent" if donor else ""
        table.add_row(member.id, member.sex, member.father or "", member.mother or "", role, said)
    words_console().print(table)
    left = sum(donor.erased is not None for donor in family.donors)
    if left:
        print_words(f"Donors who left: {left}.")


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


def print_unidentified(page: views.Page[views.UnidentifiedLine]) -> None:
    """Some unidentified persons."""
    table = table_of("code", "kind", "sex", "typings")
    for one in page.rows:
        table.add_row(one.code, one.kind, one.sex, "erased" if one.erased else str(one.typings))
    words_console().print(table)
    print_page(page.page, page.size, page.total, "unidentified persons")


def print_custody(chain: Sequence[views.CustodyLine]) -> None:
    """A chain of custody."""
    table = table_of("at", "event", "holder", "recorded by")
    for one in chain:
        table.add_row(moment(one.at), one.event, one.holder, one.recorded_by)
    words_console().print(table)


def print_left(left: views.Left) -> None:
    """What a withdrawal erased, and what is left to do by hand."""
    print_words(
        f"{left.who} is erased: {left.profiles} profiles of {' '.join(left.samples) or 'no sample'}, {left.candidates} "
        f"candidates; {left.runs} runs are to be computed again."
    )
    for other in left.erased_elsewhere:
        print_words(f"Erased too: {place_of(other)}.")
    _print_standing(left.left_standing, "not erased; if it is the same person, withdraw them there")
    for one in left.still_to_do:
        print_words(f"STILL TO DO: {one}.")


def print_narrowed(narrowed: views.Narrowed) -> None:
    """What taking one purpose back changed, and what is left to do by hand."""
    print_words(
        f"{narrowed.who} took {narrowed.scope} back: {narrowed.candidates} candidates erased; {narrowed.runs} runs are "
        "to be computed again."
    )
    for other in narrowed.narrowed_elsewhere:
        print_words(f"Taken back there too: {place_of(other)}.")
    _print_standing(narrowed.left_standing, "unchanged; if it is the same person, take it back there")
    if narrowed.exports:
        print_words(
            f"STILL TO DO: {narrowed.exports} exports were made before; ask their recipients to delete the donor."
        )
    for one in narrowed.still_to_do:
        print_words(f"STILL TO DO: {one}.")


def place_of(one: views.Elsewhere) -> str:
    """Where somebody stands who is, or may be, the same person, and what told it."""
    who = f"{one.code} of family {one.family}" if one.kind == "donor" else f"{one.code} ({one.kind})"
    same = "The same person" if one.sure else "Perhaps the same person"
    return f"{same}: {who} in incident {one.incident}, by the same {' and '.join(one.grounds)}"


def _print_standing(standing: Sequence[views.Elsewhere], remedy: str) -> None:
    for one in standing:
        print_words(f"STILL STANDS: {place_of(one)}; {remedy}.")


def print_users(users: Sequence[views.UserLine]) -> None:
    """Users."""
    table = table_of("user", "role", "since", "access")
    for one in users:
        table.add_row(one.code, one.role, moment(one.created), "yes" if one.active else "ended")
    words_console().print(table)


def print_changes(changes: Sequence[views.AccessLine]) -> None:
    """Changes of access that wait to be countersigned."""
    if not changes:
        print_words("Nothing waits to be countersigned.")
        return
    table = table_of("change", "user", "role", "what was done", "you")
    for one in changes:
        table.add_row(str(one.number), one.user, one.role, one.words, one.why_not or "can countersign it")
    words_console().print(table)


def print_tokens(tokens: Sequence[views.TokenLine]) -> None:
    """Tokens."""
    table = table_of("user", "token", "expires", "state")
    for one in tokens:
        table.add_row(one.user, one.name, moment(one.expires), "revoked" if one.revoked else "valid")
    words_console().print(table)


def print_backup(made: views.BackedUp) -> None:
    """A backup."""
    print_words(f"{made.rows:,} rows are in {made.archive}, the keys in {made.ring}. Keep the two apart.")
    for name in made.removed:
        print_words(f"Removed what an interrupted backup had left: {name}.")
    for one in made.rings_unreached:
        print_words(f"NOT WRITTEN: {one}; run 'antigone registry rings' when it is there again.")


def print_rotated(done: views.Rotated) -> None:
    """A rotation of the master key."""
    print_words(f"The master key is of generation {done.generation}; {done.wrapped:,} data keys were wrapped again.")
    for one in done.rings_unreached:
        print_words(f"NOT FINISHED: {one}; bring it, then repeat, so that the old key can be forgotten.")
    if not done.rings_unreached:
        print_words("Copy the new key file to where you keep copies, and destroy the old ones and the old shares.")


UNPROVEN = (
    "Every row is as the audit left it since line {line:,}, when an upgrade sealed the rows. Whether they were changed "
    "before by another way cannot be verified; only decisions and users are compared with the audit from its beginning."
)


def print_verified(found: views.Verified) -> None:
    """A registry that is whole."""
    print_words(f"The database is whole. The audit has {found.lines:,} lines, each of them as it was written.")
    print_words("Every row is as the audit left it." if found.since == 1 else UNPROVEN.format(line=found.since))
    if found.checkpoints:
        print_words(f"It agrees with {found.checkpoints} exported checkpoints.")
    for one in found.rings_outdated:
        print_words(f"OUT OF DATE: {one}; run 'antigone registry rings'.")


def print_audit(page: views.AuditPage) -> None:
    """Some lines of the audit."""
    table = table_of("line", "at", "who", "what", "what for", "about", "hash")
    for one in page.rows:
        table.add_row(
            str(one.number), moment(one.at), one.actor, one.action, one.purpose, one.subject, one.hash[:HASH_SHOWN]
        )
    words_console().print(table)
    print_page(page.page, page.size, page.total, "lines")


def print_exported(folder: Path, shared: views.Shared) -> None:
    """What another institution gets."""
    print_words(
        f"{folder}: {shared.unidentified} unidentified persons, {shared.families} families, {shared.donors} donors."
    )
    for reason, count in shared.left_out.items():
        print_words(f"Left out: {reason} ({count}).")


def print_words(text: str) -> None:
    """One line as it is."""
    words_console().print(text)


def table_of(*columns: str) -> Table:
    """A table whose codes are never cut."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _consent(one: views.ConsentLine) -> str:
    until = f" until {one.expires}" if one.expires else ""
    return f"{one.scope} from {one.given}{until}" + ("" if one.active else ", not active")


def print_page(page: int, size: int, total: int, what: str) -> None:
    """Which page of a longer list this is."""
    if total > size:
        print_words(f"Page {page} of {-(-total // size)}; {total} {what}.")


def moment(at: str) -> str:
    """A moment as people write it, to the minute."""
    return at[:16].replace("T", " ")
