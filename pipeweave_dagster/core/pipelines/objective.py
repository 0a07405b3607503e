"""What a pipeline predicts and how it is judged: target, task, metric, sensitive columns."""

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    Finding,
    Findings,
    MetricName,
    SchemaDeduction,
    Task,
)
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.checks.roles import METRICS

DEFAULT_METRIC: dict[Task, MetricName] = {
    "binary": "roc_auc",
    "multiclass": "log_loss",
    "regression": "rmse",
}


def target_of(schema: SchemaDeduction) -> tuple[str, Task]:
    """Return the target column and the task.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where the schema has no target.
    """
    target = schema.target
    if target.name is None or target.task is None:
        raise validation_error(
            f"No target column was found, so there is nothing to predict. {target.reason}".strip(),
            fix="Name it: `--target COLUMN`, or `target: COLUMN` in pipeweave.yaml.",
            candidates=target.candidates,
            columns=[c.name for c in schema.columns][:200],
        )
    return target.name, target.task


def refuse_settings_of_two_classes(settings: DatasetSettings, schema: SchemaDeduction) -> None:
    """Refuse costs and a positive class where the target does not have two classes.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that says what the target has instead.
    """
    target = schema.target
    if target.task == "binary":
        return
    distinct = schema.column(str(target.name)).distinct
    has = "is a number (regression)" if target.task == "regression" else f"has {distinct} classes"
    for key, given in (("costs", settings.costs), ("positive", settings.positive)):
        if given is not None:
            raise validation_error(
                f"`{key}` is set, but it applies to a target with two classes only: "
                f"`{target.name}` {has}.",
                fix=f"Remove `{key}` from pipeweave.yaml, or name a target with two classes.",
                key=key,
                task=target.task,
            )


def choose_metric(settings: DatasetSettings, task: Task, findings: Findings) -> MetricName:
    """Return the metric of the settings, else that of a fixed finding, else the task's default.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where it is not a metric of the task.
    """
    fixed = [f.patch["metric"] for f in findings.findings if _fixes_metric(f)]
    metric = settings.metric or next(iter(fixed), DEFAULT_METRIC[task])
    if metric not in METRICS[task]:
        raise validation_error(
            f"`{metric}` is not a metric for a {task} target.",
            fix=f"Choose one of: {', '.join(METRICS[task])}.",
            metric=metric,
            task=task,
            setting={"metric": metric},
        )
    return metric


def _fixes_metric(finding: Finding) -> bool:
    return finding.state == "fixed" and finding.overridden is None and "metric" in finding.patch


def sensitive_columns(schema: SchemaDeduction, settings: DatasetSettings) -> list[str]:
    """Return the sensitive columns of the settings.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where one does not exist.
    """
    known = [c.name for c in schema.columns]
    for name in settings.sensitive:
        if name not in known:
            raise validation_error(
                f"The sensitive column `{name}` does not exist.",
                fix="Under `sensitive:` in pipeweave.yaml name any of: " + ", ".join(known[:30]),
                column=name,
            )
    return settings.sensitive
