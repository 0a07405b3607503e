"""Training end to end on small tables: a model, or a refusal with a remedy."""

import time
import zipfile

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.prediction import predict
from pipeweave_dagster.core.training import SearchPolicy
from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster_tests.factories import evaluate_small_model, train_small_model, write_parquet

pytestmark = pytest.mark.slow


@pytest.fixture
def signal():
    rng = np.random.default_rng(5)
    x = rng.normal(size=400)
    town = rng.choice(["a", "b", "c"], 400)
    y = np.where(x + (town == "a") + rng.normal(0, 0.5, 400) > 0.5, "yes", "no")
    frame = pd.DataFrame({"x": x, "town": town, "when": pd.date_range("2020", periods=400), "y": y})
    frame.loc[::7, "x"] = np.nan
    frame.loc[::9, "town"] = None
    return frame


def test_classes_of_penguins(examples, tmp_path):
    frame = pd.read_csv(examples / "penguins.csv")
    spec, model, out = train_small_model(frame, "species", "multiclass", tmp_path)
    assert model.verdict == "model"
    assert model.classes == ["Adelie", "Chinstrap", "Gentoo"]
    assert model.rows_train + model.rows_test == len(frame)
    report = evaluate_small_model(spec, model, out)
    score, constant = report.metrics["log_loss"], report.baseline["log_loss"]
    assert score.low <= score.value <= score.high < constant.low
    assert {"confusion", "importance"} <= {plot.name for plot in report.plots}
    assert sum(len(plot.svg) for plot in report.plots) < 100_000


def test_values_of_student_grades(examples, tmp_path):
    frame = pd.read_csv(examples / "student_math.csv")
    spec, model, out = train_small_model(frame, "G3", "regression", tmp_path)
    report = evaluate_small_model(spec, model, out)
    assert report.metrics["rmse"].value < report.baseline["rmse"].value / 1.5
    card = (out / "evaluation" / "model_card.md").read_text()
    assert "baseline (constant)" in card
    ranked, others = card.split("Not significantly different from zero")
    assert "| G2 |" in ranked  # the grade before the last one predicts it
    assert others.count("(-") > 5  # intervals that include 0


def test_the_model_file_holds_no_pickle_and_refuses_unknown_types(signal, tmp_path):
    _, _, out = train_small_model(signal, "y", "binary", tmp_path, families=["linear"])
    file = out / "model.skops"
    names = zipfile.ZipFile(file).namelist()
    assert not [n for n in names if n.endswith((".pkl", ".pickle"))]
    from skops.io import dump

    dump({"members": [zipfile.ZipInfo]}, tmp_path / "bad.skops")
    with pytest.raises(Exception, match="Untrusted"):
        load_bundle(tmp_path / "bad.skops")
    trace = tmp_path / "was-run"
    (tmp_path / "pickle.skops").write_bytes(f"cos\nsystem\n(S'touch {trace}'\ntR.".encode())
    with pytest.raises(zipfile.BadZipFile):
        load_bundle(tmp_path / "pickle.skops")
    assert not trace.exists()


def test_nothing_is_fitted_on_test_rows(tmp_path):
    """A canary: every row has its own word, and the words of test rows are nowhere in the model."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "word": [f"w{i}" for i in range(300)],
            "x": rng.normal(size=300),
        }
    )
    frame["y"] = (frame["x"] > 0).astype(int)
    _, _, out = train_small_model(
        frame, "y", "binary", tmp_path, families=["xgboost"], types={"word": "categorical"}
    )
    test_words = set(pd.read_parquet(out / "test_rows.parquet")["feature:word"])
    known = words_of(load_bundle(out / "evaluated.skops"))
    assert len(test_words) > 30
    assert not known & test_words
    assert len(known) == 300 - len(test_words)
    assert len(words_of(load_bundle(out / "model.skops"))) == 300  # refitted on all rows


def words_of(bundle):
    encoders = [
        member["pipeline"]["features"].named_transformers_["means"] for member in bundle["members"]
    ]
    return {word for encoder in encoders for word in encoder.categories_[0]}


def test_scoring_accepts_reordered_further_and_missing_columns(signal, tmp_path):
    _, model, out = train_small_model(signal, "y", "binary", tmp_path, families=["linear"])
    batch = signal.drop(columns=["town"]).assign(extra=1)[["extra", "when", "x", "y"]]
    (tmp_path / "scored").mkdir()
    (tmp_path / "batch").mkdir()
    data = write_parquet(batch, tmp_path / "batch")
    found = predict(model=out / "model.skops", trained=model, data=data, out=tmp_path / "scored")
    assert (found.missing_columns, found.ignored_columns) == (["town"], ["extra", "y"])
    table = pd.read_parquet(tmp_path / "scored" / "predictions.parquet")
    assert list(table.columns) == ["row_id", "prediction", "probability_no", "probability_yes"]
    assert list(table["row_id"]) == list(range(400))
    assert sum(found.counts.values()) == 400


def test_scoring_equals_the_test_rows_that_training_wrote(signal, tmp_path):
    _, _, out = train_small_model(signal, "y", "binary", tmp_path, families=["lightgbm"])
    from pipeweave_dagster.core.model.bundle_scores import score

    rows = pd.read_parquet(out / "test_rows.parquet")
    features = rows.filter(like="feature:").rename(columns=lambda c: c.removeprefix("feature:"))
    again = score(load_bundle(out / "evaluated.skops"), features)
    np.testing.assert_allclose(again["probability_yes"], rows["probability_yes"], atol=1e-12)


def test_a_second_training_gives_the_same_model(signal, tmp_path):
    files = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        _, _, out = train_small_model(signal, "y", "binary", tmp_path / name, families=["lightgbm"])
        files.append(pd.read_parquet(out / "test_rows.parquet"))
    pd.testing.assert_frame_equal(*files)


@pytest.mark.parametrize(
    ("name", "target", "task"),
    [
        ("breast_cancer", -1, "binary"),
        ("wine", -1, "multiclass"),
        ("penguins", 0, "multiclass"),
        ("student_math", -1, "regression"),
        ("penguins_raw", "Body Mass (g)", "regression"),
    ],
)
def test_a_shuffled_target_has_no_signal(name, target, task, examples, tmp_path):
    frame = pd.read_csv(examples / f"{name}.csv")
    target = target if isinstance(target, str) else frame.columns[target]
    frame = frame[frame[target].notna()].reset_index(drop=True)
    frame[target] = np.random.default_rng(11).permutation(frame[target])
    _, model, _ = train_small_model(frame, target, task, tmp_path, families=["linear", "lightgbm"])
    assert model.verdict == "no signal"
    # What may be chance is shrunk half-way toward the baseline, and a note tells.
    baseline = sum(part.weight for part in model.recipe if part.family == "dummy")
    assert baseline in (0.5, 1.0)
    assert any("halfway" in note for note in model.notes)


def test_a_spent_budget_still_gives_a_usable_model(signal, tmp_path):
    _, model, out = train_small_model(
        signal, "y", "binary", tmp_path, budget_s=5, started=time.monotonic() - 60
    )
    fits = {trial.name: trial.note for trial in model.leaderboard}
    assert fits == {"dummy": "", "linear": "1 of 3 folds"}, "nothing but one fold is fitted"
    assert model.winner == "linear"
    assert any("no time to try xgboost" in note for note in model.notes)
    assert (out / "model.skops").exists()


def test_rare_classes_and_tiny_tables(tmp_path):
    frame = pd.DataFrame(
        {"x": np.arange(24.0), "k": list("abcd") * 6, "y": ["u"] * 12 + ["v"] * 11 + ["w"]}
    )
    spec, model, out = train_small_model(
        frame, "y", "multiclass", tmp_path, families=["linear", "xgboost", "random_forest"]
    )
    assert model.classes == ["u", "v", "w"]
    note = "1 class has fewer than five training rows, so its scores are unreliable: w."
    assert note in model.notes
    assert evaluate_small_model(spec, model, out).rows == model.rows_test


@pytest.mark.parametrize(
    ("values", "task", "words"),
    [
        (["a"] * 50, "binary", "is constant"),
        ([None] * 50, "binary", "Every value of the target"),
        (["a", "b", *[None] * 48], "binary", "Only 2 rows"),
        ([str(i) for i in range(50)], "multiclass", "at most one of them has two rows"),
        (["words"] * 50, "regression", "missing or not a number"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_a_remedy(values, task, words, tmp_path):
    frame = pd.DataFrame({"x": np.arange(50.0), "y": pd.Series(values, dtype=object)})
    with pytest.raises(PipeWeaveError, match=words) as caught:
        train_small_model(frame, "y", task, tmp_path)
    assert caught.value.code == "VALIDATION_ERROR"
    assert caught.value.fix


def test_a_very_large_table_is_sampled_with_a_note(signal, tmp_path):
    policy = SearchPolicy(data=DataLimits(max_cells=1_000, min_sample_rows=100))
    _, model, _ = train_small_model(
        signal, "y", "binary", tmp_path, families=["linear"], policy=policy
    )
    assert model.rows_train + model.rows_test == 250
    assert "Learned from a random sample of 250 of 400 rows." in model.notes


def test_one_row_is_refused(tmp_path):
    frame = pd.DataFrame({"x": [1.0], "z": [2.0], "y": ["a"]})
    with pytest.raises(PipeWeaveError, match="Only 1 row with a known target"):
        train_small_model(frame, "y", "binary", tmp_path)


def test_time_order_in_which_the_first_rows_are_of_one_class(signal, tmp_path):
    settings = DatasetSettings(split={"time": "when"})
    frame = signal.sort_values("y", ignore_index=True).assign(when=signal["when"])
    _, model, _ = train_small_model(
        frame, "y", "binary", tmp_path, families=["linear"], budget_s=20, settings=settings
    )
    assert model.leaderboard[0].state != "failed"
    assert any("last rows by `when`" in note for note in model.notes)


def test_weights_count_in_fits_and_scores_with_a_note(signal, tmp_path):
    frame = signal.assign(w=np.where(signal["y"] == "yes", 50.0, 1.0))
    spec, model, out = train_small_model(
        frame, "y", "binary", tmp_path, families=["linear"], roles={"w": "weight"}
    )
    assert spec.weight == "w"
    assert "w" not in spec.features
    scored = pd.read_parquet(out / "test_rows.parquet")
    assert scored["probability_yes"].mean() > 0.8 > (scored["target"] == "yes").mean()
    found = evaluate_small_model(spec, model, out)
    right = scored["prediction"] == scored["target"]
    counted = np.average(right, weights=scored["weight"])
    assert found.metrics["accuracy"].value == pytest.approx(counted)
    assert counted > right.mean() + 0.02
    assert any("weighted by `w`" in note for note in found.notes)
    assert "are weighted by" in (out / "evaluation" / "model_card.md").read_text()


def test_scores_that_few_test_rows_decide_get_a_note(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    frame = pd.DataFrame({"x": x, "y": x + np.where(np.arange(400) % 40 == 0, 50.0, 0.1) * x})
    settings = DatasetSettings(task="regression")
    found = evaluate_small_model(
        *train_small_model(
            frame, "y", "regression", tmp_path, families=["linear"], settings=settings
        )
    )
    assert any("RMSE and R2 are too narrow" in note for note in found.notes)


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan])
def test_weights_that_leave_no_row_are_refused(signal, tmp_path, weight):
    with pytest.raises(PipeWeaveError, match="weight `w`"):
        train_small_model(signal.assign(w=weight), "y", "binary", tmp_path, roles={"w": "weight"})


def test_hostile_names_and_values_go_through(tmp_path):
    rng = np.random.default_rng(2)
    names = ['a"b', "x[0]<y>", "</svg><script>", "prediction", "feature:target", "row_id"]
    frame = pd.DataFrame(rng.normal(size=(120, 6)), columns=names)
    frame["target"] = np.where(frame["prediction"] > 0, "<b>|yes", "no\n")
    spec, model, out = train_small_model(
        frame, "target", "binary", tmp_path, families=["linear", "lightgbm"]
    )
    report = evaluate_small_model(spec, model, out)
    assert report.metrics["roc_auc"].value > 0.8
    assert not [plot for plot in report.plots if "<script" in plot.svg or "<b>" in plot.svg]
    card = (out / "evaluation" / "model_card.md").read_text()
    assert "\\<script\\>" in card
    assert "<script" not in card.replace("\\<", "")
