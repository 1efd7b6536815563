"""The packaged validation cases, what they are compared with, and the record of a validation."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from antigone.casework.validation.validate import Check, tally
from antigone.model.results.validation import ValidatedLine, ValidationRecord
from antigone.version import PACKAGE, Machine, this_machine

LIMITS: Mapping[str, tuple[str, ...]] = {
    "0.1.0": (
        "Theta and inbreeding of founders together are refused, because the two have no common definition.",
        "The power of a family is not computed with silent alleles.",
        "A joint answer rests on unlinked autosomal and X markers and the sex; haplotypes and linkage take no part.",
        "A panel of SNPs is compared from files alone: it is in no search, joint answer, registry or page, and linkage "
        "between an STR marker and SNPs of its chromosome is not in the sum of both.",
        "Sequences are read as lengths; a sequence itself is not stored or compared.",
        "A pedigree, or a group of linked markers, whose exact sum is too large is refused, and never approximated.",
        "Mixtures of two persons are computed in the engine and in validation cases; no search reads them.",
    )
}
"""What each version is known not to compute."""
_SUMMED = {"enumeration": "direct summation"}
_NUMBERS = re.compile(r"^- \*\*Numbers\*\* (.*?)(?=^- |^#|^$)", re.MULTILINE | re.DOTALL)


@contextmanager
def packaged_cases() -> Iterator[list[Path]]:
    """The files of the packaged cases, unpacked for as long as they are needed."""
    packed = files("antigone").joinpath("data/validation.zip")
    with as_file(packed) as archive, tempfile.TemporaryDirectory(prefix="antigone-") as folder:
        with zipfile.ZipFile(archive) as cases:
            cases.extractall(folder)
        yield sorted(Path(folder).glob("*.json"))


def record_of(checks: Sequence[Check], paths: Sequence[Path], seconds: float) -> ValidationRecord:
    """What a laboratory files of a validation."""
    machine = this_machine()
    version = machine.software.split()[0]
    return ValidationRecord(
        tuple(_line(check) for check in checks if check.members or check.outcome != "compared"),
        {path.name: _programs(path) for path in paths},
        tally(checks),
        facts_of(machine),
        seconds,
        LIMITS.get(version, ()),
        changes_in_numbers(),
    )


def facts_of(machine: Machine) -> tuple[tuple[str, str], ...]:
    """The program and the machine, as names and what they stand for."""
    return (
        ("Antigone", machine.software),
        ("Digest of its code (SHA-256)", machine.code),
        ("Python", machine.python),
        ("System", machine.system),
        ("Processors", str(machine.processors)),
        ("Libraries", ", ".join(f"{name} {version}" for name, version in machine.libraries.items())),
        ("Compiled kernels (numba)", "in use" if "numba" in machine.libraries else "not installed: their plain twins"),
    )


def _line(check: Check) -> ValidatedLine:
    verdict = check.outcome if check.outcome != "compared" else "agrees" if check.passed else "differs"
    quantity = check.quantity or check.category
    return ValidatedLine(
        check.file, quantity, check.cases, check.values, check.largest, check.tolerance, verdict, check.reason
    )


def _programs(path: Path) -> str:
    """The programs that the cases of a file name; cases that name none say what they are in the documentation."""
    content = json.loads(path.read_bytes())
    named = [case.get("software", ()) for case in content] if isinstance(content, list) else []
    programs = {_SUMMED.get(program, program) for one in named for program in ([one] if isinstance(one, str) else one)}
    return ", ".join(sorted(programs)) or "two independent programs or direct summation, see docs/validation.md"


def changes_in_numbers() -> tuple[str, ...]:
    """The lines of the changelog that tell of a changed number, the newest version's first."""
    places = (PACKAGE / "data" / "CHANGELOG.md", PACKAGE.parents[1] / "CHANGELOG.md")
    text = next((place.read_text("utf-8") for place in places if place.is_file()), "")
    newest = text.partition("\n## ")[2].partition("\n## ")[0]
    return tuple(_without_marks(line) for line in _NUMBERS.findall(newest))


def _without_marks(line: str) -> str:
    """A line of Markdown as plain words."""
    return re.sub(r"\s+", " ", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line)).replace("`", "").strip()
