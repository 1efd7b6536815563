"""Keyed digests: what lets a registry know again who left, and tells nothing to who has not its key.

Every digest is an HMAC-SHA-256 under a key that comes from the registry's own key, so it stays the same through a
rotation of the master key, a backup and a restore. A list of all codes, or of all genotypes of a marker, computed
beforehand is of no use.

A digest of genotypes covers at least ``FEWEST_MARKERS`` markers read in full, so that two relatives hardly ever share
one, and nobody finds the genotypes by trying them all. The markers of a sample are cut into eight groups; there is a
digest of all of them and one for every one or two groups left out, for the whole sample and for what it has of each
standard kit. So a sample that was typed with another kit, or differs at a few markers, still shares a digest.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import combinations

from sqlalchemy import Connection

from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Genotype, Profile
from antigone.registry.keys.vault import Vault, registry_key

FEWEST_MARKERS = 10
GROUPS, LEFT_OUT = 8, 2
_BOTH = frozenset(("D3S1358", "D8S1179", "D16S539", "D18S51", "D21S11", "FGA", "TH01", "vWA"))
_SGM_PLUS = _BOTH | {"D2S1338", "D19S433"}
_CODIS = _BOTH | {"CSF1PO", "D5S818", "D7S820", "D13S317", "TPOX"}
_EUROPEAN = frozenset(("D1S1656", "D2S441", "D10S1248", "D12S391", "D22S1045"))
PANELS = (_SGM_PLUS, _CODIS, _CODIS | _SGM_PLUS, _SGM_PLUS | _EUROPEAN, _CODIS | _SGM_PLUS | _EUROPEAN)
"""The markers of the common kits: SGM Plus, the first CODIS core, Identifiler, NGM, and the CODIS core of 2017."""
_BETWEEN, _IN_PAIR = "\x1e", "\x1f"


@dataclass(frozen=True)
class Digester:
    """Makes the digests of one registry.

    Examples
    --------
    >>> one = Digester(bytes(32))
    >>> one.sample("F1-R1") == one.sample("f1 r1"), one.sample("F1-R1") == one.sample("F1-R2")
    (True, False)
    """

    key: bytes = field(repr=False)

    @staticmethod
    def of(connection: Connection, vault: Vault) -> Digester:
        """That of a registry."""
        return Digester(hmac.digest(registry_key(connection, vault).secret, b"antigone digests", "sha256"))

    def sample(self, code: str) -> str:
        """Of a sample's code, however it is spaced and capitalised."""
        return self._digest("sample", plain(code))

    def instrument(self, reference: str, given: date) -> str:
        """Of a consent: its reference and its first day."""
        return self._digest("instrument", plain(reference), given.isoformat())

    def request(self, reference: str) -> str:
        """Of a living seeker's own request."""
        return self._digest("request", plain(reference))

    def notice(self, words: str) -> str:
        """Of what the readers of a file said."""
        return self._digest("notice", words)

    def profile(self, genotypes: Mapping[str, Genotype], *, among: frozenset[str] | None = None) -> dict[str, str]:
        """Of genotypes: a hash of the names of some markers, and the digest of what is read there.

        ``among`` keeps those alone whose hash of the names it holds.
        """
        read = {name: _IN_PAIR.join((name, *sorted(map(str, pair)))) for name, pair in genotypes.items() if all(pair)}
        return {
            over: self._digest("profile", *map(read.__getitem__, names))
            for over, names in subsets(tuple(sorted(read)))
            if among is None or over in among
        }

    def bit(self, marker: str, genotype: Iterable[str | None]) -> int:
        """One bit of a genotype, read in full."""
        return int(self._digest("mark", marker, *sorted(map(str, genotype)))[-1], 16) & 1

    def _digest(self, use: str, *parts: str) -> str:
        return hmac.digest(self.key, _BETWEEN.join((use, *parts)).encode(), "sha256").hex()[:32]


def plain(text: str) -> str:
    """Letters and digits alone, in small letters: a code that was typed otherwise is the same code.

    >>> plain(" F-01/R 1 ")
    'f01r1'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded)) or folded.strip()


def shown_genotypes(profile: Profile, person: UnidentifiedPerson | None = None) -> dict[str, Genotype]:
    """What a sample shows at each marker; of several amplifications all alleles together, when they are one or two."""
    shown = dict(profile.genotypes)
    for marker, replicates in (person.replicates if person else {}).items():
        alleles = sorted({str(allele) for replicate in replicates for allele in replicate})
        if 1 <= len(alleles) <= 2:
            shown[marker] = (alleles[0], alleles[1] if len(alleles) == 2 else None)
    return shown


@lru_cache(maxsize=256)
def subsets(markers: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The sets of markers that are digested together, each with the hash of its names."""
    found: dict[str, tuple[str, ...]] = {}
    for panel in (frozenset(markers), *PANELS):
        for names in _left_out(tuple(name for name in markers if name in panel)):
            found.setdefault(hashlib.sha256(_BETWEEN.join(names).encode()).hexdigest()[:16], names)
    return tuple(found.items())


def _left_out(markers: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for count in range(LEFT_OUT + 1):
        for out in combinations(range(GROUPS), count):
            names = tuple(name for name in markers if _group(name) not in out)
            if len(names) >= FEWEST_MARKERS:
                yield names


@lru_cache(maxsize=4096)
def _group(marker: str) -> int:
    return hashlib.sha256(marker.encode()).digest()[0] % GROUPS
