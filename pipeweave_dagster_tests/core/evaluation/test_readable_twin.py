"""The readable twin beside a model: compared on the same test rows, shown on the card."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.evaluation import evaluate_scores
from pipeweave_dagster.core.evaluation import readable_twin as module
from pipeweave_dagster.core.evaluation.readable_twin import TwinSource, readable_twin
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster.core.evaluation.report.twin_plots import twin_plots
from pipeweave_dagster.core.metrics.bootstrap import interval_of
from pipeweave_dagster.core.metrics.metrics import score
from pipeweave_dagster.core.metrics.scored_test import read_scored_test
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster_tests.core.test_pace import Clock
from pipeweave_dagster_tests.factories import train_small_model


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("twin")
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.normal(size=400), "town<b>": rng.choice(["|a", "b"], 400)})
    signal = frame["x"] ** 2 + (frame["town<b>"] == "b") + rng.normal(0, 0.5, 400)
    frame["y"] = np.where(signal > 1, "yes", "no")
    spec, trained, out = train_small_model(frame, "y", "binary", folder, families=["linear"])
    rows = out / "test_rows.parquet"
    scored = read_scored_test(trained, rows)
    return TwinSource(trained, spec, folder / "data.parquet", scored, rows, None, out)


@pytest.fixture(scope="module")
def twin(source):
    return readable_twin(source, Pace())


def test_the_twin_is_scored_on_the_test_rows_of_the_model(source, twin):
    output = raw_scores(load_bundle(source.out / twin.model.name), source.scored.features)
    metric, y = source.trained.metric, source.scored.y
    assert twin.score == pytest.approx(score(metric, y, output))
    assert twin.low < twin.score < twin.high
    assert twin.model_score == pytest.approx(score(metric, y, source.scored.output))
    assert twin.comparison.rows == twin.comparison.of == len(y)
    assert twin.comparison.difference == pytest.approx(twin.score - twin.model_score)
    assert (twin.comparison.verdict, twin.costs_nothing) == ("better", True)
    assert twin.terms[0].columns == ["x"]
    assert twin.outputs == ["yes"]


def test_its_interval_resamples_what_that_of_the_model_does(source, twin):
    """Else the twin looked surer than its model wherever rows come in groups."""
    pairs = np.arange(len(source.scored.y)) // 20
    grouped = replace(source, scored=replace(source.scored, cluster=pairs))
    own, score = readable_twin(grouped, Pace()), source.trained.metric
    output = raw_scores(load_bundle(source.out / twin.model.name), source.scored.features)
    known = interval_of(score, source.scored.y, output, cluster=pairs)
    assert (own.low, own.high) == (known.low, known.high)
    assert (own.low, own.high) != (twin.low, twin.high)


def test_card_and_plots_show_the_twin_and_names_stay_inert(source, twin):
    trained, spec = source.trained, source.spec
    evaluation = evaluate_scores(trained, spec, source.test_rows)
    card = model_card(trained, spec, evaluation.model_copy(update={"readable": twin}))
    assert "## Readable twin" in card
    assert "The twin is significantly better on the same" in card
    rows = f"{len(source.scored.y):,} test rows"
    assert f"come from resampling the {rows} (bootstrap)." in card
    assert f"come from resampling these {rows}; that of the difference" in card
    assert "town<b>" not in card
    drawn = twin_plots(twin)
    assert drawn[0].name == "readable_x"
    assert "<b>" not in "".join(plot.svg for plot in drawn)


def test_there_is_no_twin_without_time_or_of_other_test_rows(source):
    assert readable_twin(source, Pace(0.0, Clock())) is None
    other = source.spec.model_copy(
        update={"split": source.spec.split.model_copy(update={"test_share": 0.4})}
    )
    moved = TwinSource(**{**source.__dict__, "spec": other})
    with pytest.raises(PipeWeaveError, match="cannot be found"):
        readable_twin(moved, Pace())


def test_a_twin_takes_a_minute_at_most_also_without_a_limit(source, monkeypatch):
    monkeypatch.setattr(module, "_MOST_S", -1.0)
    with pytest.raises(PipeWeaveError, match="no form could be fitted within"):
        readable_twin(source, Pace())
