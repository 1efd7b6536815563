"""What the JSON files of results say of themselves, so that they can be read for as long as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FileFormat:
    """A kind of file, by the name under ``format`` in it, and the version that is written under ``format_version``.

    Files of Antigone 0.1.0 and older name no format; their content is that of version 1.

    Examples
    --------
    >>> RESULTS.problem({"format": "antigone results", "format_version": 1})
    ''
    >>> RESULTS.problem({"format": "antigone joint", "format_version": 1})
    "it is of the format 'antigone joint', expected 'antigone results'"
    """

    format: str
    version: int

    def labelled(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content of a file with its format first."""
        return {"format": self.format, "format_version": self.version, **content}

    def problem(self, document: Mapping[str, Any]) -> str:
        """Why a file cannot be read as this format; nothing when it can."""
        name, version = document.get("format", self.format), document.get("format_version", 1)
        if name != self.format:
            return f"it is of the format '{name}', expected '{self.format}'"
        if not isinstance(version, int) or not 1 <= version <= self.version:
            return f"it is of version {version!r}, and this program reads up to {self.version}; use a newer Antigone"
        return ""


RESULTS = FileFormat("antigone results", 2)
"""results.json: what a search found."""
JOINT = FileFormat("antigone joint", 2)
"""joint.json: the joint answer of an incident."""
GROUPS = FileFormat("antigone groups", 2)
"""groups.json: which remains are probably parts of one person."""
FRAGMENTS = FileFormat("antigone fragments", 1)
"""fragments.json: fragments and identities in one model."""
SNPS = FileFormat("antigone snps", 1)
"""What `antigone snps --json` prints."""
LR = FileFormat("antigone lr", 1)
"""What `antigone lr --json` prints: two hypotheses of one case."""
EXPLANATION = FileFormat("antigone explanation", 1)
"""What `antigone explain --json` prints: one pair in full."""
ASSIGNMENT = FileFormat("antigone assignment", 1)
"""What `antigone explain --assignment FILE --json` prints."""
POWER = FileFormat("antigone power", 1)
"""What `antigone power --json` prints."""
STATUS = FileFormat("antigone status", 1)
"""What `antigone registry status --json` prints."""
CANDIDATES = FileFormat("antigone candidates", 1)
"""What `antigone registry candidates --json` prints: one page of the list."""
CANDIDATE = FileFormat("antigone candidate", 1)
"""What `antigone registry show --json` prints: a candidate in full."""
