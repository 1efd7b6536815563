"""A case, its review and the texts of a PDF, for the tests of documents."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import report_example as example
from pypdf import PdfReader

from antigone.model.results.search import EvidenceLine, SensitivityPoint
from antigone.model.statements import evidence as said
from antigone.model.statements.method import VERY_STRONG
from antigone.report.paper.case import ExpertCase, ReviewStep
from antigone.report.paper.expert import expert_report
from antigone.report.paper.letter import Sender, State, family_letter
from antigone.report.paper.status import IncidentStatus, Waiting
from antigone.report.words.language import Language, read_language

DAY = dt.date(2026, 3, 6)


EN, ES = read_language("en"), read_language("es")


BOTH = pytest.mark.parametrize("language", [EN, ES], ids=lambda language: language.code)


SENDER = Sender("Institute of the Coast\nFamily support", "Ana Pereira, ana@institute.example", "Marta Ruiz", "Alba")


TRAIL = (
    ReviewStep(dt.date(2026, 3, 3), "ruiz", "propose", "fits the place of recovery"),
    ReviewStep(dt.date(2026, 3, 4), "ruiz", "comment", "asked for the dental record"),
    ReviewStep(dt.date(2026, 3, 5), "okafor", "confirm", "examined on my own"),
)


EVIDENCE = (
    EvidenceLine("autosomal", 14.1, said.MARKERS(number=21, population="Inland")),
    EvidenceLine("Y", None, said.NOT_LOOKED_UP()),
    EvidenceLine("all together", 14.5, said.POSTERIOR_OF_ALL(probability=0.99999)),
)  # fmt: skip


SENSITIVITY = (SensitivityPoint("theta", "0.03", 13.0), SensitivityPoint("mutation rates", "× 10", -math.inf))


STATUS = IncidentStatus(
    "FERRY-26", "Ferry accident", remains=1204, living=2, families=431, missing=1502, identified=388, donors=1120,
    donors_without_consent=37, pairings={"open": 61, "proposed": 12, "confirmed": 388},
    waiting=(
        Waiting("geneticist", "judge candidates", 61, dt.date(2026, 2, 20)), Waiting("reviewer", "review proposals", 0)
    ),
    last_search=dt.date(2026, 3, 1),
)  # fmt: skip


def case(rank: int = 1, **changes: Any) -> ExpertCase:
    """A candidate of the example with everything a report can show."""
    result, incident = example.result(), example.incident()
    candidate = result.candidates[rank - 1]
    candidate = replace(candidate, verbal=VERY_STRONG(side="H1"), evidence=EVIDENCE, sensitivity=SENSITIVITY)
    candidate = replace(candidate, linkage_log10={"vWA|D12S391": -0.12, "D5S818|CSF1PO": None}, **changes)
    (family,) = (f for f in incident.families if f.code == candidate.family)
    (person,) = (p for p in incident.unidentified if p.code == candidate.unidentified)
    return ExpertCase(candidate, result, family, person, TRAIL)


def pages(pdf: bytes) -> list[str]:
    """What a reader reads on each page, with plain spaces."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def strings(value: object) -> Iterator[str]:
    """Every string of a document, drawings left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Language):
        for name in value.__dataclass_fields__:
            if name != "svg":
                yield from strings(getattr(value, name))


@cache
def expert(code: str) -> bytes:
    return expert_report(case(), language=read_language(code), day=DAY)


def written_letter(state: State, language: Language) -> bytes:
    return family_letter(state, "F01", confirmed_by=("ruiz", "okafor"), sender=SENDER, language=language, day=DAY)
