"""Everything that an incident says, line by line, so that two of them can be told apart by a hash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from antigone.model.incident.incident import Incident
from antigone.model.plain import to_json
from antigone.model.profile import Profile

_NOTHING = Profile("", {})


def content_lines(incident: Incident) -> Iterator[str]:
    """All persons, pedigrees, profiles and consents in their order, the frequencies and every setting."""
    yield to_json(replace(incident, unidentified=(), families=()))
    for person in incident.unidentified:
        yield to_json(replace(person, profile=_NOTHING))
        yield _profile(person.profile)
    for family in incident.families:
        yield to_json(replace(family, donors=()))
        for donor in family.donors:
            yield to_json((donor.member, donor.consent))
            yield _profile(donor.profile)


def _profile(profile: Profile) -> str:
    """What was typed; most of an incident, and so written by the fastest way."""
    return json.dumps([profile.sample, list(profile.genotypes.items())])
