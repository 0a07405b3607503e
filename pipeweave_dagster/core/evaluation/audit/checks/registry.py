"""What a check sees, and the registry that every check adds itself to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeweave_dagster.core.documents import (
    Estimate,
    Evaluation,
    EvaluationStep,
    Findings,
    MethodCheck,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER


class NotApplicableError(Exception):
    """The check does not apply to this model; the message says why."""


@dataclass(frozen=True)
class ScoreFacts:
    """What is known about how a score was obtained.

    Attributes:
        trained: The document of the model.
        spec: Its pipeline.
        evaluation: Its evaluation, without checks.
        counts: Test rows per class; empty for regression.
        findings: Findings of the guardrails, None where these are unknown.
    """

    trained: TrainedModel
    spec: PipelineSpec
    evaluation: Evaluation
    counts: dict[str, int] = field(default_factory=dict)
    findings: Findings | None = None

    @property
    def sign(self) -> float:
        """1 if greater is better for the metric, else -1."""
        return 1.0 if GREATER_IS_BETTER[self.spec.metric] else -1.0

    @property
    def test(self) -> Estimate:
        """The score on the test rows."""
        return self.evaluation.metrics.get(self.spec.metric, Estimate(value=None))

    @property
    def baseline(self) -> float | None:
        """The score of the baseline (constant) on the test rows."""
        found = self.evaluation.baseline.get(self.spec.metric)
        return None if found is None else found.value

    def require(self, step: EvaluationStep) -> None:
        """Raise `NotApplicableError` if there was no time for a step, or not for all of it."""
        if step in self.evaluation.dropped:
            raise NotApplicableError(f"there was no time for the {step}")

    def alert(self, code: str) -> str | None:
        """Return a finding of a guardrail that alerted (or blocked and was overridden) as text."""
        for found in self.findings.findings if self.findings else []:
            if found.code == code and found.state in ("alerted", "blocked"):
                return f"{found.code} {', '.join(found.columns[:3])}: {found.message}"
        return None


CheckFunction = Callable[[ScoreFacts], str | None]


class Check(NamedTuple):
    """A check: returns what is wrong, or None; raises `NotApplicableError`."""

    title: str
    function: CheckFunction


CHECKS: dict[str, Check] = {}
"""Checks by code."""


def check(code: str, title: str) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check.

    Args:
        code: Its code, such as `PE101`.
        title: What holds if it passes, as a positive statement.
    """

    def register(function: CheckFunction) -> CheckFunction:
        CHECKS[code] = Check(title, function)
        return function

    return register


def run_check(code: str, facts: ScoreFacts) -> MethodCheck:
    """Run one check."""
    title, function = CHECKS[code]
    try:
        problem = function(facts)
    except NotApplicableError as error:
        return MethodCheck(code=code, title=title, state="not applicable", message=str(error))
    if problem is None:
        return MethodCheck(code=code, title=title, state="passed")
    return MethodCheck(code=code, title=title, state="failed", message=problem)
