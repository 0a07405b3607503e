"""Construct a pipeline from schema and findings by rules (no model, no data is looked at)."""

from typing import Any

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    Finding,
    Findings,
    MetricName,
    PipelineSpec,
    SchemaDeduction,
    SplitSpec,
    Step,
    Task,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.catalogue import installed_families
from pipeweave_dagster.core.pipelines.checks.roles import METRICS
from pipeweave_dagster.core.pipelines.column_selection import (
    as_used,
    dropped_columns,
    said_of_values,
    suspicion,
)
from pipeweave_dagster.core.pipelines.handwritten import apply_settings
from pipeweave_dagster.core.pipelines.step_choice import STEP_NAMES, UNREAD, column_step, step_for

DEFAULT_METRIC: dict[Task, MetricName] = {
    "binary": "roc_auc",
    "multiclass": "log_loss",
    "regression": "rmse",
}
# Models of few rows differ much by which rows they saw: more folds let them see more.
_FEW_ROWS, _FOLDS_OF_FEW = 2_000, 8
_NOT_FOR_TEXT = ("neighbours", "mlp", "svm")


def plan(
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    findings: Findings,
    settings: DatasetSettings,
) -> PipelineSpec:
    """Construct the pipeline; equal input gives an equal pipeline.

    Args:
        snapshot: The typed table (only its counts are read).
        schema: Meaning of the columns, and the target.
        findings: What guardrails found; columns that they fixed or blocked are dropped, those
            under mere suspicion of a leak are kept, and the first step says so.
        settings: What a person decided (metric, split, a hand-written pipeline).

    Raises:
        PipeWeaveError: VALIDATION_ERROR where there is no target, no feature, the metric does
            not suit the task, or a hand-written pipeline has problems.
    """
    target, task = _target(schema)
    metric = _metric(settings, task, findings)
    identifiers = {c.name for c in schema.columns if c.role == "identifier"}
    schema = as_used(schema, findings)
    split = _split(schema, settings, snapshot.rows)
    dropped = dropped_columns(schema, findings, settings, snapshot.rows, split)
    columns = [c for c in schema.columns if c.role == "feature" and c.name not in dropped]
    if not columns:
        raise validation_error(
            "No column is left to learn from: "
            + "; ".join(f"{name} ({reason})" for name, reason in dropped.items()),
            fix="Add columns, or set `columns: {NAME: {type: categorical}}` in pipeweave.yaml "
            "for one that was dropped by mistake.",
            dropped=dropped,
        )
    # Rows that differ in nothing but their number stay on one side of the split.
    unread = {c.name: UNREAD for c in columns if c.name in identifiers}
    unread = unread if len(unread) < len(columns) else {}
    said = said_of_values([*columns, schema.column(target)], settings)
    weight = next((c.name for c in schema.columns if c.role == "weight"), None)
    spec = PipelineSpec(
        source="rules",
        target=target,
        task=task,
        positive=schema.target.positive,
        classes=schema.target.classes if task != "regression" else [],
        weight=weight,
        metric=metric,
        features=[c.name for c in columns],
        steps=_steps(columns, target, snapshot.rows, said, suspicion(columns, findings)),
        split=split.model_copy(update={"hashed_as": {**split.hashed_as, **unread}}),
        dropped=dropped,
        overrides=findings.overrides,
        costs=settings.costs if task == "binary" else None,
        sensitive=_sensitive(schema, settings),
    )
    known = {c.name: c for c in schema.columns}
    return apply_settings(spec, settings, [c.name for c in snapshot.columns], known)


def _target(schema: SchemaDeduction) -> tuple[str, Task]:
    target = schema.target
    if target.name is None or target.task is None:
        raise validation_error(
            f"No target column was found, so there is nothing to predict. {target.reason}".strip(),
            fix="Name it: `--target COLUMN`, or `target: COLUMN` in pipeweave.yaml.",
            candidates=target.candidates,
            columns=[c.name for c in schema.columns][:200],
        )
    return target.name, target.task


def _metric(settings: DatasetSettings, task: Task, findings: Findings) -> MetricName:
    """What a person said, else what a finding has fixed, else the task's default."""
    fixed = [f.patch["metric"] for f in findings.findings if _fixes_metric(f)]
    metric = settings.metric or next(iter(fixed), DEFAULT_METRIC[task])
    if metric not in METRICS[task]:
        raise validation_error(
            f"The metric `{metric}` does not suit a {task} target.",
            fix=f"Choose one of: {', '.join(METRICS[task])}.",
            metric=metric,
            task=task,
        )
    return metric


def _fixes_metric(finding: Finding) -> bool:
    return finding.state == "fixed" and finding.overridden is None and "metric" in finding.patch


def _sensitive(schema: SchemaDeduction, settings: DatasetSettings) -> list[str]:
    known = [c.name for c in schema.columns]
    for name in settings.sensitive:
        if name not in known:
            raise validation_error(
                f"The sensitive column `{name}` does not exist.",
                fix="Under `sensitive:` in pipeweave.yaml name any of: " + ", ".join(known[:30]),
                column=name,
            )
    return settings.sensitive


def _split(schema: SchemaDeduction, settings: DatasetSettings, rows: int) -> SplitSpec:
    asked = {
        kind: column
        for kind, column in settings.split.model_dump().items()
        if isinstance(column, str)
    }
    if len(asked) > 1:
        raise validation_error(
            f"The settings ask for several splits at once: {', '.join(asked)}.",
            fix="Keep one of time, group and fold under `split:` in pipeweave.yaml.",
        )
    for kind, column in asked.items():
        if column not in {c.name for c in schema.columns}:
            raise validation_error(
                f"The split column `{column}` does not exist.",
                fix="Name one of: " + ", ".join(c.name for c in schema.columns[:30]) + ".",
                column=column,
            )
        return SplitSpec.model_validate(
            {"kind": kind, "column": column, "reason": f"asked for in the settings ({kind})"}
        )
    return SplitSpec(
        folds=_FOLDS_OF_FEW if rows < _FEW_ROWS else SplitSpec().folds,
        reason="each row's own hash decides, so a row keeps its side when the data set grows, "
        "and exact duplicates stay together",
    )


def _steps(
    columns: list[ColumnDeduction], target: str, rows: int, said: dict[str, Any], warning: str
) -> list[Step]:
    groups: dict[str, list[ColumnDeduction]] = {}
    for column in columns:
        use, _ = step_for(column, rows)
        groups.setdefault(use or "numeric", []).append(column)
    names = [c.name for c in columns]
    read = Step(
        name="read",
        kind="extract",
        use="table",
        columns=[*names, target],
        params=said,
        reason=warning,
    )
    steps = [read]
    steps.extend(column_step(use, groups[use]) for use in STEP_NAMES if use in groups)
    few_inputs = "text" not in groups
    families = [f for f in installed_families() if few_inputs or f not in _NOT_FOR_TEXT]
    steps.append(
        Step(
            name="model",
            kind="train",
            use="search",
            after=[s.name for s in steps[1:]],
            params={"families": families},
            reason="strong families first, so that a short budget already gives a good model",
        )
    )
    steps.append(Step(name="score", kind="predict", use="predict", after=["model"]))
    return steps
