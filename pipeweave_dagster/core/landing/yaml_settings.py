"""Parses `pipeweave.yaml`, the settings file beside the uploads of a data set."""

from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

_MAX_BYTES = 256 << 10
_MAX_EVENTS = 20_000
_MAX_DEPTH = 50
_MAX_PROBLEMS = 5


def parse_settings(data: bytes, where: str = "pipeweave.yaml") -> DatasetSettings:
    """Parse and validate the settings.

    Args:
        data: The file.
        where: What to call it in errors.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the invalid key and the nearest valid one.

    Example:
        >>> parse_settings(b"target: churn").target
        'churn'
        >>> parse_settings(b"targte: churn")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        pipeweave_dagster.core.errors.PipeWeaveError: ... Did you mean 'target'?
    """
    if len(data) > _MAX_BYTES:
        raise validation_error(f"{where} is larger than {_MAX_BYTES >> 10} KiB.", fix="Shorten it.")
    try:
        _reject_bombs(data)
        content = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" in line {place.line + 1}" if place else ""
        raise validation_error(
            f"{where} is not valid YAML{line}.", fix="Correct the syntax."
        ) from error
    if content is None:
        return DatasetSettings()
    if not isinstance(content, dict):
        raise validation_error(
            f"{where} is not a mapping of keys to values.", fix="Write settings as 'target: churn'."
        )
    return settings_from(content, where)


def settings_from(content: dict[str, Any], where: str) -> DatasetSettings:
    """Validate settings that are already parsed.

    Raises:
        PipeWeaveError: As `parse_settings`.
    """
    try:
        return DatasetSettings.model_validate(content)
    except ValidationError as error:
        raise _explain(error, where) from error


def _reject_bombs(data: bytes) -> None:
    """Reject YAML features that make a short file expensive to parse; no settings need them.

    Aliases can expand to gigabytes, and parsing time is quadratic in the depth of nested brackets
    (5 kB of them take five seconds).
    """
    depth = 0
    for count, event in enumerate(yaml.parse(data, Loader=yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or count > _MAX_EVENTS or depth > _MAX_DEPTH:
            raise yaml.YAMLError(
                "aliases, and too many or too deeply nested entries, are not allowed"
            )


def _explain(error: ValidationError, where: str) -> PipeWeaveError:
    problems = [_explain_one(detail, where) for detail in error.errors()[:_MAX_PROBLEMS]]
    keys = [problem.details["key"] for problem in problems]
    text = " ".join(problem.text for problem in problems)
    return validation_error(text, keys=keys, **(problems[0].details if len(problems) == 1 else {}))


def _explain_one(detail: Any, where: str) -> PipeWeaveError:
    path = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "missing":
        return validation_error(f"{where}: {path!r} is missing.", fix="Add it.", key=path)
    if detail["type"] != "extra_forbidden":
        reason = detail["msg"].removeprefix("Value error, ")
        message = f"{where}: invalid value for {path!r}: {reason}."
        return validation_error(message, fix="Correct it.", key=path)
    known = _keys_at(DatasetSettings, [str(part) for part in detail["loc"][:-1]])
    near = nearest_names(str(detail["loc"][-1]), known, count=1)
    hint = did_you_mean(near, otherwise=f"Valid keys: {', '.join(known)}.")
    return validation_error(f"{where}: unknown key {path!r}.", fix=hint, key=path, nearest=near)


def _keys_at(model: type[BaseModel], path: list[str]) -> list[str]:
    """Return the keys that are valid at a path of the settings."""
    for part in path:
        field = model.model_fields.get(part)
        if field is None:
            continue  # a column's name or a position in a list
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        models = [t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)]
        if not models:
            return []
        model = models[0]
    return list(model.model_fields)
