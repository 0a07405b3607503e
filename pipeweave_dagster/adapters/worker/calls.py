"""A function call as JSON: what the parent sends, and how both sides read the result."""

import importlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, get_type_hints

from pydantic import BaseModel, SecretStr, TypeAdapter, validate_call

from pipeweave_dagster.core.errors import validation_error

P = ParamSpec("P")
R = TypeVar("R")
_PACKAGE = "pipeweave_dagster."


def request_of(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
    """Describe a call as JSON: `module:name` of the function, and its arguments by name.

    Raises:
        TypeError: If the arguments do not fit the function.
    """
    given = inspect.signature(function).bind(*args, **kwargs).arguments
    return {
        "function": f"{function.__module__}:{function.__qualname__}",
        "arguments": {name: _to_json(value) for name, value in given.items()},
    }


def run_request(request: dict[str, Any]) -> Any:
    """Call the named function and return its result as JSON-ready data.

    Arguments are validated against the function's annotations.

    Raises:
        PipeWeaveError: VALIDATION_ERROR unless the function is defined in a module of PipeWeave.
    """
    function = _function(request["function"])
    result = validate_call(function)(**request["arguments"])
    return _result_type(function).dump_python(result, mode="json")


def result_of(function: Callable[..., R], result: Any) -> R:
    """Read a JSON result by the function's return annotation."""
    typed: R = _result_type(function).validate_python(result)
    return typed


def _function(address: str) -> Callable[..., Any]:
    module, _, name = address.partition(":")
    function = None
    if module.startswith(_PACKAGE):
        function = getattr(importlib.import_module(module), name, None)
    # Its own module, so that nothing is called that a module merely imports.
    if not inspect.isfunction(function) or function.__module__ != module:
        raise validation_error(f"{address!r} is not a function of PipeWeave.")
    return function


@cache
def _result_type(function: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(function)["return"])


def _to_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {key: _to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    return value
