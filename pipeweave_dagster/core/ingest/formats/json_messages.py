"""Refuse JSON documents that are no data: error messages of servers, and notebooks."""

from typing import Any

from pipeweave_dagster.core.errors import validation_error

_ERROR_KEYS = {"error", "errors", "fault"}
_TEXT_KEYS = {"message", "detail", "error_description", "error_message"}
_OTHER_KEYS = {
    "code", "documentation_url", "help", "instance", "ok", "path", "request_id", "requestid",
    "status", "status_code", "statuscode", "success", "timestamp", "title", "trace", "type", "url",
}  # fmt: skip


def refuse_message(data: Any, name: str) -> None:
    """Refuse a JSON document that is an error message of a server, or a notebook.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` that says which of them it is.
    """
    if not isinstance(data, dict):
        return
    if "nbformat" in data and isinstance(data.get("cells"), list):
        raise validation_error(
            f"{name!r} is a Jupyter notebook.",
            fix="Export the table from the notebook as CSV or Parquet.",
            file=name,
        )
    if _is_error(data):
        said = data.get("message") or data.get("detail") or data.get("error") or data.get("errors")
        raise validation_error(
            f"{name!r} is an error message of a server ({str(said)[:120]!r}), not data.",
            fix="Download the file again: its address may need a login or another parameter.",
            file=name,
        )


def _is_error(data: dict[str, Any]) -> bool:
    keys = {key.casefold() for key in data}
    if not keys <= _ERROR_KEYS | _TEXT_KEYS | _OTHER_KEYS:
        return False
    errors = any(data.get(key) for key in data if key.casefold() in _ERROR_KEYS)
    texts = [data[k] for k in data if k.casefold() in _TEXT_KEYS]
    has_text = any(isinstance(text, str) and text for text in texts)
    return errors or (has_text and (len(keys) == 1 or bool(keys & _OTHER_KEYS)))
