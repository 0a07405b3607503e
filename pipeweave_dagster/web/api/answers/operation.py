"""Dashboards, the scheduler and health."""

from pydantic import BaseModel

from pipeweave_dagster.web.api.answers import Json


class Attention(BaseModel):
    """A data set that needs a look."""

    dataset: str
    why: str


class Totals(BaseModel):
    """Figures over all data sets."""

    datasets: int
    rows: int
    champions: int
    challengers: int
    blocked: int
    alerts: int
    last_runs: dict[str, int]
    need_attention: list[Attention]


class Scheduler(BaseModel):
    """What starts by itself, and when each data set is due for retraining."""

    automation: list[Json]
    retraining: list[Json]


class Switched(BaseModel):
    """Whether a data set is retrained by itself."""

    dataset: str
    enabled: bool


class HealthFacts(BaseModel):
    """The state of every service."""

    state: str
    version: str
    uptime_s: float
    services: list[Json]
