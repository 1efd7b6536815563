"""Y and mitochondrial haplotypes in the forms of YHRD, other programs, EMPOP and GENis."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from casefolder_files import FILES
from casefolder_files import folder as case_folder

from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.model.incident.incident import Incident
from antigone.report.words.statements import say_all

LOCI = {"DYS19": ("14",), "DYS385": ("11", "14"), "DYS391": ("10",), "YGATAH4": ("12",)}
SIZES = "\n[lineage.y]\ndatabase_size = 1000\n[lineage.mt]\ndatabase_size = 1000\n"


def read(tmp_path: Path, **files: str) -> Incident:
    toml = FILES["incident.toml"] + SIZES
    tmp_path.mkdir(exist_ok=True)
    kind = "mt" if any(name.startswith(("set", "mito")) for name in files) else "y"
    counts = {f"{kind}_counts__csv": "sample,count\nPM1,0\n"}
    return read_case_folder(case_folder(tmp_path, incident__toml=toml, **counts, **files))


Y_TABLES = {
    "wide, one cell": "Sample\tDYS19\tDYS385\tDYS391\tY-GATA-H4\tHaplogroup\nPM1\t14\t11,14\t10\t12\tR\n",
    "wide, dash": "ID;DYS19;DYS385ab;DYS391;YGATAH4\nPM1;14;11-14;10;12\n",
    "wide, a and b": "Sample,DYS19,DYS385a,DYS385b,DYS391,Y_GATA_H4\nPM1,14,11,14,10,12\n",
    "wide, two columns a marker": "Sample,DYS19 1,DYS19 2,DYS385 1,DYS385 2,DYS391 1,DYS391 2,YGATAH4 1,YGATAH4 2\n"
    "PM1,14,,11,14,10,,12,\n",
    "long": "Sample Name\tMarker\tAllele 1\tAllele 2\nPM1\tDYS19\t14\t\nPM1\tDYS385\t11\t14\n"
    "PM1\tDYS391\t10\t\nPM1\tY-GATA-H4\t12\t\n",
    "ours": "sample,marker,alleles\nPM1,DYS19,14\nPM1,DYS385,11/14\nPM1,DYS391,10\nPM1,YGATAH4,12\n",
}


@pytest.mark.parametrize("form", Y_TABLES)
def test_y_table__of_any_shape_and_name(tmp_path, form):
    incident = read(tmp_path, export__txt=Y_TABLES[form])
    assert incident.further.y["PM1"].loci == LOCI
    assert "export.txt is read as the table 'y_haplotypes', by its column names" in say_all(incident.notices)


def test_y_tables__of_one_sample_in_two_files(tmp_path):
    first, second = "Sample,DYS19,DYS391\nPM1,14,10\n", "Sample,DYS391,DYS385\nPM1,10,11/14\n"
    loci = {"DYS19": ("14",), "DYS391": ("10",), "DYS385": ("11", "14")}
    assert read(tmp_path / "a", run1__txt=first, run2__txt=second).further.y["PM1"].loci == loci
    with pytest.raises(InputError) as error:
        read(tmp_path / "b", run1__txt=first, run2__txt=second.replace(",10,", ",11,"))
    assert "marker 'DYS391' of sample 'PM1' otherwise than in another file" in str(error.value)


def y_report(path: Path) -> None:
    """A ForenSeq report with a sheet of autosomal STRs and one of Y-STRs."""
    head = [["Sample", "PM1"], [], ["Locus", "Genotype", "QC Indicators"]]
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("Autosomal STRs", [["TH01", "6,7", ""]]), ("Y STRs", [["DYS19", "14", ""]])):
            sheet = book.add_worksheet(name)
            for line, row in enumerate([[f"Sample {name[:-1]} Report"], *head, *rows]):
                sheet.write_row(line, 0, row)


@pytest.mark.slow
def test_y_sheet__of_a_report_is_used_where_haplotypes_have_frequencies(tmp_path):
    y_report(tmp_path / "report.xlsx")
    without_frequencies = read_case_folder(case_folder(tmp_path))
    assert without_frequencies.further.y == {}
    assert any("Y-STRs of report.xlsx, sheet Y STRs are not used" in t for t in say_all(without_frequencies.notices))
    incident = read(tmp_path)
    assert incident.further.y["PM1"].loci == {"DYS19": ("14",)}
    assert [source.name for source in incident.sources].count("report.xlsx") == 1


EMPOP = "#! 16024-16365 73-340\nmy data\tlab@example.org\norigin: simulated\nPM1\tH\t1\t{}\n"
GENIS = "Sample Name\tUD1\tSpecimen Category\tRange From\tRange To\tMut1\tMut2\tMut3\n"


def shown(incident: Incident) -> tuple[tuple[tuple[int, int], ...], list[str]]:
    haplotype = incident.further.mt["PM1"]
    return haplotype.ranges, [str(difference) for difference in haplotype.differences]


def test_empop__ranges_and_differences(tmp_path):
    incident = read(tmp_path, set__emp=EMPOP.format("16189C 263G\t309.1C 315.1C"))
    assert shown(incident) == (((16024, 16365), (73, 340)), ["16189C", "263G", "309.1C", "315.1C"])
    assert "2 lines of set.emp hold no sample and are not read" in say_all(incident.notices)


def test_genis__a_row_for_each_range(tmp_path):
    rows = "PM1\tu\tRESTOS\t16024\t16365\tT16189C\t\t\nPM1\tu\tRESTOS\t73\t340\tA263G\t315.1C\t\n"
    assert shown(read(tmp_path, mito__txt=GENIS + rows)) == (
        ((16024, 16365), (73, 340)),
        ["T16189C", "A263G", "315.1C"],
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (EMPOP.format("263G 16189C 309.1C 150T"), "differences that are not in their order, at position 309"),
        (EMPOP.format("263G 400T"), "a difference at position 400, outside the range"),
        (EMPOP.format("263"), "'263' is no difference to the rCRS"),
        (EMPOP.format("263G 263G"), "two differences at one position"),
        (GENIS + "PM1\tu\tRESTOS\t16024\t16365\tA263G\t\t\n", "a difference at position 263, outside the range"),
        (GENIS + "PM1\tu\tCONVICTED OFFENDER\t16024\t16365\t\t\t\n", "a sample of a category that is never compared"),
    ],
)
def test_differences__are_checked_for_form_and_order(tmp_path, text, found):
    with pytest.raises(InputError) as error:
        read(tmp_path, **{f"mito__{'emp' if text.startswith('#!') else 'txt'}": text})
    assert found in str(error.value)
