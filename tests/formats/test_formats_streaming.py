"""Tables of any length: rows are read as they come, and millions of problems stay readable."""

from __future__ import annotations

import hashlib
import tracemalloc

import pytest
from casefolder_files import FILES as FILES
from casefolder_files import HEADER as HEADER
from casefolder_files import folder as folder
from casefolder_files import problems as problems

from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.reading.findings import MOST_OF_A_KIND, Findings
from antigone.formats.reading.sources import HashedFile
from antigone.formats.reading.tables import Columns, read_csv, to_table
from antigone.model.statements.readers import NO_AUTOSOMAL_GENOTYPE
from antigone.model.statements.statement import TEXT
from antigone.report.words.statements import say_all

MANY = 20_000
COLUMNS = Columns(("sample", "marker"), filled=("sample",))


def test_read_csv__rows_come_one_by_one():
    read = 0

    def lines():
        nonlocal read
        for number in range(1_000_000):
            read += 1
            yield f"s{number},m\n".encode()

    class Endless(HashedFile):
        def __init__(self) -> None:
            super().__init__("t.csv", None)  # type: ignore[arg-type]
            self.lines = lines()
            self.left = b"sample,marker\n"

        def readinto(self, buffer):
            while len(self.left) < len(buffer):
                self.left += next(self.lines)
            buffer[:] = self.left[: len(buffer)]
            self.left = self.left[len(buffer) :]
            return len(buffer)

        def close(self) -> None:
            pass

    rows = to_table(read_csv("t.csv", Endless()), COLUMNS, Findings()).rows("sample", "marker")
    assert [next(rows) for _ in range(3)] == [(2, ("s0", "m")), (3, ("s1", "m")), (4, ("s2", "m"))]
    assert 3 < read < 1_000_000


@pytest.mark.parametrize(
    ("tail", "line", "words"),
    [
        (b'R1,"m\n', MANY + 2, "quotation mark"),
        (b'R1,"x"y\nR1,m\n', MANY + 2, "quotation mark"),
    ],
)
def test_table__a_file_that_breaks_far_down_has_its_line(tail, line, words):
    content = b"sample,marker\n" + b"a,b\n" * MANY + tail
    findings = Findings()
    table = to_table(read_csv("t.csv", content), COLUMNS, findings)
    assert sum(1 for _ in table.rows("sample", "marker")) <= MANY
    assert table.broken
    (problem,) = findings.problems
    assert (problem.file, problem.line) == ("t.csv", line)
    assert words in problem.found


@pytest.mark.parametrize("name", ["profiles.csv", "families.csv", "frequencies.csv"])
def test_read_case_folder__of_a_broken_file_nothing_is_taken(tmp_path, name):
    folder(tmp_path)
    with (tmp_path / name).open("ab") as file:
        file.write(b"\n" * 300_000 + b'"\n')
    lines = FILES[name].count("\n")
    (problem,) = problems(tmp_path)
    assert (problem.file, problem.line) == (name, lines + 300_001)


@pytest.mark.slow
def test_source_file__is_the_hash_of_the_whole_file(tmp_path):
    rows = "".join(f"R1,K{number},6,6\n" for number in range(MANY))
    frequencies = FILES["frequencies.csv"] + "".join(f"Here,K{number},6,1,200\n" for number in range(MANY))
    path = folder(tmp_path, profiles__csv=FILES["profiles.csv"] + rows, frequencies__csv=frequencies)
    incident = read_case_folder(path)
    assert [source.name for source in incident.sources] == [
        *("incident.toml", "frequencies.csv", "profiles.csv", "donors.csv", "families.csv", "unidentified.csv")
    ]
    for source in incident.sources:
        assert source.sha256 == hashlib.sha256((path / source.name).read_bytes()).hexdigest()
    assert len(incident.families[0].donors[0].profile.genotypes) == MANY + 2


def test_hashed_file__hashes_what_was_not_read(tmp_path):
    (tmp_path / "f").write_bytes(b"x" * 1_000_000)
    with HashedFile.open(tmp_path / "f") as file:
        assert file.read(10) == b"x" * 10
        assert file.source_file().sha256 == hashlib.sha256(b"x" * 1_000_000).hexdigest()
        assert file.rewound().read() == b"x" * 1_000_000


def test_read_case_folder__problems_of_a_kind_are_counted_after_the_first_two_hundred(tmp_path):
    rows = [f"R1,K{number},<5,6\nNOBODY{number},TH01,6,6\n" for number in range(1000)]
    frequencies = FILES["frequencies.csv"] + "".join(f"Here,K{number},6,1,200\n" for number in range(1000))
    path = folder(tmp_path, profiles__csv=HEADER["profiles.csv"] + "".join(rows), frequencies__csv=frequencies)
    found = problems(path)
    unsized = [p for p in found if "sized allele" in p.remedy]
    nobody = [p for p in found if "belongs to nobody" in p.found or "or remove its rows" in p.remedy]
    assert len(unsized) == len(nobody) == MOST_OF_A_KIND + 1
    assert [p.line for p in unsized[:3]] == [2, 4, 6]
    assert unsized[-1].line == 2 + 2 * MOST_OF_A_KIND
    assert unsized[-1].found == "800 more problems of this kind, from this line on"
    assert len(found) == len(unsized) + len(nobody)


def test_findings__kinds_differ_by_file_and_remedy_but_not_by_code():
    findings = Findings()
    for number in range(MOST_OF_A_KIND + 1):
        for file in ("a.csv", "b.csv"):
            findings.problem((file, number), "x", f"'{number}'", "a word", f"correct 'F{number}' or leave it")
    findings.problem(("a.csv", 1), "x", "'1'", "a word", "remove it")
    with pytest.raises(InputError) as error:
        findings.stop_on_problems()
    assert len(error.value.problems) == 2 * (MOST_OF_A_KIND + 1) + 1
    assert sum("1 more problem of this kind" in p.found for p in error.value.problems) == 2
    assert findings.number_of_problems == 2 * (MOST_OF_A_KIND + 1) + 1


def test_findings__notices_of_a_kind_are_counted_too():
    findings = Findings()
    for number in range(1000):
        findings.notice(NO_AUTOSOMAL_GENOTYPE(code=f"R{number}"))
        findings.notice(TEXT(text="said once"))
    assert len(say_all(findings.notices)) == MOST_OF_A_KIND + 2
    assert (
        say_all(findings.notices)[-1]
        == "800 more notices like this one: sample 'R199' has no autosomal genotype in the profiles"
    )


@pytest.mark.slow
def test_read_case_folder__memory_is_that_of_the_profiles_and_not_of_the_rows(tmp_path):
    samples, markers = 800, 25
    rows = "".join(f"R{s},M{m},{6 + (s * m) % 5},{6 + s % 7}\n" for s in range(samples) for m in range(markers))
    families = "".join(f"F{s},A{s},male,,,\nF{s},B{s},male,A{s},,yes\n" for s in range(samples))
    donors = "".join(f"F{s},A{s},R{s},C,2026-01-05,identification,,\n" for s in range(samples))
    table = "".join(f"Here,M{m},{allele},0.125,200\n" for m in range(markers) for allele in range(6, 14))
    path = folder(
        tmp_path,
        profiles__csv=HEADER["profiles.csv"] + rows,
        families__csv=HEADER["families.csv"] + families,
        donors__csv=HEADER["donors.csv"] + donors,
        unidentified__csv=HEADER["unidentified.csv"],
        frequencies__csv=HEADER["frequencies.csv"] + table,
    )
    tracemalloc.start()
    try:
        incident = read_case_folder(path)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows.count("\n") == MANY
    profiles = [donor.profile for family in incident.families for donor in family.donors]
    kits = {id(getattr(profile.genotypes, "kit", profile)) for profile in profiles}
    assert len(kits) == 1
    assert len({id(pair) for profile in profiles for pair in profile.genotypes.values()}) == 35
    assert len({id(donor.consent) for family in incident.families for donor in family.donors}) == 1
    assert kept < 2_500 * samples  # a family of two and one profile; 24 dicts of 25 rows would be 6,000
    assert peak < kept + 3_000_000  # a batch of the file, not the file
