"""The end of an expert report: frequencies, models, assumptions, limits, and all that is needed to compute it again."""

from __future__ import annotations

from collections.abc import Mapping

from antigone.model.statements.statement import Statement
from antigone.report.paper.case import ExpertCase
from antigone.report.paper.document import Block, Bullets, Facts, Heading, NewPage, Paragraph
from antigone.report.words.language import Language, mark
from antigone.report.words.statements import say as statement_in
from antigone.report.words.statements import say_all

LIMITS = (
    mark(
        "The LR compares H1 with H2 and with nothing else. A close relative of the missing person can reach a high LR "
        "too; where several members of a family are missing, the joint solution must be looked at."
    ),
    mark("The pedigree is taken as the family declared it. Identical twins cannot be told apart."),
    mark(
        "Mistakes outside the model are not part of the LR: samples that were exchanged, contamination, wrong labels. "
        "The custody of the samples is documented elsewhere."
    ),
    mark("The frequencies are estimates from the populations named; the persons concerned may belong to another one."),
    mark(
        "The report says nothing about ancestry, appearance or health. It holds no genetic profile and no name; "
        "persons appear under codes."
    ),
)


def models(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """Frequencies and their rule, mutation models and every other parameter."""
    say, provenance = language.say, case.result.provenance
    settings = tuple(
        (statement_in(one.choice, language), statement_in(one.value, language)) for one in provenance.settings
    )
    return (
        Heading(say("Frequencies, models and parameters")),
        Paragraph(say("Allele frequencies of:")),
        Bullets(tuple(provenance.frequencies)),
        Facts(settings),
        *_notices(case, language),
    )


def _notices(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """What the reader and the search noticed, without what is about another sample or family."""
    told = [notice for notice in case.result.notices if not _is_of_another(notice, case)]
    if not told:
        return ()
    return (Heading(language.say("Notices of the run"), 2), Bullets(say_all(told, language)))


def _is_of_another(notice: Statement, case: ExpertCase) -> bool:
    """Whether a notice is about one sample or one family that is not the case's."""
    own = {"code": case.person.code, "sample": case.person.code, "family": case.family.code}
    return any(notice.values.get(name, code) != code for name, code in own.items())


def limits(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """What the computation assumed, and what nobody may read out of it."""
    say = language.say
    return (
        Heading(say("Assumptions and limits")),
        Heading(say("Assumptions"), 2),
        Bullets(say_all(case.result.assumptions, language)),
        Heading(say("Limits"), 2),
        Bullets(tuple(say(sentence) for sentence in LIMITS)),
    )


def appendix(case: ExpertCase, language: Language) -> tuple[Block, ...]:
    """The run: versions, command, and the hash of everything it read."""
    say, p = language.say, case.result.provenance
    run = (
        (say("Run (SHA-256 of its provenance)"), case.run),
        (say("Software"), f"{p.software} {p.version}"),
        ("Python", p.python),
        (say("Libraries"), ", ".join(f"{name} {version}" for name, version in p.libraries.items())),
        (say("Computed"), p.created),
        (say("Command"), p.command),
        (say("Seed"), str(p.seed)),
    )
    return (
        NewPage(),
        Heading(say("Appendix: the run"), numbered=False),
        Paragraph(
            say("With the same input, settings, seed and versions the computation gives the same numbers again.")
        ),
        Facts(run, "code"),
        Paragraph(_consent(p.consent_attested_by, language)),
        *_hashes(say("Input (SHA-256)"), p.inputs),
        *_hashes(say("Allele frequencies (SHA-256)"), p.frequencies),
    )


def _consent(attested_by: str, language: Language) -> str:
    if attested_by:
        return language.say(
            "The files hold no consent records of their own; consent was attested by {person}.", person=attested_by
        )
    return language.say("Each reference used carries a consent record that was active on the day of the comparison.")


def _hashes(heading: str, hashes: Mapping[str, str]) -> tuple[Block, ...]:
    if not hashes:
        return ()
    return (Heading(heading, 2), Facts(tuple(hashes.items()), "code"))
