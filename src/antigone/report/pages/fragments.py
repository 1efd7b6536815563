"""The joint answer for fragments as files for other programs."""

from __future__ import annotations

import csv
import io

from antigone.model.results.file_format import FRAGMENTS
from antigone.model.results.fragments import FragmentsResult, SampleProposal
from antigone.report.tables.files import fields_of, file_text, harmless_cell

NOT_MISSING = "a person who is none of the missing"


def proposed_as(proposal: SampleProposal) -> str:
    """Whose a sample is, in words.

    >>> proposed_as(SampleProposal("PM2", "F2", ("A2",), 0.999999, ("PM9",), supported=True))
    'part of the person proposed as A2'
    >>> proposed_as(SampleProposal("PM4", "", (), 0.9, ("PM11",), supported=False))
    'open; most probably part of a person who is none of the missing'
    """
    part = "part of " * bool(proposal.parts)
    who = f"the person proposed as {' or '.join(proposal.missing)}" if proposal.missing else NOT_MISSING
    return ("" if proposal.supported else "open; most probably ") + part + who


def fragments_csv(result: FragmentsResult) -> str:
    """One row for each sample and missing person with a posterior of ``least_listed``, and one for nobody missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["sample", "family", "missing", "posterior", "with"])
    parts = {proposal.sample: " ".join(proposal.parts) for proposal in result.proposals}
    for one in result.places:
        codes = map(harmless_cell, (one.sample, one.family, one.missing))
        writer.writerow([*codes, f"{one.posterior:.9f}", harmless_cell(parts[one.sample])])
    for sample, chance in result.nobody_missing.items():
        writer.writerow([harmless_cell(sample), "", "", f"{chance:.9f}", harmless_cell(parts[sample])])
    return text.getvalue()


def fragments_json(result: FragmentsResult) -> str:
    """The whole result with its provenance; ``parts`` of a missing person by their number."""
    return file_text(FRAGMENTS, fields_of(result), result.provenance)
