"""The markers of kits, in the order in which each kit shows them: dye by dye, the shortest first.

``data/kits.csv`` has them, and where each order was looked up. Y-indel and quality sensors are left out: nothing is
computed from them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from antigone.formats.casefolder.haplotypes import y_marker
from antigone.formats.labels.markers import marker_kind, normalise_marker


@cache
def kits() -> Mapping[str, tuple[str, ...]]:
    """The markers of each kit, by its name.

    >>> kits()["Identifiler Plus"][:3], len(kits()["PowerPlex 21"])
    (('D8S1179', 'D21S11', 'D7S820'), 21)
    """
    text = resources.files("antigone").joinpath("data/kits.csv").read_text("utf-8")
    return {row["kit"]: tuple(row["markers"].split()) for row in csv.DictReader(text.splitlines())}


def typed_marker(name: str) -> str:
    """A marker as it is called in a grid, whatever spelling it is asked for by.

    >>> typed_marker("AMEL"), typed_marker("dys385a/b")
    ('Amelogenin', 'DYS385')
    """
    return y_marker(name) if marker_kind(name) == "Y" else normalise_marker(name)
