"""What families answered, carried from one search to the next: which answers may be used, and how they are written.

An answer is used for exactly the pedigree, the missing persons and the genotypes that it was found with; whatever else
it rests on is in its key (``search.families.answers``).
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from antigone.casework.incident.prepare import Prepared
from antigone.engine.arrays import Array
from antigone.search.families.answers import Answer, Answers
from antigone.search.families.reference_fit import ReferenceFit
from antigone.search.pairs.blocks import MissingFrom

MOST_KEPT_BYTES = 2**30
"""Of one incident no more is kept than this; the answers of the families beyond it are asked for again. Those of the
strongest candidates without mutation come beside it: at most as much again for each candidate in detail."""
_PADDED_TO = 1024
"""The words before the numbers are filled up to a multiple of this many bytes."""
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Asked:
    """Of how many families of a search anything was asked, and of how many every answer was known from before.

    ``answers`` are what is worth keeping, by family: of those that were asked.
    """

    asked: int
    kept: int
    answers: Mapping[str, bytes]


def with_answers(prepared: Prepared, known: Mapping[str, bytes] | None) -> Prepared:
    """The search with a place for the answers of its families, filled with those known from before that hold.

    ``known`` is by family what `pack_answers` gave; None: nothing is looked up and nothing kept.
    """
    if known is None:
        return prepared
    room, families = MOST_KEPT_BYTES, []
    for family in prepared.families:
        size = _bytes_of(family, prepared)
        room -= size
        families.append(family if room < 0 else replace(family, answers=_answers_of(family, known)))
    return replace(prepared, families=tuple(families))


def what_was_asked(prepared: Prepared) -> Asked:
    """What a search that ended asked of its families."""
    with_place = [(family, family.answers) for family in prepared.families if family.answers is not None]
    new = {family.declared.code: pack_answers(family) for family, answers in with_place if answers.was_asked}
    kept = len(with_place) - len(new)
    return Asked(len(prepared.families) - kept, kept, new)


def _answers_of(family: MissingFrom, known: Mapping[str, bytes]) -> Answers:
    packed = known.get(family.declared.code)
    found = None if packed is None else unpack_answers(packed, family)
    return Answers() if found is None else found


def _bytes_of(family: MissingFrom, prepared: Prepared) -> int:
    """The most that the answers of a family take."""
    copies = 8 * len(family.missing) * (2 if prepared.incident.settings.theta else 1)
    markers = next(iter(prepared.populations.values()))
    alleles = [len(marker.alleles) + (marker.silent > 0) for marker in markers]
    return copies * len(prepared.populations) * sum(n * (n + 1) // 2 for n in alleles)


def digest_of(family: MissingFrom) -> str:
    """A text that is another one whenever anything is that was declared of a family, or typed in it."""
    declared = family.declared
    typed = [(m, profile.sample, sorted(profile.genotypes.items())) for m, profile in declared.references.items()]
    whole = (declared.code, tuple(declared.pedigree), family.missing, typed)
    return hashlib.sha256(repr(whole).encode()).hexdigest()


def pack_answers(family: MissingFrom) -> bytes:
    """The answers of a family as bytes: words as JSON, filled up so that their length tells nothing, then numbers."""
    answers = family.answers or Answers()
    lines, numbers = [], list[Array]()
    for (who, key), one in answers.found.items():
        lines.append([*who, key, one.hemizygous, len(one.related), one.unrelated is not None])
        numbers += [one.related] if one.unrelated is None else [one.related, one.unrelated]
    fits = [[fit.member, fit.sample, fit.log10_fit.hex(), fit.left_out] for fit in answers.fits]
    said = {"family": digest_of(family), "fits": fits, "fits_key": answers.fits_key, "answers": lines}
    words = json.dumps(said).encode()
    words += b" " * (-(len(words) + _LENGTH.size) % _PADDED_TO)
    return b"".join([_LENGTH.pack(len(words)), words, *(np.ascontiguousarray(one, "<f8").tobytes() for one in numbers)])


def unpack_answers(packed: bytes, family: MissingFrom) -> Answers | None:
    """The answers of a family; None when they are those of a family that was declared or typed otherwise."""
    (length,) = _LENGTH.unpack_from(packed)
    said: dict[str, Any] = json.loads(packed[_LENGTH.size : _LENGTH.size + length])
    if said["family"] != digest_of(family):
        return None
    code = family.declared.code
    fits = tuple(ReferenceFit(code, m, sample, float.fromhex(fit), out) for m, sample, fit, out in said["fits"])
    found = dict(_read(said["answers"], packed, _LENGTH.size + length))
    return Answers(found, fits, said["fits_key"])


def _read(
    lines: list[list[Any]], packed: bytes, start: int
) -> Iterator[tuple[tuple[tuple[str, tuple[str, ...]], str], Answer]]:
    numbers, place = np.frombuffer(packed, "<f8", offset=start), 0
    for missing, used, key, hemizygous, length, with_unrelated in lines:
        related, place = numbers[place : place + length], place + length
        unrelated = None
        if with_unrelated:
            unrelated, place = numbers[place : place + length], place + length
        yield ((missing, tuple(used)), key), Answer(related, unrelated, hemizygous)
