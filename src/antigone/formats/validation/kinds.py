"""What kind of case a JSON case is, from what it holds, and the form that the values expected of it have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from antigone.formats.validation.values import named

_JOINT = {"joint", "GLR", "dviSolve", "jointDVI", "posterior_pairing_flat_prior", "posterior_pairing_stated_prior"}

OWN_FORMS = ("dense_snp", "mixture", "sequence_ce", "power_exact")
"""Kinds in forms of their own: their cases are taken as they are, and read where they are computed."""

_BY_KEYS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    # kind, the keys a case of it has, and keys of which its expected values have one; the first that fits
    ("power_exact", frozenset({"typed", "missing", "values"}), frozenset()),
    ("dense_snp", frozenset({"likelihoods", "person_of_interest"}), frozenset()),
    ("mixture", frozenset({"shown", "reference"}), frozenset()),
    ("sequence_ce", frozenset({"alleles", "reference", "unidentified"}), frozenset()),
    ("mutation_matrices", frozenset({"alleles", "frequencies", "model"}), frozenset()),
    ("disagreements", frozenset({"pedigrees", "values"}), frozenset()),
    ("missing_person_genotype_distribution", frozenset({"pedigrees", "target"}), frozenset()),
    ("power", frozenset({"pedigrees", "available"}), frozenset()),
    ("dvi_joint", frozenset({"families", "victims"}), frozenset(_JOINT)),
    ("dvi_pairwise", frozenset({"families", "victims"}), frozenset()),
    ("kinship", frozenset({"pedigrees"}), frozenset({"kinship", "kinship_X", "inbreeding"})),
)
_OF_HYPOTHESES = ("observation", "linked_theta", "linked", "hypotheses")
KINDS = (*(kind for kind, _, _ in _BY_KEYS), *_OF_HYPOTHESES)
"""Every kind, as the key ``category`` of a case may name it."""

KNOWN_KEYS = {
    *("id", "about", "software", "agreement", "explanation", "seconds", "truth", "prior", "kind", "category"),
    *("markers", "theta", "founder_inbreeding", "linkage", "pedigrees", "families", "missing", "victims"),
    *("genotypes", "observed", "observation", "expected", "values", "available", "target"),
}
"""Keys of a case that are read, or that say where it comes from."""

UNCLEAR = (
    "no pedigrees H1 and H2, no families with victims, and nothing else by which the kind of a case is known; "
    'give the case what it lacks, or a key "category" with one of: '
) + ", ".join(KINDS)


def kind_of(case: Mapping[str, Any]) -> str:
    """The kind of a case: its key ``category``, or else what the case holds; empty when neither says it.

    >>> kind_of({"id": "power-1", "pedigrees": {"H1": [], "H2": []}})
    'hypotheses'
    """
    if "category" in case:
        return str(case["category"])
    expected = case.get("expected")
    values = expected.keys() if isinstance(expected, dict) else set()
    for kind, keys, one_of in _BY_KEYS:
        if keys <= case.keys() and (not one_of or values & one_of):
            return kind
    pedigrees = case.get("pedigrees")
    if not isinstance(pedigrees, dict) or not {"H1", "H2"} <= pedigrees.keys():
        return ""
    if case.get("linkage") and case.get("theta"):
        return "linked_theta"
    if case.get("observed") or case.get("observation"):
        return "observation"
    return "linked" if case.get("linkage") else "hypotheses"


# The form of expected values. A table is {"*": form of each value}; "?" begins a key that may be absent.
_NUMBER, _FLAG, _TEXT = "a number, null, 'inf' or '-inf'", "true or false", "a text"
_TABLE = {"*": _NUMBER}
_MATRIX = [[_NUMBER]]
_RATIOS = {"log_likelihood": {"*": _TABLE}, "log_LR": _TABLE, "log_LR_total": _NUMBER}
_PROPERTIES = ("stationary", "reversible", "bounded", "always_lumpable")
_ASSIGNMENTS = {"victims": [_TEXT], "assignments": [[_TEXT]]}
_JOINT_FORM = {
    "?log_LR": {"*": _TABLE},
    "?exclusion_counts": {"*": _TABLE},
    "?joint": {**_ASSIGNMENTS, "log_likelihood": [_NUMBER]},
    "?jointDVI": {**_ASSIGNMENTS, "?LR_over_none": [_NUMBER], "?LR0": [_NUMBER]},
    "?posterior_pairing_flat_prior": {"*": _TABLE},
    "?posterior_pairing_stated_prior": {"*": _TABLE},
    "?GLR": {"*": _TABLE},
    "?assignments_sex_consistent": _NUMBER,
    "?dviSolve": {},
}
_FORMS: Mapping[str, Any] = {
    "hypotheses": _RATIOS,
    "observation": _RATIOS,
    **dict.fromkeys(("linked", "linked_theta"), _RATIOS | {"?log_likelihood_unlinked": {"*": _TABLE}}),
    "disagreements": {program: {"log_likelihood": {"*": _TABLE}} for program in ("enumeration", "pedprobr")},
    "missing_person_genotype_distribution": {"genotype_probability": {"*": _TABLE}},
    "dvi_pairwise": {"log_LR": {"*": _TABLE}, "?exclusion_counts": {"*": _TABLE}},
    "dvi_joint": _JOINT_FORM,
    "mutation_matrices": {
        "matrix": _MATRIX,
        "overall_rate": _NUMBER,
        "?stationary_distribution": [_NUMBER],
        **dict.fromkeys(_PROPERTIES, _FLAG),
        "lumpable": [{"alleles": [_TEXT], "lumpable": _FLAG}],
    },
    "kinship": {
        "members": [_TEXT],
        "kinship": _MATRIX,
        "kinship_X": _MATRIX,
        "inbreeding": _TABLE,
        "pairs": [{"pair": [_TEXT], "condensed_identity": [_NUMBER], "?kappa": [_NUMBER]}],
    },
}


def faults_of_values(kind: str, expected: Any) -> Iterator[str]:
    """What is wrong with the form of a case's expected values, each with its place.

    >>> next(faults_of_values("hypotheses", {"log_likelihood": 7}))
    'expected.log_likelihood is a number, expected an object in braces'
    """
    yield from _faults(expected, _FORMS.get(kind, {}), "expected")


def _faults(value: Any, form: Any, place: str) -> Iterator[str]:
    if isinstance(form, str):
        if not _is(value, form):
            yield f"{place} is {named(value)}, expected {form}"
    elif isinstance(form, list):
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from _faults(item, form[0], f"{place}[{number}]")
        elif value is not None:
            yield f"{place} is {named(value)}, expected a list in brackets"
    elif not isinstance(value, dict):
        yield f"{place} is {named(value)}, expected an object in braces"
    else:
        yield from _faults_of_keys(value, form, place)


def _faults_of_keys(value: Mapping[str, Any], form: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, inner in form.items():
        name = key.removeprefix("?")
        if key == "*":
            for each, item in value.items():
                yield from _faults(item, inner, f"{place}.{each}")
        elif name in value and not (name != key and value[name] is None):
            yield from _faults(value[name], inner, f"{place}.{name}")
        elif name == key:
            yield f"{place} has no '{key}'"


def _is(value: Any, form: str) -> bool:
    if form == _NUMBER:
        number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
        return number or value in (None, "inf", "-inf")
    return isinstance(value, bool if form == _FLAG else str)
