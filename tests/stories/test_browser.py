"""The report in a real browser: it opens without a network, shows its pictures, and prints."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import report_example as example
from web_browser import CHROMIUM
from web_browser import pytestmark as pytestmark

from antigone.report.pages.search import render_report

__all__ = ["pytestmark"]
QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
]


def browse(folder: Path, *arguments: str) -> str:
    command = [str(CHROMIUM), *QUIET, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=True).stdout


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("browser") / "report.html"
    file.write_text(render_report(example.result(), example.incident()), encoding="utf-8")
    return file


def test_report__opens_offline_with_its_drawings_and_charts(page: Path) -> None:
    seen = browse(page.parent, "--dump-dom", page.as_uri())
    assert seen.count("<svg") >= 2 * 3
    assert "The software proposes; a person identifies." in seen


def test_report__is_a_picture_of_more_than_one_colour(page: Path) -> None:
    picture = page.with_suffix(".png")
    browse(page.parent, f"--screenshot={picture}", "--window-size=1280,2000", page.as_uri())
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size > 50_000


def test_report__prints(page: Path) -> None:
    paper = page.with_suffix(".pdf")
    browse(page.parent, f"--print-to-pdf={paper}", "--no-pdf-header-footer", page.as_uri())
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page") - content.count(b"/Type /Pages") >= 3
