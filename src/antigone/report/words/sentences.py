"""What a result says, in plain sentences: the words of a report that are made from numbers.

Nothing here calls a result more than a candidate, and nothing names an allele.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator

from antigone.model.incident.consent import SCOPE_IDENTIFICATION
from antigone.model.incident.incident import Family, UnidentifiedPerson
from antigone.model.results.search import Candidate, MarkerMutation, MutationStep, SearchResult, points_left_out
from antigone.plain_words import (
    WRITTEN_AS_ZERO,
    change_text,
    count_text,
    log10_text,
    odds_text,
    plain_text,
    probability_text,
    threshold_text,
)
from antigone.report.words.statements import say

NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def summarise(result: SearchResult) -> tuple[str, ...]:
    """The search in six plain sentences, with its key numbers."""
    listed = len(result.candidates)
    chance = result.chance
    return (
        f"This search compared {_counted(len(result.unidentified), 'unidentified person')} with "
        f"{_counted(len(result.families), 'missing person')} "
        f"of {_counted(len({f.family for f in result.families}), 'family', 'families')}.",
        _pairs_sentence(result),
        f"{_sentence_number(listed)} {'pair reaches' if listed == 1 else 'pairs reach'} the threshold, a likelihood "
        f"ratio (LR) of {threshold_text(result.threshold)}, and "
        f"{'is listed as a candidate' if listed == 1 else 'are listed as candidates'} for review by a geneticist.",
        f"If no unidentified person belonged to any of these families, at most {plain_text(chance.bound)} pairs are "
        f"expected to reach the threshold by chance alone ({count_text(chance.pairs)} pairs divided by the threshold); "
        f"{count_text(chance.draws)} simulated profiles give an estimate of {_estimate(result)}.",
        f"Before the DNA is looked at, every pair has the prior probability {odds_text(result.prior)}: "
        f"{say(result.prior_reason)}.",
        _open_sentence(result),
    )


def _pairs_sentence(result: SearchResult) -> str:
    everything = result.pairs_compared + result.pairs_excluded_by_sex + result.pairs_without_data
    return (
        f"Of {_counted(everything, 'possible pair')}, {count_text(result.pairs_compared)} were compared, "
        f"{count_text(result.pairs_excluded_by_sex)} were left out because the sexes differ, and "
        f"{count_text(result.pairs_without_data)} could not be compared for want of data."
    )


def _open_sentence(result: SearchResult) -> str:
    unidentified = sum(not summary.candidates for summary in result.unidentified)
    missing = sum(not summary.candidates for summary in result.families)
    return (
        f"{_sentence_number(unidentified)} unidentified {_plural(unidentified, 'person has', 'persons have')} no "
        f"candidate, and {_number(missing)} missing {_plural(missing, 'person has', 'persons have')} none; "
        f"“What stays open” says why."
    )


def _estimate(result: SearchResult) -> str:
    chance = result.chance
    return f"{plain_text(chance.estimate)} ± {plain_text(chance.standard_error)} (standard error)"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count_text(count)} {_plural(count, one, many or one + 's')}"


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _number(count: int) -> str:
    return NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else count_text(count)


def _sentence_number(count: int) -> str:
    return _number(count).capitalize()


def propositions(candidate: Candidate) -> tuple[str, str]:
    """The two propositions that a candidate's likelihood ratio compares."""
    return (
        f"{candidate.unidentified} is {candidate.missing}, the missing member of family {candidate.family}.",
        f"{candidate.unidentified} is unrelated to family {candidate.family}.",
    )


def explain_sensitivity(candidate: Candidate) -> str:
    """The smallest total of all assumptions tried, and those of which none could be computed."""
    if not candidate.sensitivity:
        return ""
    least = min(candidate.sensitivity, key=lambda point: point.log10_lr)
    unlinked = " All of these totals take the markers as unlinked." if candidate.linkage_methods else ""
    left_out = [f"{assumption} {value}" for assumption, value in points_left_out(candidate.sensitivity)]
    absent = (
        " No value where the model does not exist or the exact sum is too large: " + ", ".join(left_out) + "."
        if left_out
        else ""
    )
    return f"The smallest is {log10_text(least.log10_lr)}, with {least.assumption} {least.value}.{unlinked}{absent}"


_ADDED = {
    "autosomal": "the autosomal markers",
    "X": "the X-chromosomal markers",
    "linkage": "the linkage between markers",
    "sex": "the sex that the sample shows",
    "Y": "the Y haplotype",
    "mtDNA": "the mitochondrial haplotype",
    "age": "the age",
    "time": "the time",
    "place": "the place",
    "stature": "the stature",
    "finding": "a unique finding",
}
"""The kinds of evidence, as a sentence names them."""
_SUMS = {"DNA together": "the DNA together:", "all together": "everything together:"}


def explain_evidence(candidate: Candidate) -> tuple[str, ...]:
    """What each kind of evidence added to log10 LR, and what the sums are, in sentences; nothing without a table."""
    parts = [line for line in candidate.evidence if line.kind in _ADDED and line.log10_lr is not None]
    if not parts:
        return ()
    first, *others = parts
    added = [f"{_ADDED[line.kind]} {_moved(line.log10_lr or 0.0)}" for line in others]
    start = f"{_capital(_ADDED[first.kind])} give log10 LR {log10_text(first.log10_lr or 0.0)}"
    said = f"{start}; {_listed(added)}." if added else f"{start}."
    silent = [_ADDED[line.kind] for line in candidate.evidence if line.kind in _ADDED and line.log10_lr is None]
    without = f" Without a number, for the reason in the table: {_listed(silent)}." if silent else ""
    sums = [
        f"{_SUMS[line.kind]} log10 LR {log10_text(line.log10_lr)}"
        for line in candidate.evidence
        if line.kind in _SUMS and line.log10_lr is not None
    ]
    return f"{said}{without}", f"{_capital('; '.join(sums))}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _moved(log10_lr: float) -> str:
    """How much one kind of evidence changes log10 LR."""
    if abs(log10_lr) < WRITTEN_AS_ZERO:
        return "±0.00"
    return "exclude" if log10_lr == -math.inf else f"{'+' if log10_lr > 0 else ''}{log10_text(log10_lr)}"


def other_ranks(result: SearchResult, candidate: Candidate) -> tuple[int, ...]:
    """The ranks of the candidates that name the same unidentified person or the same missing person."""
    return tuple(c.rank for c in (*_same_unidentified(result, candidate), *_same_missing(result, candidate)))


def explain_alternatives(result: SearchResult, candidate: Candidate) -> tuple[str, ...]:
    """Say plainly where one person stands in more than one candidate."""
    return (*_elsewhere(result, candidate), *_others_here(result, candidate))


def _elsewhere(result: SearchResult, candidate: Candidate) -> Iterator[str]:
    others = _same_unidentified(result, candidate)
    if others:
        places = _listed(f"{c.missing} of family {c.family} (rank {c.rank})" for c in others)
        yield (
            f"{candidate.unidentified} is also a candidate for {places}. At most one of these propositions can be "
            "true, unless the same person was reported missing twice; weigh them with all else that is known."
        )


def _others_here(result: SearchResult, candidate: Candidate) -> Iterator[str]:
    others = _same_missing(result, candidate)
    if others:
        also = "is also a candidate" if len(others) == 1 else "are also candidates"
        yield (
            f"{_listed(f'{c.unidentified} (rank {c.rank})' for c in others)} {also} for {candidate.missing} of family "
            f"{candidate.family}: probably fragments of one person, or relatives."
        )


def _same_unidentified(result: SearchResult, candidate: Candidate) -> list[Candidate]:
    return _others(result.candidates_by_unidentified.get(candidate.unidentified, ()), candidate)


def _same_missing(result: SearchResult, candidate: Candidate) -> list[Candidate]:
    return _others(result.candidates_by_missing.get((candidate.family, candidate.missing), ()), candidate)


def _others(candidates: Iterable[Candidate], candidate: Candidate) -> list[Candidate]:
    return [other for other in candidates if other.rank != candidate.rank]


def _listed(texts: Iterable[str]) -> str:
    *most, last = texts
    return f"{', '.join(most)} and {last}" if most else last


def consenting_donors(family: Family, day: dt.date) -> tuple[str, ...]:
    """The donors whose consent was active on the day of the search."""
    return tuple(
        donor.member
        for donor in family.donors
        if donor.consent is not None and donor.consent.covers(SCOPE_IDENTIFICATION, day)
    )


def describe_references(donors: tuple[str, ...]) -> str:
    """Who gave a sample."""
    if not donors:
        return "No member gives a sample under an active consent on the day of the search."
    start = f"{_sentence_number(len(donors))} {_plural(len(donors), 'member', 'members')} gave a sample"
    return f"{start}: {', '.join(donors)}."


def describe_kind(person: UnidentifiedPerson) -> str:
    """Whether an unidentified person is known from remains or asked in person."""
    if person.kind == "living":
        return f"{person.code} is a living person who asked."
    return f"{person.code} is a sample of remains."


def explain_linkage(candidate: Candidate) -> str:
    """What linked markers change, or would change, in one sentence; nothing where there are none."""
    if not candidate.linkage_log10:
        return ""
    methods = candidate.linkage_methods
    changes = (
        f"{'not computed' if change is None else change_text(change)} ({group.replace('|', ' and ')}"
        f"{f', {methods[group]}' if change is not None and group in methods else ''})"
        for group, change in candidate.linkage_log10.items()
    )
    if methods:
        return f"Linked markers are computed as linked, which changes log10 LR by: {', '.join(changes)}."
    known = "Markers known to be linked are taken as unlinked."
    return f"{known} Computed as linked, log10 LR changes by: {', '.join(changes)}."


def reportable_mutations(candidate: Candidate, donors: Iterable[str]) -> tuple[MarkerMutation, ...]:
    """The mutations a report may speak of: never one between two donors.

    That two references do not fit each other is a finding about the family, not about the candidate; it is
    shown to the responsible geneticist alone and stands in no report (purpose, line 6).
    """
    known = set(donors)
    kept = []
    for mutation in candidate.mutations:
        steps = tuple(step for step in mutation.steps if not {step.parent, step.child} <= known)
        if steps or not mutation.steps:
            kept.append(MarkerMutation(mutation.marker, steps))
    return tuple(kept)


def explain_mutation(candidate: Candidate, mutation: MarkerMutation) -> str:
    """One marker that needs a mutation: between whom, how far, how probable."""
    start = f"{mutation.marker} cannot be explained without a mutation"
    if not mutation.steps:
        return f"{start}."
    return f"{start}: {'; or '.join(_step_text(candidate, step) for step in mutation.steps)}."


def _step_text(candidate: Candidate, step: MutationStep) -> str:
    parent, child = (_placed(candidate, member) for member in (step.parent, step.child))
    probability = probability_text(step.probability)
    return f"between {parent} and {child}, {_size_text(step.steps)} (probability {probability}, given H1)"


def _placed(candidate: Candidate, member: str) -> str:
    return f"{candidate.unidentified} (as {member})" if member == candidate.missing else member


def _size_text(steps: float | None) -> str:
    if steps is None:
        return "of a size that cannot be counted in steps"
    if not float(steps).is_integer():
        return f"with a change of {log10_text(steps)} repeat lengths"
    count = abs(int(steps))
    return f"{_number(count)} {_plural(count, 'step', 'steps')} {'longer' if steps > 0 else 'shorter'}"
