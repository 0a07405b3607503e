"""An evaluation and its card show groups, costs and dependence."""

from typing import get_args

import pandas as pd
import pytest

from pipeweave_dagster.core.documents import EvaluationStep, SplitGap
from pipeweave_dagster.core.evaluation import complete, evaluate
from pipeweave_dagster.core.evaluation.model_scores import score_model
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster_tests.factories import evaluated_cost_model

pytestmark = pytest.mark.slow
ORIGIN = {
    "leak canary",
    "stability of importances",
    "learning curve",
    "scores over time",
    "readable twin",
}
"""Steps that need the table of the training."""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return evaluated_cost_model(tmp_path_factory.mktemp("assessed"))


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
        f"a probability of at least {found.threshold:.3g}, the threshold with the lowest cost"
        in card
    )
    assert "Evaluations on these test rows: 1." in card
    assert "A model that predicts **y** (binary) from" in card
    assert "which is better than the baseline (constant)." in card
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
    assert "| kind of split | random split | this split | gap (95 % interval) |" in card
    assert "| group shop | roc_auc 0.91 | 0.72 | 0.19 (0.11 to 0.27) | 700 | used for" in card
    assert "| group town | roc_auc 0.91 | 0.72 | 0.19 (0.11 to 0.27) | 700 | not sig" in card


def test_what_there_is_no_time_for_is_named_and_the_scores_are_the_same(model):
    _, (spec, found, out), report = model
    folder = out / "short"
    folder.mkdir()
    rows, bundle = out / "test_rows.parquet", out / found.evaluated.name
    short = evaluate(found, spec, bundle, rows, folder, seconds=0)
    assert short.metrics == report.metrics
    assert {*short.dropped} == {*get_args(EvaluationStep)} - ORIGIN
    assert (short.plots, short.importance, short.contributions) == ([], {}, {})
    card = (folder / "model_card.md").read_text()
    assert "There was no time for the importances" in card
    assert "Not significantly different from zero" not in card
    later = complete(short, found, spec, bundle, rows, folder)
    assert (later.dropped, later.importance, later.plots) == ([], report.importance, report.plots)
    assert "for lack of time:" not in (folder / "model_card.md").read_text()


def test_a_step_that_fails_leaves_a_note_and_costs_no_other(model, monkeypatch):
    from pipeweave_dagster.core.evaluation import completion

    def broken(*_, **__):
        raise ZeroDivisionError

    _, (spec, found, out), report = model
    monkeypatch.setattr(completion, "importance", broken)
    folder = out / "broken"
    folder.mkdir()
    rows, bundle = out / "test_rows.parquet", out / found.evaluated.name
    got = evaluate(found, spec, bundle, rows, folder)
    assert "No importances: ZeroDivisionError." in got.notes
    assert got.contributions == report.contributions


def test_scores_over_time_are_missing_only_where_there_is_a_time(model):
    _, (spec, found, out), _ = model
    by_time = spec.model_copy(update={"split": spec.split.model_copy(update={"kind": "time"})})
    rows = out / "test_rows.parquet"
    missing = [score_model(found, each, rows).dropped for each in (spec, by_time)]
    assert [("scores over time" in steps) for steps in missing] == [False, True]
