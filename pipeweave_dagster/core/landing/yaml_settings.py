"""Parses `pipeweave.yaml`, the settings file beside the uploads of a data set."""

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.landing.settings_conflicts import refuse_conflicts
from pipeweave_dagster.core.landing.settings_problems import explain
from pipeweave_dagster.core.landing.yaml_words import Path, Words, read_words

_MAX_BYTES = 256 << 10


def parse_settings(data: bytes, where: str = "pipeweave.yaml") -> DatasetSettings:
    """Parse and validate the settings.

    Where a setting is text, the word of the file is taken: `positive: yes` is `yes`.

    Args:
        data: The file.
        where: What to call it in errors.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the line, the invalid key and the nearest valid
            one.

    Example:
        >>> parse_settings(b"target: churn").target
        'churn'
        >>> parse_settings(b"targte: churn")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        pipeweave_dagster.core.errors.PipeWeaveError: ... Did you mean 'target'?
    """
    words = read_content(data, where)
    if words.content is None:
        return DatasetSettings()
    if not isinstance(words.content, dict):
        raise validation_error(
            f"{where} is not a mapping of keys to values.", fix="Write settings as 'target: churn'."
        )
    return settings_from(words.content, where, words.lines)


def read_content(
    data: bytes, where: str = "pipeweave.yaml", model: type[BaseModel] = DatasetSettings
) -> Words:
    """Parse the settings without validating them.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a file that is too large or not valid YAML.
    """
    if len(data) > _MAX_BYTES:
        raise validation_error(f"{where} is larger than {_MAX_BYTES >> 10} KiB.", fix="Shorten it.")
    try:
        return read_words(data, model)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" in line {place.line + 1}" if place else ""
        problem = str(getattr(error, "problem", None) or "")
        if "is set twice" in problem:
            fix = "Keep one of the two."
            raise validation_error(f"{where}: the key {problem}.", fix=fix) from error
        raise validation_error(
            f"{where} is not valid YAML{line}.", fix="Correct the syntax."
        ) from error


def settings_from(
    content: dict[str, Any], where: str, lines: Mapping[Path, int] | None = None
) -> DatasetSettings:
    """Validate settings that are already parsed.

    Raises:
        PipeWeaveError: As `parse_settings`.
    """
    try:
        settings = DatasetSettings.model_validate(content)
    except ValidationError as error:
        raise explain(error, where, lines) from error
    refuse_conflicts(settings, where)
    return settings
