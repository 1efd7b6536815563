"""Which exchange format a file is, whatever its ending, and what it declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from antigone.errors import InputError
from antigone.formats.exchange.cmf import RAPID, read_cmf
from antigone.formats.exchange.declared import Declared
from antigone.formats.exchange.ga4gh import is_pedigree, read_ga4gh
from antigone.formats.exchange.niem import read_niem
from antigone.formats.exchange.ped import is_ped_heading, read_marker_names, read_ped
from antigone.formats.exchange.relations import read_relations, relation_columns
from antigone.formats.exchange.xml import read_xml
from antigone.formats.familias.text import decode_fam
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.json_documents import read_json
from antigone.formats.reading.kinds import READERS
from antigone.formats.reading.sources import read_bytes, read_errors
from antigone.formats.reading.tables import Grid, cell_text
from antigone.model.file_kinds import FAMILIAS, TABLES, endings_of, kind_of_table

Kind = Literal["cmf", "niem", "ped", "relations", "ga4gh", "names"]
_HEAD = 20_000
_NIEM = "niem/domains/biometrics"
_PEDS = (".ped", ".pre", ".pedin", ".fam")
_NAMES = (".map", ".dat", ".bim", ".names")


def kind_of(path: Path) -> Kind | None:
    """The exchange format of a file by its first bytes; nothing for a folder, a Familias file or another table."""
    if path.is_dir() or not path.is_file():
        return None
    with read_errors(path.name), path.open("rb") as file:
        head = file.read(_HEAD)
    text = decode_fam(head.replace(b"\0", b""))[0].lstrip("\ufeff \r\n\t")
    if text.startswith("<"):
        return (
            "cmf" if re.search(rf"<([\w.-]+:)?(CODISImportFile|{RAPID})\b", text) else "niem" if _NIEM in text else None
        )
    if text.startswith(("{", "[")) and path.suffix.lower() in (".json", ".ped", ".pedigree", ".txt"):
        return "ga4gh" if _is_pedigree(path) else None
    if FAMILIAS.has_ending(path) and ("Familias" in text[:200] or len(text.partition("\n")[0].split()) not in (5, 6)):
        return None
    if path.suffix.lower() in _NAMES:
        return "names"
    if path.suffix.lower() in _PEDS:
        return "ped"
    return _kind_of_table(path, head)


def _is_pedigree(path: Path) -> bool:
    try:
        return is_pedigree(read_json(path.name, read_bytes(path)))
    except InputError:
        return False


def _kind_of_table(path: Path, head: bytes) -> Kind | None:
    if path.suffix.lower() not in endings_of(TABLES):
        return None
    try:
        grid = _grid(path, path.read_bytes() if kind_of_table(path.name, head[:4]).certain else head)
    except InputError:
        return None
    header = [cell_text(cell) for cell in grid.header[1]] if grid.header else []
    if relation_columns(header):
        return "relations"
    split = header if len(header) > 1 else " ".join(header).split()
    return "ped" if is_ped_heading(split) else None


def _grid(path: Path, content: bytes) -> Grid:
    sheets = READERS[kind_of_table(path.name, content[:4])](path.name, content)
    return next(iter(sheets.values()))


@dataclass
class ExchangeFiles:
    """The exchange files among several paths, read one after the other."""

    missing: Sequence[str]
    findings: Findings
    names: list[str] = field(default_factory=list)

    def read(self, path: Path, kind: Kind, content: bytes) -> Declared:
        readers: dict[Kind, Callable[[Path, bytes], Declared]] = {
            "cmf": self._cmf, "ped": self._ped, "relations": self._relations, "niem": self._niem, "ga4gh": self._ga4gh,
        }  # fmt: skip
        return readers[kind](path, content)

    def take_names(self, content: bytes) -> None:
        """The names of markers that stand in a file of their own."""
        self.names += read_marker_names(decode_fam(content)[0])

    def _cmf(self, path: Path, content: bytes) -> Declared:
        return read_cmf(path.name, read_xml(path.name, content), self.findings)

    def _niem(self, path: Path, content: bytes) -> Declared:
        return read_niem(path.name, read_xml(path.name, content), self.findings)

    def _ga4gh(self, path: Path, content: bytes) -> Declared:
        return read_ga4gh(path.name, read_json(path.name, content), self.missing, self.findings)

    def _ped(self, path: Path, content: bytes) -> Declared:
        return read_ped(path.name, decode_fam(content)[0], self.names, self.missing, self.findings)

    def _relations(self, path: Path, content: bytes) -> Declared:
        return read_relations(path.name, _grid(path, content), self.findings)
