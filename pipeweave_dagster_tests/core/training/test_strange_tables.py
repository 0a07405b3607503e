"""Ten strange tables through the search: labels, figures and champions stay what they should be."""

import re

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.core.evaluation.promotion import promote
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import score
from pipeweave_dagster.core.metrics.scored_test import read_scored_test
from pipeweave_dagster_tests.core.training.file_model import model_of, predictions

# Ten searches with their evaluations: half a minute.
pytestmark = pytest.mark.soak
ROWS = 240
LONG = 2**53
_RNG = np.random.default_rng(7)
X, Z = _RNG.normal(size=(2, ROWS))
NOISE = _RNG.normal(0, 0.3, ROWS)
HIGH = X + NOISE > 0
OUTLIER = np.where(np.arange(ROWS) % 83 == 5, 1e12, 0.0)


def labels(*names):
    """Return one label per row, by x and noise: x alone would be taken for a leak."""
    size = X + 2 * NOISE
    places = np.searchsorted(np.quantile(size, np.linspace(0, 1, len(names) + 1)[1:-1]), size)
    return np.array(names, dtype=object)[places]


CLASSES = {
    "True and False": {"y": labels("False", "True")},
    "1.0, 2.0 and 3.0": {"y": labels("1.0", "2.0", "3.0")},
    "codes beyond 2^53 as labels": {"y": labels(str(LONG + 1), str(LONG + 2))},
    "NA words among the labels": {"y": labels("none", "some", "NA")},
    "codes beyond 2^53 that decide": {
        "code": [str(LONG + 1 + int(high)) for high in HIGH],
        "y": np.where(HIGH, "yes", "no"),
    },
}
VALUES = {
    "three outliers": {"y": 3 * X + NOISE + OUTLIER},
    "one outlier below": {"y": X + NOISE - 1e9 * (np.arange(ROWS) == 17)},
    "a heavy tail": {"y": np.exp(4 * X + NOISE)},
    "weights of nine orders": {"w": 10.0 ** _RNG.integers(-3, 6, ROWS), "y": 3 * X + NOISE},
    "no relation but outliers": {"y": NOISE + OUTLIER},
}


def searched(added, folder, **settings):
    """Return the text of a table, its model and its evaluation."""
    text = pd.DataFrame({"x": X, "z": Z, **added}).to_csv(index=False)
    settings |= {"weight": "w"} if "w" in added else {}
    model = model_of(text, folder, families=("linear", "lightgbm", "neighbours"), **settings)
    shown = folder / "shown"
    shown.mkdir()
    evaluation = evaluate(
        trained=model.trained,
        spec=model.spec,
        model=model.out / model.trained.evaluated.name,
        test_rows=model.out / "test_rows.parquet",
        out=shown,
    )
    card = (shown / "model_card.md").read_text()
    return text, model, evaluation, [card, *model.trained.notes, *evaluation.notes]


def check(model, evaluation, texts):
    """No score above its largest value is told, and no champion is worse than the baseline."""
    told = [float(f) for text in texts for f in re.findall(r"\br2[^\w-]{1,5}(-?\d[\d.e+-]*)", text)]
    assert max(told, default=0.0) <= 1
    tested = read_scored_test(model.trained, model.out / "test_rows.parquet")
    ours, constant = (
        score(model.trained.metric, tested.y, output, tested.weight)
        for output in (tested.output, tested.baseline)
    )
    if ours is None or constant is None:
        return
    is_better = (ours > constant) == GREATER_IS_BETTER[model.trained.metric]
    assert is_better or promote(evaluation, None).alias == "none"


@pytest.mark.parametrize("name", CLASSES)
def test_labels_come_back_as_they_were(name, tmp_path):
    columns = CLASSES[name]
    task = "binary" if len(set(columns["y"])) == 2 else "multiclass"
    # Where other placeholders are listed, NA is a label like any other.
    settings = {"columns": {"y": {"missing": ["-"]}}} if "NA" in set(columns["y"]) else {}
    text, model, evaluation, texts = searched(columns, tmp_path, task=task, **settings)
    check(model, evaluation, texts)
    assert model.trained.verdict == "model"
    folder = tmp_path / "scored"
    folder.mkdir()
    rows, lines = predictions(model, text, folder)
    for found in (rows, lines):
        hits = [row["prediction"] == label for row, label in zip(found, columns["y"], strict=True)]
        assert np.mean(hits) > 0.6


@pytest.mark.parametrize("name", VALUES)
def test_no_figure_is_above_its_largest_value(name, tmp_path):
    _, model, evaluation, texts = searched(VALUES[name], tmp_path, task="regression")
    check(model, evaluation, texts)
    assert any("r2" in text for text in texts)
    if name == "weights of nine orders":
        assert model.trained.verdict == "model"
