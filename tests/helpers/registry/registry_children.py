"""Child processes for the tests of durability: forked, so that they are warm, and killed when it pleases the test."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], object]
"""Acknowledge: what is said has reached the parent before the call returns."""


@dataclass(frozen=True)
class Child:
    """A forked process and the pipe on which it acknowledges what it has done."""

    pid: int
    pipe: int

    def heard(self) -> list[str]:
        """Everything the child said before it ended."""
        said = b""
        while block := os.read(self.pipe, 65536):
            said += block
        os.close(self.pipe)
        os.waitpid(self.pid, 0)
        lines = said.decode().splitlines()
        failed = [line for line in lines if line.startswith("!")]
        assert not failed, "\n".join(failed)
        return lines

    def killed_after(self, seconds: float) -> list[str]:
        """Wait until the child is ready, let it work, and kill it; what it said, but that it was ready."""
        assert os.read(self.pipe, 1) == b"."
        time.sleep(seconds)
        os.kill(self.pid, signal.SIGKILL)
        return self.heard()


def fork(work: Callable[[Say], None]) -> Child:
    """Start a child. It says ``.`` without a line's end when it is ready."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    os.close(reading)
    try:
        work(lambda text: os.write(writing, text.encode()))
    except BaseException:
        os.write(writing, f"!{traceback.format_exc()[-2000:]}".replace("\n", "\n!").encode())
    finally:
        os._exit(0)
