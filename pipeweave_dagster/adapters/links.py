"""Addresses of MLflow's pages; every part is quoted, as names come from data sets."""

from urllib.parse import quote

from pipeweave_dagster.core.documents import MlflowLink
from pipeweave_dagster.settings import Settings


def mlflow_urls(link: MlflowLink, settings: Settings) -> dict[str, str]:
    """The pages of the MLflow run (`run`) and of the registered version (`model`)."""
    run = f"{_quoted(link.experiment_id)}/runs/{_quoted(link.run_id)}"
    version = f"{_quoted(link.model_name)}/versions/{_quoted(link.model_version)}"
    base = f"{settings.mlflow_url.rstrip('/')}/#"
    return {"run": f"{base}/experiments/{run}", "model": f"{base}/models/{version}"}


def _quoted(part: str) -> str:
    return quote(part, safe="")
