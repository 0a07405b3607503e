"""The trained model: whole, small, quick, and right on clear columns."""

import subprocess
import sys
import time

import numpy as np
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.schema.type_model import forests
from pipeweave_dagster.core.schema.type_model.features import Evidence


def column(name, samples, rows=1000, distinct=900, mean=0.0, std=0.0, low=0.0, high=0.0):
    return Evidence(name, rows, 0, distinct, mean, std, low, high, samples)


CLEAR = [
    (
        "numeric",
        column(
            "temperature",
            ["21.53", "19.2", "18.77", "22.1", "20.0"],
            1000,
            600,
            20.1,
            3.2,
            5.0,
            38.0,
        ),
    ),
    ("categorical", column("gender", ["male", "female", "male", "male", "female"], 1000, 2)),
    (
        "datetime",
        column(
            "created_at", ["2020-01-03", "2020-02-04", "2019-07-01", "2018-01-01", "2020-03-03"]
        ),
    ),
    ("url", column("image_url", [f"http://example.com/{i}.jpg" for i in range(5)], 1000, 1000)),
    (
        "embedded-number",
        column("price", ["$12.50", "$3.00", "$99.99", "$1,200.00", "$7.25"], 1000, 300),
    ),
    (
        "sentence",
        column(
            "review", ["I loved this movie, it was great and I would see it again."] * 5, 1000, 990
        ),
    ),
]


def test_clear_columns():
    chances = forests.predict_proba([c for _, c in CLEAR])
    found = [forests.CLASSES[i] for i in chances.argmax(1)]
    assert found == [label for label, _ in CLEAR]
    assert np.allclose(chances.sum(1), 1)


def test_size_and_speed():
    assert forests.PATH.stat().st_size < 1_000_000
    columns = [c for _, c in CLEAR] * 17
    forests.predict_proba(columns[:1])
    start = time.process_time()
    forests.predict_proba(columns[:100])
    assert time.process_time() - start < 1.0


def test_scores_are_the_same_again_and_no_columns_have_none():
    columns = [c for _, c in CLEAR]
    assert np.array_equal(forests.predict_proba(columns), forests.predict_proba(columns))
    assert forests.predict_proba([]).shape == (0, len(forests.CLASSES))


def test_trees_are_followed_to_their_leaves():
    model = {
        "feature": np.array([0, -1, 1, -1, -1], np.int16),
        "threshold": np.array([0.5, 1.0, 7.0, 2.0, 4.0], np.float32),
        "right": np.array([2, 0, 2, 0, 0], np.uint8),
    }
    roots = np.zeros(len(forests.CLASSES), np.int32)
    inputs = np.array([[0.5, 9.0], [0.6, 7.0], [0.6, 7.5]], np.float32)
    assert forests._trees(inputs, roots, model)[:, 0].tolist() == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_columns_are_classified_alike_in_parts_of_any_size(monkeypatch, at_once):
    columns = [c for _, c in CLEAR]
    together = forests.predict_proba(columns)
    monkeypatch.setattr(forests, "_COLUMNS_AT_ONCE", at_once)
    assert np.array_equal(forests.predict_proba(columns), together)


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "type_model.npz"
    path.write_bytes(forests.PATH.read_bytes()[:-1] + b"x")
    path.with_suffix(".sha256").write_text(forests.PATH.with_suffix(".sha256").read_text())
    monkeypatch.setattr(forests, "PATH", path)
    forests.load_model.cache_clear()
    with pytest.raises(PipeWeaveError, match="differs from the released one"):
        forests.predict_proba([CLEAR[0][1]])
    forests.load_model.cache_clear()


def test_no_boosting_library_is_imported():
    code = (
        "import sys\nfrom pipeweave_dagster.core.schema.type_model import forests\n"
        "from pipeweave_dagster.core.schema.type_model.features import Evidence\n"
        "forests.predict_proba([Evidence('a', 5, 0, 5, 0, 0, 0, 0, ['x'])])\n"
        "assert not {'lightgbm', 'xgboost', 'sklearn', 'pandas'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_mean_of_two_models_is_that_of_their_logarithms():
    first, second = np.array([[0.0, 2.0]]), np.array([[1.0, 1.0]])
    average_log_proba = forests.softmax(forests.average_log_proba(first, second))
    assert np.allclose(average_log_proba, forests.softmax(np.array([[0.0, 1.0]])))
