"""What follows where the paired test cannot tell a new model from the champion."""

from typing import NamedTuple

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import DatasetSnapshot, PipelineSpec, TrainedModel
from pipeweave_dagster.core.evaluation import Promotion
from pipeweave_dagster.core.evaluation.promotion import NEWER_DATA
from pipeweave_dagster.services.champion import Registered
from pipeweave_dagster.services.model_versions import pipeline_of, table_of

_SAME = "It learned from the same data as the champion"
STAYS = f"{_SAME}, with the same pipeline, so the champion stays."
_NO_WISH = {"source", "structure", "advice"}
"""Fields of a pipeline that do not say what is wanted of a model."""


class Origin(NamedTuple):
    """What a model was made from, where that is known, and whether a person asks for it now."""

    spec: PipelineSpec | None = None
    snapshot: DatasetSnapshot | None = None
    asked: bool = False


UNKNOWN = Origin()


def if_equal(
    store: DocumentStore,
    dataset: str,
    champion: Registered,
    trained: TrainedModel,
    origin: Origin,
) -> Promotion:
    """Return what follows where a model is not significantly different from the champion."""
    if trained.readable_of is not None:
        text = f"A person can read it: it is the readable twin of version {trained.readable_of}."
        return Promotion(alias="champion", reason=text)
    if origin.asked:
        return Promotion(alias="champion", reason="A user asked for it.")
    version = champion.link.model_version
    before = table_of(store, dataset, version)
    if before is None or origin.snapshot is None:
        return Promotion(alias="champion", reason="It was trained later.")
    if before.data.sha256 != origin.snapshot.data.sha256:
        return NEWER_DATA
    return _on_same_data(pipeline_of(store, dataset, version), origin.spec)


def _on_same_data(before: PipelineSpec | None, now: PipelineSpec | None) -> Promotion:
    """Let the champion stay, unless another kind of model was wanted."""
    if before is None or now is None:
        return Promotion(alias="champion", reason=f"{_SAME}, and was trained later.")
    if before.train_for != now.train_for:
        text = f"{_SAME}, but `train_for: {now.train_for}` is set now."
        return Promotion(alias="champion", reason=text)
    if before.model_dump(exclude=_NO_WISH) != now.model_dump(exclude=_NO_WISH):
        return Promotion(alias="champion", reason=f"{_SAME}, but with the pipeline as it is now.")
    return Promotion(alias="challenger", reason=STAYS)
