"""What a comparison by SNPs answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antigone.model.results.search import Provenance
from antigone.model.statements.statement import Statement


@dataclass(frozen=True)
class SnpCandidate:
    """One unidentified person as one missing person, by SNPs.

    All numbers are log10 LR, H1 over H2. ``log10_lr`` is the smallest over the populations, which ranks; ``population``
    is whose. ``unlinked`` takes every SNP as unlinked, ``by_theta`` states other thetas, ``by_chromosome`` adds up to
    ``log10_lr``; the three are of that population. ``log10_str`` is that of the STR and X markers, where the pair has
    any in common, and ``together`` the sum of both.
    """

    rank: int
    unidentified: str
    family: str
    missing: str
    log10_lr: float
    population: str
    snps: int
    unlinked: float
    by_theta: Mapping[float, float]
    by_chromosome: Mapping[str, float]
    log10_str: float | None
    together: float


@dataclass(frozen=True)
class SnpResult:
    """All pairs that were compared by SNPs, strongest first, and what they rest on.

    ``listed_from`` is the log10 LR from which a pair is listed; ``compared`` counts all pairs.
    """

    title: str
    candidates: tuple[SnpCandidate, ...]
    populations: tuple[str, ...]
    snps: int
    theta: float
    listed_from: float
    compared: int
    assumptions: tuple[Statement, ...]
    notices: tuple[Statement, ...]
    provenance: Provenance
