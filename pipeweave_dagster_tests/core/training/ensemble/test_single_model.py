"""One model in place of an ensemble, for serving."""

import re

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import final_model, replay
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.ensemble import build, single_model
from pipeweave_dagster.core.training.ensemble.single_model import find_single
from pipeweave_dagster.core.training.search.cv_result import new_result
from pipeweave_dagster.core.training.search.ensemble_policy import EnsemblePolicy
from pipeweave_dagster_tests.factories import make_pipeline, train_small_model, write_parquet


@pytest.fixture(scope="module")
def training_set(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=2_000)})
    frame["y"] = frame["x"] + rng.normal(0, 0.5, len(frame))
    spec = make_pipeline(frame, "y", "regression")
    data = write_parquet(frame, tmp_path_factory.mktemp("table"))
    return make_training_set(spec, read_table(spec, data), 0)


@pytest.fixture
def made(training_set):
    """Return candidates whose errors are those of the ensemble, and some more."""
    rng = np.random.default_rng(1)
    y = training_set.problem.y
    ensemble = y + rng.normal(0, 0.5, len(y))

    def candidate(family, further):
        result = new_result(Candidate(family, family), FoldCache(training_set.problem))
        result.oof = ensemble + rng.normal(0, further, len(y))
        return result

    return (ensemble, 3), candidate


def found(training_set, candidates, ensemble, most=8):
    return find_single(training_set, candidates, ensemble, EnsemblePolicy(single_candidates=most))


def test_a_candidate_that_cannot_be_told_from_the_ensemble_replaces_it(training_set, made):
    ensemble, candidate = made
    single = found(training_set, [candidate("linear", 0.3), candidate("xgboost", 0.01)], ensemble)
    assert single.replaces
    assert single.result.candidate.name == "xgboost"
    assert single.members == 3
    assert single.comparison.low < 0 < single.comparison.high


def test_the_ensemble_stays_where_every_candidate_is_worse(training_set, made):
    ensemble, candidate = made
    worst, best = candidate("linear", 0.4), candidate("xgboost", 0.3)
    single = found(training_set, [worst, best], ensemble)
    assert not single.replaces
    assert single.comparison.verdict == "worse"
    assert single.result is best


def test_a_large_model_replaces_it_only_where_no_small_one_does(training_set, made):
    ensemble, candidate = made
    forest, trees = candidate("random_forest", 0.001), candidate("lightgbm", 0.01)
    assert found(training_set, [forest, trees], ensemble).result is trees
    worse = candidate("lightgbm", 0.3)
    assert found(training_set, [forest, worse], ensemble).result is forest


def test_rows_that_a_candidate_was_not_scored_on_are_left_out(training_set, made):
    ensemble, candidate = made
    result = candidate("linear", 0.01)
    result.oof[100:] = np.nan
    assert found(training_set, [result], ensemble).comparison.rows == 100
    result.oof[10:] = np.nan  # too few for a test
    assert found(training_set, [result], ensemble) is None


def test_no_test_is_made_after_the_first_success(training_set, made, monkeypatch):
    ensemble, candidate = made
    compared = []
    real = single_model.paired
    monkeypatch.setattr(single_model, "paired", lambda *a, **k: compared.append(1) or real(*a, **k))
    equal = [candidate(family, 0.01) for family in ("lightgbm", "xgboost", "linear")]
    assert found(training_set, equal, ensemble).result is equal[0]
    assert len(compared) == 1


def test_nothing_is_compared_without_candidates(training_set, made):
    assert found(training_set, [made[1]("linear", 0.0)], made[0], most=0) is None


def table(rows=400):
    """Return a table from which an ensemble of two candidates is made."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
    signal = frame["a"] + np.sin(3 * frame["b"]) + rng.normal(0, 0.7, rows)
    return frame.assign(y=np.where(signal > 0, "yes", "no"))


def trained_for(purpose, folder, **more):
    folder.mkdir()
    settings = DatasetSettings(train_for=purpose)
    families = ["linear", "xgboost"]
    made = {"settings": settings, "families": families, **more}
    return train_small_model(table(), "y", "binary", folder, **made)


@pytest.mark.slow
def test_a_model_for_serving_is_fitted_once_and_replayed(tmp_path):
    spec, model, out = trained_for("serving", tmp_path / "serving")
    (member,) = model.recipe
    assert (member.weight, member.fold, member.seed) == (1.0, -1, 0)
    assert (model.winner, model.stack) == (member.name, None)
    (note,) = [note for note in model.notes if "For serving" in note]
    assert model.serving_note == note
    assert f"`{member.name}` alone replaces an ensemble of 2" in note
    assert re.search(r": in \w+ it is \S+ (better|worse) \(95 % interval: ", note)
    assert " MB and " in note
    # What was scored on the test rows is one fit, too, and not a mean over the folds.
    tested, final = (load_bundle(out / f"{name}.skops") for name in ("evaluated", "model"))
    assert len(tested["members"]) == len(final["members"]) == 1
    replay(spec=spec, trained=model, data=tmp_path / "serving" / "data.parquet", out=tmp_path)
    before, after = (raw_scores(load_bundle(p / "model.skops"), table()) for p in (out, tmp_path))
    np.testing.assert_array_equal(before, after)


@pytest.mark.slow
def test_an_ensemble_that_stays_says_what_it_costs(tmp_path, monkeypatch):
    monkeypatch.setattr(single_model, "_ACCEPTED", ())  # every candidate counts as worse
    _, model, _ = trained_for("serving", tmp_path / "serving")
    assert model.winner == "ensemble"
    (note,) = [note for note in model.notes if "wanted for serving" in note]
    assert model.serving_note == note
    assert "The ensemble takes" in note
    assert note.count(" MB and ") == 2  # of the ensemble, and of the best candidate alone


@pytest.mark.slow
def test_one_that_is_left_for_lack_of_time_is_not_called_equal(tmp_path, monkeypatch):
    """Nor a mean over folds, where there was no time to fit it on all rows either."""
    monkeypatch.setattr(final_model, "refit", lambda *_: None)
    monkeypatch.setattr(single_model, "_ACCEPTED", ())
    monkeypatch.setattr(build, "drop_slow_predictors", lambda weighted, *_: [(weighted[0][0], 1.0)])
    _, model, out = trained_for("serving", tmp_path / "serving")
    (member,) = model.recipe
    assert (member.weight, member.fold, member.seed) == (1.0, 0, 0)
    assert any("the model of the first fold, which learned" in note for note in model.notes)
    assert not any("mean of" in note for note in model.notes)
    tested = load_bundle(out / "evaluated.skops") if model.evaluated != model.model else None
    assert tested is None or len(tested["members"]) == 1
    assert model.serving_note.startswith("There was time for only one model")
    assert any("There was time for only one model of the ensemble." in n for n in model.notes)
    assert not any("replaces" in note for note in model.notes)
