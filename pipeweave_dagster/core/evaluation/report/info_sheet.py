"""The info sheet of a model: the eight types of leakage, answered from recorded evidence only.

The types are those of Kapoor and Narayanan, "Leakage and the reproducibility crisis in
machine-learning-based science" (Patterns, 2023). Nothing is filled in by hand: what no finding and
no check speaks about is unknown, and says so.
"""

from functools import cache
from typing import Any, Literal, NamedTuple

from pipeweave_dagster.core.documents import (
    Evaluation,
    Finding,
    Findings,
    MethodCheck,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.templating import markdown_environment

Verdict = Literal["no sign of it", "open", "unknown"]
_MOST_COLUMNS = 200
_LEAKS = tuple(f"PW{n}" for n in (*range(201, 209), *range(210, 217)))


class LeakType(NamedTuple):
    """One type of leakage: its code, name, and the findings and checks that speak about it."""

    code: str
    question: str
    findings: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


class Answer(NamedTuple):
    """What is known about one type of leakage, each piece of evidence in one line."""

    type: LeakType
    verdict: Verdict
    evidence: list[str]


TYPES = (
    LeakType("L1.1", "Is there no separate test set?", (), ("PE106", "PE107")),
    LeakType("L1.2", "Was preprocessing fitted on test rows?", (), ("PE101",)),
    LeakType("L1.3", "Were features selected on test rows?", (), ("PE101", "PE103")),
    LeakType(
        "L1.4", "Are there duplicates across training and test?", ("PW401", "PW605"), ("PE113",)
    ),
    LeakType(
        "L2", "Does the model use features that are not legitimate?", _LEAKS, ("PE110", "PE114")
    ),
    LeakType(
        "L3.1", "Is the test set older than training rows (time)?", ("PW603", "PW214"), ("PE111",)
    ),
    LeakType("L3.2", "Do training and test rows depend on each other?", ("PW604",), ("PE112",)),
    LeakType(
        "L3.3",
        "Do test rows differ from those that the model will be used on?",
        (),
        ("PE109", "PE118"),
    ),
)


def info_sheet(
    trained: TrainedModel, spec: PipelineSpec, evaluation: Evaluation, findings: Findings | None
) -> str:
    """Render the sheet as Markdown; names and messages are escaped, whatever they contain.

    Args:
        trained: The model.
        spec: The pipeline that it was trained with.
        evaluation: Its evaluation.
        findings: The findings of its run; None if they were not kept.
    """
    template = _environment().get_template("info_sheet.md.j2")
    sheet = template.render(
        trained=trained,
        spec=spec,
        evaluation=evaluation,
        answers=answers(trained, evaluation, findings),
        findings=findings,
        most_columns=_MOST_COLUMNS,
    )
    return f"{sheet}\n"


def answers(
    trained: TrainedModel, evaluation: Evaluation, findings: Findings | None
) -> list[Answer]:
    """Return what the evidence says about each of the eight types."""
    checks = {check.code: check for check in evaluation.checks}
    return [_answer(kind, trained, checks, findings) for kind in TYPES]


def _answer(
    kind: LeakType,
    trained: TrainedModel,
    checks: dict[str, MethodCheck],
    findings: Findings | None,
) -> Answer:
    evidence, open_, known = list[str](), False, False
    if kind.code == "L1.1":
        known = trained.rows_test > 0
        open_ = not known
        evidence.append(f"{trained.rows_test:,} test rows, none of which the model was fitted on.")
    for code in kind.checks:
        check = checks.get(code)
        if check is None or check.state == "not applicable":
            continue
        known, open_ = True, open_ or check.state == "failed"
        evidence.append(f"{code} {check.title}: {check.state}. {check.message}".strip())
    if kind.findings and findings is None:
        evidence.append("The findings of its run were not kept.")
    for finding in findings.findings if findings else []:
        if finding.code in kind.findings:
            known, open_ = True, open_ or _is_open(finding)
            evidence.append(_line_about(finding))
    verdict: Verdict = "open" if open_ else "no sign of it" if known else "unknown"
    return Answer(kind, verdict, evidence or ["No finding or check covers it."])


def _is_open(finding: Finding) -> bool:
    return finding.state in {"blocked", "alerted"}


def _line_about(finding: Finding) -> str:
    reason = f", overridden: {finding.overridden}" if finding.overridden else ""
    state = f"{finding.state}{reason}"
    columns = f" ({', '.join(finding.columns[:5])})" if finding.columns else ""
    return f"{finding.code} {finding.title}{columns}: {state}. {finding.message}"


@cache
def _environment() -> Any:
    return markdown_environment("pipeweave_dagster.core.evaluation.report")
