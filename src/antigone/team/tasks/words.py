"""What waits for families, and where a missing person stands, in words for those who speak with them."""

from __future__ import annotations

from collections.abc import Mapping

from antigone.plain_words import listed
from antigone.registry.tasks.standing import About
from antigone.registry.tasks.waiting import Task, TaskKind
from antigone.team.views import MissingLine

_WORDS: Mapping[TaskKind, str] = {
    "tell identified": "tell family {family} that {missing} is probably identified.",
    "tell found alive": "tell family {family} that {missing} was found alive.",
    "tell checked again": "tell family {family} that what it was told of {missing} is being checked again.",
    "tell not upheld": "tell family {family} that what it was told of {missing} does not stand.",
    "ask for a sample": "ask family {family} for one more sample.",
    "ask for consent": "ask family {family} for the consent of {who}.",
    "confirm found alive": "confirm, as another person, that {missing} of family {family} was found alive.",
    "decide on found alive": "decide, as another person, whether it stands that {missing} of family {family} was found "
    "alive.",
    "erase who withdrew": "erase {who} of family {family}, who withdrew.",
}
ABOUT_WORDS: Mapping[About, str] = {
    "identified": "of a probable identification",
    "found alive": "that they were found alive",
    "checked again": "that it is being checked again",
    "not upheld": "that what it was told does not stand",
}
"""What a family is told of a missing person."""
STATE_WORDS: Mapping[str, str] = {
    "confirmed": "confirmed by two persons",
    "found alive": "found alive, confirmed by two persons",
    "under review again": "under review again",
    "not upheld": "not found yet; what the family was told does not stand",
    "not found": "not found yet",
}
"""Where a missing person stands."""


def task_words(task: Task) -> str:
    """What is to be done, as one sentence.

    >>> import datetime as dt
    >>> task_words(Task("ferry", "F24", "ask for a sample", dt.date(2026, 1, 5)))
    'Ask family F24 for one more sample.'
    """
    who = listed(task.who) if task.who else ""
    said = _WORDS[task.what].format(family=task.family, missing=task.missing, who=who)
    return said[:1].upper() + said[1:]


def news_words(one: MissingLine) -> str:
    """Whether the family knows where a missing person stands, and what it is asked for; empty when there is nothing.

    >>> news_words(MissingLine("MP", "not found", ""))
    ''
    """
    said = []
    if one.news == "told" and one.told is not None:
        said.append(f"the family was told on {one.told.day} by {one.told.teller}, {one.told.form}")
    if one.news == "to be told":
        said.append(f"the family is to be told, since {one.since}")
    if one.news == "on hold":
        said.append("nobody recorded that the family was told of the identification")
    said += [_want_words(want.what, want.who, str(want.since)) for want in one.wants]
    return "; ".join(said)


def _want_words(what: str, who: tuple[str, ...], since: str) -> str:
    if what == "sample":
        return f"the family is asked for one more sample, since {since}"
    return f"the consent of {listed(who)} is asked for, since {since}"
