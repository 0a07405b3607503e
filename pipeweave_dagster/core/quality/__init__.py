"""Guardrails: what is wrong with a data set, how sure that is, and what to do about it.

Only proof blocks; a suspicion alerts. Each guardrail is one module of `guardrails`.
"""

from pathlib import Path

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Findings,
    SchemaDeduction,
)


def inspect(
    snapshot: DatasetSnapshot,
    schema: SchemaDeduction,
    data: Path,
    settings: DatasetSettings,
    previous: Version | None = None,
) -> Findings:
    """Run every guardrail over one version of a data set.

    Args:
        snapshot: The typed table's description.
        schema: Meaning of its columns, and the target.
        data: The snapshot's Parquet file.
        settings: What the user said; its overrides mark the findings that they set aside.
        previous: The version before, to compare with; None if there is none.

    Returns:
        Findings in the order of their codes, at least one for each of the eight groups. Equal
        inputs give equal bytes.
    """
    from pipeweave_dagster.core.quality.run import run_guardrails

    return run_guardrails(snapshot, schema, data, settings, previous)
