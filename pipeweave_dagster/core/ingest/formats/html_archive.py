"""The pages of a web archive (MHTML), which Excel and browsers save as one file."""

import email
import email.policy
from pathlib import Path

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.web_pages import is_web_archive
from pipeweave_dagster.core.ingest.base.workspace import Workspace

_MOST_PARTS_OF_PARTS = 10
"""Each level makes parsing slower by as much as the first."""


def pages_of(content: Content, space: Workspace) -> list[Path]:
    """Return the pages of a web archive as files; of any other file itself.

    Args:
        content: The file.
        space: Its folder gets the pages.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for an archive that is too large to be parsed as a whole.
        ValueError: If its parts have parts of their own, many levels down.
    """
    if not is_web_archive(content.path):
        return [content.path]
    if content.path.stat().st_size > space.limits.max_in_memory_bytes:
        raise validation_error(
            f"{content.name!r} is a web archive (MHTML) of more than"
            f" {space.limits.max_in_memory_bytes >> 20:,} MB.",
            fix="Open it in a spreadsheet program, and save the table as CSV or .xlsx.",
            file=content.name,
        )
    data = content.path.read_bytes()
    if data.lower().count(b"multipart/") > _MOST_PARTS_OF_PARTS:
        raise ValueError("its parts have parts of their own")
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    pages: list[Path] = []
    for part in message.walk():
        page = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(page, bytes) and page.strip():
            pages.append(space.folder / f"{content.path.name}-page{len(pages)}.html")
            pages[-1].write_bytes(page)
    return pages
