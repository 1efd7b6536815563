"""The categories of specimens that CODIS and NIEM name: whom they are of, and which are never taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from antigone.formats.labels.vocabulary import word_key
from antigone.formats.reading.findings import Findings

Category = Literal["unidentified", "relative", "left out", "refused"]

_UNIDENTIFIED = "unidentifiedperson unidentifiedhumanremains unidentifiedremains unidentifiedhuman remains"
RELATIONS = {
    "biologicalfather": "father", "biologicalmother": "mother", "biologicalchild": "child",
    "biologicalsibling": "sibling", "spouse": "spouse", "missingperson": "missing person",
}  # fmt: skip
"""Categories that say how a donor is related to the missing person, in the words of ``kin_words``."""
_LEFT_OUT = "maternalrelative paternalrelative deducedmissingperson allegedfather allegedmother"
_WORDS: dict[str, Category] = {
    **dict.fromkeys(_UNIDENTIFIED.split(), "unidentified"),
    **dict.fromkeys((*RELATIONS, "familyrelative", "relative", "relativeofmissingperson"), "relative"),
    **dict.fromkeys(_LEFT_OUT.split(), "left out"),
}


def category_of(words: str) -> Category:
    """What is done with specimens of a category; every one that is not known is refused.

    >>> [category_of(words) for words in ("Unidentified Person", "Spouse", "Convicted Offender", "Forensic, Unknown")]
    ['unidentified', 'relative', 'refused', 'refused']
    """
    return _WORDS.get(word_key(words), "refused")


def refuse_categories(file: str, specimens: Iterable[tuple[int, str]], findings: Findings) -> bool:
    """Refuse a file that holds anybody but unidentified persons and relatives of the missing, by category."""
    refused = [(line, words) for line, words in specimens if category_of(words) == "refused"]
    first = {words: line for line, words in reversed(refused)}
    for words, number in Counter(words for _, words in refused).items():
        named = f"the category '{words[:40]}'" if words else "no category"
        found = f"{number} specimens of {named}" if number > 1 else f"a specimen of {named}"
        expected = "unidentified persons, and relatives of missing persons who gave a sample for that search alone"
        remedy = "nothing of this file is read: offenders, arrestees, suspects, victims, stains and collections are "
        remedy += "never compared here; export only unidentified persons and relatives"
        findings.problem((file, first[words]), "", found, expected, remedy)
    return bool(refused)
