"""Ending the process of a run, for pages and programs alike."""

from __future__ import annotations

from antigone.team.views import JointLine
from antigone.web.requests.visits import Web


def end_process(web: Web, line: JointLine) -> None:
    """End the process of a joint solution that was cancelled: it may compute for long between two looks."""
    for job in web.jobs.of(line.incident, kind="joint", ended=False):
        if job.run == line.id:
            web.jobs.cancel(job)
