"""How surely the missing of a registry can be found, and whose sample would help: before anybody is found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection

from antigone.casework.incident.prepare import Prepared, Progress, prepare, silent
from antigone.casework.power.families import PowerChoices, power_of_incident
from antigone.casework.power.sampling import where_samples_help
from antigone.errors import Forbidden, InputError
from antigone.model.results.power import PowerAnswer, SamplingAnswer
from antigone.registry.store.lookups import find_family
from antigone.registry.tasks.asking import check_responsible
from antigone.registry.tasks.sampling import not_to_be_asked, still_sought
from antigone.search.pairs.blocks import MissingFrom
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.reading import writing_what_was_read


@action("see sampling")
def list_sampling(
    session: Session, incident: str, *, threshold: float = 10_000.0, progress: Progress = silent
) -> SamplingAnswer:
    """Where the next ten samples help most, in words: from declared pedigrees and from who is typed, of nobody's
    genotypes. Who gave a sample, who left, and families that said no are not listed.

    Raises
    ------
    InputError
        When the threshold is not above 0, or nobody can be compared.
    RegistryError
        When there is no such incident.
    """
    if not threshold > 0:
        raise InputError(f"a threshold of {threshold:g}; expected an LR above 0, such as 1e4")
    day = session.registry.today()
    reading = writing_what_was_read(session, "see sampling", {"incident": incident}, incident=incident)
    with reading as (connection, covered):
        barred, sought = not_to_be_asked(connection, incident), still_sought(connection, incident, day=day)
    prepared = prepare(covered.incident, today=day)
    able = {
        family.declared.code: _able(family, barred.get(family.declared.code, frozenset()))
        for family in prepared.families
    }
    return where_samples_help(prepared, able, missing=sought, threshold=threshold, progress=progress)


@action("see power")
def read_power(session: Session, incident: str, choices: PowerChoices, *, progress: Progress = silent) -> PowerAnswer:
    """How surely the missing of one family can be found, and what each further relative would add.

    Given what was found in the typed relatives (``basis`` "typed") it is for the geneticist who ran the newest search
    alone (PURPOSE.md, rule 6). Who gave a sample, who left, and families that said no are not asked about.

    Parameters
    ----------
    session
        Who asks.
    incident
        Its code.
    choices
        What is asked; the family must be named.
    progress
        Told what is being done.

    Raises
    ------
    Forbidden
        When the basis is "typed" and another geneticist ran the newest search, or the role is another.
    InputError
        When no family is named; see `power_of_incident`.
    RegistryError
        When there is no such incident or family.
    """
    if not choices.family:
        raise InputError("no family is named; name one, or ask for the list of where samples help")
    subject: Subject = {"incident": incident, "family": choices.family, "basis": choices.basis}
    with writing_what_was_read(session, "see power", subject, incident=incident) as (connection, covered):
        find_family(connection, incident, choices.family)
        if choices.basis == "typed":
            _require_responsible(session, connection, incident)
        barred = not_to_be_asked(connection, incident).get(choices.family, frozenset())
    prepared = prepare(covered.incident, today=session.registry.today(), only_families={choices.family})
    return power_of_incident(prepared, _allowed(choices, prepared, barred), progress=progress)


def _require_responsible(session: Session, connection: Connection, incident: str) -> None:
    if session.role != "geneticist":
        raise Forbidden(
            "power given what was found in the typed relatives is for the geneticist who ran the newest search; ask "
            "for it over whatever they may show"
        )
    check_responsible(connection, incident, user=session.user)


def _able(family: MissingFrom, barred: Collection[str]) -> tuple[str, ...]:
    """Who can be asked for a first sample, in the order of the pedigree."""
    never = {*barred, *family.missing, *family.declared.references}
    return tuple(one.id for one in family.declared.pedigree if one.id not in never)


def _allowed(choices: PowerChoices, prepared: Prepared, barred: Collection[str]) -> PowerChoices:
    """The choices with nobody among the candidates who must not be asked."""
    wrong = sorted(set(choices.candidates) & set(barred))
    if wrong:
        raise InputError(
            f"{', '.join(wrong)} of family {choices.family} gave a sample, or left, or the family said no; name others"
        )
    able = choices.candidates or next((_able(one, barred) for one in prepared.families), ())
    return replace(choices, candidates=able) if able else replace(choices, sets=0)
