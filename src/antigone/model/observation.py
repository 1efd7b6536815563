"""How a sample may fail to show its true genotype: drop-out, drop-in and error."""

from __future__ import annotations

from dataclasses import dataclass

from antigone.errors import ModelError


@dataclass(frozen=True)
class ObservationRates:
    """The rates of one sample. With all of them 0 the genotype is read as it is.

    ``dropout`` is the probability that one allele copy is not seen, ``dropin`` that one allele of another
    source appears, ``error`` that what is seen is that of a random person (a mix-up, a contamination).

    Raises
    ------
    ModelError
        When a rate lies outside 0 to 1.
    """

    dropout: float = 0.0
    dropin: float = 0.0
    error: float = 0.0

    def __post_init__(self) -> None:
        for name, rate in vars(self).items():
            if not 0 <= rate <= 1:
                raise ModelError(f"the {name} rate is {rate:g}, expected a probability between 0 and 1")

    def describe(self) -> str:
        return f"drop-out {self.dropout:g} for each allele copy, drop-in {self.dropin:g}, error {self.error:g}"
