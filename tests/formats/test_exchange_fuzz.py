"""Damaged files of every exchange format: a refusal with a message, never a traceback, within a second each."""

from __future__ import annotations

import contextlib
import random
import time
from pathlib import Path

import pytest
from exchange_texts import TRIO, cmf, ga4gh, niem, relations, specimen

from antigone.errors import AntigoneError
from antigone.formats.frequencies import read_frequencies
from antigone.formats.incident import read_incident

FILES = {
    "a.xml": cmf(specimen("PM1", "Unidentified Person", "TH01 6 9.3"), specimen("R1", "Biological Father", "TH01 6 7")),
    "b.xml": niem(),
    "c.ped": "famid id fid mid sex TH01\nF1 Missing 0 MO 1 -/-\nF1 MO 0 0 2 6/7\n",
    "d.ped": TRIO,
    "e.txt": relations("[Father]|R1|X|Y", "tía materna|R2|X|X", "nephew|R3|X|Y"),
    "f.json": ga4gh(),
}
FREQUENCIES = {
    "a.R": "list(TH01 = c(`6` = 0.25, `9.3` = 0.75))",
    "b.txt": "$TH01\n  6 9.3 \n0.25 0.75 \n",
    "c.freq": "M TH01\nA 6 0.25\nA 9.3 0.75\n",
    "d.csv": "N,,,,\nA,,,B,\nAllele,TH01,,Allele,TH01\n6,0.25,,6,0.5\n9.3,0.75,,9.3,0.5\n",
    "e.csv": "Locus,Allele,Frequency\nTH01,6,0.25\n,9.3,0.75\n",
}


def damaged(text: str, chance: random.Random) -> bytes:
    content = bytearray(text.encode())
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(content))
        how = chance.randrange(4)
        if how == 0:
            content[place] = chance.randrange(256)
        elif how == 1:
            del content[place : place + chance.randint(1, 40)]
        elif how == 2:
            content[place:place] = content[: chance.randint(1, 60)]
        else:
            content[place:place] = chance.choice(
                [b"<", b"&x;", b"\0", b"\xff\xfe", b"\t\t\t", b'"', b"\r\n", b"9" * 400]
            )
        if not content:
            break
    return bytes(content)


@pytest.mark.parametrize("name", FILES)
def test_damaged_families_are_read_or_refused(tmp_path: Path, name: str) -> None:
    path, chance = tmp_path / name, random.Random(name)
    for _ in range(40):
        path.write_bytes(damaged(FILES[name], chance))
        begun = time.process_time()
        with contextlib.suppress(AntigoneError):
            read_incident(path, "office")
        assert time.process_time() - begun < 1


@pytest.mark.parametrize("name", FREQUENCIES)
def test_damaged_frequencies_are_read_or_refused(tmp_path: Path, name: str) -> None:
    path, chance = tmp_path / name, random.Random(name)
    for _ in range(40):
        path.write_bytes(damaged(FREQUENCIES[name], chance))
        with contextlib.suppress(AntigoneError):
            read_frequencies(path)


@pytest.mark.parametrize("text", ["list(" + "a=c(" * 20_000, "$" + "a" * 200_000, "x = c(" + "1," * 100_000])
def test_long_texts_of_r_take_no_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text("list(" + text)
    begun = time.process_time()
    with pytest.raises(AntigoneError):
        read_frequencies(tmp_path / "a.txt")
    assert time.process_time() - begun < 2
