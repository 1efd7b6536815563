"""What a column of a genotype table holds, by its heading in the words of many programs and five languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from antigone.formats.labels.vocabulary import column_of, word_key

MOST_ALLELES = 30
"""Numbered columns that are read: alleles, heights, sizes of one marker."""

NOT_READ = "not read"

_WORDS: Mapping[str, str] = {
    "sample": "id ids sampleno samplenum sampleidno sampleidentifier labid labcode labno codigo code codelab idlab "
    "codigolab codigodelaboratorio codigomuestra muestraid amostraid profile profileid profilename perfil "
    "specimenno specimenname specimennumber muestras amostras samples echantillons proben individual individuo "
    "person personid persona personne pessoa donor donorid "
    "laborcode labornummer laboratorycode evidenceid pmid amid",
    "marker": "loci strlocus strmarker locusid sistema systeme genlocus marker1",
    "allele": "allelename alleles1 ceallele ceallelecall allelecall alleledesignation rualllele ruallele call "
    "nombredelalelo nombrealelo nomdelallele allelenname numberallele",
    "genotype": "genotype genotipo genotyp genotypes genotipos alleles alelos allelepair allelecalls",
    "height": "height peakheight rfu rfus peakheightrfu altura hauteur hohe reads readcount numreads totalreads "
    "lecturas leituras lectures coverage depth sequencetotalcount heightrfu",
    "size": "size sizebp bps basepairs tamano tamanho taille grosse bp",
    "sequence": "sequence repeatsequence alleleseq allelesequence bracketsequence bracketedsequence secuencia "
    "sequencia sequenz bracketednotation bracketedallele uasoutputsequence forwardstrandsequence "
    "uasoutputbracketednotation forwardstrandbracketednotation bracketedrepeat isfgname",
    "typed": "typedallele typed typedcall swcall",
    "usercall": "usercall",
    "filter": "filterstatus",
    "samplefile": "file filename fsafile hidfile datafile archivo arquivo fichier datei sampledata",
    "sampletype": "sampletype tipodemuestra tipodeamostra typedechantillon probentyp specimentype",
    "category": "specimencategory category categoria categoriademuestra categorie kategorie",
    "replicate": "rep repl pcr injection amp amplificationno replicateno",
    "family": "familyid",
}  # fmt: skip
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_NUMBER = re.compile(r"(?P<word>[a-z]+?)(?:no|num|number|nr|numero|n)?(?P<number>[0-9]{1,2})(?P<unit>bp|rfu)?")
_ORDINAL = re.compile(
    r"(?P<number>1st|2nd|3rd|first|second|third|primer|segundo|primeiro|erstes|zweites)(?P<word>[a-z]+)"
)
_ORDINALS = {
    **{"1st": 1, "first": 1, "primer": 1, "primeiro": 1, "erstes": 1},
    **{"2nd": 2, "second": 2, "segundo": 2, "zweites": 2, "3rd": 3, "third": 3},
}
_LETTER = re.compile(r"(?P<word>allele|alelo|allel)(?P<letter>[a-d])")
_NUMBERED = ("allele", "height", "size", "sequence")


@lru_cache(maxsize=4096)
def typing_column(heading: str) -> str:
    """The meaning of a column of a genotype table; empty for a heading that is none of them.

    >>> [typing_column(text) for text in ("Sample.Name", "Allele 11", "Height #2", "Allele Name", "Reads", "Panel")]
    ['sample', 'allele11', 'height2', 'allele', 'height', '']
    >>> [typing_column(text) for text in ("Alelo B", "1st allele", "Genotipo", "Peak Height 1", "Typed Allele?")]
    ['allele2', 'allele1', 'genotype', 'height1', 'typed']
    """
    key = word_key(heading)
    numbered = _numbered(key)
    if numbered:
        return numbered
    if key in _MEANINGS:
        return _MEANINGS[key]
    known = column_of(heading)
    return known if known in _TAKEN else ""


_TAKEN = frozenset({"sample", "marker", "allele", "replicate", "samplefile", "family"})


def _numbered(key: str) -> str:
    ordinal, letter, number = _ORDINAL.fullmatch(key), _LETTER.fullmatch(key), _NUMBER.fullmatch(key)
    if ordinal:
        word, place = ordinal["word"], _ORDINALS[ordinal["number"]]
    elif letter:
        word, place = letter["word"], ord(letter["letter"]) - ord("a") + 1
    elif number:
        word, place = number["word"], int(number["number"])
    else:
        return ""
    meaning = _MEANINGS.get(word) or column_of(word)
    return f"{meaning}{place}" if meaning in _NUMBERED and 1 <= place <= MOST_ALLELES else ""
