"""Tables of donors with the words of their relation, such as the "Multiple families" table of Familias."""

from __future__ import annotations

from antigone.formats.exchange.declared import Declared
from antigone.formats.exchange.kinship import Relative, pedigree_of_words
from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.markers import marker_kind, normalise_marker
from antigone.formats.labels.vocabulary import column_of, word_key
from antigone.formats.profiles.wide import marker_of
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Cells, Grid, cell_text
from antigone.model.pedigree import Sex

_RELATION_WORDS = (
    "relation relationship kinship relationtomissing relationshiptomissing relationtomissingperson parentesco relacion "
    "relacao parentescocondesaparecido vinculo lien liendeparente parente verwandtschaft verwandtschaftsgrad beziehung "
    "relativetype"
)
_RELATION = frozenset(_RELATION_WORDS.split())
_SAMPLE = frozenset({"sample", "sampleid", "samplename", "person", "personid", "id"})


def relation_columns(header: Cells) -> tuple[int, int, int] | None:
    """Where family, relation and sample stand in a table of relations; nothing for another table.

    >>> relation_columns(["Family id", "[Relation]", "Sample id", "TH01 1", "TH01 2"]), relation_columns(["Sample"])
    ((0, 1, 2), None)
    """
    keys = [word_key(cell_text(cell)) for cell in header]
    columns = [column_of(cell_text(cell)) for cell in header]
    relation = next((place for place, key in enumerate(keys) if key in _RELATION), None)
    family = next((place for place, column in enumerate(columns) if column == "family"), None)
    sample = next((p for p, key in enumerate(keys) if columns[p] == "sample" or key in _SAMPLE), None)
    if relation is None or family is None or sample is None:
        return None
    return family, relation, sample


def read_relations(name: str, grid: Grid, findings: Findings) -> Declared:
    """The families of a table, each with one missing person; further columns are a wide table of genotypes."""
    declared, families = Declared(name), dict[str, list[Relative]]()
    line, header = grid.header or (0, ())
    family, relation, sample = relation_columns(header) or (0, 0, 0)
    rows, kept, before = [], _kept(header, (family, relation, sample)), ""
    for number, cells in grid.rows:
        texts = [cell_text(cell) for cell in cells]
        if not any(texts):
            continue
        texts += [""] * (len(header) - len(texts))
        code = before = texts[family] or before
        if not (code and texts[relation] and texts[sample]):
            expected, remedy = "a family, a relation and a sample", "fill the cells, or remove the row"
            findings.problem((name, number), "", "an empty cell", expected, remedy)
            continue
        relative = Relative(number, texts[sample], texts[relation], _shown(header, cells))
        families.setdefault(code, []).append(relative)
        rows.append((number, [_cell(cells, place) for place in (sample, *kept)]))
    for code, relatives in families.items():
        sex = next((one.shown for one in relatives if "missing" in word_key(one.words)), "unknown")
        declared.members += pedigree_of_words(name, code, relatives, findings, sex=sex)  # type: ignore[arg-type]
    if any(marker_of(cell_text(header[place])) for place in kept):
        named: list[Cell] = ["sample", *(header[place] for place in kept)]
        typed = Grid(name, iter(rows), (line, named), grid.decimal_comma, notices=grid.notices)
        declared.tables.append(typed)
    return declared


def _kept(header: Cells, left: tuple[int, ...]) -> list[int]:
    return [place for place, cell in enumerate(header) if place not in left]


def _cell(cells: Cells, place: int) -> Cell:
    return cells[place] if place < len(cells) else ""


def _shown(header: Cells, cells: Cells) -> Sex:
    """The sex that the columns of Amelogenin show."""
    seen = set()
    for name, cell in zip(header, cells, strict=False):
        marker = marker_of(cell_text(name))
        if marker and marker_kind(normalise_marker(marker)) == "amelogenin":
            seen |= {letter for letter in cell_text(cell).upper() if letter in "XY"}
    return "male" if "Y" in seen else "female" if seen == {"X"} else "unknown"
