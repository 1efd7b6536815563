"""The process in which the native reader opens a workbook: bytes in, rows out, and an end of its own if it dies."""

from __future__ import annotations

import io
import pickle
import sys
import warnings


def main(seconds: int, memory: int) -> None:
    """Read the workbook on standard input; write what it is, and the rows of its sheets."""
    _limit(seconds, memory)
    content = sys.stdin.buffer.read()
    try:
        told: tuple[str, object] = "sheets", _sheets(content)
    except BaseException as error:  # a panic of the library is no Exception; its kind is all that is told
        told = type(error).__name__, None
    pickle.dump(told, sys.stdout.buffer, protocol=5)
    sys.stdout.buffer.flush()


def _sheets(content: bytes) -> dict[str, object]:
    from python_calamine import load_workbook

    with warnings.catch_warnings(), load_workbook(io.BytesIO(content)) as workbook:
        warnings.simplefilter("ignore")
        return {
            sheet: workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in workbook.sheet_names
        }


def _limit(seconds: int, memory: int) -> None:
    import resource

    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, hard))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
