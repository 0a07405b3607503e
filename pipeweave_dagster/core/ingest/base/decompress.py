"""Open gzip, bz2, zstd and zip files as streams."""

import bz2
import gzip
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.limits import IngestLimits

Container = Literal["none", "gzip", "zip", "bz2", "zstd"]
_DATA_SUFFIXES = (".csv", ".tsv", ".txt", ".data", ".parquet", ".json", ".jsonl", ".xlsx", ".arrow")

_NOTES = re.compile(r"(?:read[ _-]?me|licen[cs]e|copying|change[ _-]?log)(?![^\W_])", re.IGNORECASE)
"""Files that stand beside the data in an archive, and may be longer."""


@contextmanager
def open_compressed(
    path: Path, name: str, kind: Container, limits: IngestLimits
) -> Iterator[tuple[BinaryIO, str, tuple[str, ...]]]:
    """Open a compressed file; yields its decompressed stream, its inner name, and notes.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if a zip file declares that it decompresses too far.
    """
    stem = name.rsplit(".", 1)[0]
    if kind == "zip":
        with zipfile.ZipFile(path) as archive:
            member, notes = _largest_member(archive, name)
            limits.check_decompressed(name, member.file_size, path.stat().st_size)
            with archive.open(member) as source:
                yield source, member.filename, notes  # type: ignore[misc]
    elif kind == "zstd":
        import zstandard

        with (
            path.open("rb") as raw,
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
        with opener(path, "rb") as source:
            yield source, stem, ()  # type: ignore[misc]


def _largest_member(archive: zipfile.ZipFile, name: str) -> tuple[zipfile.ZipInfo, tuple[str, ...]]:
    files = [
        i
        for i in archive.infolist()
        if not i.is_dir() and not i.filename.startswith("__MACOSX/") and i.file_size > 0
    ]
    if any(i.flag_bits & 1 for i in files):
        raise validation_error(
            f"{name!r} is protected by a password.", fix="Upload it uncompressed.", file=name
        )
    if not files:
        raise validation_error(f"{name!r} contains no file.", fix="Upload the data file itself.")
    data = [i for i in files if i.filename.lower().endswith(_DATA_SUFFIXES)] or files
    data = [i for i in data if not _NOTES.match(i.filename.rsplit("/", 1)[-1])] or data
    largest = max(data, key=lambda i: i.file_size)
    others = [i.filename for i in files if i is not largest]
    if not others:
        return largest, ()
    return largest, (
        (
            f"The archive contains {len(files)} files. Only {largest.filename!r}, the largest"
            f" with data, was read; skipped: {', '.join(repr(o) for o in others[:5])}."
        ),
    )
