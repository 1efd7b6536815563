"""The documentation is true where a machine can tell: links lead somewhere, examples run, versions agree.

A block that opens with ```` ```python run ```` is run. Lines that print carry what they print as their comment:
``print(1 + 1)  # 2``.
"""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import antigone

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def without_code(text: str) -> str:
    """A page without its code blocks, and without code spans that only look like links."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`([^`\n]*)`", lambda span: "" if "](" in span[1] else span[1], prose)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made from their text by GitHub and most others."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path, text: str) -> list[str]:
    """Relative links to files or headings that do not exist."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not re.match(r"[a-z]+:", link) and (not target.exists() or (anchor and anchor not in anchors(target))):
            broken.append(link)
    return broken


def examples(text: str) -> list[str]:
    return re.findall(r"^```python run\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def promised_output(code: str) -> list[str]:
    return re.findall(r"^print\(.*\)  # (.+)$", code, re.MULTILINE)


RUNNABLE = [(page, code) for page in PAGES for code in examples(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links__lead_somewhere(page):
    assert broken_links(page, page.read_text("utf-8")) == []


@pytest.mark.parametrize("link", ["nowhere.md", "docs/model.md#no-such-heading", "#no-such-heading"])
def test_broken_links__are_seen(link):
    assert broken_links(ROOT / "README.md", f"[a]({link}) and [`b`]({link})") == [link, link]


def test_broken_links__good_ones_pass():
    assert broken_links(ROOT / "README.md", "[a](docs/model.md#3-theta) [b](https://example.org) `[c](d)`") == []


@pytest.mark.parametrize(("page", "code"), RUNNABLE, ids=[page.name for page, _ in RUNNABLE])
def test_examples__print_what_they_say(page, code, capsys):
    exec(compile(code, page.name, "exec"), {"__name__": "example"})  # noqa: S102 - our own documentation
    assert promised_output(code), "an example shows its result"
    assert capsys.readouterr().out.splitlines() == promised_output(code)


def test_examples__the_readme_has_one_of_at_most_eight_lines():
    (code,) = examples((ROOT / "README.md").read_text("utf-8"))
    assert len([line for line in code.splitlines() if line.strip()]) <= 8


@pytest.mark.parametrize("page", ["purpose.md", "privacy.md"])
def test_promises__every_test_a_page_names_exists(page):
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / page).read_text("utf-8"))
    assert named
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_glossary__has_each_term_once_and_in_order():
    terms = re.findall(r"^\*\*(.+?)\*\*", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    assert len(terms) > 40
    assert all(a.lower() < b.lower() for a, b in pairwise(terms))


def test_version__is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    assert cited
    assert antigone.__version__ == project == cited[1]
