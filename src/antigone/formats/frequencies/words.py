"""The words by which a frequency table names its columns and rows, in the languages it comes in."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from antigone.formats.labels.alleles import Cell
from antigone.formats.reading.tables import cell_text

Field = Literal[
    "allele", "marker", "frequency", "percent", "count", "population", "alleles_sampled", "persons", "n",
    "minimum", "other",
]  # fmt: skip
SIZES = frozenset({"alleles_sampled", "persons", "n"})

_WORDS: dict[Field, str] = {
    "allele": "allele alleles allel allelen alelo alelos allelname allelename allelelocus allelemarker alelomarcador",
    "marker": "marker markers markername locus loci locusname locusallele markerallele strlocus strmarker system "
    "marcador marcadores sistema marqueur",
    "frequency": "p f prob probability proportion "
    "frequency frequencies freq freqs allelefrequency allelefrequencies allelefreq relativefrequency "
    "frecuencia frecuencias frecuenciaalelica frequence frequences frequencia frequenz haufigkeit",
    "percent": "% percent percentage porcentaje prozent pourcentage frequency% frequencies% freq% allelefrequency% "
    "frecuencia% frequence% frequencia% haufigkeit%",
    "count": "count counts allelecount allelecounts observed observations nobserved numberobserved recuento conteo "
    "anzahl comptage contagem",
    "population": "country countries pais pays region origin group "
    "population populations populationgroup pop database dataset poblacion basededatos bevolkerung "
    "populacao",
    "alleles_sampled": "allelessampled 2n numberofalleles nalleles nofalleles totalalleles allelestyped chromosomes "
    "numberofchromosomes numerodealelos",
    "persons": "persons individuals people npersons nindividuals numberofpersons numberofindividuals individuos "
    "personas personen individus",
    "n": "n samplesize ntotal",
    "minimum": "fmin min minimum minfreq minimumfrequency minallelefrequency minimumallelefrequency frecuenciaminima "
    "52n",
    "other": "total sum suma summe somme ho he het hom heterozygosity homozygosity "
    " hobs hexp obshet exphet hetobs hetexp dp pd pe pic pm mp pi tpi hwe pvalue "
    "powerofdiscrimination powerofexclusion matchingprobability",
}
_FIELDS: dict[str, Field] = {word: field for field, words in _WORDS.items() for word in words.split()}
_N_EXPLAINED = re.compile(
    r"\bn\s*(?:=|:|is|means)[^.;]*\b"
    r"(?:(alleles?|chromosomes?|alelos)|(persons?|individuals?|people|donors?|individuos|personas))\b"
)

_SIZE_IN_NAME = re.compile(
    r"(?P<name>[^()\[\]]*?)[\s,(\[]*(?P<two>2)?(?P<n>(?<![a-z])n)\s*[=:]\s*(?P<number>[0-9]{1,7})(?:\s+[a-z]+)?[)\]]?",
    re.IGNORECASE,
)


def field_of(cell: Cell) -> Field | None:
    """What a heading or the first cell of a row stands for; nothing for a marker, an allele or any other word.

    Examples
    --------
    >>> [field_of(cell) for cell in ("Alelo", "Frequency (%)", "2N", "Häufigkeit", "D3S1358", "9.3")]
    ['allele', 'percent', 'alleles_sampled', 'frequency', None, None]
    """
    text = unicodedata.normalize("NFKD", cell_text(cell).lower())
    return _FIELDS.get(re.sub(r"[^a-z0-9%]+", "", text))


def size_in_name(text: str) -> tuple[str, Field, str] | None:
    """A name with the number of a sample behind it: the name, what was counted, the number.

    Examples
    --------
    >>> size_in_name("TH01 (n=200)"), size_in_name("N = 361 persons"), size_in_name("2N: 722"), size_in_name("TH01")
    (('TH01', 'n', '200'), ('', 'persons', '361'), ('', 'alleles_sampled', '722'), None)
    """
    found = _SIZE_IN_NAME.fullmatch(text.strip())
    if found is None:
        return None
    kind = "alleles_sampled" if found["two"] else what_n_counts(text[found.start("n") :]) or "n"
    return found["name"].strip(), kind, found["number"]


def what_n_counts(text: str) -> Literal["", "alleles_sampled", "persons"]:
    """What a remark beside the table says of N.

    Examples
    --------
    >>> what_n_counts("Where N = number of alleles typed"), what_n_counts("N = 361 persons"), what_n_counts("N")
    ('alleles_sampled', 'persons', '')
    """
    found = _N_EXPLAINED.search(text.lower())
    return "" if found is None else "alleles_sampled" if found[1] else "persons"
