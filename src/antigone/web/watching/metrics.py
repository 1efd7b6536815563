"""How much a server does, in counts and times alone: no page, no user, no code."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from antigone.version import full_version

_BOUNDS = (0.05, 0.2, 1.0, 5.0, 30.0)
"""Seconds up to which answers are counted together."""


@dataclass
class Metrics:
    """What was counted since the server began."""

    began: float = field(default_factory=time.time)
    answers: Counter[str] = field(default_factory=Counter)
    within: Counter[float] = field(default_factory=Counter)
    seconds: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def count(self, status: int, seconds: float) -> None:
        """One answer more."""
        with self.lock:
            self.answers[f"{status // 100}xx"] += 1
            self.seconds += seconds
            self.within.update(bound for bound in _BOUNDS if seconds <= bound)

    def text(self, *, running: int) -> str:
        """All counts, as Prometheus and its kin read them."""
        with self.lock:
            total = sum(self.answers.values())
            lines = [
                "# TYPE antigone_info gauge",
                f'antigone_info{{version="{full_version()}"}} 1',
                "# TYPE antigone_start_time_seconds gauge",
                f"antigone_start_time_seconds {self.began:.0f}",
                "# TYPE antigone_jobs_running gauge",
                f"antigone_jobs_running {running}",
                "# TYPE antigone_answers_total counter",
                *(f'antigone_answers_total{{status="{kind}"}} {n}' for kind, n in sorted(self.answers.items())),
                "# TYPE antigone_answer_seconds histogram",
                *(f'antigone_answer_seconds_bucket{{le="{bound}"}} {self.within[bound]}' for bound in _BOUNDS),
                f'antigone_answer_seconds_bucket{{le="+Inf"}} {total}',
                f"antigone_answer_seconds_sum {self.seconds:.3f}",
                f"antigone_answer_seconds_count {total}",
            ]
        return "\n".join(lines) + "\n"


class Counting:
    """Counts every answer and how long it took; the outermost layer of an application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._metrics.count(status, time.perf_counter() - began)
