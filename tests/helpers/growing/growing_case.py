"""A case that grows, as steps: what comes in through a door, and the files that hold all of it at once.

One family F1 (father, mother, missing child) and one F2; PM1 is the child of F1, PM2 that of F2. PM1 is typed with a
second kit that differs at one marker, a reference of F2 was typed wrongly, a sister and another body come in, the table
of frequencies is replaced, and the father of F1 withdraws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from registry_team import MARKERS, typed

from antigone.model.profile import Genotype

CASE = "flood"
KIT_1, KIT_2 = slice(0, 10), slice(8, MARKERS)
DIFFERS = "M09"
"""Where the second kit shows something else: kit 1 is right."""
MISREAD, READ_AS = "M03", ("10", "10")
"""Where the mother of F2 was typed wrongly in the first files, and as what."""

Files = Mapping[str, str]
Genotypes = Mapping[str, Genotype]


class Door(Protocol):
    """One way into a registry: each user signs in as themself."""

    def bring(self, files: Files, *, kit: str = "") -> None: ...
    def agree_on_first_model(self) -> None: ...
    def search(self, *, whole: bool = False) -> None: ...
    def samples_in_conflict(self) -> list[str]: ...
    def settle(self, sample: str, marker: str, *, keep: int) -> None: ...
    def typings(self, sample: str) -> list[int]: ...
    def correct(self, sample: str, typing: int, marker: str, alleles: str) -> None: ...
    def agree_on_model_of(self, files: Files, name: str) -> None: ...
    def withdraw(self, family: str, member: str) -> None: ...
    def shown(self) -> dict[tuple[str, str], float]:
        """The candidates that this door shows: log10 LR, as exact as it shows it."""


@dataclass(frozen=True)
class Step:
    """Something that happens: through a door, and to the files that a fresh registry is given at once."""

    name: str
    happens: Callable[[Door], None]
    at_once: Callable[[Files], Files]


def table(header: str, *rows: str) -> str:
    return "\n".join((header, *rows)) + "\n"


def profile_rows(sample: str, genotypes: Genotypes) -> list[str]:
    return [f"{sample},{marker},{first},{second}" for marker, (first, second) in genotypes.items()]


def profiles(*rows: list[str]) -> str:
    return table("sample,marker,allele1,allele2", *(row for several in rows for row in several))


def of_kit(genotypes: Genotypes, markers: slice) -> Genotypes:
    return dict(list(genotypes.items())[markers])


def frequencies(of_ten: float) -> str:
    """Ten alleles at each marker, of which allele 10 has a frequency of its own."""
    shares = {10 + a: of_ten if a == 0 else (1 - of_ten) / 9 for a in range(10)}
    rows = [f"Here,M{m:02},{allele},{share!r},400" for m in range(MARKERS) for allele, share in shares.items()]
    return table("population,marker,allele,frequency,alleles_sampled", *rows)


def without(text: str, beginning: str) -> str:
    """A table without the rows that begin so."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(beginning))


SETTINGS = """title = "A flood"

[search]
threshold = 100.0

[mutation]
model = "stepwise"
rate = 0.002
range = 0.1
"""
PEOPLE = "sample"
FAMILIES = "family,member,sex,father,mother,missing"
DONORS = "family,member,sample,consent_reference,consent_date,consent_scope"
GIVEN = "2026-01-05,identification"

FA, MO = typed("F1-FA", 1, 0, 1).genotypes, typed("F1-MO", 1, 2, 3).genotypes
SISTER = typed("F1-SI", 1, 1, 3).genotypes
BODY = typed("PM1", 1, 0, 2).genotypes
MO_2 = typed("F2-MO", 2, 2, 3).genotypes
MO_2_WRONG = {**MO_2, MISREAD: READ_AS}
SECOND_KIT = {**of_kit(BODY, KIT_2), DIFFERS: ("19", "19")}
REFERENCES = profiles(
    profile_rows("F1-FA", FA), profile_rows("F1-MO", MO), profile_rows("F2-FA", typed("F2-FA", 2, 0, 1).genotypes)
)

FIRST: Files = {
    "incident.toml": SETTINGS,
    "frequencies.csv": frequencies(0.1),
    "families.csv": table(
        FAMILIES,
        *(row.format(f=f) for f in ("F1", "F2") for row in ("{f},FA,male,,,", "{f},MO,female,,,", "{f},MP,,FA,MO,yes")),
    ),
    "donors.csv": table(DONORS, *(f"{f},{m},{f}-{m},C-{f},{GIVEN}" for f in ("F1", "F2") for m in ("FA", "MO"))),
    "unidentified.csv": table(PEOPLE, "PM1", "PM2"),
    "profiles.csv": REFERENCES
    + "".join(f"{row}\n" for row in profile_rows("F2-MO", MO_2_WRONG))
    + "".join(f"{row}\n" for row in profile_rows("PM1", of_kit(BODY, KIT_1)))
    + "".join(f"{row}\n" for row in profile_rows("PM2", typed("PM2", 2, 0, 2).genotypes)),
}
SISTER_CAME: Files = {
    "families.csv": table(FAMILIES, "F1,SI,female,FA,MO,"),
    "donors.csv": table(DONORS, f"F1,SI,F1-SI,C-sister,{GIVEN}"),
    "profiles.csv": profiles(profile_rows("F1-SI", SISTER)),
}
BODY_CAME: Files = {
    "unidentified.csv": table(PEOPLE, "PM3"),
    "profiles.csv": profiles(profile_rows("PM3", typed("PM3", 1, 1, 2).genotypes)),
}
NEW_TABLE: Files = {"frequencies.csv": frequencies(0.19)}


def rows_added(files: Files, more: Files) -> Files:
    """Files with the rows of others below theirs."""
    below = {name: text.partition("\n")[2] for name, text in more.items()}
    return {name: text + below.get(name, "") for name, text in files.items()}


def first_import(door: Door) -> None:
    door.bring(FIRST)
    door.agree_on_first_model()
    door.search(whole=True)


def second_kit(door: Door) -> None:
    door.bring({"profiles.csv": profiles(profile_rows("PM1", SECOND_KIT))}, kit="Kit 2")
    assert door.samples_in_conflict() == ["PM1"]
    door.search()


def settled(door: Door) -> None:
    first, _ = door.typings("PM1")
    door.settle("PM1", DIFFERS, keep=first)
    assert door.samples_in_conflict() == []
    door.search()


def corrected(door: Door) -> None:
    (only,) = door.typings("F2-MO")
    door.correct("F2-MO", only, MISREAD, "/".join(map(str, MO_2[MISREAD])))
    door.search()


def brought(files: Files) -> Callable[[Door], None]:
    def happens(door: Door) -> None:
        door.bring(files)
        door.search()

    return happens


def new_table(door: Door) -> None:
    door.agree_on_model_of(NEW_TABLE, "table of 2026")
    door.search()


def withdrawn(door: Door) -> None:
    door.withdraw("F1", "FA")
    door.search()


def _with_second_kit(files: Files) -> Files:
    return {**files, "profiles_kit2.csv": profiles(profile_rows("PM1", SECOND_KIT))}


def _with_settled(files: Files) -> Files:
    return {**files, "profiles_kit2.csv": profiles(profile_rows("PM1", of_kit(BODY, KIT_2)))}


def _with_corrected(files: Files) -> Files:
    kept = without(files["profiles.csv"], "F2-MO,")
    return {**files, "profiles.csv": kept + "".join(f"{row}\n" for row in profile_rows("F2-MO", MO_2))}


def _without_father(files: Files) -> Files:
    donors, typed_rows = without(files["donors.csv"], "F1,FA,"), without(files["profiles.csv"], "F1-FA,")
    return {**files, "donors.csv": donors, "profiles.csv": typed_rows}


STORY = (
    Step("import and search", first_import, lambda _: FIRST),
    Step("second kit", second_kit, _with_second_kit),
    Step("conflict settled", settled, _with_settled),
    Step("correction", corrected, _with_corrected),
    Step("new sister", brought(SISTER_CAME), lambda files: rows_added(files, SISTER_CAME)),
    Step("new body", brought(BODY_CAME), lambda files: rows_added(files, BODY_CAME)),
    Step("new table of frequencies", new_table, lambda files: {**files, **NEW_TABLE}),
    Step("withdrawal", withdrawn, _without_father),
)
