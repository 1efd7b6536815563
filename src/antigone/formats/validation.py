"""Cases of the validation corpus, and single cases in the same JSON format (``antigone lr CASE.json``).

One file holds one case or a list of cases. ``docs/formats.md`` describes the keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from antigone.errors import InputError, ModelError, PedigreeError, Problem
from antigone.formats.characters import PRINTABLE, REMOVE
from antigone.formats.documents import read_json
from antigone.formats.sources import read_bytes
from antigone.model.marker import Chromosome, Marker
from antigone.model.mutation import (
    BaseModel,
    Custom,
    Dawid,
    Equal,
    MutationModel,
    NoMutation,
    OneStep,
    Proportional,
    Stepwise,
    Transformed,
)
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Genotype, Profile
from antigone.model.text import unheld_character

_CATEGORY_OF_PREFIX = {
    "silent": "silent_partial",
    "partial": "silent_partial",
    "mp_genotypes": "missing_person_genotype_distribution",
    "mutmat": "mutation_matrices",
}
_CATEGORIES = {
    *("basic", "mutation", "theta", "loops", "xchrom", "silent_partial", "linked", "large", "missing_person"),
    *("missing_person_genotype_distribution", "dvi_pairwise", "dvi_joint", "power", "mutation_matrices"),
    *("kinship", "observation", "linked_groups", "disagreements", "published"),
}
_SEXES = ("female", "male", "unknown")
_PARAMETERS: dict[str, tuple[type, tuple[str, ...], tuple[str, ...]]] = {
    # model name -> class, needed parameters, optional parameters
    "trivial": (NoMutation, (), ()),
    "equal": (Equal, ("rate",), ()),
    "proportional": (Proportional, ("rate",), ()),
    "stepwise": (Stepwise, ("rate",), ("rate2", "range")),
    "onestep": (OneStep, ("rate",), ()),
    "dawid": (Dawid, ("rate",), ("range",)),
}


@dataclass(frozen=True)
class Linkage:
    """A group of linked markers in map order, and the recombination fraction of each interval between neighbours."""

    markers: tuple[str, ...]
    recombination: tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """One case: markers, pedigrees by hypothesis, profiles by person, and what other software computed.

    ``expected`` holds, in the category of disagreements, the ``values`` by program.
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


class _Fault(Exception):
    """One thing wrong at one place of a case; becomes a Problem with the file's name."""

    def __init__(self, place: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(place)
        self.parts = (place, found, expected, remedy)


def read_cases(path: Path | str) -> list[Case]:
    """Read a JSON file of one case or a list of cases.

    Raises
    ------
    InputError
        When the file is not JSON (with its line), or a case cannot be used (with the place in the case).
    """
    path = Path(path)
    document = read_json(path.name, read_bytes(path))
    objects = document if isinstance(document, list) else [document]
    if not objects:
        raise InputError([Problem(path.name, 0, "", "an empty list", "at least one case", "add a case")])
    cases: list[Case] = []
    problems: list[Problem] = []
    for number, item in enumerate(objects, start=1):
        try:
            cases.append(_case(item))
        except _Fault as fault:
            place, found, expected, remedy = fault.parts
            label = f"case {number}{_case_label(item)}"
            problems.append(Problem(path.name, 0, f"{label}, {place}", found, expected, remedy))
    if problems:
        raise InputError(problems)
    return cases


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
    except _Fault as fault:
        raise InputError([Problem("mutation model", 0, *fault.parts)]) from None


def _case_label(item: object) -> str:
    code = item.get("id") if isinstance(item, dict) else None
    return f" ({code})" if isinstance(code, str) else ""


def _case(item: object) -> Case:
    case = _mapping(item, "the case")
    code = case.get("id", "case")
    _expect(isinstance(code, str), "id", "no text", "a code", "give the case a code")
    markers = tuple(_markers(case))
    chromosomes = {marker.name: marker.chromosome for marker in markers}
    founders = _numbers(case.get("founder_inbreeding") or {}, "founder_inbreeding")
    pedigrees = _pedigrees(case.get("pedigrees") or {}, founders, "pedigrees")
    families = _pedigrees(case.get("families") or {}, founders, "families")
    victims = dict(_victims(case.get("victims") or []))
    sexes = {m.id: m.sex for pedigree in (*pedigrees.values(), *families.values()) for m in pedigree} | victims
    return Case(
        id=code,
        category=_category(case, code),
        markers=markers,
        theta=_number(case.get("theta", 0) or 0, "theta"),
        pedigrees=pedigrees,
        profiles=_profiles(case.get("genotypes") or {}, chromosomes, sexes),
        expected=_mapping(case.get("expected") or case.get("values") or {}, "expected"),
        raw=case,
        linkage=tuple(_linkage(case.get("linkage") or [], chromosomes)),
        families=families,
        missing=tuple(str(code) for code in _items(case.get("missing") or [], "missing")),
        victims=victims,
    )


def _category(case: Mapping[str, Any], code: str) -> str:
    prefix = code.rstrip("0123456789").rstrip("-")
    if code.startswith("published"):
        return "published"
    by_key = {"values": "disagreements", "observation": "observation", "target": "missing_person_genotype_distribution"}
    for key, category in by_key.items():
        if key in case:
            return category
    if "victims" in case:
        return "dvi_joint" if "joint" in (case.get("expected") or {}) else "dvi_pairwise"
    if "model" in case:
        return "mutation_matrices"
    if "available" in case:
        return "power"
    category = _CATEGORY_OF_PREFIX.get(prefix, prefix)
    return category if category in _CATEGORIES else "basic"


def _markers(case: Mapping[str, Any]) -> Iterator[Marker]:
    seen: set[str] = set()
    for index, item in enumerate(_items(case.get("markers") or [], "markers")):
        place = f"markers[{index}]"
        marker = _marker(_mapping(item, place), place)
        _expect(marker.name not in seen, place, f"marker '{marker.name}' again", "each marker once", "remove one")
        seen.add(marker.name)
        yield marker


def _marker(item: Mapping[str, Any], place: str) -> Marker:
    name = _text(item.get("name"), f"{place}.name")
    letter = item.get("chromosome", "A")
    _expect(letter in ("A", "X"), f"{place}.chromosome", repr(letter), "'A' or 'X'", "correct it")
    chromosome: Chromosome = "X" if letter == "X" else "autosomal"
    alleles = tuple(_text(a, f"{place}.alleles") for a in _items(item.get("alleles"), f"{place}.alleles"))
    frequencies = _items(item.get("frequencies"), f"{place}.frequencies")
    female, male = _mutations(item.get("mutation"), f"{place}.mutation")
    try:
        return Marker(
            name=name,
            alleles=alleles,
            frequencies=tuple(_number(p, f"{place}.frequencies") for p in frequencies),
            female=female,
            male=male,
            silent=_number(item.get("silent", 0) or 0, f"{place}.silent"),
            chromosome=chromosome,
        )
    except ModelError as error:
        raise _Fault(place, str(error), "frequencies that sum to 1", "correct the marker") from None


def _mutations(item: object, place: str) -> tuple[MutationModel, MutationModel]:
    if item is None:
        return NoMutation(), NoMutation()
    both = _mapping(item, place)
    models = [_mapping(both.get(sex), f"{place}.{sex}") for sex in ("female", "male")]
    female, male = (
        _mutation(spec, f"{place}.{sex}", spec.get("matrix"))
        for sex, spec in zip(("female", "male"), models, strict=True)
    )
    return female, male


def _mutation(spec: Mapping[str, Any], place: str, matrix: object) -> MutationModel:
    name, transform = spec.get("model"), spec.get("transform")
    if name in ("random", "custom"):
        return Custom(_matrix(matrix, f"{place}.matrix"))
    _expect(
        isinstance(name, str) and name in _PARAMETERS,
        f"{place}.model",
        repr(name),
        "one of " + ", ".join([*_PARAMETERS, "custom", "random"]),
        "correct the name",
    )
    cls, needed, optional = _PARAMETERS[cast(str, name)]
    values = {key: _number(spec.get(key), f"{place}.{key}") for key in needed}
    values |= {key: _number(spec[key], f"{place}.{key}") for key in optional if spec.get(key) is not None}
    model = cast(BaseModel, cls(**values))
    return model if transform is None else _transformed(model, transform, place)


def _transformed(model: BaseModel, transform: object, place: str) -> Transformed:
    kind, _, rest = str(transform).partition(" ")
    _expect(
        kind in ("PM", "MH", "BA", "PR") and rest in ("", "without rate adjustment"),
        f"{place}.transform",
        repr(transform),
        "PM, MH, BA or PR, and 'without rate adjustment' after it or nothing",
        "correct the transform",
    )
    return Transformed(model, kind, keep_rate=not rest)  # type: ignore[arg-type]


def _matrix(item: object, place: str) -> tuple[tuple[float, ...], ...]:
    rows = [_items(row, place) for row in _items(item, place)]
    _expect(all(len(row) == len(rows) for row in rows), place, "no square", "a square matrix", "correct the matrix")
    return tuple(tuple(_number(x, place) for x in row) for row in rows)


def _pedigrees(item: object, founders: Mapping[str, float], place: str) -> dict[str, Pedigree]:
    return {name: _pedigree(members, founders, f"{place}.{name}") for name, members in _mapping(item, place).items()}


def _pedigree(item: object, founders: Mapping[str, float], place: str) -> Pedigree:
    members = []
    for row in _items(item, place):
        member = _mapping(row, place)
        code = _text(member.get("id"), f"{place}.id")
        father, mother = (_optional_text(member.get(key), f"{place}.{key}") for key in ("father", "mother"))
        sex = member.get("sex", "unknown")
        _expect(sex in _SEXES, f"{place}.sex", f"{sex!r} for '{code}'", "female, male or unknown", "correct the sex")
        # A person may be a founder in one hypothesis only; the coefficient belongs to founders.
        inbreeding = founders.get(code, 0.0) if father is None and mother is None else 0.0
        members.append(Individual(code, sex, father, mother, inbreeding))
    try:
        return Pedigree(tuple(members))
    except PedigreeError as error:
        raise _Fault(place, str(error), "a pedigree that holds together", "correct the pedigree") from None


def _victims(item: object) -> Iterator[tuple[str, Sex]]:
    for row in _items(item, "victims"):
        victim = _mapping(row, "victims")
        sex = victim.get("sex", "unknown")
        _expect(sex in _SEXES, "victims.sex", repr(sex), "female, male or unknown", "correct the sex")
        yield _text(victim.get("id"), "victims.id"), cast(Sex, sex)


def _profiles(item: object, chromosomes: Mapping[str, str], sexes: Mapping[str, str]) -> dict[str, Profile]:
    profiles = {}
    for person, typed in _mapping(item, "genotypes").items():
        place = f"genotypes.{person}"
        _expect(person in sexes, place, "a person who is in no pedigree", "a member of a pedigree", "add the person")
        genotypes = {}
        for marker, alleles in _mapping(typed, place).items():
            _expect(marker in chromosomes, f"{place}.{marker}", "an unknown marker", "a marker of the case", "add it")
            hemizygous = chromosomes[marker] == "X" and sexes[person] == "male"
            genotypes[marker] = _genotype(alleles, f"{place}.{marker}", hemizygous)
        profiles[person] = Profile(person, genotypes)
    return profiles


def _genotype(item: object, place: str, hemizygous: bool) -> Genotype:
    alleles = [None if a is None else _text(a, place) for a in _items(item, place)]
    if hemizygous and len(alleles) == 1:
        alleles *= 2
    good = len(alleles) == 2 and alleles[0] is not None and (not hemizygous or alleles[0] == alleles[1])
    expected = "one allele (a male on the X chromosome)" if hemizygous else "two alleles, or one and null"
    _expect(good, place, f"{len(alleles)} alleles or an unknown first one", expected, "correct the genotype")
    return alleles[0], alleles[1]


def _linkage(item: object, chromosomes: Mapping[str, str]) -> Iterator[Linkage]:
    for row in _items(item, "linkage"):
        group = _mapping(row, "linkage")
        names = tuple(_text(name, "linkage.markers") for name in _items(group.get("markers"), "linkage.markers"))
        known = all(name in chromosomes for name in names)
        _expect(known, "linkage.markers", "an unknown marker", "markers of the case", "correct it")
        yield Linkage(names, _recombination(group.get("rho"), len(names) - 1))


def _recombination(item: object, intervals: int) -> tuple[float, ...]:
    values = tuple(_number(rho, "linkage.rho") for rho in (item if isinstance(item, list) else [item]))
    good = len(values) == intervals and all(0 <= rho <= 0.5 for rho in values)
    _expect(good, "linkage.rho", f"{len(values)} values", "one between 0 and 0.5 for each interval", "correct it")
    return values


def _expect(condition: bool, place: str, found: str, expected: str, remedy: str) -> None:
    if not condition:
        raise _Fault(place, found, expected, remedy)


def _mapping(item: object, place: str) -> dict[str, Any]:
    _expect(isinstance(item, dict), place, f"a {type(item).__name__}", "an object in braces", "correct the structure")
    return cast(dict[str, Any], item)


def _items(item: object, place: str) -> list[Any]:
    _expect(isinstance(item, list), place, f"a {type(item).__name__}", "a list in brackets", "correct the structure")
    return cast(list[Any], item)


def _number(item: object, place: str) -> float:
    good = isinstance(item, int | float) and not isinstance(item, bool) and abs(item) < 1e300
    _expect(good, place, f"a {type(item).__name__}", "a number", "correct the value")
    return float(cast(float, item))


def _numbers(item: object, place: str) -> dict[str, float]:
    return {key: _number(value, f"{place}.{key}") for key, value in _mapping(item, place).items()}


def _text(item: object, place: str) -> str:
    _expect(isinstance(item, str) and item != "", place, f"a {type(item).__name__}", "a text in quotes", "write a text")
    found = unheld_character(cast(str, item))
    _expect(not found, place, found, PRINTABLE, REMOVE)
    return cast(str, item)


def _optional_text(item: object, place: str) -> str | None:
    return None if item is None else _text(item, place)
