"""The info sheet answers the eight types of leakage from evidence, and admits what is unknown."""

from typing import Any

from pipeweave_dagster.core.documents import (
    Estimate,
    Evaluation,
    Finding,
    Findings,
    MethodCheck,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation.report.info_sheet import TYPES, answers, info_sheet
from pipeweave_dagster_tests.factories.registry import pipeline, trained

SCORE = {"roc_auc": Estimate(value=0.8)}


def evaluation(*checks: MethodCheck) -> Evaluation:
    return Evaluation(
        rows=20, metric="roc_auc", metrics=SCORE, baseline=SCORE, verdict="model", checks=[*checks]
    )


def check(code: str, state: Any) -> MethodCheck:
    return MethodCheck(code=code, title=f"Title of {code}", state=state, message="Text.")


def finding(code: str, state: Any, **facts: Any) -> Finding:
    more = {"columns": ["bar<b>"], **facts}
    return Finding(code=code, title=f"Title of {code}", group="leakage", state=state,
                   message="Text.", **more)  # fmt: skip


def verdicts(found: Findings | None, *checks: MethodCheck) -> dict[str, str]:
    told = answers(trained("1", "x"), evaluation(*checks), found)
    return {answer.type.code: answer.verdict for answer in told}


def test_each_type_has_an_answer_and_evidence_decides_it() -> None:
    found = Findings(findings=[finding("PW401", "alerted"), finding("PW603", "passed"),
                               finding("PW205", "fixed")])  # fmt: skip
    told = verdicts(found, check("PE101", "passed"), check("PE112", "failed"))
    assert told == {
        "L1.1": "no sign of it",
        "L1.2": "no sign of it",
        "L1.3": "no sign of it",
        "L1.4": "open",
        "L2": "no sign of it",
        "L3.1": "no sign of it",
        "L3.2": "open",
        "L3.3": "unknown",
    }


def test_without_evidence_everything_but_the_test_set_is_unknown() -> None:
    told = verdicts(None, check("PE101", "not applicable"))
    assert {code for code, verdict in told.items() if verdict == "unknown"} == {
        kind.code for kind in TYPES if kind.code != "L1.1"
    }


def test_the_sheet_lists_blocked_columns_overrides_and_unknowns_escaped() -> None:
    blocked = finding("PW201", "blocked", overridden="known before (ana, 2026-01-02)")
    spec: PipelineSpec = pipeline(["x"]).model_copy(
        update={"dropped": {"bar_passed": "PW204: a copy of the target"}}
    )
    model: TrainedModel = trained("1", "x").model_copy(
        update={"overrides": ["PW201 bar<b>: known before (ana, 2026-01-02)"]}
    )
    sheet = info_sheet(model, spec, evaluation(), Findings(findings=[blocked]))
    assert "| L2 | Does the model use features that are not legitimate? | open |" in sheet
    parts = sheet.split("## Excluded columns")[1].split("\n## ")
    excluded, overrides, of_others, unknown = parts
    assert "a copy of the target" in excluded
    assert "known before" in overrides
    assert of_others.startswith("Models of other packages")
    assert "L3.3" in unknown
    assert "<b>" not in sheet


def test_the_reason_of_the_split_is_shown_to_its_end() -> None:
    spec = pipeline(["x"])
    reason = f"the latest rows are test rows, since {'a random split promises more, ' * 8}so it is"
    spec = spec.model_copy(update={"split": spec.split.model_copy(update={"reason": reason})})
    assert f"Split: {reason}." in info_sheet(trained("1", "x"), spec, evaluation(), None)
