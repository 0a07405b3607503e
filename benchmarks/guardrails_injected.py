"""Injects leaks into clean data sets (seeded), and disguises data sets by renaming."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    SchemaDeduction,
)
from pipeweave_dagster.core.quality import inspect

Case = tuple[DatasetSnapshot, SchemaDeduction, Path]
KINDS = ("copy", "noisy recode", "sum", "ratio", "missingness", "group aggregate")
LEAKS = 200


def disguised(case: Case, out: Path) -> tuple[Case, dict[str, str]]:
    """Return the data with columns renamed and shuffled and classes recoded, and the new names."""
    snapshot, schema, data = case
    table = pq.read_table(data)
    order = np.random.default_rng(1).permutation(table.num_columns)
    new = {table.column_names[old]: f"c{place + 1}" for place, old in enumerate(order)}
    target = schema.target
    columns = {}
    for old in order:
        name = table.column_names[old]
        classes = name == target.name and target.task != "regression"
        columns[new[name]] = recoded(table.column(name)) if classes else table.column(name)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "data.parquet"
    pq.write_table(pa.table(columns), path)
    infos = [info.model_copy(update={"name": new[info.name]}) for info in schema.columns]
    infos.sort(key=lambda info: int(info.name[1:]))
    renamed = {"name": new.get(target.name or ""), "positive": None, "classes": []}
    update = {"columns": infos, "target": target.model_copy(update=renamed)}
    return (snapshot, schema.model_copy(update=update), path), new


def recoded(column: Any) -> Any:
    """Return classes as `k0`, `k1` … in the reverse order of their first appearance."""
    values = column.cast(pa.string()).to_pylist()
    seen = [v for v in dict.fromkeys(values) if v is not None][::-1]
    place = {value: f"k{i}" for i, value in enumerate(seen)}
    return pa.chunked_array([[place.get(v) for v in values]], pa.string())


def report(cases: dict[str, Case], out: Path) -> None:
    """Inject leaks, inspect, and print the share found by kind."""
    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    missed = []
    names = sorted(cases)
    for number in range(LEAKS):
        kind = KINDS[number % len(KINDS)]
        name = names[number // len(KINDS) % len(names)]
        case, added = inject(cases[name], kind, number, out)
        leaks = [f for f in inspect(*case, DatasetSettings()).findings if f.group == "leakage"]
        hit = any(added & set(f.columns) for f in leaks if f.state in {"blocked", "alerted"})
        tried[kind] += 1
        found[kind] += hit
        missed += [] if hit else [f"{kind} in {name}"]
    for kind in KINDS:
        print(f"injected {kind:16} {found[kind]} of {tried[kind]}")
    share = sum(found.values()) / sum(tried.values())
    print(f"injected leaks found: {share:.3f}; missed: {missed}")


def inject(case: Case, kind: str, seed: int, out: Path) -> tuple[Case, set[str]]:
    """Return the case with one leak of a kind as one or two new columns, and their names."""
    snapshot, schema, data = case
    table = pq.read_table(data)
    y = numbers(table.column(schema.target.name), str(schema.target.task))
    added = leaking(kind, y, str(schema.target.task), np.random.default_rng(seed))
    infos = list(schema.columns)
    for name, values in added.items():
        table = table.append_column(name, values)
        infos.append(info_of(name, values))
    out.mkdir(parents=True, exist_ok=True)
    path = out / "data.parquet"
    pq.write_table(table, path)
    return (snapshot, schema.model_copy(update={"columns": infos}), path), set(added)


def numbers(target: Any, task: str) -> Any:
    """The target as numbers; classes by their place, missing as NaN."""
    if task == "regression":
        return pc.fill_null(target.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False)
    codes = pc.dictionary_encode(target.cast(pa.string())).combine_chunks().indices
    return pc.fill_null(codes.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False)


def leaking(kind: str, y: Any, task: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return the new columns of a leak, by name."""
    n = len(y)
    regression = task == "regression"
    if kind == "copy":
        return {"zz1": shown(y * 2.5 + 3) if regression else letters(y)}
    if kind == "noisy recode":
        noisy = np.where(rng.random(n) < 0.02, rng.permutation(y), y)
        return {"zz1": shown(noisy) if regression else letters(noisy)}
    if kind == "sum":
        part = np.round(rng.normal(size=n) * (np.nanstd(y) or 1), 3)
        return {"zz1": shown(part), "zz2": shown(y - part)}
    if kind == "ratio":
        part = np.round(np.exp(rng.normal(size=n)) + 0.01, 3)
        return {"zz1": shown(part), "zz2": shown(y / part)}
    if kind == "missingness":
        gone = y > np.nanmedian(y) if regression else y == 0
        return {"zz1": shown(np.where(gone, np.nan, rng.normal(size=n)))}
    groups = rng.integers(0, max(2, n // 4), n)
    known = ~np.isnan(y)
    sums = np.bincount(groups[known], y[known], minlength=groups.max() + 1)
    counts = np.bincount(groups[known], minlength=groups.max() + 1)
    means = sums / np.maximum(1, counts)
    return {"zz1": shown(means[groups]), "zz2": pa.array([f"g{g}" for g in groups])}


def shown(values: Any) -> Any:
    """Return a float column, NaN as missing."""
    return pa.array([None if np.isnan(v) else float(v) for v in values], pa.float64())


def letters(values: Any) -> Any:
    """Return a text column of class names."""
    return pa.array([None if np.isnan(v) else f"v{int(v)}" for v in values], pa.string())


def info_of(name: str, values: Any) -> ColumnDeduction:
    """Return the schema deduction of a new column."""
    text = pa.types.is_string(values.type)
    return ColumnDeduction(
        name=name,
        type="categorical" if text else "numeric",
        storage="text" if text else "number",
        role="feature",
        confidence=1.0,
        reason="injected",
        distinct=len(values.unique().drop_null()),
        missing=values.null_count,
    )
