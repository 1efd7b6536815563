"""``[profiles]`` of the settings: what one allele alone means, which samples are controls, accepted rare alleles."""

from __future__ import annotations

import re
from typing import get_args

from antigone.formats.labels.alleles import AlleleFault, read_allele
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.profiles.mapping import stated_columns
from antigone.formats.reading.sections import Section
from antigone.model.assumptions.reading import ONE_ALLELE_OF_EXPORTS, OneAllele, ReadingRules

_NUMBER_BEHIND = re.compile(r"[\s_.#-]*[0-9]{0,4}")


def reading_rules(section: Section) -> ReadingRules:
    """The rules of reading that the section states."""
    rules = ReadingRules()
    stated, choices = section.text("one_allele"), get_args(OneAllele)
    if stated and stated not in choices:
        expected = " or ".join(f"'{choice}'" for choice in choices)
        section.wrong("one_allele", f"'{stated[:20]}'", expected, f'write one_allele = "{ONE_ALLELE_OF_EXPORTS}"')
    controls = section.texts("controls") if section.has("controls") else rules.controls
    section.asked.add("controls")
    accepted = section.section("accepted")
    labels = {normalise_marker(marker): frozenset(_labels(accepted, marker)) for marker in accepted.data}
    columns, layout = section.section("columns"), section.text("layout")
    named = stated_columns((section.file, section.line("columns")), columns.data, section.findings)
    section.refuse_the_rest()
    return ReadingRules(stated if stated in choices else None, controls, labels, named, layout)  # type: ignore[arg-type]


def _labels(section: Section, marker: str) -> list[str]:
    found = []
    for text in section.texts(marker):
        try:
            found.append(read_allele(text))
        except AlleleFault as fault:
            section.wrong(marker, fault.found, fault.expected, fault.remedy)
    return found


def is_control(sample: str, rules: ReadingRules) -> bool:
    """Whether a sample's name is that of a control, alone or with a number behind it.

    >>> [is_control(name, ReadingRules()) for name in ("2800M", "RB 1", "Ladder_3", "PM001")]
    [True, True, True, False]
    """
    key, lower = word_key(sample), sample.strip().lower()
    return any(
        key == word_key(name)
        or (lower.startswith(name.lower()) and _NUMBER_BEHIND.fullmatch(lower[len(name) :]) is not None)
        for name in rules.controls
    )
