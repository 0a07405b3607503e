"""Reason codes: the columns that contribute most to each prediction, cheap and additive."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.explain import reasons
from pipeweave_dagster.core.explain.reasons import with_reasons
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.model import bundle_scores
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import score
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.prediction import predict
from pipeweave_dagster_tests.factories import train_small_model, write_parquet

pytestmark = pytest.mark.slow

ROWS = 1_000


COLUMNS = [f"reason_{k}{end}" for k in (1, 2, 3) for end in ("", "_effect")]


def table(rows=500):
    """Two columns decide, with opposite signs; two do not; some values are missing."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"up": rng.normal(size=rows), "town": rng.choice(list("abc"), rows)})
    frame["noise"], frame["down"] = rng.normal(size=rows), rng.normal(size=rows)
    frame["value"] = 3 * frame["up"] - 2 * frame["down"] + rng.normal(0, 0.2, rows)
    frame.loc[::11, "noise"] = None
    return frame


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def model(request, tmp_path_factory):
    folder, frame = tmp_path_factory.mktemp("reasons"), table()
    if request.param != "regression":
        labels = ["no", "yes"] if request.param == "binary" else ["low", "mid", "top"]
        frame["value"] = pd.qcut(frame["value"], len(labels), labels=labels).astype(str)
    families = ["linear", "lightgbm", "xgboost"]
    _, found, out = train_small_model(frame, "value", request.param, folder, families=families)
    return frame.drop(columns="value"), found, out


def told(model, rows, folder, *, explain=True):
    frame, found, out = model
    picked = frame.sample(rows, replace=True, random_state=0).reset_index(drop=True)
    data = write_parquet(picked, folder)
    scored = predict(model=out / "model.skops", trained=found, data=data, out=folder,
                     explain=explain)  # fmt: skip
    return picked, scored, pd.read_parquet(folder / "predictions.parquet")


def test_the_deciding_columns_are_named_with_their_direction(model, tmp_path):
    rows, scored, said = told(model, 300, tmp_path)
    assert list(said.columns)[-6:] == COLUMNS
    assert said["reason_1"].isin(["up", "down"]).mean() > 0.9
    assert scored.notes[-1].startswith("Reasons are the columns that contributed most")
    sizes = said[["reason_1_effect", "reason_2_effect"]].abs()
    assert (sizes["reason_1_effect"] >= sizes["reason_2_effect"]).all()
    if model[1].task == "regression":
        by_up = said[said["reason_1"] == "up"]
        same = np.sign(by_up["reason_1_effect"]) == np.sign(rows.loc[by_up.index, "up"])
        assert same.mean() > 0.9
    else:
        assert (said["reason_1_effect"] > 0).mean() > 0.8  # mostly for what was told


def test_without_the_wish_there_are_no_reasons(model, tmp_path):
    _, scored, said = told(model, 50, tmp_path, explain=False)
    assert not set(COLUMNS) & set(said.columns)
    assert not [note for note in scored.notes if "Reasons" in note]


@pytest.mark.parametrize(
    ("weights", "chosen", "rounds", "text"),
    [
        ([1.0], 1, None, ""),
        ([0.6, 0.4], 2, None, ""),
        (
            [0.5, 0.3, 0.2],
            2,
            None,
            "explain 2 of the 3 models of the ensemble (80% of its",
        ),
        (
            [0.7, 0.3],
            1,
            5,
            "(70% of its weight), of it only the first 5 of its 20 boosting rounds:",
        ),
        ([1.0], 1, 5, "To save time, they explain only the first 5 of its 20 boosting rounds."),
    ],
)
def test_the_note_says_how_much_of_the_model_reasons_explain(
    weights, chosen, rounds, text, monkeypatch
):
    monkeypatch.setattr(reasons, "rounds_of", lambda _: 20)
    members = [{"weight": weight} for weight in weights]
    cut = {} if rounds is None else {"rounds": rounds}
    found = reasons._part_explained(members, [{**m, **cut} for m in members[:chosen]])
    assert text in found
    assert bool(found) == bool(text)


def test_quick_contributions_add_up_to_the_margin_of_every_member(model):
    frame, _, out = model
    bundle = load_bundle(out / "evaluated.skops")
    rows = frame.head(40)
    features = prepare(rows, bundle["frame"])
    for member in bundle["members"]:
        columns, estimator = member["pipeline"]
        found = contributions({**bundle, "members": [member]}, rows, quick=True)
        if found is None:
            continue  # the logarithm of the target
        margin = margin_of(estimator, columns.transform(features))
        sums = found.values.sum(axis=1) + found.base
        np.testing.assert_allclose(sums, margin.reshape(sums.shape), atol=1e-4)


def margin_of(estimator, x):
    if hasattr(estimator, "booster_"):
        return np.asarray(estimator.predict(x, raw_score=True))
    if hasattr(estimator, "get_booster"):
        return np.asarray(estimator.predict(x, output_margin=True))
    if hasattr(estimator, "decision_function"):
        return np.asarray(estimator.decision_function(x))
    return np.asarray(estimator.predict(x))


def test_a_thousand_rows_with_reasons_take_less_than_twice_the_time(model, tmp_path):
    """CPU time of this process, the best of three, so that a busy machine changes nothing."""
    spent = {}
    for explain in (False, True):
        times = []
        for turn in range(3):
            folder = tmp_path / f"{explain}{turn}"
            folder.mkdir()
            began = time.process_time()
            told(model, ROWS, folder, explain=explain)
            times.append(time.process_time() - began)
        spent[explain] = min(times)
    assert spent[True] < 2 * spent[False], spent


def test_a_model_without_trees_or_lines_says_that_it_has_no_reasons(tmp_path):
    frame = table(200)
    _, found, out = train_small_model(
        frame, "value", "regression", tmp_path, families=["extra_trees"]
    )
    bundle = load_bundle(out / "model.skops")
    kept = [m for m in bundle["members"] if "ExtraTrees" in type(m["pipeline"][-1]).__name__]
    bundle = {**bundle, "members": kept}
    rows = frame[found.features]
    said, note = with_reasons(bundle, rows)
    pd.testing.assert_frame_equal(said, score(bundle, rows))
    assert note.startswith("No reasons")


def test_predictions_are_the_same_bit_by_bit_with_reasons_and_block_by_block(model, monkeypatch):
    frame, _, out = model
    bundle = load_bundle(out / "model.skops")
    alone, (whole, _) = score(bundle, frame), with_reasons(bundle, frame)
    pd.testing.assert_frame_equal(whole[alone.columns], alone, check_exact=True)
    monkeypatch.setattr(bundle_scores, "BLOCK_ROWS", 120)
    blocked, _ = with_reasons(bundle, frame)
    pd.testing.assert_frame_equal(blocked, whole)
    none, _ = with_reasons(bundle, frame.iloc[:0])
    assert (len(none), list(none.columns)) == (0, list(whole.columns))


def test_rows_are_prepared_and_transformed_once_for_both(model, monkeypatch):
    frame, _, out = model
    bundle, calls = load_bundle(out / "model.skops"), []
    monkeypatch.setattr(
        bundle_scores, "prepare", lambda *a: calls.append("prepared") or prepare(*a)
    )
    for kind in {type(member["pipeline"][0]) for member in bundle["members"]}:
        transform = kind.transform
        monkeypatch.setattr(
            kind, "transform", lambda *a, _f=transform, **k: calls.append("made") or _f(*a, **k)
        )
    with_reasons(bundle, frame.head(20))
    transformers = {id(member["pipeline"][0]) for member in bundle["members"]}
    assert sorted(calls) == ["made"] * len(transformers) + ["prepared"]
