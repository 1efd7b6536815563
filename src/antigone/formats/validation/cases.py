"""Cases of the validation corpus, and single cases in the same JSON format (``antigone lr CASE.json``).

One file holds one case or a list of cases. ``docs/formats.md`` describes the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from antigone.errors import InputError, ModelError, PedigreeError, Problem
from antigone.formats.reading.json_documents import read_json
from antigone.formats.reading.sources import read_bytes
from antigone.formats.validation.kinds import KINDS, OWN_FORMS, kind_of
from antigone.formats.validation.values import (
    Fault,
    expect,
    given,
    items_at,
    mapping_at,
    number_at,
    numbers_at,
    optional_text_at,
    text_at,
)
from antigone.model.assumptions.marker import Chromosome, Marker
from antigone.model.assumptions.mutation import (
    MODELS,
    TRANSFORMS,
    BaseModel,
    Custom,
    MutationModel,
    NoMutation,
    Transform,
    Transformed,
    parameters,
)
from antigone.model.pedigree import SEXES, Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile

_TRIVIAL = "trivial"
"""What the program that writes these files calls ``none``."""
_NAMES = {_TRIVIAL: NoMutation} | {name: model for name, model in MODELS.items() if model not in (NoMutation, Custom)}


@dataclass(frozen=True)
class Linkage:
    """A group of linked markers in map order, and the recombination fraction of each interval between neighbours."""

    markers: tuple[str, ...]
    recombination: tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """One case: markers, pedigrees by hypothesis, profiles by person, and what other software computed.

    ``category`` is the kind of the case, from what it holds, or empty where that is not clear. ``expected`` holds, in
    the category of disagreements, the ``values`` by program.
    ``families``, ``missing`` and ``victims`` (code and sex) are filled in the categories of disaster
    victims; ``pedigrees`` in all others. ``raw`` is the JSON object as it was read.
    """

    id: str
    category: str
    markers: tuple[Marker, ...]
    theta: float
    pedigrees: Mapping[str, Pedigree]
    profiles: Mapping[str, Profile]
    expected: Mapping[str, Any]
    raw: Mapping[str, Any]
    linkage: tuple[Linkage, ...] = ()
    families: Mapping[str, Pedigree] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    victims: Mapping[str, Sex] = field(default_factory=dict)


@dataclass(frozen=True)
class Unreadable:
    """A case that cannot be used: its code, or its number in the file, and why."""

    id: str
    problem: Problem


def read_cases(path: Path | str) -> list[Case]:
    """Read a JSON file of one case or a list of cases.

    Raises
    ------
    InputError
        When the file is not JSON (with its line), or a case cannot be used (with the place in the case).
    """
    read = read_each(path)
    problems = [case.problem for case in read if isinstance(case, Unreadable)]
    if problems:
        raise InputError(problems)
    return [case for case in read if isinstance(case, Case)]


def read_each(path: Path | str) -> list[Case | Unreadable]:
    """``read_cases``, with each case that cannot be used beside the others.

    Raises
    ------
    InputError
        When the file is not JSON (with its line), or has no case.
    """
    path = Path(path)
    document = read_json(path.name, read_bytes(path))
    objects = document if isinstance(document, list) else [document]
    if not objects:
        raise InputError([Problem(path.name, 0, "", "an empty list", "at least one case", "add a case")])
    return [_read(path.name, number, item) for number, item in enumerate(objects, start=1)]


def _read(file: str, number: int, item: object) -> Case | Unreadable:
    try:
        return _case(item, f"case {number}")
    except Fault as fault:
        place, found, expected, remedy = fault.parts
        label = f"case {number}{_case_label(item)}"
        code = item.get("id") if isinstance(item, dict) else None
        problem = Problem(file, 0, f"{label}, {place}", found, expected, remedy)
        return Unreadable(code if isinstance(code, str) else f"case {number}", problem)


def mutation_model(spec: Mapping[str, Any]) -> MutationModel:
    """The mutation model of a JSON object: ``model``, its parameters, ``transform``, ``matrix``.

    Raises
    ------
    InputError
        When the model or its transform is unknown, or a parameter is missing or not a number.

    Examples
    --------
    >>> mutation_model({"model": "equal", "rate": 0.01})
    Equal(rate=0.01)
    """
    try:
        return _mutation(spec, "model", spec.get("matrix"))
    except Fault as fault:
        raise InputError([Problem("mutation model", 0, *fault.parts)]) from None


def _case_label(item: object) -> str:
    code = item.get("id") if isinstance(item, dict) else None
    return f" ({code})" if isinstance(code, str) else ""


def _case(item: object, number: str) -> Case:
    case = mapping_at(item, "the case")
    code = case.get("id", number)
    expect(isinstance(code, str), "id", "no text", "a code", "give the case a code")
    kind = _kind(case)
    if kind in OWN_FORMS:
        return Case(code, kind, (), 0.0, {}, {}, {}, case)
    markers = tuple(_markers(case))
    chromosomes = {marker.name: marker.chromosome for marker in markers}
    founders = numbers_at(given(case, "founder_inbreeding", {}), "founder_inbreeding")
    pedigrees = _pedigrees(given(case, "pedigrees", {}), founders, "pedigrees")
    families = _pedigrees(given(case, "families", {}), founders, "families")
    everybody = [member for pedigree in (*pedigrees.values(), *families.values()) for member in pedigree]
    _check_people(founders, [m for pedigree in pedigrees.values() for m in pedigree], everybody)
    victims = dict(_victims(given(case, "victims", [])))
    sexes = {member.id: member.sex for member in everybody} | victims
    return Case(
        id=code,
        category=kind,
        markers=markers,
        theta=_theta(given(case, "theta", 0.0)),
        pedigrees=pedigrees,
        profiles=_profiles(given(case, "genotypes", {}), chromosomes, sexes),
        expected=mapping_at(given(case, "values" if kind == "disagreements" else "expected", {}), "expected"),
        raw=case,
        linkage=tuple(_linkage(given(case, "linkage", []), chromosomes)),
        families=families,
        missing=tuple(text_at(code, "missing") for code in items_at(given(case, "missing", []), "missing")),
        victims=victims,
    )


def _theta(item: object) -> float:
    theta = number_at(item, "theta")
    expect(0 <= theta < 1, "theta", f"{theta:g}", "0 or more and less than 1", "correct theta")
    return theta


def _check_people(
    founders: Mapping[str, float], compared: Sequence[Individual], everybody: Sequence[Individual]
) -> None:
    """Nobody may be of two sexes in the pedigrees compared, or have a coefficient that counts nowhere."""
    males, females = ({m.id for m in compared if m.sex == sex} for sex in ("male", "female"))
    for code in sorted(males & females):
        expect(False, "pedigrees", f"'{code}' as male and as female", "one sex", "correct the sex of this person")
    known = {member.id for member in everybody if member.is_founder}
    for code in founders:
        place = f"founder_inbreeding.{code}"
        expect(code in known, place, "somebody who is no founder of a pedigree", "a founder", "correct the code")


def _kind(case: Mapping[str, Any]) -> str:
    kind = kind_of(case)
    known = kind in KINDS or "category" not in case
    expect(known, "category", f"'{kind[:40]}'", "one of " + ", ".join(KINDS), "correct or remove the key")
    return kind


def _markers(case: Mapping[str, Any]) -> Iterator[Marker]:
    seen: set[str] = set()
    for index, item in enumerate(items_at(given(case, "markers", []), "markers")):
        place = f"markers[{index}]"
        marker = _marker(mapping_at(item, place), place)
        expect(marker.name not in seen, place, f"marker '{marker.name}' again", "each marker once", "remove one")
        seen.add(marker.name)
        yield marker


def _marker(item: Mapping[str, Any], place: str) -> Marker:
    name = text_at(item.get("name"), f"{place}.name")
    letter = item.get("chromosome", "A")
    expect(letter in ("A", "X"), f"{place}.chromosome", repr(letter), "'A' or 'X'", "correct it")
    chromosome: Chromosome = "X" if letter == "X" else "autosomal"
    alleles = tuple(text_at(a, f"{place}.alleles") for a in items_at(item.get("alleles"), f"{place}.alleles"))
    frequencies = items_at(item.get("frequencies"), f"{place}.frequencies")
    female, male = _mutations(item.get("mutation"), f"{place}.mutation")
    try:
        return Marker(
            name=name,
            alleles=alleles,
            frequencies=tuple(number_at(p, f"{place}.frequencies") for p in frequencies),
            female=female,
            male=male,
            silent=number_at(given(item, "silent", 0.0), f"{place}.silent"),
            chromosome=chromosome,
        )
    except ModelError as error:
        raise Fault(place, str(error), "a marker that holds together", "correct the marker") from None


def _mutations(item: object, place: str) -> tuple[MutationModel, MutationModel]:
    if item is None:
        return NoMutation(), NoMutation()
    both = mapping_at(item, place)
    models = [mapping_at(both.get(sex), f"{place}.{sex}") for sex in ("female", "male")]
    female, male = (
        _mutation(spec, f"{place}.{sex}", spec.get("matrix"))
        for sex, spec in zip(("female", "male"), models, strict=True)
    )
    return female, male


def _mutation(spec: Mapping[str, Any], place: str, matrix: object) -> MutationModel:
    name, transform = spec.get("model"), spec.get("transform")
    if name in ("random", "custom"):
        return _made(place, lambda: Custom(_matrix(matrix, f"{place}.matrix")))
    expect(
        isinstance(name, str) and name in _NAMES,
        f"{place}.model",
        repr(name),
        "one of " + ", ".join([*_NAMES, "custom", "random"]),
        "correct the name",
    )
    made: Callable[..., BaseModel] = _NAMES[cast(str, name)]
    asked = [key for key, needed in parameters(_NAMES[cast(str, name)]).items() if needed or spec.get(key) is not None]
    values = {key: number_at(spec.get(key), f"{place}.{key}") for key in asked}
    model = _made(place, lambda: made(**values))
    return model if transform is None else _transformed(model, transform, place)


def _made(place: str, make: Callable[[], BaseModel]) -> BaseModel:
    """A model; what it refuses is a fault of the case."""
    try:
        return make()
    except ModelError as error:
        raise Fault(place, str(error), "what the model allows", "correct the numbers") from None


def _transformed(model: BaseModel, transform: object, place: str) -> Transformed:
    kind, _, rest = str(transform).partition(" ")
    expect(
        kind in TRANSFORMS and rest in ("", "without rate adjustment"),
        f"{place}.transform",
        repr(transform),
        f"one of {', '.join(TRANSFORMS)}, and 'without rate adjustment' after it or nothing",
        "correct the transform",
    )
    return Transformed(model, cast(Transform, kind), keep_rate=not rest)


def _matrix(item: object, place: str) -> tuple[tuple[float, ...], ...]:
    rows = [items_at(row, place) for row in items_at(item, place)]
    expect(all(len(row) == len(rows) for row in rows), place, "no square", "a square matrix", "correct the matrix")
    return tuple(tuple(number_at(x, place) for x in row) for row in rows)


def _pedigrees(item: object, founders: Mapping[str, float], place: str) -> dict[str, Pedigree]:
    return {name: _pedigree(members, founders, f"{place}.{name}") for name, members in mapping_at(item, place).items()}


def _pedigree(item: object, founders: Mapping[str, float], place: str) -> Pedigree:
    members = []
    for row in items_at(item, place):
        member = mapping_at(row, place)
        code = text_at(member.get("id"), f"{place}.id")
        father, mother = (optional_text_at(member.get(key), f"{place}.{key}") for key in ("father", "mother"))
        sex = member.get("sex", "unknown")
        expect(sex in SEXES, f"{place}.sex", f"{sex!r} for '{code}'", "female, male or unknown", "correct the sex")
        # A person may be a founder in one hypothesis only; the coefficient belongs to founders.
        inbreeding = founders.get(code, 0.0) if father is None and mother is None else 0.0
        members.append(Individual(code, sex, father, mother, inbreeding))
    try:
        return Pedigree(tuple(members))
    except PedigreeError as error:
        raise Fault(place, str(error), "a pedigree that holds together", "correct the pedigree") from None


def _victims(item: object) -> Iterator[tuple[str, Sex]]:
    seen: set[str] = set()
    for row in items_at(item, "victims"):
        victim = mapping_at(row, "victims")
        code, sex = text_at(victim.get("id"), "victims.id"), victim.get("sex", "unknown")
        expect(sex in SEXES, "victims.sex", repr(sex), "female, male or unknown", "correct the sex")
        expect(code not in seen, "victims.id", f"'{code}' again", "each victim once", "remove one")
        seen.add(code)
        yield code, cast(Sex, sex)


def _profiles(item: object, chromosomes: Mapping[str, str], sexes: Mapping[str, str]) -> dict[str, Profile]:
    profiles = {}
    for person, typed in mapping_at(item, "genotypes").items():
        place = f"genotypes.{person}"
        expect(person in sexes, place, "a person who is in no pedigree", "a member of a pedigree", "add the person")
        genotypes = {}
        for marker, alleles in mapping_at(typed, place).items():
            expect(marker in chromosomes, f"{place}.{marker}", "an unknown marker", "a marker of the case", "add it")
            hemizygous = chromosomes[marker] == "X" and sexes[person] == "male"
            genotypes[marker] = _genotype(alleles, f"{place}.{marker}", hemizygous)
        profiles[person] = Profile(person, genotypes)
    return profiles


def _genotype(item: object, place: str, hemizygous: bool) -> Genotype:
    alleles = [None if a is None else text_at(a, place) for a in items_at(item, place)]
    if hemizygous and len(alleles) == 1:
        alleles *= 2
    good = len(alleles) == 2 and alleles[0] is not None and (not hemizygous or alleles[0] == alleles[1])
    expected = "one allele (a male on the X chromosome)" if hemizygous else "two alleles, or one and null"
    expect(good, place, "another number of alleles, or no first one", expected, "correct the genotype")
    return alleles[0], alleles[1]


def _linkage(item: object, chromosomes: Mapping[str, str]) -> Iterator[Linkage]:
    for row in items_at(item, "linkage"):
        group = mapping_at(row, "linkage")
        names = tuple(text_at(name, "linkage.markers") for name in items_at(group.get("markers"), "linkage.markers"))
        known = all(name in chromosomes for name in names)
        expect(known, "linkage.markers", "an unknown marker", "markers of the case", "correct it")
        yield Linkage(names, _recombination(group.get("rho"), len(names) - 1))


def _recombination(item: object, intervals: int) -> tuple[float, ...]:
    values = tuple(number_at(rho, "linkage.rho") for rho in (item if isinstance(item, list) else [item]))
    good = len(values) == intervals and all(0 <= rho <= 0.5 for rho in values)
    expect(good, "linkage.rho", f"{len(values)} values", "one between 0 and 0.5 for each interval", "correct it")
    return values
