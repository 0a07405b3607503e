"""Detect compression by the first bytes, and unpack gzip, bz2, zstd and zip files."""

import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.decompress import Container, open_compressed
from pipeweave_dagster.core.ingest.base.foreign_files import refuse_foreign
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE, IngestLimits

_CHUNK = MEGABYTE
_MAX_NESTING = 2
_READ_ERRORS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Content:
    """An unpacked file: where it is, its name (a hint to the format) and its compression."""

    path: Path
    name: str
    container: Container
    notes: tuple[str, ...] = ()


def unpack(path: Path, name: str, folder: Path, limits: IngestLimits) -> Content:
    """Decompress a file while streaming, and stop at the size limit (decompression bombs).

    Args:
        path: The file as uploaded.
        name: Its name, only a hint; the first bytes decide.
        folder: Scratch folder for the unpacked file.
        limits: Limits on the compressed and uncompressed size.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for a file that is empty, damaged, too large or no table.
    """
    _check_size(path, name, limits)
    content = Content(path, name, "none")
    for depth in range(_MAX_NESTING + 1):
        refuse_foreign(content.path, content.name)
        kind = container_of(content.path)
        if kind == "none":
            return content
        target = folder / f"unpacked{depth}"
        inner, notes = _unpack(content, kind, target, limits)
        content = Content(target, inner, kind, (*content.notes, *notes))
    raise validation_error(
        f"{name!r} is compressed more than {_MAX_NESTING} times over.",
        fix="Upload the data file itself.",
    )


def container_of(path: Path) -> Container:
    """Return the compression by its magic bytes; an Excel workbook does not count as a zip file."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"\x1f\x8b":
        return "gzip"
    if magic[:3] == b"BZh":
        return "bz2"
    if magic == b"\x28\xb5\x2f\xfd":
        return "zstd"
    if magic == b"PK\x03\x04" and not is_workbook(path):
        return "zip"
    return "none"


def is_workbook(path: Path) -> bool:
    """Return whether a zip file is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _check_size(path: Path, name: str, limits: IngestLimits) -> None:
    size = path.stat().st_size
    if size == 0:
        raise validation_error(
            f"{name!r} is empty (0 bytes).", fix="Upload a file that contains data.", file=name
        )
    if size > limits.max_bytes:
        raise validation_error(
            f"{name!r} is {size / MEGABYTE:,.0f} MB in size; the limit is "
            f"{limits.max_bytes / MEGABYTE:,.0f} MB.",
            fix="Raise MAX_DATASET_SIZE_MB, or upload a smaller file.",
            file=name,
            size_bytes=size,
            limit_bytes=limits.max_bytes,
        )


def _unpack(
    content: Content, kind: Container, target: Path, limits: IngestLimits
) -> tuple[str, tuple[str, ...]]:
    try:
        with (
            open_compressed(content.path, content.name, kind, limits) as (source, inner, notes),
            target.open("wb") as sink,
        ):
            _copy(source, sink, content.name, content.path.stat().st_size, limits)
    except _READ_ERRORS as error:
        raise validation_error(
            f"{content.name!r} is a damaged {kind} file: {error}.",
            fix="Compress it again, or upload it uncompressed.",
            file=content.name,
        ) from error
    if target.stat().st_size == 0:
        raise validation_error(
            f"{content.name!r} contains no data.",
            fix="Upload a file that contains data.",
            file=content.name,
        )
    return inner, notes


def _copy(
    source: BinaryIO, sink: BinaryIO, name: str, packed_size: int, limits: IngestLimits
) -> None:
    total = 0
    while chunk := source.read(_CHUNK):
        total += len(chunk)
        limits.check_decompressed(name, total, packed_size)
        sink.write(chunk)
