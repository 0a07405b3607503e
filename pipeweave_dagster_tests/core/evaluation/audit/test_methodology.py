"""Eighteen planted faults are found, each by its own check, and a sound score passes all."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import (
    Canary,
    Estimate,
    Evaluation,
    Finding,
    Findings,
    Payload,
    Period,
    Stability,
    TrainedModel,
    Trial,
)
from pipeweave_dagster.core.evaluation.audit.checks.registry import CHECKS, ScoreFacts
from pipeweave_dagster.core.evaluation.audit.methodology import methodology
from pipeweave_dagster.core.training.data.split_keys import COPIES_ON_BOTH_SIDES
from pipeweave_dagster_tests.factories import make_pipeline

FILE = Payload(name="x", sha256="0" * 64, size_bytes=1)


def estimate(value, half=0.02):
    return Estimate(value=value, low=value - half, high=value + half)


def trial(name, score, std=0.01, **more):
    return Trial(name=name, family=name, score=score, score_std=std, fit_seconds=1, state="done",
                 **more)  # fmt: skip


def canary(state):
    return Canary(state=state, z=1, critical=5, control=9, rows=1000, message=f"It {state}.")


def period(number, score):
    return Period(period=f"2013-{number:02}", rows=50, by="backtest", score=score,
                  low=score - 0.02, high=score + 0.02)  # fmt: skip


def finding(code, **more):
    facts = {"title": "t", "group": "rows", "state": "alerted", "columns": ["c"], **more}
    return Findings(findings=[Finding(code=code, message="seen", **facts)])


@pytest.fixture
def sound():
    """A score that nothing can be said against."""
    frame = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0) % 7, "y": ["n", "y"] * 20})
    spec = make_pipeline(frame, "y", "binary")
    trained = TrainedModel(
        task="binary",
        target="y",
        metric="roc_auc",
        greater_is_better=True,
        classes=["n", "y"],
        features=spec.features,
        winner="xgboost",
        verdict="model",
        leaderboard=[trial("xgboost", 0.86), trial("linear", 0.8), trial("dummy", 0.5, 0.0)],
        rows_train=800,
        rows_test=200,
        budget_s=60,
        used_s=50,
        package_versions={},
        model=FILE,
        test_rows=FILE,
        reference=FILE,
    )
    evaluation = Evaluation(
        rows=200,
        metric="roc_auc",
        metrics={
            "roc_auc": estimate(0.85),
            "accuracy": estimate(0.8),
            "calibration_error": estimate(0.05),
        },
        baseline={"roc_auc": Estimate(value=0.5), "accuracy": Estimate(value=0.6)},
        verdict="model",
        importance={"a": estimate(0.1), "b": estimate(0.08)},
        canary=canary("passed"),
        stability=Stability(correlation=0.9, models=4, readable=True),
        periods=[period(m, 0.8) for m in (1, 2, 3)],
    )
    return ScoreFacts(trained, spec, evaluation, {"n": 120, "y": 80}, Findings(findings=[]))


def codes(score):
    return {check.code for check in methodology(score) if check.state == "failed"}


def test_a_sound_score_passes_every_check(sound):
    checks = methodology(sound)
    assert {c.state for c in checks} == {"passed"}
    assert [c.code for c in checks] == sorted(CHECKS)
    assert len(checks) == 18


def changed(score, trained=None, evaluation=None, spec=None, **more):
    found = {
        "trained": score.trained.model_copy(update=trained or {}),
        "evaluation": score.evaluation.model_copy(update=evaluation or {}),
        "spec": score.spec.model_copy(update=spec or {}),
        "counts": score.counts,
        "findings": score.findings,
        **more,
    }
    return ScoreFacts(**found)


METRICS = {"roc_auc": estimate(0.999, 0.001), "accuracy": estimate(0.99)}


CRASHED = trial("xgboost", None).model_copy(update={"state": "failed"})


WIDE = {f"f{i}": 0.0 for i in range(400)}


FAULTS = {
    "PE101": {"evaluation": {"canary": canary("tripped")}},
    "PE102": {"evaluation": {"metrics": {"roc_auc": estimate(0.52, 0.1)}},
              "trained": {"leaderboard": [trial("xgboost", 0.53), trial("dummy", 0.5)]}},
    "PE103": {"trained": {"leaderboard": [trial("xgboost", 0.97), trial("dummy", 0.5)]}},
    "PE104": {"trained": {"leaderboard": [trial("linear", 0.86), trial("dummy", 0.5), CRASHED]}},
    "PE105": {"trained": {"leaderboard": [trial("xgboost", 0.86, 0.4), trial("dummy", 0.5)]}},
    "PE106": {"evaluation": {"rows": 12}},
    "PE107": {"evaluation": {"holdout_use": 9}},
    "PE108": {"spec": {"metric": "accuracy"},
              "evaluation": {"metrics": {"accuracy": estimate(0.96, 0.005)},
                             "baseline": {"accuracy": Estimate(value=0.94)}},
              "trained": {"leaderboard": [trial("xgboost", 0.96), trial("dummy", 0.94)]}},
    "PE109": {"counts": {"n": 198, "y": 2}},
    "PE110": {"evaluation": {"metrics": METRICS, "importance": {"a": estimate(0.5),
                                                                "b": estimate(0.001)}},
              "trained": {"leaderboard": [trial("xgboost", 0.999), trial("dummy", 0.5)]}},
    "PE111": {"findings": finding("PW603")},
    "PE112": {"trained": {"notes": ["Groups: `split: {group: ticket}` in pipeweave.yaml"]}},
    "PE113": {"trained": {"notes": [f"Split: {COPIES_ON_BOTH_SIDES}."]}},
    "PE114": {"findings": finding("PW204", group="leakage", overridden="known before")},
    "PE115": {"evaluation": {"metrics": {"roc_auc": estimate(0.85),
                                         "calibration_error": estimate(0.2)}}},
    "PE116": {"spec": {"features": list(WIDE)}},
    "PE117": {"evaluation": {"stability": Stability(correlation=0.3, models=4, readable=False)}},
    "PE118": {"evaluation": {"periods": [period(m, 0.8) for m in (1, 2)] + [period(3, 0.6)]}},
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_a_planted_fault_is_found_by_its_own_check_and_by_no_other(sound, code):
    assert codes(changed(sound, **FAULTS[code])) == {code}


def test_a_budget_for_linear_models_alone_is_a_choice_and_no_fault(sound):
    constant, late = trial("dummy", 0.5), trial("xgboost", None)
    late = late.model_copy(update={"state": "out of time"})
    for what, tried in (
        ("only linear models have", [trial("linear", 0.86), constant, late]),
        ("only the constant model has", [constant]),
    ):
        for more, state in ([], "not applicable"), ([CRASHED], "failed"):
            score = changed(sound, trained={"leaderboard": tried + more})
            (found,) = [c for c in methodology(score) if c.code == "PE104"]
            assert found.state == state
            assert found.message.lower().startswith(what)


def test_findings_of_groups_and_of_both_sides_are_cited(sound):
    for finding_code, code in (("PW604", "PE112"), ("PW605", "PE113")):
        score = changed(sound, findings=finding(finding_code))
        failed = [c for c in methodology(score) if c.state == "failed"]
        assert [c.code for c in failed] == [code]
        assert failed[0].message.startswith(f"{finding_code} c:")


@pytest.mark.parametrize("state", ["passed", "fixed"])
def test_a_measured_group_decides_and_a_hint_counts_for_others_alone(sound, state):
    measured = finding("PW604", state=state)
    for column, failed in (("c", set()), ("ticket", {"PE112"})):
        notes = [f"Rows repeat. Set `split: {{group: {column}}}` in pipeweave.yaml."]
        assert codes(changed(sound, findings=measured, trained={"notes": notes})) == failed


def test_a_check_that_does_not_apply_has_not_passed(sound):
    empty = {"canary": None, "stability": None, "periods": [], "metrics": {}, "baseline": {}}
    score = changed(sound, evaluation=empty, trained={"leaderboard": [], "classes": []})
    unasked = {c.code for c in methodology(score) if c.state == "not applicable"}
    assert {"PE101", "PE102", "PE103", "PE105", "PE108", "PE109", "PE115", "PE117"} <= unasked


def test_a_column_beside_which_others_tell_something_does_not_do_it_alone(sound):
    told = {"ram": estimate(15.0), "battery": estimate(1.1)}
    score = changed(sound, **FAULTS["PE110"])
    assert "PE110" in codes(score)
    assert "PE110" not in codes(changed(score, evaluation={"importance": told}))
