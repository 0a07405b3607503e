"""Labels that arrive late, in parts or corrected are joined by id, and scored."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import BatchRecord
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.performance import (
    LabelFile,
    ModelVersion,
    ScoredFile,
    combine_labels,
    measure_batches,
)
from pipeweave_dagster_tests.factories.registry import pipeline, trained

pytestmark = pytest.mark.slow  # the file with all its variants

ROWS = 400
RNG = np.random.default_rng(0)


def drawn(rows):
    """Calibrated probabilities, and the labels drawn with them."""
    chance = RNG.beta(0.7, 0.9, rows)
    return chance, np.where(RNG.random(rows) < chance, "yes", "no")


def proba(chance):
    return {"probability_no": 1 - chance, "probability_yes": chance}


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    chance, target = drawn(2_000)
    base = {"baseline_no": 0.5, "baseline_yes": 0.5, "feature:x": 0.0}
    test = pd.DataFrame({"target": target, **proba(chance), **base})
    test.to_parquet(folder / "test_rows.parquet")
    facts = {"classes": ["no", "yes"], "task": "binary", "metric": "roc_auc", "features": ["x"]}
    spec = pipeline(["x"]).model_copy(update={"task": "binary", "classes": ["no", "yes"]})
    model = trained("1", "m").model_copy(update=facts)
    return ModelVersion(
        version="1", trained=model, spec=spec, test_rows=folder / "test_rows.parquet"
    )


def batch(folder, name, chance, ids, version="1", role="champion", sha="a"):
    path = folder / f"{name}-{version}.parquet"
    pd.DataFrame({"Order": ids, **proba(chance)}).to_parquet(path)
    record = BatchRecord(
        batch=name,
        model_version=version,
        role=role,
        scored_at=float(version),
        rows=len(chance),
        predictions_key=path.name,
        data_sha256=sha,
    )
    return ScoredFile(record=record, predictions=path)


def labels(folder, *files):
    tables = []
    for number, (ids, values) in enumerate(files):
        path = folder / f"labels-{number}.parquet"
        pd.DataFrame({"order": ids, "y": values}).to_parquet(path)
        tables.append(LabelFile(path=path, name=path.name))
    return combine_labels(tables, "order", "y", folder)


def test_before_labels_there_is_an_estimate_that_they_confirm(tmp_path, version):
    chance, target = drawn(ROWS)
    file = batch(tmp_path, "june", chance, np.arange(ROWS))
    (before,) = measure_batches([file], [version], None, "order").records
    assert (before.labelled, before.measured) == (0, {})
    expected = before.estimated["roc_auc"]
    late = labels(tmp_path, (np.arange(ROWS), target))
    scored = ScoredFile(record=before, predictions=file.predictions)
    (after,) = measure_batches([scored], [version], tmp_path / late.file.name, "order").records
    assert after.estimated == before.estimated
    assert after.labelled == after.matched == ROWS
    assert expected.low < after.measured["roc_auc"].value < expected.high
    assert set(after.measured) == {"roc_auc", "log_loss", "accuracy", "f1_macro"}


def test_partial_labels_are_compared_with_the_estimate_of_the_same_rows(tmp_path, version):
    """Only the rows that are predicted most surely get labels."""
    chance, target = drawn(ROWS)
    sure = np.flatnonzero(np.abs(chance - 0.5) > 0.4)
    some = labels(tmp_path, (sure, target[sure]))
    files = [batch(tmp_path, "june", chance, np.arange(ROWS))]
    (found,) = measure_batches(files, [version], tmp_path / some.file.name, "order").records
    assert found.labelled == len(sure)
    assert found.estimated_labelled["accuracy"].value > found.estimated["accuracy"].value + 0.1
    low, high = (getattr(found.estimated_labelled["accuracy"], end) for end in ("low", "high"))
    assert low <= found.measured["accuracy"].value <= high


def test_the_newest_label_of_an_id_counts_whatever_the_format_of_the_ids(tmp_path, version):
    ids = [str(i) for i in range(ROWS)]
    first = ([float(i) for i in range(ROWS)], ["no"] * ROWS)
    second = ([f" {i}" for i in range(100)], ["yes"] * 50 + [None] * 50)
    both = labels(tmp_path, first, second)
    assert (both.rows, both.corrected, both.missing) == (ROWS, 50, 50)
    files = [batch(tmp_path, "june", np.full(ROWS, 0.4), ids)]
    found = measure_batches(files, [version], tmp_path / both.file.name, "order")
    assert found.records[0].measured["accuracy"].value == pytest.approx(1 - 50 / ROWS)


def test_labels_that_cannot_be_scored_are_counted(tmp_path, version):
    chance, target = drawn(100)
    target[:10] = "maybe"
    ids = np.arange(100)
    june, july = (batch(tmp_path, name, chance, ids) for name in ("june", "july"))
    nameless = batch(tmp_path, "may", chance, ids)
    pd.DataFrame(proba(chance)).to_parquet(nameless.predictions)
    given = labels(tmp_path, (np.arange(130), [*target, *["no"] * 30]))
    files = [nameless, june, july]
    found = measure_batches(files, [version], tmp_path / given.file.name, "order")
    assert (found.unmatched, found.repeated, found.without_ids) == (30, 100, ["may"])
    assert [r.labelled for r in found.records] == [0, 90, 90]
    assert [r.matched for r in found.records] == [0, 100, 100]


def test_a_challenger_in_shadow_is_compared_on_the_same_labelled_rows(tmp_path, version):
    chance, target = drawn(ROWS)
    ids = np.arange(ROWS)
    worse = np.clip(chance + RNG.normal(0, 0.4, ROWS), 0.01, 0.99)
    challenger = version.model_copy(update={"version": "2"})
    files = [
        batch(tmp_path, "june", chance, ids),
        batch(tmp_path, "june", worse, ids, version="2", role="challenger"),
        batch(tmp_path, "july", worse, ids, version="2", role="challenger", sha="b"),
    ]
    given = labels(tmp_path, (ids[:300], target[:300]))
    found = measure_batches(files, [version, challenger], tmp_path / given.file.name, "order")
    assert found.comparison.other == "champion, version 1"
    assert (found.comparison.rows, found.comparison.verdict) == (300, "worse")


def test_a_file_without_the_id_or_the_target_is_refused_by_name(tmp_path):
    path = tmp_path / "late.parquet"
    pd.DataFrame({"order": [1], "z": [2]}).to_parquet(path)
    files = [LabelFile(path=path, name="late.csv")]
    with pytest.raises(PipeWeaveError, match=r"'late.csv' have no column `y`, which is the target"):
        combine_labels(files, "order", "y", tmp_path)
    with pytest.raises(PipeWeaveError, match=r"`id` in pipeweave\.yaml"):
        combine_labels(files, "key", "z", tmp_path)
