"""Experiments, models and predictions."""

from pydantic import BaseModel

from pipeweave_dagster.core.documents import BatchRecord, ModelEntry
from pipeweave_dagster.services.alias_history import AliasMove, GateCheck
from pipeweave_dagster.web.api.answers import Json


class ExperimentRow(BaseModel):
    """The trainings of one data set."""

    dataset: str
    experiment: str
    trainings: int
    newest: str


class Training(BaseModel):
    """One registered training with its trials."""

    version: str
    alias: str | None
    winner: str
    metric: str
    score: str | None
    used_s: float
    trials: list[Json]
    links: dict[str, str]


class ExperimentFacts(BaseModel):
    """The last trainings of a data set, newest first."""

    dataset: str
    experiment: str
    trainings: list[Training]


class ModelRow(BaseModel):
    """One model version."""

    dataset: str
    version: str
    alias: str | None
    winner: str
    target: str
    score: str | None
    decision: str | None
    reason: str


class ChampionRow(ModelRow):
    """A champion, with its challenger."""

    challenger: ModelEntry | None


class ModelFacts(BaseModel):
    """The champion with all of its documents."""

    dataset: str
    link: Json
    model: Json
    evaluation: Json


class ModelHistory(BaseModel):
    """All versions, and every move of an alias."""

    dataset: str
    versions: list[ModelRow]
    moves: list[AliasMove]


class Promoted(BaseModel):
    """The new champion, and what the gate has found."""

    dataset: str
    champion: str
    forced: bool
    gate: list[GateCheck]


class RolledBack(BaseModel):
    """The champion after a rollback, and versions passed over because they cannot predict."""

    dataset: str
    champion: str
    passed_over: dict[str, str]


class Predictions(BaseModel):
    """Predictions in the order of the rows."""

    dataset: str
    model_version: str
    predictions: list[Json]
    notes: list[str]


class Batches(BaseModel):
    """Scored batches, newest first."""

    batches: list[BatchRecord]
