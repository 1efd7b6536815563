"""The text of a Familias ``.fam`` file, as it stands: persons, pedigrees, database, and the tree of its DVI part.

One value stands on each line; indices count from 0. ``docs/formats.md`` gives the order of the lines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from antigone.errors import InputError, Problem
from antigone.formats.reading.characters import PRINTABLE, REMOVE
from antigone.formats.reading.findings import MOST_OF_A_KIND
from antigone.model.text import unstorable_character

_THETA = re.compile(r"Theta/Kinship/Fst:\s*([0-9.,eE+-]+)")
_DATABASES = re.compile(r"#Databases:\s*([0-9]+)")
_DROPOUT = re.compile(r"Dropout probability\s*=\s*([0-9.,eE+-]+)")
_DIRECT = re.compile(r"[0-9]+\D*Direct", re.IGNORECASE)
MOST_ITEMS = 1_000_000
"""No count in a file may be larger; it is a sign that the lines are out of step."""


@dataclass(frozen=True)
class FamPerson:
    """A person of the plain part: index pairs by locus, and whether drop-out is to be considered."""

    line: int
    name: str
    male: bool
    dropout: bool
    genotypes: dict[int, tuple[int, int]]


@dataclass(frozen=True)
class FamRelation:
    """A parent and a child, by index."""

    line: int
    parent: int
    child: int


@dataclass(frozen=True)
class FamPedigree:
    """A pedigree of the plain part: persons added for it alone, and its own relations."""

    line: int
    name: str
    females: int
    males: int
    relations: tuple[FamRelation, ...]


@dataclass(frozen=True)
class FamMutation:
    """The mutation model of one sex: its code 0 to 4, and the three parameters that the file always has."""

    code: int
    rate: float
    rate2: float
    range: float


@dataclass(frozen=True)
class FamLocus:
    """A locus of the database."""

    line: int
    name: str
    alleles: tuple[str, ...]
    frequencies: tuple[float, ...]
    female: FamMutation
    male: FamMutation
    silent: float | None
    dropout: float


@dataclass
class FamNode:
    """A bracketed heading of the DVI part with its ``key= value`` lines and the headings inside it."""

    name: str
    line: int
    entries: list[tuple[str, str, int]] = field(default_factory=list)
    children: list[FamNode] = field(default_factory=list)

    def value(self, key: str) -> str:
        """The value of the first line with this key, empty when there is none."""
        return next((value for name, value, _ in self.entries if name == key), "")

    def child(self, name: str) -> FamNode | None:
        return next((node for node in self.children if node.name == name), None)


@dataclass(frozen=True)
class FamFile:
    """Everything that a ``.fam`` file says. ``dvi`` is absent in a plain file."""

    name: str
    persons: tuple[FamPerson, ...]
    females: int
    males: int
    relations: tuple[FamRelation, ...]
    pedigrees: tuple[FamPedigree, ...]
    theta: float
    database: str
    loci: tuple[FamLocus, ...]
    dvi: FamNode | None


@dataclass
class _Lines:
    """The lines of the file and how far they were read; a value that is not as expected stops with its line."""

    file: str
    lines: list[str]
    next: int = 0

    def fail(self, found: str, expected: str, remedy: str = "save the file again in Familias") -> InputError:
        return InputError([Problem(self.file, self.next, "", found, expected, remedy)])

    def raw(self, what: str) -> str:
        self.next += 1
        if self.next > len(self.lines):
            raise self.fail("the end of the file", what)
        return self.lines[self.next - 1].strip()

    def text(self, what: str) -> str:
        return self.raw(what).strip('"').strip()

    def integer(self, what: str, text: str | None = None) -> int:
        text = self.raw(what) if text is None else text
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > MOST_ITEMS:
            raise self.fail(f"'{text[:30]}'", f"a whole number: {what}")
        return int(text)

    def number(self, what: str, text: str | None = None) -> float:
        text = self.raw(what) if text is None else text
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not 0 <= value <= 1e9:
            raise self.fail(f"'{text[:30]}'", f"a number: {what}")
        return value

    def flag(self, what: str) -> bool:
        text = self.raw(what)
        if text not in ("#TRUE#", "#FALSE#"):
            raise self.fail(f"'{text[:30]}'", f"#TRUE# or #FALSE#: {what}")
        return text == "#TRUE#"


def decode_fam(content: bytes) -> tuple[str, bool]:
    """The text of the file, and whether it is UTF-8; Familias writes in the encoding of its computer.

    Latin-1 gives every byte a letter of its own, so codes stay distinct even where a letter is wrong.
    """
    try:
        return content.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return content.decode("latin-1"), False


def parse_fam(name: str, text: str) -> FamFile:
    """Read the lines of a ``.fam`` file.

    Raises
    ------
    InputError
        At the first line that is not as expected: after it, no line can be trusted.
    """
    _check_characters(name, text)
    lines = _Lines(name, text.splitlines())
    if "Familias" not in lines.raw("the line 'Output from Familias'"):
        raise lines.fail("another first line", "a file saved by Familias", "choose a .fam file of Familias 3")
    lines.raw("a comment")
    lines.raw("the version")
    count = lines.text("an empty text, or the number of persons")
    persons = tuple(_persons(lines, lines.integer("number of persons", count or None)))
    if lines.text("the line 'Known relations'") != "Known relations":
        raise lines.fail("another line", "the line 'Known relations'")
    females = lines.integer("number of further females")
    males = lines.integer("number of further males")
    relations = tuple(_relations(lines))
    pedigrees = tuple(_pedigrees(lines))
    theta = _database_line(lines)
    loci_count = lines.integer("number of loci")
    database = lines.text("name of the database") if lines.flag("the database has a name") else ""
    loci = tuple(_loci(lines, loci_count))
    dvi = _dvi_tree(lines)
    return FamFile(name, persons, females, males, relations, pedigrees, theta, database, loci, dvi)


def _check_characters(name: str, text: str) -> None:
    lines = enumerate(text.split("\n"), start=1)
    problems = [
        Problem(name, line, "", found, PRINTABLE, REMOVE)
        for line, written in lines
        if (found := unstorable_character(written, breaks=True))
    ]
    if problems:
        raise InputError(problems[:MOST_OF_A_KIND])


def _persons(lines: _Lines, count: int) -> Iterator[FamPerson]:
    for _ in range(count):
        name = lines.text("name of a person")
        line = lines.next
        lines.flag("a flag of the person")
        dropout = "dropout" in lines.raw("year of birth, or -1").lower()
        lines.flag("a flag of the person")
        male = lines.flag("the person is male")
        genotypes: dict[int, tuple[int, int]] = {}
        for _ in range(lines.integer("number of genotypes")):
            pair = (lines.integer("index of the first allele"), lines.integer("index of the second allele"))
            locus = lines.integer("index of the locus")
            if locus in genotypes:
                raise lines.fail("a locus a second time for one person", "each locus once")
            genotypes[locus] = pair
        yield FamPerson(line, name, male, dropout, genotypes)


def _relations(lines: _Lines) -> Iterator[FamRelation]:
    for _ in range(lines.integer("number of relations")):
        text = lines.raw("index of a parent")
        if _DIRECT.match(text):
            raise lines.fail(
                "a 'Direct' relation (identity, or identical twins)",
                "parents and children",
                "give the two persons one name, or leave one of them out: direct relations are not computed yet",
            )
        parent = lines.integer("index of a parent", text)
        yield FamRelation(lines.next, parent, lines.integer("index of a child"))


def _pedigrees(lines: _Lines) -> Iterator[FamPedigree]:
    for _ in range(lines.integer("number of pedigrees")):
        lines.integer("index of the pedigree")
        name = lines.text("name of the pedigree")
        line = lines.next
        females = lines.integer("number of further females in the pedigree")
        males = lines.integer("number of further males in the pedigree")
        yield FamPedigree(line, name, females, males, tuple(_relations(lines)))


def _database_line(lines: _Lines) -> float:
    text = lines.raw("the line of the databases")
    if text.startswith("#TRUE#"):
        raise lines.fail(
            "stored results of a computation",
            "a file without results",
            "remove the results in Familias and save the file again",
        )
    if not text.startswith("#FALSE#"):
        raise lines.fail(f"'{text[:30]}'", "the line of the databases, which begins with #FALSE#")
    databases = _DATABASES.search(text)
    if databases and databases[1] != "1":
        raise lines.fail(f"{databases[1][:9]} databases", "one database", "keep one database and save the file again")
    theta = _THETA.search(text)
    value = lines.number("theta", theta[1]) if theta else 0.0
    if value >= 1:
        raise lines.fail(f"theta {value:g}", "a theta below 1")
    return value


def _loci(lines: _Lines, count: int) -> Iterator[FamLocus]:
    for _ in range(count):
        name = lines.text("name of a locus")
        line = lines.next
        rates = [lines.number(f"mutation rate of {sex}") for sex in ("females", "males")]
        codes = [_model_code(lines, sex) for sex in ("females", "males")]
        lines.integer("number of alleles with the silent one")
        ranges = [lines.number(f"mutation range of {sex}") for sex in ("females", "males")]
        rates2 = [lines.number(f"second mutation rate of {sex}") for sex in ("females", "males")]
        has_silent = lines.flag("the locus has a silent allele")
        silent = lines.number("frequency of the silent allele")
        about = lines.raw("number of alleles, and the size of the database")
        alleles, frequencies = _ladder(lines, lines.integer("number of alleles", re.split(r"[\t (]", about)[0]))
        dropout = _DROPOUT.search(about)
        female, male = (
            FamMutation(code, *numbers) for code, *numbers in zip(codes, rates, rates2, ranges, strict=True)
        )
        yield FamLocus(
            line,
            name,
            alleles,
            frequencies,
            female,
            male,
            silent if has_silent else None,
            lines.number("drop-out probability", dropout[1]) if dropout else 0.0,
        )


def _model_code(lines: _Lines, sex: str) -> int:
    code = lines.integer(f"mutation model of {sex}, 0 to 4")
    if code > 4:
        raise lines.fail(f"mutation model {code}", "a code from 0 to 4")
    return code


def _ladder(lines: _Lines, count: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    ladder: dict[str, float] = {}
    for _ in range(count):
        allele = lines.text("name of an allele")
        if not allele or allele in ladder:
            raise lines.fail("an allele without a name, or a second time", "each allele once")
        ladder[allele] = lines.number("frequency of an allele")
    return tuple(ladder), tuple(ladder.values())


def _dvi_tree(lines: _Lines) -> FamNode | None:
    """The tree under ``[DVI]``: the number of brackets is the depth."""
    start = next((i for i in range(lines.next, len(lines.lines)) if lines.lines[i].strip() == "[DVI]"), None)
    if start is None:
        return None
    path = [FamNode("DVI", start + 1)]
    for number, raw in enumerate(lines.lines[start + 1 :], start=start + 2):
        line = raw.strip()
        heading = re.fullmatch(r"(\[+)\s*(.*?)\s*(\]+)", line)
        lines.next = number
        if heading:
            depth = len(heading[1])
            if depth == 1:
                break
            if depth > len(path) + 1 or len(heading[3]) != depth:
                raise lines.fail("a heading with the wrong number of brackets", "at most one more than before")
            node = FamNode(heading[2], number)
            del path[depth - 1 :]
            path[-1].children.append(node)
            path.append(node)
        elif line:
            key, equals, value = line.partition("=")
            if not equals:
                raise lines.fail("a line that is no heading and no 'key= value'", "'key= value'")
            path[-1].entries.append((key.strip(), value.strip(), number))
    return path[0]
