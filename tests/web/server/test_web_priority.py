"""Long work steps aside for pages."""

from __future__ import annotations

import os
import subprocess
import sys

from antigone.web.jobs.priority import AUTOGROUP, NICENESS

ASIDE = """
import os
from antigone.web.jobs.priority import AUTOGROUP, step_aside
step_aside()
step_aside()
print(os.nice(0), AUTOGROUP.read_text().split()[-1] if AUTOGROUP.exists() else "")
"""


def alone(program: str) -> list[str]:
    """What a program says in a session of its own, as a worker has one."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=True).stdout.split()


def test_step_aside__the_process_and_its_session_let_others_go_first_and_no_further():
    niceness, *group = alone(ASIDE)
    assert int(niceness) == max(NICENESS, os.nice(0))
    assert group == ([str(NICENESS)] if AUTOGROUP.exists() else [])


def test_step_aside__where_there_is_no_such_file_nothing_fails(tmp_path):
    assert alone(f"""
import os
from pathlib import Path
from antigone.web.jobs.priority import step_aside
step_aside(Path({str(tmp_path / "no folder" / "autogroup")!r}))
print(os.nice(0))
""") == [str(max(NICENESS, os.nice(0)))]
