"""How long a case folder takes to read, and how much memory: CSV and Parquet, each in a process of its own.

Prints JSON. ``python benchmarks/reading.py [--families 10000] [--unidentified 5000] [--markers 24] [--keep FOLDER]``.
The folder is drawn with a fixed seed: five kinds of family in rotation, genes dropped without mutation, a quarter of
the donors typed with an older kit, a third of the remains degraded. ``--keep`` writes ``FOLDER/csv`` and
``FOLDER/parquet``, and leaves them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from antigone.formats.frequencies import nist1036

POPULATION = "US pooled"
OLDER_KIT = 15
KINDS = (
    # member: sex, father, mother; D gave a sample, MP is missing
    {"D1": "m", "D2": "f", "U1": "f D1 D2", "MP": "m D1 D2"},
    {"U1": "m", "D1": "f", "D2": "f U1 D1", "MP": "f U1 D1"},
    {"U1": "m", "U2": "f", "D1": "f U1 U2", "D2": "m U1 U2", "D3": "m U1 U2", "MP": "m U1 U2"},
    {"MP": "m", "D1": "f", "D2": "f MP D1", "U1": "m MP D1"},
    {"D1": "m", "U1": "f", "U2": "m D1 U1", "U3": "f D1 U1", "U4": "f", "D2": "f U2 U4", "MP": "m U2 U4"},
)
"""Five members and 2.2 donors in the mean, as in a national incident."""

Columns = dict[str, list[str] | np.ndarray | pa.Array]


def draw(rng: np.random.Generator, markers: list[str], size: int) -> np.ndarray:
    """Founders' alleles, shape ``(size, markers, 2)``, as positions in each marker's ladder."""
    (table,) = (table for table in nist1036() if table.population == POPULATION)
    drawn = np.empty((size, len(markers), 2), dtype=np.int8)
    for place, marker in enumerate(markers):
        p = np.array(list(table.frequencies[marker].values()))
        drawn[:, place] = np.searchsorted(np.cumsum(p / p.sum())[:-1], rng.random((size, 2)))
    return drawn


def passed_on(parent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = rng.integers(0, 2, size=parent.shape[:2])
    return np.take_along_axis(parent, side[:, :, None], axis=2)[:, :, 0]


def people(rng: np.random.Generator, markers: list[str], families: int) -> tuple[Columns, list, list]:
    """The table of families, and the codes and genotypes of donors and of missing persons."""
    numbers = np.arange(families)
    codes = np.char.add("F", np.char.zfill(numbers.astype(str), 6))
    rows: dict[str, list[np.ndarray]] = {}
    donors, missing = [], []
    for kind, members in enumerate(KINDS):
        these = codes[numbers % len(KINDS) == kind]
        genes: dict[str, np.ndarray] = {}
        for place, (member, words) in enumerate(members.items()):
            sex, *parents = words.split()
            if parents:
                genes[member] = np.stack([passed_on(genes[parent], rng) for parent in parents], axis=2)
            else:
                genes[member] = draw(rng, markers, len(these))
            father, mother = [np.char.add(these, f"-{p}") for p in parents] or [np.full(len(these), "")] * 2
            cells = {
                "family": these,
                "member": np.char.add(these, f"-{member}"),
                "sex": np.full(len(these), "male" if sex == "m" else "female"),
                "father": father,
                "mother": mother,
                "missing": np.full(len(these), "yes" if member == "MP" else "no"),
                "order": numbers[numbers % len(KINDS) == kind] * 10 + place,
            }
            for name, values in cells.items():
                rows.setdefault(name, []).append(values)
            (donors if member[0] == "D" else missing if member == "MP" else []).append(
                (these, cells["member"], genes[member])
            )
    table = {name: np.concatenate(values) for name, values in rows.items()}
    order = np.argsort(table.pop("order"))
    return {name: values[order] for name, values in table.items()}, donors, missing


def profiles(samples: np.ndarray, genes: np.ndarray, typed: np.ndarray, lost: np.ndarray, markers: list[str]) -> dict:
    """Rows of the typed markers of each sample, sample by sample."""
    (table,) = (table for table in nist1036() if table.population == POPULATION)
    width = max(len(table.frequencies[marker]) for marker in markers)
    labels = np.array([[*table.frequencies[m], *[""] * (width - len(table.frequencies[m]))] for m in markers])
    flat = labels.ravel()
    who, which = np.nonzero(typed)
    first, second = (pa.array(which * width + genes[who, which, side], pa.int32()) for side in (0, 1))
    lost_rows = lost[who, which] & (genes[who, which, 0] != genes[who, which, 1])
    alleles = pa.array([*flat.tolist(), "?"])
    second = pa.array(np.where(lost_rows, len(flat), second.to_numpy()), pa.int32())
    return {
        "sample": pa.DictionaryArray.from_arrays(pa.array(who, pa.int32()), pa.array(samples.tolist())),
        "marker": pa.DictionaryArray.from_arrays(pa.array(which, pa.int32()), pa.array(markers)),
        "allele1": pa.DictionaryArray.from_arrays(first, alleles),
        "allele2": pa.DictionaryArray.from_arrays(second, alleles),
    }


def incident_tables(families: int, unidentified: int, markers: int, seed: int) -> dict[str, pa.Table]:
    rng = np.random.default_rng(seed)
    names = sorted(nist1036()[0].frequencies)[:markers]
    pedigrees, donors, missing = people(rng, names, families)
    family, member, genes = (np.concatenate([group[i] for group in donors]) for i in range(3))
    order = np.argsort(member)
    family, member, genes = family[order], member[order], genes[order]
    samples = np.char.replace(member, "F", "R")
    count = len(samples)
    typed = np.ones((count, len(names)), bool)
    typed[rng.random(count) < 0.25, OLDER_KIT:] = False
    days = np.datetime64("2025-03-14") + rng.integers(3, 90, count)
    lost_people = np.concatenate([group[2] for group in missing])
    found = rng.permutation(len(lost_people))[: int(0.9 * unidentified)]
    bodies = np.concatenate([lost_people[found], draw(rng, names, unidentified - len(found))])
    codes = np.char.add("PM", np.char.zfill(np.arange(unidentified).astype(str), 6))
    read = rng.random((unidentified, len(names))) < np.where(rng.random(unidentified) < 0.33, 0.7, 1.0)[:, None]
    parts = [
        profiles(samples, genes, typed, np.zeros_like(typed), names),
        profiles(codes, bodies, read, ~read[:, ::-1] & (rng.random(read.shape) < 0.2), names),
    ]
    (table,) = (table for table in nist1036() if table.population == POPULATION)
    rows = [(m, a, p, table.alleles_sampled[m]) for m in names for a, p in table.frequencies[m].items()]
    consents = {
        "family": family,
        "member": member,
        "sample": samples,
        "consent_reference": np.char.add("C-", samples),
        "consent_date": days.astype(str),
        "consent_scope": np.full(count, "identification"),
    }
    remains = {"sample": codes, "sex": rng.choice(["male", "female", ""], unidentified)}
    frequencies = {
        "population": [POPULATION] * len(rows),
        **{name: [row[i] for row in rows] for i, name in enumerate(("marker", "allele", "frequency"))},
        "alleles_sampled": [row[3] for row in rows],
    }
    return {
        "families": pa.table(plain(pedigrees)),
        "donors": pa.table(plain(consents)),
        "unidentified": pa.table(plain(remains)),
        "profiles": pa.concat_tables(
            [pa.table(part) for part in parts], promote_options="default"
        ).unify_dictionaries(),
        "frequencies": pa.table(plain(frequencies)),
    }


def plain(columns: Mapping) -> dict:
    return {name: values.tolist() if isinstance(values, np.ndarray) else values for name, values in columns.items()}


def write_folders(folder: Path, tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Write ``folder/csv`` and ``folder/parquet``; the number of rows of both."""
    for kind in ("csv", "parquet"):
        (folder / kind).mkdir(parents=True)
        (folder / kind / "incident.toml").write_text('title = "A nation\'s missing (simulated)"\n', encoding="utf-8")
    for name, table in tables.items():
        pa.parquet.write_table(table, folder / "parquet" / f"{name}.parquet", row_group_size=1 << 18)
        text = pa.table([c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns],
                        names=table.column_names)  # fmt: skip
        options = pa.csv.WriteOptions(quoting_style="none", quoting_header="none")
        pa.csv.write_csv(text, folder / "csv" / f"{name}.csv", write_options=options)
    return {name: table.num_rows for name, table in tables.items()}


READ = """
import json, re, sys, time
from antigone.formats.incident import read_incident
def memory(key):  # not ru_maxrss: that one is inherited from the process that started this one
    return int(re.search(key + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
before = memory("VmRSS")
start = time.perf_counter(); cpu = time.process_time()
incident = read_incident(sys.argv[1])
print(json.dumps({
    "seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu,
    "peak_rss_mb": memory("VmHWM"), "rss_mb_before": before, "rss_mb_after": memory("VmRSS"),
    "families": len(incident.families), "unidentified": len(incident.unidentified),
    "donors": sum(len(f.donors) for f in incident.families),
}))
"""


def read_alone(folder: Path) -> dict[str, float]:
    """Seconds and peak resident memory of reading, in a process that does nothing else."""
    command = [sys.executable, "-W", "error", "-c", READ, str(folder)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("families", 10_000), ("unidentified", 5_000), ("markers", 24), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", type=Path, help="write the folders here and leave them")
    parser.add_argument("--only", choices=["csv", "parquet"], help="read one of the two")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        target = wanted.keep or Path(folder)
        start = time.perf_counter()
        tables = incident_tables(wanted.families, wanted.unidentified, wanted.markers, wanted.seed)
        rows = write_folders(target, tables)
        del tables
        report: dict[str, object] = {"rows": rows, "seconds_to_write": time.perf_counter() - start}
        for kind in [wanted.only] if wanted.only else ["csv", "parquet"]:
            found = read_alone(target / kind)
            found["rows_per_second"] = sum(rows.values()) / found["seconds"]
            found["rows_per_cpu_second"] = sum(rows.values()) / found["cpu_seconds"]
            found["megabytes"] = sum(path.stat().st_size for path in (target / kind).iterdir()) / 1e6
            report[kind] = found
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
