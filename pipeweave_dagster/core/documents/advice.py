"""What an adviser was asked, what it answered, and what was taken over of it."""

from typing import Any, Literal

from pipeweave_dagster.core.documents.base import Part

AdviserName = Literal["schema", "narrative", "architect"]
Level = Literal["none", "names", "statistics", "values"]


class AdviceRequest(Part):
    """One question to a model, whole: nothing else of a data set leaves the machine.

    `facts` is the JSON text that holds all that is told of the data; `prompt` names the file in
    the package that `instruction` was read from.
    """

    adviser: AdviserName
    model: str
    prompt: str
    level: Level
    instruction: str
    facts: str
    response_schema: dict[str, Any]
    max_output_tokens: int
    temperature: float = 0.0


class AdviceReply(Part):
    """What came back, unchecked. Tokens include those of a model's unseen thinking."""

    text: str
    tokens_in: int
    tokens_out: int
    model_version: str = ""


class AdviceRecord(Part):
    """A call as it was made, for people and for replay; never holds the key."""

    key: str
    request: AdviceRequest
    reply: AdviceReply
    cost_usd: float
    asked_at: float
    seconds: float


class AdviceNote(Part):
    """What a document owes to an adviser. A document made by rules alone has none.

    Attributes:
        records: Keys of the calls, in order; `pipeweave advice show NAME KEY` shows one.
        kept: What was taken over, in words of PipeWeave, never of the model.
        refused: What was proposed and not taken over, with the reason.
    """

    adviser: AdviserName
    model: str
    prompt: str
    level: Level
    records: list[str]
    tokens_in: int
    tokens_out: int
    cost_usd: float
    kept: list[str] = []
    refused: list[str] = []
