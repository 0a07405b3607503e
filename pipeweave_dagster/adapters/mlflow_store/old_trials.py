"""Trials in MLflow that nobody looks at any more."""

from typing import Any

_PAGE = 1000


def delete(tracking_uri: str, older_than: float, *, dry: bool) -> int:
    """Move old nested runs of the experiments `pipeweave/*` to MLflow's trash; return how many."""
    from mlflow import MlflowClient

    client: Any = MlflowClient(tracking_uri, tracking_uri)
    experiments = client.search_experiments(filter_string="name LIKE 'pipeweave/%'")
    ids = [experiment.experiment_id for experiment in experiments]
    old = f"attributes.start_time < {int(older_than * 1000)} and tags.mlflow.parentRunId LIKE '%'"
    found, token = list[str](), None
    while ids:
        page = client.search_runs(ids, old, max_results=_PAGE, page_token=token)
        found += [run.info.run_id for run in page]
        token = page.token
        if not token:
            break
    if not dry:
        for run_id in found:
            client.delete_run(run_id)
    return len(found)
