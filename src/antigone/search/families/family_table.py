"""Ask each family once: the log LR of every genotype its missing member may have, marker by marker.

For one missing person and one marker, one elimination with the missing person's genotype left open gives
P(genotype | references) for every genotype at once, with mutation and theta inside. Against the probability
of the same genotype in an unrelated person, that is a table; a pair's LR is then a look-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from antigone.engine.arrays import Array, Ints
from antigone.engine.observation import observation_probabilities
from antigone.engine.sums.factors import Data, Shape, Typing
from antigone.engine.sums.ladder import stack_markers
from antigone.engine.sums.likelihood import evaluate
from antigone.engine.sums.population import genotype_log_probability
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.work import work_of
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, NO_LOSS
from antigone.model.pedigree import Pedigree, Sex
from antigone.model.profile import Profile
from antigone.search.families.answers import Answer, Answers, Who, key_of_marker
from antigone.search.families.batches import Heard, Question, batches, unheard
from antigone.search.families.together import join_small
from antigone.search.readings.codes import Reader

__all__ = ["AS_READ", "Target", "log_lr_tables"]


@dataclass(frozen=True)
class Target:
    """One missing person and the references that may be used for them.

    ``references`` are the profiles of consenting donors, by member; ``left_out`` those of donors whom the search does
    not use. They bear on no likelihood, only on what is counted as compared (PURPOSE.md, rule 6). A reference of the
    missing person is a direct one: a personal item, or a stored sample, typed of nobody else. ``answers`` is where the
    family's answers are looked up and kept.
    """

    family: str
    missing: str
    pedigree: Pedigree
    references: Mapping[str, Profile]
    left_out: Mapping[str, Profile] = field(default_factory=dict)
    answers: Answers | None = field(default=None, compare=False, repr=False)

    @property
    def direct(self) -> Profile | None:
        """The direct reference of the missing person, where there is one."""
        return self.references.get(self.missing)

    @property
    def sex(self) -> Sex:
        return self.pedigree[self.missing].sex

    @property
    def who(self) -> Who:
        """Whose answers these are: the missing person, and whose references are used."""
        return self.missing, tuple(self.references)

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody declared, in the order of the pedigree."""
        return tuple(member.id for member in self.pedigree)

    @property
    def gave(self) -> tuple[str, ...]:
        """Everybody whose sample a consent covers, used or not, in the order of the pedigree."""
        return tuple(code for code in self.members if code in self.references or code in self.left_out)


def log_lr_tables(
    targets: Sequence[Target],
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    readers: Sequence[Reader] | None = None,
    heard: Heard = unheard,
) -> list[Array]:
    """For each marker, the natural log LR of every code for every target, shape ``(targets, codes)``.

    LR(g) = P(g | references) / P(g in an unrelated person), H1 over H2. With theta above 0 the unrelated
    person's alleles come from the same urn as the family's founders. ``readers`` say what the codes of each marker
    are when samples may have lost or gained alleles (``search.coding``); without them a code is a genotype as it was
    read. The last code (untyped) is 0. A row of ``nan`` marks references that are impossible together under the model.
    ``heard`` is told the work of each batch when it is done.

    Families of the same shape and typing are computed in one batch.
    """
    readers = readers or [Reader(marker) for marker in markers]
    tables = [np.zeros((len(targets), reader.untyped + 1)) for reader in readers]
    for asked in ask_families(targets, markers, theta=theta, heard=heard):
        codes = readers[asked.marker].logs_of_codes
        h1, h2 = (codes(logs, hemizygous=asked.hemizygous) for logs in (asked.related, asked.unrelated))
        part = log_ratio(h1, h2)
        part[asked.impossible] = np.nan
        part[:, -1] = 0.0
        tables[asked.marker][asked.rows] = part
    return tables


@dataclass(frozen=True)
class Asked:
    """What families say of the genotypes of their missing persons at one marker.

    ``rows`` are the targets. ``related`` is log P(genotype | references), shape ``(rows, genotypes)``; ``unrelated``
    that of an unrelated person, of the same shape with theta and with one row without. With ``hemizygous`` the missing
    persons have one allele and a genotype is an allele. Both sum to 1, but for ``impossible`` references.
    """

    marker: int
    rows: Ints
    related: Array
    unrelated: Array
    hemizygous: bool

    @property
    def impossible(self) -> NDArray[np.bool_]:
        """The rows whose references are impossible together under the model."""
        return np.asarray(np.isneginf(self.related).all(axis=1))


def ask_families(
    targets: Sequence[Target], markers: Sequence[Marker], *, theta: float = 0.0, heard: Heard = unheard
) -> Iterator[Asked]:
    """One elimination for all families of the same shape and typing at a marker, where no answer is known.

    The likelihood of the references is the sum over the missing person's genotypes, and with theta, over those of an
    unrelated person who draws from the same urn, the same sum. So both are given relative to it.
    """
    keys = [key_of_marker(marker, theta) for marker in markers] if any(t.answers for t in targets) else []
    known = [[t.answers.found.get((t.who, key)) if t.answers else None for key in keys] for t in targets]
    for m in range(len(keys)):
        yield from _known(m, markers[m], theta, [answers[m] for answers in known])
    for rows, wanted in _not_known(known, len(targets), len(markers)):
        asked_now = _ask([targets[row] for row in rows], [markers[m] for m in wanted], theta, heard)
        for asked in asked_now:
            found = replace(asked, marker=wanted[asked.marker], rows=rows[asked.rows])
            _note([targets[row] for row in found.rows], found, keys, theta)
            yield found


def _ask(targets: Sequence[Target], markers: Sequence[Marker], theta: float, heard: Heard) -> Iterator[Asked]:
    questions = [Question(t.pedigree, t.references, t.missing) for t in targets]
    for joined in join_small(batches(questions, markers), theta):
        of_missing = joined.split(evaluate(_open_alone(joined.whole), theta=theta))
        of_stranger = joined.split(evaluate(with_stranger(joined.whole), theta=theta)) if theta > 0.0 else of_missing
        for (m, rows, data), logs, stranger in zip(joined.parts, of_missing, of_stranger, strict=True):
            hemizygous = _is_hemizygous(data)
            direct = _log_direct([targets[row] for row in rows], markers[m], hemizygous=hemizygous)
            unrelated = _normalised(stranger) if theta > 0.0 else _in_population(data)
            heard(len(rows) * work_of_question(data, theta))
            yield Asked(m, rows, _normalised(logs + direct), unrelated, hemizygous)


def _known(m: int, marker: Marker, theta: float, answers: Sequence[Answer | None]) -> Iterator[Asked]:
    """The answers that are known at one marker, those of one and of two copies apart."""
    for hemizygous in (False, True):
        rows = [row for row, one in enumerate(answers) if one is not None and one.hemizygous == hemizygous]
        these = [one for row in rows if (one := answers[row]) is not None]
        if not these:
            continue
        related = np.stack([one.related for one in these])
        if theta == 0.0:
            unrelated = genotype_log_probability(stack_markers([marker]), hemizygous=hemizygous)
        else:
            unrelated = np.stack([one.unrelated for one in these if one.unrelated is not None])
        yield Asked(m, np.array(rows, dtype=np.int64), related, unrelated, hemizygous)


def _not_known(
    known: Sequence[Sequence[Answer | None]], targets: int, markers: int
) -> Iterator[tuple[Ints, tuple[int, ...]]]:
    """The targets for which the same markers are not known, and these markers."""
    if not markers:
        return
    groups: dict[tuple[int, ...], list[int]] = {}
    for row in range(targets):
        wanted = tuple(m for m in range(markers) if not known[row] or known[row][m] is None)
        groups.setdefault(wanted, []).append(row)
    yield from ((np.array(rows, dtype=np.int64), wanted) for wanted, rows in groups.items() if wanted)


def _note(targets: Sequence[Target], asked: Asked, keys: Sequence[str], theta: float) -> None:
    for row, target in enumerate(targets):
        if target.answers is not None:
            unrelated = None if theta == 0.0 else asked.unrelated[row]
            target.answers.note(target.who, keys[asked.marker], Answer(asked.related[row], unrelated, asked.hemizygous))


def work_of_question(data: Data, theta: float) -> float:
    """Multiplications of one item: with the missing person's genotype open and, with theta, an unrelated person's."""
    alone = _open_alone(data)
    asked = (alone, with_stranger(data)) if theta > 0 else (alone,)
    return sum(work_of(prune(one), theta).operations for one in asked)


def _open_alone(data: Data) -> Data:
    """The same families without what a direct reference showed of the missing person, whose genotype is open."""
    (row,) = data.open_members
    if data.typing[row] is Typing.UNTYPED:
        return data
    observed = data.observed.copy()
    observed[:, row] = -1
    typing = tuple(Typing.UNTYPED if m == row else kind for m, kind in enumerate(data.typing))
    return replace(data, typing=typing, observed=observed)


def _log_direct(targets: Sequence[Target], marker: Marker, *, hemizygous: bool) -> Array:
    """Log P(what the direct reference shows | genotype of the missing person), taken as read; 0 without one."""
    if not any(target.direct is not None and marker.name in target.direct.genotypes for target in targets):
        return np.zeros((1, 1))
    rows = [direct_probabilities(target, marker, hemizygous=hemizygous) for target in targets]
    width = max(row.size for row in rows)
    with np.errstate(divide="ignore"):
        return np.log(np.array([np.broadcast_to(row, width) for row in rows]))


def direct_probabilities(target: Target, marker: Marker, *, hemizygous: bool) -> Array:
    """P(what the direct reference shows at a marker | genotype), or one 1 where it shows nothing."""
    shown = None if target.direct is None else target.direct.genotypes.get(marker.name)
    if shown is None:
        return np.ones(1)
    return observation_probabilities((shown,), marker, rates=NO_LOSS, hemizygous=hemizygous)


def _normalised(logs: Array) -> Array:
    total = np.logaddexp.reduce(logs, axis=1, keepdims=True)
    return np.asarray(logs - np.where(np.isneginf(total), 0.0, total))


def _is_hemizygous(data: Data) -> bool:
    """Whether the open member has one allele: a male, at a marker on the X chromosome."""
    return len(data.shape.slots[data.open_members[0]]) == 1


def log_ratio(h1: Array, h2: Array) -> Array:
    """h1 - h2, where an impossible numerator stays impossible."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isneginf(h1), -np.inf, h1 - h2)


def _in_population(data: Data) -> Array:
    """Log P(genotype of an unrelated person) without theta: the same for all items, in one row."""
    return genotype_log_probability(data.ladder, hemizygous=_is_hemizygous(data))


def with_stranger(data: Data) -> Data:
    """The same families, with the genotype of an unrelated person open in place of the missing person's."""
    stranger = len(data.typing)
    shape = Shape(
        (*data.shape.father, -1),
        (*data.shape.mother, -1),
        (*data.shape.slots, data.shape.slots[data.open_members[0]]),
        (*data.shape.inbreeding, 0.0),
    )
    blank = np.full((len(data.observed), 1, 2), -1, dtype=np.int64)
    observed = np.concatenate([data.observed, blank], axis=1)
    return replace(
        data, shape=shape, typing=(*data.typing, Typing.UNTYPED), observed=observed, open_members=(stranger,)
    )
