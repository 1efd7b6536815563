"""The sections ``[lineage]``, ``[circumstances]``, ``[sex]`` and ``[linkage]`` of ``incident.toml``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast, get_args

from antigone.errors import ModelError
from antigone.formats.casefolder.haplotypes import y_marker
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.reading.sections import Section
from antigone.model.assumptions.circumstances import (
    AGREEMENTS,
    INTERVALS,
    AgreementRates,
    CircumstanceRates,
    FindingRates,
    Interval,
    IntervalRates,
    SexRates,
)
from antigone.model.assumptions.lineage import Estimator, MtRates, YRates
from antigone.model.assumptions.linkage import MAP_FUNCTIONS, STANDARD_KITS, GeneticMap, LinkageModel, MapFunctionName

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class BasisSettings:
    """How the frequency of a haplotype is found; ``database_size`` 0: by a table of the folder."""

    estimator: Estimator = "augmented count"
    database_size: int = 0
    singletons: int | None = None
    theta: float = 0.0


@dataclass(frozen=True)
class FurtherSettings:
    """What ``incident.toml`` says of evidence beside autosomal profiles."""

    y_rates: YRates = field(default_factory=YRates)
    y_basis: BasisSettings = field(default_factory=BasisSettings)
    mt_rates: MtRates = field(default_factory=MtRates)
    mt_basis: BasisSettings = field(default_factory=BasisSettings)
    circumstances: CircumstanceRates = field(default_factory=CircumstanceRates)
    sex: SexRates | None = None


def further_settings(top: Section) -> FurtherSettings:
    """Read the sections; what is wrong in them goes to the findings of ``top``."""
    lineage = top.section("lineage")
    y, mt = lineage.section("y"), lineage.section("mt")
    found = FurtherSettings(
        y_rates=_made(y, "rate", lambda: _y_rates(y), YRates()),
        y_basis=_basis(y),
        mt_rates=_made(mt, "rate", lambda: _mt_rates(mt), MtRates()),
        mt_basis=_basis(mt),
        circumstances=_circumstances(top.section("circumstances")),
        sex=_sex(top.section("sex")),
    )
    for section in (y, mt, lineage):
        section.refuse_the_rest()
    return found


def _made(section: Section, key: str, make: Callable[[], _Made], default: _Made) -> _Made:
    """What ``make`` makes of a section, or the default and a problem when a number is out of its domain."""
    try:
        return make()
    except ModelError as error:
        section.wrong(key, str(error), "numbers in their range", "correct the number")
        return default


def _y_rates(section: Section) -> YRates:
    rates, default = section.section("rates"), YRates()
    by_locus = {y_marker(name): rates.number(name, default.rate) for name in rates.data}
    return YRates(section.number("rate", default.rate), by_locus, section.number("two_steps", default.two_steps))


def _mt_rates(section: Section) -> MtRates:
    default = MtRates()
    return MtRates(section.number("rate", default.rate), section.flag("ignore_length", default.ignore_length))


def _basis(section: Section) -> BasisSettings:
    estimator = section.text("estimator") or "augmented count"
    if estimator not in get_args(Estimator):
        expected = "one of " + ", ".join(get_args(Estimator))
        section.wrong("estimator", f"'{estimator[:20]}'", expected, "name an estimator")
        estimator = "augmented count"
    size, theta = section.number("database_size", 0), section.number("theta", 0.0)
    singletons = int(section.number("singletons", 0)) if section.has("singletons") else None
    section.asked.add("singletons")
    if not 0 <= theta < 1 or size < 0 or size % 1:
        section.wrong("theta", "a number out of its range", "theta from 0 to 1, a whole database_size", "correct it")
        return BasisSettings()
    return BasisSettings(cast(Estimator, estimator), int(size), singletons, theta)


def _circumstances(section: Section) -> CircumstanceRates:
    default, findings = CircumstanceRates(), section.section("findings")
    rates: dict[str, Any] = {name: _interval(section.section(name), getattr(default, name)) for name in INTERVALS}
    rates |= {name: _agreement(section.section(name), getattr(default, name)) for name in AGREEMENTS}
    made = CircumstanceRates(findings={name: _finding(findings.section(name)) for name in findings.data}, **rates)
    section.refuse_the_rest()
    return made


def _interval(section: Section, default: IntervalRates) -> IntervalRates:
    error, over = section.number("error", default.error), default.over
    low, high = section.number("lowest", over.low), section.number("highest", over.high)
    section.refuse_the_rest()
    return _made(section, "error", lambda: IntervalRates(error, Interval(low, high)), default)


def _agreement(section: Section, default: AgreementRates) -> AgreementRates:
    error, chance = section.number("error", default.error), section.number("by_chance", default.by_chance)
    section.refuse_the_rest()
    return _made(section, "by_chance", lambda: AgreementRates(error, chance), default)


def _finding(section: Section) -> FindingRates:
    default = FindingRates(0.5)
    given = {name: section.number(name, getattr(default, name)) for name in ("missed", "invented", "statement_error")}
    frequency = section.number("frequency", 0.0)
    section.refuse_the_rest()
    return _made(section, "frequency", lambda: FindingRates(frequency, **given), default)


def _sex(section: Section) -> SexRates | None:
    """Nothing without the section: the sex then has no line of its own."""
    if not section.data:
        return None
    error, dropout, males = section.number("error", -1.0), section.number("dropout", 0.0), section.number("males", 0.5)
    section.refuse_the_rest()
    return _made(section, "error", lambda: SexRates(error, dropout, males), None)


USES = ("none", "known pairs", "stated positions")


def linkage_model(section: Section) -> LinkageModel | None:
    """``[linkage]``: which markers the search computes as linked; without the section none.

    ``use = "known pairs"`` takes the map of the standard kits, with the positions stated here in their place;
    ``use = "stated positions"`` those stated here alone.
    """
    use, function = section.text("use") or "none", section.text("map_function") or "kosambi"
    source, stated = section.text("source"), _positions(section.section("positions"))
    section.refuse_the_rest()
    if section.data and ("use" not in section.data or use not in USES):
        section.wrong("use", f"'{use[:20]}'", "one of " + ", ".join(USES), 'write use = "known pairs"')
        return None
    if function not in MAP_FUNCTIONS:
        section.wrong("map_function", f"'{function[:20]}'", "kosambi or haldane", "name a map function")
        return None
    if stated and not source:
        section.wrong("source", "no source", "where the positions come from", 'add source = "..."')
    if use == "none":
        return None
    known = dict(STANDARD_KITS.positions) if use == "known pairs" else {}
    words = "; ".join(filter(None, (STANDARD_KITS.source if known else "", source)))
    return LinkageModel(GeneticMap(known | stated, words), cast(MapFunctionName, function))


def _positions(section: Section) -> dict[str, tuple[str, float]]:
    """``[linkage.positions.12]`` and so on: by marker its chromosome and its position in cM."""
    found: dict[str, tuple[str, float]] = {}
    for chromosome in section.data:
        of = section.section(chromosome)
        found |= {normalise_marker(name): (chromosome, of.number(name, 0.0)) for name in of.data}
    return found
