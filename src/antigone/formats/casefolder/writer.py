"""Writing a case folder, packed or not: the same tables that ``casefolder`` reads, so that an incident survives."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TextIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from antigone.errors import InputError, Problem
from antigone.formats.casefolder.evidence_writer import further_settings_lines, further_tables, linkage_lines
from antigone.formats.casefolder.families import DONOR_COLUMNS, FAMILY_COLUMNS, UNIDENTIFIED_COLUMNS
from antigone.formats.casefolder.folder import SETTINGS_FILE
from antigone.formats.casefolder.observation import observation_lines
from antigone.formats.frequencies.drafts import SILENT
from antigone.formats.frequencies.layouts import LONG_COLUMNS
from antigone.formats.labels.alleles import UNKNOWN
from antigone.formats.profiles.profiles import NOTHING
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.mutation import BaseModel, Custom, MutationModel, Transformed
from antigone.model.assumptions.verbal import VerbalScale
from antigone.model.incident.consent import Consent
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.profile import Profile

Cells = Iterable[object]
PACKED_FOLDER = "incident"
"""The folder inside a packed case folder: a code could hold letters that no file name may."""
Opener = Callable[[str], TextIO]
"""Opens a new file of a case folder by its name."""


def write_case_folder(incident: Incident, path: Path | str) -> None:
    """Write an incident as a case folder, whole or not at all.

    The tables are written into a new folder beside ``path``, which is renamed at the end, so that no
    half-written case folder is ever found under that name.

    Raises
    ------
    InputError
        When the folder exists and is not empty, or cannot be written.
    """
    path = Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        remedy = "choose another folder; nothing is ever overwritten"
        raise InputError([Problem(path.name, 0, "", "a folder that is not empty", "a new folder", remedy)])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        try:
            _write_tables(incident, partial(_open_new, draft))
            draft.chmod(0o700)
            if path.exists():
                path.rmdir()
            draft.rename(path)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    except OSError as error:
        reason = error.strerror or "an error of the file system"
        raise InputError(
            [Problem(path.name, 0, "", reason, "a folder that can be written", "check the path")]
        ) from None


def _open_new(folder: Path, name: str) -> TextIO:
    return (folder / name).open("w", encoding="utf-8", newline="")


def pack_case_folder(incident: Incident, file: BinaryIO) -> None:
    """Write an incident as a packed case folder (zip): the same files, in a folder, without one of them on a disk.

    The same incident gives the same bytes.
    """
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        _write_tables(incident, partial(_open_packed, archive))


def _open_packed(archive: ZipFile, name: str) -> TextIO:
    member = ZipInfo(f"{PACKED_FOLDER}/{name}")  # dated 1980: when it was made is no part of an incident
    member.compress_type = ZIP_DEFLATED
    return TextIOWrapper(archive.open(member, "w"), encoding="utf-8", newline="")


def _write_tables(incident: Incident, open_new: Opener) -> None:
    """Write every file of a case folder, one after the other, where ``open_new`` opens it."""
    with open_new(SETTINGS_FILE) as file:
        file.write("\n".join(_settings_lines(incident)) + "\n")
    write = partial(_write, open_new)
    write("families.csv", (*FAMILY_COLUMNS.needed, *FAMILY_COLUMNS.optional), _family_rows(incident.families))
    write("donors.csv", (*DONOR_COLUMNS.needed, *DONOR_COLUMNS.optional), _donor_rows(incident.families))
    write("unidentified.csv", *_unidentified_table(incident.unidentified))
    write("profiles.csv", *_profile_table(incident))
    write("frequencies.csv", (*LONG_COLUMNS.needed, "alleles_sampled"), _frequency_rows(incident.tables))
    for name, names, rows in further_tables(incident.further):
        write(f"{name}.csv", names, rows)


def _write(open_new: Opener, name: str, columns: Iterable[str], rows: Iterable[Cells]) -> None:
    with open_new(name) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _family_rows(families: Iterable[Family]) -> Iterator[Cells]:
    for family in families:
        for member in family.pedigree:
            yield (
                *(family.code, member.id, member.sex, member.father or "", member.mother or ""),
                "yes" if member.id in family.missing else "no",
                repr(member.founder_inbreeding) if member.founder_inbreeding else "",
            )


def _donor_rows(families: Iterable[Family]) -> Iterator[Cells]:
    for family in families:
        for donor in family.donors:
            kind = "direct reference" if donor.member in family.missing else ""
            yield family.code, donor.member, donor.profile.sample, *_consent_cells(donor), kind


def _consent_cells(donor: Donor) -> Cells:
    consent: Consent | None = donor.consent
    if consent is None:
        return ("",) * 6
    days = (day.isoformat() if day else "" for day in (consent.expires, consent.withdrawn))
    return consent.reference, consent.date.isoformat(), " ".join(consent.scope), *days, consent.attested_by


def _unidentified_table(persons: Iterable[UnidentifiedPerson]) -> tuple[tuple[str, ...], Iterator[Cells]]:
    """The columns of rates only where some sample has rates of its own, or a peak height."""
    columns = UNIDENTIFIED_COLUMNS.needed + UNIDENTIFIED_COLUMNS.optional
    rows = [(p.code, p.sex, p.kind, p.request, *_rate_cells(p)) for p in persons]
    used = len(columns) if any(any(row[4:]) for row in rows) else 4
    return columns[:used], (row[:used] for row in rows)


def _rate_cells(person: UnidentifiedPerson) -> tuple[str, ...]:
    height = "" if person.peak_height is None else repr(person.peak_height)
    if person.rates is None:
        return "", "", "", height
    rates = person.rates
    dropout = "estimate" if person.estimate_dropout else repr(rates.dropout)
    return dropout, repr(rates.dropin), repr(rates.error), height


def _profile_table(incident: Incident) -> tuple[tuple[str, ...], Iterator[Cells]]:
    rows = list(_replicate_rows(incident.unidentified))
    plain = chain(_profile_rows(_profiles(incident)), _amelogenin_rows(incident.unidentified))
    if not rows:
        return ("sample", "marker", "allele1", "allele2"), plain
    columns = ("sample", "marker", "allele1", "allele2", "allele3", "replicate")
    return columns, chain(((*row, "", "") for row in plain), rows)


def _amelogenin_rows(persons: Iterable[UnidentifiedPerson]) -> Iterator[tuple[object, ...]]:
    for person in persons:
        for shown in person.amelogenin:
            first, second = (*shown, *shown)[:2] if shown else (NOTHING, "")
            yield person.code, "Amelogenin", first, UNKNOWN if second is None else second


def _replicate_rows(persons: Iterable[UnidentifiedPerson]) -> Iterator[Cells]:
    for person in persons:
        for marker, replicates in person.replicates.items():
            for number, replicate in enumerate(replicates, start=1):
                alleles = [UNKNOWN if allele is None else allele for allele in replicate] or [NOTHING]
                yield (person.code, marker, *[*alleles, "", ""][:3], number)


def _profiles(incident: Incident) -> Iterator[Profile]:
    yield from (donor.profile for family in incident.families for donor in family.donors)
    yield from (person.profile for person in incident.unidentified)


def _profile_rows(profiles: Iterable[Profile]) -> Iterator[tuple[object, ...]]:
    for profile in profiles:
        for marker, (first, second) in profile.genotypes.items():
            yield profile.sample, marker, first, UNKNOWN if second is None else second


def _frequency_rows(tables: Iterable[FrequencyTable]) -> Iterator[Cells]:
    for table in tables:
        for marker, alleles in table.frequencies.items():
            sampled = table.alleles_sampled.get(marker) or ""
            silent = (table.silent or {}).get(marker)
            visible = dict(alleles) if silent is None else {**alleles, SILENT: silent}
            for allele, frequency in visible.items():
                yield table.population, marker, allele, repr(frequency), sampled


def _settings_lines(incident: Incident) -> Iterator[str]:
    settings, rule = incident.settings, incident.settings.rule
    yield f"title = {_quoted(incident.title)}"
    yield "\n[frequencies]"
    yield f"populations = {_list(_quoted(table.population) for table in incident.tables)}"
    yield f"minimum_count = {rule.minimum_count!r}"
    yield f"minimum = {rule.minimum!r}"
    yield f"rescale = {str(rule.rescale).lower()}"
    yield "\n[frequencies.sources]"
    yield from (f"{_quoted(table.population)} = {_quoted(table.source)}" for table in incident.tables if table.source)
    yield f"\n[model]\ntheta = {settings.theta!r}"
    yield f"\n[search]\nthreshold = {settings.threshold!r}"
    yield f"threshold_grows = {str(settings.threshold_grows).lower()}"
    if settings.prior is not None:
        yield f"prior = {settings.prior!r}"
    yield from observation_lines(settings.observation)
    if settings.verbal != VerbalScale():
        steps = (_list((repr(least), _quoted(words))) for least, words in settings.verbal.steps)
        yield f"\n[verbal]\nsource = {_quoted(settings.verbal.source)}\nsteps = {_list(steps)}"
    if incident.further != FurtherEvidence():
        yield from further_settings_lines(incident.further)
    if settings.linkage is not None:
        yield from linkage_lines(settings.linkage)
    mutation = settings.mutation
    yield from _model_lines("mutation.female", mutation.female)
    yield from _model_lines("mutation.male", mutation.male)
    for marker, (female, male) in mutation.by_marker.items():
        yield from _model_lines(f"mutation.markers.{_quoted(marker)}.female", female)
        yield from _model_lines(f"mutation.markers.{_quoted(marker)}.male", male)


def _model_lines(section: str, model: MutationModel) -> Iterator[str]:
    yield f"\n[{section}]"
    base: BaseModel
    if isinstance(model, Transformed):
        base = model.model
        yield f'transform = "{model.transform}"'
        yield f"keep_rate = {str(model.keep_rate).lower()}"
    else:
        base = model
    yield f'model = "{base.name}"'
    for key, value in vars(base).items():
        written = _list(_list(map(repr, row)) for row in value) if isinstance(base, Custom) else repr(value)
        yield f"{key} = {written}"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a part of TOML's, but for the control character 0x7f."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(items) + "]"
