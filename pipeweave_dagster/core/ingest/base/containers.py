"""What a file is by its first bytes, and its content out of gzip, bz2, zstd and zip."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE, IngestLimits

Container = Literal["none", "gzip", "zip", "bz2", "zstd"]
_CHUNK = MEGABYTE
_MAX_NESTING = 2
_DATA_SUFFIXES = (".csv", ".tsv", ".txt", ".data", ".parquet", ".json", ".jsonl", ".xlsx", ".arrow")
_BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Content:
    """The bytes to read: a plain file, its name as a hint, and what it was wrapped in."""

    path: Path
    name: str
    container: Container
    notes: tuple[str, ...] = ()


def unwrap(path: Path, name: str, folder: Path, limits: IngestLimits) -> Content:
    """Take the data file out of its wrapping, stopping a decompression bomb while streaming.

    Args:
        path: The file as uploaded.
        name: Its name, as a hint only; the first bytes decide.
        folder: Scratch folder for what is unpacked.
        limits: Bounds on the size before and after.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for an empty, too large, damaged or bomb-like file.
    """
    _check_size(path, name, limits)
    content = Content(path, name, "none")
    for depth in range(_MAX_NESTING + 1):
        kind = container_of(content.path)
        if kind == "none":
            return content
        target = folder / f"unpacked{depth}"
        inner, notes = _unpack(content, kind, target, limits)
        content = Content(target, inner, kind, (*content.notes, *notes))
    raise validation_error(
        f"{name!r} is packed more than {_MAX_NESTING} times over.",
        fix="Upload the data file itself.",
    )


def container_of(path: Path) -> Container:
    """The wrapping by its magic bytes; an Excel workbook is a zip file, but no wrapping."""
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
    """Whether a zip file is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _check_size(path: Path, name: str, limits: IngestLimits) -> None:
    size = path.stat().st_size
    if size == 0:
        raise validation_error(
            f"{name!r} is empty (0 bytes).", fix="Upload a file that has data.", file=name
        )
    if size > limits.max_bytes:
        raise validation_error(
            f"{name!r} has {size / MEGABYTE:,.0f} MB; the limit is "
            f"{limits.max_bytes / MEGABYTE:,.0f} MB.",
            fix="Raise MAX_DATASET_SIZE_MB, or upload less.",
            file=name,
            size_bytes=size,
            limit_bytes=limits.max_bytes,
        )


def _unpack(
    content: Content, kind: Container, target: Path, limits: IngestLimits
) -> tuple[str, tuple[str, ...]]:
    try:
        with _open(content, kind) as (source, inner, notes), target.open("wb") as sink:
            _copy(source, sink, content.name, limits)
    except _BROKEN as error:
        raise validation_error(
            f"{content.name!r} is a damaged {kind} file: {error}.",
            fix="Pack it again, or upload it unpacked.",
            file=content.name,
        ) from error
    if target.stat().st_size == 0:
        raise validation_error(
            f"{content.name!r} holds nothing.",
            fix="Upload a file that has data.",
            file=content.name,
        )
    return inner, notes


def _copy(source: BinaryIO, sink: BinaryIO, name: str, limits: IngestLimits) -> None:
    total = 0
    while chunk := source.read(_CHUNK):
        total += len(chunk)
        if total > limits.max_uncompressed_bytes:
            raise validation_error(
                f"{name!r} unfolds to more than {limits.max_uncompressed_bytes / MEGABYTE:,.0f} MB;"
                " reading was stopped there.",
                fix="Upload less, or raise MAX_DATASET_SIZE_MB.",
                file=name,
                limit_bytes=limits.max_uncompressed_bytes,
            )
        sink.write(chunk)


@contextmanager
def _open(content: Content, kind: Container) -> Iterator[tuple[BinaryIO, str, tuple[str, ...]]]:
    stem = content.name.rsplit(".", 1)[0]
    if kind == "zip":
        with zipfile.ZipFile(content.path) as archive:
            member, notes = _choose(archive, content.name)
            with archive.open(member) as source:
                yield source, member.filename, notes  # type: ignore[misc]
    elif kind == "zstd":
        import zstandard

        with (
            content.path.open("rb") as raw,
            zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
                raw, read_across_frames=True
            ) as source,
        ):
            try:
                yield source, stem, ()
            except zstandard.ZstdError as error:
                raise ValueError(str(error)) from error
    else:
        opener = gzip.open if kind == "gzip" else bz2.open
        with opener(content.path, "rb") as source:
            yield source, stem, ()  # type: ignore[misc]


def _choose(archive: zipfile.ZipFile, name: str) -> tuple[zipfile.ZipInfo, tuple[str, ...]]:
    files = [
        i
        for i in archive.infolist()
        if not i.is_dir() and not i.filename.startswith("__MACOSX/") and i.file_size > 0
    ]
    if any(i.flag_bits & 1 for i in files):
        raise validation_error(
            f"{name!r} is locked with a password.", fix="Upload it unpacked.", file=name
        )
    if not files:
        raise validation_error(f"{name!r} holds no file.", fix="Upload the data file itself.")
    data = [i for i in files if i.filename.lower().endswith(_DATA_SUFFIXES)] or files
    best = max(data, key=lambda i: i.file_size)
    others = [i.filename for i in files if i is not best]
    if not others:
        return best, ()
    return best, (
        (
            f"The archive holds {len(files)} files; {best.filename!r}, the largest table, was read"
            f" and {len(others)} left: {', '.join(repr(o) for o in others[:5])}."
        ),
    )
