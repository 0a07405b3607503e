"""Metadata of a pull."""

from typing import Any

import dagster as dg

from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import MOST_COLUMNS
from pipeweave_dagster.services.pull import Pulled


def describe_pull(result: Pulled) -> dict[str, Any]:
    """Return the metadata of a pull for the web UI."""
    pull = result.pull
    rows = [
        (part.file.name, markdown.number(part.rows), part.watermark or "")
        for part in pull.parts[:MOST_COLUMNS]
    ]
    watermarks = [part.watermark for part in pull.parts if part.watermark]
    facts: dict[str, Any] = {
        "dagster/row_count": pull.rows,
        "source": pull.described,
        "parts": len(pull.parts),
        "parts read": len(result.read),
        "parts read now": dg.MetadataValue.json(result.read[:MOST_COLUMNS]),
        "overview": dg.MetadataValue.md(markdown.table(["part", "rows", "greatest key"], rows)),
        "upload": result.upload or "none: nothing has changed, or no data set is wanted",
    }
    if watermarks:
        facts["watermark"] = watermarks[-1]
    if pull.notes:
        facts["notes"] = dg.MetadataValue.md(markdown.bullets(pull.notes))
    return facts
