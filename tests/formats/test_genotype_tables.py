"""Tables of genotypes in the shapes of many programs: the same three samples, whatever the shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from antigone.errors import InputError
from antigone.formats.profiles.gathering import gather_profiles
from antigone.formats.profiles.genemapper import genotype_rows, holds_genotypes
from antigone.formats.profiles.profiles import TypedSamples
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import read_csv
from antigone.model.assumptions.reading import ReadingRules
from antigone.report.words.statements import say_all

GENOTYPES = {
    "R001": {"TH01": ("6", "9.3"), "D21S11": ("29", "31.2"), "vWA": ("16", "16"), "Penta D": ("9", "13")},
    "R002": {"TH01": ("7", "9.3"), "D21S11": ("28", "30"), "vWA": ("17", "18"), "Penta D": ("10", "12")},
    "PM001": {"TH01": ("9.3", "9.3"), "D21S11": ("30", "31.2"), "vWA": ("16", "18"), "Penta D": ("12", "13")},
}
MARKERS = [*GENOTYPES["R001"]]
Row = Callable[[str, str, str, str], list[str]]


def each() -> Iterator[tuple[str, str, str, str]]:
    for sample, markers in GENOTYPES.items():
        for marker, (first, second) in markers.items():
            yield sample, marker, first, second


def long(heading: list[str], row: Row, between: str = "\t") -> str:
    return "\n".join([between.join(heading), *(between.join(row(*one)) for one in each())]) + "\n"


def plain(sample: str, marker: str, first: str, second: str) -> list[str]:
    return [sample, marker, first, second]


def once(sample: str, marker: str, first: str, second: str) -> list[str]:
    """A homozygote written once."""
    return [sample, marker, first, "" if first == second else second]


def comma(sample: str, marker: str, first: str, second: str) -> list[str]:
    return [sample, marker, first.replace(".", ","), second.replace(".", ",")]


def wide(sample: str, pattern: str, between: str, cells: str = "{0}|{1}", point: str = ".") -> str:
    """``pattern`` has the headings of one marker, ``cells`` its cells, each with bars between them."""
    columns = [part.format(marker) for marker in MARKERS for part in pattern.split("|")]
    lines = [between.join([sample, *columns])]
    for code, markers in GENOTYPES.items():
        found = [part.format(*pair) for pair in markers.values() for part in cells.split("|")]
        lines.append(between.join([code, *(cell.replace(".", point) for cell in found)]))
    return "\n".join(lines) + "\n"


def rows_of_alleles(heading: str, *, twice: bool) -> str:
    lines = [
        f"{sample}\t{marker}\t{allele}\t900"
        for sample, marker, *pair in each()
        for allele in (pair if twice else dict.fromkeys(pair))
    ]
    return "\n".join([heading, *lines])


FULL = ["Sample File", "Sample Name", "Panel", "Marker", "Dye", "Allele 1", "Allele 2", "Size 1", "Height 1", "OL", ""]
MERGED = ",".join(f"{marker}," for marker in MARKERS)
BELOW = ",".join("Allele 1,Allele 2" for _ in MARKERS)
BODY = "\n".join(",".join([code, *(a for pair in of.values() for a in pair)]) for code, of in GENOTYPES.items())

TABLES: dict[str, str | bytes] = {
    "GeneMapper long": long(FULL, lambda s, m, a, b: [f"{s}.hid", s, "GF", m, "B", a, b, "101.2", "900", "", ""]),
    "GeneMapper with Sample ID": long(
        ["Sample ID", "Sample Name", "Marker", "Allele 1", "Allele 2"], lambda s, m, a, b: ["7", s, m, a, b]
    ),
    "GeneMapper with title rows": "Project: x\n2026\n\n"
    + long(["Sample Name", "Marker", "Allele 1", "Allele 2"], once),
    "GeneMapper wide": wide("Sample Name", "{0} 1|{0} 2", "\t"),
    "GeneMarker HID": "Report of 1 May\n" + long(["Sample", "Marker", "Allele#1", "Allele#2"], once),
    "OSIRIS": long(
        [
            "Sample File",
            "Run Name",
            "Marker",
            "Dye",
            "Allele 1",
            "Size 1",
            "Height 1",
            "Allele 2",
            "Size 2",
            "Height 2",
        ],
        lambda s, m, a, b: [f"run 7_{s}_A01.fsa", "R", m, "B", a, "1", "900", b, "2", "800"],
    ),
    "LabRetriever": long(["Sample File", "Marker", "Allele 1", "Allele 2"], lambda s, *o: [f"{s}.fsa", *o]),
    "strvalidator fat": long(
        ["Sample.Name", "Marker", "Dye", "Allele.1", "Allele.2", "Height.1", "Height.2"],
        lambda s, m, a, b: [s, m, "B", a, b if a != b else "NA", "900", "800" if a != b else "NA"],
    ),
    "strvalidator slim": rows_of_alleles("Sample.Name\tMarker\tAllele\tHeight", twice=False),
    "one allele a row": rows_of_alleles("Muestra\tSistema\tAlelo\tAltura", twice=True),
    "EuroForMix": long(["SampleName", "Marker", "Allele1", "Allele2"], plain, ","),
    "STRmix": long(
        ["Sample Name", "Marker", "Allele 1", "Allele 2", "Allele 3", "Height 1", "Size 1"],
        lambda s, m, a, b: [s, m, a, b, "", "900", "101.2"],
        ",",
    ),
    "GENis": long(
        ["Sample Name", "UD1", "Specimen Category", "Marker", "Allele 1", "Allele 2"],
        lambda s, m, a, b: [s, "u", "REFERENCIA", m, a, b],
    ),
    "Familias": long(["Person", "System", "Allele 1", "Allele 2"], plain),
    "two columns called Allele": long(["Sample", "Marker", "Allele", "Allele"], plain, ","),
    "letters": long(["Código", "Locus", "Alelo A", "Alelo B"], comma, ";").encode("cp1252"),
    "sep=": "sep=;\n" + long(["Sample Name", "Marker", "Allele 1", "Allele 2"], comma, ";"),
    "bars": long(["Sample Name", "Marker", "Allele 1", "Allele 2"], comma, "|"),
    "quoted": long(['"Sample Name"', '"Marker"', '"Allele 1"', '"Allele 2"'], lambda *o: [f'"{x}"' for x in o], ","),
    "French": long(["Nom de l'échantillon", "Marqueur", "Allèle 1", "Allèle 2"], comma, ";").encode("cp1252"),
    "German": long(["Probe", "System", "Allel 1", "Allel 2"], comma, "\t"),
    "Portuguese": long(["Nome da amostra", "Marcador", "Alelo 1", "Alelo 2"], plain).encode("utf-16"),
    "genotype with comma": long(["Sample", "Locus", "Genotype"], lambda s, m, a, b: [s, m, f'"{a},{b}"'], ","),
    "genotype with dash": long(["Muestra", "Marcador", "Genotipo"], lambda s, m, a, b: [s, m, f"{a}-{b}"], ";"),
    "wide _1": wide("Sample Name", "{0}_1|{0}_2", ","),
    "wide A1": wide("Sample", "{0} A1|{0} A2", ";"),
    "wide (1)": wide("Specimen ID", "{0} (1)|{0} (2)", "\t"),
    "wide repeated": wide("Sample", "{0}|{0}", ","),
    "wide Alelo first": wide("Muestra", "Alelo 1 {0}|Alelo 2 {0}", ","),
    "wide slash": wide("Sample", "{0}", ",", "{0}/{1}"),
    "wide semicolon in tabs": wide("Sample", "{0}", "\t", "{0};{1}"),
    "wide comma in tabs": wide("Sample", "{0}", "\t", "{0},{1}"),
    "wide decimal comma": wide("Muestra", "{0} 1|{0} 2", "\t", point=","),
    "wide decimal comma in one cell": wide("Muestra", "{0}", ";", "{0}-{1}", point=","),
    "wide of another heading": wide("Pieza", "{0} 1|{0} 2", ","),
    "NIST": f"Sample,Pop,{MERGED}\n" + "\n".join(line.replace(",", ",Cauc,", 1) for line in BODY.splitlines()),
    "merged": f"Sample,{MERGED}\n,{BELOW}\n{BODY}",
    "merged, sample below": f",{MERGED}\nSample,{BELOW}\n{BODY}",
    "markers below each other": "\n".join(
        [",".join(["Marker", *GENOTYPES])]
        + [",".join([marker, *("/".join(of[marker]) for of in GENOTYPES.values())]) for marker in MARKERS]
    ),
    "markers below each other, in pairs": "\n".join(
        ["\t".join(["", *(f"{code}\t" for code in GENOTYPES)])]
        + ["\t".join([marker, *("\t".join(of[marker]) for of in GENOTYPES.values())]) for marker in MARKERS]
    ),
}


def typed(text: str | bytes, name: str = "x.txt", **rules: object) -> tuple[TypedSamples, list[str]]:
    findings = Findings()
    grid = read_csv(name, text if isinstance(text, bytes) else text.encode())
    assert holds_genotypes(grid)
    rows = genotype_rows(grid, findings, ReadingRules(**rules), lambda: [*GENOTYPES])  # type: ignore[arg-type]
    found = gather_profiles(rows, None, findings)
    findings.stop_on_problems()
    return found, [*say_all(findings.notices)]


def shown(found: TypedSamples) -> dict[str, dict[str, tuple[str | None, ...]]]:
    """By sample and marker, whatever file or replicate they came from."""
    return {code: dict(found.reference(code).genotypes) for code in found.genotypes}


EXPECTED = {
    code: {marker.replace(" ", "_"): pair for marker, pair in markers.items()} for code, markers in GENOTYPES.items()
}


@pytest.mark.parametrize("name", TABLES)
def test_genotypes__are_the_same_in_every_shape(name):
    assert shown(typed(TABLES[name])[0]) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "Locus,Allele,Frequency\nTH01,6,0.2\n",
        "Allele,TH01,FGA,vWA\n6,0.2,0.1,0.3\n",
        "Marker,6,7,8,9.3\nTH01,0.1,0.2,0.3,0.4\n",
        "marker,allele,Coast,Hills\nTH01,6,0.2,0.3\n",
        "Marker,Coast,Hills\nTH01,0.2,0.3\n",
        "family,member,sex\nF1,FA,male\n",
        "family,member,sample\nF1,FA,R001\n",
    ],
)
def test_other_tables__are_not_taken_for_genotypes(text):
    assert not holds_genotypes(read_csv("x.csv", text.encode()))


HEAD = "Sample Name\tMarker\tAllele 1\tAllele 2\n"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("15\t", ("15", "15")),
        ("15\tNA", ("15", "15")),
        ("15\t0", ("15", "15")),
        ("15\t-", ("15", "15")),
        ("15\t?", ("15", None)),
        ("?\t15", ("15", None)),
        ("15\tINC", ("15", None)),
        ("15\tNR", ("15", None)),
        ("15\tn.d.", ("15", None)),
        ("15\t*", ("15", None)),
        ("15\t(17)", ("15", None)),
        ("15*\t", ("15", None)),
        ("15*\t17", ("15", "17")),
        ("INC\tINC", None),
        ("(15)\t(17)", None),
        ("NR\t", None),
        ("N/A\tN/A", None),
        ("0\t0", None),
        ("OL\t15", None),
    ],
)
def test_marks__have_a_rule_each(cells, expected):
    found, notices = typed(f"{HEAD}R001\tvWA\t{cells}\nR001\tFGA\t20\t21\n")
    assert found.genotypes["R001"].get("vWA") == expected
    marked = any(mark in cells for mark in ("?", "INC", "NR", "n.d.", "(", "*"))
    assert any("no allele can be told" in told or "with a star" in told for told in notices) == marked
    assert "(17)" not in str(notices)


def test_samples__are_found_in_the_names_of_their_files():
    _, notices = typed(TABLES["OSIRIS"])
    assert "x.txt: 3 samples are named after their files: R001, R002, PM001" in notices


def test_columns__are_said_by_what_they_were_taken_for():
    told = "\n".join(typed(TABLES["GeneMapper long"])[1])
    assert "'Sample Name' as 'sample', 'Marker' as 'marker', 'Allele 1 ... Allele 2' as 'allele1 ... allele2'" in told
    assert "columns of x.txt that are not read: 'Panel', 'Dye', 'Size 1', 'OL'" in told


def test_controls__are_left_out_by_their_type():
    heading = "Sample Name\tSample Type\tMarker\tAllele 1\tAllele 2\n"
    text = f"{heading}R001\tSample\tTH01\t6\t7\nQX\tAllelic Ladder\tTH01\t6\t7\n"
    found, notices = typed(text)
    assert [*found.genotypes] == ["R001"]
    assert "x.txt: samples whose type is that of a control or ladder are left out: 1 (QX)" in notices


def test_rows__may_lack_empty_cells_at_their_end():
    text = str(TABLES["GeneMapper with title rows"]).replace("\t\n", "\n")
    assert shown(typed(text)[0]) == EXPECTED


def test_rows__with_a_decimal_comma_in_a_table_of_commas_are_refused():
    text = "Sample Name,Marker,Allele 1,Allele 2\nR001,TH01,9,3,10\n"
    with pytest.raises(InputError) as error:
        typed(text)
    assert error.value.problems[0].found == "5 cells"


@pytest.mark.parametrize("category", ["Convicted Offender", "Suspect, Known", "Forensic stain", "Arrestee"])
def test_category__that_is_never_compared_is_refused(category):
    text = f"Sample Name\tSpecimen Category\tMarker\tAllele 1\tAllele 2\nR001\t{category}\tTH01\t6\t7\n"
    wide = f"Specimen ID,Specimen Category,TH01 1,TH01 2\nR001,{category.replace(',', '')},6,7\n"
    for table in (text, wide):
        with pytest.raises(InputError) as error:
            typed(table)
        assert error.value.problems[0].column == "Specimen Category"


def test_peak_heights__are_kept_as_a_mean():
    found, _ = typed(
        str(TABLES["EuroForMix"]).replace("Allele2\n", "Allele2,Height1,Height2\n").replace(",9.3\n", ",9.3,900,700\n")
    )
    assert found.heights["R001"] == pytest.approx(800)
