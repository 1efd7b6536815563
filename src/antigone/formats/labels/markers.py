"""Names of markers: the spelling this software uses, and the spellings laboratories use.

The spelling is that of the NIST 1036 frequencies (``vWA``, ``Penta_D``, ``TH01``), so a profile written
with any known spelling meets its frequencies.
"""

from __future__ import annotations

import re
from typing import Literal

MarkerKind = Literal["autosomal", "amelogenin", "X", "Y"]

_SPELLINGS: dict[str, str] = {
    "CSF1PO": "CSF CSF1 HUMCSF1PO HUMCSF1P0 CSF1P0",
    "F13A01": "F13A1 F13A HUMF13A01 F13AO1",
    "F13B": "HUMF13B",
    "FESFPS": "FES FPS FES/FPS HUMFESFPS",
    "FGA": "FIBRA HUMFIBRA FIBRA/FGA HUMFIBRA/FGA FGA/FIBRA",
    "LPL": "HUMLPL LIPOL HUMLIPOL",
    "Penta_B": "PENTAB",
    "Penta_C": "PENTAC",
    "Penta_D": "PENTAD PD",
    "Penta_E": "PENTAE PE",
    "SE33": "ACTBP2 HUMACTBP2",
    "TH01": "THO1 TH1 TC11 HUMTH01 HUMTHO1",
    "TPOX": "TPO HUMTPOX TP0X",
    "vWA": "VWA VWA31 VWA31A HUMVWA HUMVWFA31 VWFA31 HUMVWFA31/A VWA31/A VWF",
    "D1S1656": "",
    "D1S1677": "",
    "D1S1627": "",
    "D1GATA113": "",
    "D2S1338": "",
    "D2S1360": "",
    "D2S1776": "",
    "D2S441": "",
    "D3S1358": "",
    "D3S1744": "",
    "D3S3053": "",
    "D3S4529": "",
    "D4S2366": "",
    "D4S2364": "",
    "D4S2408": "",
    "D5S2500": "",
    "D5S2800": "",
    "D5S818": "",
    "D6S1017": "",
    "D6S1043": "",
    "D6S474": "",
    "D7S1517": "",
    "D7S820": "",
    "D8S1115": "",
    "D8S1132": "",
    "D8S1179": "D6S502",
    "D9S1120": "",
    "D9S1122": "",
    "D9S2157": "",
    "D10S1248": "",
    "D10S1435": "",
    "D10S2325": "",
    "D11S4463": "",
    "D11S554": "",
    "D12S391": "",
    "D12ATA63": "",
    "D13S317": "",
    "D14S1434": "",
    "D16S539": "",
    "D17S1301": "",
    "D17S974": "",
    "D18S51": "",
    "D18S853": "",
    "D19S253": "",
    "D19S433": "",
    "D20S1082": "",
    "D20S482": "",
    "D21S11": "",
    "D21S2055": "",
    "D22S1045": "",
    "D22GATA198B05": "",
    "Amelogenin": "AMEL AMELO AMELXY AM",
    "SRY": "",
    "Yindel": "YINDEL M175 RS2032678 Y-INDEL",
}


def _key(name: str) -> str:
    return re.sub(r"[\s_.\-‐‑–]+", "", name).upper()


_CANONICAL = {
    _key(spelling): canonical for canonical, others in _SPELLINGS.items() for spelling in (canonical, *others.split())
}
_AUTOSOMAL_LOCUS = re.compile(r"D([1-9]|1[0-9]|2[0-2])S[0-9]{1,5}")
_Y_LOCUS = re.compile(r"(DYS|DYF|YGATA|YINDEL|SRY|YCAI)[A-Z0-9/]*")
_SNP = re.compile(r"RS[0-9]{2,12}")
_X_LOCUS = re.compile(r"(DXS[0-9]+|HPRTB|ARA|HUMARA)")


def normalise_marker(name: str) -> str:
    """The spelling this software uses for a marker; an unknown name comes back trimmed.

    Examples
    --------
    >>> [normalise_marker(name) for name in ("THO1", "penta d", "VWA31", "d2-s441", "rs1234")]
    ['TH01', 'Penta_D', 'vWA', 'D2S441', 'rs1234']
    """
    key = _key(name)
    if key in _CANONICAL:
        return _CANONICAL[key]
    if _AUTOSOMAL_LOCUS.fullmatch(key) or _Y_LOCUS.fullmatch(key) or _X_LOCUS.fullmatch(key):
        return key
    return name.strip()


def is_known_marker(name: str) -> bool:
    """Whether a marker is one that laboratories type, in any of its spellings; another name may be misspelt.

    Examples
    --------
    >>> [is_known_marker(name) for name in ("penta e", "D2-S441", "D2S414", "rs1234")]
    [True, True, False, True]
    """
    return normalise_marker(name) in _SPELLINGS or bool(_SNP.fullmatch(_key(name)))


def is_marker_name(name: str) -> bool:
    """Whether a name is that of a known marker, or has the form of one.

    >>> [is_marker_name(name) for name in ("THO1", "D99S1", "DYS391", "sample")]
    [True, False, True, False]
    """
    key = _key(name)
    patterns = (_AUTOSOMAL_LOCUS, _Y_LOCUS, _X_LOCUS, _SNP)
    return key in _CANONICAL or any(pattern.fullmatch(key) for pattern in patterns)


def marker_kind(name: str) -> MarkerKind:
    """Whether a marker is inherited like an autosome; a name that is not known to be anything else is.

    Examples
    --------
    >>> [marker_kind(name) for name in ("TH01", "AMEL", "DYS391", "DXS10103")]
    ['autosomal', 'amelogenin', 'Y', 'X']
    """
    canonical = normalise_marker(name)
    if canonical == "Amelogenin":
        return "amelogenin"
    if _X_LOCUS.fullmatch(canonical.upper()):
        return "X"
    return "Y" if canonical in ("SRY", "Yindel") or _Y_LOCUS.fullmatch(canonical.upper()) else "autosomal"
