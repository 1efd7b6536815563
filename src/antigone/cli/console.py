"""What the command line prints: tables that a geneticist can read at a glance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table

from antigone.casework.joint.explain import ExplainedAssignment
from antigone.casework.pairs.explain import Explanation, HypothesesReport
from antigone.casework.validation.demo import Verdict
from antigone.casework.validation.validate import Check, tally
from antigone.cli.terminal import words_console
from antigone.model.results.fragments import FragmentsResult
from antigone.model.results.joint import JointResult
from antigone.model.results.remains import ReassociationResult
from antigone.model.results.search import Candidate, SearchResult
from antigone.model.statements.statement import Statement
from antigone.plain_words import (
    change_text,
    counted,
    lr_text,
    plain_text,
    probability_text,
    ratio_text,
    threshold_text,
)
from antigone.report.pages.fragments import proposed_as
from antigone.report.words.relatives import tell_relatives, warn_of_relatives
from antigone.report.words.sentences import explain_sensitivity
from antigone.report.words.statements import say

MOST_JOINT_ROWS = 60
"""Unidentified persons of a joint solution printed; all of them are in joint.csv."""
MOST_PLACES_NAMED = 5
"""Proposals named before one line of caution."""
ROWS = 20
"""Candidates printed; all of them are in candidates.csv."""


def print_search(result: SearchResult, *, rest: str = "candidates.csv") -> None:
    """The strongest candidates, the size of the search, and what chance alone would give; ``rest`` has the others."""
    console = words_console()
    table = table_of("rank", "unidentified", "family", "missing", "log10 LR", "posterior", "mutations")
    for c in result.candidates[:ROWS]:
        table.add_row(
            str(c.rank),
            c.unidentified,
            c.family,
            c.missing,
            f"{c.smallest_log10_lr:.2f}",
            probability_text(c.posterior),
            str(len(c.mutations)) if c.mutations else "",
        )
    console.print(table)
    said = _print_doubts(console, {f"{c.unidentified} as {c.missing}": c.doubts for c in result.candidates[:ROWS]})
    if len(result.candidates) > ROWS:
        console.print(f"... and {len(result.candidates) - ROWS} more in {rest}")
    console.print(f"log10 LR is the smallest of: {', '.join(result.populations)}.")
    compared = sum(not line.set_aside for line in result.families)
    console.print(
        f"{len(result.unidentified)} unidentified x {compared} missing: "
        f"{counted(result.pairs_compared, 'pair')} compared, {result.pairs_excluded_by_sex:,} excluded by sex, "
        f"{result.pairs_without_data:,} without data."
    )
    console.print(
        f"{counted(len(result.candidates), 'candidate')} with an LR of {threshold_text(result.threshold)} or more. "
        f"Expected by chance alone: at most {result.chance.bound:.2g}; estimate {result.chance.estimate:.2g} "
        f"(standard error {result.chance.standard_error:.1g})."
    )
    for reason, count in result.left_out.items():
        console.print(f"Left out: {reason} ({count}).")
    for notice in result.notices:
        if notice not in said:
            console.print(f"Note: {say(notice)}.")
    console.print(
        f"Prior of a pair: {result.prior:.9g}, {say(result.prior_reason)}. A posterior weighs its pair alone against "
        "unrelated; of two candidates for one person at most one is right."
    )
    console.print("A candidate is a proposal for review.")


def second_best(log10_factor: float) -> str:
    """How far the second best assignment is behind the best one.

    >>> second_best(0.0), second_best(0.05)  # doctest: +ELLIPSIS
    ('The second best assignment is as probable as the best.', 'The best assignment is 1.12 times as probable ...')
    """
    if log10_factor < 1e-9:
        return "The second best assignment is as probable as the best."
    times = lr_text(log10_factor) if log10_factor >= 1 else ratio_text(10**log10_factor)
    return f"The best assignment is {times} times as probable as the second best."


def print_groups(result: ReassociationResult, *, rest: str = "groups.csv") -> None:
    """The groups of remains, conflicts first, and what the comparison rests on; ``rest`` has the others."""
    console = words_console()
    table = table_of("group", "samples", "log10 LR, weakest pair", "against siblings", "remark")
    shown = sorted(result.groups, key=lambda group: group.status != "conflict")[:ROWS]
    for group in shown:
        weakest = group.weakest
        row = (log10_text(weakest.smallest_log10_lr), log10_text(weakest.log10_lr_siblings), say(group.remark))
        table.add_row(group.code, " ".join(group.samples), *row)
    console.print(table)
    if len(result.groups) > len(shown):
        console.print(f"... and {len(result.groups) - len(shown)} more in {rest}")
    said = _print_doubts(console, {group.code: group.doubts for group in shown})
    console.print(
        f"{result.remains} remains, {result.ungrouped} in no group: {counted(result.pairs_compared, 'pair')} compared, "
        f"{result.pairs_excluded_by_sex:,} excluded by sex, {result.pairs_without_data:,} without a common marker."
    )
    console.print(
        f"Linked from LR {threshold_text(result.threshold)} against unrelated ({say(result.threshold_reason)}) and "
        f"{threshold_text(result.settings.relative_threshold)} against siblings, parent and child; expected false "
        f"links between unrelated persons: at most {result.expected_false_links:.2g}. "
        f"Undecided pairs: {result.undecided_found:,}."
    )
    console.print(f"Rates used: {say(result.rates_used)}.")
    if result.living_left_out:
        console.print(f"Left out: living seekers ({result.living_left_out}); they are compared with families only.")
    for notice in result.notices:
        if notice not in said:
            console.print(f"Note: {say(notice)}.")
    console.print("A group is a proposal: probably parts of one person; for review. Twins cannot be told apart.")


def _print_doubts(console: Console, doubts: Mapping[str, Sequence[Statement]]) -> set[Statement]:
    """What samples say against themselves, each line once with all that rests on it; which lines they are."""
    about: dict[Statement, list[str]] = {}
    for where, lines in doubts.items():
        for line in lines:
            about.setdefault(line, []).append(where)
    for line, places in about.items():
        more = f" and {len(places) - MOST_PLACES_NAMED} more" if len(places) > MOST_PLACES_NAMED else ""
        console.print(f"CAUTION, {', '.join(places[:MOST_PLACES_NAMED])}{more}: {say(line)}.", style="bold")
    return {*about}


def print_explanation(explanation: Explanation) -> None:
    """One pair: log10 LR by marker and population, mutations, totals, posterior."""
    console, c = words_console(), explanation.candidate
    console.print(f"H1: {c.unidentified} is {c.missing} of family {c.family}. H2: {c.unidentified} is unrelated to it.")
    for notice in explanation.notices:
        console.print(f"Note: {say(notice)}.")
    if explanation.remark:
        console.print(f"NOT COMPARED: {say(explanation.remark)}.", style="bold")
    populations = list(c.log10_lr)
    table = table_of("marker", *populations, "remark")
    needing = {mutation.marker: mutation for mutation in c.mutations}
    for marker in c.log10_lr_by_marker[populations[0]]:
        values = [log10_text(c.log10_lr_by_marker[population][marker]) for population in populations]
        steps = "; ".join(
            f"{s.parent} to {s.child}{'' if s.steps is None else f', {s.steps:+g} repeats'} ({s.probability:.2f})"
            for s in (needing[marker].steps if marker in needing else ())
        )
        remark = f"needs a mutation: {steps}" if marker in needing else ""
        remark = remark or ("" if marker in c.markers_compared else "not compared")
        table.add_row(marker, *values, remark)
    table.add_section()
    for kind, beyond in c.log10_lr_beyond.items():
        table.add_row(kind, *(log10_text(beyond[population]) for population in populations), "part of the total")
    table.add_row("total", *(log10_text(c.log10_lr[population]) for population in populations), say(c.verbal))
    console.print(table)
    _print_evidence(console, explanation)
    for doubt in c.doubts:
        console.print(f"CAUTION: {say(doubt)}.", style="bold")
    missing = ", ".join(c.markers_missing) or "none"
    console.print(f"log10 LR; {counted(len(c.markers_compared), 'marker')} compared; not compared: {missing}.")
    if explanation.remark:
        return
    console.print(
        f"Smallest: {log10_text(c.smallest_log10_lr)} ({c.smallest_population}). "
        f"Posterior{' of this total' if c.evidence else ''} {probability_text(c.posterior)}, "
        f"from the prior {explanation.prior:.9g}: {say(explanation.prior_reason)}."
    )
    _print_linkage(console, c.linkage_log10, c.linkage_methods)


def _print_evidence(console: Console, explanation: Explanation) -> None:
    """One line for each kind of evidence and their sums, and what lets them be added."""
    lines = explanation.candidate.evidence
    if not lines:
        return
    table = table_of("evidence", "log10 LR", "what it rests on")
    for line in lines:
        table.add_row(line.kind, "" if line.log10_lr is None else log10_text(line.log10_lr), say(line.words))
    console.print(table)
    for assumption in explanation.assumptions:
        console.print(f"Assumed: {say(assumption)}.")


def _print_linkage(console: Console, changes: Mapping[str, float | None], methods: Mapping[str, str]) -> None:
    """What linkage changes; ``methods`` are how it was computed when the total contains it."""
    said = ", ".join(
        f"{group.replace('|', '-')} {'not computed' if change is None else change_text(change)}"
        + (f" ({methods[group]})" if methods.get(group, "not computed") != "not computed" else "")
        for group, change in changes.items()
    )
    if methods:
        console.print(f"Computed as linked, which changes log10 LR by: {said}. The total contains it.")
    elif said:
        console.print(f"If computed as linked, log10 LR changes by: {said}. The total does not contain it.")


def print_joint(result: JointResult, *, rest: str = "joint.csv") -> None:
    """The best joint assignment with posteriors and generalised LRs, how sure they are, and where the ``rest`` is."""
    console = words_console()
    table = table_of("unidentified", "proposed as", "family", "posterior", "log10 GLR", "status")
    for c in result.conclusions[:MOST_JOINT_ROWS]:
        glr = "" if c.log10_glr is None else (c.glr_kind + " ") * (c.glr_kind != "exact") + log10_text(c.log10_glr)
        where = " or ".join(c.missing) or "none"
        table.add_row(c.unidentified, where, c.family or "", probability_text(c.posterior), glr, c.status)
    console.print(table)
    if len(result.conclusions) > MOST_JOINT_ROWS:
        console.print(f"... and {len(result.conclusions) - MOST_JOINT_ROWS} more in {rest}")
    placed = [c for c in result.conclusions[:MOST_JOINT_ROWS] if c.missing]
    said = _print_doubts(console, {f"{c.unidentified} as {' or '.join(c.missing)}": c.doubts for c in placed})
    exact = "exact" if result.exact else (
        f"error of every posterior below {plain_text(result.error_bound)}; generalised LRs as bounds where they could "
        "change"
    )  # fmt: skip
    many = "" if result.assignments_possible == 1 else "s"
    possible = plain_text(result.assignments_possible)
    console.print(f"{possible} joint assignment{many} possible; posteriors {exact}.")
    if len(result.assignments) > 1:
        console.print(second_best(result.assignments[1].log10_factor))
    for group in result.symmetric:
        console.print(f"Not told apart by the data: {', '.join(group.missing)} of family {group.family}.")
    for rivals in result.rivals:
        console.print(
            f"Perhaps parts of one person: {', '.join(rivals.unidentified)} fit {rivals.missing} of family "
            f"{rivals.family}. Compare the remains, and declare them parts of one person if they are."
        )
    for family, missing in result.no_data:
        console.print(
            f"No donor gives information about {missing} of family {family}: no blood relative gave a sample."
        )
    for notice in result.notices:
        if notice not in said:
            console.print(f"Note: {say(notice)}.")
    console.print(f"Prior: {say(result.prior_sentence)}. Frequencies: {result.population}. Proposals for review.")


def print_fragments(result: FragmentsResult) -> None:
    """Whose each sample most probably is and with which others, and what the numbers rest on."""
    console = words_console()
    table = table_of("sample", "proposed as", "family", "posterior", "together with")
    for one in result.proposals:
        table.add_row(
            one.sample, proposed_as(one), one.family, probability_text(one.posterior), ", ".join(one.parts) or "none"
        )
    console.print(table)
    for notice in result.notices:
        console.print(f"Note: {say(notice)}.")
    console.print(
        "Every sum exact." if result.exact else
        f"{result.sets:,} sets of samples were looked at as parts of one person; none stands at a place that "
        f"the samples alone give less than {plain_text(result.least_apart)}; light assignments of families were left "
        "out. No bound on what that changes is proven."
    )  # fmt: skip
    console.print(
        f"Prior: a person at a missing member's place weighs {plain_text(result.odds)} times as much as one who is not "
        "reported; unreported persons are taken as unrelated. "
        f"Frequencies: {result.population}. Proposals for review."
    )


def print_assignment(explained: ExplainedAssignment) -> None:
    """By family and marker, the log10 weight of the persons in their places against unrelated persons."""
    console = words_console()
    console.print(f"The best joint assignment of {explained.source}, family by family; log10, by population.")
    for family in explained.families:
        pairs = ", ".join(f"{code} as {missing}" for missing, code in family.pairs.items())
        populations = list(family.log10_by_marker)
        table = table_of("marker", *populations, title=f"Family {family.family}: {pairs}")
        for marker in family.log10_by_marker[populations[0]]:
            table.add_row(marker, *(log10_text(family.log10_by_marker[name][marker]) for name in populations))
        table.add_section()
        table.add_row("total", *(log10_text(sum(family.log10_by_marker[name].values())) for name in populations))
        console.print(table)


def print_sensitivity(candidate: Candidate) -> None:
    """The total log10 LR with one assumption changed at a time, and the smallest of all."""
    if not candidate.sensitivity:
        return
    console, table = words_console(), table_of("one assumption changed", "total log10 LR")
    for assumption in dict.fromkeys(point.assumption for point in candidate.sensitivity):
        own = [point for point in candidate.sensitivity if point.assumption == assumption]
        table.add_row(assumption, "  ".join(f"{point.value}: {log10_text(point.log10_lr)}" for point in own))
    console.print(table)
    console.print(explain_sensitivity(candidate))


def print_relatives(candidate: Candidate) -> None:
    """H1 against close relatives of the missing person."""
    if not candidate.relatives:
        return
    console = words_console()
    table = table_of(f"{candidate.unidentified} is", "log10 LR of H1 against it", "what it says")
    for row in tell_relatives(candidate):
        table.add_row(*row)
    console.print(table)
    console.print(warn_of_relatives(candidate) or "The markers tell H1 from each of these relatives.")


def print_hypotheses(report: HypothesesReport) -> None:
    """H1 against H2: natural log likelihoods, log10 LR and LR of each marker, and the total."""
    console = words_console()
    for notice in report.notices:
        console.print(f"Note: {say(notice)}.")
    for population, ratio in report.ratios.items():
        table = table_of("marker", "ln L(H1)", "ln L(H2)", "log10 LR", "LR", title=f"{report.title}, {population}")
        rows = zip(ratio.markers, ratio.log_h1, ratio.log_h2, ratio.log_by_marker.values(), strict=True)
        for marker, h1, h2, log in rows:
            table.add_row(marker, f"{h1:.10g}", f"{h2:.10g}", *_ratio(log))
        table.add_section()
        table.add_row("total", "", "", *_ratio(ratio.log_total))
        console.print(table)
        if ratio.left_out:
            console.print(f"Typed, but without frequencies, so not compared: {', '.join(ratio.left_out)}.")
        _print_linkage(console, report.linkage.get(population, {}), {})


def _ratio(log: float | None) -> tuple[str, str]:
    if log is None:
        return "not defined", "impossible under both"
    if math.isinf(log):
        return str(log), "0" if log < 0 else "impossible under H2"
    power = log / math.log(10)
    return f"{power:.6f}", f"{10**power:.6g}" if abs(power) < 300 else f"10^{power:.2f}"


def print_columns(taken: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
    """Each heading of a table of genotypes, and what its column is taken for."""
    console = words_console()
    for name, pairs in taken:
        table = table_of("column", "taken for", title=name)
        for heading, meaning in pairs:
            table.add_row(heading, meaning)
        console.print(table)


def print_checks(checks: Sequence[Check]) -> None:
    """For each file and kind of cases what was compared; then every case that was not, and why; then the count."""
    console = words_console()
    for (file, category), group in groupby(checks, key=lambda check: (check.file, check.category)):
        compared = [check for check in group if check.outcome == "compared"]
        if compared:
            title = f"{file}: {category}" if category else file
            table = table_of("quantity", "cases", "values", "largest deviation", "tolerance", "verdict", title=title)
            for check in compared:
                largest = "" if check.largest is None else f"{check.largest:.2g}"
                numbers = (str(check.cases), str(check.values), largest, f"{check.tolerance:g}")
                table.add_row(check.quantity, *numbers, _verdict(check))
            console.print(table)
    for check in checks:
        if check.outcome != "compared":
            console.print(f"{_not_compared(check)}: {check.reason.rstrip('.')}.", soft_wrap=True)
    console.print(f"\n{tally(checks)}")


def _not_compared(check: Check) -> str:
    if check.outcome == "not read":
        return f"{check.file}: could not be read"
    if check.outcome == "not supported":
        return f"{check.file}, {check.cases} case{'' if check.cases == 1 else 's'}: not supported yet"
    return f"{check.file}, {', '.join(check.members)}: could not be run"


def _verdict(check: Check) -> str:
    if not check.cases:
        return "no cases in this file"
    return "agrees" if check.passed else f"DIFFERS ({check.worst_case})"


def print_truth(verdicts: Sequence[Verdict], reasons: Mapping[Statement, int]) -> None:
    """The demonstration's candidates against the simulated truth: found, how strong, and why the rest is open."""
    table = table_of(
        "unidentified person", "persons", "true one first", "its log10 LR", "relative first", "other family first",
        "open", title="Against the simulated truth",
    )  # fmt: skip
    for v in verdicts:
        strength = "" if v.weakest is None or v.strongest is None else f"{v.weakest:.1f} to {v.strongest:.1f}"
        numbers = (v.persons, v.ranked_first, strength, v.as_a_relative, v.elsewhere, v.open)
        table.add_row(v.kind, *map(str, numbers))
    console = words_console()
    console.print(table)
    console.print(
        "'Relative first': the strongest candidate is another missing member of the same family, such as a brother; "
        "pairs alone cannot tell them apart."
    )
    for reason, count in reasons.items():
        console.print(f"Open ({count}): {say(reason)}.")


def log10_text(log10_lr: float) -> str:
    """A log10 LR with two decimals; an impossible one in words."""
    return "excluded" if log10_lr == -math.inf else "not defined" if math.isnan(log10_lr) else f"{log10_lr:.2f}"


def table_of(*columns: str, title: str | None = None) -> Table:
    """An empty table; columns of numbers are set to the right."""
    table = Table(title=title)
    for column in columns:
        numeric = column in {"rank", "log10 LR", "LR", "cases", "values", "persons", "open"} or "first" in column
        whole = column in {"category", "verdict"}
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=whole)
    return table
