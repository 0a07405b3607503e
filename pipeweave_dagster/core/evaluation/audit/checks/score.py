"""Checks of the score: against the baseline, cross-validation, the folds and time."""

from pipeweave_dagster.core.evaluation.audit.checks.registry import (
    NotApplicableError,
    ScoreFacts,
    check,
)

_MISCALIBRATED = 0.1


@check("PE102", "Model beats the baseline (constant)")
def beats_baseline(facts: ScoreFacts) -> str | None:
    """Fail where the interval of the test score includes the baseline's score."""
    if facts.trained.verdict == "no signal":
        return "The model is not better than the baseline (constant)."
    test, baseline = facts.test, facts.baseline
    if baseline is None or test.low is None or test.high is None:
        raise NotApplicableError("the score has no interval")
    worst = test.low if facts.sign > 0 else test.high
    if facts.sign * (worst - baseline) > 0:
        return None
    return (
        f"The interval of {facts.spec.metric} ({test.low:.4g} to {test.high:.4g}) includes the "
        f"score of the baseline ({baseline:.4g})."
    )


@check("PE103", "Test score confirms the cross-validated score")
def confirms_cross_validation(facts: ScoreFacts) -> str | None:
    """Fail where the cross-validated score is beyond the interval by half its width or more."""
    test, best = facts.test, _cross_validated(facts)
    if best is None or test.value is None or test.low is None or test.high is None:
        raise NotApplicableError("the score has no interval")
    beyond = facts.sign * (best - (test.high if facts.sign > 0 else test.low))
    if beyond <= (test.high - test.low) / 2:
        return None
    return (
        f"{facts.spec.metric} is {test.value:.4g} on test rows and {best:.4g} in "
        "cross-validation, far outside the interval: the test rows differ from the training rows, "
        "or the cross-validated score is optimistic."
    )


def _cross_validated(facts: ScoreFacts) -> float | None:
    done = [t for t in facts.trained.leaderboard if t.state == "done" and t.score is not None]
    return done[0].score if done else None


@check("PE105", "Scores agree across folds")
def folds_agree(facts: ScoreFacts) -> str | None:
    """Fail where the score varies between folds by more than the gain over the baseline."""
    ranked = [t for t in facts.trained.leaderboard if t.score is not None]
    winner = next((t for t in ranked if t.score_std is not None and t.family != "dummy"), None)
    baseline = next((t.score for t in ranked if t.family == "dummy"), None)
    if winner is None or baseline is None or winner.score is None or winner.score_std is None:
        raise NotApplicableError("there is only one fold")
    gain = facts.sign * (winner.score - baseline)
    if winner.score_std <= gain:
        return None
    return (
        f"{facts.spec.metric} has a standard deviation of {winner.score_std:.3g} between folds, "
        f"more than the gain over the baseline ({gain:.3g})."
    )


@check("PE115", "Probabilities are calibrated")
def is_calibrated(facts: ScoreFacts) -> str | None:
    """Fail where the lower end of the calibration error's interval is above 0.1."""
    error = facts.evaluation.metrics.get("calibration_error")
    if error is None or error.low is None:
        raise NotApplicableError("the model predicts no probabilities, or has too few test rows")
    if error.low <= _MISCALIBRATED:
        return None
    return f"Probabilities are off by {error.value:.3g} on average (at least {error.low:.3g})."


@check("PE118", "Score holds over time")
def holds_over_time(facts: ScoreFacts) -> str | None:
    """Fail where the last period is worse than each one before, beyond both intervals."""
    known = [p for p in facts.evaluation.periods if p.low is not None and p.high is not None]
    facts.require("scores over time")
    if len(known) < 2:
        raise NotApplicableError("the rows are not split by time")
    last, before = known[-1], known[:-1]
    better = [
        p
        for p in before
        if (p.low > last.high if facts.sign > 0 else p.high < last.low)  # type: ignore[operator]
    ]
    if len(better) < len(before):
        return None
    return f"The score in {last.period} is worse than in every period before."
