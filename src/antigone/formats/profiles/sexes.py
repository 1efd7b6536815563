"""The sex of a person, in the words of five languages; what a letter leaves open is said or asked."""

from __future__ import annotations

from antigone.formats.labels.vocabulary import SEXES, word_key
from antigone.formats.reading.tables import Table
from antigone.model.pedigree import Sex
from antigone.model.statements import readers


class Sexes:
    """The column ``sex`` of one table.

    ``M`` is male; beside ``Hombre`` or ``Mujer`` this is said, and beside ``H`` alone it is asked, because ``M`` is
    then the first letter of ``Mujer``.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.words: set[str] = set()
        self.letters: list[int] = []

    def read(self, line: int, text: str) -> Sex:
        key = word_key(text)
        if key == "m":
            self.letters.append(line)
        self.words.add(key)
        sex = SEXES.get(key)
        if sex is None:
            remedy = "write one of these words; 1 and 2 mean different things in different programs"
            self.table.problem(line, "sex", f"'{text[:20]}'", "female, male or unknown", remedy)
        return sex or "unknown"

    def finish(self) -> None:
        """After the last row: what M was taken to be."""
        if not self.letters:
            return
        if "h" in self.words:
            remedy = "write male or female in full: hombre, mujer"
            for line in self.letters:
                self.table.problem(line, "sex", "'M' in a column with 'H'", "a sex that is clear", remedy)
        elif self.words & SPANISH:
            self.table.findings.notice(readers.M_IS_MALE(number=len(self.letters), file=self.table.name))


SPANISH = frozenset({"hombre", "mujer", "masculino", "femenino", "masculina", "femenina", "varon", "hembra"})
"""Words of a language in which M is the first letter of a word for male and of one for female."""
