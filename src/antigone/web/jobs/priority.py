"""Long work steps aside for pages: what somebody waits for goes first; a search gets the rest of the processors."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 10
"""Of 19: pages get nine tenths of a processor that both want, and long work never stands still."""
AUTOGROUP = Path("/proc/self/autogroup")


def step_aside(group: Path = AUTOGROUP) -> None:
    """Let other processes go before this one.

    Where Linux shares the processors between sessions (autogroup, sched(7)), the niceness of a process counts among
    those of its own session alone, and a worker has a session of its own; so the whole session steps aside as well.
    """
    os.nice(max(0, NICENESS - os.nice(0)))
    with suppress(OSError):  # another system, or none of our business there: the niceness of the process has to do
        group.write_text(str(NICENESS), "ascii")
