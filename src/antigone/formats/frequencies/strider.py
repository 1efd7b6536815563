"""The XML file of STRidER, strider.online."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from antigone.formats.frequencies.drafts import Entry, Listing, Size
from antigone.formats.labels.markers import normalise_marker
from antigone.formats.reading.findings import Findings
from antigone.model.statements import frequencies as said


def strider_listing(name: str, content: bytes, findings: Findings) -> Listing:
    """Every frequency of every origin. The ``n`` of an origin counts alleles unless its frequencies show persons."""
    listing = Listing(name, n_counts="alleles")
    for marker, origin in _origins(name, content, findings):
        population = origin.get("name", "").strip() or "STRidER"
        where = (f"{name}, marker {marker}, origin '{population}'", 0)
        size = origin.get("n", "").strip()
        if size:
            listing.sizes.append(Size(where, population, marker, size, "n"))
        listing.entries += [
            Entry(where, population, marker, item.get("allele", ""), (item.text or "").strip())
            for item in origin.findall("{*}frequency")
        ]
    if any(entry.allele == "99" for entry in listing.entries):
        findings.notice(said.STRIDER_POOLS(file=name))
    return listing


def _origins(name: str, content: bytes, findings: Findings) -> Iterator[tuple[str, Element]]:
    """Every ``origin`` of every ``marker``, whatever stands around them."""
    try:
        for _, element in iterparse(io.BytesIO(content), forbid_dtd=True):
            if element.tag.rpartition("}")[2] == "marker":
                marker = normalise_marker(element.findtext("{*}name") or element.get("name", ""))
                yield from ((marker, origin) for origin in element.findall(".//{*}origin"))
    except ParseError as error:
        line = error.position[0]
        findings.problem((name, line), "", "no well-formed XML", "STRidER's XML", "download the file again")
    except (DefusedXmlException, ValueError, LookupError):
        findings.problem(
            (name, 0), "", "XML with entities, or in an unknown encoding", "STRidER's XML", "download the file again"
        )
