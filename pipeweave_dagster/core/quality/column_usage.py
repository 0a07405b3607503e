"""Explains in one line why the pipeline uses a column or leaves it out."""

from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    Findings,
    PipelineSpec,
    SchemaDeduction,
    Step,
)
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.quality.user_decisions import is_suspected_leak
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

_DERIVED = "derived"
"""The step that computes features from several columns."""
_NOT_FEATURES = {
    "target": "the target, which the model predicts, not a feature",
    "weight": "the weight of each row, not a feature",
}


def explain_column(
    column: str, schema: SchemaDeduction, document: Findings, spec: PipelineSpec | None
) -> str:
    """Return one line that says whether a column is used, and why.

    Args:
        column: Name of the column.
        schema: Roles of the columns.
        document: The findings of the same version.
        spec: The pipeline, or None if findings stopped the run before it.

    Raises:
        PipeWeaveError: NOT_FOUND, naming the nearest columns.
    """
    info = _column_info(column, schema)
    open_findings = [f for f in document.findings if column in f.columns and f.overridden is None]
    blocking = next((f for f in open_findings if f.state == "blocked"), None)
    if spec is not None and column in spec.dropped:
        return _dropped(column, spec.dropped[column])
    if info.role in _NOT_FEATURES:
        return f"'{column}' is {_NOT_FEATURES[info.role]}."
    if blocking is not None:
        message = _without_name(blocking.message, f"'{column[:80]}'")
        return f"'{column}' blocks the run ({blocking.code}): {message}"
    if info.role != "feature" and not _is_used(column, spec):
        return f"'{column}' is not used ({info.role}): {info.reason}"
    codes = ", ".join(f.code for f in open_findings if is_suspected_leak(f))
    doubt = f", but {codes} questions whether it is known at prediction time" if codes else ""
    return f"'{column}' is used {_uses(info, spec)}{doubt}."


def _dropped(column: str, reason: str) -> str:
    """Return that the pipeline drops a column, with the reason that it gives."""
    if reason.startswith("dropped "):
        return f"'{column}' is {reason}."
    code, of_finding, message = reason.partition(": ")
    if of_finding and code.startswith("PW"):
        message = _without_name(message, f"'{column[:80]}'")
        return f"'{column}' is not used ({code}): {message}"
    it = "it " if reason.startswith(("is ", "has ", "identifies ")) else ""
    return f"'{column}' is not used: {it}{reason}"


def _uses(info: ColumnDeduction, spec: PipelineSpec | None) -> str:
    """Return what a column is used for: as a feature, in others, to choose the test rows."""
    if spec is None:
        return f"as a feature ({info.type})"
    names = [step.use for step in _feature_steps(spec) if info.name in step.columns]
    uses = [f"as a feature ({name})" for name in names if name != _DERIVED]
    if _DERIVED in names:
        uses.append("in features that are computed from several columns")
    if spec.split.column == info.name:
        uses.append(f"to choose the test rows (split by {spec.split.kind})")
    return " and ".join(uses) or f"as a feature ({info.type})"


def _is_used(column: str, spec: PipelineSpec | None) -> bool:
    """Return whether features are made of it, as of an identifier whose order is predictive."""
    steps = _feature_steps(spec) if spec is not None else []
    return any(column in step.columns for step in steps)


def _feature_steps(spec: PipelineSpec) -> list[Step]:
    return [step for step in spec.steps if step.kind in {"preprocess", "feature"}]


def _without_name(message: str, name: str) -> str:
    """Return the message of a finding without the quoted name that it begins with."""
    rest = message.removeprefix(f"{name}: ")
    return f"it{rest.removeprefix(name)}" if rest.startswith(f"{name} ") else rest


def _column_info(column: str, schema: SchemaDeduction) -> ColumnDeduction:
    info = next((c for c in schema.columns if c.name == column), None)
    if info is None:
        near = nearest_names(column, (c.name for c in schema.columns), cutoff=0.4)
        hint = did_you_mean(near, otherwise="See 'pipeweave schema'.")
        raise not_found(f"There is no column {column!r}.", fix=hint, nearest=near)
    return info
