"""Pedigree files of LINKAGE, PLINK, Merlin and the pedsuite: a person a line, with parents, sex and genotypes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from antigone.formats.exchange.declared import Declared, Member
from antigone.formats.exchange.searched import check_missing, is_missing
from antigone.formats.labels.alleles import UNKNOWN
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.profiles.wide import marker_of
from antigone.formats.reading.findings import Findings
from antigone.model.pedigree import Sex
from antigone.model.statements import exchange as said

Line = tuple[int, list[str]]
NONE = frozenset({"", "0", "*", "na", "<na>", ".", "-", "x", "none", "null"})
"""How such files write that there is no parent, or no allele."""
_SEXES: Mapping[str, Sex] = {
    **dict.fromkeys(("1", "m", "male", "man"), "male"), **dict.fromkeys(("2", "f", "female", "woman"), "female"),
    **dict.fromkeys(("0", "-9", "", "na", "u", "unknown", "?", "3", "other"), "unknown"),
}  # fmt: skip
_NAMES = {
    "family": "famid fid0 family pedigree ped pedid familyid", "id": "id iid individual individualid indid person",
    "father": "fid father pid pat dad fa paternalid fatherid paternal", "mother": "mid mother mat mom mo maternalid "
    "motherid maternal", "sex": "sex gender", "status": "status phenotype pheno aff affected affection trait disease "
    "affectedstatus", "missing": "missing mp",
}  # fmt: skip
_COLUMNS = {word: column for column, words in _NAMES.items() for word in words.split()}
_PLAIN = ("family", "id", "father", "mother", "sex")
_MAKEPED = ("family", "id", "father", "mother", "", "", "", "sex", "")
"""After LINKAGE's makeped: first offspring, next siblings and proband stand between."""
_YES = frozenset({"1", "yes", "true", "y", "x"})


@dataclass
class _Layout:
    """The place of each column of a person, the columns of each marker, and how many lines are a heading."""

    places: dict[str, int]
    markers: dict[str, list[int]] = field(default_factory=dict)
    heading: int = 0


def read_ped(name: str, text: str, names: Sequence[str], missing: Sequence[str], findings: Findings) -> Declared:
    """The families of a file; ``names`` are those of its markers, from a file beside it or none.

    ``missing`` are the codes of missing persons, see ``searched``.
    """
    declared, lines = Declared(name), list(_lines(text))
    layout = _layout(name, lines, names, findings)
    if layout is None:
        return declared
    persons = lines[layout.heading :]
    members = [_member(name, line, cells, layout, findings) for line, cells in persons]
    twice = _codes_in_several(members)
    for member, (_, cells) in zip(members, persons, strict=True):
        sample = f"{member.family}: {member.code}" if member.code in twice else member.code
        typed = _genotypes(declared, member, sample, cells, layout)
        sought = is_missing(member.code, missing) or _cell(cells, layout, "missing").lower() in _YES
        declared.members.append(replace(member, missing=sought, sample=sample if typed else ""))
    if "status" in layout.places:
        findings.notice(said.STATUS_NOT_READ(file=name))
    check_missing(declared, missing, findings)
    return declared


def is_ped_heading(cells: Sequence[str]) -> bool:
    """Whether column names are those of a pedigree file.

    >>> is_ped_heading(["id", "fid", "mid", "sex", "TH01"]), is_ped_heading(["sample", "marker"])
    (True, False)
    """
    keys = [_COLUMNS.get(word_key(cell)) for cell in cells]
    return {"id", "father", "mother", "sex"} <= {*keys} and not {"member", "sample"} & {word_key(c) for c in cells}


def read_marker_names(text: str) -> list[str]:
    r"""The names of markers, in order, in a file beside a .ped: PLINK or Merlin .map, Merlin .dat, or one name a line.

    >>> read_marker_names("CHROMOSOME MARKER POSITION\n3 D3S1358 45.5\n11 TH01 2.1\n")
    ['D3S1358', 'TH01']
    >>> read_marker_names("A x\nM TH01")
    ['TH01']
    """
    rows = [cells for _, cells in _lines(text)]
    rows = rows[1:] if rows and {"marker", "markername"} & {word_key(cell) for cell in rows[0]} else rows
    if rows and all(len(cells) == 2 and cells[0].upper() in {"M", "A", "C", "T", "S2", "Z", "E"} for cells in rows):
        return [cells[1] for cells in rows if cells[0].upper() == "M"]
    return [cells[1] if len(cells) in (3, 4) else cells[0] for cells in rows]


def _lines(text: str) -> Iterator[Line]:
    """The cells of each line that is neither empty nor a comment, separated by white space, commas or semicolons."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith("# ")), "")
    mark = next((mark for mark in "\t;," if mark in first), None)
    for number, line in enumerate(lines, start=1):
        line = line[1:] if line.startswith("#") and is_ped_heading(re.split(r"[\s,;]+", line[1:])) else line
        if not line.strip() or line.lstrip().startswith(("#", "//")):
            continue
        if mark is None:
            cells = [a or b or c for a, b, c in re.findall(r'"([^"]*)"|\'([^\']*)\'|(\S+)', line)]
        else:
            cells = next(csv.reader([line], delimiter=mark))
        yield number, [cell.strip() for cell in cells]


def _layout(name: str, lines: Sequence[Line], names: Sequence[str], findings: Findings) -> _Layout | None:
    if not lines:
        findings.problem((name, 1), "", "an empty file", "a person a line", "export the file again")
        return None
    heading = lines[0][1]
    if is_ped_heading(heading):
        return _by_heading(lines, heading)
    return _by_form(name, lines, names, findings)


def _by_heading(lines: Sequence[Line], heading: list[str]) -> _Layout:
    """Names of rows, as R writes them, stand before the first column and have no name."""
    if len(lines) > 1 and len(lines[1][1]) == len(heading) + 1:
        heading = ["", *heading]
    words = [word_key(cell) for cell in heading]
    keys = [_COLUMNS.get(word, "") for word in words]
    if keys.count("father") == 2 and "fid" in words:  # PLINK's family; the father of the pedsuite
        keys[words.index("fid")] = "family"
    places = {key: place for place, key in reversed(list(enumerate(keys))) if key}
    first = max(places.values()) + 1
    whole = any("/" in cell for _, cells in lines[1:] for cell in cells[first:])
    markers = {cell: [place] for place, cell in enumerate(heading) if place >= first and cell}
    return _Layout(places, markers if whole else _marker_columns(heading, first), 1)


def _marker_columns(heading: Sequence[str], first: int) -> dict[str, list[int]]:
    """The columns of each marker: one, or two that are numbered, or the second without a name."""
    stems = [re.sub(r"(?<=.)[\s._-][12ab]$", "", cell) for cell in heading]
    found: dict[str, list[int]] = {}
    before = ""
    for place in range(first, len(heading)):
        cell, stem = heading[place], stems[place]
        paired = stem == before or stem in (*stems[place + 1 : place + 2], *heading[max(first, place - 1) : place])
        before = marker_of(cell) or (stem if paired else cell) or before
        if before:
            found.setdefault(before, []).append(place)
    return found


def _by_form(name: str, lines: Sequence[Line], names: Sequence[str], findings: Findings) -> _Layout | None:
    """Without a heading: five columns of a person, mostly a status, then two columns, or one, for each marker."""
    first, cells = lines[0]
    after_makeped = any(word.lower() == "ped:" for word in cells)
    columns = _MAKEPED if after_makeped else _PLAIN
    width = len(cells) - (4 if after_makeped else 0)
    rest = width - len(columns)
    if rest < 0:
        expected = "family, person, father, mother, sex, and further columns"
        findings.problem((name, first), "", f"{len(cells)} columns", expected, "export the pedigrees again")
        return None
    whole = any("/" in cell for cell in cells[len(columns) :])
    status = rest % 2 == 1 if not whole else "/" not in cells[len(columns)]
    if names and not whole:
        status = rest == 2 * len(names) + 1
    if names and whole:
        status = rest == len(names) + 1
    step = 1 if whole else 2
    number = (rest - status) // step
    places = {column: place for place, column in enumerate(columns) if column}
    if status:
        places["status"] = len(columns)
    if number != len(names):
        _refuse_names(name, first, number, names, findings)
        return None
    wrong = [(line, row) for line, row in lines if len(row) != len(cells)]
    for line, row in wrong:
        findings.problem((name, line), "", f"{len(row)} columns", f"{len(cells)}, as in the first line", "correct it")
    start = len(columns) + status
    markers = {marker: list(range(start + i * step, start + (i + 1) * step)) for i, marker in enumerate(names)}
    return None if wrong else _Layout(places, markers)


def _refuse_names(name: str, line: int, number: int, names: Sequence[str], findings: Findings) -> None:
    found = f"{len(names)} names of markers for genotypes of {number}" if names else f"genotypes of {number} markers"
    remedy = "give the file of marker names beside it (.map, .dat, or a list with one name a line), such as "
    remedy += "'cases.ped cases.map'; or add a first line with column names: family id father mother sex TH01 ..."
    findings.problem((name, line), "", f"{found}, which the file does not name", "a name for each marker", remedy)


def _cell(cells: Sequence[str], layout: _Layout, column: str) -> str:
    place = layout.places.get(column, len(cells))
    return cells[place] if place < len(cells) else ""


def _member(name: str, line: int, cells: Sequence[str], layout: _Layout, findings: Findings) -> Member:
    family, code, written = (_cell(cells, layout, column) for column in ("family", "id", "sex"))
    if code.lower() in NONE - {"x"}:
        findings.problem((name, line), "id", f"'{code}'", "a code of a person", "give each person a code")
    sex = _SEXES.get(written.lower())
    if sex is None:
        expected = "1 or male, 2 or female, 0 for unknown"
        findings.problem((name, line), "sex", f"'{written[:20]}'", expected, "correct the sex")
    father, mother = (_cell(cells, layout, role) for role in ("father", "mother"))
    father, mother = ("" if parent.lower() in NONE else parent for parent in (father, mother))
    return Member(line, family or "1", code, sex or "unknown", father, mother)


def _codes_in_several(members: Sequence[Member]) -> set[str]:
    """Codes of persons in more than one family."""
    first: dict[str, str] = {}
    return {one.code for one in members if first.setdefault(one.code, one.family) != one.family}


def _genotypes(declared: Declared, member: Member, sample: str, cells: Sequence[str], layout: _Layout) -> bool:
    """Take the genotypes of a person; whether there are any. One allele without the other is not known."""
    found = False
    for marker, places in layout.markers.items():
        written = [cells[place] for place in places if place < len(cells)]
        pair = re.split(r"[/|,;\s-]+(?!$)", written[0]) if len(written) == 1 else written
        pair = [part for one in pair for part in re.split(r"(?<=[^/|])[/|](?=$)", one)]
        alleles = [allele for allele in pair if allele.lower() not in NONE - {"x"} | {"?"}]
        if alleles:
            unknown = [UNKNOWN] * (len(pair) - len(alleles))
            declared.add_genotype(member.line, sample, marker, [*alleles, *unknown])
            found = True
    return found
