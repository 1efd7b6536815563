"""The templates: every value escaped, every missing one an error, numbers and states written one way."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from urllib.parse import urlencode

from jinja2 import Environment
from markupsafe import Markup

from antigone import __version__
from antigone.plain_words import change_text, count_text, log10_text, odds_text, probability_text
from antigone.report.pages.search import page_environment
from antigone.team.access.roles import ALLOWED, Action, Role
from antigone.team.tasks.words import news_words

STATE_SIGNS = {"open": "○", "proposed": "◐", "confirmed": "●", "rejected": "✕", "reopening": "↻"}
"""Each state differs in shape as well as in colour."""
RUN_SIGNS = {"running": "◐", "finished": "●", "failed": "✕", "cancelled": "○", "to be computed again": "↻"}


@cache
def environment() -> Environment:
    """The templates with their filters and functions."""
    made = page_environment("antigone.web")
    made.filters |= {
        "log10": log10_or_dash,
        "odds": odds_text,
        "probability": probability_or_dash,
        "change": change_text,
        "moment": moment_text,
        "badge": state_badge,
    }
    made.globals |= {"link": link, "may": may, "plural": plural, "news_words": news_words, "version": __version__}
    return made


def link(path: str, **parameters: object) -> str:
    """An address of ours; codes travel as parameters, because a code may hold any letter. Empty ones are left out.

    >>> link("/family", incident="2026/1", family="F 1", page=None)
    '/family?incident=2026%2F1&family=F+1'
    """
    given = {name.rstrip("_"): value for name, value in parameters.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(given)}" if given else path


def may(role: Role, action: Action) -> bool:
    """Whether a role allows an action: what a page offers; what is done is checked again by the action itself."""
    return role in ALLOWED[action]


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "family", "families"), plural(3, "family", "families"), plural(2, "donor")
    ('1 family', '3 families', '2 donors')
    """
    return f"{count_text(count)} {one if count == 1 else many or one + 's'}"


def moment_text(instant: str | None) -> str:
    """An instant of the registry, to the minute, in UTC.

    >>> moment_text("2026-11-23T23:37:05.123456+00:00")
    '2026-11-23 23:37 UTC'
    """
    if not instant:
        return "–"
    return dt.datetime.fromisoformat(instant).astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def log10_or_dash(value: float | None) -> str:
    """A log10 LR, or a dash where the number was erased."""
    return "–" if value is None else log10_text(value)


def probability_or_dash(value: float | None) -> str:
    """A probability, or a dash where the number was erased."""
    return "–" if value is None or math.isnan(value) else probability_text(value)


def state_badge(state: str) -> Markup:
    """A state as a word in its shape and colour.

    >>> str(state_badge("open"))
    '<span class="badge badge-open"><span aria-hidden="true">○</span> open</span>'
    """
    sign = STATE_SIGNS.get(state) or RUN_SIGNS.get(state, "○")
    name = state.replace(" ", "-")
    return Markup('<span class="badge badge-{}"><span aria-hidden="true">{}</span> {}</span>').format(name, sign, state)
