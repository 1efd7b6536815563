"""The files of a comparison by SNPs, from panel and readings to what may be used of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from antigone.casework.incident.prepare import Prepared
from antigone.casework.snps.compare import Given
from antigone.errors import InputError
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.sources import HashedFile
from antigone.formats.snps.panel import read_panel
from antigone.formats.snps.readings import read_snp_readings
from antigone.model.assumptions.snp_panel import SnpModel, SnpPanel
from antigone.model.statements import evidence as said
from antigone.model.statements.statement import Statement


def read_snp_files(
    panel: Path, readings: Sequence[Path], prepared: Prepared, model: SnpModel
) -> tuple[SnpPanel, Given, tuple[Statement, ...]]:
    """The panel, what was read of the incident's samples by a donor's consent, and what was left out.

    Raises
    ------
    InputError
        With every problem of every file.
    """
    findings = Findings()
    read = read_panel(panel, findings)
    given = {} if read is None else read_snp_readings(readings, read, read_error=model.read_error, findings=findings)
    findings.stop_on_problems()
    if read is None:
        raise InputError(f"{panel.name} holds no panel")
    used = _samples(prepared)
    nobodys = tuple(sorted(set(given) - used))
    if nobodys:
        files = ", ".join(path.name for path in readings)
        findings.notice(
            said.SNP_NOBODYS(file=files, names=(*nobodys[:10], *([f"{len(nobodys) - 10} more"] * bool(nobodys[10:]))))
        )
    return read, {sample: logs for sample, logs in given.items() if sample in used}, findings.notices


def _samples(prepared: Prepared) -> set[str]:
    """Samples of unidentified persons, and of donors whose consent covers the search."""
    donors = (family.declared.references.values() for family in prepared.families)
    return {person.profile.sample for person in prepared.persons} | {one.sample for many in donors for one in many}


def hashes_of(paths: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of each file by its name, for the provenance."""
    found = {}
    for path in paths:
        with HashedFile.open(path) as file:
            source = file.source_file()
        found[source.name] = source.sha256
    return found
