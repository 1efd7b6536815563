"""The languages of a report: gettext catalogues in ``locale``, whose message ids are the English words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from antigone.errors import InputError

LOCALE = Path(__file__).parents[1] / "locale"
DOMAIN = "reports"
SOURCE = "en"
ISOLATE, END_OF_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def mark(text: str) -> str:
    """The text itself: shows the extraction of messages a text that is said elsewhere."""
    return text


MONTHS = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"), mark("July"),
    mark("August"), mark("September"), mark("October"), mark("November"), mark("December"),
)  # fmt: skip
DIRECTION = mark("direction: ltr")
DATE = mark("{day} {month} {year}")


@dataclass(frozen=True)
class Language:
    """One language of the reports: its code (``es``, ``pt-BR``) and its words."""

    code: str
    words: NullTranslations

    def say(self, text: str, /, **values: object) -> str:
        """A text in this language, with its ``{placeholders}`` filled in."""
        return self.words.gettext(text).format(**self._apart(values)) if text else ""

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """A text that depends on a number, in the plural form that this language asks for."""
        return self.words.ngettext(one, many, number).format(**self._apart({"number": number} | values))

    def _apart(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """In lines from right to left each value is a Unicode isolate, or the digits of 1 × 10² would change places."""
        if self.direction == "ltr":
            return values
        return {name: f"{ISOLATE}{value}{END_OF_ISOLATE}" for name, value in values.items()}

    def date(self, day: dt.date) -> str:
        """A day as a letter writes it, with the name of the month."""
        return self.say(DATE, day=day.day, month=self.say(MONTHS[day.month - 1]), year=day.year)

    @property
    def direction(self) -> str:
        """Whether lines run from left to right (``ltr``) or from right to left (``rtl``)."""
        return "rtl" if self.words.gettext(DIRECTION).endswith("rtl") else "ltr"


def languages(folder: Path = LOCALE) -> tuple[str, ...]:
    """The codes of all languages: English, and each catalogue of the folder.

    Examples
    --------
    >>> languages()
    ('en', 'es')
    """
    found = {path.parts[-3].replace("_", "-") for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return tuple(sorted({SOURCE, *found}))


def read_language(code: str, *, folder: Path = LOCALE) -> Language:
    """The language of this code.

    Raises
    ------
    InputError
        When there is no catalogue of that name.

    Examples
    --------
    >>> import datetime as dt
    >>> read_language("es").date(dt.date(2026, 3, 2))
    '2 de marzo de 2026'
    """
    known = languages(folder)
    if code not in known:
        raise InputError(f"language: found '{code}', expected one of {', '.join(known)}; choose one of these")
    path = folder / code.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not path.exists():
        return Language(code, NullTranslations())
    with path.open("rb") as catalogue:
        return Language(code, GNUTranslations(catalogue))
