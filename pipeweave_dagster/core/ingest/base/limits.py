"""What a file may cost; every bound is checked while streaming, not afterwards."""

from pipeweave_dagster.core.documents import Part

MEGABYTE = 1 << 20


class IngestLimits(Part):
    """Bounds of one ingest. The defaults suit a laptop; a deployment may raise them.

    Attributes:
        max_bytes: Largest file as uploaded (`MAX_DATASET_SIZE_MB`).
        max_uncompressed_bytes: Most bytes that a compressed file may unfold to.
        max_columns: More columns than this is taken for a misread file.
        max_in_memory_bytes: Files up to this size may be read by the lenient parser as a whole.
        memory_mb: What DuckDB may keep in memory before it spills to disk.
        threads: Threads of DuckDB.
    """

    max_bytes: int = 1024 * MEGABYTE
    max_uncompressed_bytes: int = 2048 * MEGABYTE
    max_columns: int = 5000
    max_in_memory_bytes: int = 64 * MEGABYTE
    memory_mb: int = 1024
    threads: int = 2


DEFAULT_LIMITS = IngestLimits()
