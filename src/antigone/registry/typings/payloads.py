"""What is sealed of one typing of one sample: its genotypes in a compact form, and beside them what few samples have.

Genotypes make up nearly all of what a search decrypts, so they are packed to be read fast: the markers, then a pair of
allele labels for each. Samples typed with one kit share its markers, and equal pairs are one object.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from antigone.errors import InputError
from antigone.model.assumptions.lineage import MtHaplotype, YHaplotype
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import NOT_TYPED, Genotype, Genotypes, Kit, Profile
from antigone.registry.store.documents import Document

_IN_PAIR, _BETWEEN, _AFTER_MARKERS, _BESIDE = "\x1f", "\x1e", "\x1d", "\x1c"
_PLAIN_PERSON = UnidentifiedPerson("", Profile("", NOT_TYPED))


@dataclass(frozen=True)
class Beside:
    """What a typing holds beside genotypes.

    ``y_seen`` and ``mt_seen`` are how often the whole haplotype was met in the database of the incident's model;
    ``person`` has the replicates and rates of an unidentified person's sample, without code or genotypes.
    """

    y: YHaplotype | None = None
    mt: MtHaplotype | None = None
    y_seen: int | None = None
    mt_seen: int | None = None
    person: UnidentifiedPerson | None = None


NOTHING_BESIDES_GENOTYPES = Beside()
BESIDES_GENOTYPES = Document("beside genotypes", Beside)


def anonymous(person: UnidentifiedPerson) -> UnidentifiedPerson | None:
    """What belongs to the typing of a person's sample beside genotypes; nothing in the ordinary case."""
    bare = replace(person, code="", profile=_PLAIN_PERSON.profile, sex="unknown", kind="remains", request="")
    return None if bare == _PLAIN_PERSON else bare


def pack(profile: Profile, beside: Beside = NOTHING_BESIDES_GENOTYPES) -> bytes:
    """The bytes to seal.

    Raises
    ------
    InputError
        When a label holds a control character.
    """
    genotypes = profile.genotypes
    pairs = [f"{first or ''}{_IN_PAIR}{second or ''}" for first, second in genotypes.values()]
    text = _IN_PAIR.join(genotypes) + _AFTER_MARKERS + _BETWEEN.join(pairs)
    separators = max(2 * len(pairs) - 1, 0) + max(len(pairs) - 1, 0) + 1
    if sum(map(text.count, (_IN_PAIR, _BETWEEN, _AFTER_MARKERS, _BESIDE))) != separators:
        raise InputError(
            f"sample '{profile.sample}': the name of a marker or an allele has a control character; correct the file"
        )
    return (
        text if beside == NOTHING_BESIDES_GENOTYPES else f"{text}{_BESIDE}{BESIDES_GENOTYPES.write(beside)}"
    ).encode()


def renew_packed(packed: bytes) -> bytes:
    """The same with what stands beside the genotypes as a document of the newest version."""
    text, mark, beside = packed.decode().partition(_BESIDE)
    if not mark or BESIDES_GENOTYPES.is_newest(beside):
        return packed
    return f"{text}{_BESIDE}{BESIDES_GENOTYPES.write(BESIDES_GENOTYPES.read(beside))}".encode()


class _Pairs(dict[str, Genotype]):
    """Pairs of labels by their packed form; each is made once."""

    def __missing__(self, packed: str) -> Genotype:
        first, _, second = packed.partition(_IN_PAIR)
        self[packed] = pair = (first or None, second or None)
        return pair


@dataclass
class Unpacker:
    """Reads packed typings; kits and pairs that were met before are shared.

    Examples
    --------
    >>> profile = Profile("S1", {"TH01": ("6", "9.3"), "vWA": ("16", None)})
    >>> Unpacker().unpack(pack(profile), sample="S1") == (profile, Beside())
    True
    """

    _kits: dict[str, Kit] = field(default_factory=dict)
    _pairs: _Pairs = field(default_factory=_Pairs)

    def unpack(self, packed: bytes, *, sample: str) -> tuple[Profile, Beside]:
        """The profile of a sample, and what stands beside it."""
        text, _, beside = packed.decode().partition(_BESIDE)
        markers, _, pairs = text.partition(_AFTER_MARKERS)
        genotypes = NOT_TYPED
        if markers:
            genotypes = Genotypes(self._kit(markers), tuple(map(self._pairs.__getitem__, pairs.split(_BETWEEN))))
        return Profile(sample, genotypes), BESIDES_GENOTYPES.read(beside) if beside else NOTHING_BESIDES_GENOTYPES

    def _kit(self, markers: str) -> Kit:
        if markers not in self._kits:
            self._kits[markers] = Kit(markers.split(_IN_PAIR))
        return self._kits[markers]
