"""Build a request: a prompt of the package, facts as JSON, a schema of the reply."""

import hashlib
import json
from typing import Any, NamedTuple

from pipeweave_dagster.core.advice.prompts import CURRENT, instruction
from pipeweave_dagster.core.documents.advice import AdviceRequest, AdviserName, Level

MAX_OUTPUT_TOKENS = 8192


class RequestOptions(NamedTuple):
    """The model, and the privacy level of what it may be sent."""

    model: str
    level: Level


def make_request(
    adviser: AdviserName, options: RequestOptions, facts: dict[str, Any], schema: dict[str, Any]
) -> AdviceRequest:
    """Return the whole request; equal facts give equal bytes.

    Names and values of the data are in `facts` alone, as JSON strings: the instruction is the
    same for every table.
    """
    return AdviceRequest(
        adviser=adviser,
        model=options.model,
        prompt=CURRENT[adviser],
        level=options.level,
        instruction=instruction(CURRENT[adviser]),
        facts=json.dumps(facts, ensure_ascii=False, indent=1, allow_nan=False),
        response_schema=schema,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )


def request_key(request: AdviceRequest) -> str:
    """Return the key of a request, under which its reply is recorded."""
    text = json.dumps(request.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def array(items: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of a list."""
    return {"type": "array", "items": items}


def record(**fields: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of an object whose fields are all required."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def one_of(choices: list[str]) -> dict[str, Any]:
    """Return the JSON schema of a choice from a closed list."""
    return {"type": "string", "format": "enum", "enum": choices}


TEXT: dict[str, Any] = {"type": "string"}
