"""Which of two models becomes champion."""

import pytest

from pipeweave_dagster.core.documents import (
    Canary,
    Comparison,
    Estimate,
    Evaluation,
)
from pipeweave_dagster.core.evaluation import promote
from pipeweave_dagster.core.evaluation.promotion import Promotion


def scored(value, low, high, metric="roc_auc", verdict="model"):
    estimate = Estimate(value=value, low=low, high=high)
    return Evaluation(
        rows=100, metric=metric, metrics={metric: estimate}, baseline={}, verdict=verdict
    )


def test_the_first_model_is_champion_unless_it_found_nothing():
    assert promote(scored(0.8, 0.7, 0.9), None).alias == "champion"
    assert promote(scored(0.5, 0.4, 0.6, verdict="no signal"), None).alias == "none"


@pytest.mark.parametrize(
    ("metric", "value", "low", "high", "baseline", "is_doubted"),
    [
        ("roc_auc", 0.6, 0.47, 0.73, 0.5, True),
        ("roc_auc", 0.6, 0.51, 0.73, 0.5, False),
        ("rmse", 9.0, 8.0, 9.5, 9.1, True),
        ("rmse", 9.0, 8.0, 9.05, 9.1, False),
        ("roc_auc", 0.6, None, None, 0.5, False),
        ("roc_auc", 0.6, 0.47, 0.73, None, False),
    ],
)
def test_the_first_champion_says_so_where_its_test_rows_alone_do_not_show_it(
    metric, value, low, high, baseline, is_doubted
):
    new = scored(value, low, high, metric=metric)
    new = new.model_copy(update={"baseline": {metric: Estimate(value=baseline)}})
    reason = promote(new, None).reason
    assert reason.startswith("It is the first model that beats the baseline (constant)")
    assert ("100 test rows alone" in reason) == is_doubted


@pytest.mark.parametrize(
    ("metric", "new", "old", "alias"),
    [
        ("roc_auc", (0.8, 0.75, 0.85), 0.82, "challenger"),
        ("roc_auc", (0.83, 0.75, 0.85), 0.82, "champion"),
        ("roc_auc", (0.82, 0.75, 0.85), 0.82, "champion"),
        ("roc_auc", (0.7, 0.65, 0.75), 0.82, "challenger"),
        ("rmse", (9.0, 8.0, 10.0), 7.0, "challenger"),
        ("rmse", (6.0, 5.0, 7.5), 7.0, "champion"),
    ],
)
def test_scores_on_different_rows_give_no_benefit_of_the_doubt(metric, new, old, alias):
    found = promote(scored(*new, metric=metric), scored(old, None, None, metric=metric))
    assert found.alias == alias
    assert f"{old:.4f}" in found.reason


def test_another_metric_cannot_be_compared():
    found = promote(scored(0.3, 0.2, 0.4, "log_loss"), scored(0.8, 0.7, 0.9))
    assert found.alias == "challenger"
    assert "log_loss is not known for both models" in found.reason


@pytest.mark.parametrize(
    ("verdict", "alias", "words"),
    [("worse", "challenger", "It is worse"), ("better", "champion", "It is better"),
     ("not distinguishable", "champion", "It does not differ from the champion by more")],
)  # fmt: skip
def test_a_paired_comparison_decides_before_intervals_do(verdict, alias, words):
    paired = Comparison(
        other="champion", rows=80, difference=-0.1, low=-0.2, high=-0.05, verdict=verdict
    )
    new = scored(0.9, 0.85, 0.95).model_copy(update={"comparison": paired})
    found = promote(new, scored(0.8, 0.7, 0.9))
    assert (found.alias, found.reason.startswith(words)) == (alias, True)
    assert "80 of its 100 test rows" in found.reason


def test_a_reason_beside_the_scores_is_named_where_they_do_not_decide():
    paired = Comparison(
        other="champion", rows=80, difference=-0.1, low=-0.2, high=0.05,
        verdict="not distinguishable",
    )  # fmt: skip
    new = scored(0.7, 0.6, 0.8).model_copy(update={"comparison": paired})
    assert promote(new, scored(0.8, 0.7, 0.9)).reason == (
        "It does not differ from the champion by more than chance: on 80 of its 100 test rows, "
        "which neither model has learned from, its roc_auc is 0.1 worse (95 % interval: 0.2 worse "
        "to 0.05 better). So the scores do not decide; it becomes the champion for another reason. "
        "Its table is newer: of other data, or read with other settings."
    )
    stays = Promotion(alias="challenger", reason="It stays.")
    kept = promote(new, scored(0.8, 0.7, 0.9), stays)
    assert kept.reason.endswith("0.05 better). It stays.")


@pytest.mark.parametrize(
    ("rows", "value", "alias"),
    [(120, 0.7, "champion"), (119, 0.7, "challenger"), (44, 0.934, "challenger"),
     (44, 0.99, "champion")],
)  # fmt: skip
def test_a_tie_counts_only_if_it_covers_half_of_the_test_rows(rows, value, alias):
    """A worse model was promoted on 44 of 238 test rows, on which nothing could be told apart."""
    paired = Comparison(
        other="champion", rows=rows, of=239, difference=-0.01, low=-0.05, high=0.02,
        verdict="not distinguishable",
        changes=["Unlike the champion of that time, it does not use 'w'."],
    )  # fmt: skip
    new = scored(value, 0.6, 0.99).model_copy(update={"comparison": paired})
    found = promote(new, scored(0.983, 0.97, 0.99))
    assert found.alias == alias
    assert f"on {rows} of its 239 test rows" in found.reason
    assert found.reason.endswith("Unlike the champion of that time, it does not use 'w'.")


def test_a_model_whose_canary_tripped_is_not_promoted():
    canary = Canary(state="tripped", z=9, critical=5, control=9, rows=1000, message="It tripped.")
    tripped = scored(0.8, 0.7, 0.9).model_copy(update={"canary": canary})
    decision = promote(tripped, None)
    assert decision.alias == "none"
    assert "leak canary" in decision.reason


@pytest.mark.parametrize(
    ("metric", "value", "baseline", "alias"),
    [
        ("r2", -1e11, 0.0, "none"),
        ("rmse", 3e8, 28.0, "none"),
        ("mae", 10.0, 9.9, "none"),
        ("log_loss", 0.7, 0.69, "none"),
        ("roc_auc", 0.48, 0.5, "none"),
        ("roc_auc", 0.5, 0.5, "champion"),
        ("rmse", 9.0, 9.1, "champion"),
        ("accuracy", 0.8, None, "champion"),
    ],
)
@pytest.mark.parametrize("known", [None, (0.1, 0.0, 0.2)])
def test_a_model_worse_than_the_baseline_on_its_test_rows_is_never_champion(
    metric, value, baseline, alias, known
):
    new = scored(value, value - 1, value + 1, metric=metric)
    new = new.model_copy(update={"baseline": {metric: Estimate(value=baseline)}})
    found = promote(new, scored(*known, metric="mae") if known else None)
    if known is None or alias == "none":
        assert found.alias == alias
    assert ("worse than the baseline" in found.reason) == (alias == "none")
    if alias == "none":
        assert "100 test rows" in found.reason


def test_a_champion_that_cannot_predict_any_more_is_replaced_also_by_a_lower_score():
    """All predictions stopped once a column was hashed, and only --force helped."""
    paired = Comparison(other="champion", rows=0, verdict="not compared", changes=["'w' is new."])
    new = scored(0.784, 0.7, 0.9).model_copy(update={"comparison": paired})
    cannot = "The champion CANNOT PREDICT any more: the settings hash 'name' now."
    found = promote(new, scored(0.8473, 0.8, 0.9), replaced=cannot)
    assert found.alias == "champion"
    assert found.reason.startswith(f"{cannot} So nothing is compared with it.")
    assert "Its roc_auc is 0.7840; the champion's was 0.8473. 'w' is new." in found.reason
    assert promote(new, scored(0.8473, 0.8, 0.9)).alias == "challenger"
    # All that says something about the model itself counts as before.
    constant = new.model_copy(update={"verdict": "no signal"})
    assert promote(constant, scored(0.8, 0.7, 0.9), replaced="x").alias == "none"
    other = paired.model_copy(update={"obstacle": "It predicts 'z'."})
    other = new.model_copy(update={"comparison": other})
    assert promote(other, scored(0.8, 0.7, 0.9), replaced="x").alias == "challenger"


def test_what_follows_from_a_tie_is_said_by_the_caller():
    paired = Comparison(
        other="champion", rows=100, difference=0.0, low=-0.1, high=0.1,
        verdict="not distinguishable",
    )  # fmt: skip
    new = scored(0.8, 0.7, 0.9).model_copy(update={"comparison": paired})
    found = promote(new, new, Promotion(alias="challenger", reason="It stays."))
    assert (found.alias, found.reason.endswith("It stays.")) == ("challenger", True)
    assert promote(new, new).reason.endswith("read with other settings.")


@pytest.mark.parametrize(("rows", "words"), [(60, "too few for a paired"), (0, "rows differ from")])
def test_why_the_scores_decide_is_true(rows, words):
    """With two groups in the test, all rows were the champion's, and said to be others."""
    paired = Comparison(other="champion", rows=rows, of=100, verdict="not compared")
    new = scored(0.8, 0.7, 0.9).model_copy(update={"comparison": paired})
    found = promote(new, scored(0.7, 0.6, 0.8))
    assert found.alias == "champion"
    assert words in found.reason
    assert "so the scores decide: roc_auc 0.8000 against the champion's 0.7000." in found.reason
