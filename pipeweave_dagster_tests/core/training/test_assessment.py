"""What an evaluation tells beyond scores: segments, groups, cost, comparison, contributions."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Costs, DatasetSettings
from pipeweave_dagster.core.evaluation import compare
from pipeweave_dagster.core.evaluation.fairness import of_decisions, of_values
from pipeweave_dagster.core.evaluation.paired_test import paired
from pipeweave_dagster.core.evaluation.segments import weak_segments
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.metrics.all_metrics import calibration_error
from pipeweave_dagster.core.metrics.decision_costs import cheapest_threshold, mean_cost
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.model.serving import load_bundle, prepare
from pipeweave_dagster_tests.factories import evaluate_small_model, train_small_model


@pytest.fixture(scope="module")
def rows():
    """4,000 rows with a calibrated model of two classes, and columns that say nothing of errors."""
    rng = np.random.default_rng(3)
    p = rng.beta(1, 3, 4000)
    y = (rng.random(4000) < p).astype(int)
    features = pd.DataFrame(
        {"x": rng.normal(size=4000), "town": rng.choice(list("abcde"), 4000), "bad": "no"}
    )
    return y, p, features


def test_a_planted_weak_segment_comes_first_and_noise_names_none(rows):
    y, p, features = rows
    proba = np.c_[1 - p, p]
    assert weak_segments(ScoredTest(["n", "y"], y, proba, proba, features), "log_loss") == []
    planted = features.assign(bad=np.where(np.arange(4000) % 20 == 0, "yes", "no"))
    flipped = np.where(planted["bad"] == "yes", 1 - y, y)
    found = weak_segments(ScoredTest(["n", "y"], flipped, proba, proba, planted), "log_loss")
    assert (found[0].column, found[0].values, found[0].rows) == ("bad", "yes", 200)
    assert 0 < found[0].low < found[0].excess < found[0].high


def test_a_planted_segment_comes_before_a_large_one_that_is_only_harder_to_tell(rows):
    """As on Adult, where a third of the rows (the married) are less certain than the others."""
    rng = np.random.default_rng(5)
    _, _, features = rows
    married = rng.random(4000) < 0.4
    bad = rng.random(4000) < 0.05
    p = np.where(married, 0.45, 0.05)
    y = (rng.random(4000) < p).astype(int)
    y = np.where(bad & (rng.random(4000) < 0.5), 1 - y, y)
    told = features.assign(married=married.astype(str), bad=bad.astype(str))
    proba = np.c_[1 - p, p]
    found = weak_segments(ScoredTest(["n", "y"], y, proba, proba, told), "log_loss")
    assert [(s.column, s.values) for s in found] == [("bad", "True"), ("married", "True")]
    assert [s.low for s in found] == sorted((s.low for s in found), reverse=True)


def test_rates_of_groups_are_what_counting_gives_and_small_groups_are_not_compared():
    truth = np.array([1, 1, 0, 0] * 50 + [1, 0] * 60 + [1, 0] * 4, dtype=bool)
    told = np.array([1, 0, 1, 0] * 50 + [1, 0] * 60 + [0, 1] * 4, dtype=bool)
    groups = ["a"] * 200 + ["b"] * 120 + ["c"] * 8
    found = of_decisions("race", groups, truth, told)
    a, b, c = found.groups
    assert (a.true_positive.value, a.false_positive.value, a.selection.value) == (0.5, 0.5, 0.5)
    assert a.true_positive.low < 0.5 < a.true_positive.high
    assert (b.true_positive.value, b.false_positive.value) == (1.0, 0.0)
    assert [g.small for g in (a, b, c)] == [False, False, True]
    assert (found.parity_gap, found.odds_gap) == (0.0, 0.5)
    assert "c" in found.notes[0]


def test_values_of_groups_are_compared_by_their_mean_error():
    truth = np.zeros(120)
    said = np.r_[np.linspace(0.5, 1.5, 60), np.linspace(-1, 1, 60)]
    found = of_values("sex", ["f"] * 60 + ["m"] * 60, truth, said)
    biased, fair = found.groups
    assert biased.bias.value == pytest.approx(1.0)
    assert biased.bias.low > 0 > fair.bias.low


@pytest.mark.parametrize(("false", "missed"), [(1, 8), (8, 1), (1, 1), (0, 1)])
def test_the_threshold_is_the_cheapest_of_all(rows, false, missed):
    y, p, _ = rows
    positive, costs = y == 1, Costs(false_positive=false, false_negative=missed)
    brute = min(mean_cost(positive, p, at, costs) for at in [*np.unique(p), 1.1])
    assert mean_cost(positive, p, cheapest_threshold(positive, p, costs), costs) == pytest.approx(
        brute
    )


def test_models_that_differ_by_chance_alone_are_not_distinguishable(rows):
    y, p, _ = rows
    rng = np.random.default_rng(0)
    proba = np.c_[1 - p, p]
    same = 0
    for _ in range(20):
        noisy = [np.clip(p + rng.normal(0, 0.02, len(p)), 0.001, 0.999) for _ in range(2)]
        a, b = (np.c_[1 - q, q] for q in noisy)
        same += paired("log_loss", y, a, b, "b").verdict == "not distinguishable"
    assert same >= 17
    worse = np.c_[1 - p**3, p**3]
    assert paired("log_loss", y, proba, worse, "b").verdict == "better"
    assert paired("roc_auc", y, np.full((4000, 2), 0.5), proba, "b").verdict == "worse"
    assert paired("roc_auc", y[:20], proba[:20], proba[:20], "b").verdict == "not compared"


def test_calibration_error(rows):
    y, p, _ = rows
    assert calibration_error(y == 1, p) < 0.03
    assert calibration_error(y == 1, p**3) > 0.1
    sure = np.where(p > 0.5, 0.99, 0.01)  # two values only, both far from the truth
    told = [np.abs(s - y[sure == s].mean()) for s in (0.01, 0.99)]
    expected = np.average(told, weights=[(sure == s).sum() for s in (0.01, 0.99)])
    assert calibration_error(y == 1, sure) == pytest.approx(expected)


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
    assert f"from a probability of {found.threshold:.3g} on, as the costs ask" in card
    assert "Use 1 of these test rows" in card
    by_x = next(d for d in report.dependence if d.column == "x")
    assert by_x.mean[0] < 0.2 < 0.8 < by_x.mean[-1]
    assert any(plot.name == "dependence_x" for plot in report.plots)
    assert next(iter(report.contributions)) == "x"


def test_contributions_and_base_add_up_to_the_margin(model):
    frame, (_, found, out), _ = model
    bundle = load_bundle(out / "model.skops")
    table = frame[found.features].head(50)
    told = contributions(bundle, table)
    assert told.share == pytest.approx(1.0)
    features, margin, total = prepare(table, bundle["frame"]), 0.0, 0.0
    for member in bundle["members"]:
        columns, estimator = member["pipeline"]
        x = columns.transform(features)
        kind = "raw_score" if hasattr(estimator, "booster_") else "output_margin"
        predict = estimator.predict_proba if kind == "raw_score" else estimator.predict
        margin = margin + member["weight"] * np.asarray(predict(x, **{kind: True}))
        total += member["weight"]
    sums = told.values.sum(axis=1)[:, 0] + told.base[:, 0]
    # XGBoost adds up its trees in single precision.
    np.testing.assert_allclose(sums, margin / total, atol=1e-6 * max(1.0, np.abs(margin).max()))


def test_a_model_is_compared_with_another_on_the_rows_that_both_have(model, tmp_path):
    frame, (_, found, out), _ = model
    began = time.time()
    (tmp_path / "weak").mkdir()
    poor = frame.assign(x=0.0 * frame["x"] + np.arange(700) % 3)
    _, weak, weak_out = train_small_model(
        poor, "y", "binary", tmp_path / "weak", families=["linear"], positive="yes"
    )
    rows = "test_rows.parquet"
    same = compare(found, out / rows, found, out / rows, "itself")
    assert (same.rows, same.difference, same.verdict) == (
        found.rows_test,
        0.0,
        "not distinguishable",
    )
    other = compare(found, out / rows, weak, weak_out / rows, "weak")
    assert other.verdict in ("not compared", "better")
    assert time.time() - began < 60
