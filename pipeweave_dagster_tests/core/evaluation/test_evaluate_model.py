"""An evaluation and its card show groups, costs and dependence."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, SplitGap
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster_tests.factories import evaluate_small_model, train_small_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with costs and a sensitive column that is no feature."""
    folder = tmp_path_factory.mktemp("assessed")
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"x": rng.normal(size=700), "town": rng.choice(list("abc"), 700)})
    frame["sex"] = rng.choice(["f", "m"], 700)
    score = 2 * frame["x"] + (frame["town"] == "a") + rng.normal(0, 1, 700)
    frame["y"] = np.where(score > 0.8, "yes", "no")
    settings = DatasetSettings(
        sensitive=["sex"],
        costs={"false_positive": 1, "false_negative": 8},
        columns={"sex": {"drop": True}},
    )
    parts = train_small_model(frame, "y", "binary", folder, families=["xgboost", "lightgbm"],
                    settings=settings, positive="yes")  # fmt: skip
    return frame, parts, evaluate_small_model(*parts)


def test_the_evaluation_and_its_card_tell_groups_cost_and_dependence(model):
    _, (spec, found, out), report = model
    assert "sex" not in spec.features
    assert [f.column for f in report.fairness] == ["sex"]
    assert sum(g.rows for g in report.fairness[0].groups) == report.rows
    assert found.threshold < 0.4
    scored = pd.read_parquet(out / "test_rows.parquet")
    told = scored["probability_yes"] >= found.threshold
    assert (told == (scored["prediction"] == "yes")).all()
    card = (out / "evaluation" / "model_card.md").read_text()
    assert "Groups of sex" in card
    assert "Mean cost of a test row" in card
    assert (
        f"from a probability of {found.threshold:.3g} on, the threshold with the least cost" in card
    )
    assert "Uses of these test rows: 1." in card
    by_x = next(d for d in report.dependence if d.column == "x")
    assert by_x.mean[0] < 0.2 < 0.8 < by_x.mean[-1]
    assert any(plot.name == "dependence_x" for plot in report.plots)
    assert next(iter(report.contributions)) == "x"


def test_the_card_shows_what_other_splits_give(model):
    _, (spec, found, _), report = model
    gap = SplitGap(
        kind="group", column="shop", metric="roc_auc", random=0.91, honest=0.72, gap=0.19,
        low=0.11, high=0.27, rows=700, significant=True, used=True,
    )  # fmt: skip
    unused = gap.model_copy(update={"used": False, "significant": False, "column": "town"})
    card = model_card(found, spec, report.model_copy(update={"structure": [gap, unused]}))
    assert "| group shop | roc_auc 0.91 | 0.72 | 0.19 (0.11 to 0.27) | 700 | used for" in card
    assert "| group town | roc_auc 0.91 | 0.72 | 0.19 (0.11 to 0.27) | 700 | not sig" in card
