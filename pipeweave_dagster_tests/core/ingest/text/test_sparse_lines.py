"""Rows of LIBSVM: target and features are columns, and what a row does not name is 0."""

import io
import random

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.datasets import dump_svmlight_file

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ColumnMatcher, read_aligned


def made(rows, width, **options):
    rng = np.random.default_rng(3)
    values = rng.normal(size=(rows, width)) * (rng.random((rows, width)) < 0.6)
    target = rng.choice([-1, 1], rows)
    values[4] = 0
    sink = io.BytesIO()
    dump_svmlight_file(values, target, sink, **options)
    return values, target, sink.getvalue().decode()


OPTIONS = (
    {"zero_based": False},
    {"zero_based": True},
    {"zero_based": False, "comment": "made here"},
    {"zero_based": False, "query_id": np.arange(30) // 5},
)


@pytest.mark.parametrize("options", OPTIONS)
def test_what_scikit_learn_writes_comes_back(options, read, rows):
    values, target, text = made(30, 6, **options)
    read(text, name="a.svm")
    first = 0 if options["zero_based"] else 1
    names = [f"feature_{i + first}" for i in range(6)]
    assert [[r[n] for n in names] for r in rows()] == pytest.approx(values)
    assert [r["target"] for r in rows()] == [*target]
    if "query_id" in options:
        assert [r["qid"] for r in rows()] == [i // 5 for i in range(30)]


OTHERS = {
    "times": lambda i: f"{i} 08:{10 + i} 12:{20 + i}",
    "one time": lambda i: f"{i} {8 + i % 12}:30",
    "scores": lambda i: f"{i} {i % 4}:{i % 3}",
    "words": lambda i: f"{i} a:{i} b:{i}",
    "falling": lambda i: f"{i} 7:1.5 3:{i}.5",
}


@pytest.mark.parametrize("row", OTHERS.values(), ids=OTHERS)
def test_nothing_else_is_taken_for_sparse_rows(row, read):
    snapshot = read("".join(row(i) + "\n" for i in range(30)))
    assert not any("LIBSVM" in note for note in snapshot.notes)


def test_too_many_features_are_refused_with_what_to_do(read):
    rng = random.Random(3)
    lines = [" ".join(f"{k}:1.5" for k in sorted(rng.sample(range(9999), 50))) for _ in range(99)]
    with pytest.raises(PipeWeaveError, match="features in 99 sparse rows") as error:
        read("".join(f"1 {line}\n" for line in lines))
    assert "TruncatedSVD" in str(error.value)


def test_a_batch_has_the_features_of_the_training_table(tmp_path):
    file = tmp_path / "batch.svm"
    file.write_text("0 2:0.5\n")
    columns = [SnapshotColumn(name=n, original_name=n, type="number", missing=0)
               for n in ("feature_1", "feature_2")]  # fmt: skip
    matcher = ColumnMatcher(table=("target", "feature_1", "feature_2"))
    read_aligned(file, file.name, columns, tmp_path, matcher=matcher)
    [row] = pq.read_table(tmp_path / "data.parquet").to_pylist()
    assert (row["feature_1"], row["feature_2"]) == (0, 0.5)


@pytest.mark.parametrize("piece", ["1:", "1:1 ", "1", " ", "1:1e"])
def test_a_hostile_line_takes_no_time(piece, read):
    text = made(30, 6, zero_based=False)[2]
    assert read(f"{text}1 {piece * 5_000}x\n").rows >= 30
