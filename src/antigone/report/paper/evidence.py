"""The middle of an expert report: the data compared, what each marker and each kind of evidence says, and how far to
trust it."""

from __future__ import annotations

import re
from dataclasses import replace

from antigone.model.assumptions.choices import SHOWN_THETAS
from antigone.model.results.search import MarkerMutation, MutationStep, SensitivityPoint, points_left_out
from antigone.plain_words import (
    change_text,
    count_text,
    log10_text,
    lr_text,
    plain_text,
    probability_text,
    threshold_text,
)
from antigone.report.charts.evidence import marker_chart, sensitivity_chart
from antigone.report.paper.case import Alternative, ExpertCase, log10_words
from antigone.report.paper.document import Block, Bullets, Facts, Figure, Figures, Heading, Paragraph, Table, picture
from antigone.report.words.language import Language, mark
from antigone.report.words.relatives import relation_pattern, relative_number, weigh_relative
from antigone.report.words.sentences import reportable_mutations
from antigone.report.words.statements import say as statement_in
from antigone.report.words.statements import say_all, say_code, say_number

MOST_ALTERNATIVES = 10
CHART_SCALE = 0.88


def data_compared(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """Samples and markers; codes and counts, never a genotype.

    Neither how many markers a reference is typed at nor why a marker was not compared stands here: together with the
    markers compared it could tell that a reference was left out (PURPOSE.md, rule 6).
    """
    say, c, person = language.say, case.candidate, case.person
    absent = ((say("Not compared"), ", ".join(c.markers_missing)),)
    return (
        Heading(say("Samples and markers")),
        Table(
            (say("Person"), say("Sample"), say("Given as")),
            _samples(case, language),
            (False, False, False),
            (False, True, True),
        ),
        Paragraph(
            say(
                "References: members who gave a sample under a consent that was active on {day}. On which references a "
                "number rests is kept with the run, for the responsible geneticist.",
                day=case.result.day,
            ),
            "small",
        ),
        Facts(
            (
                (say("Markers typed in {code}", code=person.code), _typed(len(person.typed_markers))),
                (
                    say("Markers compared ({number})", number=len(c.markers_compared)),
                    ", ".join(c.markers_compared),
                ),
                *(absent if c.markers_missing else ()),
            )
        ),
    )


def _samples(case: ExpertCase, language: Language) -> tuple[tuple[str, ...], ...]:
    say, person = language.say, case.person
    kind = say("unidentified, living") if person.kind == "living" else say("unidentified, remains")
    references = (donor for donor in case.family.donors if donor.member in case.donors)
    return (
        (person.code, person.profile.sample, kind),
        *((donor.member, donor.profile.sample, say("reference of the family")) for donor in references),
    )


def _typed(markers: int) -> str:
    """A count of markers; nothing where the profile was not handed over."""
    return str(markers) if markers else "–"


def weight(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """Every kind of evidence, every marker, and what must be said beside them."""
    say = language.say
    return (
        Heading(say("Weight of the evidence")),
        *_evidence(case, language),
        *_doubts(case, language),
        *_remarks(case, language),
        *_markers(case, language),
    )


def _evidence(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    say, lines = language.say, case.candidate.evidence
    if not lines:
        return (
            Paragraph(
                say(
                    "The evidence is that of the markers alone. Nothing was compared of Y or mitochondrial haplotypes, "
                    "nor of what is known beside DNA."
                )
            ),
        )
    rows = tuple(
        (
            say_code(line.kind, language),
            "–" if line.log10_lr is None else log10_words(line.log10_lr, language),
            statement_in(line.words, language),
        )
        for line in lines
    )
    return (
        Heading(say("All the evidence"), 2),
        Table((say("Evidence"), "log10 LR", say("What it rests on")), rows, (False, True, False), (False, False, True)),
        Paragraph(say("What lets the lines be added stands under “Assumptions and limits”."), "small"),
    )


def _markers(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    say, c = language.say, case.candidate
    population = c.smallest_population
    drawn = marker_chart(c.log10_lr_by_marker[population], c.markers_compared, title="")
    caption = say(
        "log10 LR of each marker, {population}. Bars to the right support H1, bars to the left support H2.",
        population=population,
    )
    alt = " ".join((caption, say("The table has the numbers.")))
    populations = tuple(c.log10_lr)
    sums = (
        (say("Together"), *(log10_words(c.log10_lr[p], language) for p in populations)),
        ("LR", *(lr_text(c.log10_lr[p]) for p in populations)),
    )
    rows = tuple((m, *(_value(case, p, m, language) for p in populations)) for m in c.markers_compared)
    beyond = tuple(
        (say_code(kind, language), *(log10_words(values[p], language) for p in populations))
        for kind, values in c.log10_lr_beyond.items()
    )
    numbers = (False, *(True for _ in populations))
    return (
        Heading(say("log10 LR of each marker"), 2),
        Table((say("Marker"), *populations), (*rows, *beyond, *sums), numbers, (False, *numbers[1:]), totals=2),
        Figures((Figure(_chart(drawn, language), alt, caption, CHART_SCALE),)),
    )


def _value(case: ExpertCase, population: str, marker: str, language: Language) -> str:
    value = case.candidate.log10_lr_by_marker[population].get(marker)
    return "–" if value is None else log10_words(value, language)


def _chart(svg: str, language: Language) -> str:
    """The chart of the web page, with its few words in this language."""
    return picture(re.sub(r"(?<=>)[^<>]+(?=</text>)", lambda found: _in_chart(found[0], language), svg))


_OF_CHARTS = (mark("excluded (LR 0)"), mark("total log10 LR"))
"""What stands in a chart beside codes, numbers and kinds."""


def _in_chart(words: str, language: Language) -> str:
    return language.say(words) if words in _OF_CHARTS else say_code(words, language)


def _doubts(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """What the samples say against themselves and against H1; nothing where they say nothing."""
    if not case.candidate.doubts:
        return ()
    return (
        Heading(language.say("What the samples say against themselves"), 2),
        Paragraph(language.say("No number of this report contains it.")),
        Bullets(say_all(case.candidate.doubts, language)),
    )


def _remarks(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    say, c = language.say, case.candidate
    mutations = reportable_mutations(c, case.donors)
    items = [_mutation(case, mutation, language) for mutation in mutations]
    if not mutations:
        items.append(say("To place {unidentified} here, no marker needs a mutation.", unidentified=c.unidentified))
    items.extend(_linkage(case, language))
    return (Heading(say("Mutation and linkage"), 2), Bullets(tuple(items)))


def _mutation(case: ExpertCase, mutation: MarkerMutation, language: Language) -> str:
    say = language.say
    if not mutation.steps:
        return say("{marker} cannot be explained without a mutation.", marker=mutation.marker)
    steps = "; ".join(_step(case, step, language) for step in mutation.steps)
    return say("{marker} cannot be explained without a mutation: {steps}.", marker=mutation.marker, steps=steps)


def _step(case: ExpertCase, step: MutationStep, language: Language) -> str:
    say, c = language.say, case.candidate
    parent, child = (
        say("{unidentified} (as {missing})", unidentified=c.unidentified, missing=c.missing) if m == c.missing else m
        for m in (step.parent, step.child)
    )
    return say(
        "between {parent} and {child}, {size} (probability {probability}, given H1)",
        parent=parent,
        child=child,
        size=_size(step.steps, language),
        probability=probability_text(step.probability),
    )


def _size(steps: float | None, language: Language) -> str:
    if steps is None:
        return language.say("of a size that cannot be counted in steps")
    if not float(steps).is_integer():
        return language.say("with a change of {change} repeat lengths", change=log10_text(steps))
    number = abs(int(steps))
    if steps > 0:
        return language.count("{number} step longer", "{number} steps longer", number)
    return language.count("{number} step shorter", "{number} steps shorter", number)


def _linkage(case: ExpertCase, language: Language) -> tuple[str, ...]:
    say, c = language.say, case.candidate
    if not c.linkage_log10:
        return ()
    unknown = say("not computed")
    listed = ", ".join(
        f"{group.replace('|', ' – ')}: {unknown if change is None else change_text(change)}"
        for group, change in c.linkage_log10.items()
    )
    if c.linkage_methods:
        return (say("Linked markers are computed as linked, which changes log10 LR by: {changes}.", changes=listed),)
    return (
        say(
            "Markers known to be linked are taken as unlinked; linkage would change log10 LR by: {changes}.",
            changes=listed,
        ),
    )


def sensitivity(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """How the total moves when one assumption does."""
    say, points = language.say, case.candidate.sensitivity
    heading = Heading(say("When one assumption changes"))
    if not points:
        return (heading, Paragraph(say("This was not computed for this candidate.")))
    told = [replace(point, assumption=say_code(point.assumption, language)) for point in points]
    caption = say(
        "Total log10 LR with one assumption changed at a time, {population}; mutation rates as multiples of those "
        "stated.",
        population=case.candidate.smallest_population,
    )
    alt = f"{caption} {_least(told, language)}"
    drawn = _chart(sensitivity_chart(told, title=""), language)
    absent = [f"{say_code(assumption, language)} {value}" for assumption, value in points_left_out(points)]
    not_computed = say(
        "No value where the model does not exist or the exact sum is too large: {values}.",
        values=", ".join(absent),
    )
    said = (_least(told, language), *([not_computed] if absent else []))
    return (heading, Figures((Figure(drawn, alt, caption),)), Paragraph(" ".join(said)))


def theta_words(case: ExpertCase, language: Language) -> str:
    """What another theta would change, for the first page."""
    say, shown = language.say, {f"{theta:g}" for theta in SHOWN_THETAS}
    told = [
        say("{log10_lr} with theta {theta}", log10_lr=log10_words(point.log10_lr, language), theta=point.value)
        for point in case.candidate.sensitivity
        if point.assumption == "theta" and point.value in shown
    ]
    if not told:
        return say("What another theta would change was not computed for this candidate.")
    return say(
        "Theta says how much more alike two people of one population are than the frequencies let expect; the larger "
        "it is, the less a shared allele weighs. The log10 LR of the markers, taken as unlinked, is {values}.",
        values=", ".join(told),
    )


def _least(points: list[SensitivityPoint], language: Language) -> str:
    least = min(points, key=lambda point: point.log10_lr)
    return language.say(
        "The smallest total is {log10_lr}, with {assumption} {value}.",
        log10_lr=log10_words(least.log10_lr, language),
        assumption=least.assumption,
        value=least.value,
    )


def chance(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """What chance alone would give, and who else could be meant."""
    say, numbers = language.say, case.result.chance
    return (
        Heading(say("Chance and alternatives")),
        Paragraph(
            say(
                "The search compared {pairs} pairs. If no unidentified person belonged to any of the families, at most "
                "{bound} pairs are expected to reach the threshold LR {threshold} by chance alone; {draws} simulated "
                "profiles (seed {seed}) give an estimate of {estimate} ± {error} (standard error).",
                pairs=count_text(numbers.pairs),
                bound=plain_text(numbers.bound),
                threshold=threshold_text(numbers.threshold),
                draws=count_text(numbers.draws),
                seed=numbers.seed,
                estimate=plain_text(numbers.estimate),
                error=plain_text(numbers.standard_error),
            )
        ),
        *_this_lr(case, language),
        *_alternatives(case, language),
        *_relatives(case, language),
    )


def _relatives(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """H1 against close relatives of the missing person, where it was worked out."""
    say, c = language.say, case.candidate
    heading = Heading(say("A close relative instead"), 2)
    if not c.relatives:
        return (heading, Paragraph(say("This was not computed for this candidate.")))
    names = {"unidentified": c.unidentified, "missing": c.missing}
    rows = tuple(
        (
            say(relation_pattern(one), missing=c.missing, partner=one.partner),
            say_number(relative_number(one), language),
            say(weigh_relative(one)),
        )
        for one in c.relatives
    )
    near = [say(relation_pattern(one), missing=c.missing, partner=one.partner) for one in c.near_relatives]
    told = say(
        "The markers hardly tell whether {unidentified} is {missing} or: {relatives}. A sample of another relative "
        "may, best of a child of {missing}; so may what is known beside DNA.",
        relatives="; ".join(near),
        **names,
    )
    return (
        heading,
        Paragraph(
            say(
                "How much better the markers fit H1 than the proposition that {unidentified} is a close relative of "
                "{missing}, {population}. All markers are taken as unlinked; nothing but the markers is weighed.",
                population=c.smallest_population,
                **names,
            )
        ),
        Table(
            (say("{unidentified} is", **names), say("log10 LR of H1 against it"), say("What it says")),
            rows,
            (False, True, False),
            (False, False, True),
        ),
        *((Paragraph(told, "note"),) if near else ()),
    )


def _this_lr(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """Markov's inequality at the LR of this candidate."""
    log10_lr = case.candidate.smallest_log10_lr
    if log10_lr <= 0:
        return ()
    expected = case.result.chance.pairs / 10 ** min(log10_lr, 300.0)
    return (
        Paragraph(
            language.say(
                "An LR of at least {lr} is expected by chance alone for at most {expected} of these pairs (number of "
                "pairs divided by the LR).",
                lr=lr_text(log10_lr),
                expected=plain_text(expected),
            )
        ),
    )


def _alternatives(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    say, c, others = language.say, case.candidate, case.others
    if not others.number:
        return (
            Paragraph(
                say(
                    "No other candidate of this search names {unidentified} or {missing} of family {family}.",
                    unidentified=c.unidentified,
                    missing=c.missing,
                    family=c.family,
                )
            ),
        )
    rows = tuple(_alternative(other, language) for other in others.strongest[:MOST_ALTERNATIVES])
    return (
        Paragraph(
            say(
                "Other candidates name the same unidentified person or the same missing person. Relatives of the "
                "missing person, or parts of one person, may stand behind them; at most one proposition about one "
                "person can be true. Shown: {shown} of {number}.",
                shown=len(rows),
                number=others.number,
            )
        ),
        Table(
            (say("Rank"), say("Unidentified person"), say("Missing person, family"), "log10 LR"),
            rows,
            (True, False, False, True),
            (False, True, True, False),
        ),
    )


def _alternative(other: Alternative, language: Language) -> tuple[str, ...]:
    strength = "–" if other.log10_lr is None else log10_words(other.log10_lr, language)
    return (str(other.rank), other.unidentified, f"{other.missing}, {other.family}", strength)
