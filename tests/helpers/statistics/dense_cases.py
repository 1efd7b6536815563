"""Cases of the kind dense_snp for `antigone validate`."""

from __future__ import annotations

from typing import Any


def siblings_case(siblings: int, **changes: Any) -> dict[str, Any]:
    """Of one SNP, typed at all siblings but the last, nothing seen of any: both likelihoods are 1."""
    children = [f"S{number}" for number in range(siblings)]
    return {
        "id": f"siblings-{siblings}",
        "pedigree": [["F", None, None], ["M", None, None], *([child, "F", "M"] for child in children)],
        "typed": children,
        "person_of_interest": children[-1],
        "theta": 0.0,
        "map": "Haldane; positions in cM",
        "markers": [{"name": "rs1", "chromosome": 1, "cM": 0.0, "frequency_of_allele_1": 0.3}],
        "likelihoods": {child: [[1.0, 1.0, 1.0]] for child in children},
        "expected": {
            "log_likelihood_H1": 0.0, "log_likelihood_H2": 0.0, "log_LR": 0.0, "log_LR_unlinked": 0.0,
        },
        **changes,
    }  # fmt: skip
