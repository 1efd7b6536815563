"""What is not kept, in any version: columns about a person's identity, and samples of suspects.

The list follows ``docs/purpose.md``. It names what laboratories' exports often carry, so that the file is
refused with a plain message rather than with "unknown column".
"""

from __future__ import annotations

import re

_WORDS = (
    # who someone is in a state's eyes
    "name names surname firstname lastname fullname familyname givenname alias nickname identity identitynumber "
    "idnumber idcard nationalid passport passportnumber ssn socialsecurity taxnumber visa permit residencepermit "
    "household householdregistration hukou citizenship nationality creditscore socialscore score "
    "nombre nombres apellido apellidos nome sobrenome prenom nachname vorname documento cedula dni "
    # how to reach them
    "address street city email mail phone telephone mobile contact gps latitude longitude "
    # what they look like or where they come from
    "face faceimage photo photograph image picture fingerprint ethnicity ethnic race tribe caste religion ancestry "
    "population origin biogeographic skin skincolour skincolor eye eyecolour eyecolor hair haircolour haircolor "
    "height weight health disease diagnosis birthdate dateofbirth dob birthday "
    # accusations
    "suspect suspects offender offenders convicted arrestee arrest detainee crime crimescene offence offense "
    "criminalrecord police policerecord warrant"
)
_REFUSED_WORDS = frozenset(_WORDS.split())
_REFUSED_KINDS = re.compile(
    r"suspe[ci]t|sospech|offend|convict|condena|imputad|acusad|arrest|detenid|verd[aä]chtig|verurteilt|inculp|detain"
    r"|crime|forensic.?(stain|unknown)|stain|perpetrator|witness|prisoner"
    r"|population|volunteer|elimination|staff"
)


REFUSED_CATEGORY = (
    "a sample of a category that is never compared",
    "remains, or a relative of a missing person",
    "leave such samples out of the file; Antigone compares remains with families alone",
)
"""What is said of a sample of a suspect, an offender or a stain: found, expected, remedy."""


def refused_column(name: str) -> bool:
    """Whether a column holds something that is never kept.

    Examples
    --------
    >>> [refused_column(name) for name in ("Name", "Passport number", "ethnicity", "allele1")]
    [True, True, True, False]
    """
    words = re.split(r"[\s_\-./]+", name.strip().lower())
    return "".join(words) in _REFUSED_WORDS or any(word in _REFUSED_WORDS for word in words)


def refused_kind(kind: str) -> bool:
    """Whether a kind of sample is one that this software never compares with families.

    Examples
    --------
    >>> [refused_kind(kind) for kind in ("suspect", "crime stain", "remains")]
    [True, True, False]
    """
    return bool(_REFUSED_KINDS.search(kind.lower()))
