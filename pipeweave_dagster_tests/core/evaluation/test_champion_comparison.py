"""A new model is compared with the champion on rows that neither has learned from."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Evaluation
from pipeweave_dagster.core.evaluation import compare, promote
from pipeweave_dagster.core.evaluation.champion_comparison import Contender, run_comparison
from pipeweave_dagster.core.export import compare_models
from pipeweave_dagster.core.training import replay
from pipeweave_dagster_tests.factories import train_small_model
from pipeweave_dagster_tests.factories.registry import trained

RNG = np.random.default_rng(0)
ROWS = 200
LABELS = RNG.choice(["a", "b", "c"], ROWS)
FEATURES = pd.DataFrame({name: RNG.normal(size=ROWS) for name in "uvw"})


def contender(path, classes, sure, rows=None, columns="uvw", ids=None, features=FEATURES, **facts):
    """A model that gives the true class this probability, on these rows of the table."""
    rows = np.arange(ROWS) if rows is None else rows
    rows = rows[np.isin(LABELS[rows], classes)] if classes else rows
    file = {"target": LABELS[rows]}
    for name in classes:
        rest = (1 - sure) / max(1, len(classes) - 1)
        noise = RNG.normal(0, 0.01, len(rows))
        file[f"probability_{name}"] = np.where(LABELS[rows] == name, sure, rest) + noise
        file[f"baseline_{name}"] = 1 / len(classes)
    if ids is not None:
        file["row_id"] = ids[rows]
    kept = features[list(columns)].iloc[rows].reset_index(drop=True).add_prefix("feature:")
    pd.concat([pd.DataFrame(file), kept], axis=1).to_parquet(path, index=False)
    task = "binary" if len(classes) == 2 else "multiclass"
    metric = "roc_auc" if len(classes) == 2 else "log_loss"
    about = {"classes": classes, "features": list(columns), "task": task, "metric": metric}
    return Contender(trained("1", "m").model_copy(update={**about, **facts}), path)


def test_a_model_that_lost_a_column_is_compared_on_the_columns_of_both(tmp_path):
    champion = contender(tmp_path / "old", ["a", "b", "c"], 0.9)
    new = contender(tmp_path / "new", ["a", "b", "c"], 0.6, columns="uv")
    found = run_comparison(new, champion, "champion, version 1")
    assert (found.rows, found.of, found.verdict) == (ROWS, ROWS, "worse")
    assert found.changes == ["Unlike the champion of that time, it does not use 'w'."]
    assert found.obstacle == ""


def test_a_new_class_is_compared_on_the_classes_of_both(tmp_path):
    """Log losses of two and of three classes are no measure of each other."""
    champion = contender(tmp_path / "old", ["a", "b"], 0.8)
    new = contender(tmp_path / "new", ["a", "b", "c"], 0.75)
    found = run_comparison(new, champion, "champion, version 1")
    assert found.rows == int(np.isin(LABELS, ["a", "b"]).sum())
    assert found.verdict == "better"  # of a and b alone, it gives the true class more than 0.8
    assert found.obstacle == ""
    assert "It also predicts 'c', which the champion cannot" in found.changes[0]


@pytest.mark.parametrize(
    ("classes", "facts", "words"),
    [
        (["a", "b"], {}, "It cannot predict 'c', which the champion can."),
        (["a", "b", "c"], {"target": "z"}, "It predicts 'z', but the champion predicts 'y'"),
        ([], {}, "It predicts a number, but the champion predicts classes"),
    ],
)
def test_what_would_change_the_meaning_of_predictions_stays_challenger(
    tmp_path, classes, facts, words
):
    champion = contender(tmp_path / "old", ["a", "b", "c"], 0.6)
    new = contender(tmp_path / "new", classes, 0.95, **facts)
    found = run_comparison(new, champion, "champion, version 1")
    assert found.obstacle.startswith(words)
    assert found.changes[0] == found.obstacle
    scores = Evaluation(
        rows=ROWS, metric="log_loss", metrics={}, baseline={}, verdict="model", comparison=found
    )
    decision = promote(scores, scores)
    assert (decision.alias, decision.reason) == ("challenger", found.obstacle)


def test_names_of_columns_and_classes_are_bounded(tmp_path):
    many = {f"{'x' * 100}{i}": 0.5 for i in range(20)}
    champion = contender(tmp_path / "old", ["a", "b", "c"], 0.9, features=FEATURES.assign(**many),
                      columns=[*"uvw", *many])  # fmt: skip
    new = contender(tmp_path / "new", ["a", "b", "c"], 0.9)
    (sentence,) = run_comparison(new, champion, "").changes
    assert "and 15 more" in sentence
    assert len(sentence) < 400


def test_a_declared_id_identifies_rows_whatever_else_changed(tmp_path):
    ids = np.array([f"P{i}" for i in range(ROWS)])
    champion = contender(tmp_path / "old", ["a", "b", "c"], 0.8, ids=ids)
    other = FEATURES.rename(columns={"u": "p", "v": "q", "w": "r"}) * 7
    new = contender(tmp_path / "new", ["a", "b", "c"], 0.8, np.arange(50, ROWS), "pqr", ids, other)
    assert run_comparison(new, champion, "").rows == ROWS - 50
    unnamed = contender(tmp_path / "new2", ["a", "b", "c"], 0.8, columns="pqr", features=other)
    assert run_comparison(unnamed, champion, "").verdict == "not compared"


@pytest.fixture(scope="module")
def table():
    """600 rows; `strong` almost gives the target away, `weak` says a little."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"strong": rng.normal(size=600), "weak": rng.normal(size=600)})
    frame["noise"] = rng.normal(size=600)
    score = 3 * frame["strong"] + frame["weak"] + rng.normal(0, 0.5, 600)
    frame["y"] = np.where(score > 0, "yes", "no")
    return frame


def fit(frame, folder, **more):
    folder.mkdir()
    spec, model, out = train_small_model(
        frame, "y", "binary", folder, families=["linear"], positive="yes", **more
    )
    return spec, model, out / "test_rows.parquet", folder / "data.parquet", out


@pytest.mark.slow
def test_a_file_that_lost_its_best_column_does_not_become_champion(table, tmp_path):
    _, old, old_rows, *_ = fit(table, tmp_path / "old")
    lost = table.drop(columns="strong")
    by_hash = fit(lost, tmp_path / "by_hash")
    few = compare(by_hash[1], by_hash[2], old, old_rows, "champion")
    assert few.rows < 0.4 * by_hash[1].rows_test
    spec, new, rows, data, out = fit(lost, tmp_path / "new", tested_like=old_rows)
    found = compare(new, rows, old, old_rows, "champion")
    assert found.rows > 0.95 * old.rows_test
    assert found.verdict == "worse"
    assert new.rows_test < 0.25 * len(table)
    again = tmp_path / "again"
    again.mkdir()
    replay(spec, new, data, again, tested_like=old_rows)
    assert compare_models(out / "model.skops", again / "model.skops", rows).equal


@pytest.mark.slow
def test_the_champion_scores_new_rows_that_it_has_never_seen(table, tmp_path):
    """A monthly file shares no row with the one before."""
    _, old, old_rows, old_data, old_out = fit(table[:300], tmp_path / "old")
    _, new, rows, data, _ = fit(table[250:].reset_index(drop=True), tmp_path / "new")
    few = compare(new, rows, old, old_rows, "champion")
    tables = {"table": data, "champion_table": old_data}
    model = old_out / (old.evaluated or old.model).name
    found = compare(new, rows, old, old_rows, "champion", **tables, champion_model=model)
    assert few.rows < 30
    assert few.verdict == "not compared"
    positions = pd.read_parquet(rows)["row"]
    assert found.rows == int((positions >= 50).sum()) + few.rows
    assert found.verdict in ("not distinguishable", "better")
