"""EMPOP's exchange form (.emp): a line ``#!`` with the ranges, then samples: haplogroup, number and differences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antigone.formats.haplotypes.mito_tables import MT_HEADER
from antigone.formats.reading.encodings import open_table_text
from antigone.formats.reading.sources import HashedFile, text_errors
from antigone.formats.reading.tables import Grid
from antigone.model.statements import genotypes, readers
from antigone.model.statements.statement import Statement

MARK = b"#!"
_RANGES = re.compile(r"#!\s*(?P<ranges>[0-9]{1,5}-[0-9]{1,5}([\s;,]+[0-9]{1,5}-[0-9]{1,5})*)\s*")
_NUMBER = re.compile(r"[0-9]{1,6}")


def read_empop(name: str, file: HashedFile) -> Grid:
    """The samples with their ranges and differences. Lines of another form, such as the laboratory's, are not read."""
    notices: list[Statement] = []
    with text_errors(file):
        text = open_table_text(file, lambda taken: notices.append(readers.ENCODING(file=name, encoding=taken)))
        rows = list(_rows(text, notices, name))
    return Grid(name, iter(rows), (1, MT_HEADER), notices=notices)


def _rows(lines: Iterator[str], notices: list[Statement], name: str) -> Iterator[tuple[int, tuple[str, str, str]]]:
    ranges, unread = "", 0
    for number, line in enumerate(lines, 1):
        stated = _RANGES.fullmatch(line.strip())
        if stated:
            ranges = " ".join(re.split(r"[\s;,]+", stated["ranges"]))
            continue
        parts = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
        if len(parts) >= 3 and _NUMBER.fullmatch(parts[2].strip()):
            differences = " ".join(piece for part in parts[3:] for piece in re.split(r"[\s;,]+", part) if piece)
            yield number, (parts[0].strip(), ranges, differences)
        else:
            unread += bool(line.strip()) and not line.startswith("#")
    if unread:
        notices.append(genotypes.LINES_NOT_READ(number=unread, file=name))
