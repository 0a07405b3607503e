"""However much an evaluation holds, its metadata fits into the event log."""

import pytest

from pipeweave_dagster.core.documents import (
    Canary,
    Curve,
    CurvePoint,
    Estimate,
    Evaluation,
    MethodCheck,
    Period,
    Plot,
    Stability,
)
from pipeweave_dagster.defs.models.checks import ABOUT, check_results
from pipeweave_dagster.lib.asset_checks import is_undecided
from pipeweave_dagster.lib.metadata import describe
from pipeweave_dagster.settings import Settings

LIMIT = 256_000


def crowded() -> Evaluation:
    """More of everything than any model has, with long names."""
    return Evaluation(
        rows=10**9,
        metric="roc_auc",
        metrics={f"{'m' * 90}{i}": Estimate(value=0.5, low=0.4, high=0.6) for i in range(100)},
        baseline={},
        verdict="model",
        plots=[Plot(name=f"plot {i}", caption="c" * 500, svg="<svg>" + "x" * 40_000)
               for i in range(30)],
        curve=Curve(learner="l", points=[CurvePoint(rows=i, score=0.1) for i in range(99)]),
        periods=[Period(period="p" * 99, rows=1, by="model", score=0.1) for _ in range(99)],
        stability=Stability(correlation=0.1, models=4, readable=False),
        checks=[MethodCheck(code=f"PE{i}", title="t" * 99, state="failed", message="w" * 2000)
                for i in range(99)],
        notes=["n" * 3000] * 500,
    )  # fmt: skip


def test_metadata_of_a_crowded_evaluation_stays_below_the_limit(tmp_path) -> None:
    found = describe(crowded(), Settings(home=tmp_path))
    assert sum(len(str(getattr(v, "value", v))) for v in found.values()) < LIMIT
    shown = [name for name in found if name.startswith("plot: ")]
    assert shown[:2] == ["plot: plot 0", "plot: plot 1"]
    assert "unreliable" in found["importance_stability"]
    for result in check_results(crowded()):
        assert sum(len(str(getattr(v, "value", v))) for v in result.metadata.values()) < LIMIT
        assert len(result.description) <= 1000


@pytest.mark.parametrize("state", [None, "passed", "tripped", "cannot tell"])
def test_every_check_has_a_result_whatever_there_was_time_for(state: str | None) -> None:
    canary = state and Canary(state=state, critical=5, rows=9, message="m")
    document = crowded().model_copy(update={"canary": canary})
    found = {result.check_name: result for result in check_results(document)}
    assert {*found} == {*ABOUT}
    assert found["leak_canary"].passed == (state == "passed")
    alerts = not (found["leak_canary"].passed or is_undecided(found["leak_canary"].metadata))
    assert alerts == (state == "tripped")
    canary_check = found["leak_canary"]
    assert (canary_check.severity.value == "ERROR") == (state == "tripped")
    undecided = state in {None, "cannot tell"}
    assert (canary_check.description or "").startswith("Undecided: ") == undecided
    if state is None:
        assert "no time" in (found["leak_canary"].description or "")


def test_a_learning_curve_and_periods_stand_inline(tmp_path) -> None:
    found = describe(crowded(), Settings(home=tmp_path))
    assert found["learning_curve"].value.startswith("| training rows | ")
    assert "| period | rows |" in found["periods"].value
