"""A large search: the first pass loses nothing, blocks equal the whole, and stopping or spreading changes no byte."""

from __future__ import annotations

import datetime as dt
import platform
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.casework.incident.prepare import Prepared, prepare, silent
from antigone.casework.incident.provenance import describe_run
from antigone.casework.pairs.checkpoint import Checkpoint, identify_search
from antigone.casework.pairs.pairs import Execution, find_pairs
from antigone.casework.validation.demo import simulated_incident
from antigone.engine.sums.likelihood import likelihood_ratio
from antigone.errors import InputError
from antigone.model.incident.incident import Incident
from antigone.model.pedigree import Individual, Pedigree
from antigone.search.pairs.blocks import BlindSearch, cut_into_blocks, score_block, usable_targets
from antigone.search.pairs.comparison import compare
from antigone.search.screening import _kernels
from antigone.search.screening.screen import screen, stack_queries, to_fixed_point
from antigone.version import full_version

pytestmark = pytest.mark.slow

TODAY = dt.date(2030, 1, 1)
LOG_LR = st.one_of(st.just(-np.inf), st.floats(-60.0, 25.0), st.just(0.0))


@st.composite
def table_and_codes(draw: st.DrawFn) -> tuple[list[np.ndarray], np.ndarray]:
    markers, lanes, codes, persons = (draw(st.integers(1, most)) for most in (11, 5, 6, 7))
    tables = [
        np.array(draw(st.lists(st.lists(LOG_LR, min_size=codes, max_size=codes), min_size=lanes, max_size=lanes)))
        for _ in range(markers)
    ]
    if draw(st.booleans()):
        tables[0][0] = np.nan
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return tables, rng.integers(0, codes, size=(markers, persons))


def exact_sums(tables: list[np.ndarray], codes: np.ndarray) -> np.ndarray:
    return np.sum([table[:, code] for table, code in zip(tables, codes, strict=True)], axis=0)


@given(table_and_codes(), st.floats(-5.0, 60.0))
def test_screen__never_loses_a_pair_at_or_above_the_threshold(
    drawn: tuple[list[np.ndarray], np.ndarray], log_threshold: float
) -> None:
    tables, codes = drawn
    queries = stack_queries(codes)
    passed = {
        (int(p), int(lane))
        for p, lane in screen(to_fixed_point(tables, queries, log_threshold=log_threshold), queries.rows)
    }
    exact = exact_sums(tables, codes)
    for lane, person in np.argwhere(exact >= log_threshold):
        assert (int(person), int(lane)) in passed


@given(table_and_codes())
def test_fixed_point__no_sum_leaves_sixteen_bits_and_none_is_rounded_down(
    drawn: tuple[list[np.ndarray], np.ndarray],
) -> None:
    tables, codes = drawn
    queries = stack_queries(codes)
    fixed = to_fixed_point(tables, queries, log_threshold=3.0)
    sums = fixed.rows.astype(np.int64)[queries.rows].sum(axis=1).T
    assert sums.max() <= 32_767
    assert sums.min() >= -32_768
    exact = exact_sums(tables, codes)
    known = ~np.isnan(exact)
    assert (sums[known] >= exact[known] * fixed.scale - 1e-6).all()


def test_screen__lets_few_pairs_pass_that_are_below_the_threshold() -> None:
    rng = np.random.default_rng(5)
    tables = [rng.normal(-1.0, 2.0, size=(64, 30)) for _ in range(24)]
    codes = rng.integers(0, 30, size=(24, 3000))
    queries = stack_queries(codes)
    exact = exact_sums(tables, codes)
    threshold = float(np.quantile(exact, 0.999))
    passed = len(screen(to_fixed_point(tables, queries, log_threshold=threshold), queries.rows))
    assert passed <= 1.3 * int((exact >= threshold).sum())


@given(table_and_codes(), st.integers(-300, 3000))
def test_kernels__compiled_plain_and_numpy_agree(drawn: tuple[list[np.ndarray], np.ndarray], threshold: int) -> None:
    tables, codes = drawn
    queries = stack_queries(codes)
    rows = to_fixed_point(tables, queries, log_threshold=4.0).rows
    answers = []
    for kernel in (_kernels.screen_persons, _kernels.screen_persons_numpy, _kernels.kernels().screen_persons):
        hits = np.zeros((99, 2), dtype=np.int32)
        found = kernel(rows, queries.rows, threshold, np.zeros(rows.shape[1], dtype=np.int16), hits)
        answers.append((found, hits[:found].tolist()))
    assert answers[0] == answers[1] == answers[2]


@given(table_and_codes())
def test_kernels__rounding_agrees_with_its_twin(drawn: tuple[list[np.ndarray], np.ndarray]) -> None:
    table, used = drawn[0][0], np.unique(drawn[1][0])
    fast = _kernels.kernels()
    assert fast.highest_entry(table, used) == _kernels.highest_entry_numpy(table, used)
    made = [np.zeros((len(used), len(table)), dtype=np.int16) for _ in range(3)]
    for kernel, rows in zip((_kernels.round_up, _kernels.round_up_numpy, fast.round_up), made, strict=True):
        kernel(table, used, 7.5, -900.0, rows)
    assert (made[0] == made[1]).all()
    assert (made[0] == made[2]).all()


def test_screen__makes_room_for_every_hit() -> None:
    queries = stack_queries(np.zeros((1, 5000), dtype=np.int64))
    fixed = to_fixed_point([np.full((3, 1), 9.0)], queries, log_threshold=1.0)
    assert len(screen(fixed, queries.rows)) == 15_000


@pytest.fixture(scope="module")
def incident() -> Incident:
    return simulated_incident(families=36, unidentified=50, seed=4)[0]


@pytest.fixture(scope="module")
def prepared(incident: Incident) -> Prepared:
    return prepare(incident, today=TODAY)


def found_pairs(prepared: Prepared, execution: Execution) -> list[tuple[str, str, str, tuple[float, ...]]]:
    found = find_pairs(prepared, execution, silent)
    return [
        (found.targets[t].family, found.targets[t].missing, prepared.persons[p].code, tuple(np.round(lr, 9)))
        for (t, p), lr in zip(found.pairs, found.log_lr.T, strict=True)
    ]


@pytest.mark.parametrize("theta", [0.0, 0.02])
def test_blocks__find_the_same_pairs_as_all_at_once(incident: Incident, theta: float) -> None:
    few = replace(incident, families=incident.families[:4], settings=replace(incident.settings, theta=theta))
    ready = prepare(few, today=TODAY)
    whole = found_pairs(ready, Execution())
    assert whole
    assert found_pairs(ready, Execution(block_families=2)) == whole


def test_blocks__counts_cover_every_pair(incident: Incident) -> None:
    silenced = replace(incident.families[0], donors=())
    ready = prepare(replace(incident, families=(silenced, *incident.families[1:])), today=TODAY)
    whole, cut = (find_pairs(ready, e, silent) for e in (Execution(), Execution(block_families=7)))
    counts = (cut.compared, cut.excluded_by_sex, cut.without_data)
    assert counts == (whole.compared, whole.excluded_by_sex, whole.without_data)
    assert sum(counts) == len(cut.targets) * len(ready.persons)
    assert cut.excluded_by_sex > 0
    assert cut.without_data > 0


def test_blocks__every_pair_agrees_with_two_explicit_pedigrees(prepared: Prepared) -> None:
    theta = prepared.incident.settings.theta
    _, targets = usable_targets(prepared.families, prepared.populations, theta=theta)
    by_code = {(t.family, t.missing): t for t in targets}
    persons = {p.code: p for p in prepared.persons}
    markers = next(iter(prepared.populations.values()))
    for family, missing, code, log_lr in found_pairs(prepared, Execution(block_families=9))[::9]:
        target, profile = by_code[family, missing], persons[code].profile
        apart = Pedigree((*target.pedigree, Individual("X")))
        references = dict(target.references)
        h1 = {**references, missing: profile}
        typed = [m for m in markers if m.name in profile.genotypes]
        declared = likelihood_ratio(target.pedigree, target.pedigree, h1, typed, theta=theta).log_h1
        unrelated = likelihood_ratio(apart, apart, {**references, "X": profile}, typed, theta=theta).log_h1
        assert sum(declared) - sum(unrelated) == pytest.approx(log_lr[0], abs=1e-8)


def test_blocks__do_not_depend_on_the_order_of_families(prepared: Prepared) -> None:
    again = replace(prepared, families=tuple(reversed(prepared.families)))
    assert found_pairs(again, Execution(block_families=8)) == found_pairs(prepared, Execution(block_families=8))


def test_cut_into_blocks__keeps_every_family_once(prepared: Prepared) -> None:
    blocks = cut_into_blocks(prepared.families, 10)
    codes = [family.declared.code for block in blocks for family in block]
    assert sorted(codes) == sorted(family.declared.code for family in prepared.families)
    assert [len(block) for block in blocks] == [10, 10, 10, 6]


def test_score_block__forms_no_pair_of_known_different_sex(prepared: Prepared) -> None:
    search = BlindSearch(prepared.persons, prepared.populations, 0.0, -1e9)
    result = score_block(prepared.families[:6], search)
    _, targets = usable_targets(prepared.families[:6], prepared.populations, theta=0.0)
    for t, p in zip(result.target, result.person, strict=True):
        assert {targets[t].sex, prepared.persons[p].sex} != {"female", "male"}
    dense = compare(targets, prepared.persons, populations=prepared.populations)
    possible = np.stack(list(dense.log_lr.values())).min(axis=0) > -np.inf
    assert len(result.target) == int((dense.compared & possible).sum())


def checkpoint_of(out: Path, incident: Incident, *, resume: bool, block_families: int = 6) -> Checkpoint:
    return Checkpoint.open(out, identify_search(incident, today=TODAY, block_families=block_families), resume=resume)


def test_checkpoint__what_was_kept_is_not_computed_again(
    tmp_path: Path, incident: Incident, prepared: Prepared
) -> None:
    first = found_pairs(
        prepared, Execution(block_families=6, checkpoint=lambda: checkpoint_of(tmp_path, incident, resume=False))
    )
    kept = checkpoint_of(tmp_path, incident, resume=True)
    files = sorted(kept.folder.glob("block-*.npz"))
    assert len(files) == 6
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    files[2].write_bytes(files[2].read_bytes()[:-40])
    files[4].unlink()
    assert set(kept.load(6)) == {0, 1, 3, 5}
    again = found_pairs(
        prepared, Execution(block_families=6, checkpoint=lambda: checkpoint_of(tmp_path, incident, resume=True))
    )
    assert again == first


def test_checkpoint__refuses_to_resume_another_search(tmp_path: Path, incident: Incident) -> None:
    with pytest.raises(InputError, match="no unfinished search"):
        checkpoint_of(tmp_path, incident, resume=True)
    checkpoint_of(tmp_path, incident, resume=False)
    with pytest.raises(InputError, match="other inputs or settings"):
        checkpoint_of(tmp_path, incident, resume=True, block_families=7)


def test_checkpoint__refuses_what_other_code_has_kept(tmp_path: Path, incident: Incident, monkeypatch) -> None:
    checkpoint_of(tmp_path, incident, resume=False)
    checkpoint_of(tmp_path, incident, resume=True)
    monkeypatch.setattr("antigone.casework.pairs.checkpoint.code_digest", lambda: "other")
    with pytest.raises(InputError, match="made by other code"):
        checkpoint_of(tmp_path, incident, resume=True)


def test_provenance__names_commit_platform_and_compiled_libraries(incident: Incident) -> None:
    run = describe_run(incident, created="", command="", seed=0)
    assert run.version == full_version()
    assert platform.system() in run.python
    assert run.libraries["numpy"] == np.__version__
    assert set(run.libraries) <= {"numpy", "numba", "llvmlite"}


def test_candidates__a_crowd_is_cut_to_the_ten_strongest_of_each_side(incident: Incident, prepared: Prepared) -> None:
    strongest = find_pairs(prepared, Execution(), silent)
    target, person = strongest.targets[strongest.pairs[0][0]], prepared.persons[strongest.pairs[0][1]]
    family = next(f for f in incident.families if f.code == target.family)
    crowd = replace(
        incident,
        families=tuple(replace(family, code=f"C{n:02d}", missing=(target.missing,)) for n in range(25)),
        unidentified=tuple(replace(person, code=f"X{n:02d}") for n in range(30)),
    )
    found = find_pairs(prepare(crowd, today=TODAY), Execution(), silent)
    assert len(found.pairs) + found.omitted == 25 * 30
    assert len(found.pairs) <= 10 * (25 + 30)
    assert {t for t, _ in found.pairs} == set(range(25))
    assert {p for _, p in found.pairs} == set(range(30))


def test_threshold__grows_with_the_search() -> None:
    settings = simulated_incident(families=2, unidentified=2, seed=1)[0].settings
    assert settings.threshold_for(9_000_000_000, 72_000) == pytest.approx(1.25e6)
    assert replace(settings, threshold_grows=False).threshold_for(9_000_000_000, 72_000) == settings.threshold
