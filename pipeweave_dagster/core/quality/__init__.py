"""Guardrails: what is wrong with a data set, how strong the evidence is, and what to do about it.

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
    r"""Run every guardrail on one version of a data set.

    Args:
        snapshot: Description of the typed table.
        schema: Types and roles of its columns, and the target.
        data: Parquet file of the snapshot.
        settings: Settings of the data set; its overrides mark the findings they apply to.
        previous: The previous version to compare with, or None.

    Returns:
        Findings sorted by code, at least one for each of the eight groups. Equal inputs give equal
        bytes.

    Example:
        >>> import pathlib, tempfile
        >>> from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
        >>> from pipeweave_dagster.core.ingest import ingest
        >>> from pipeweave_dagster.core.schema import deduce
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> csv = folder / "pets.csv"
        >>> _ = csv.write_text("pet,kind\n" + "cat,mammal\nowl,bird\n" * 50)
        >>> raw = RawFile(name="pets.csv", sha256="0" * 64, size_bytes=csv.stat().st_size)
        >>> snapshot = ingest(RawUpload(dataset="pets", files=[raw]), [csv], folder)
        >>> settings = DatasetSettings(target="kind")
        >>> data = folder / snapshot.data.name
        >>> findings = inspect(snapshot, deduce(snapshot, data, settings), data, settings)
        >>> [(finding.code, finding.columns) for finding in findings.blocked]
        [('PW204', ['pet'])]
    """
    from pipeweave_dagster.core.quality.run import run_guardrails

    return run_guardrails(snapshot, schema, data, settings, previous)
