"""One module per group of routes. A route checks who asks, calls one service, and records it."""

from pipeweave_dagster.web.api.routes import (
    dashboards,
    datasets,
    docs,
    eda,
    experiments,
    findings,
    health,
    models,
    pipelines,
    predictions,
    scheduler,
    training,
    uploads,
)

ROUTERS = (
    health.router,
    uploads.router,
    datasets.router,
    eda.router,
    findings.router,
    pipelines.router,
    training.router,
    experiments.router,
    models.router,
    predictions.router,
    dashboards.router,
    scheduler.router,
    docs.router,
)
"""In the order of the reference."""
