"""Upper bound and actual cost of a call, from a dated price table."""

import json
from functools import cache
from importlib import resources
from typing import NamedTuple

from pipeweave_dagster.core.documents.advice import AdviceReply, AdviceRequest

_PER_TOKENS = 1_000_000
# A token is about four characters of English; two per token covers JSON and digits, too.
_CHARACTERS_PER_TOKEN = 2


class Price(NamedTuple):
    """US dollars per million tokens; `known` is false for a model that is not in the table."""

    input: float
    output: float
    known: bool


@cache
def _table() -> dict[str, dict[str, float]]:
    text = (resources.files("pipeweave_dagster.core.advice") / "prices.json").read_text("utf-8")
    prices: dict[str, dict[str, float]] = json.loads(text)["usd_per_million_tokens"]
    return prices


def price_of(model: str) -> Price:
    """Return the price of a model; for an unknown model the highest of the table."""
    found = _table().get(model.removeprefix("models/"))
    if found is not None:
        return Price(found["input"], found["output"], known=True)
    table = _table().values()
    return Price(max(p["input"] for p in table), max(p["output"] for p in table), known=False)


def most_usd(request: AdviceRequest) -> float:
    """Return an upper bound of a request's cost, by its length and the longest allowed reply."""
    length = len((request.instruction + request.facts).encode()) + len(str(request.response_schema))
    price = price_of(request.model)
    tokens = length / _CHARACTERS_PER_TOKEN
    return (tokens * price.input + request.max_output_tokens * price.output) / _PER_TOKENS


def cost_usd(model: str, reply: AdviceReply) -> float:
    """Return the actual cost of a call."""
    price = price_of(model)
    spent = reply.tokens_in * price.input + reply.tokens_out * price.output
    return round(spent / _PER_TOKENS, 8)
