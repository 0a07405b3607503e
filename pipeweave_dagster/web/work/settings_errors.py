"""Which field of the settings an error is about."""

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.web.work.settings_values import ROLES, SIMPLE


def field_of(error: PipeWeaveError) -> str:
    """Return the field that an error is about; empty if it is about none, or several."""
    key = str(error.details.get("key") or "")
    if key.startswith("split"):
        return "split_column"
    if key in {*SIMPLE, *ROLES}:
        return key
    if "metric" in error.details:
        return "metric"
    starts = {"The target": "target", "The split": "split_column", "The positive": "positive"}
    return next((f for start, f in starts.items() if error.message.startswith(start)), "")
