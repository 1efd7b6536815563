"""What several tests share: see ``test_formats_validation``, where it is used most."""

from __future__ import annotations

CASE = {
    "id": "mine-001",
    "markers": [
        {
            "name": "M",
            "chromosome": "A",
            "alleles": ["7", "8"],
            "frequencies": [0.4, 0.5],
            "silent": 0.1,
            "mutation": None,
        },
        {
            "name": "X",
            "chromosome": "X",
            "alleles": ["A", "B"],
            "frequencies": [0.5, 0.5],
            "mutation": {
                "female": {"model": "equal", "rate": 0.1},
                "male": {"model": "custom", "matrix": [[1, 0], [0, 1]]},
            },
        },
    ],
    "theta": 0.01,
    "founder_inbreeding": {"F": 0.25},
    "linkage": [{"markers": ["M", "X"], "rho": 0.1}],
    "pedigrees": {
        "H1": [
            {"id": "F", "father": None, "mother": None, "sex": "male"},
            {"id": "C", "father": "F", "mother": None, "sex": "female"},
        ],
        "H2": [{"id": "C", "father": None, "mother": None, "sex": "female"}],
    },
    "genotypes": {"F": {"M": ["7", None], "X": ["A"]}, "C": {"M": ["7", "8"], "X": ["A", "B"]}},
    "expected": {"log_LR_total": 1.5},
}
