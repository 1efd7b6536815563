"""What the commands of runs and candidates print: searches, joint answers, and the pairs that they found."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from antigone.casework.pairs.explain import Explanation
from antigone.cli.console import print_explanation, print_joint, print_relatives, print_sensitivity
from antigone.cli.team.console import NOTHING, moment, print_page, print_words, table_of
from antigone.cli.terminal import words_console
from antigone.model.assumptions.evidence_rule import failed
from antigone.model.results.search import Candidate
from antigone.plain_words import counted, probability_text, threshold_text
from antigone.report.words.statements import say
from antigone.team import views
from antigone.team.runs.lines import asked_words, kept_words


def print_run(run: views.RunView) -> None:
    """A run: how it ended, what it rests on, who was left out."""
    line, result = run.line, run.result
    print_words(f"Run {line.id} of {line.incident}, by {line.started_by} on {line.day}: {line.state}.")
    print_words(f"Purpose: {line.purpose}.")
    if line.model is not None:
        print_words(f"Model of the incident: version {line.model}.")
    for reason, count in line.left_out.items():
        print_words(f"Left out: {reason} ({count}).")
    if result is None:
        return
    print_words(
        f"{counted(result.pairs_compared, 'pair')} compared; {counted(line.candidates, 'candidate')} with an LR of "
        f"{threshold_text(result.threshold)} or more; expected by chance alone at most {result.chance.bound:.2g}."
    )
    if asked := asked_words(line):
        print_words(asked)
    for notice in result.notices:
        print_words(f"Note: {say(notice)}.")
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
    print_page(page.page, page.size, page.total, "runs")


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
    print_page(page.page, page.size, page.total, which)


def print_candidate(
    view: views.CandidateView, joint: views.JointOfPair | None, warnings: Sequence[views.WarningLine]
) -> None:
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
    for warning in warnings:
        print_words(f"Warning '{warning.code}': {warning.words}.")
    print_words(f"State: {line.state} (version {line.version}).")
    _print_alternatives("same unidentified person", view.of_unidentified, view.all_of_unidentified)
    _print_alternatives("same missing person", view.of_missing, view.all_of_missing)
    for past in view.history:
        _print_past(past)
    for note in view.reviews:
        print_words(f"{moment(note.at)} {note.user}: {note.text}")
    for step in view.decisions:
        print_words(f"{moment(step.at)} {step.user}: {step.action}, now {step.after}. {step.reason}")
    print_words(f"You can: {', '.join(view.may) or 'read'}.")
    if view.barred:
        print_words(f"You take part in no decision: {view.barred}.")


def print_ruling(ruling: views.Ruling) -> None:
    """The conditions of the rule of evidence, and the exception that was made."""
    if ruling.closed:
        print_words(f"Not judged: {ruling.closed}.")
    table = table_of("condition", "holds", "found", "what would mend it")
    for one in ruling.conditions:
        found = say(one.found) if one.found else "for the geneticist who ran the search"
        remedy = say(one.remedy) if one.remedy and not one.holds else ""
        table.add_row(one.letter, "yes" if one.holds else "no", found, remedy)
    words_console().print(table)
    verdict = "does not meet" if failed(ruling.conditions) else "meets"
    print_words(f"The candidate {verdict} rule {ruling.rule}.")
    if made := ruling.exception:
        agreed = f"agreed to by {made.agreed_by}" if made.agreed_by else "no third person has agreed yet"
        print_words(f"Proposed as an exception ({', '.join(made.failed)}) by {made.by}: {made.reason} ({agreed}).")


def _print_past(past: views.PastLine) -> None:
    """What one search said of a pairing."""
    found = "not listed" if past.candidate is None else "erased" if past.log10_lr is None else f"{past.log10_lr:.2f}"
    because = f"; since the one before: {past.because}" if past.because else ""
    print_words(f"Search {past.run} of {past.day}: log10 LR {found}{because}.")


def _print_alternatives(what: str, others: Sequence[views.CandidateLine], number: int) -> None:
    for one in others:
        strength = NOTHING if one.log10_lr is None else f"{one.log10_lr:.2f}"
        who = f"{one.unidentified} as {one.missing} of {one.family}"
        print_words(f"Alternative, {what}: {who}, log10 LR {strength}, {one.state}.")
    if number > len(others):
        print_words(f"Alternatives, {what}: the {len(others)} strongest of {number} are shown.")


def _print_evidence(candidate: Candidate, run: views.RunView) -> None:
    """All that the page of a candidate says of the evidence: markers, kinds of evidence, chance, assumptions."""
    result = run.result
    if result is None:
        return
    print_explanation(Explanation(candidate, result.prior, result.prior_reason, None))
    print_sensitivity(candidate)
    print_relatives(candidate)
    for assumption in result.assumptions:
        print_words(f"Assumed: {say(assumption).rstrip('.')}.")
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
