"""What follows from the settings of an installation, and that each is in one group."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeweave_dagster.settings import GROUPS, Settings


def test_home_is_absolute_and_never_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIPEWEAVE_HOME")
    monkeypatch.setenv("HOME", "/somewhere/else")
    settings = Settings()
    assert settings.home.is_absolute()
    assert settings.home == Path.cwd() / ".pipeweave"
    assert settings.storage_url == str(settings.home / "storage")


def test_s3_is_named_by_address_or_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_BUCKET", "data")
    assert Settings().bucket_and_prefix == ("data", "")
    monkeypatch.setenv("PIPEWEAVE_STORAGE", "s3://other/some/prefix")
    assert Settings().bucket_and_prefix == ("other", "some/prefix")


def test_every_setting_is_in_one_group() -> None:
    named = [name for names in GROUPS.values() for name in names]
    assert sorted(named) == sorted(Settings.model_fields)


def test_postgres_is_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg2://u:p@h/d?sslmode=require")
    found = Settings()
    assert found.tracking_uri.endswith("/d?sslmode=require&options=-csearch_path%3Dmlflow")
    assert found.dagster_home.name == "dagster-postgres"


@pytest.mark.parametrize("variable", ["PIPEWEAVE_RETRAIN_CRON", "PIPEWEAVE_ALERTS_DIGEST"])
def test_a_schedule_is_a_valid_one(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "every day")
    with pytest.raises(ValidationError, match="cron"):
        Settings()


def test_no_group_hides_a_validator_of_another() -> None:
    """Of two with one name only that of the first group would be called."""
    groups = [vars(group) for group in Settings.__bases__]
    own = [name for group in groups for name in group if name in _validators(Settings)]
    assert sorted(own) == sorted(set(own))
    assert own


def _validators(model: type[Settings]) -> set[str]:
    return {*model.__pydantic_decorators__.field_validators}
