"""Resource limits of an ingest; each is enforced while streaming, not afterwards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error

MEGABYTE = 1 << 20
BLOCK_ROWS = 50_000
"""Rows of a batch in a row group: as many as are scored at once, so reading them decodes one."""
# How many times its size a file may take in memory, by its first bytes. Measured: a workbook takes
# ninety times, JSON ten times, and a delimited file that is read leniently thirty times its size.
_TIMES = (
    (b"\x1f\x8b", 200),
    (b"BZh", 200),
    (b"\x28\xb5\x2f\xfd", 200),
    (b"PK\x03\x04", 100),
    (b"PAR1", 16),
    (b"ARROW1", 16),
    (b"\xff\xff\xff\xff", 16),
    (b"{", 16),
    (b"[", 16),
)
_TIMES_OF_TEXT = 48
_LEAST_MB = 512


class IngestLimits(Part):
    """Resource limits of one ingest. The defaults suit a laptop; a deployment may raise them.

    Attributes:
        max_bytes: Largest uploaded file, as uploaded (`MAX_DATASET_SIZE_MB`).
        max_uncompressed_bytes: Largest size of a file once it is decompressed, or of its columns.
        max_ratio: How many times its size a file may decompress to, from `free_uncompressed_bytes`
            on.
        free_uncompressed_bytes: Up to this size a file may decompress by any factor.
        max_columns: A file with more columns is treated as misread.
        max_in_memory_bytes: Largest file that the lenient parser reads as a whole.
        memory_mb: Memory that DuckDB may use before it spills to disk.
        threads: Number of DuckDB threads.
    """

    max_bytes: int = 1024 * MEGABYTE
    max_uncompressed_bytes: int = 2048 * MEGABYTE
    max_ratio: int = 100
    free_uncompressed_bytes: int = 128 * MEGABYTE
    max_columns: int = 5000
    max_in_memory_bytes: int = 64 * MEGABYTE
    memory_mb: int = 1024
    threads: int = 2

    @classmethod
    def for_files(cls, files: Sequence[Path], max_bytes: int) -> Self:
        """Return the limits for files, of which each may have this size."""
        return cls(
            max_bytes=max_bytes,
            max_uncompressed_bytes=2 * max_bytes,
            memory_mb=min(1024, reading_memory_mb(files) // 2),
        )

    def check_decompressed(
        self, name: str, size: int, packed_size: int, *, free: int | None = None
    ) -> None:
        """Refuse a file that decompresses too far, as it declares or as far as it was read.

        Args:
            name: What to call the file.
            size: Decompressed size in bytes.
            packed_size: Size of the file in bytes.
            free: Replaces `free_uncompressed_bytes`.

        Raises:
            PipeWeaveError: `VALIDATION_ERROR` with the limit that it exceeds.
        """
        if size > self.max_uncompressed_bytes:
            raise decompresses_too_far(name, self.max_uncompressed_bytes)
        if size > max(free or self.free_uncompressed_bytes, self.max_ratio * packed_size):
            raise validation_error(
                f"{name!r} decompresses to more than {self.max_ratio} times its size, as only files"
                " do that are made to exhaust a machine; reading stopped there.",
                fix="Upload it uncompressed.",
                file=name,
                limit_ratio=self.max_ratio,
            )


DEFAULT_LIMITS = IngestLimits()


def decompresses_too_far(name: str, limit_bytes: int) -> PipeWeaveError:
    """Return the error for a file that decompresses to more bytes than the limit."""
    return validation_error(
        f"{name!r} decompresses to more than {limit_bytes / MEGABYTE:,.0f} MB, which is twice"
        " MAX_DATASET_SIZE_MB; reading stopped there.",
        fix="Raise MAX_DATASET_SIZE_MB, or upload a smaller file.",
        file=name,
        limit_bytes=limit_bytes,
    )


def reading_memory_mb(files: Sequence[Path]) -> int:
    """Return the memory in MB that reading files may take, in proportion to their sizes."""
    return _LEAST_MB + sum(_times(path) * path.stat().st_size for path in files) // MEGABYTE


def _times(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((times for magic, times in _TIMES if head.startswith(magic)), _TIMES_OF_TEXT)
