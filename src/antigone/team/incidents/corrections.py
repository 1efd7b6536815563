"""What a geneticist writes as right at a marker of a typing, read as the typing has it. No message has an allele."""

from __future__ import annotations

from collections.abc import Sequence

from antigone.errors import InputError, ModelError
from antigone.formats.casefolder.haplotypes import mt_haplotype, y_copies, y_marker
from antigone.formats.labels.alleles import UNKNOWN, AlleleFault, read_allele
from antigone.formats.labels.ladders import Ladder
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.profiles.gathering import amelogenin_shown
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.lineage import MtHaplotype
from antigone.model.assumptions.observation import Replicate
from antigone.model.profile import Genotype
from antigone.model.typings.rule import shown_at
from antigone.model.typings.typing import AMELOGENIN, MTDNA, Typing
from antigone.registry.typings.changing import Right

_OTHER_NAMES = {"mtdna": MTDNA, "mt": MTDNA, "amel": AMELOGENIN, "amelogenin": AMELOGENIN}


def marker_of(typing: Typing | None, marker: str) -> str:
    """The name of a marker as a typing has it.

    >>> marker_of(None, "mtdna"), marker_of(None, "THO1")
    ('mtDNA', 'TH01')
    """
    if marker.strip().casefold() in _OTHER_NAMES:
        return _OTHER_NAMES[marker.strip().casefold()]
    on_the_y = typing is not None and typing.y is not None and y_marker(marker) in typing.y.loci
    return y_marker(marker) if on_the_y else normalise_marker(marker)


def read_right(typing: Typing | None, marker: str, text: str, tables: Sequence[FrequencyTable]) -> Right | None:
    """What is right at a marker of a typing: a genotype as ``9.3/9.3`` or ``15/?``, the alleles of a Y locus as ``14``
    or ``11/14``, Amelogenin as ``X/Y``, mtDNA as its ranges, a colon and its differences to the rCRS. Nothing for an
    empty text, and where the typing does not have the marker, which `correct_typing` refuses.

    ``tables`` are those of the incident: what stands in them is a label, however it looks.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    if not text.strip() or typing is None or shown_at(typing, marker) is None:
        return None
    if marker == MTDNA:
        return _mtdna(text)
    if marker == AMELOGENIN:
        return _amelogenin(text)
    if typing.y is not None and marker in typing.y.loci:
        copies = y_copies(text)
        if copies is None:
            raise InputError("the alleles of a Y locus cannot be read; write one, as 14, or both copies, as 11/14")
        return copies
    return _genotype(text, frozenset(label for table in tables for label in table.frequencies.get(marker, ())))


def _mtdna(text: str) -> MtHaplotype:
    ranges, colon, differences = text.partition(":")
    try:
        if not colon:
            raise ModelError("no colon")
        return mt_haplotype("", ranges, differences)
    except ModelError:
        raise InputError(
            "the mtDNA cannot be read; write the ranges that were read, a colon, and each difference to the rCRS "
            "within them in order, as 16024-16365 73-340: 16189C 263G; nothing after the colon when there is none"
        ) from None


def _amelogenin(text: str) -> Replicate:
    shown = amelogenin_shown([part.strip() for part in text.upper().split("/")])
    if not shown:
        raise InputError("the Amelogenin cannot be read; write X/X, X/Y, or X/? when the second is not known")
    return shown


def _genotype(text: str, ladder: frozenset[str]) -> Genotype:
    parts = [part.strip() for part in text.split("/")]
    if len(parts) != 2:
        raise InputError("the genotype is not two alleles with / between; write 9.3/9.3, or 15/? for one not known")
    try:
        read = [None if part == UNKNOWN else read_allele(part, known=ladder) for part in parts]
    except AlleleFault as fault:
        raise InputError(f"an allele cannot be read: expected {fault.expected}; {fault.remedy}") from None
    first, second = sorted(read, key=lambda one: one is None)
    if first is None or any(one is not None and Ladder(ladder).doubt(one) for one in read):
        raise InputError(
            "an allele is unknown, or far beyond the marker's ladder; expected one that was read; correct it"
        )
    return first, second
