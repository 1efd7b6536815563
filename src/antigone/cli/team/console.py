"""What the commands of a registry print: tables of codes, counts and states."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from antigone.casework.pairs.explain import Explanation
from antigone.cli.console import print_explanation, print_joint, print_relatives, print_sensitivity
from antigone.cli.terminal import words_console
from antigone.model.results.search import Candidate
from antigone.plain_words import counted, probability_text, threshold_text
from antigone.team import views
from antigone.team.incidents.importing import Imported
from antigone.team.runs.lines import kept_words

NOTHING = "none"
HASH_SHOWN = 12

MOST_BLOCKED = 200
"""Lines of what is blocked that a status prints; of more it says how many families there are."""


def print_progress(step: str, done: int, of: int) -> None:
    """One line that is written over, where somebody watches."""
    if of and sys.stderr.isatty():
        sys.stderr.write(f"\r{step:<28} {done}/{of}" + ("\n" if done == of else ""))
        sys.stderr.flush()


def print_imported(code: str, added: Imported, notices: Sequence[str]) -> None:
    """What an import added."""
    counts = [f"{count} {name}" for name, count in vars(added).items() if count]
    for notice in notices:
        print_words(f"Note: {notice}.")
    print_words(f"Incident '{code}': new are {', '.join(counts)}." if counts else f"Incident '{code}': nothing new.")


def print_status(status: views.Status) -> None:
    """Incidents, what waits for the user, what is blocked, what is running."""
    table = table_of("incident", "unidentified", "missing", "families", "donors", "without consent", "runs", "pairings")
    for one in status.incidents:
        states = ", ".join(f"{count} {state}" for state, count in sorted(one.pairings.items()))
        counts = (one.unidentified, one.missing, one.families, one.donors, one.donors_without_consent, one.runs)
        table.add_row(one.code, *map(str, counts), states)
    words_console().print(table)
    for waiting in status.waiting:
        print_words(f"Waits for you in {waiting.incident}: {waiting.count} {waiting.what}.")
    for blocked in status.blocked[:MOST_BLOCKED]:
        count = f" ({blocked.count})" if blocked.count else ""
        print_words(f"Blocked in {blocked.incident}: family {blocked.family}, {blocked.reason}{count}.")
    if len(status.blocked) > MOST_BLOCKED:
        families = len({(one.incident, one.family) for one in status.blocked})
        print_words(f"Only the first {MOST_BLOCKED} of these lines are shown. Blocked families in all: {families}.")
    for run in status.running:
        print_words(f"Running: run {run.id} of {run.incident}, by {run.started_by} since {_moment(run.started)}.")


def print_families(page: views.Page[views.FamilyLine]) -> None:
    """Some families."""
    table = table_of("family", "members", "missing", "donors", "without consent")
    for one in page.rows:
        table.add_row(
            one.code, str(one.members), " ".join(one.missing), str(one.donors), str(one.donors_without_consent)
        )
    words_console().print(table)
    _print_page(page.page, page.size, page.total, "families")


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


def print_unidentified(page: views.Page[views.UnidentifiedLine]) -> None:
    """Some unidentified persons."""
    table = table_of("code", "kind", "sex", "typings")
    for one in page.rows:
        table.add_row(one.code, one.kind, one.sex, "erased" if one.erased else str(one.typings))
    words_console().print(table)
    _print_page(page.page, page.size, page.total, "unidentified persons")


def print_custody(chain: Sequence[views.CustodyLine]) -> None:
    """A chain of custody."""
    table = table_of("at", "event", "holder", "recorded by")
    for one in chain:
        table.add_row(_moment(one.at), one.event, one.holder, one.recorded_by)
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


def print_run(run: views.RunView) -> None:
    """A run: how it ended, what it rests on, who was left out."""
    line, result = run.line, run.result
    print_words(f"Run {line.id} of {line.incident}, by {line.started_by} on {line.day}: {line.state}.")
    print_words(f"Purpose: {line.purpose}.")
    for reason, count in line.left_out.items():
        print_words(f"Left out: {reason} ({count}).")
    if result is None:
        return
    print_words(
        f"{counted(result.pairs_compared, 'pair')} compared; {counted(line.candidates, 'candidate')} with an LR of "
        f"{threshold_text(result.threshold)} or more; expected by chance alone at most {result.chance.bound:.2g}."
    )
    for notice in result.notices:
        print_words(f"Note: {notice}.")
    print_words("A candidate is a proposal for review.")


def print_ended(line: views.RunLine) -> None:
    """A run that was ended before it had an answer: what is kept of it, and how it goes on; where errors go."""
    words = f"Run {line.id} is {line.state}. {kept_words(line)}"
    if line.resumable and line.state != "running":
        words += f"\nTo resume it: antigone registry search --resume {line.id}"
        words += f"\nTo erase what is kept of it: antigone registry runs --discard {line.id}"
    sys.stderr.write(f"{words}\n")


def print_runs(page: views.Page[views.RunLine]) -> None:
    """Some runs."""
    table = table_of("run", "incident", "by", "day", "state", "candidates", "left out", "purpose")
    for one in page.rows:
        left_out = str(sum(one.left_out.values()))
        table.add_row(
            str(one.id),
            one.incident,
            one.started_by,
            str(one.day),
            one.state,
            str(one.candidates),
            left_out,
            one.purpose,
        )
    words_console().print(table)
    _print_page(page.page, page.size, page.total, "runs")


def print_joint_run(view: views.JointView) -> None:
    """A joint solution: how it ended, who was left out, and its answer."""
    line = view.line
    print_words(f"Joint run {line.id} of {line.incident}, by {line.started_by} on {line.day}: {line.state}.")
    print_words(f"Purpose: {line.purpose}.")
    for reason, count in line.left_out.items():
        print_words(f"Left out: {reason} ({count}).")
    if view.result is not None:
        print_joint(view.result, rest="the joint page, and in --json")
    elif view.closed:
        print_words(f"Closed: {view.closed}.")


def print_joint_runs(lines: Sequence[views.JointLine]) -> None:
    """Joint solutions."""
    table = table_of("joint run", "incident", "by", "day", "state", "left out", "purpose")
    for one in lines:
        left_out = str(sum(one.left_out.values()))
        table.add_row(str(one.id), one.incident, one.started_by, str(one.day), one.state, left_out, one.purpose)
    words_console().print(table)


def print_findings(found: Sequence[views.Finding]) -> None:
    """References that do not fit; the caller has made sure who reads."""
    table = table_of("family", "member", "sample", "log10 P(declared) / P(unrelated)")
    for one in found:
        table.add_row(one.family, one.member, one.sample, f"{one.log10_fit:.2f}")
    words_console().print(table)
    print_words("For you alone. Such a reference takes no part in the search.")


def print_candidates(page: views.CandidatePage) -> None:
    """Some candidates of a run."""
    if page.run is None:
        print_words("No search has an answer yet.")
        return
    table = table_of("candidate", "run", "rank", "unidentified", "family", "missing", "log10 LR", "posterior", "state")
    for one in page.rows:
        strength = NOTHING if one.log10_lr is None else f"{one.log10_lr:.2f}"
        posterior = NOTHING if one.posterior is None else probability_text(one.posterior)
        codes = (one.unidentified, one.family, one.missing)
        state = f"{one.state}, to be computed again" if one.stale else one.state
        table.add_row(str(one.id), str(one.run), str(one.rank), *codes, strength, posterior, state)
    words_console().print(table)
    which = "candidates, the newest of each pairing, of all runs" if page.every_run else f"candidates of run {page.run}"
    _print_page(page.page, page.size, page.total, which)


def print_candidate(view: views.CandidateView, joint: views.JointOfPair | None) -> None:
    """A candidate: its evidence, its alternatives, its history, and what can be done."""
    line = view.line
    if view.candidate is None:
        print_words(f"H1: {line.unidentified} is {line.missing} of family {line.family}. H2: unrelated to it.")
        print_words(f"Closed: {view.closed}.")
    else:
        _print_evidence(view.candidate, view.run)
    if view.changed:
        print_words(f"Changed since: {view.changed}.")
    if joint is not None:
        _print_joint_of_pair(joint)
    print_words(f"State: {line.state} (version {line.version}).")
    _print_alternatives("same unidentified person", view.of_unidentified, view.all_of_unidentified)
    _print_alternatives("same missing person", view.of_missing, view.all_of_missing)
    for note in view.reviews:
        print_words(f"{_moment(note.at)} {note.user}: {note.text}")
    for step in view.decisions:
        print_words(f"{_moment(step.at)} {step.user}: {step.action}, now {step.after}. {step.reason}")
    print_words(f"You can: {', '.join(view.may) or 'read'}.")
    if view.barred:
        print_words(f"You take part in no decision: {view.barred}.")


def _print_alternatives(what: str, others: Sequence[views.CandidateLine], number: int) -> None:
    for one in others:
        strength = NOTHING if one.log10_lr is None else f"{one.log10_lr:.2f}"
        who = f"{one.unidentified} as {one.missing} of {one.family}"
        print_words(f"Alternative, {what}: {who}, log10 LR {strength}, {one.state}.")
    if number > len(others):
        print_words(f"Alternatives, {what}: the {len(others)} strongest of {number} are shown.")


def print_users(users: Sequence[views.UserLine]) -> None:
    """Users."""
    table = table_of("user", "role", "since", "access")
    for one in users:
        table.add_row(one.code, one.role, _moment(one.created), "yes" if one.active else "ended")
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
        table.add_row(one.user, one.name, _moment(one.expires), "revoked" if one.revoked else "valid")
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
            str(one.number), _moment(one.at), one.actor, one.action, one.purpose, one.subject, one.hash[:HASH_SHOWN]
        )
    words_console().print(table)
    _print_page(page.page, page.size, page.total, "lines")


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


def _print_evidence(candidate: Candidate, run: views.RunView) -> None:
    """All that the page of a candidate says of the evidence: markers, kinds of evidence, chance, assumptions."""
    result = run.result
    if result is None:
        return
    print_explanation(Explanation(candidate, result.prior, result.prior_reason, ""))
    print_sensitivity(candidate)
    print_relatives(candidate)
    for assumption in result.assumptions:
        print_words(f"Assumed: {assumption.rstrip('.')}.")
    print_words(
        f"The search compared {counted(result.pairs_compared, 'pair')}; candidates expected by chance alone: at most "
        f"{result.chance.bound:.2g}."
    )


def _print_joint_of_pair(said: views.JointOfPair) -> None:
    """What a joint solution says of one pair."""
    chance = f"less than {said.least:g}" if said.posterior is None else probability_text(said.posterior)
    error = f"error below {said.error_bound:.2g}" if said.error_bound else "exact"
    print_words(
        f"Joint run {said.run} of {said.day}: posterior of the pair {chance}, of none of the missing "
        f"{probability_text(said.none_of_missing)}; {error}."
    )


def _consent(one: views.ConsentLine) -> str:
    until = f" until {one.expires}" if one.expires else ""
    return f"{one.scope} from {one.given}{until}" + ("" if one.active else ", not active")


def _print_page(page: int, size: int, total: int, what: str) -> None:
    if total > size:
        print_words(f"Page {page} of {-(-total // size)}; {total} {what}.")


def _moment(at: str) -> str:
    return at[:16].replace("T", " ")
