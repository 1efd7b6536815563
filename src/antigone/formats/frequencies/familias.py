"""The frequency database of a Familias ``.fam`` file, with or without pedigrees."""

from __future__ import annotations

from antigone.formats.familias.text import decode_fam, parse_fam
from antigone.formats.frequencies.drafts import SILENT, Entry, Listing
from antigone.formats.reading.findings import Findings
from antigone.model.statements import frequencies as said


def familias_listing(name: str, content: bytes, findings: Findings) -> Listing:
    """The frequencies of every locus; persons, pedigrees, mutation rates and theta of the file are not read.

    Raises
    ------
    InputError
        At the first line that is not as Familias writes it.
    """
    text, _ = decode_fam(content)
    file, listing = parse_fam(name, text), Listing(name)
    for locus in file.loci:
        where, population = (name, locus.line), file.database
        pairs = [*zip(locus.alleles, locus.frequencies, strict=True)]
        pairs += [(SILENT, locus.silent)] if locus.silent else []
        listing.entries += [Entry(where, population, locus.name, allele, repr(p)) for allele, p in pairs]
    findings.notice(said.ONLY_FREQUENCIES_USED(file=name))
    return listing
