"""The words of tables in English, Spanish, Portuguese, French and German: column names, sexes, yes and no.

Words are compared by their key: without case, accents, spaces and punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from antigone.model.assumptions.circumstances import INTERVALS
from antigone.model.pedigree import Sex

_Meaning = TypeVar("_Meaning")

_COLUMNS = {
    "sample": "samplename sampleid samplecode samplenumber specimen specimenid muestra "
    "nombredelamuestra nombredemuestra nombremuestra codigodemuestra codigodelamuestra codigomuestra idmuestra "
    "iddemuestra amostra nomedaamostra "
    "nomeamostra codigodaamostra idamostra echantillon nomdelechantillon nomdechantillon codedelechantillon "
    "codeechantillon probe probenname probenid probennummer probencode",
    "marker": "locus locusname markername marcador nombredelmarcador nomedomarcador marqueur nomdumarqueur lokus "
    "system",
    "replicate": "replica replicado replicat wiederholung amplification amplificacion amplificacao",
    "samplefile": "samplefilename archivodemuestra archivodelamuestra arquivodaamostra fichierechantillon probendatei",
    "family": "familyid familycode familia codigodefamilia famille familie",
    "member": "memberid membercode miembro membro membre mitglied",
    "sex": "gender sexo genero sexe geschlecht",
    "father": "fatherid padre pai pere vater",
    "mother": "motherid madre mae mere mutter",
    "missing": "desaparecido desaparecida disparu disparue vermisst",
    "kind": "tipo typ",
    "request": "solicitud solicitacao demande antrag",
    "consentreference": "consentref referenciadelconsentimiento referenciadeconsentimiento referenciadoconsentimento "
    "referenceduconsentement einwilligung",
    "consentdate": "fechadelconsentimiento fechadeconsentimiento datadoconsentimento dateduconsentement "
    "einwilligungsdatum",
    "consentscope": "alcancedelconsentimiento alcancedeconsentimiento ambitodoconsentimento porteeduconsentement "
    "einwilligungsumfang",
    "population": "poblacion populacao bevolkerung",
    "allele": "alelo allel",
    "alleles": "alelos",
    "frequency": "freq frecuencia frequencia frequence haufigkeit",
    "range": "rango intervalo intervalle bereich",
    "differences": "diferencias diferencas unterschiede",
    "count": "recuento conteo contagem anzahl",
}  # fmt: skip
_OURS = (
    "key value sample marker replicate samplefile family member sex father mother missing founderinbreeding kind "
    "request "
    "consentreference consentdate consentscope consentexpires consentwithdrawn consentattestedby dropout dropin error "
    "peakheight population allele alleles frequency allelessampled range differences count haplotype cluster weight "
    "centre dispersion lastseen places findings found place"
)
_NUMBERED = re.compile(r"(allele|alelo|allel|height|peakheight|altura|alturadepico|hauteur|hohe|peakhohe)(10|[1-9])")
_HEIGHTS = frozenset({"height", "peakheight", "altura", "alturadepico", "hauteur", "hohe", "peakhohe"})
_CANONICAL = {other: column for column, others in _COLUMNS.items() for other in others.split()}
_CANONICAL |= {column: column for column in _OURS.split()}
_CANONICAL |= {column: column for name in INTERVALS for column in (f"{name}from", f"{name}to")}
_USUAL = frozenset({"samplename"})
"""Other names of columns that need no notice: everybody's export has them."""
_REMARKS = frozenset(
    [
        "remark",
        "remarks",
        "comment",
        "comments",
        "note",
        "notes",
        "observation",
        "observations",
        "observacion",
        "observaciones",
        "comentario",
        "comentarios",
        "nota",
        "notas",
        "observacao",
        "observacoes",
        "remarque",
        "remarques",
        "commentaire",
        "commentaires",
        "bemerkung",
        "bemerkungen",
        "kommentar",
        "kommentare",
        "anmerkung",
        "anmerkungen",
        "notiz",
    ]
)


def _words(meanings: Mapping[_Meaning, str]) -> dict[str, _Meaning]:
    return {word: meaning for meaning, words in meanings.items() for word in words.split()}


_SEXES: Mapping[Sex, str] = {
    "female": "female f woman mujer femenino femenina hembra mulher feminino feminina femme feminin weiblich frau w",
    "male": "male m man hombre masculino varon h homem homme masculin mannlich maennlich mann",
    "unknown": "unknown u ? desconocido desconocida desconhecido inconnu unbekannt",
}
SEXES: Mapping[str, Sex] = {**_words(_SEXES), "": "unknown"}
"""Sexes by their key; ``m`` is read as male, see ``sexes``."""
_YES, _NO = "yes y x true 1 si s sim oui o ja j", "no n false 0 nao non nein"
YES_NO: Mapping[str, bool] = {**_words({True: _YES, False: _NO}), "": False}
_KINDS = {
    "remains": "remains restos restes uberreste body cuerpo cadaver corpo corps leiche",
    "living": "living vivo viva vivant vivante lebend",
}
KINDS: Mapping[str, str] = {**_words(_KINDS), "": "remains"}
SCOPES = _words({"identification": "identification identificacion identificacao identifizierung identifikation"})


@lru_cache(maxsize=4096)
def word_key(text: str) -> str:
    """A word without case, accents, spaces and punctuation; a lone question mark stays.

    >>> word_key("Género"), word_key("Allele #1"), word_key("Nom de l'échantillon"), word_key(" ? ")
    ('genero', 'allele1', 'nomdelechantillon', '?')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^\w]|_", "", plain).lower() or plain.strip()


def column_of(text: str) -> str:
    """The key of the column that a heading names, whatever its language; another heading's own key.

    >>> [column_of(text) for text in ("Sample.Name", "Marcador", "Alelo 2", "Peak Height 1", "Panel")]
    ['sample', 'marker', 'allele2', 'height1', 'panel']
    """
    key = word_key(text)
    numbered = _NUMBERED.fullmatch(key)
    if numbered:
        return ("height" if numbered[1] in _HEIGHTS else "allele") + numbered[2]
    return _CANONICAL.get(key, key)


def is_column(text: str) -> bool:
    """Whether a heading names a column of some table."""
    key = word_key(text)
    return key in _CANONICAL or bool(_NUMBERED.fullmatch(key))


def is_remark(text: str) -> bool:
    """Whether a heading is that of remarks, which are not read.

    >>> is_remark("Observaciones"), is_remark("allele1")
    (True, False)
    """
    return word_key(text) in _REMARKS


def is_translated(text: str) -> bool:
    """Whether a heading was understood by another name than the column's own.

    >>> is_translated("Muestra"), is_translated("Sample Name"), is_translated("Allele #1")
    (True, False, False)
    """
    return word_key(text) != column_of(text) and word_key(text) not in _USUAL
