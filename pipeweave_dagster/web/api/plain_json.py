"""What a JSON body may be, beyond the grammar: bounded depth and numbers, and text that is text."""

import json
import re
from typing import Any

from pipeweave_dagster.core.errors import validation_error

MOST_DEPTH = 24
_LARGEST = 1 << 63
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def check_json(body: bytes) -> None:
    """Refuse a body that could be read but not stored, or that would exhaust a later reader.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for what is no JSON, nested too deeply, a number that is
            not finite or has more than 64 bits, or text that is not Unicode.
    """
    try:
        content = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise validation_error(
            f"The body is not JSON: {str(error)[:100]}.", fix="Send one JSON object."
        ) from None
    _check(content, MOST_DEPTH)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise validation_error(
            f"The body is nested more than {MOST_DEPTH} levels deep.", fix="Send less depth."
        )
    if isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)
    elif isinstance(value, str) and _SURROGATE.search(value):
        raise validation_error("The body has text that is not Unicode.", fix="Send UTF-8.")
    elif isinstance(value, int) and not -_LARGEST <= value < 2 * _LARGEST:
        raise validation_error("The body has a number of more than 64 bits.", fix="Send text.")
    elif isinstance(value, float) and value in {float("inf"), float("-inf")}:
        raise validation_error("The body has a number that is not finite.", fix="Send text.")
