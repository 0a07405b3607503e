"""Refuse files that are no tables by the name of what they are, and say what to do."""

import re
import zipfile
from pathlib import Path

from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.base.signatures import (
    OFFICE_STREAMS,
    OLD_OFFICE,
    SIGNATURES,
    ZIP_MEMBERS,
    Foreign,
)
from pipeweave_dagster.core.ingest.base.web_pages import HEAD, markup_in

_OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ERROR_LINE = re.compile(
    rb"\s*(error\W*)?(\d{3}\W+)?(page |file |resource )?(not found|forbidden|unauthori[sz]ed|"
    rb"access denied|bad gateway|bad request|internal server error|service unavailable|"
    rb"too many requests|gateway time-?out|([\w ]+ )?rate limit exceeded|error code: \d+)"
    rb"\W*(\d{3})?\s*",
    re.IGNORECASE,
)


def refuse_foreign(path: Path, name: str) -> None:
    """Refuse a file whose bytes show that it is not a table, whatever its name.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` that names the format and says what to do.
    """
    foreign = identify(path)
    if foreign is not None:
        raise refusal(name, foreign)


def identify(path: Path) -> Foreign | None:
    """Return what a file is that holds no table, None for a file that may hold one."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(_OLD_OFFICE_MAGIC):
        return _old_office(path)
    if head.startswith(b"PK\x03\x04"):
        return _zip_document(path)
    for pattern, foreign in SIGNATURES:
        if pattern.match(head):
            return foreign
    if len(head) < 200 and _ERROR_LINE.fullmatch(head):
        text = head.decode("ascii", "replace").strip()
        return Foreign(f"an error message of a server ({text!r})", "Download the file again.")
    return markup_in(path, head)


def refusal(name: str, foreign: Foreign) -> PipeWeaveError:
    """Return the error for a file that does not hold a table."""
    return validation_error(f"{name!r} is {foreign.what}.", fix=foreign.fix, file=name)


def _old_office(path: Path) -> Foreign:
    with path.open("rb") as file:
        content = file.read(16 * MEGABYTE)
    for stream, foreign in OFFICE_STREAMS:
        if stream.encode("utf-16-le") in content:
            return foreign
    return OLD_OFFICE


def _zip_document(path: Path) -> Foreign | None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if "xl/workbook.xml" in members:
        return None
    return next((foreign for member, foreign in ZIP_MEMBERS if member in members), None)
