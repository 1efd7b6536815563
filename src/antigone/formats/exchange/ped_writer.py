"""Families as a pedigree file with column names, as the pedsuite reads it, and with who is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from antigone.errors import InputError, Problem
from antigone.model.incident.incident import Family
from antigone.model.profile import Genotype

_SEXES = {"male": "1", "female": "2", "unknown": "0"}
_COLUMNS = ("famid", "id", "fid", "mid", "sex", "missing")


def write_ped(families: Sequence[Family]) -> str:
    """The members of families with their genotypes; a donor's sample has the code of the member there.

    Raises
    ------
    InputError
        When a code is one that such files read as nobody, or holds a tab or quotation mark.
    """
    markers = list(dict.fromkeys(m for family in families for donor in family.donors for m in donor.profile.genotypes))
    _check(families)
    rows = [[*_COLUMNS, *markers], *(row for family in families for row in _rows(family, markers))]
    return "".join("\t".join(row) + "\n" for row in rows)


def _check(families: Sequence[Family]) -> None:
    codes = {code for family in families for code in (family.code, *(member.id for member in family.pedigree))}
    wrong = [code for code in sorted(codes) if code.lower() in ("0", "*", "na", ".", "-", "x") or {*code} & {*'\t"#'}]
    if wrong:
        remedy = "give the person another code, or export a case folder"
        raise InputError([Problem(".ped", 0, "", f"the code '{code[:20]}'", "a plain code", remedy) for code in wrong])


def _rows(family: Family, markers: Sequence[str]) -> Iterator[list[str]]:
    typed = {donor.member: donor.profile.genotypes for donor in family.donors}
    for member in family.pedigree:
        missing = "yes" if member.id in family.missing else "no"
        genotypes = typed.get(member.id, {})
        cells = [_cell(genotypes[marker]) if marker in genotypes else "-/-" for marker in markers]
        yield [family.code, member.id, member.father or "0", member.mother or "0", _SEXES[member.sex], missing, *cells]


def _cell(genotype: Genotype) -> str:
    return "/".join("-" if allele is None else allele for allele in genotype)
