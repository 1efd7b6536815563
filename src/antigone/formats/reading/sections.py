"""One section of ``incident.toml``, read key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from antigone.formats.reading.findings import Findings


@dataclass
class Section:
    """One section of the file, which notes the keys that were asked for, so that the others can be refused."""

    file: str
    name: str
    data: Mapping[str, Any]
    lines: Mapping[tuple[str, str], int]
    findings: Findings
    asked: set[str] = field(default_factory=set)

    def line(self, key: str) -> int:
        """The line of a key or section, as near as it is known."""
        places = ((self.name, key), (f"{self.name}.{key}".strip("."), ""), (self.name, ""))
        return next((self.lines[place] for place in places if place in self.lines), 0)

    def wrong(self, key: str, found: str, expected: str, remedy: str) -> None:
        line = self.line(key)
        column = f"[{self.name}] {key}" if self.name else key
        self.findings.problem((self.file, line), column.strip(), found, expected, remedy)

    def has(self, key: str) -> bool:
        return key in self.data

    def text(self, key: str) -> str:
        value = self._get(key, "")
        if isinstance(value, str):
            return value.strip()
        self.wrong(key, f"a {type(value).__name__}", "a text in quotes", "put the value in quotes")
        return ""

    def number(self, key: str, default: float) -> float:
        value = self._get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
            return float(value)
        self.wrong(key, f"a {type(value).__name__}", "a number", "write a number with a decimal point")
        return default

    def flag(self, key: str, default: bool) -> bool:
        value = self._get(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(key, f"a {type(value).__name__}", "true or false", "write true or false, without quotes")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.wrong(key, f"a {type(value).__name__}", "a list of texts", 'write ["A", "B"]')
        return ()

    def section(self, key: str) -> Section:
        value = self._get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, f"a {type(value).__name__}", "a section", f"write [{key}] on a line of its own")
            value = {}
        return Section(self.file, f"{self.name}.{key}".strip("."), value, self.lines, self.findings)

    def value(self, key: str) -> Any:
        return self._get(key, None)

    def refuse_the_rest(self) -> None:
        for key in sorted(self.data.keys() - self.asked):
            expected = "one of " + ", ".join(sorted(self.asked))
            self.wrong(key[:40], "an unknown key", expected, "correct or remove the key")

    def _get(self, key: str, default: Any) -> Any:
        self.asked.add(key)
        return self.data.get(key, default)
