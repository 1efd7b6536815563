"""What samples say against themselves, in words: at the sample, at its group, and at the pairing that rests on it.

Nothing here changes a number. Words name codes and sexes, and count markers; they quote no genotype.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from antigone.casework.incident.prepare import populations_of
from antigone.engine.arrays import LN10
from antigone.errors import InputError
from antigone.model.assumptions.choices import MOST_CROWDED_BY_CHANCE
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.pedigree import Sex
from antigone.plain_words import listed, lr_text
from antigone.search.remains.self_check import (
    SexReader,
    SexSeen,
    crowded_markers,
    unfitting_samples,
)

MOST_SAMPLES_LISTED = 100
"""Lines on single samples among the notices of one result."""
OTHER: Mapping[Sex, Sex] = {"female": "male", "male": "female", "unknown": "unknown"}
_IN_THE_SAMPLE: Mapping[Sex, str] = {
    "male": "a Y allele that was lost or is deleted",
    "female": "DNA of a male in the sample",
    "unknown": "",
}
"""What else than a mistaken sex makes a sample of each sex show the other one."""


class SelfChecks:
    """The checks of one incident; each sample is read once, and only when it is asked for.

    Samples are given as the incident has them, with a drop-out that is still to be estimated: its uncertainty counts.
    """

    def __init__(self, incident: Incident) -> None:
        self.incident = incident
        self.persons = {person.code: person for person in incident.unidentified}
        self._known: dict[str, SexSeen] = {}

    def of_incident(self) -> tuple[str, ...]:
        """A line for everything that some sample or group says against itself, in the order of the persons."""
        lines = [line for person in self.incident.unidentified for line in self.of_group(person.samples)]
        more = len(lines) - MOST_SAMPLES_LISTED
        said = f"{more:,} more samples say something against themselves; it stands at each candidate"
        return (*lines[:MOST_SAMPLES_LISTED], *((said,) if more > 0 else ()))

    def of_sample(self, sample: UnidentifiedPerson) -> tuple[str, ...]:
        """What a sample says against itself."""
        return (*self._against_record(sample), *self._crowded(sample))

    def of_group(self, samples: Sequence[UnidentifiedPerson]) -> tuple[str, ...]:
        """What each of several samples of one person says against itself, and what they say against each other."""
        own = tuple(line for sample in samples for line in self.of_sample(sample))
        return (*own, *self._unfitting(samples), *self._against_records(samples)) if len(samples) > 1 else own

    def of_pairing(self, person: UnidentifiedPerson, missing: str, sex: Sex) -> tuple[str, ...]:
        """What a pairing rests on: the person's samples, and whether their Amelogenin fits the missing person."""
        before = self.incident.doubts.get(person.code, ())
        return (*self.of_group(person.samples), *before, *self._against_missing(person, missing, sex))

    def contradicted(self, samples: Sequence[UnidentifiedPerson], sex: Sex) -> bool:
        """Whether the Amelogenin of all samples together speaks against a sex."""
        return self._together(samples).contradicts(sex)

    def _against_record(self, sample: UnidentifiedPerson) -> tuple[str, ...]:
        seen = self._seen(sample)
        if not seen.contradicts(sample.sex):
            return ()
        return (
            f"sample '{sample.code}': Amelogenin shows {_a(OTHER[sample.sex])}, but {sample.sex} is recorded; "
            f"{_times(seen, sample.sex)}, with the drop-out of this sample. Perhaps a mistaken record, an exchanged "
            f"sample, or {_IN_THE_SAMPLE[sample.sex]}: check the record and the tube, and type again"
            + self._compared_with(sample.sex),
        )

    def _compared_with(self, sex: Sex) -> str:
        """What a recorded sex does in a search that takes it as certain."""
        if self.incident.further.sex is not None:
            return ""
        return f". Until the record is changed, it is compared with {sex} missing persons only"

    def _crowded(self, sample: UnidentifiedPerson) -> tuple[str, ...]:
        if not sample.replicates:
            return ()
        crowded = crowded_markers(sample, self.incident.settings.observation)
        if not crowded.is_reported:
            return ()
        return (
            f"sample '{sample.code}': {crowded.markers} of {crowded.typed} markers show three alleles or more; perhaps "
            "of two persons (a mixture or a contamination). Of samples of one person fewer than one in "
            f"{round(1 / MOST_CROWDED_BY_CHANCE):,} show so many: type it again before anything rests on it",
        )

    def _unfitting(self, samples: Sequence[UnidentifiedPerson]) -> tuple[str, ...]:
        seen = [self._seen(sample) for sample in samples]
        if not unfitting_samples(seen):
            return ()
        female = [s.code for s, one in zip(samples, seen, strict=True) if one.female > one.male]
        male = [s.code for s, one in zip(samples, seen, strict=True) if one.male > one.female]
        return (
            f"Amelogenin is that of a female in {listed(female)}, and that of a male in {listed(male)}: perhaps a Y "
            "allele was lost or is deleted, perhaps not all of these samples are of one person",
        )

    def _against_records(self, samples: Sequence[UnidentifiedPerson]) -> tuple[str, ...]:
        """Recorded sexes that the samples contradict together, though not each by itself."""
        seen, lines = self._together(samples), []
        for sex in sorted({sample.sex for sample in samples} - {"unknown"}):
            codes = [s.code for s in samples if s.sex == sex and not self._seen(s).contradicts(sex)]
            if codes and seen.contradicts(sex):
                lines.append(
                    f"Amelogenin of {', '.join(s.code for s in samples)} together shows {_a(OTHER[sex])}, but {sex} is "
                    f"recorded for {', '.join(codes)}; {_times(seen, sex)}. Perhaps a mistaken record or an exchanged "
                    "sample: check the records and the tubes"
                )
        return tuple(lines)

    def _against_missing(self, person: UnidentifiedPerson, missing: str, sex: Sex) -> tuple[str, ...]:
        seen, said = self._together(person.samples), {sample.sex for sample in person.samples}
        if not seen.contradicts(sex) or sex in said:
            return ()
        return (
            f"Amelogenin of {person.code} shows {_a(OTHER[sex])}, but {missing} is {sex}; {_times(seen, sex)}, "
            "with the drop-out of each sample",
        )

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


def _times(seen: SexSeen, sex: Sex) -> str:
    return f"that is {lr_text(seen.against(sex) / LN10)} times as probable of {_a(OTHER[sex])} as of {_a(sex)}"


def _a(sex: Sex) -> str:
    return f"a {sex}"
