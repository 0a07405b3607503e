"""Build a request: a prompt of the package, a JSON object of facts, a schema of the answer."""

import hashlib
import json
from typing import Any, NamedTuple

from pipeweave_dagster.core.advice.prompts import CURRENT, instruction
from pipeweave_dagster.core.documents.advice import AdviceRequest, AdviserName, Level

MAX_OUTPUT_TOKENS = 8192


class Asking(NamedTuple):
    """Who is asked, and what may be told."""

    model: str
    level: Level


def make_request(
    adviser: AdviserName, asking: Asking, facts: dict[str, Any], schema: dict[str, Any]
) -> AdviceRequest:
    """The whole request; equal facts give equal bytes.

    Names and values of the data stand in `facts` alone, as JSON strings: the instruction is the
    same for every table.
    """
    return AdviceRequest(
        adviser=adviser,
        model=asking.model,
        prompt=CURRENT[adviser],
        level=asking.level,
        instruction=instruction(CURRENT[adviser]),
        facts=json.dumps(facts, ensure_ascii=False, indent=1, allow_nan=False),
        response_schema=schema,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )


def request_key(request: AdviceRequest) -> str:
    """Address of a request, under which its recorded reply is found again."""
    text = json.dumps(request.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def array(items: dict[str, Any]) -> dict[str, Any]:
    """Schema of a list."""
    return {"type": "array", "items": items}


def record(**fields: dict[str, Any]) -> dict[str, Any]:
    """Schema of an object whose fields are all required."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def one_of(words: list[str]) -> dict[str, Any]:
    """Schema of one word out of a closed list."""
    return {"type": "string", "format": "enum", "enum": words}


TEXT: dict[str, Any] = {"type": "string"}
