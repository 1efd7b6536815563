"""The validation of an installation on paper, for the file of a laboratory. In English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from antigone.model.results.validation import ValidatedLine, ValidationRecord
from antigone.report.paper.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Heading,
    Paragraph,
    Signatures,
    Table,
    render_pdf,
)
from antigone.report.words.language import read_language

SOURCES = (
    "The cases are simulated: no genotype of a person and no frequency database is among them. Each states the values "
    "that established programs compute for it; where those of two programs differ, direct summation over all genotypes "
    "of all members decides. Values are natural logarithms; an impossible one agrees with an impossible one only."
)
NOT_COVERED = (
    "The laboratory's own kits, frequencies, mutation rates and rates of drop-out; that they fit its casework is its "
    "own internal validation.",
    "The reading of the laboratory's own files. Look at the notices of each import, and compare some profiles by hand.",
    "People: who may decide what, and how findings are reviewed and reported.",
    "Published examples of other programs, which may not be passed on with this one.",
)
ISFG = "ISFG (Coble et al. 2016, doi:10.1016/j.fsigen.2016.09.002): "
ISO = "ISO/IEC 17025:2017, "
MAPPED = (
    (f"{ISFG}models and assumptions are documented", "docs/model.md, with equations and sources"),
    (f"{ISFG}compared with hand calculation and with other programs", "section 1 of this document"),
    (f"{ISFG}limits are known and stated", "section 2"),
    (f"{ISFG}each version is known, and what changed in it", "sections 3 and 4; CHANGELOG.md"),
    (f"{ISFG}the laboratory validates internally, with its own data", "not covered: section 2"),
    (f"{ISO}6.4: equipment, software included, is identified and checked before use", "section 4; antigone check"),
    (f"{ISO}7.2.2: validation of methods, with its record", "this document"),
    (f"{ISO}7.5: records that let a result be computed again", "the provenance in every result"),
    (f"{ISO}7.6: what contributes to uncertainty", "sensitivity of each candidate; bounds of joint answers"),
    (f"{ISO}7.11: software is validated before use, and so is each change", "repeat this after each update"),
)
FEW = 1e-300
"""Deviations below are shown as 0."""


def validation_report(record: ValidationRecord, *, day: dt.date) -> bytes:
    """The record as PDF."""
    return render_pdf(compose_validation(record, day=day))


def compose_validation(record: ValidationRecord, *, day: dt.date) -> Document:
    """The record before it is set."""
    verdict = "Every value that was compared agrees." if record.agrees else "NOT every value was compared, or agrees."
    return Document(
        title="Validation of Antigone",
        language=read_language("en"),
        day=day,
        blocks=(
            Paragraph(verdict, "lead"),
            Paragraph(f"{record.counts} It took {record.seconds:.0f} seconds."),
            Heading("What was computed, against what"),
            Paragraph(SOURCES),
            *_results(record),
            Heading("What was not covered, and known limits"),
            Bullets(NOT_COVERED),
            Paragraph("This version does not compute, and refuses or says so:"),
            Bullets(record.limits or ("No limits are on record for this version.",)),
            Heading("What changed in numbers"),
            Bullets(record.changes) if record.changes else Paragraph("Nothing since the version before."),
            Heading("Program and machine"),
            Facts(record.facts, "code"),
            Heading("Where guidelines are met"),
            Table(("Asked for", "Where it is"), MAPPED, (False, False), (True, True)),
            Signatures(("Name", "Signature", "Date"), ("Judged by",)),
        ),
        running=("Validation of Antigone", day.isoformat()),
        paging="page {page} of {pages}",
        foot="Prepared by the program itself. A person of the laboratory judges it and signs.",
    )


def _results(record: ValidationRecord) -> Iterator[Block]:
    """A row for each quantity, and one for what each file is compared with."""
    rows = []
    for file, lines in groupby(sorted(record.lines, key=lambda line: line.file), key=lambda line: line.file):
        name = file.removesuffix(".json").replace("_", " ")
        rows += [_row(name if number == 0 else "", line) for number, line in enumerate(lines)]
    head = ("Cases", "Quantity", "Cases", "Values", "Largest deviation", "Allowed", "Verdict")
    numbers, wide = (False, False, True, True, True, True, False), (True, True, False, False, False, False, False)
    yield Table(head, tuple(rows), numbers, wide)
    programs = tuple((file.removesuffix(".json").replace("_", " "), said) for file, said in record.against.items())
    yield Table(("Cases", "Compared with"), programs, (False, False), (False, True))
    reasons = tuple(f"{line.file}: {line.reason}" for line in record.lines if line.reason)
    if reasons:
        yield Paragraph("Not compared:")
        yield Bullets(reasons)


def _row(name: str, line: ValidatedLine) -> tuple[str, ...]:
    largest = "-" if line.largest is None else "0" if line.largest < FEW else f"{line.largest:.1e}"
    allowed = f"{line.tolerance:.0e}" if line.tolerance else "0"
    return name, line.quantity, str(line.cases), str(line.values), largest, allowed, line.verdict
