"""What a server writes for those who run it: no address, no code of a case, no person."""

from __future__ import annotations

import json
import logging
import sys
import time

NAMES = ("antigone", "uvicorn.error")


class JsonLines(logging.Formatter):
    """Each line as one JSON object: when, how grave, from which part, what; of an error its kind and its place.

    What an exception says is left out, because it may name a sample.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def start_logging(level: str, *, as_json: bool) -> None:
    """Write what a server says from ``level`` on to the error stream."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    for name in NAMES:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level.upper())
