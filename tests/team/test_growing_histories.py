"""Random histories of a case: whatever happens in whatever order, what a search uses is what a small model of the
typings says, a search of what is new is a whole search, and undoing an import restores every row."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from registry_prepared import Prepared
from registry_rows import rows_that_count
from registry_team import IDENTIFY, INCIDENT, Team, agree_on_model, small_incident, typed
from whole_search import is_whole, search_new

from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotype, Profile
from antigone.registry.consent.coverage import read_covered
from antigone.registry.store.database import snapshot
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.typings import (
    correct_typing,
    list_conflicts,
    list_typings,
    retire_typing,
    settle_conflict,
)
from antigone.team.incidents.undoing import list_imports, undo_import
from antigone.team.keeping.keeping import verify
from antigone.team.runs.pending import read_pending

pytestmark = pytest.mark.slow

Shown = Mapping[str, Genotype]
KITS = {"kit A": slice(0, 9), "kit B": slice(6, 15)}
OTHERS: tuple[Genotype, ...] = (("19", "19"), ("10", "11"))
"""What a typing shows at a marker where it was misread."""
PEDIGREE = Pedigree.of(
    ("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"), ("SI", "female", "FA", "MO")
)  # fmt: skip
GIVING = {"FA": (0, 1), "MO": (2, 3), "SI": (1, 3)}
WHY = "a test"
MANY = 1000
"""Above so many examples the profile of Hypothesis is one that searches for faults."""


@dataclass
class Book:
    """What is known of one sample: what each valid typing shows, and by marker which were set aside."""

    valid: dict[int, dict[str, Genotype]] = field(default_factory=dict)
    aside: dict[str, set[int]] = field(default_factory=dict)

    def shown(self, marker: str) -> dict[int, Genotype]:
        """What the typings that count show at a marker."""
        aside = self.aside.get(marker, set())
        return {n: typing[marker] for n, typing in self.valid.items() if marker in typing and n not in aside}

    def markers(self) -> set[str]:
        return {marker for typing in self.valid.values() for marker in typing}

    def used(self) -> dict[str, Genotype]:
        """Markers add up; one that all read alike counts, any other is left out."""
        found = {marker: set(self.shown(marker).values()) for marker in self.markers()}
        return {marker: next(iter(pairs)) for marker, pairs in found.items() if len(pairs) == 1}

    def conflicts(self) -> set[str]:
        return self.markers() - self.used().keys()


def code_of(family: str, member: str) -> str:
    return f"{family}-{member}"


def truth(sample: str) -> Shown:
    """What a sample would show without an error."""
    if sample.startswith("N"):
        return typed(sample, int(sample[1:]) % 2 + 1, 0, 2).genotypes
    family, member = sample.split("-")
    return typed(sample, int(family[1:]), *GIVING[member]).genotypes


def read_by(sample: str, kit: str, misread: int | None) -> dict[str, Genotype]:
    """What a kit shows of a sample; one marker may be misread."""
    found = dict(list(truth(sample).items())[KITS[kit]])
    if misread is not None:
        marker = list(found)[misread % len(found)]
        found[marker] = OTHERS[misread % len(OTHERS)]
    return found


def bringing(sample: str, shown: Shown) -> Incident:
    """An import of one sample alone."""
    base, profile = small_incident(), Profile(sample, dict(shown))
    if sample.startswith("N"):
        return replace(base, unidentified=(UnidentifiedPerson(sample, profile),), families=())
    family, member = sample.split("-")
    donors = (Donor(member, profile, replace(IDENTIFY, reference=f"C-{sample}")),)
    return replace(base, unidentified=(), families=(Family(family, PEDIGREE, ("MP",), donors),))


FIRST = ("F1-FA", "F2-MO", "N0")
"""Who is there before anything happens: two families with one donor each, and one body."""
SAMPLES = st.sampled_from(["N0", "N1", "N2", *(code_of(f, m) for f in ("F1", "F2") for m in GIVING)])


def begin(prepared: Prepared, place: Path) -> Team:
    team = prepared.team("users", str(place))
    whole = {sample: bringing(sample, read_by(sample, "kit A", None)) for sample in FIRST}
    families = tuple(family for one in whole.values() for family in one.families)
    first = replace(whole["N0"], families=families)
    import_incident(team["registrar"], INCIDENT, first)
    agree_on_model(team, INCIDENT)
    return team


def in_use(team: Team) -> dict[str, Shown]:
    """By sample, the genotypes that a search would use."""
    registry = team.registry
    with snapshot(registry.engine) as connection:
        found = read_covered(
            connection, registry.vault, INCIDENT, scope="identification", day=registry.today()
        ).incident
    people: dict[str, Shown] = {one.code: dict(one.profile.genotypes) for one in found.unidentified}
    given: dict[str, Shown] = {
        d.profile.sample: dict(d.profile.genotypes) for family in found.families for d in family.donors
    }
    return people | given


class Histories(RuleBasedStateMachine):
    """One case, and what a model of its typings says of it."""

    prepared: Prepared

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.team = begin(self.prepared, self.folder / "registry.db")
        self.books = {sample: self._as_listed(sample, read_by(sample, "kit A", None)) for sample in FIRST}
        self.brought: list[tuple[str, dict[str, Genotype]]] = []
        self.before: list[tuple[int, Mapping[str, object], dict[str, Book]]] = []
        self.left: set[str] = set()
        self.judged = False
        self.names = count(1)

    def _as_listed(self, sample: str, shown: dict[str, Genotype]) -> Book:
        (only,) = list_typings(self.team["geneticist"], INCIDENT, sample).typings
        return Book({only.number: shown})

    def _changed(self) -> None:
        """A geneticist has judged: imports before it stand, and their order is not all that counts."""
        self.judged = True
        self.before.clear()

    @rule(sample=SAMPLES, kit=st.sampled_from(sorted(KITS)), misread=st.none() | st.integers(0, 40))
    def type_again(self, sample: str, kit: str, misread: int | None) -> None:
        """A sample is typed, for the first time or again."""
        if sample in self.left:
            return
        shown = read_by(sample, kit, misread)
        before = rows_that_count(self.team), {code: replace_book(book) for code, book in self.books.items()}
        self.team.clock.later(minutes=1)
        counts = import_incident(self.team["registrar"], INCIDENT, bringing(sample, shown)).counts
        book = self.books.setdefault(sample, Book())
        new = {
            one.number
            for one in list_typings(self.team["geneticist"], INCIDENT, sample).typings
            if one.state == "valid"
        }
        for number in new - book.valid.keys():
            book.valid[number] = shown
        if any(counts.values()):
            number = list_imports(self.team["registrar"], INCIDENT)[0].number
            self.before.append((number, *before))
            self.brought.append((sample, shown))

    @precondition(lambda self: self.before)
    @rule()
    def undo(self) -> None:
        """The newest import is undone, and every row is as before it."""
        number, rows, books = self.before.pop()
        undo_import(self.team["registrar"], number, because=WHY)
        assert rows_that_count(self.team) == rows
        self.books = books
        self.brought.pop()

    @rule(pick=st.integers(0, 10**6))
    def settle(self, pick: int) -> None:
        """A geneticist keeps one typing where they differ."""
        waiting = [
            (sample, marker) for sample, book in sorted(self.books.items()) for marker in sorted(book.conflicts())
        ]
        waiting = [(sample, marker) for sample, marker in waiting if self.books[sample].shown(marker)]
        if not waiting:
            return
        sample, marker = waiting[pick % len(waiting)]
        book = self.books[sample]
        everyone = {n: typing[marker] for n, typing in book.valid.items() if marker in typing}
        keep = sorted(everyone)[pick % len(everyone)]
        settle_conflict(self.team["geneticist"], INCIDENT, sample, marker, keep=keep, reason=WHY)
        book.aside[marker] = {n for n, pair in everyone.items() if pair != everyone[keep]}
        self._changed()

    @rule(sample=SAMPLES, pick=st.integers(0, 10**6), retire=st.booleans())
    def correct_or_retire(self, sample: str, pick: int, retire: bool) -> None:
        """A typing is taken out of force, or another one put in its place."""
        book = self.books.get(sample, Book())
        if not book.valid:
            return
        number = sorted(book.valid)[pick % len(book.valid)]
        if retire:
            retire_typing(self.team["geneticist"], INCIDENT, sample, number, reason=WHY)
            del book.valid[number]
        else:
            self._correct(sample, book, number, pick)
        self._changed()

    def _correct(self, sample: str, book: Book, number: int, pick: int) -> None:
        typing = book.valid[number]
        marker = sorted(typing)[pick % len(typing)]
        right = OTHERS[typing[marker] == OTHERS[0]]
        alleles = "/".join(map(str, right))
        view = correct_typing(
            self.team["geneticist"], INCIDENT, sample, number, marker=marker, alleles=alleles, reason=WHY
        )
        new = max(one.number for one in view.typings)
        book.valid[new] = {**book.valid.pop(number), marker: right}
        for name, aside in book.aside.items():
            if number in aside and name != marker:
                aside.add(new)

    @rule(family=st.sampled_from(["F1", "F2"]), member=st.sampled_from(sorted(GIVING)))
    def withdraw(self, family: str, member: str) -> None:
        sample = code_of(family, member)
        if sample in self.books:
            withdraw_donor(self.team["coordinator"], INCIDENT, family, member)
            del self.books[sample]
            self.left.add(sample)
            self.before.clear()

    @rule()
    def search(self) -> None:
        """A search of what is new answers as a whole one, and leaves nothing to be searched."""
        if not read_pending(self.team["geneticist"], INCIDENT).nothing:
            assert is_whole(self.team, search_new(self.team))
            assert read_pending(self.team["geneticist"], INCIDENT).nothing
            self.before.clear()

    @precondition(lambda self: len(self.brought) > 1 and not self.judged and not self.left)
    @rule(order=st.randoms(use_true_random=False))
    def in_another_order(self, order: object) -> None:
        """The same imports in another order: a search uses the same."""
        shuffled = list(self.brought)
        order.shuffle(shuffled)  # type: ignore[attr-defined]
        other = begin(self.prepared, self.folder / f"other-{next(self.names)}.db")
        for sample, shown in shuffled:
            import_incident(other["registrar"], INCIDENT, bringing(sample, shown))
        assert in_use(other) == in_use(self.team)
        other.registry.close()

    @invariant()
    def what_a_search_uses_is_what_the_model_says(self) -> None:
        expected = {sample: book.used() for sample, book in self.books.items()}
        assert {code: shown for code, shown in in_use(self.team).items() if shown} == {
            sample: shown for sample, shown in expected.items() if shown
        }
        waiting = {one.sample: one.markers for one in list_conflicts(self.team["geneticist"], INCIDENT).rows}
        assert waiting == {sample: len(book.conflicts()) for sample, book in self.books.items() if book.conflicts()}

    def teardown(self) -> None:
        verify(self.team["auditor"])
        self.team.registry.close()
        shutil.rmtree(self.folder)


def replace_book(book: Book) -> Book:
    return Book({n: dict(typing) for n, typing in book.valid.items()}, {m: set(a) for m, a in book.aside.items()})


def test_histories__whatever_happens(tmp_path_factory):
    """Few and short here; the profile ``search`` of Hypothesis looks at many."""
    Histories.prepared = Prepared(tmp_path_factory.mktemp("histories"), None)
    many = settings().max_examples > MANY
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=200 if many else 6, stateful_step_count=20 if many else 8, phases=[Phase.generate]
        ),
    )
