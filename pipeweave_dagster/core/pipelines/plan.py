"""Construct a pipeline from schema and findings by rules, without reading the data."""

from typing import Any

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    Findings,
    PipelineSpec,
    SchemaDeduction,
    SplitSpec,
    Step,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.families import FAMILIES, installed_families
from pipeweave_dagster.core.pipelines.column_selection import (
    DROPPED_BY_USER,
    dropped_columns,
    leak_warning,
    value_corrections,
    with_used_identifiers,
)
from pipeweave_dagster.core.pipelines.handwritten import apply_settings
from pipeweave_dagster.core.pipelines.objective import (
    choose_metric,
    refuse_settings_of_two_classes,
    sensitive_columns,
    target_of,
)
from pipeweave_dagster.core.pipelines.split_choice import choose_split, split_gaps
from pipeweave_dagster.core.pipelines.step_choice import STEP_NAMES, UNREAD, column_step, step_for
from pipeweave_dagster.core.schema.column_lookup import with_column_names

_TOTALS = "PW609"


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
        findings: Columns that a guardrail fixed or blocked are dropped; columns with a mere
            alert of leakage are kept, and the reason of the first step names them.
        settings: Settings of the user (metric, split, a hand-written pipeline).

    Raises:
        PipeWeaveError: VALIDATION_ERROR where there is no target, no feature, the metric does
            not suit the task, or a hand-written pipeline has problems.
    """
    settings = with_column_names(settings, snapshot)
    target, task = target_of(schema)
    refuse_settings_of_two_classes(settings, schema)
    metric = choose_metric(settings, task, findings)
    identifiers = {c.name for c in schema.columns if c.role == "identifier"}
    schema = with_used_identifiers(schema, findings)
    gaps = split_gaps(findings)
    split = choose_split(schema, settings, snapshot.rows, gaps)
    dropped = dropped_columns(schema, findings, settings, snapshot.rows, split)
    columns = _features(schema, dropped)
    known_columns = [*columns, schema.column(target)]
    corrections = value_corrections(known_columns, settings, schema.target, snapshot.columns)
    warning = leak_warning(columns, findings)
    spec = PipelineSpec(
        source="rules",
        target=target,
        task=task,
        positive=schema.target.positive,
        classes=schema.target.classes if task != "regression" else [],
        labels=schema.target.labels if task != "regression" else {},
        weight=next((c.name for c in schema.columns if c.role == "weight"), None),
        metric=metric,
        train_for=settings.train_for,
        features=[c.name for c in columns],
        steps=_steps(columns, target, snapshot.rows, corrections, warning),
        split=_without_identifiers(split, columns, identifiers),
        dropped=dropped,
        overrides=findings.overrides,
        costs=settings.costs if task == "binary" else None,
        sensitive=sensitive_columns(schema, settings),
        structure=gaps,
        without_totals=any(f.code == _TOTALS and f.state == "fixed" for f in findings.findings),
    )
    known = {c.name: c for c in schema.columns}
    spec = apply_settings(spec, settings, [c.name for c in snapshot.columns], known)
    used = dict.fromkeys([*spec.features, *spec.sensitive])
    hidden = [name for name in used if name in known and known[name].pii]
    return spec.model_copy(update={"hidden": hidden}) if hidden != spec.hidden else spec


def _features(schema: SchemaDeduction, dropped: dict[str, str]) -> list[ColumnDeduction]:
    columns = [c for c in schema.columns if c.role == "feature" and c.name not in dropped]
    if not columns:
        by_user = bool(dropped) and set(dropped.values()) == {DROPPED_BY_USER}
        raise validation_error(
            "No feature columns are left: "
            + "; ".join(f"{name} ({reason})" for name, reason in dropped.items()),
            fix="Remove `drop: true` from one of them in pipeweave.yaml."
            if by_user
            else "Add columns, or set `columns: {NAME: {type: categorical}}` in pipeweave.yaml "
            "for one that was dropped by mistake.",
            dropped=dropped,
        )
    return columns


def _without_identifiers(
    split: SplitSpec, columns: list[ColumnDeduction], identifiers: set[str]
) -> SplitSpec:
    """Keep rows that differ only in their identifier on the same side of the split."""
    unread = {c.name: UNREAD for c in columns if c.name in identifiers}
    if len(unread) == len(columns):
        return split
    return split.model_copy(update={"hashed_as": {**split.hashed_as, **unread}})


def _steps(
    columns: list[ColumnDeduction],
    target: str,
    rows: int,
    corrections: dict[str, Any],
    warning: str,
) -> list[Step]:
    groups: dict[str, list[ColumnDeduction]] = {}
    for column in columns:
        use, _ = step_for(column, rows)
        groups.setdefault(use or "numeric", []).append(column)
    read = Step(
        name="read",
        kind="extract",
        use="table",
        columns=[*(c.name for c in columns), target],
        params=corrections,
        reason=warning,
    )
    steps = [read]
    steps.extend(column_step(use, groups[use]) for use in STEP_NAMES if use in groups)
    few_inputs = "text" not in groups
    families = [f for f in installed_families() if few_inputs or FAMILIES[f].suits_text]
    steps.append(
        Step(
            name="model",
            kind="train",
            use="search",
            after=[s.name for s in steps[1:]],
            params={"families": families},
            reason="strong families first, so that even a short budget gives a good model",
        )
    )
    steps.append(Step(name="score", kind="predict", use="predict", after=["model"]))
    return steps
