"""The check of an installation: in a minute, that this machine computes what it should, and can write what it must."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from antigone.casework.incident.files import save_incident
from antigone.casework.incident.prepare import Progress, silent
from antigone.casework.pairs.search import search_incident
from antigone.casework.validation.demo import compare_with_truth, day_of_search, simulated_incident
from antigone.casework.validation.packaged import packaged_cases
from antigone.casework.validation.validate import tally, validate_files
from antigone.engine.arrays import Ints
from antigone.errors import AntigoneError
from antigone.formats.incident import read_incident
from antigone.model.results.validation import CheckedStep
from antigone.search.screening._kernels import UNROLLED, Rows, Words, kernels, screen_persons_numpy

QUICK = ("basic.json", "kinship.json", "loops.json", "mutation_matrices.json", "theta.json", "xchrom.json")
"""Files of the packaged cases that take seconds."""
EXTRAS = {
    "report": ("jinja2", "typst"),
    "registry": ("sqlalchemy", "alembic", "cryptography"),
    "web": ("fastapi", "uvicorn"),
    "scale": ("numba", "pyarrow", "distributed"),
}


def check_installation(*, progress: Progress = silent) -> tuple[CheckedStep, ...]:
    """Every step, whether the one before passed or not; a step that is refused has failed, and says why."""
    steps: Sequence[tuple[str, Callable[[], tuple[bool, str]]]] = (
        ("validation cases", _cases),
        ("a simulated incident, searched twice", _search),
        ("compiled kernels", _compiled),
        ("files", _files),
        ("extras", _extras),
    )
    done = []
    for number, (name, step) in enumerate(steps):
        progress("checking", number, len(steps))
        done.append(_timed(name, step))
    progress("checking", len(steps), len(steps))
    return tuple(done)


def _timed(name: str, step: Callable[[], tuple[bool, str]]) -> CheckedStep:
    began = time.perf_counter()
    try:
        passed, found = step()
    except (AntigoneError, OSError, ImportError) as error:
        passed, found = False, f"{type(error).__name__}: {error}"
    return CheckedStep(name, passed, found, time.perf_counter() - began)


def _cases() -> tuple[bool, str]:
    with packaged_cases() as paths:
        checks = validate_files([path for path in paths if path.name in QUICK])
    return all(check.passed for check in checks), tally(checks)


def _search() -> tuple[bool, str]:
    """Nobody comes first in a wrong family, and the same search gives the same answer."""
    incident, truth = simulated_incident(families=2, unidentified=2, seed=1)
    day = day_of_search(incident)
    first, second = (
        search_incident(incident, today=day, created=day.isoformat(), command="antigone check").result for _ in range(2)
    )
    verdicts = compare_with_truth(first, truth)
    found, wrong = sum(v.ranked_first + v.as_a_relative for v in verdicts), sum(v.elsewhere for v in verdicts)
    again = "the same answer again" if first == second else "ANOTHER answer the second time"
    said = f"{found} of {len(truth.identities)} persons first in their own family, {wrong} in another one; {again}"
    return first == second and found > 0 and wrong == 0, said


def _compiled() -> tuple[bool, str]:
    """The kernels in use give the bits of their plain twins."""
    using = kernels()
    if not using.compiled:
        return True, "numba is not installed; the plain twins are in use, which give the same numbers more slowly"
    rng = np.random.default_rng(1)
    rows = rng.integers(-900, 900, (64, 32), dtype=np.int16)
    codes = rng.integers(0, 64, (500, 2 * UNROLLED), dtype=np.int32)
    fast, plain = (_hits(screen, rows, codes) for screen in (using.screen_persons, screen_persons_numpy))
    same = np.array_equal(fast, plain)
    return same, f"{len(fast)} pairs of a screen, {'equal' if same else 'NOT equal'} to those of the plain twin"


def _hits(screen: Callable[..., int], rows: Words, codes: Rows) -> Ints:
    hits = np.zeros((20_000, 2), dtype=np.int32)
    number = screen(rows, codes, 2000, np.zeros(rows.shape[1], dtype=np.int16), hits)
    return np.array(sorted(map(tuple, hits[:number].tolist())))


def _files() -> tuple[bool, str]:
    """An incident is read back as it was written, and no file of it is open to others."""
    incident, truth = simulated_incident(families=2, unidentified=2, seed=2)
    with tempfile.TemporaryDirectory(prefix="antigone-") as folder:
        place = Path(folder) / "case"
        save_incident(incident, truth, place)
        back = read_incident(place)
        private = place.stat().st_mode & 0o077 == 0
    same = back.families == incident.families and back.unidentified == incident.unidentified
    return same, f"{'read back as written' if same else 'READ BACK OTHERWISE'}; {_privacy(private)}"


def _privacy(private: bool) -> str:
    return "private to their owner" if private else "the system does not keep files private by their modes"


def _extras() -> tuple[bool, str]:
    there = [name for name, modules in EXTRAS.items() if all(find_spec(module) for module in modules)]
    missing = [name for name in EXTRAS if name not in there]
    return True, f"installed: {', '.join(there) or 'none'}; not installed: {', '.join(missing) or 'none'}"
