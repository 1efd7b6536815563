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
def test_examples__print_what_they_say(page, code, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
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


def test_library__every_public_name_is_on_its_page():
    page = (ROOT / "docs" / "library.md").read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    assert set(antigone.__all__) - {"__version__"} <= named


PACKAGE = ROOT / "src" / "antigone"


def rooms() -> dict[str, set[str]]:
    """Every folder of the package that holds modules, with the names of its modules."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        if path.stem != "__init__" and path.parent != PACKAGE:
            found.setdefault(path.parent.relative_to(PACKAGE).as_posix(), set()).add(path.stem)
    return found


def described_rooms(page: str) -> dict[str, str]:
    """The rows of the table under "Files" of the architecture: a folder, and what is said of it."""
    section = page.partition("\n## Files\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([\w/]+)` \| (.*) \|$", section, re.MULTILINE))


def absent_modules(rows: dict[str, str], folders: dict[str, set[str]]) -> list[str]:
    """Modules that a row names and its folder does not hold."""
    named = [(folder, name) for folder, text in rows.items() for name in re.findall(r"`([a-z]\w*)`", text)]
    return [f"{folder}/{name}" for folder, name in named if name not in folders.get(folder, set())]


def dead_paths(text: str) -> list[str]:
    """Paths of Python files in code spans that are neither in the repository nor in the package."""
    paths = re.findall(r"`([\w/]+/\w+\.py)`", text)
    return [path for path in paths if not any((base / path).exists() for base in (ROOT, PACKAGE, PACKAGE.parent))]


def test_architecture__names_every_room_and_no_other():
    rows = described_rooms((ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert set(rows) == set(rooms())
    assert absent_modules(rows, rooms()) == []


def test_absent_modules__are_seen():
    rows = described_rooms("\n## Files\n| `search/pairs` | `blocks`, `gone` |\n")
    assert absent_modules(rows, rooms()) == ["search/pairs/gone"]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_paths_of_modules__exist(page):
    assert dead_paths(page.read_text("utf-8")) == []


def test_dead_paths__are_seen():
    assert dead_paths("`search/joint_prior.py` and `search/joint/prior.py`") == ["search/joint_prior.py"]
