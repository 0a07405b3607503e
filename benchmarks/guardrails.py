"""Measures the recall of the leakage guardrails, and their false blocks on clean data sets.

    python benchmarks/guardrails.py INDEX_DIR [--cache DIR] [--only NAME ...] [--skip-injected]

INDEX_DIR holds `INDEX.tsv` (name, file, task, target ...), one folder per data set, and beside it
`leaks.tsv` (name, column, kind A/B/C) and `clean.tsv`. Kind A is stopped if it is blocked (or, for
an identifier, not used: `fixed`); A and B are found if a finding of the group `leakage` stops or
alerts on them. Recall is averaged over data sets. A false block is a blocked finding on a clean
data set. Columns of `doubtful.tsv` are not counted: they are in no list.
"""

import argparse
import csv
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import guardrails_injected as injected

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Findings,
    RawFile,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce

Case = tuple[DatasetSnapshot, SchemaDeduction, Path]
Leaks = dict[str, dict[str, list[str]]]


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a tab-separated file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def column_named(snapshot: DatasetSnapshot, listed: str) -> str:
    """Return the stored name of a column listed by its header or as `col 7 (no header)`."""
    plain = listed.split(" (no header)", maxsplit=1)[0]
    for column in snapshot.columns:
        if plain.strip() in {column.name.strip(), column.original_name.strip()}:
            return column.name
    if plain.startswith("col ") and plain[4:].isdigit():
        return snapshot.columns[int(plain[4:]) - 1].name
    return plain


def prepared(folder: Path, row: dict[str, str], cache: Path) -> Case:
    """Ingest and deduce once; later calls read the stored result."""
    out = cache / row["name"]
    data, kept = out / "data.parquet", out / "case.txt"
    if not kept.exists():
        out.mkdir(parents=True, exist_ok=True)
        file = folder / row["name"] / row["file"]
        raw = RawFile(name=row["file"], sha256="0" * 64, size_bytes=file.stat().st_size)
        snapshot = ingest(RawUpload(dataset=row["name"], files=[raw]), [file], out)
        target = column_named(snapshot, row["target"])
        schema = deduce(snapshot, data, DatasetSettings(target=target, task=row["task"]))
        kept.write_text(snapshot.model_dump_json() + "\n" + schema.model_dump_json())
    first, second = kept.read_text().split("\n")
    snapshot = DatasetSnapshot.model_validate_json(first)
    return snapshot, SchemaDeduction.model_validate_json(second), data


def leaks_in(found: Findings) -> tuple[set[str], set[str]]:
    """Return the columns that are stopped, and those that are stopped or alerted, as leaks."""
    stopped: set[str] = set()
    detected: set[str] = set()
    for finding in found.findings:
        if finding.group == "leakage" and finding.state in {"blocked", "fixed", "alerted"}:
            detected |= set(finding.columns)
            stopped |= set(finding.columns) if finding.state != "alerted" else set()
    return stopped, detected


def recall(names: list[str], found: set[str]) -> float | None:
    """Return the share of the names that were found; None if there are none."""
    return round(sum(name in found for name in names) / len(names), 3) if names else None


def mean(values: list[float | None]) -> float:
    """Return the mean of the values that are not None."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else float("nan")


def measure(
    cases: dict[str, Case], leaks: Leaks, clean: set[str], *, show: bool
) -> tuple[float, float, int]:
    """Return recall of A, recall of A and B, and false blocks over all cases."""
    of_a: list[float | None] = []
    of_ab: list[float | None] = []
    blocks = 0
    for name, (snapshot, schema, data) in cases.items():
        began = time.perf_counter()
        findings = inspect(snapshot, schema, data, DatasetSettings())
        spent = time.perf_counter() - began
        stopped, detected = leaks_in(findings)
        result = "clean" if name in clean else ""
        if name in leaks:
            a, b = leaks[name]["A"], leaks[name]["B"]
            of_a.append(recall(a, stopped))
            of_ab.append(recall(a + b, detected))
            missed = [c for c in a if c not in stopped] + [c for c in b if c not in detected]
            result += f" A {of_a[-1]} AB {of_ab[-1]} missed {missed}"
        blocks += len(findings.blocked) if name in clean else 0
        if show:
            blocked = [f"{f.code} {','.join(f.columns)[:60]}" for f in findings.blocked]
            print(
                f"{name:26} {spent:5.2f} s {result} blocked {blocked} found {sorted(detected)[:12]}"
            )
    return mean(of_a), mean(of_ab), blocks


def main() -> int:
    """Measure and print; the last line is the summary."""
    parser = argparse.ArgumentParser(description="Recall of leaks and false blocks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--skip-injected", action="store_true")
    options = parser.parse_args()
    folder, cache = options.folder, options.cache or Path(tempfile.mkdtemp())
    clean = {row["name"] for row in rows_of(folder / "clean.tsv")}
    listed = rows_of(folder / "leaks.tsv")
    wanted = clean | {row["name"] for row in listed}
    cases: dict[str, Case] = {}
    for row in rows_of(folder / "INDEX.tsv"):
        if row["name"] in wanted and (not options.only or row["name"] in options.only):
            cases[row["name"]] = prepared(folder, row, cache)
    leaks: Leaks = defaultdict(lambda: {"A": [], "B": [], "C": []})
    for row in listed:
        if row["name"] in cases:
            name = column_named(cases[row["name"]][0], row["column"])
            leaks[row["name"]][row["kind"]].append(name)
    leaks = dict(leaks)
    a, ab, blocks = measure(cases, leaks, clean, show=True)
    hidden: dict[str, Case] = {}
    renamed: Leaks = {}
    for name, case in cases.items():
        hidden[name], new = injected.disguised(case, cache / "disguised" / name)
        if name in leaks:
            kinds = leaks[name].items()
            renamed[name] = {k: [new[c] for c in columns if c in new] for k, columns in kinds}
    again = measure(hidden, renamed, clean, show=False)
    print(f"renamed, shuffled, recoded: A {again[0]:.3f} AB {again[1]:.3f} false {again[2]}")
    if not options.skip_injected:
        injected.report({n: c for n, c in cases.items() if n in clean}, cache / "injected")
    print(f"recall A {a:.2f}, recall AB {ab:.2f}, false blocks {blocks}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
