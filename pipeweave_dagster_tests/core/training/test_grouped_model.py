"""A model that compares rows with their group is found, kept, explained, and fitted again."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import replay
from pipeweave_dagster_tests.factories import run_without_pipeweave
from pipeweave_dagster_tests.factories.training import SMALL_POLICY
from pipeweave_dagster_tests.factories.ways_in import file_model, text_rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ways_in"),
    pytest.mark.filterwarnings("ignore"),  # MLflow asks for type hints
]

# Only the fixed list of candidates, which a quiet machine fits in two seconds; no stack, whose sums
# differ in the last bit between one row and many.
POLICY = replace(
    SMALL_POLICY, max_proposals=0, max_finalists=3, min_finalists=2, max_seeds=1,
    ensemble=replace(SMALL_POLICY.ensemble, min_stack_rows=10_000),
)  # fmt: skip


def races(rows=500):
    """The cheapest third of each race wins."""
    rng = np.random.default_rng(4)
    race = rng.integers(0, rows // 8, rows)
    price = rng.normal(100, 40, rows // 8)[race] + rng.normal(0, 5, rows)
    frame = pd.DataFrame({"race": 900 + 7 * race, "price": price.round(2)})
    frame["weight"] = rng.normal(size=rows).round(3)
    cheap = frame.groupby("race")["price"].rank(pct=True) < 0.34
    return frame.assign(y=np.where(cheap, "yes", "no"))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grouped")
    return file_model(
        races().to_csv(index=False), "y", "binary", folder, families=["lightgbm"], variants=True,
        policy=POLICY,
    )  # fmt: skip


def test_candidates_that_see_places_in_groups_win(model):
    names = [entry["name"] for entry in model.trained.made if entry["use"] == "relative"]
    assert "relative(price, race)" in names
    weight = sum(part.weight for part in model.trained.recipe if part.params.get("grouped"))
    assert weight > 0.5
    assert any("relative(price, race)" in note for note in model.trained.notes)


def test_what_it_is_worth_for_new_groups_is_noted(model):
    (note,) = [note for note in model.trained.notes if note.startswith("For rows of new groups")]
    new, known = re.findall(r"\d\.\d+", note)[:2]
    assert float(new) < 0.7 < 0.8 < float(known)
    assert "split: {group: race}" in note


def test_every_way_in_gives_the_same_bits(model):
    rows = races().drop(columns="y").iloc[::40]
    rows = pd.concat([rows, rows.assign(race=1)], ignore_index=True)  # and a race never seen
    content = rows.to_csv(index=False)
    truth = model.by_file(content).predictions
    texts = text_rows(content)
    ways = [
        model.by_rows(texts).predictions,
        model.in_notebook().predict(rows),
        model.in_mlflow().predict(texts.assign(y="")[model.trained.table]),
    ]
    one = model.by_rows(texts.iloc[[3]]).predictions
    pd.testing.assert_frame_equal(one, truth.iloc[[3]].reset_index(drop=True), check_exact=True)
    (model.exported() / "rows.csv").write_text(content, encoding="utf-8")
    run_without_pipeweave(model.exported(), "score.py", "rows.csv", "predictions.csv")
    scripted = pd.read_csv(model.exported() / "predictions.csv", float_precision="round_trip")
    for way in (*ways, scripted.drop(columns="row_id")):
        pd.testing.assert_frame_equal(way.reset_index(drop=True), truth, check_exact=True)
    assert truth["probability_yes"].nunique() > 10


def test_the_place_in_the_group_is_credited_to_number_and_group(model):
    bundle, rows = load_bundle(model.model), races().drop(columns="y")
    found = contributions(bundle, rows)
    mean = dict(zip(found.columns, np.abs(found.values).mean(axis=(0, 2)), strict=True))
    assert set(mean) == {"race", "price", "weight"}
    assert min(mean["race"], mean["price"]) > 2 * mean["weight"]


def test_it_is_fitted_again_bit_by_bit_also_without_pipeweave(model, tmp_path):
    data, rows = model.folder / "data.parquet", races().drop(columns="y")
    replay(spec=model.spec, trained=model.trained, data=data, out=tmp_path)
    division = model.model.with_name("rows.parquet")
    export_model(model.model, division, model.trained, model.spec, tmp_path / "exported")
    run_without_pipeweave(tmp_path / "exported", "train.py", data, "again.skops")
    files = [model.model, tmp_path / "model.skops", tmp_path / "exported" / "again.skops"]
    first, replayed, scripted = (raw_scores(load_bundle(file), rows) for file in files)
    np.testing.assert_array_equal(replayed, first)
    np.testing.assert_allclose(scripted, first, rtol=0, atol=1e-9)
