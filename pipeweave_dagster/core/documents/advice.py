"""Requests to an adviser, its replies, and what was accepted of them."""

from typing import Any, Literal

from pipeweave_dagster.core.documents.base import Part

AdviserName = Literal["schema", "narrative", "architect"]
Level = Literal["none", "names", "statistics", "values"]


class AdviceRequest(Part):
    """One complete request to a model: nothing else of a data set leaves the machine.

    `facts` is JSON text with everything that is shared about the data; `prompt` names the file in
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
    """The unchecked reply. Tokens include those of a model's hidden reasoning."""

    text: str
    tokens_in: int
    tokens_out: int
    model_version: str = ""


class AdviceRecord(Part):
    """A recorded call, for users and for replay; never contains the API key."""

    key: str
    request: AdviceRequest
    reply: AdviceReply
    cost_usd: float
    asked_at: float
    seconds: float


class AdviceNote(Part):
    """What an adviser contributed to a document. A document made by rules alone has none.

    Attributes:
        records: Keys of the calls, in order; `pipeweave advice show NAME KEY` shows one.
        kept: What was accepted, in PipeWeave's text, never the model's.
        refused: What was proposed and not accepted, with the reason.
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
