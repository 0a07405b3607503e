"""A model version in one line, and what was decided about it."""

from pipeweave_dagster.cli.support.output import plain
from pipeweave_dagster.core.documents import ModelEntry

_MOST_REASON = 1_500


def model_line(model: ModelEntry | None, target: str | None) -> str:
    """Return version and score; the model's own target too, where it differs from `target`."""
    if model is None:
        return "-"
    line = f"version {model.version}, {model.score or model.model}"
    return line if model.target in (None, target) else f"{line}, target {model.target}"


def decision_line(alias: str | None, reason: str) -> str:
    """Return whether a model was promoted, and why; empty if there is nothing to say."""
    if alias in {"none", "challenger"}:
        return f"Not promoted: {plain(reason, _MOST_REASON)}"
    return f"Champion: {plain(reason, _MOST_REASON)}" if reason else ""
