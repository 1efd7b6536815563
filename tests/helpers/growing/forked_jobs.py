"""Jobs of the web application in forked processes: they are warm, and cost a tenth of one that begins from nothing.

That a job runs in a process that outlives the application is tested in ``test_web_jobs``.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from antigone.web.jobs.worker import run_job


class ForkedJob:
    """A forked worker, with what the jobs ask of a process."""

    def __init__(self, path: Path, key: str) -> None:
        self._lock = threading.Lock()
        self._code: int | None = None
        self.pid = os.fork()
        if not self.pid:
            _work(path, key)

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        with self._lock:
            if self._code is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self._code = os.waitstatus_to_exitcode(status) if pid else None
            return self._code

    def wait(self, timeout: float = 60.0) -> int | None:
        """Wait for its end."""
        end = time.monotonic() + timeout
        while self.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        return self.poll()


def _work(path: Path, key: str) -> None:
    code = 1
    with suppress(BaseException):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.environ["ANTIGONE_MASTER_KEY"] = key
        run_job(path)
        code = 0
    os._exit(code)
