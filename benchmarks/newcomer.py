"""How long from ``git clone`` until a newcomer looks at a candidate in the browser?

``python benchmarks/newcomer.py [REPOSITORY]``: clones it into a new folder, runs the two commands of docs/web.md
(``make demo`` and ``antigone serve --demo``), signs in and asks for the page of the first candidate. Prints JSON:
seconds of each step. Most of ``make demo`` is the download of the libraries.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

HOST, PORT = "127.0.0.1", 8498
PASSWORD = "ferry-demo-2026"  # noqa: S105 - stands on the demonstration's sign-in page


def run(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - what a newcomer types


def wait_for_page() -> HTTPConnection:
    """A connection, as soon as the application listens."""
    while True:
        connection = HTTPConnection(HOST, PORT, timeout=60)
        try:
            connection.connect()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return connection


def look_at_candidate() -> None:
    """Sign in as the geneticist, and read the page of the first candidate."""
    connection = wait_for_page()
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    visit = page.headers["set-cookie"].split(";")[0]
    sealed = re.search(r'name="sealed" value="(\w+)"', page.read().decode())
    assert sealed
    form = urlencode({"user": "geneticist", "password": PASSWORD, "purpose": "to try", "sealed": sealed[1]})
    head = {"Cookie": visit, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, head)
    answer = connection.getresponse()
    answer.read()
    connection.request("GET", "/candidate?id=1", headers={"Cookie": answer.headers["set-cookie"].split(";")[0]})
    page = connection.getresponse()
    assert b"The two hypotheses" in page.read()


def main(repository: str) -> dict[str, float]:
    seconds: dict[str, float] = {}
    start = time.perf_counter()

    def note(step: str) -> None:
        seconds[step] = round(time.perf_counter() - start - sum(seconds.values()), 1)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "antigone"
        run("git", "clone", "--quiet", repository, str(folder), folder=Path(name))
        note("git clone")
        run("make", "demo", folder=folder)
        note("make demo")
        command = [str(folder / ".venv" / "bin" / "antigone"), "serve", "--demo", "--port", str(PORT)]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 - what a newcomer types
        try:
            look_at_candidate()
            note("antigone serve --demo, until the page of a candidate")
        finally:
            server.terminate()
            server.wait(20)
    return seconds | {"in all": round(sum(seconds.values()), 1)}


if __name__ == "__main__":
    here = str(Path(__file__).resolve().parents[1])
    print(json.dumps(main(sys.argv[1] if len(sys.argv) > 1 else here), indent=2))
