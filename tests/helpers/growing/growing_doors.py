"""The command line and the API as doors of a case that grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from growing_case import CASE, Files
from registry_team import PURPOSE, password_of
from registry_vaults import PASSPHRASE
from waiting import until
from web_site import TestClient

from antigone.cli import main

REASON = "as the laboratory told"


def written(files: Files, folder: Path) -> list[Path]:
    """Files in a new folder."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in files]


@dataclass
class CommandLine:
    """``antigone registry``, typed by each user."""

    place: str
    key_file: Path
    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    typed: int = 0

    def __call__(self, user: str, *arguments: str) -> str:
        given = {
            "ANTIGONE_REGISTRY": self.place, "ANTIGONE_KEY_FILE": str(self.key_file), "ANTIGONE_PURPOSE": PURPOSE,
            "ANTIGONE_USER": user, "ANTIGONE_PASSWORD": password_of(user), "ANTIGONE_PASSPHRASE": PASSPHRASE,
            "COLUMNS": "200",
        }  # fmt: skip
        for name, value in given.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.setattr("sys.argv", ["antigone", "registry", *arguments])
        code: Any = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        said = self.capsys.readouterr()
        assert code == 0, said.out + said.err
        return said.out

    def _written(self, files: Files) -> list[str]:
        self.typed += 1
        return [str(path) for path in written(files, self.folder / str(self.typed))]

    def _rows(self, said: str) -> list[list[str]]:
        lines = [line for line in said.splitlines() if line.startswith("│")]
        return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]

    def bring(self, files: Files, *, kit: str = "") -> None:
        paths = self._written(files)
        given = [str(Path(paths[0]).parent)] if "incident.toml" in files else paths
        self("registrar", "import", *given, "--as", CASE, *(("--kit", kit) if kit else ()))

    def agree_on_first_model(self) -> None:
        self("geneticist", "model", CASE, "--propose", "1", "--reason", REASON)
        self("second geneticist", "model", CASE, "--confirm", "1", "--reason", REASON)

    def agree_on_model_of(self, files: Files, name: str) -> None:
        (path,) = self._written(files)
        self("geneticist", "model", CASE, "--propose-files", path, "--name", name, "--reason", REASON)
        self("reviewer", "model", CASE, "--confirm", "2", "--reason", REASON)

    def search(self, *, whole: bool = False) -> None:
        said = self("geneticist", "search", "--incident", CASE, *(() if whole else ("--new",)))
        assert "finished" in said

    def samples_in_conflict(self) -> list[str]:
        return [row[0] for row in self._rows(self("geneticist", "conflicts", "--incident", CASE))]

    def typings(self, sample: str) -> list[int]:
        said = self("geneticist", "typings", sample, "--incident", CASE)
        return [int(row[0]) for row in self._rows(said) if row[0].isdigit()]

    def settle(self, sample: str, marker: str, *, keep: int) -> None:
        about = ("--incident", CASE, "--marker", marker, "--keep", str(keep), "--reason", REASON)
        self("geneticist", "settle", sample, *about)

    def correct(self, sample: str, typing: int, marker: str, alleles: str) -> None:
        about = ("--incident", CASE, "--marker", marker, "--alleles", alleles, "--reason", REASON)
        self("geneticist", "correct", sample, str(typing), *about)

    def withdraw(self, family: str, member: str) -> None:
        self("coordinator", "withdraw", "--incident", CASE, "--family", family, "--member", member, "--yes")

    def shown(self) -> dict[tuple[str, str], float]:
        rows = self._rows(self("reviewer", "candidates", "--incident", CASE))
        return {(row[3], row[4]): float(row[6]) for row in rows}


@dataclass
class Api:
    """Programs of each user, each with a token of its own."""

    client: TestClient
    tokens: Mapping[str, str]

    def __call__(self, user: str, method: str, path: str, **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[user]}", "Antigone-Purpose": PURPOSE}
        answer = self.client.request(method, f"/api{path}", headers=headers, **sent)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def bring(self, files: Files, *, kit: str = "") -> None:
        self("registrar", "POST", "/import", files=_parts(files), data={"code": CASE, "kit": kit})

    def agree_on_first_model(self) -> None:
        step = {"incident": CASE, "version": 1, "reason": REASON}
        self("geneticist", "POST", "/model/propose", json=step)
        self("second geneticist", "POST", "/model/confirm", json=step)

    def agree_on_model_of(self, files: Files, name: str) -> None:
        said = {"incident": CASE, "name": name, "reason": REASON}
        made = self("geneticist", "POST", "/model/files", files=_parts(files), data=said)
        step = {"incident": CASE, "version": made["line"]["number"], "reason": REASON}
        self("reviewer", "POST", "/model/confirm", json=step)

    def search(self, *, whole: bool = False) -> None:
        job = self("geneticist", "POST", "/searches", json={"incident": CASE, "new": not whole})["id"]
        until(lambda: self("geneticist", "GET", f"/searches/{job}")["state"] not in ("waiting", "running"))
        assert self("geneticist", "GET", f"/searches/{job}")["state"] == "finished"

    def samples_in_conflict(self) -> list[str]:
        found = self("geneticist", "GET", "/conflicts", params={"incident": CASE})["rows"]
        return [one["sample"] for one in found]

    def typings(self, sample: str) -> list[int]:
        found = self("geneticist", "GET", "/typings", params={"incident": CASE, "sample": sample})["typings"]
        return [one["number"] for one in found]

    def settle(self, sample: str, marker: str, *, keep: int) -> None:
        sent = {"incident": CASE, "sample": sample, "marker": marker, "keep": keep, "reason": REASON}
        self("geneticist", "POST", "/conflict/settle", json=sent)

    def correct(self, sample: str, typing: int, marker: str, alleles: str) -> None:
        sent = {"incident": CASE, "sample": sample, "typing": typing, "marker": marker}
        self("geneticist", "POST", "/typings/correct", json={**sent, "alleles": alleles, "reason": REASON})

    def withdraw(self, family: str, member: str) -> None:
        self("coordinator", "POST", "/family/withdraw", json={"incident": CASE, "family": family, "member": member})

    def shown(self) -> dict[tuple[str, str], float]:
        rows = self("reviewer", "GET", "/candidates", params={"incident": CASE})["rows"]
        return {(one["unidentified"], one["family"]): one["log10_lr"] for one in rows}


def _parts(files: Files) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (name, text.encode())) for name, text in files.items()]
