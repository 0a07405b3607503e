"""Reading `pipeweave.yaml`, the settings that lie beside the uploads of a data set."""

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
    """Parse and check the settings.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the wrong key and the nearest right one.
    """
    if len(data) > _MAX_BYTES:
        raise validation_error(f"{where} is larger than {_MAX_BYTES >> 10} KiB.", fix="Shorten it.")
    try:
        _refuse_bombs(data)
        content = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" in line {place.line + 1}" if place else ""
        raise validation_error(f"{where} is no valid YAML{line}.", fix="Correct it.") from error
    if content is None:
        return DatasetSettings()
    if not isinstance(content, dict):
        raise validation_error(
            f"{where} holds no keys and values.", fix="Write them as in 'target: churn'."
        )
    return settings_from(content, where)


def settings_from(content: dict[str, Any], where: str) -> DatasetSettings:
    """Check settings that are parsed already.

    Raises:
        PipeWeaveError: As `parse_settings`.
    """
    try:
        return DatasetSettings.model_validate(content)
    except ValidationError as error:
        raise _explained(error, where) from error


def _refuse_bombs(data: bytes) -> None:
    """Refuse what makes a short file cost much; nobody needs it here.

    Aliases can unfold to gigabytes, and the time for brackets in brackets grows with the square
    of their depth (5 kB of them: five seconds).
    """
    depth = 0
    for count, event in enumerate(yaml.parse(data, Loader=yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or count > _MAX_EVENTS or depth > _MAX_DEPTH:
            raise yaml.YAMLError("aliases are not allowed, nor too many or too deep entries")


def _explained(error: ValidationError, where: str) -> PipeWeaveError:
    told = [_one(first, where) for first in error.errors()[:_MAX_PROBLEMS]]
    keys = [problem.details["key"] for problem in told]
    text = " ".join(problem.text for problem in told)
    return validation_error(text, keys=keys, **(told[0].details if len(told) == 1 else {}))


def _one(first: Any, where: str) -> PipeWeaveError:
    path = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        return validation_error(f"{where}: {path}: {first['msg']}.", fix="Correct it.", key=path)
    known = _keys_at(DatasetSettings, [str(part) for part in first["loc"][:-1]])
    near = nearest_names(str(first["loc"][-1]), known, count=1)
    hint = did_you_mean(near, otherwise=f"Known keys: {', '.join(known)}.")
    return validation_error(f"{where}: unknown key {path!r}.", fix=hint, key=path, nearest=near)


def _keys_at(model: type[BaseModel], path: list[str]) -> list[str]:
    """The keys that are allowed at a place of the settings."""
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
