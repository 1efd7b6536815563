"""Files of other programs for a notebook: pedigrees, profiles and markers, ready for the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from antigone.engine.frequencies import markers_of as markers_by_choice
from antigone.engine.sums.likelihood import likelihood_ratio
from antigone.engine.sums.ratio import LikelihoodRatio
from antigone.errors import InputError
from antigone.formats.exchange.declared import Declared
from antigone.formats.exchange.ped import read_marker_names
from antigone.formats.exchange.ped import read_ped as read_declared
from antigone.formats.familias.reader import read_familias_case
from antigone.formats.familias.text import decode_fam
from antigone.formats.frequencies import nist
from antigone.formats.profiles.gathering import gather_profiles
from antigone.formats.reading.findings import Findings
from antigone.formats.sequencers.tables import genotype_rows
from antigone.model.assumptions.frequency import FrequencyRule, FrequencyTable
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.reading import ReadingRules
from antigone.model.incident.settings import MutationChoice
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.model.statements.statement import Statement

Profiles = Mapping[str, Profile]
"""What was typed, by member."""


@dataclass(frozen=True)
class Case:
    """One case of a Familias file: its pedigrees by H1, H2, ..., who is typed, and the markers of its database.

    ``notices`` say what the reader assumed.
    """

    title: str
    pedigrees: Mapping[str, Pedigree]
    profiles: Profiles
    markers: tuple[Marker, ...]
    theta: float
    notices: tuple[Statement, ...] = ()

    def likelihood_ratio(self, h1: str = "H1", h2: str = "H2") -> LikelihoodRatio:
        """One of its pedigrees against another one."""
        first, second = self.pedigrees[h1], self.pedigrees[h2]
        return likelihood_ratio(first, second, self.profiles, self.markers, theta=self.theta)


@dataclass(frozen=True)
class DeclaredFamily:
    """A declared pedigree, and what was typed in its members."""

    pedigree: Pedigree
    profiles: Profiles


def nist1036(population: str) -> FrequencyTable:
    """The packaged NIST frequencies of one population: 29 autosomal STR markers.

    Public domain; counted from the genotypes of Steffen et al. 2017, doi:10.1016/j.fsigen.2017.08.011.

    Raises
    ------
    InputError
        For another population, with the names of those there are.

    Examples
    --------
    >>> round(nist1036("US Caucasian").frequencies["TH01"]["9.3"], 4)
    0.3449
    """
    tables = {table.population: table for table in nist.nist1036()}
    if population not in tables:
        raise InputError(f"the NIST frequencies have no population '{population}'; name one of: {', '.join(tables)}")
    return tables[population]


def markers_of(
    table: FrequencyTable,
    names: Sequence[str] | None = None,
    *,
    profiles: Profiles | None = None,
    rule: FrequencyRule = FrequencyRule(),
    mutation: MutationChoice = MutationChoice(),
) -> tuple[Marker, ...]:
    """The markers of a population, with a frequency for every allele of the table and every one that was typed.

    Parameters
    ----------
    names
        The markers wanted; those that somebody is typed at when it is left out, or all of them where nobody is.
    rule
        How rare and unseen alleles are treated: by default at least 5 / 2N, then rescaled to sum to 1.
    mutation
        The models of mothers and fathers; by default none.

    Examples
    --------
    >>> [marker.name for marker in markers_of(nist1036("US Asian"), ["TH01", "FGA"])]
    ['TH01', 'FGA']
    """
    seen: dict[str, set[str]] = {}
    for profile in (profiles or {}).values():
        for marker, genotype in profile.genotypes.items():
            seen.setdefault(marker, set()).update(allele for allele in genotype if allele is not None)
    wanted = names if names is not None else [name for name in table.frequencies if not seen or name in seen]
    return markers_by_choice(table, wanted, seen=seen, rule=rule, mutation=mutation)


def read_familias(path: Path | str) -> Case:
    """A Familias file with two pedigrees or more; its first is H1. One with a DVI part is an incident: `read_incident`.

    Raises
    ------
    InputError
        With every problem of the file, each with its line.
    """
    case = read_familias_case(path)
    settings = case.settings
    markers = markers_of(case.tables[0], profiles=case.profiles, rule=settings.rule, mutation=settings.mutation)
    return Case(case.title, case.pedigrees, case.profiles, markers, settings.theta, case.notices)


def read_ped(path: Path | str, names: Sequence[str] | Path = ()) -> dict[str, DeclaredFamily]:
    """The declared families of a ``.ped`` file (LINKAGE, PLINK, Merlin, pedtools), by their codes.

    Parameters
    ----------
    names
        The names of its markers, or the file that holds them, where the file itself does not.

    Raises
    ------
    InputError
        With every problem of the file, each with its line.
    """
    file, findings = Path(path), Findings()
    markers = read_marker_names(decode_fam(names.read_bytes())[0]) if isinstance(names, Path) else list(names)
    declared = read_declared(file.name, decode_fam(file.read_bytes())[0], markers, ["*"], findings)
    findings.stop_on_problems()
    typed = _typed_in(declared, findings)
    findings.stop_on_problems()
    families: dict[str, list[Individual]] = {}
    profiles: dict[str, dict[str, Profile]] = {}
    for member in declared.members:
        one = Individual(member.code, member.sex, member.father or None, member.mother or None)
        families.setdefault(member.family, []).append(one)
        if member.sample:
            of_family = profiles.setdefault(member.family, {})
            of_family[member.code] = Profile(member.sample, typed.get(member.sample, {}))
    return {code: DeclaredFamily(Pedigree(tuple(one)), profiles.get(code, {})) for code, one in families.items()}


def _typed_in(declared: Declared, findings: Findings) -> Mapping[str, Mapping[str, tuple[str | None, str | None]]]:
    rules = ReadingRules()
    rows = [genotype_rows(grid, findings, rules) for grid in declared.typed()]
    return gather_profiles(rows, None, findings, rules).genotypes if rows else {}
