"""A person's answers to findings, as keys of `pipeweave.yaml`; and why a column is not used."""

from typing import Any

from pipeweave_dagster.core.documents import Finding, Findings, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

ALL = "all"


def acceptance(document: Findings, code: str, column: str | None = None) -> dict[str, Any]:
    """The settings that carry out what findings propose.

    Args:
        document: The findings.
        code: Code of the findings, or `all`: then suspicions of a leak are left to a person, who
            alone can know whether a column is known in time.
        column: Only findings about this column; None for every one.

    Raises:
        PipeWeaveError: NOT_FOUND without such a finding, VALIDATION_ERROR if none of them has a
            proposal that a setting could take over.
    """
    patch: dict[str, Any] = {}
    told = _told(document, code, column)
    for finding in told:
        if not (code == ALL and is_suspicion(finding)):
            patch = merged(patch, finding.patch)
    if not patch:
        raise validation_error(
            f"{code} has no proposal that a setting could take over.",
            fix=next(
                (finding.proposal for finding in told if finding.proposal),
                "Change the data, or use --override with --reason.",
            ),
        )
    return patch


def is_suspicion(finding: Finding) -> bool:
    """Whether a finding only asks if a column is known before the outcome."""
    return finding.group == "leakage" and finding.state == "alerted"


def overriding(
    document: Findings, code: str, column: str | None, reason: str | None, facts: dict[str, str]
) -> dict[str, Any]:
    """The settings that set findings aside.

    Args:
        document: The findings.
        code: Code of the findings.
        column: Only findings about this column; None for every one.
        reason: Why; kept with the model and shown on its card.
        facts: Who says so and when (`by`, `at`).

    Raises:
        PipeWeaveError: NOT_FOUND without such a finding, VALIDATION_ERROR without a reason.
    """
    if not reason or not reason.strip():
        raise validation_error("An override needs its reason.", fix="Add --reason TEXT.")
    found = _told(document, code, column)
    columns = {name for finding in found for name in finding.columns}
    named = sorted(columns & {column} if column else columns)
    said = {"reason": reason, **facts}
    entries = [{"finding": code, "column": name, **said} for name in named]
    return {"overrides": entries or [{"finding": code, **said}]}


def why(column: str, schema: SchemaDeduction, document: Findings, spec: PipelineSpec | None) -> str:
    """One line: whether a column is used, and why not.

    Raises:
        PipeWeaveError: NOT_FOUND, naming the nearest columns.
    """
    found = next((c for c in schema.columns if c.name == column), None)
    if found is None:
        near = nearest_names(column, (c.name for c in schema.columns), cutoff=0.4)
        hint = did_you_mean(near, otherwise="See 'pipeweave schema'.")
        raise not_found(f"There is no column {column!r}.", fix=hint, nearest=near)
    about = [f for f in document.findings if column in f.columns and f.overridden is None]
    stopped = next((f for f in about if f.state == "blocked"), None)
    if spec is not None and column in spec.dropped:
        return f"'{column}' is left out: {spec.dropped[column]}"
    if found.role in {"target", "weight"}:
        return f"'{column}' is the {found.role}, so it is no feature."
    if stopped is not None:
        return f"'{column}' stops the line. {stopped.code}: {stopped.message}"
    if found.role != "feature":
        return f"'{column}' is left out ({found.role}): {found.reason}"
    asked = ", ".join(f.code for f in about if is_suspicion(f))
    return f"'{column}' is used{f'; {asked} asks whether it is known in time' if asked else ''}."


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Two settings laid over each other: maps are merged, lists joined, the rest replaced."""
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            result[key] = merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            result[key] = [*before, *(item for item in value if item not in before)]
        else:
            result[key] = value
    return result


def _told(document: Findings, code: str, column: str | None) -> list[Finding]:
    """The findings of a code (and column) that say something and were not set aside."""
    told = [f for f in document.findings if f.state != "passed" and f.overridden is None]
    found = [f for f in told if code in {ALL, f.code} and (column is None or column in f.columns)]
    if not found:
        codes = ", ".join(sorted({f.code for f in told})) or "nothing"
        about = f" for column {column!r}" if column else ""
        raise not_found(f"{code} was not found{about}.", fix=f"Found: {codes}.")
    return found
