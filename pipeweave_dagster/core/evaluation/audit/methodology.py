"""Check how a score was obtained; findings of guardrails are cited, not computed again."""

from pipeweave_dagster.core.documents import MethodCheck
from pipeweave_dagster.core.evaluation.audit.checks import (  # noqa: F401 - they register themselves
    leakage,
    model,
    score,
    test_set,
)
from pipeweave_dagster.core.evaluation.audit.checks.registry import CHECKS, ScoreFacts, run_check


def methodology(facts: ScoreFacts) -> list[MethodCheck]:
    """Run all checks, in the order of their codes."""
    return [run_check(code, facts) for code in sorted(CHECKS)]
