"""The server in front of the application: it ends when it is told to, also while somebody watches a search."""

from __future__ import annotations

from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from antigone.web.requests.visits import Closing

SECONDS_TO_FINISH = 3
"""Seconds in which answers under way may finish after the server was told to end; then they are cut off."""


class Server(uvicorn.Server):
    """Tells the application that it ends, so that the answers that last end by themselves."""

    def __init__(self, config: uvicorn.Config, closing: Closing) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, as Ctrl-C and SIGTERM ask."""
        self._closing.begun = True
        super().handle_exit(sig, frame)


def make_server(app: FastAPI, **chosen: Any) -> Server:
    """A server of an application, with what `uvicorn.Config` takes; it logs no address, because one may hold codes."""
    kept: dict[str, Any] = {"access_log": False, "server_header": False, "log_config": None}
    return Server(
        uvicorn.Config(app, timeout_graceful_shutdown=SECONDS_TO_FINISH, **kept, **chosen), app.state.web.closing
    )


def run_server(app: FastAPI, **chosen: Any) -> None:
    """Serve an application until Ctrl-C or a signal ends it."""
    with suppress(KeyboardInterrupt):
        make_server(app, **chosen).run()
