"""Addresses of MLflow's pages; every part is quoted, because names come from data sets."""

from urllib.parse import quote

from pipeweave_dagster.core.documents import MlflowLink
from pipeweave_dagster.settings import Settings


def mlflow_urls(link: MlflowLink, settings: Settings) -> dict[str, str]:
    """Return the pages of the MLflow run (`run`) and of the registered version (`model`)."""
    version = f"{_quoted(link.model_name)}/versions/{_quoted(link.model_version)}"
    return {
        "run": run_url(link.experiment_id, link.run_id, settings),
        "model": f"{_base(settings)}/models/{version}",
    }


def run_url(experiment_id: str, run_id: str, settings: Settings) -> str:
    """Return the page of an MLflow run."""
    return f"{_base(settings)}/experiments/{_quoted(experiment_id)}/runs/{_quoted(run_id)}"


def _base(settings: Settings) -> str:
    return f"{settings.mlflow_url.rstrip('/')}/#"


def _quoted(part: str) -> str:
    return quote(part, safe="")
