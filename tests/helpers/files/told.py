"""What statements say, for tests that compare words."""

from __future__ import annotations

from collections.abc import Iterable

from antigone.model.results.search import Setting
from antigone.report.words.statements import say


def settings_in_words(settings: Iterable[Setting]) -> dict[str, str]:
    """Settings as a reader sees them, by name."""
    return {say(one.choice): say(one.value) for one in settings}
