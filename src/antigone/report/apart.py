"""Typesetting in a process of its own, kept warm: if the library dies there, one document is not made.

The engine of documents (Typst) is native code that ends its whole process when it meets something that it did not
expect. Here that process is not ours. It is started by the first request, answers one request after
the other, and ends with the process that started it.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from antigone.errors import DrawingError

SECONDS_OF_WAITING = 120
"""Seconds that one document may take."""
MEMORY = 6 << 30
"""Bytes of memory that the process may take; its engine needs a tenth of them."""
MOST_PARTS, LONGEST_PART = 10_000, 1 << 30
_MADE, _REFUSED = 1, 2


class EngineRefused(DrawingError):
    """What the engine said about a document that it cannot set."""


class _Engine:
    """One process that typesets, and the lock that gives it one request at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes) -> list[bytes]:
        with self._lock:
            process = self._running()
            watch = threading.Timer(SECONDS_OF_WAITING, process.kill)
            watch.start()
            try:
                return _exchange(process, request)
            except OSError:
                self.end()
                raise DrawingError(
                    "a document could not be made: the program that makes it ended without an answer; "
                    "everything else is kept: go on without it, and report which one it was"
                ) from None
            finally:
                watch.cancel()

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError), process:  # part of a request may still be on its way
                pass

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            environ = {name: value for name, value in os.environ.items() if not name.startswith("ANTIGONE_")}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "antigone.report.apart"],
                cwd=Path(__file__).parent,  # the folder of who asks first may be removed, and it outlives it
                env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        return self._process


_ENGINES: dict[int, _Engine] = {}
"""By process: one that was forked has no share in the engine of the other, whose lock a lost thread may hold."""


def _engine() -> _Engine:
    return _ENGINES.setdefault(os.getpid(), _Engine())


@atexit.register
def _end() -> None:
    _engine().end()


def typeset_apart(sources: Mapping[str, str], **options: Any) -> list[bytes]:
    """The PDF of a document for Typst, or one picture of each page.

    Raises
    ------
    EngineRefused
        When Typst cannot set it, with what it says.
    DrawingError
        When the engine ends.
    """
    return _engine().ask(json.dumps({"sources": sources, "options": options}).encode())


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> list[bytes]:
    """Send a request and read its answer; an OSError when the other side is gone."""
    if process.stdin is None or process.stdout is None:
        raise BrokenPipeError
    _write_parts(process.stdin, _MADE, [request])
    status, parts = _read_parts(process.stdout)
    if status == _REFUSED:
        raise EngineRefused(parts[0].decode("utf-8", "replace"))
    return parts


def _write_parts(stream: IO[bytes], status: int, parts: list[bytes]) -> None:
    stream.write(struct.pack(">BI", status, len(parts)))
    for part in parts:
        stream.write(struct.pack(">Q", len(part)))
        stream.write(part)
    stream.flush()


def _read_parts(stream: IO[bytes]) -> tuple[int, list[bytes]]:
    status, count = struct.unpack(">BI", _read(stream, 5))
    if status not in (_MADE, _REFUSED) or count > MOST_PARTS:
        raise BrokenPipeError
    return status, [_read(stream, struct.unpack(">Q", _read(stream, 8))[0]) for _ in range(count)]


def _read(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size) if size <= LONGEST_PART else b""
    if len(content) != size:
        raise BrokenPipeError
    return content


def main() -> None:
    """The process that typesets: one request after the other, until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _limit()
    while True:
        try:
            _, [request] = _read_parts(sys.stdin.buffer)
        except OSError:
            return
        try:
            status, parts = _MADE, _made(json.loads(request))
        except Exception as error:  # whatever the engine raises is its answer
            status, parts = _REFUSED, [str(error).encode("utf-8", "replace")]
        _write_parts(answers, status, parts)


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _made(asked: Mapping[str, Any]) -> list[bytes]:
    import typst

    sources = {name: text.encode() for name, text in asked["sources"].items()}
    made: Any = typst.compile(sources, **asked["options"])
    return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]


if __name__ == "__main__":
    main()
