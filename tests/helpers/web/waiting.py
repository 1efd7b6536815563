"""What several tests share: see ``test_web_jobs``, where it is used most."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS_TO_WAIT = 60.0


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS_TO_WAIT
    while not holds():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)
