"""A declared pedigree as a picture: our own SVG, in the standard nomenclature (doi:10.1002/jgc4.1621).

Squares are male, circles female, diamonds of unknown sex. A horizontal line joins parents, a double one related
parents; children hang below. A parent who is not declared is not drawn: the line then starts at the other parent.
Every mark differs in shape as well as in colour, so a print in black and white says the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from antigone.model.pedigree import Individual, Pedigree
from antigone.model.text import clean_text
from antigone.report.pedigree.generations import related_couples, unions
from antigone.report.pedigree.layout import LABEL_GAP, LABEL_LINE, RADIUS, Label, Layout, Line, Symbol, lay_out

INK = "#1d2733"
GREY = "#5a6672"
ACCENT = "#9a3412"
ACCENT_FILL = "#fdeee3"
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
TEXT_OUTLINE = 'paint-order="stroke" stroke="#fff" stroke-width="3"'
LONGEST_LINE = 13
MOST_LINES = 3
MARGIN = 10.0


@dataclass(frozen=True)
class Mark:
    """What is known of a member: a sample was given, the member is missing, who is proposed to be them.

    ``unidentified`` is the sample code of the unidentified person placed here by the proposition drawn. An empty one
    marks the unidentified person themselves, whom the proposition puts beside the family.
    """

    gave_sample: bool = False
    missing: bool = False
    unidentified: str | None = None

    @property
    def beside(self) -> bool:
        """Whether it marks somebody who is no member of the family."""
        return self.unidentified == ""


NO_MARK = Mark()


def draw_pedigree(
    pedigree: Pedigree, *, marks: Mapping[str, Mark], title: str = "Declared pedigree", chosen: str | None = None
) -> str:
    """Draw a pedigree as one SVG element to put into a page.

    Parameters
    ----------
    pedigree
        Any pedigree: several marriages, half-siblings, loops and unconnected parts are drawn. A member whose
        place would contradict itself is drawn twice, with a dashed connection.
    marks
        By member; members without a mark are drawn plain.
    title
        The accessible name. The description lists every member in words.
    chosen
        For an editor: the member around whom a dashed ring is drawn, or an empty text for nobody. Every symbol then
        carries its member's code as ``data-member``.

    Returns
    -------
    str
        The same bytes for the same input: no script, no style sheet, no ids, no external address.
    """
    texts = {member.id: _label(member.id, marks.get(member.id, NO_MARK)) for member in pedigree}
    labels = {member: Label(max(map(_width, text)), len(text)) for member, text in texts.items()}
    layout = lay_out(pedigree, labels)
    body = [
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(describe_pedigree(pedigree, marks))}</desc>",
        *_draw_lines(layout),
        *(
            _draw_member(pedigree[s.member], s, marks.get(s.member, NO_MARK), texts[s.member], chosen)
            for s in layout.symbols
        ),
    ]
    return _svg(layout.width + 2 * MARGIN, layout.height + 2 * MARGIN, body)


def draw_key(mark: Mark) -> str:
    """One marked symbol alone, to explain it in a text."""
    body = [f'<g aria-hidden="true">{_symbol("unknown", RADIUS, RADIUS, mark)}</g>']
    return _svg(2 * RADIUS, 2 * RADIUS, body, pad=4.0, hidden=True)


def describe_pedigree(pedigree: Pedigree, marks: Mapping[str, Mark]) -> str:
    """The pedigree in words, for readers who do not see the drawing."""
    members = sum(not marks.get(member.id, NO_MARK).beside for member in pedigree)
    sentences = [f"{members} members."]
    sentences.extend(_describe_member(member, marks.get(member.id, NO_MARK)) for member in pedigree)
    related = related_couples(pedigree)
    couples = (" and ".join(union.parents) for union in unions(pedigree) if union in related)
    sentences.extend(f"{couple} are related by blood." for couple in couples)
    return " ".join(sentences)


def _describe_member(member: Individual, mark: Mark) -> str:
    parents = [parent for parent in (member.father, member.mother) if parent is not None]
    facts = [f"{member.sex} sex" if member.sex == "unknown" else member.sex]
    if parents:
        facts.append(f"child of {' and '.join(parents)}")
    facts.extend(_facts(mark))
    return f"{member.id}: {', '.join(facts)}."


def _facts(mark: Mark) -> Iterator[str]:
    if mark.gave_sample:
        yield "gave a sample"
    if mark.missing:
        yield "missing"
    if mark.beside:
        yield "drawn next to the family"
    elif mark.unidentified is not None:
        yield f"{mark.unidentified} is placed here by the proposition"


def _label(member: str, mark: Mark) -> list[tuple[str, bool]]:
    """The lines under a symbol, and which of them are set in bold."""
    lines = [(line, False) for line in _wrapped(member)]
    if mark.unidentified:
        lines.extend((line, True) for line in _wrapped(mark.unidentified))
    return lines


def _wrapped(code: str) -> list[str]:
    """A code in at most three lines, broken after a separator where there is one."""
    lines: list[str] = []
    while len(code) > LONGEST_LINE and len(lines) < MOST_LINES - 1:
        cuts = [i + 1 for i, letter in enumerate(code[:LONGEST_LINE]) if letter in " -_./:" and i >= 3]
        cut = max(cuts, default=LONGEST_LINE)
        lines.append(code[:cut].rstrip(" "))
        code = code[cut:].lstrip(" ")
    if len(code) > LONGEST_LINE:
        code = code[: LONGEST_LINE - 1] + "…"
    return [*lines, code]


def _width(line: tuple[str, bool]) -> float:
    """A generous estimate of the width of a label, whatever sans-serif font the reader has."""
    text, bold = line
    return sum(map(_letter_width, text)) * (1.08 if bold else 1.0)


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 12.5
    if letter in "MWmw@%&":
        return 11.5
    return 9.2 if letter.isupper() else 7.4


def _draw_lines(layout: Layout) -> Iterator[str]:
    order = {"again": 0, "consanguineous": 1, "mating": 2, "descent": 3}
    for line in sorted(layout.lines, key=lambda line: order[line.kind]):
        points = dict.fromkeys(f"{_n(x + MARGIN)},{_n(y + MARGIN)}" for x, y in line.points)
        if len(points) > 1:  # a line without length would be drawn as a dot
            yield from _strokes(line, " ".join(points))


def _strokes(line: Line, points: str) -> Iterator[str]:
    head = f'<polyline points="{points}" fill="none"'
    if line.kind == "consanguineous":
        yield f'{head} stroke="{INK}" stroke-width="6"/>'
        yield f'{head} stroke="#fff" stroke-width="3"/>'
    elif line.kind == "again":
        yield f'{head} stroke="{GREY}" stroke-width="1.5" stroke-dasharray="5 4"/>'
    else:
        yield f'{head} stroke="{INK}" stroke-width="1.5" stroke-linecap="square"/>'


def _draw_member(
    member: Individual, symbol: Symbol, mark: Mark, text: Sequence[tuple[str, bool]], chosen: str | None
) -> str:
    x, y = symbol.x + MARGIN, symbol.y + MARGIN
    again = " (drawn again)" if symbol.again else ""
    title = f"<title>{escape(_describe_member(member, mark) + again)}</title>"
    head = "<g>" if chosen is None else f'<g data-member="{escape(member.id)}">'
    ring = _ring(x, y) if member.id == chosen else ""
    return f"{head}{title}{ring}{_symbol(member.sex, x, y, mark)}{''.join(_draw_text(x, y, text))}</g>"


def _ring(x: float, y: float) -> str:
    style = f'fill="{ACCENT_FILL}" stroke="{ACCENT}" stroke-width="2" stroke-dasharray="4 3"'
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(RADIUS + 6.0)}" {style}/>'


def _draw_text(x: float, y: float, text: Sequence[tuple[str, bool]]) -> Iterator[str]:
    top = y + RADIUS + LABEL_GAP + LABEL_LINE - 4.0
    for i, (line, bold) in enumerate(text):
        style = f'font-weight="700" fill="{ACCENT}"' if bold else f'fill="{INK}"'
        place = f'x="{_n(x)}" y="{_n(top + i * LABEL_LINE)}"'
        yield f'<text {place} text-anchor="middle" font-size="12.5" {TEXT_OUTLINE} {style}>{escape(line)}</text>'


def _symbol(sex: str, x: float, y: float, mark: Mark) -> str:
    """Outline, then what it holds: a filled core for a sample, a question mark for a missing person."""
    placed = mark.unidentified is not None
    colour, fill = (ACCENT, ACCENT_FILL) if placed else (INK, "#fff")
    width = 3.0 if mark.missing or placed else 1.5
    drawn = [_shape(sex, x, y, RADIUS, f'fill="{fill}" stroke="{colour}" stroke-width="{width:g}"')]
    if placed:
        drawn.append(_shape(sex, x, y, RADIUS - 4.0, f'fill="none" stroke="{colour}" stroke-width="1"'))
    if mark.gave_sample and not placed:
        drawn.append(_shape(sex, x, y, RADIUS * 0.56, f'fill="{INK}"'))
    elif mark.missing or placed:
        text = f'text-anchor="middle" font-size="17" font-weight="700" fill="{colour}"'
        drawn.append(f'<text x="{_n(x)}" y="{_n(y + 6)}" {text}>?</text>')
    return "".join(drawn)


def _shape(sex: str, x: float, y: float, radius: float, style: str) -> str:
    if sex == "female":
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" {style}/>'
    if sex == "male":
        corner, side = radius * 0.92, 2 * radius * 0.92
        return f'<rect x="{_n(x - corner)}" y="{_n(y - corner)}" width="{_n(side)}" height="{_n(side)}" {style}/>'
    corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
    return f'<polygon points="{" ".join(f"{_n(px)},{_n(py)}" for px, py in corners)}" {style}/>'


def _svg(width: float, height: float, body: Sequence[str], *, pad: float = 0.0, hidden: bool = False) -> str:
    box = f"{_n(-pad)} {_n(-pad)} {_n(width + 2 * pad)} {_n(height + 2 * pad)}"
    size = f'width="{_n(width + 2 * pad)}" height="{_n(height + 2 * pad)}"'
    role = 'aria-hidden="true"' if hidden else 'role="img"'
    return f'<svg class="pedigree" viewBox="{box}" {size} {role} font-family="{FONT}">{clean_text("".join(body))}</svg>'


def _n(value: float) -> str:
    """One decimal, without a trailing zero and without a negative zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
