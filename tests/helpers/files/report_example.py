"""A plausible search result and its incident, made by hand: every kind of family and of candidate a report shows."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import replace

from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.model.results.search import (
    Candidate,
    ChanceMatches,
    FamilySummary,
    MarkerMutation,
    MutationStep,
    Provenance,
    SearchResult,
    Setting,
    UnidentifiedSummary,
)
from antigone.model.statements.statement import TEXT

# fmt: off
MARKERS = (
    "D1S1656", "D2S1338", "D2S441", "D3S1358", "D5S818", "D7S820", "D8S1179", "D10S1248", "D12S391", "D13S317",
    "D16S539", "D18S51", "D19S433", "D21S11", "D22S1045", "CSF1PO", "FGA", "SE33", "TH01", "TPOX", "vWA",
)
# fmt: on
POPULATIONS = ("Northern coast", "Inland", "Islands")
ALLELES = ("allele-one", "allele-two", "allele-three")
CREATED = "2026-03-02T14:05:09+00:00"
CONSENT = Consent("form 1", dt.date(2026, 1, 12))
ENDED = replace(CONSENT, withdrawn=dt.date(2026, 2, 1))

PARENTS = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP1", "male", "FA", "MO"), ("SIS", "female", "FA", "MO"))
GRANDPARENTS = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("FA", "male", "GF", "GM"), ("UNCLE", "male", "GF", "GM"), ("MO", "female"),
    ("MP1", "female", "FA", "MO"), ("MP2", "male", "FA", "MO"),
)  # fmt: skip
HALF_SIBLINGS = Pedigree.of(
    ("FA", "male"), ("MO1", "female"), ("MO2", "female"), ("MO3", "female"), ("MP1", "male", "FA", "MO1"),
    ("HS1", "female", "FA", "MO2"), ("HS2", "male", "FA", "MO2"), ("HS3", "female", "FA", "MO3"),
)  # fmt: skip
COUSINS = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("A1", "male", "GF", "GM"), ("A2", "female", "GF", "GM"), ("W1", "female"),
    ("H2", "male"), ("B1", "male", "A1", "W1"), ("B2", "female", "H2", "A2"), ("B3", "female", "H2", "A2"),
    ("MP1", "female", "B1", "B2"), ("C2", "male", "B1", "B2"),
)  # fmt: skip
ONE_PARENT = Pedigree(
    (
        Individual("MO", "female"),
        Individual("MP1", "unknown", None, "MO"),
        Individual("SIB", "female", None, "MO"),
        Individual("MGM", "female"),
        Individual("AUNT", "female", None, "MGM"),
    )
)
UNCLE_AND_NIECE = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("U", "male", "GF", "GM"), ("S", "female", "GF", "GM"), ("T", "male"),
    ("N", "female", "T", "S"), ("MP1", "male", "U", "N"),
)  # fmt: skip
FATHER_AND_DAUGHTER = Pedigree(
    (
        Individual("F", "male"),
        Individual("M", "female"),
        Individual("D", "female", "F", "M"),
        Individual("X", "male", "F", "D"),
        Individual("Y", "unknown", None, "D"),
    )
)
LARGE = Pedigree.of(
    ("G1", "male"), ("G2", "female"), ("G3", "male"), ("G4", "female"), ("P0", "female", "G1", "G2"),
    ("P1", "male", "G1", "G2"), ("P2", "female", "G1", "G2"), ("P3", "male", "G1", "G2"), ("P4", "female", "G1", "G2"),
    ("R0", "male", "G3", "G4"), ("R1", "female", "G3", "G4"), ("R2", "male", "G3", "G4"), ("S1", "male"),
    ("S2", "female"), ("S3", "male"), ("C1", "male", "P1", "R1"), ("C2", "female", "P1", "R1"),
    ("MP1", "male", "P1", "R1"), ("C3", "female", "S1", "P0"), ("C4", "male", "S1", "P0"), ("C5", "male", "P3", "S2"),
    ("C6", "female", "R0", "S2"), ("C7", "female", "R0", "S2"), ("W", "female"), ("K1", "female", "C1", "W"),
)  # fmt: skip


def profile(sample: str) -> Profile:
    return Profile(sample, {marker: (ALLELES[i % 3], ALLELES[i % 2]) for i, marker in enumerate(MARKERS)})


def family(code: str, pedigree: Pedigree, missing: tuple[str, ...], donors: tuple[str, ...]) -> Family:
    """A family whose last donor has withdrawn."""
    consents = [*(CONSENT for _ in donors[1:]), ENDED]
    given = tuple(Donor(d, profile(f"{code}-{d}"), c) for d, c in zip(donors, consents, strict=True))
    return Family(code, pedigree, missing, given)


FAMILIES = (
    family("F01", PARENTS, ("MP1",), ("FA", "MO", "SIS")),
    family("F02", GRANDPARENTS, ("MP1", "MP2"), ("GF", "GM", "UNCLE", "MO")),
    family("F03", HALF_SIBLINGS, ("MP1",), ("HS1", "HS2", "MO1", "MO3")),
    family("F04", COUSINS, ("MP1",), ("B3", "C2", "GM")),
    family("F05", LARGE, ("MP1",), ("C2", "P4", "K1", "G2", "R2", "C7")),
    family("F06", ONE_PARENT, ("MP1",), ("MO", "SIB", "AUNT")),
    family("F07", UNCLE_AND_NIECE, ("MP1",), ("N", "T")),
)


def candidate(rank: int, unidentified: str, code: str, missing: str, strength: float, verbal: str) -> Candidate:
    """A candidate whose markers add up to their totals."""
    draws = random.Random(rank)
    compared = tuple(marker for i, marker in enumerate(MARKERS) if (i + rank) % 9)
    by_marker = {
        population: {marker: round(draws.gauss(strength / len(compared), 0.35), 4) for marker in compared}
        for population in POPULATIONS
    }
    totals = {population: math.fsum(values.values()) for population, values in by_marker.items()}
    smallest = min(totals, key=lambda population: totals[population])
    odds = 10 ** totals[smallest] / 9
    absent = tuple(marker for marker in MARKERS if marker not in compared)
    return Candidate(
        rank, unidentified, code, missing, totals, smallest, by_marker, compared, absent, (), odds / (1 + odds),
        TEXT(text=verbal),
    )  # fmt: skip


STRONG = "The findings are extremely strong support for H1 over H2."
MODERATE = "The findings are very strong support for H1 over H2."
PLACES = [
    ("PM012", "F01", "MP1", 14.0), ("PM-2026-0007", "F05", "MP1", 11.5), ("PM031", "F02", "MP1", 9.0),
    ("PM044", "F02", "MP1", 8.0), ("PM003", "F03", "MP1", 7.4), ("PM020", "F04", "MP1", 6.9),
    ("SEEKER-2", "F06", "MP1", 6.2), ("PM003", "F01", "MP1", 5.9),
]  # fmt: skip
MUTATIONS = (
    MarkerMutation("D21S11", (MutationStep("FA", "MP1", 1.0, 0.98), MutationStep("MO", "MP1", -2.0, 0.013))),
    MarkerMutation("SE33", (MutationStep("MO", "MP1", None, 0.91),)),
    MarkerMutation("FGA", (MutationStep("FA", "MO", 1.0, 0.99),)),
)


def candidates() -> tuple[Candidate, ...]:
    found = [
        candidate(rank, unidentified, code, missing, strength, STRONG if strength > 8 else MODERATE)
        for rank, (unidentified, code, missing, strength) in enumerate(PLACES, start=1)
    ]
    found[0] = replace(found[0], mutations=MUTATIONS)
    ranked = sorted(found, key=lambda c: -c.smallest_log10_lr)
    return tuple(replace(c, rank=rank) for rank, c in enumerate(ranked, start=1))


def unidentified() -> tuple[UnidentifiedPerson, ...]:
    codes = dict.fromkeys([place[0] for place in PLACES] + ["PM050", "PM051", "PM052"])
    sexes: dict[str, Sex] = {"PM031": "female", "PM044": "female", "PM050": "unknown"}
    return tuple(
        UnidentifiedPerson(code, profile(code), sexes.get(code, "male"), "living" if code == "SEEKER-2" else "remains")
        for code in codes
    )


def incident() -> Incident:
    return Incident("Ferry accident, northern coast", unidentified(), FAMILIES, ())


def unidentified_summaries(found: tuple[Candidate, ...]) -> tuple[UnidentifiedSummary, ...]:
    remarks = {
        "PM050": ("Only 4 markers were typed; no family could reach the threshold.", 2.13),
        "PM051": ("Every compared missing person is excluded.", -math.inf),
        "PM052": ("No marker in common with any family.", None),
    }
    lines = []
    for person in unidentified():
        own = [c for c in found if c.unidentified == person.code]
        remark, best = remarks.get(person.code, ("", own[0].smallest_log10_lr if own else None))
        family, missing = (own[0].family, own[0].missing) if own else (None, None)
        best_pair = (family, missing, best)
        lines.append(UnidentifiedSummary(person.code, person.sex, 21, *best_pair, len(own), TEXT(text=remark)))
    return tuple(lines)


def family_summaries(found: tuple[Candidate, ...]) -> tuple[FamilySummary, ...]:
    lines = []
    for home in FAMILIES:
        for member in home.missing:
            own = [c for c in found if (c.family, c.missing) == (home.code, member)]
            code, best = (own[0].unidentified, own[0].smallest_log10_lr) if own else (None, None)
            remark = "" if own else "The references can show little; a sample of another sibling would help most."
            sex = home.pedigree[member].sex
            donors = len(home.donors) - 1
            lines.append(FamilySummary(home.code, member, sex, donors, 1, code, best, len(own), TEXT(text=remark)))
    return tuple(lines)


def result() -> SearchResult:
    found = candidates()
    return SearchResult(
        title="Ferry accident, northern coast",
        populations=POPULATIONS,
        candidates=found,
        unidentified=unidentified_summaries(found),
        families=family_summaries(found),
        pairs_compared=62,
        pairs_excluded_by_sex=15,
        pairs_without_data=3,
        chance=ChanceMatches(62, 1e4, 0.0062, 0.0021, 0.0004, 100_000, 17),
        prior=1 / 10,
        prior_reason=TEXT(text="one over the number of unidentified persons, because that number is the larger one"),
        threshold=1e4,
        left_out={"donors without an active consent": 7, "unidentified persons with fewer than 4 markers": 2},
        assumptions=(
            TEXT(text="Markers are inherited independently of one another."),
            TEXT(text="Mutations follow a stepwise model: rate 0.0005 for mothers and 0.002 for fathers, range 0.1."),
            TEXT(text="Theta is 0.01 for members of the same population."),
        ),
        notices=(TEXT(text="frequencies.csv: the marker name 'VWA' was read as 'vWA'."),),
        verbal_scale_source="ENFSI guideline for evaluative reporting in forensic science, 2015.",
        provenance=Provenance(
            software="antigone",
            version="0.1.0",
            python="3.11.9",
            libraries={"numpy": "2.4.6", "altair": "6.3.0"},
            created=CREATED,
            command="antigone search case/ --out report/",
            inputs={"unidentified.csv": "9f" * 32, "families.csv": "3c" * 32},
            frequencies=dict.fromkeys(POPULATIONS, "b7" * 32),
            settings=tuple(
                Setting(TEXT(text=name), TEXT(text=value))
                for name, value in (("theta", "0.01"), ("threshold", "10000"), ("frequency rule", "5/(2N), rescaled"))
            ),
            seed=17,
            consent_attested_by="",
        ),
        day=CREATED[:10],
    )
