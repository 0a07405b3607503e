"""The key of hashed columns: from the environment, else made once and kept in the home."""

import os
import secrets
from collections.abc import Mapping

from pydantic import SecretStr

from pipeweave_dagster.core.counted import quoted_names
from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings, TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.services.settings_of_features import features_named
from pipeweave_dagster.settings import Settings

KEY_FILE = "privacy.key"


def key_for(settings: Settings, columns: Mapping[str, ColumnSetting]) -> SecretStr | None:
    """Return the key if any of these columns is hashed: nothing else gets it."""
    hashed = any(column.privacy == "hash" for column in columns.values())
    return privacy_key(settings) if hashed else None


def key_of_model(
    settings: Settings, given: DatasetSettings, trained: TrainedModel
) -> SecretStr | None:
    """Return the key if a model has learned from hashes, or if the settings hash a column now.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the settings hash a column now from whose plain values
            the model has learned: it would take every hash for an unseen category.
    """
    _refuse_plain(given, trained)
    if any(column.privacy == "hash" for column in trained.columns):
        return privacy_key(settings)
    return key_for(settings, given.columns)


def why_unreadable(settings: Settings, given: DatasetSettings, trained: TrainedModel) -> str:
    """Return why a model must not or cannot read its columns any more; empty if it can."""
    if plain := _plain_columns(given, trained):
        return (
            f"the settings hash the values of {quoted_names(plain)} now, and it has learned "
            "from them as they were"
        )
    hashed = {column.name: column.hash_key for column in trained.columns if column.hash_key}
    if not hashed:
        return ""
    try:
        current = reads_of(privacy_key(settings))["privacy_key"]
    except PipeWeaveError:
        return f"there is no key for the hashes of {quoted_names([*hashed])}"
    others = [name for name, key in hashed.items() if key != current]
    if not others:
        return ""
    return f"the values of {quoted_names(others)} were hashed with another key than that of now"


def _plain_columns(given: DatasetSettings, trained: TrainedModel) -> list[str]:
    """Return the features that the settings hash now, whose plain values a model learned from."""
    hashed = [name for name, column in given.columns.items() if column.privacy == "hash"]
    read = {column.name: column.privacy for column in trained.columns}
    return [name for name in features_named(trained, hashed) if read.get(name) != "hash"]


def _refuse_plain(given: DatasetSettings, trained: TrainedModel) -> None:
    if plain := _plain_columns(given, trained):
        raise validation_error(
            f"The settings hash the values of {quoted_names(plain)} now, and this model has "
            "learned from them as they were.",
            fix="Run the data set again, and use a version that has learned from the hashes:"
            " 'pipeweave models ls', 'pipeweave models promote'.",
            columns=plain[:100],
        )


def reads_of(key: SecretStr | None) -> dict[str, str]:
    """Return which key a result depends on, for its reuse key."""
    from pipeweave_dagster.core.model.hashed_values import key_id

    return {} if key is None else {"privacy_key": key_id(key.get_secret_value())}


def privacy_key(settings: Settings) -> SecretStr:
    """Return the key of this installation.

    Raises:
        PipeWeaveError: VALIDATION_ERROR in the production profile without one in the environment:
            its services would each make their own.
    """
    if settings.privacy_key is not None:
        return settings.privacy_key
    if settings.profile == "production":
        raise validation_error(
            "A column has `privacy: hash`, and there is no key for its hashes.",
            fix="Set PIPEWEAVE_PRIVACY_KEY to 32 random characters or more, the same for all"
            " services.",
        )
    path = settings.home / KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{KEY_FILE}.{secrets.token_hex(4)}")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            file.write(secrets.token_hex(32))
        try:
            os.link(new, path)  # of two processes at once, the first one's key counts
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return SecretStr(path.read_text(encoding="ascii").strip())
