"""What a run keeps for its geneticist alone: references that do not fit, and how many pairs were truly compared."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from antigone.casework.pairs.search import SearchOutcome
from antigone.team.views import Finding


@dataclass(frozen=True)
class Findings:
    """``fits`` are the references that took no part; ``truly_compared`` is None in runs of before it was kept."""

    fits: tuple[Finding, ...]
    truly_compared: int | None


def pack(outcome: SearchOutcome) -> str:
    """What is sealed of an outcome."""
    fits = [Finding(fit.family, fit.member, fit.sample, fit.log10_fit) for fit in outcome.incidental if fit.left_out]
    return json.dumps({"fits": [asdict(one) for one in fits], "truly compared": outcome.truly_compared})


def read_packed(text: str) -> Findings:
    """What was sealed; an older run kept the references alone."""
    kept = json.loads(text)
    fits, compared = (kept, None) if isinstance(kept, list) else (kept["fits"], kept["truly compared"])
    return Findings(tuple(Finding(**one) for one in fits), compared)
