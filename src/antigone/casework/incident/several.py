"""Several incidents as one: every code says of which incident it is, and one model holds for all.

Whoever is compared stays what they are: unidentified persons and families of the missing. A living seeker asked in one
incident, and takes part in no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from antigone.casework.incident.provenance import hash_table
from antigone.errors import InputError
from antigone.model.assumptions.lineage import StatedCounts
from antigone.model.checks import exact_text
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, SourceFile, UnidentifiedPerson
from antigone.model.plain import as_plain
from antigone.model.statements import names, readers
from antigone.model.statements.models import MODEL_OF
from antigone.model.statements.statement import Statement

BETWEEN = "/"
"""Stands between the code of an incident, which cannot hold it, and the code of a person, a family or a sample."""


def code_in(incident: str, code: str) -> str:
    """A code with its incident.

    >>> code_in("ferry", "PM1"), incident_of("ferry/PM1")
    ('ferry/PM1', ('ferry', 'PM1'))
    """
    return f"{incident}{BETWEEN}{code}"


def incident_of(code: str) -> tuple[str, str]:
    """The incident of a code, and the code there."""
    incident, _, own = code.partition(BETWEEN)
    return incident, own


def combine(incidents: Mapping[str, Incident], *, model_of: str = "") -> tuple[Incident, dict[str, int]]:
    """Several incidents as one, and who was left out of it, by reason.

    Parameters
    ----------
    incidents
        The incidents by their codes.
    model_of
        Whose frequencies, settings and models hold for all; without it those of all must be equal.

    Raises
    ------
    InputError
        With a ``model_of`` that is none of them, or with everything in which the models differ.
    """
    if model_of and model_of not in incidents:
        named = ", ".join(incidents)
        raise InputError(f"'{model_of}' is none of the incidents {named}; name the one whose model holds")
    if not model_of:
        _check_models(incidents)
    chosen = incidents[model_of or next(iter(incidents))]
    parts = [_coded(code, incident) for code, incident in incidents.items()]
    seekers = sum(person.kind == "living" for part in parts for person in part.unidentified)
    whole = replace(
        chosen,
        title=" + ".join(incidents),
        model=_model_of(model_of or next(iter(incidents)), chosen),
        unidentified=tuple(person for part in parts for person in part.unidentified if person.kind == "remains"),
        families=tuple(family for part in parts for family in part.families),
        sources=tuple(source for part in parts for source in part.sources),
        notices=tuple(notice for part in parts for notice in part.notices),
        doubts={code: words for part in parts for code, words in part.doubts.items()},
        typings={code: given for part in parts for code, given in part.typings.items()},
        typings_used={code: used for part in parts for code, used in part.typings_used.items()},
        further=_further(chosen, [part.further for part in parts]),
    )
    return whole, {names.SEEKERS_OF_ONE_INCIDENT.code: seekers} if seekers else {}


def model_differences(incidents: Mapping[str, Incident]) -> Iterator[str]:
    """In what the models of incidents differ, in words; nothing when they are equal."""
    words = {code: dict(_model_words(incident)) for code, incident in incidents.items()}
    for name in dict.fromkeys(name for of in words.values() for name in of):
        values = {code: of.get(name, ("none", "none")) for code, of in words.items()}
        if len({value for value, _ in values.values()}) > 1:
            yield f"{name}: " + ", ".join(f"{said} in '{code}'" for code, (_, said) in values.items())


def _model_of(incident: str, chosen: Incident) -> Statement | None:
    return MODEL_OF(incident=incident, words_version=chosen.model) if chosen.model else None


def _check_models(incidents: Mapping[str, Incident]) -> None:
    differing = list(model_differences(incidents))
    if differing:
        raise InputError(
            f"the models of {', '.join(incidents)} differ: {'; '.join(differing)}. Agree on one model, or state whose "
            "model holds for all"
        )


def _model_words(incident: Incident) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each choice of a model: what tells it from another one, and in words."""
    for table in incident.tables:
        digest = hash_table(table)
        yield f"frequencies of {table.population}", (digest, f"SHA-256 {digest[:12]}")
    yield from _choices(as_plain(incident.settings), "")
    further = _models_alone(incident.further)
    yield from _choices({"rates": as_plain(further.rates), "sex": as_plain(further.sex)}, "")
    yield "models of further evidence", (repr(further), "others")


def _choices(plain: Any, name: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each value of a choice, by its name as a program writes it; a longer list is compared whole."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield from _choices(value, f"{name}.{key}" if name else key)
        return
    text = exact_text(plain) if isinstance(plain, float) else str(plain)
    yield name, (text, "others" if isinstance(plain, list) else text)


def _models_alone(further: FurtherEvidence) -> FurtherEvidence:
    bare = replace(further, y={}, mt={}, missing={}, unidentified={})
    return replace(bare, y_model=_counting(bare.y_model, {}), mt_model=_counting(bare.mt_model, {}))


def _coded(code: str, incident: Incident) -> Incident:
    """An incident whose every code says that it is of it."""
    further = incident.further
    return replace(
        incident,
        unidentified=tuple(_coded_person(code, person) for person in incident.unidentified),
        families=tuple(_coded_family(code, family) for family in incident.families),
        sources=tuple(SourceFile(code_in(code, one.name), one.sha256) for one in incident.sources),
        notices=tuple(readers.OF_INCIDENT(incident=code, words_notice=notice) for notice in incident.notices),
        doubts={code_in(code, person): words for person, words in incident.doubts.items()},
        typings={code_in(code, sample): given for sample, given in incident.typings.items()},
        typings_used={code_in(code, sample): used for sample, used in incident.typings_used.items()},
        further=replace(
            further,
            y={code_in(code, s): replace(one, sample=code_in(code, s)) for s, one in further.y.items()},
            mt={code_in(code, s): replace(one, sample=code_in(code, s)) for s, one in further.mt.items()},
            y_model=_counting(further.y_model, _coded_counts(code, further.y_model)),
            mt_model=_counting(further.mt_model, _coded_counts(code, further.mt_model)),
            missing={(code_in(code, family), member): one for (family, member), one in further.missing.items()},
            unidentified={code_in(code, person): one for person, one in further.unidentified.items()},
        ),
    )


def _coded_person(code: str, person: UnidentifiedPerson) -> UnidentifiedPerson:
    parts = tuple(_coded_person(code, part) for part in person.parts)
    profile = replace(person.profile, sample=code_in(code, person.profile.sample))
    return replace(person, code=code_in(code, person.code), profile=profile, parts=parts)


def _coded_family(code: str, family: Family) -> Family:
    donors = tuple(_coded_donor(code, donor) for donor in family.donors)
    return replace(family, code=code_in(code, family.code), donors=donors)


def _coded_donor(code: str, donor: Donor) -> Donor:
    return replace(donor, profile=replace(donor.profile, sample=code_in(code, donor.profile.sample)))


def _further(chosen: Incident, parts: list[FurtherEvidence]) -> FurtherEvidence:
    """Everybody's haplotypes and circumstances under the chosen models."""
    y_seen = {code: count for part in parts for code, count in _counts(part.y_model).items()}
    mt_seen = {code: count for part in parts for code, count in _counts(part.mt_model).items()}
    return replace(
        chosen.further,
        y={code: one for part in parts for code, one in part.y.items()},
        mt={code: one for part in parts for code, one in part.mt.items()},
        y_model=_counting(chosen.further.y_model, y_seen),
        mt_model=_counting(chosen.further.mt_model, mt_seen),
        missing={who: one for part in parts for who, one in part.missing.items()},
        unidentified={code: one for part in parts for code, one in part.unidentified.items()},
    )


def _counts(model: Any) -> Mapping[str, int]:
    return model.basis.seen if model is not None and isinstance(model.basis, StatedCounts) else {}


def _coded_counts(code: str, model: Any) -> dict[str, int]:
    return {code_in(code, sample): count for sample, count in _counts(model).items()}


def _counting(model: Any, seen: Mapping[str, int]) -> Any:
    """A model of haplotypes whose basis, where it states counts, has these."""
    if model is None or not isinstance(model.basis, StatedCounts):
        return model
    return replace(model, basis=replace(model.basis, seen=seen))
