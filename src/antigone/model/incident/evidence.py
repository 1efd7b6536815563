"""What an incident holds beside autosomal profiles, and what it is weighed by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from antigone.model.assumptions.circumstances import (
    CircumstanceRates,
    MissingCircumstances,
    SexRates,
    UnidentifiedCircumstances,
)
from antigone.model.assumptions.lineage import MtHaplotype, MtModel, YHaplotype, YModel


@dataclass(frozen=True)
class FurtherEvidence:
    """Haplotypes by sample, circumstances by missing and unidentified person, and the models that weigh them.

    Haplotypes without a model take no part. Without ``sex`` the sex has no line of its own; a search excludes pairs of
    different sexes either way.
    """

    y: Mapping[str, YHaplotype] = field(default_factory=dict)
    mt: Mapping[str, MtHaplotype] = field(default_factory=dict)
    y_model: YModel | None = None
    mt_model: MtModel | None = None
    missing: Mapping[tuple[str, str], MissingCircumstances] = field(default_factory=dict)
    unidentified: Mapping[str, UnidentifiedCircumstances] = field(default_factory=dict)
    rates: CircumstanceRates = field(default_factory=CircumstanceRates)
    sex: SexRates | None = None

    def of_samples(self, samples: Collection[str]) -> FurtherEvidence:
        """The same with the haplotypes of these samples alone."""
        y = {sample: haplotype for sample, haplotype in self.y.items() if sample in samples}
        return replace(self, y=y, mt={sample: haplotype for sample, haplotype in self.mt.items() if sample in samples})
