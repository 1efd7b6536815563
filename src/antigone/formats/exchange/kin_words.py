"""Words of relation in English, Spanish, Portuguese, French and German, read as a way through a pedigree.

A way leads from the missing person to the relative, such as ``mother``, ``sister`` for a maternal aunt.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Step = Literal[
    "father", "mother", "brother", "sister", "sibling", "son", "daughter", "child", "spouse",
    "halfbrother", "halfsister", "halfsibling", "aunt", "uncle", "cousin", "nephew", "niece",
    "grandfather", "grandmother", "grandson", "granddaughter", "grandchild", "missing",
]  # fmt: skip
Way = tuple[Step, ...]
Side = Literal["father", "mother"]

_WORDS: dict[Step, str] = {
    "father": "father dad padre papa pai pere vater",
    "mother": "mother mom mum madre mama mae mere mutter",
    "brother": "brother hermano irmao frere bruder",
    "sister": "sister hermana irma soeur schwester",
    "sibling": "sibling geschwister",
    "halfbrother": "halfbrother halfhermano halfirmao mediohermano meioirmao demifrere halbbruder",
    "halfsister": "halfsister halfhermana halfirma mediahermana meiairma demisoeur halbschwester",
    "halfsibling": "halfsibling halbgeschwister",
    "son": "son hijo filho fils sohn",
    "daughter": "daughter hija filha fille tochter",
    "child": "child kind enfant crianca",
    "spouse": "spouse wife husband partner esposa esposo marido mujer conyuge conjuge pareja companera companero "
    "mulher epouse epoux femme mari conjoint conjointe ehefrau ehemann partnerin",
    "aunt": "aunt tia tante",
    "uncle": "uncle tio oncle onkel",
    "cousin": "cousin primo prima cousine vetter kusine",
    "nephew": "nephew sobrino sobrinho neveu neffe",
    "niece": "niece sobrina sobrinha niece nichte",
    "grandfather": "grandfather grandpa abuelo grandpere grossvater",
    "grandmother": "grandmother grandma abuela grandmere grossmutter",
    "grandson": "grandson nieto neto petitfils enkel",
    "granddaughter": "granddaughter nieta neta petitefille enkelin",
    "grandchild": "grandchild enkelkind",
    "missing": "missing missingperson self desaparecido desaparecida disparu disparue vermisst vermisste vermisster",
}
_STEPS: dict[str, Step] = {word: step for step, words in _WORDS.items() for word in words.split()}
_SIDE_WORDS: dict[Side, str] = {
    "mother": "maternal materno materna maternel maternelle uterine uterino uterina mutterlicherseits",
    "father": "paternal paterno paterna paternel paternelle consanguineo vaterlicherseits",
}
_SIDES: dict[str, Side] = {word: side for side, words in _SIDE_WORDS.items() for word in words.split()}
_OF = frozenset(["of", "de", "del", "do", "da", "du", "des", "von", "vom", "der"])
_FILLER_WORDS = (
    "the a an la el le les los las o os l die das dem den his her persona pessoa personne person biological biologico "
    "biologica biologique biologisch biologischer biologische full first completo completa same mismo misma mesmo "
    "mesma meme"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_PHRASES = (
    (r"\bavô\b", "grandfather"),
    (r"\bavó\b", "grandmother"),
)
"""Words that an accent alone tells apart."""
_PLAIN_PHRASES = (
    (r"\bmissing person\b", "missing"),
    (r"\b(?:(?:on|by|from|through|via) )?(?:the |his |her )?(mother|father)'?s side\b", r" \1side "),
    (r"\b(?:by|via|through) (?:the |his |her )?(?:same )?(mother|father)\b", r" \1side "),
    (r"\b(?:por parte|por via|por lado|por linea|del? lado|da parte|por) (?:de |del |de la |da |do )?(?:la |el |o |a )?"
     r"(madre|padre|mae|pai)\b", r" \1side "),
    (r"\b(?:par|du cote de|du cote du|cote) (?:la |le )?(mere|pere)\b", r" \1side "),
    (r"\b(?:uber|durch|von) (?:die |den )?(mutter|vater)(?:s|seite)?\b(?= *$)", r" \1side "),
    (r"\b(hermano|hermana|irmao|irma) de (madre|padre|mae|pai)\b", r"half\1 \2side"),
    (r"\bprim([oa]) herman[oa]\b", r"prim\1"),
    (r"\b(half|demi|meio|meia|medio|media|halb|grand|petit|petite)[- ](?=[a-z])", r"\1"),
)  # fmt: skip
_EXPANDED: dict[Step, Way] = {
    "aunt": ("sister",), "uncle": ("brother",), "cousin": ("sibling", "child"),
    "grandfather": ("father",), "grandmother": ("mother",),
}  # fmt: skip
"""Behind the parent on one side."""
_BELOW: dict[Step, Way] = {
    "nephew": ("sibling", "son"), "niece": ("sibling", "daughter"), "grandson": ("child", "son"),
    "granddaughter": ("child", "daughter"), "grandchild": ("child", "child"),
}  # fmt: skip
EXAMPLES = "such as father, brother, half-sister by the mother, maternal aunt, paternal grandfather, brother's son"


class UnclearRelation(ValueError):
    """Words that do not say one place in a pedigree: what is missing in them."""


def way_of(words: str) -> tuple[Way, Side | None]:
    """The way to a relative, and by which parent half-siblings are related.

    Raises
    ------
    UnclearRelation
        Saying what the words leave open.

    Examples
    --------
    >>> way_of("[Maternal aunt]"), way_of("half-brother by the mother"), way_of("sister's son")
    ((('mother', 'sister'), None), (('halfbrother',), 'mother'), (('sister', 'son'), None))
    >>> way_of("abuela paterna")[0], way_of("hijo del hermano")[0], way_of("Großvater mütterlicherseits")[0]
    (('father', 'mother'), ('brother', 'son'), ('mother', 'father'))
    >>> way_of("hermano de madre"), way_of("hermano de la madre")[0], way_of("tante maternelle")[0]
    ((('halfbrother',), 'mother'), ('mother', 'brother'), ('mother', 'sister'))
    """
    steps: list[Step] = []
    side: Side | None = None
    linked = True
    for token in _tokens(words):
        step = _STEPS.get(token) or _STEPS.get(token.removesuffix("s"))
        if token in _SIDES or (token.endswith("side") and token.removesuffix("side") in _STEPS):
            side = _SIDES.get(token) or _STEPS[token.removesuffix("side")]  # type: ignore[assignment]
        elif step is not None and linked:
            steps.append(step)
            linked = False
        elif step in ("father", "mother") and len(steps) == 1 and side is None:
            side = step
        elif token in _OF:
            linked = True
        elif step is not None or token not in _FILLERS:
            raise UnclearRelation("what it says: one of its words is none of a relation by blood")
    if len(steps) > 1 and steps[-1] == "missing":
        steps.pop()
    if not steps:
        raise UnclearRelation("everything: it has no word of a relation by blood")
    return _expanded(steps[::-1], side)


def _tokens(words: str) -> list[str]:
    """Words without case, accents and punctuation; a possessive is turned round: "brother's son" is "son of brother".

    >>> _tokens("Brother's son"), _tokens("demi-sœur"), _tokens("avô paterno")
    (['son', 'of', 'brother'], ['demisoeur'], ['grandfather', 'paterno'])
    """
    text = words.strip().strip('[](){}"').lower().replace("ß", "ss").replace("œ", "oe").replace("’", "'")
    for pattern, word in _PHRASES:
        text = re.sub(pattern, word, text)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = " ".join(re.sub(r"[^a-z' -]", " ", text).split())
    for pattern, word in _PLAIN_PHRASES:
        text = re.sub(pattern, word, text)
    text = " of ".join(reversed(re.split(r"(?<=r)'s?\s+|(?<=[a-z]{3})'s\s+", text)))
    return [token for token in re.split(r"[^a-z]+", text) if token]


def _expanded(steps: list[Step], side: Side | None) -> tuple[Way, Side | None]:
    """The way in steps of one generation, from the missing person on; the side counts for the first word it fits."""
    way: list[Step] = []
    left, of_half = side, None
    for step in steps:
        if step in _EXPANDED or step.startswith("half"):
            if left is None:
                open_ = "which parent they share" if step.startswith("half") else "the side, maternal or paternal"
                raise UnclearRelation(open_)
            of_half = left if step.startswith("half") else of_half
            way += (left, *_EXPANDED[step]) if step in _EXPANDED else (step,)
            left = None
        else:
            way += _BELOW.get(step, (step,))
    if left is not None:
        raise UnclearRelation("why a side is named")
    if len(way) > 1 and {"spouse", "missing"} & {*way}:
        raise UnclearRelation("whether it is one by blood")
    return tuple(way), of_half
