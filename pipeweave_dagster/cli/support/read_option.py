"""The option `--read KEY=VALUE`."""

from typing import Annotated

import typer

from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names

ReadOption = Annotated[
    list[str] | None,
    typer.Option(
        help="How the file is read, if not as detected: delimiter=';' (or tab, blanks, none), "
        "header=0, skip=2, encoding=cp1252, decimal=','. Repeatable."
    ),
]
_KEYS = ("delimiter", "header", "skip", "encoding", "decimal")
_EXAMPLE = "Write it as --read delimiter=';' --read header=0."


def read_settings(given: list[str] | None) -> dict[str, str] | None:
    """Return the settings of repeated `--read KEY=VALUE`; None without any.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for an option without a known key.

    Example:
        >>> read_settings(["delimiter=;", "header=0"])
        {'delimiter': ';', 'header': '0'}
    """
    if not given:
        return None
    settings: dict[str, str] = {}
    for option in given:
        key, mark, value = option.partition("=")
        if not mark:
            raise validation_error(f"--read {option[:60]!r} is not KEY=VALUE.", fix=_EXAMPLE)
        if key.strip() not in _KEYS:
            hint = did_you_mean(nearest_names(key.strip(), _KEYS))
            raise validation_error(
                f"--read has no key {key[:60]!r}; the keys are {', '.join(_KEYS)}.",
                fix=f"{hint} {_EXAMPLE}".strip(),
            )
        settings[key.strip()] = value
    return settings


def read_setting(given: list[str] | None) -> ReadSetting | None:
    """Return repeated `--read KEY=VALUE` as a validated setting; None without any.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for an unknown key or a value that is not allowed.
    """
    settings = read_settings(given)
    return settings_from({"read": settings}, "--read").read if settings else None
