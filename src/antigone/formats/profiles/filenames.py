"""Samples that a table names after their files, or in its title rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cached_property
from itertools import combinations

from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Grid, cell_text
from antigone.model.statements import genotypes

_ENDING = re.compile(r"(\.(hid|fsa|ab1|txt|csv|tsv|tab|xlsx?|xlsm|xlsb|ods|fastq|gz|allsequences))+$", re.IGNORECASE)
_TITLE = re.compile(r"#?\s*(sample|sample name|sample id|muestra|amostra|probe|echantillon|échantillon)\s*:?", re.I)
_TITLE_WITH_VALUE = re.compile(
    r"#?\s*(?:sample|sample name|sample id|muestra|amostra|probe|échantillon)\s*[:=]\s*(\S.*)", re.IGNORECASE
)
_MOST_NAMED = 20


def stated_sample(grid: Grid) -> str:
    """The sample that the rows above the headings name, as ``#Sample: PM001``."""
    for _, cells in grid.titles:
        texts = [text for text in map(cell_text, cells) if text]
        found = _TITLE_WITH_VALUE.fullmatch(texts[0]) if texts else None
        if found:
            return found[1].strip()
        if len(texts) > 1 and _TITLE.fullmatch(texts[0]):
            return texts[1]
    return ""


class SampleNames:
    """Finds the code of a sample in the name of its file, among the codes that the incident has."""

    def __init__(self, codes: Callable[[], Collection[str]]) -> None:
        self._codes = codes
        self._found: dict[str, str] = {}

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._codes())

    def codes(self) -> frozenset[str]:
        return self._known

    def of_file(self, file: str) -> str:
        """The code in a file's name, such as ``R001`` of ``run1_R001.fsa``; else the name without its ending."""
        if file not in self._found:
            self._found[file] = self._code_in(_ENDING.sub("", file.rpartition("/")[2].rpartition("\\")[2]))
        return self._found[file]

    def _code_in(self, stem: str) -> str:
        if stem in self._known or not self._known:
            return stem
        bounds = sorted({0, len(stem), *(place for m in re.finditer(r"[^A-Za-z0-9]+", stem) for place in m.span())})
        parts = {stem[start:end] for start, end in combinations(bounds[:40], 2)}
        inside = sorted(parts & self._known, key=len)
        return inside[-1] if inside and all(one in inside[-1] for one in inside) else stem

    def tell(self, file: str, findings: Findings) -> None:
        """Which codes were found: a file's own name may be that of a person."""
        found = list(dict.fromkeys(code for name, code in self._found.items() if name))
        if found:
            named = tuple(code[:60] for code in found[:_MOST_NAMED])
            findings.notice(genotypes.SAMPLES_OF_FILES(file=file, number=len(found), names=named))
