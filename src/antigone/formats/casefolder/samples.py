"""Whose the typed samples are: of a donor, of an unidentified person, or a control of the laboratory."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from antigone.formats.casefolder.families import DonorSamples
from antigone.formats.profiles.choices import is_control
from antigone.formats.profiles.profiles import TypedSamples
from antigone.formats.reading.findings import Findings, counted
from antigone.model.assumptions.reading import ONE_ALLELE_OF_EXPORTS, ReadingRules
from antigone.model.incident.incident import Family, UnidentifiedPerson
from antigone.model.typings.typing import describe_typings

_MEANS = {"homozygote": "a homozygote", "unknown": "one allele seen, the other not known"}


def check_samples(
    donors: DonorSamples,
    unidentified: tuple[UnidentifiedPerson, ...],
    typed: TypedSamples,
    findings: Findings,
    *,
    rules: ReadingRules,
    all_known: bool = True,
) -> None:
    """Every profile belongs to a donor or an unidentified person, and never to both; controls are left out.

    Without ``all_known`` a table of persons could not be read: then no profile is said to belong to nobody, because
    the table is what there is to mend.
    """
    of_donors = dict.fromkeys(donors.lines)
    of_unidentified = {person.code: None for person in unidentified}
    for sample, line in donors.lines.items():
        if sample in of_unidentified:
            found = f"sample '{sample}', which is also an unidentified person"
            findings.problem((donors.file, line), "sample", found, "one or the other", "correct the sample code")
    known = of_donors | of_unidentified
    if all_known:
        _check_owners(known, typed, rules, findings)
    for sample in known:
        if not typed.genotypes.get(sample) and sample not in typed.replicates:
            findings.notice(f"sample '{sample}' has no autosomal genotype in the profiles")
    _tell_left_out(known, typed, findings)
    _tell_single(of_donors, of_unidentified, typed, rules, findings)


def _check_owners(known: Collection[str], typed: TypedSamples, rules: ReadingRules, findings: Findings) -> None:
    """A sample that belongs to nobody is a control or a problem."""
    strangers = [sample for sample in dict.fromkeys((*typed.first_line, *typed.untyped)) if sample not in known]
    controls = [sample for sample in strangers if is_control(sample, rules)]
    for sample in strangers:
        if sample in typed.first_line and sample not in controls:
            _unowned_sample(sample, [code for code in known if code and code in _words(sample)], typed, findings)
    if controls:
        named = ", ".join(sample[:40] for sample in controls)
        findings.notice(f"control samples left out: {len(controls)} ({named})")


def _unowned_sample(sample: str, inside: Sequence[str], typed: TypedSamples, findings: Findings) -> None:
    """A sample of nobody; where a known code stands among further words, only the code is said, for they may name."""
    found = f"sample '{sample}', which belongs to nobody"
    remedy = "add the sample to 'donors' or 'unidentified', or remove its rows; a control is named under controls in "
    remedy += "[profiles] of incident.toml"
    if inside:
        found = f"a sample that is called '{inside[0]}' with further words, and so belongs to nobody"
        remedy = f"write '{inside[0]}' alone, if it is meant: codes, never names"
    expected = "a sample of a donor or of an unidentified person"
    findings.problem(typed.place(sample), "sample", found, expected, remedy)


def _words(sample: str) -> list[str]:
    """The words of a sample's name, when there are several."""
    words = re.split(r"[\s,;()]+", sample)
    return words if len(words) > 1 else []


def _tell_left_out(known: Iterable[str], typed: TypedSamples, findings: Findings) -> None:
    """Markers without a label, and repeats that were taken once, of samples that take part."""
    for sample in known:
        markers = typed.off_ladder.get(sample)
        if markers:
            left = ", ".join(dict.fromkeys(markers))
            findings.notice(f"sample '{sample}': off-ladder (OL), so that these markers are left out: {left}")
    for words in describe_typings({one: typed.typings_used[one] for one in known if one in typed.typings_used}):
        findings.notice(words)
    repeated = [sample for sample in known if sample in typed.repeats]
    if repeated:
        rows = sum(typed.repeats[sample] for sample in repeated)
        more = "stands more than once, always alike, and counts once"
        if rows > 1:
            more = "stand more than once, always alike, and count once"
        findings.notice(f"{counted(rows, 'genotype')} of {counted(len(repeated), 'sample')} {more}")


def _tell_single(
    of_donors: Iterable[str],
    of_unidentified: Iterable[str],
    typed: TypedSamples,
    rules: ReadingRules,
    findings: Findings,
) -> None:
    """How many genotypes were read from one allele alone, and what that was taken to mean."""
    persons = sum(typed.single.get(sample, 0) for sample in of_unidentified)
    references = sum(typed.single.get(sample, 0) for sample in of_donors)
    if not persons + references:
        return
    taken = rules.one_allele or ONE_ALLELE_OF_EXPORTS
    how = "as [profiles] one_allele states"
    if rules.one_allele is None:
        how = (
            "as other programs write it; of a degraded sample an allele may be lost: state one_allele = "
            '"unknown" or "homozygote" under [profiles], or a drop-out rate under [observation]'
        )
    findings.notice(
        f"one allele alone is read as {_MEANS[taken]} in {counted(persons, 'genotype')} of unidentified persons "
        f"and {references} of donors, {how}"
    )


def check_hemizygous(
    families: tuple[Family, ...],
    unidentified: tuple[UnidentifiedPerson, ...],
    x_markers: frozenset[str],
    typed: TypedSamples,
    findings: Findings,
) -> None:
    """A male has one allele at a marker of the X chromosome, written twice."""
    men = [(p.profile.sample, p.profile.genotypes) for p in unidentified if p.sex == "male"]
    men += [
        (donor.profile.sample, donor.profile.genotypes)
        for family in families
        for donor in family.donors
        if family.pedigree[donor.member].sex == "male"
    ]
    for sample, genotypes in men:
        for marker in sorted(x_markers & genotypes.keys()):
            first, second = genotypes[marker]
            if second not in (None, first):
                found = f"two different alleles of sample '{sample}', a male, at the X-chromosomal marker '{marker}'"
                remedy = "correct the sex or the genotype; a male's one allele is written twice"
                findings.problem(typed.place(sample), "allele2", found, "one allele", remedy)
