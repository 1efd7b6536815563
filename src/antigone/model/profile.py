"""What was typed in one sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Genotype = tuple[str | None, str | None]
"""An unordered pair of allele labels. ``None`` in second place: one allele read, the other unknown.
A male's single allele on the X chromosome is written ``(allele, allele)``."""


@dataclass(frozen=True)
class Profile:
    """All genotypes of a sample, by marker name; a marker that is absent was not typed."""

    sample: str
    genotypes: Mapping[str, Genotype]
