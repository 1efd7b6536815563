"""Who is missing in a pedigree file that does not say it: whoever is named, or has a code that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from antigone.formats.exchange.declared import Declared
from antigone.formats.reading.findings import Findings

_CALLED_MISSING = re.compile(r"(missing|mp)([^a-z].*)?|missing.*", re.IGNORECASE)


def is_missing(code: str, patterns: Sequence[str]) -> bool:
    """Whether a code is that of a missing person: one that is named, else one called Missing or MP.

    >>> is_missing("SON", ["SON"]), is_missing("MP 1", []), is_missing("Missing person", []), is_missing("MO", [])
    (True, True, True, False)
    """
    if not patterns:
        return _CALLED_MISSING.fullmatch(code) is not None
    return any(re.fullmatch(".*".join(map(re.escape, one.split("*"))), code, re.DOTALL) for one in patterns)


def check_missing(declared: Declared, patterns: Sequence[str], findings: Findings) -> None:
    """Ask who is missing in each family that does not say it."""
    families = dict.fromkeys(member.family for member in declared.members)
    for family in families:
        members = [member for member in declared.members if member.family == family]
        if any(member.missing for member in members):
            continue
        untyped = [member.code for member in members if not member.sample]
        example = untyped[0] if untyped else members[0].code
        found = f"family '{family}', which does not say who is missing"
        named = f" (without a sample: {', '.join(untyped[:10])})" if untyped else ""
        remedy = f"name the missing person{named}, such as --missing '{example}', or call the person 'Missing'"
        findings.problem((declared.name, members[0].line), "", found, "a missing person in each family", remedy)
