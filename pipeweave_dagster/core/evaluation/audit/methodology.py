"""Questions to how a score came about: each a small function with a code and a title.

What a guardrail or another part of the line has found already is cited, not computed again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeweave_dagster.core.documents import (
    Estimate,
    Evaluation,
    Findings,
    MethodCheck,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.metrics.metrics import GREATER_IS_BETTER

_BASELINES = {"dummy", "linear", "ensemble"}
_LEAST_TEST_ROWS = 30
_LEAST_OF_CLASS = 5
_MOST_USES = 5
_COMMON = 0.8
_DOMINANT = 0.8
_BESIDE = 0.05
"""Of the importance of a column that does it alone, the most that another one has."""
_NEARLY_PERFECT = {"roc_auc": 0.995, "accuracy": 0.99, "r2": 0.99, "f1_macro": 0.99}
_MISCALIBRATED = 0.1
_ROWS_A_COLUMN = 3


class NotApplicableError(Exception):
    """The question does not arise for this model; the text says why."""


@dataclass(frozen=True)
class Score:
    """All that is known of how a score came about.

    Attributes:
        counts: Test rows of each class; empty for values.
        findings: What the guardrails found, None where that is not known.
    """

    trained: TrainedModel
    spec: PipelineSpec
    evaluation: Evaluation
    counts: dict[str, int] = field(default_factory=dict)
    findings: Findings | None = None

    @property
    def sign(self) -> float:
        """1 where more is better."""
        return 1.0 if GREATER_IS_BETTER[self.spec.metric] else -1.0

    @property
    def test(self) -> Estimate:
        """The score on the test rows."""
        return self.evaluation.metrics.get(self.spec.metric, Estimate(value=None))

    @property
    def constant(self) -> float | None:
        """That of the constant model."""
        found = self.evaluation.baseline.get(self.spec.metric)
        return None if found is None else found.value

    def alerted(self, code: str) -> str | None:
        """The words of a finding that alerts (or blocks, and was set aside), else None."""
        for found in self.findings.findings if self.findings else []:
            if found.code == code and found.state in ("alerted", "blocked"):
                return f"{found.code} {', '.join(found.columns[:3])}: {found.message}"
        return None


Question = Callable[[Score], str | None]


def methodology(score: Score) -> list[MethodCheck]:
    """All questions with their answers, in the order of their codes."""
    return [_asked(code, title, question, score) for code, (title, question) in QUESTIONS.items()]


def _asked(code: str, title: str, question: Question, score: Score) -> MethodCheck:
    try:
        words = question(score)
    except NotApplicableError as error:
        return MethodCheck(code=code, title=title, state="not applicable", message=str(error))
    if words is None:
        return MethodCheck(code=code, title=title, state="passed")
    return MethodCheck(code=code, title=title, state="failed", message=words)


def _inside_folds(score: Score) -> str | None:
    canary = score.evaluation.canary
    if canary is None or canary.state == "cannot tell":
        raise NotApplicableError(canary.message if canary else "it was not asked")
    return canary.message if canary.state == "tripped" else None


def _beats_constant(score: Score) -> str | None:
    if score.trained.verdict == "no signal":
        return "The model is not better than the constant one."
    test, constant = score.test, score.constant
    if constant is None or test.low is None or test.high is None:
        raise NotApplicableError("there is no interval")
    worst = test.low if score.sign > 0 else test.high
    if score.sign * (worst - constant) > 0:
        return None
    return (
        f"The interval of {score.spec.metric} ({test.low:.4g} to {test.high:.4g}) holds the score "
        f"of the constant model ({constant:.4g})."
    )


def _holds_on_test(score: Score) -> str | None:
    test, best = score.test, _best(score)
    if best is None or test.value is None or test.low is None or test.high is None:
        raise NotApplicableError("there is no interval")
    beyond = score.sign * (best - (test.high if score.sign > 0 else test.low))
    if beyond <= (test.high - test.low) / 2:
        return None
    return (
        f"{score.spec.metric} is {test.value:.4g} on test rows and {best:.4g} in cross-validation, "
        "far outside the interval: the test rows differ, or the folds flatter."
    )


def _best(score: Score) -> float | None:
    done = [t for t in score.trained.leaderboard if t.state == "done" and t.score is not None]
    return done[0].score if done else None


def _searched(score: Score) -> str | None:
    tried = {t.family for t in score.trained.leaderboard if t.score is not None}
    if tried - _BASELINES:
        return None
    return "Nothing but baselines was tried: give a larger budget, or more `families`."


def _folds_agree(score: Score) -> str | None:
    ranked = [t for t in score.trained.leaderboard if t.score is not None]
    winner = next((t for t in ranked if t.score_std is not None and t.family != "dummy"), None)
    dummy = next((t.score for t in ranked if t.family == "dummy"), None)
    if winner is None or dummy is None or winner.score is None or winner.score_std is None:
        raise NotApplicableError("there is one fold only")
    gain = score.sign * (winner.score - dummy)
    if winner.score_std <= gain:
        return None
    return (
        f"Between folds {score.spec.metric} scatters by {winner.score_std:.3g}, more than the gain "
        f"over the constant model ({gain:.3g})."
    )


def _enough_test_rows(score: Score) -> str | None:
    rows = score.evaluation.rows
    if rows >= _LEAST_TEST_ROWS:
        return None
    return f"{rows} test rows are too few for a score that means something."


def _test_rows_are_fresh(score: Score) -> str | None:
    uses = score.evaluation.holdout_use
    if uses < _MOST_USES:
        return None
    return f"These test rows were used {uses} times: scores chosen among many uses flatter."


def _metric_sees_rare(score: Score) -> str | None:
    common = score.evaluation.baseline.get("accuracy")
    if common is None or common.value is None:
        raise NotApplicableError("the target is no class")
    if score.spec.metric != "accuracy" or common.value < _COMMON:
        return None
    return (
        f"{common.value:.0%} of the test rows are of one class, so accuracy is high for a model "
        "that never tells another: choose roc_auc, log_loss or f1_macro."
    )


def _classes_are_tested(score: Score) -> str | None:
    if not score.trained.classes:
        raise NotApplicableError("the target is no class")
    rare = [c for c in score.trained.classes if score.counts.get(c, 0) < _LEAST_OF_CLASS]
    if not rare:
        return None
    shown = ", ".join(f"{c[:40]} ({score.counts.get(c, 0)})" for c in rare[:5])
    return f"Fewer than {_LEAST_OF_CLASS} test rows of: {shown}. Scores of them say little."


def _no_wonder(score: Score) -> str | None:
    near = _nearly_perfect(score)
    sizes = {c: max(e.value or 0.0, 0.0) for c, e in score.evaluation.importance.items()}
    total = sum(sizes.values())
    if near is None or total == 0 or len(sizes) < 2:
        return None
    column, size = max(sizes.items(), key=lambda item: item[1])
    second = max(value for name, value in sizes.items() if name != column)
    if size / total < _DOMINANT or second > _BESIDE * size:
        return None
    return f"{near}, and `{column[:60]}` alone does it: does it hold the answer?"


def _nearly_perfect(score: Score) -> str | None:
    for name, bound in _NEARLY_PERFECT.items():
        found = score.evaluation.metrics.get(name)
        if found is not None and found.value is not None and found.value >= bound:
            return f"{name} is {found.value:.4g}"
    return None


def _time_respected(score: Score) -> str | None:
    return score.alerted("PW603")


def _groups_together(score: Score) -> str | None:
    found = score.alerted("PW604")
    noted = (note for note in score.trained.notes if "split: {group:" in note)
    return found or next(noted, None)


def _sides_apart(score: Score) -> str | None:
    found = score.alerted("PW605")
    noted = (note for note in score.trained.notes if "copies may be on both sides" in note)
    return found or next(noted, None)


def _no_leak_set_aside(score: Score) -> str | None:
    for found in score.findings.of_group("leakage") if score.findings else []:
        if found.overridden is not None:
            columns = ", ".join(found.columns[:3])
            return f"{found.code} was set aside, and the model uses {columns}: {found.overridden}"
    return None


def _calibrated(score: Score) -> str | None:
    error = score.evaluation.metrics.get("calibration_error")
    if error is None or error.low is None:
        raise NotApplicableError("there are not two classes")
    if error.low <= _MISCALIBRATED:
        return None
    return f"Probabilities are off by {error.value:.3g} on average (at least {error.low:.3g})."


def _rows_for_columns(score: Score) -> str | None:
    rows, columns = score.trained.rows_train, len(score.spec.features)
    if rows >= _ROWS_A_COLUMN * columns:
        return None
    return f"{columns} columns for {rows} training rows: chance finds relations among so many."


def _explanations_hold(score: Score) -> str | None:
    found = score.evaluation.stability
    if found is None:
        raise NotApplicableError("the parts of the model cannot be compared")
    if found.readable:
        return None
    return (
        f"{found.models} {found.by} that learned from other rows rank the columns "
        f"differently (rank correlation {found.correlation:.2f}): do not read the importances."
    )


def _holds_along_time(score: Score) -> str | None:
    known = [p for p in score.evaluation.periods if p.low is not None and p.high is not None]
    if len(known) < 2:
        raise NotApplicableError("rows are not divided by time")
    last, before = known[-1], known[:-1]
    better = [
        p
        for p in before
        if (p.low > last.high if score.sign > 0 else p.high < last.low)  # type: ignore[operator]
    ]
    if len(better) < len(before):
        return None
    return f"In {last.period} the score is worse than in every period before."


QUESTIONS: dict[str, tuple[str, Question]] = {
    "PE101": ("What is fitted is fitted inside the folds", _inside_folds),
    "PE102": ("The model beats the constant one", _beats_constant),
    "PE103": ("Test rows confirm cross-validation", _holds_on_test),
    "PE104": ("More than baselines was tried", _searched),
    "PE105": ("The folds agree", _folds_agree),
    "PE106": ("There are enough test rows", _enough_test_rows),
    "PE107": ("The test rows are fresh", _test_rows_are_fresh),
    "PE108": ("The metric sees rare classes", _metric_sees_rare),
    "PE109": ("Every class is tested", _classes_are_tested),
    "PE110": ("No single column works wonders", _no_wonder),
    "PE111": ("The split respects time", _time_respected),
    "PE112": ("The split keeps groups together", _groups_together),
    "PE113": ("No row is on both sides", _sides_apart),
    "PE114": ("No leak was set aside", _no_leak_set_aside),
    "PE115": ("Probabilities are true", _calibrated),
    "PE116": ("There are rows enough for the columns", _rows_for_columns),
    "PE117": ("Explanations hold on other rows", _explanations_hold),
    "PE118": ("The score holds along time", _holds_along_time),
}
