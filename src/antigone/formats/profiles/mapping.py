"""What a laboratory states of its own columns: ``[profiles.columns]``, or a file of its own with ``[columns]``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from antigone.errors import InputError, Problem
from antigone.formats.labels.typing_words import MOST_ALLELES, NOT_READ, typing_column
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.profiles.wide import marker_of
from antigone.formats.reading.characters import check_document
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.headings import HEAD
from antigone.formats.reading.sources import decode_text
from antigone.formats.reading.tables import Cells, Grid, cell_text
from antigone.model.statements import genotypes, readers

_HEADINGS = {
    **{"sample": "Sample Name", "marker": "Marker", "sample file": "Sample File", "replicate": "Replicate"},
    **{"genotype": "Genotype", "allele": "Allele Name", "height": "Height", "sequence": "Sequence"},
    **{"sample type": "Sample Type", "category": "Specimen Category", NOT_READ: NOT_READ},
}
"""A heading that is understood, for each meaning that can be stated."""
MEANINGS = (*_HEADINGS, "allele1", "allele2", "height1", "a marker such as TH01, or TH01 1")


def stated_columns(place: tuple[str, int], columns: Mapping[str, object], findings: Findings) -> dict[str, str]:
    """The heading in whose place each stated one is read; a meaning that is none is a problem."""
    found: dict[str, str] = {}
    for heading, meaning in columns.items():
        text = meaning.strip() if isinstance(meaning, str) else ""
        known = _HEADINGS.get(text.lower()) or (text if _is_meaning(text) else "")
        if known:
            found[word_key(heading)] = known
        else:
            expected = "one of " + ", ".join(MEANINGS)
            findings.problem(place, heading[:40], f"the meaning '{text[:30]}'", expected, "correct the meaning")
    return found


def _is_meaning(text: str) -> bool:
    column = typing_column(text)
    numbered = column.rstrip("0123456789") in ("allele", "height", "size") and column[-1:].isdigit()
    return (numbered and int(column.lstrip("abcdefghijklmnopqrstuvwxyz")) <= MOST_ALLELES) or bool(marker_of(text))


def read_layout(name: str, content: bytes, findings: Findings) -> dict[str, str]:
    """The columns that a file of a laboratory states."""
    try:
        document = tomllib.loads(decode_text(name, content))
        check_document(name, document)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(name, 0, "", f"no valid TOML ({error})"[:80], "TOML", "correct the file")]) from None
    columns = document.get("columns")
    if not isinstance(columns, dict) or document.keys() != {"columns"}:
        found, remedy = "a file without a section [columns], or with others", 'write [columns] and "Probe" = "sample"'
        findings.problem((name, 0), "", found, "a section [columns] alone", remedy)
        return {}
    return stated_columns((name, 0), columns, findings)


def with_stated_columns(grid: Grid, stated: Mapping[str, str]) -> Grid:
    """The table with the stated headings in place of its own, wherever among its first rows they stand."""
    if not stated or grid.header is None:
        return grid
    head = [*grid.titles, grid.header, *islice(grid.rows, HEAD)]
    place = max(range(len(head)), key=lambda at: _stated_in(head[at][1], stated))
    named = _stated_in(head[place][1], stated)
    if not named:
        return replace(grid, rows=chain(head[len(grid.titles) + 1 :], grid.rows))
    line, cells = head[place]
    texts = [cell_text(cell) for cell in cells]
    header = [stated.get(word_key(text), text) for text in texts]
    pairs = [(text, new) for text, new in zip(texts, header, strict=True) if text != new]
    said = tuple(readers.COLUMN_AS(name=text[:40], column=new) for text, new in pairs)
    notices = [*grid.notices, genotypes.COLUMNS_STATED(file=grid.name, columns=said)]
    rows = chain(head[place + 1 :], grid.rows)
    return replace(grid, header=(line, header), titles=head[:place], rows=rows, notices=notices)


def _stated_in(cells: Cells, stated: Mapping[str, str]) -> int:
    return sum(word_key(cell_text(cell)) in stated for cell in cells)


def layout_text(pairs: Sequence[tuple[str, str]]) -> str:
    """A file that states these columns."""
    quoted = ((text.replace("\\", "\\\\").replace('"', '\\"'), meaning) for text, meaning in pairs if text)
    return "[columns]\n" + "".join(f'"{text}" = "{meaning}"\n' for text, meaning in quoted)
