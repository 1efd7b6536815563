"""Sequences beside the lengths that are stated for them: a difference is a problem."""

from __future__ import annotations

from dataclasses import dataclass, field

from antigone.formats.labels.sequences import bracket_bases, length_of, stated_bases
from antigone.formats.reading.findings import Findings
from antigone.model.statements import genotypes

_FEW = 3
"""So many sequences that all differ from what is stated are not those of the alleles at all."""


@dataclass
class SequenceCheck:
    """The sequences of one file. Where none of them has its stated length they are no sequences of these alleles.

    ``beside`` are, by marker, the bases of each bracketed allele beyond those of its repeats, and its line.
    """

    file: str
    agreeing: int = 0
    differing: list[tuple[int, str]] = field(default_factory=list)
    beside: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def length(self, line: int, marker: str, stated: str, sequence: str) -> None:
        """A sequence of the reported region beside its allele. As bases it is the region of ForenSeq; in brackets the
        region differs between versions, so that the alleles of a marker are compared with each other."""
        bases = bracket_bases(sequence)
        if bases and stated_bases(stated, marker):
            self.beside.setdefault(marker, []).append((line, bases - stated_bases(stated, marker)))
        elif sequence.isalpha() and (counted := length_of(len(sequence), marker)):
            self._count(line, marker, agrees=counted == stated)

    def bases(self, line: int, marker: str, stated: int, sequence: str) -> None:
        """A sequence beside the number of its bases."""
        self._count(line, marker, agrees=stated == len(sequence))

    def _count(self, line: int, marker: str, *, agrees: bool) -> None:
        if agrees:
            self.agreeing += 1
        else:
            self.differing.append((line, marker))

    def _compare(self) -> None:
        for marker, found in self.beside.items():
            agrees = len({more for _, more in found}) == 1
            for line, _ in found if len(found) > 1 else ():
                self._count(line, marker, agrees=agrees)

    def tell(self, findings: Findings) -> None:
        self._compare()
        if self.differing and not self.agreeing and len(self.differing) >= _FEW:
            findings.notice(genotypes.NO_SEQUENCES_OF_ALLELES(file=self.file, number=len(self.differing)))
            return
        for line, marker in self.differing:
            found = f"a sequence at marker '{marker}' of another length than is stated with it"
            remedy = "correct the sequence or the length, or export the report again"
            findings.problem((self.file, line), "sequence", found, "a sequence of the stated length", remedy)
        if self.agreeing:
            findings.notice(genotypes.SEQUENCES_CHECKED(file=self.file, number=self.agreeing))
