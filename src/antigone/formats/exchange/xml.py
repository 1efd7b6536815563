"""XML from outside as a tree with lines: no entities, no document type, bounded in size and depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from antigone.errors import InputError, Problem

DEEPEST_NESTING = 100
MOST_ELEMENTS = 5_000_000
_EXPORT_AGAIN = "export the file again, without entities and without a document type"


@dataclass(slots=True)
class Element:
    """An element by its local name, whatever its namespace; attributes by their local names."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())

    def all(self, *path: str) -> Iterator[Element]:
        """The elements below this one by a path of names, such as ``LOCUS``, ``ALLELE``."""
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:]) if len(path) > 1 else (child,)

    def value(self, *path: str) -> str:
        """The text of the first element by a path of names, empty when there is none."""
        return next((child.text for child in self.all(*path)), "")

    def everywhere(self, name: str) -> Iterator[Element]:
        """The elements of a name at any depth, none of them inside another one."""
        for child in self.children:
            if child.name == name:
                yield child
            else:
                yield from child.everywhere(name)


class _Tree:
    """Builds the tree while the parser goes on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.parser: Any = None
        self.root = Element("", 0)
        self.open, self.count = [self.root], 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.count += 1
        if self.count > MOST_ELEMENTS or len(self.open) > DEEPEST_NESTING:
            found, expected = "more elements, or deeper in each other, than any such file has", "a file of one incident"
            raise InputError([Problem(self.file, line, "", found, expected, "divide the file")])
        element = Element(_local(tag), line, {_local(key): value for key, value in attributes.items()})
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        self.open[-1].parts.append(text)

    def close(self) -> Element:
        return self.root.children[0]


def read_xml(name: str, content: bytes) -> Element:
    """The root of an XML document.

    Raises
    ------
    InputError
        When it is not well-formed (with the line), declares entities or a document type, or is too large or deep.
    """
    tree = _Tree(name)
    parser = DefusedXMLParser(target=tree, forbid_dtd=True)
    tree.parser = parser.parser
    try:
        parser.feed(content)
        root: Element = parser.close()
    except ParseError as error:
        line = error.position[0]
        raise InputError([Problem(name, line, "", "no well-formed XML", "XML", "export the file again")]) from None
    except (DefusedXmlException, ValueError, LookupError):
        found = "XML with entities or a document type, or in an unknown encoding"
        raise InputError([Problem(name, 0, "", found, "plain XML", _EXPORT_AGAIN)]) from None
    return root


def _local(name: str) -> str:
    return name.rpartition("}")[2]
