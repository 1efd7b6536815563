"""What samples say against themselves, at the sample, at its group, and at the pairing that rests on it.

Nothing here changes a number. They name codes and sexes, and count markers; they quote no genotype.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from antigone.casework.incident.prepare import populations_of
from antigone.engine.arrays import LN10
from antigone.errors import InputError
from antigone.model.assumptions.choices import MOST_CROWDED_BY_CHANCE
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.pedigree import Sex
from antigone.model.statements import samples as said
from antigone.model.statements.statement import Statement
from antigone.search.remains.self_check import (
    SexReader,
    SexSeen,
    crowded_markers,
    unfitting_samples,
)

MOST_SAMPLES_LISTED = 100
"""Lines on single samples among the notices of one result."""
_RECORDED = {"male": said.MALE_RECORDED, "female": said.FEMALE_RECORDED}
_RECORDED_AS_CERTAIN = {"male": said.MALE_RECORDED_AS_CERTAIN, "female": said.FEMALE_RECORDED_AS_CERTAIN}
"""Where the search takes a recorded sex as certain."""
_RECORDS = {"male": said.MALE_RECORDS, "female": said.FEMALE_RECORDS}
_MISSING = {"male": said.MALE_MISSING, "female": said.FEMALE_MISSING}
"""What is said where Amelogenin speaks against a sex: of one sample, of several, of a missing person."""


class SelfChecks:
    """The checks of one incident; each sample is read once, and only when it is asked for.

    Samples are given as the incident has them, with a drop-out that is still to be estimated: its uncertainty counts.
    """

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self.persons = {person.code: person for person in incident.unidentified}
        self._known: dict[str, SexSeen] = {}

    def of_incident(self) -> tuple[Statement, ...]:
        """A line for everything that some sample or group says against itself, in the order of the persons."""
        lines = [line for person in self.incident.unidentified for line in self.of_group(person.samples)]
        more = len(lines) - MOST_SAMPLES_LISTED
        return (*lines[:MOST_SAMPLES_LISTED], *((said.MORE_SAMPLES(number=more),) if more > 0 else ()))

    def of_sample(self, sample: UnidentifiedPerson) -> tuple[Statement, ...]:
        """What a sample says against itself."""
        return (*self._against_record(sample), *self._crowded(sample))

    def of_group(self, samples: Sequence[UnidentifiedPerson]) -> tuple[Statement, ...]:
        """What each of several samples of one person says against itself, and what they say against each other."""
        own = tuple(line for sample in samples for line in self.of_sample(sample))
        return (*own, *self._unfitting(samples), *self._against_records(samples)) if len(samples) > 1 else own

    def of_pairing(self, person: UnidentifiedPerson, missing: str, sex: Sex) -> tuple[Statement, ...]:
        """What a pairing rests on: the person's samples, and whether their Amelogenin fits the missing person."""
        before = self.incident.doubts.get(person.code, ())
        return (*self.of_group(person.samples), *before, *self._against_missing(person, missing, sex))

    def contradicted(self, samples: Sequence[UnidentifiedPerson], sex: Sex) -> bool:
        """Whether the Amelogenin of all samples together speaks against a sex."""
        return self._together(samples).contradicts(sex)

    def _against_record(self, sample: UnidentifiedPerson) -> tuple[Statement, ...]:
        seen = self._seen(sample)
        if not seen.contradicts(sample.sex):
            return ()
        against = _RECORDED_AS_CERTAIN if self.incident.further.sex is None else _RECORDED
        return (against[sample.sex](sample=sample.code, times=_times(seen, sample.sex)),)

    def _crowded(self, sample: UnidentifiedPerson) -> tuple[Statement, ...]:
        if not sample.replicates:
            return ()
        crowded = crowded_markers(sample, self.incident.settings.observation)
        if not crowded.is_reported:
            return ()
        often = round(1 / MOST_CROWDED_BY_CHANCE)
        return (said.CROWDED(sample=sample.code, markers=crowded.markers, typed=crowded.typed, often=often),)

    def _unfitting(self, samples: Sequence[UnidentifiedPerson]) -> tuple[Statement, ...]:
        seen = [self._seen(sample) for sample in samples]
        if not unfitting_samples(seen):
            return ()
        female = [s.code for s, one in zip(samples, seen, strict=True) if one.female > one.male]
        male = [s.code for s, one in zip(samples, seen, strict=True) if one.male > one.female]
        return (said.SEXES_UNFITTING(samples=tuple(female), others=tuple(male)),)

    def _against_records(self, samples: Sequence[UnidentifiedPerson]) -> tuple[Statement, ...]:
        """Recorded sexes that the samples contradict together, though not each by itself."""
        seen, lines = self._together(samples), []
        for sex in sorted({sample.sex for sample in samples} - {"unknown"}):
            codes = tuple(s.code for s in samples if s.sex == sex and not self._seen(s).contradicts(sex))
            if codes and seen.contradicts(sex):
                all_of = tuple(s.code for s in samples)
                lines.append(_RECORDS[sex](samples=all_of, some=codes, times=_times(seen, sex)))
        return tuple(lines)

    def _against_missing(self, person: UnidentifiedPerson, missing: str, sex: Sex) -> tuple[Statement, ...]:
        seen, recorded = self._together(person.samples), {sample.sex for sample in person.samples}
        if not seen.contradicts(sex) or sex in recorded:
            return ()
        return (_MISSING[sex](sample=person.code, missing=missing, times=_times(seen, sex)),)

    def _together(self, samples: Sequence[UnidentifiedPerson]) -> SexSeen:
        return sum(map(self._seen, samples), SexSeen())

    def _seen(self, sample: UnidentifiedPerson) -> SexSeen:
        if sample.code not in self._known:
            reader = self._reader if sample.amelogenin else None
            self._known[sample.code] = SexSeen() if reader is None else reader.read(sample)
        return self._known[sample.code]

    @cached_property
    def _reader(self) -> SexReader | None:
        """Nothing where no marker has frequencies: then no drop-out can be weighed."""
        people = [sample for person in self.incident.unidentified for sample in person.samples]
        try:
            populations, _ = populations_of(
                self.incident, [p.profile for p in people], replicates=[p.replicates for p in people]
            )
        except InputError:
            return None
        return SexReader(populations, self.incident.settings.observation)


def _times(seen: SexSeen, sex: Sex) -> float:
    """log10 of how many times as probable what was seen is of the other sex."""
    return seen.against(sex) / LN10
