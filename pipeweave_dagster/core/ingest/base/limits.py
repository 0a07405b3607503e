"""Resource limits of an ingest; each is enforced while streaming, not afterwards."""

from pipeweave_dagster.core.documents import Part

MEGABYTE = 1 << 20


class IngestLimits(Part):
    """Resource limits of one ingest. The defaults suit a laptop; a deployment may raise them.

    Attributes:
        max_bytes: Largest uploaded file, as uploaded (`MAX_DATASET_SIZE_MB`).
        max_uncompressed_bytes: Largest size that a compressed file may decompress to.
        max_columns: A file with more columns is treated as misread.
        max_in_memory_bytes: Largest file that the lenient parser reads as a whole.
        memory_mb: Memory that DuckDB may use before it spills to disk.
        threads: Number of DuckDB threads.
    """

    max_bytes: int = 1024 * MEGABYTE
    max_uncompressed_bytes: int = 2048 * MEGABYTE
    max_columns: int = 5000
    max_in_memory_bytes: int = 64 * MEGABYTE
    memory_mb: int = 1024
    threads: int = 2


DEFAULT_LIMITS = IngestLimits()
