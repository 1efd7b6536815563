"""Mutation matrices for a notebook: the numbers, what the matrix is like, and how it is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from antigone.engine.mutation import properties
from antigone.engine.mutation.matrices import transition_matrix as matrix_of_model
from antigone.engine.mutation.properties import Matrix
from antigone.errors import ModelError
from antigone.model.assumptions.mutation import MutationModel

SILENT = "silent"


@dataclass(frozen=True)
class TransitionMatrix:
    """P(an allele of a parent is passed on as another one): rows the parent's, columns the child's.

    ``frequencies`` are those of the visible alleles; with a silent allele the matrix has one more row and column.
    """

    model: MutationModel
    alleles: tuple[str, ...]
    frequencies: tuple[float, ...]
    array: Matrix

    @property
    def rate(self) -> float:
        """P(a random allele of the population mutates in one meiosis)."""
        return properties.overall_rate(self.array, self.frequencies)

    @property
    def is_stationary(self) -> bool:
        """Whether mutation leaves the frequencies as they are."""
        return properties.is_stationary(self.array, self.frequencies)

    @property
    def is_reversible(self) -> bool:
        """Whether a mutation is as frequent as its reverse."""
        return properties.is_reversible(self.array, self.frequencies)

    @property
    def is_always_lumpable(self) -> bool:
        """Whether any set of alleles may be treated as one."""
        return properties.is_always_lumpable(self.array)

    def is_lumpable(self, alleles: Collection[str]) -> bool:
        """Whether these alleles may be treated as one without changing any likelihood."""
        unknown = [allele for allele in alleles if allele not in self.alleles]
        if unknown:
            raise ModelError(f"the matrix has no allele {', '.join(unknown)}; it has {', '.join(self.alleles)}")
        return properties.is_lumpable(self.array, [self.alleles.index(allele) for allele in alleles])

    @property
    def stationary(self) -> dict[str, float]:
        """The frequencies that this matrix alone leads to in the end."""
        found = properties.stationary_distribution(self.array)
        return {allele: float(p) for allele, p in zip(self.alleles, found, strict=True)}

    def __getitem__(self, pair: tuple[str, str]) -> float:
        parent, child = (self.alleles.index(allele) for allele in pair)
        return float(self.array[parent, child])

    def to_dict(self) -> dict[str, dict[str, float]]:
        """By the parent's allele, then by the child's."""
        rows = zip(self.alleles, self.array.tolist(), strict=True)
        return {parent: dict(zip(self.alleles, row, strict=True)) for parent, row in rows}

    def rows(self) -> list[dict[str, Any]]:
        """One row for each allele of a parent."""
        return [{"parent": parent, **row} for parent, row in self.to_dict().items()]

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(allele)}</th>" for allele in self.alleles)
        body = "".join(
            f"<tr><th>{escape(parent)}</th>{''.join(f'<td>{value:.3g}</td>' for value in row.values())}</tr>"
            for parent, row in self.to_dict().items()
        )
        return f"<table><caption>{escape(str(self.model))}</caption><tr><th></th>{head}</tr>{body}</table>"


def transition_matrix(
    model: MutationModel, frequencies: Mapping[str, float], *, silent: float = 0.0
) -> TransitionMatrix:
    """The matrix of a mutation model over alleles with their frequencies.

    Examples
    --------
    >>> from antigone.model.assumptions.mutation import Equal
    >>> matrix = transition_matrix(Equal(0.02), {"12": 0.2, "13": 0.3, "14": 0.5})
    >>> matrix["12", "13"], matrix.is_lumpable(["12", "13"]), round(matrix.stationary["12"], 9)
    (0.01, True, 0.333333333)
    """
    alleles, values = tuple(frequencies), tuple(frequencies.values())
    array = matrix_of_model(model, alleles, values, silent)
    labels, all_values = ((*alleles, SILENT), (*values, silent)) if silent else (alleles, values)
    return TransitionMatrix(model, labels, all_values, array)
