"""Open gzip, bz2, zstd and zip files as streams."""

import bz2
import gzip
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.archive_members import data_member
from pipeweave_dagster.core.ingest.base.limits import IngestLimits

Container = Literal["none", "gzip", "zip", "bz2", "zstd"]


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
            member, notes = _member_with_data(archive, name)
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


def _member_with_data(
    archive: zipfile.ZipFile, name: str
) -> tuple[zipfile.ZipInfo, tuple[str, ...]]:
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
    chosen = data_member(archive, files)
    others = [i.filename for i in files if i is not chosen]
    if not others:
        return chosen, ()
    largest = chosen.file_size == max(i.file_size for i in files)
    why = "the largest with data" if largest else "which looks like the table"
    return chosen, (
        (
            f"The archive contains {len(files)} files. Only {chosen.filename!r}, {why},"
            f" was read; skipped: {', '.join(repr(o) for o in others[:5])}."
        ),
    )
