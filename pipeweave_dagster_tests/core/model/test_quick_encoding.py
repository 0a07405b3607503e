"""Categories of many rows are encoded once per distinct value, with the same outputs."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder, TargetEncoder

from pipeweave_dagster.core.model.bundle_file import load_bundle, save_bundle
from pipeweave_dagster.core.model.column_values import as_text
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.model.quick_encoding import DistinctEncoding
from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.pipelines.transformers import transformer

ROWS = 4_000
ENTRIES: list[Any] = [{"name": n, "use": "categorical"} for n in ("few", "two", "many")]


def table(seed: int, new: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return columns of categories, some missing, with further ones that are new."""
    rng = np.random.default_rng(seed)
    few = rng.choice(np.array(["a", "b", " é", "", None, *new], dtype=object), ROWS)
    many = rng.choice(np.array([f"k{i}" for i in range(90)] + [None, *new], dtype=object), ROWS)
    return pd.DataFrame({"few": few, "two": rng.integers(0, 2, ROWS), "many": many})


def loaded(folder: Path, y: np.ndarray, task: Any) -> Any:
    """Return fitted features of a model, as they are once the model is loaded."""
    layout = Layout(numbers=(), few=("few", "two"), many=("many",), texts=())
    columns = transformer(layout, "tree", task, seed=0)
    columns.fit(prepare(table(0), ENTRIES), y)
    bundle = {"members": [{"pipeline": Pipeline([("features", columns)])}]}
    save_bundle(bundle, folder / "m.skops")
    return columns, load_bundle(folder / "m.skops")["members"][0]["pipeline"][0]


TARGETS = {
    "regression": np.arange(ROWS) * 0.37 % 11,
    "binary": np.arange(ROWS) * 7 % 3 == 0,
    "multiclass": np.arange(ROWS) * 7 % 3,
}


@pytest.mark.parametrize("task", TARGETS)
def test_outputs_are_those_of_every_row(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, fast = loaded(tmp_path, TARGETS[task], task)
    rows = prepare(table(1, ("new", "A")), ENTRIES)
    expected = plain.transform(rows)

    looked_up = []
    for kind in (OrdinalEncoder, TargetEncoder):

        def spy(self: Any, x: Any, real: Any = kind.transform) -> Any:
            looked_up.append(len(x))
            return real(self, x)

        monkeypatch.setattr(kind, "transform", spy)
    found = fast.transform(rows)

    np.testing.assert_array_equal(found, expected)
    assert max(looked_up) < 100


def test_few_rows_and_rows_that_all_differ_are_encoded_as_they_are(tmp_path: Path) -> None:
    plain, fast = loaded(tmp_path, TARGETS["regression"], "regression")
    own = table(2).assign(many=[f"own {i}" for i in range(ROWS)])
    for rows in (own, table(3)[:7], table(3).assign(few=None), table(3).iloc[:0]):
        if len(rows):
            features = prepare(rows, ENTRIES)
            np.testing.assert_array_equal(fast.transform(features), plain.transform(features))


@pytest.mark.parametrize(
    "values",
    [[1, 2, None], [1.5, 2.0, np.nan], [True, False, None], ["a", "", None], [None, None, None]],
)
def test_prepared_categories_of_many_rows_are_those_of_few(values: list[Any]) -> None:
    column = pd.Series(values * 1_000, name="few")
    many = prepare(column.to_frame(), ENTRIES[:1])["few"]
    few = prepare(column[:3].to_frame(), ENTRIES[:1])["few"]

    assert many.dtype == few.dtype == pd.Series(["text"]).dtype
    assert list(many[:3].fillna("?")) == list(few.fillna("?"))
    assert list(many.fillna("?")) == ["?" if t is None else t for t in as_text(column)]


def test_a_loaded_model_can_be_stored_again(tmp_path: Path) -> None:
    plain, fast = loaded(tmp_path, TARGETS["binary"], "binary")
    rows = prepare(table(4), ENTRIES)
    bundle = {"members": [{"pipeline": Pipeline([("features", fast)])}]}
    save_bundle(bundle, tmp_path / "again.skops")
    again = load_bundle(tmp_path / "again.skops")["members"][0]["pipeline"][0]

    for features in (again, fast):
        np.testing.assert_array_equal(features.transform(rows), plain.transform(rows))


def encoding(task: str, most: int) -> DistinctEncoding:
    """Return the encoding of one column by target means, which keeps at most so many texts."""
    encoder = TargetEncoder(random_state=0)
    encoder.fit(prepare(table(0), ENTRIES)[["many"]], TARGETS[task])
    return DistinctEncoding(encoder, most)


def of_texts(first: int, count: int) -> pd.DataFrame:
    """Return so many distinct texts, each often: known ones below 90, and unseen ones."""
    texts = [f"k{first + i % count}" for i in range(2_000)]
    return pd.DataFrame({"many": pd.Series(texts, dtype="str")})


@pytest.mark.parametrize("task", TARGETS)
def test_no_more_than_so_many_outputs_are_kept(task: str) -> None:
    quick, kept = encoding(task, most=101), []
    for first, count in ((0, 60), (50, 50), (60, 20), (40, 100), (0, 300), (80, 30)):
        rows = of_texts(first, count)
        expected = TargetEncoder.transform(quick.encoder, rows)
        np.testing.assert_array_equal(quick(rows), expected)
        kept.append(len(quick.kept[0].places) if quick.kept else 0)
        assert all(len(known.places) == len(known.outputs) for known in quick.kept)
    assert kept == [61, 101, 101, 0, 0, 31]  # a missing text counts


def test_texts_that_are_kept_are_not_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, looked_up = encoding("regression", most=1_000), []
    real = TargetEncoder.transform

    def spy(self: Any, x: Any) -> Any:
        looked_up.append(len(x))
        return real(self, x)

    monkeypatch.setattr(TargetEncoder, "transform", spy)
    quick(of_texts(0, 60))
    before = quick.kept
    for first in (0, 30, 10):
        quick(of_texts(first, 60))
    assert looked_up == [61, 30]
    assert len(before[0].places) == 61  # another thread may be using it
