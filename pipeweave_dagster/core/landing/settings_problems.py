"""Say what is wrong with settings: the place, the true reason, and what to write instead."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.landing.yaml_words import Path
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

_MAX_PROBLEMS = 5
_KINDS = {
    "string_type": "must be a text",
    "list_type": "must be a list, such as [a, b]",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}
_BOOLEAN_FIX = "YAML reads yes, no, on, off, true and false as a boolean; put the word in quotes."


def explain(
    error: ValidationError,
    where: str,
    lines: Mapping[Path, int] | None = None,
    model: type[BaseModel] = DatasetSettings,
) -> PipeWeaveError:
    """Return the refusal of settings that do not fit the model.

    Args:
        error: Pydantic's error.
        where: What to call the settings.
        lines: Line of each entry, where they come from a file.
        model: The model that they do not fit.
    """
    problems = [_explain_one(d, where, lines or {}, model) for d in error.errors()[:_MAX_PROBLEMS]]
    keys = [key for problem in problems if (key := problem.details.get("key"))]
    text = " ".join(problem.text for problem in problems)
    return validation_error(text, keys=keys, **(problems[0].details if len(problems) == 1 else {}))


def _explain_one(
    detail: Any, where: str, lines: Mapping[Path, int], model: type[BaseModel]
) -> PipeWeaveError:
    path = ".".join(str(part) for part in detail["loc"])
    kind, given = detail["type"], detail["input"]
    place = _place(where, tuple(detail["loc"]), lines)
    if kind == "missing":
        return validation_error(f"{place}: {path!r} is missing.", fix="Add it.", key=path)
    if kind == "extra_forbidden":
        return _unknown_key(detail, place, path, model)
    if kind in _KINDS:
        message = f"{place}: {path!r} {_KINDS[kind]}, not {_short(given)}."
        fix = _BOOLEAN_FIX if isinstance(given, bool) else "Correct it."
        if kind == "list_type" and isinstance(given, str | int | float):
            fix = f"Write [{given}]."
        return validation_error(message, fix=fix, key=path)
    reason = detail["msg"].removeprefix("Value error, ")
    if not path:  # what several keys say together
        return validation_error(f"{place}: {reason}.", fix="Correct it.")
    message = f"{place}: invalid value {_short(given)} for {path!r}: {reason}."
    fix = "Correct it."
    if kind == "literal_error":
        fix = did_you_mean(nearest_names(str(given), _literals(detail["loc"], model), count=1), fix)
    return validation_error(message, fix=fix, key=path)


def _place(where: str, path: Path, lines: Mapping[Path, int]) -> str:
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return f"{where}, line {lines[path[:length]]}"
    return where


def _short(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and "://" in value:
        return "(an address, not shown)"  # it may contain a password
    if isinstance(value, str | int | float):
        return repr(value)[:60]
    return "a list" if isinstance(value, list) else "a mapping of keys to values"


def _unknown_key(detail: Any, place: str, path: str, model: type[BaseModel]) -> PipeWeaveError:
    known = list(_model_at([str(part) for part in detail["loc"][:-1]], model).model_fields)
    near = nearest_names(str(detail["loc"][-1]), known, count=1)
    hint = did_you_mean(near, otherwise=f"Valid keys: {', '.join(known)}.")
    return validation_error(f"{place}: unknown key {path!r}.", fix=hint, key=path, nearest=near)


def _literals(path: Path, model: type[BaseModel]) -> list[str]:
    """Return the words that a field accepts."""
    inner = _model_at([str(part) for part in path[:-1]], model)
    field = inner.model_fields.get(str(path[-1]))
    options = get_args(field.annotation) if field else ()
    return [str(word) for option in options for word in (get_args(option) or [option])]


def _model_at(path: list[str], model: type[BaseModel]) -> type[BaseModel]:
    """Return the model whose keys are valid at a path of the settings."""
    for part in path:
        field = model.model_fields.get(part)
        if field is None:
            continue  # a column's name or a position in a list
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        models = [t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)]
        model = models[0] if models else model
    return model
