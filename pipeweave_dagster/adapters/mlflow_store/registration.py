"""Where trainings are logged and models are registered."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Registration:
    """Where a training is logged; see `log_training` for the fields."""

    tracking_uri: str
    artifact_root: str | None
    experiment: str
    model_name: str
