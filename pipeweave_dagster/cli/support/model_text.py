"""A model version in one line."""

from pipeweave_dagster.core.documents import ModelEntry


def model_line(model: ModelEntry | None, target: str | None) -> str:
    """Return version and score; the model's own target too, where it differs from `target`."""
    if model is None:
        return "-"
    line = f"version {model.version}, {model.score or model.model}"
    return line if model.target in (None, target) else f"{line}, target {model.target}"
